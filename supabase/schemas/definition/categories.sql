-- The rules of result categories.

-- One category, except its name.
create or replace function private.category_faults(
  category jsonb, path text, dimension_keys text[], low numeric, high numeric
)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  score_range constant jsonb := category -> 'scoreRange';
  faults jsonb := '[]'::jsonb;
  list text;
begin
  if jsonb_typeof(score_range) <> 'null' then
    if not private.is_number_pair(score_range) then
      faults := faults || private.fault(path || '.scoreRange', 'wrong-type', 'two numbers [low, high]');
    elsif (score_range -> 0)::numeric > (score_range -> 1)::numeric then
      faults := faults || private.fault(path || '.scoreRange', 'out-of-order', 'the lower number first');
    elsif (score_range -> 0)::numeric < low or (score_range -> 1)::numeric > high then
      faults := faults
        || private.fault(path || '.scoreRange', 'outside-scale', 'numbers on the scale from ' || low || ' to ' || high);
    elsif greatest(scale((score_range -> 0)::numeric), scale((score_range -> 1)::numeric)) > private.most_decimal_places() then
      faults := faults || private.too_precise_fault(path || '.scoreRange');
    end if;
  end if;
  if jsonb_typeof(category -> 'primaryDimensions') <> 'null' then
    faults := faults || private.reference_list_faults(
      category -> 'primaryDimensions', path || '.primaryDimensions', dimension_keys
    );
  end if;
  if jsonb_typeof(category -> 'description') not in ('string', 'null') then
    faults := faults || private.fault(path || '.description', 'wrong-type', 'a text');
  end if;
  foreach list in array array['strengths', 'growthAreas', 'recommendations'] loop
    if jsonb_typeof(category -> list) <> 'null' then
      faults := faults || private.text_list_faults(category -> list, path || '.' || list);
    end if;
  end loop;
  return faults;
end
$$;

-- Categories between which no rule could choose: they share a part of the range and have the same primary dimensions. Each is
-- reported once, with the first that it cannot be told from.
create or replace function private.ambiguous_category_faults(categories jsonb, low numeric, high numeric)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  faults jsonb := '[]';
  score_range jsonb;
  places integer[] := '{}';
  lows numeric[] := '{}';
  highs numeric[] := '{}';
begin
  for place in 0 .. least(jsonb_array_length(categories), private.most_errors()) - 1 loop
    score_range := categories #> array[place::text, 'scoreRange'];
    -- A range outside the scale has an error of its own.
    if private.is_number_pair(score_range)
      and (score_range -> 0)::numeric >= low and (score_range -> 1)::numeric <= high then
      for other in 1 .. cardinality(places) loop
        if lows[other] <= (score_range -> 1)::numeric and (score_range -> 0)::numeric <= highs[other]
          and private.folded_names(categories #> array[places[other]::text, 'primaryDimensions'])
            = private.folded_names(categories #> array[place::text, 'primaryDimensions']) then
          faults := faults || private.fault(
            '$.resultCategories[' || place || '].scoreRange', 'ambiguous-range',
            format('a range that shares no score with $.resultCategories[%s].scoreRange, or other primary dimensions',
                   places[other]));
          exit;
        end if;
      end loop;
      places := places || place;
      lows := lows || (score_range -> 0)::numeric;
      highs := highs || (score_range -> 1)::numeric;
    end if;
  end loop;
  return faults;
end
$$;

create or replace function private.categories_faults(
  categories jsonb, keys text[], dimension_keys text[], low numeric, high numeric
)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  expected constant text := format('a list of at most %s categories', private.most_categories());
  faults jsonb := '[]'::jsonb;
  path text;
begin
  if jsonb_typeof(categories) is distinct from 'array' then
    return jsonb_build_array(private.fault('$.resultCategories', 'missing', expected));
  end if;
  if jsonb_array_length(categories) > private.most_categories() then
    faults := faults || private.fault('$.resultCategories', 'wrong-count', expected);
  end if;
  for place in 0 .. least(jsonb_array_length(categories), private.most_errors()) - 1 loop
    path := '$.resultCategories[' || place || ']';
    if jsonb_typeof(categories -> place) <> 'object' then
      faults := faults || private.fault(path, 'wrong-type', 'an object with a name');
      continue;
    end if;
    faults := faults
      || private.name_faults(keys[place + 1], keys[: place], path, 'category')
      || private.category_faults(categories -> place, path, dimension_keys, low, high);
  end loop;
  return faults || private.ambiguous_category_faults(categories, low, high);
end
$$;
