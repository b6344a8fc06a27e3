-- custom-assessments 0.2.0 definition_rubrics sha256:6c7a8eed6b35320256b61545a09dafd63c9a2474193509df12d8ae096b62e8c4
-- The rules of scoring rubrics.

-- The rubric of one dimension, {"1-2": "...", "3": "..."}: ranges on the scale that do not overlap.
create or replace function private.rubric_faults(rubric jsonb, path text, low numeric, high numeric)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  faults jsonb;
begin
  with level as (
    select entry.key,
           entry.value,
           -- The limit on the length keeps the number within the digits of numeric. Without captures the expression matches
           -- many times faster.
           case when length(entry.key) <= 100 and entry.key ~ '^ *[0-9]*\.?[0-9]+ *(?:[-–] *[0-9]*\.?[0-9]+ *)?$'
                  and entry.key !~ '[0-9.]{31}'
             then string_to_array(translate(entry.key, '–', '-'), '-')::numeric[]
           end as bounds
      from jsonb_each(rubric) as entry
  ),
  range as (
    select level.key, level.value, level.bounds[1] as first, level.bounds[cardinality(level.bounds)] as last from level
  ),
  checked as (
    select range.key,
           range.first,
           case
             when range.first is null then 'invalid-range'
             when range.first > range.last then 'out-of-order'
             when range.first < low or range.last > high then 'outside-scale'
             when range.first <= max(range.last) over (
               order by range.first, range.last, range.key rows between unbounded preceding and 1 preceding
             ) then 'overlapping-range'
             when jsonb_typeof(range.value) <> 'string' then 'wrong-type'
           end as reason
      from range
  )
  select coalesce(jsonb_agg(
           private.fault(
             path || private.path_step(found.key), found.reason,
             case found.reason
               when 'invalid-range' then 'a range such as 3 or 3-4'
               when 'out-of-order' then 'the lower number first'
               when 'outside-scale' then 'numbers on the scale from ' || low || ' to ' || high
               when 'overlapping-range' then 'a range that shares no score with another'
               else 'a text'
             end
           ) order by found.first, found.key
         ), '[]')
    into faults
    from (select checked.* from checked where checked.reason is not null limit private.most_errors()) as found;
  return faults;
end
$$;

-- The rubrics of all dimensions. Most definitions have the same ranges in all of them: those that were right a moment ago are
-- not judged again.
create or replace function private.rubrics_faults(dimensions jsonb, low numeric, high numeric)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  faults jsonb := '[]'::jsonb;
  found jsonb;
  rubric jsonb;
  ranges text[];
  right_ranges text[];
begin
  for place in 0 .. least(jsonb_array_length(dimensions), private.most_errors()) - 1 loop
    exit when jsonb_array_length(faults) >= private.most_errors();
    rubric := dimensions #> array[place::text, 'scoringRubric'];
    continue when jsonb_typeof(rubric) is distinct from 'object';
    ranges := array(select jsonb_object_keys(rubric));
    continue when ranges = right_ranges and private.text_list_faults(jsonb_path_query_array(rubric, '$.*'), '') = '[]';
    found := private.rubric_faults(rubric, '$.dimensions[' || place || '].scoringRubric', low, high);
    faults := faults || found;
    right_ranges := case when found = '[]' then ranges end;
  end loop;
  return faults;
end
$$;

-- The ids of dimensions: slugs that stay the same when a name changes. worker/ids.py has the same rules.

-- The default id of a dimension with this name: the slug of the name. It is made from the folded name, and uses neither a
-- dictionary nor a locale, so that other programs can compute it. If the name has no letter or digit for a slug, or too
-- many for an id, the id is d- and the start of its hash.
create or replace function private.id_of_name(folded text)
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  slug text := '';
begin
  if length(folded) <= private.longest_name() then
    slug := folded;
    if octet_length(slug) > length(slug) then
      -- Accents are removed; Latin letters that have no form without their mark are written out.
      slug := regexp_replace(slug, E'[\u0300-\u036f]', '', 'g');
      slug := replace(replace(replace(slug, E'\u00df', 'ss'), E'\u00e6', 'ae'), E'\u0153', 'oe');
      slug := translate(slug, E'\u00f8\u0111\u0142\u0131', 'odli');
    end if;
    slug := btrim(regexp_replace(slug, '[^a-z0-9]+', '-', 'g'), '-');
  end if;
  if length(slug) between 1 and private.longest_name() then
    return slug;
  end if;
  return 'd-' || left(encode(sha256(convert_to(folded, 'UTF8')), 'hex'), 8);
end
$$;

-- The dimensions' folded names and their ids, in order.
create or replace function private.dimension_ids(dimensions jsonb, out keys text[], out ids text[])
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  dimension jsonb;
  key text;
begin
  keys := '{}';
  ids := '{}';
  for place in 0 .. jsonb_array_length(dimensions) - 1 loop
    dimension := dimensions -> place;
    key := private.name_key(dimension);
    keys := keys || key;
    ids := ids || case when jsonb_typeof(dimension -> 'id') = 'string' then dimension ->> 'id'
                       else private.id_of_name(key) end;
  end loop;
end
$$;

-- The id with the lowest suffix number that makes it unique.
create or replace function private.free_id(wanted text, taken text[])
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  free text := wanted;
begin
  for number in 2 .. cardinality(taken) + 2 loop
    exit when free <> all (taken);
    free := wanted || '-' || number;
  end loop;
  return free;
end
$$;

-- The errors of dimensions' ids, given the folded names of the dimensions: invalid ids, and ids that belong to another
-- dimension (an earlier one, or one whose name has this default id). Of dimensions with the same name only the first is
-- considered.
create or replace function private.id_faults(dimensions jsonb, names text[])
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  faults jsonb := '[]';
  stated jsonb;
  key text;
  keys text[] := '{}';
  ids text[] := '{}';
  given text[] := '{}';
  places integer[] := '{}';
  held text[] := '{}';
begin
  for place in 0 .. least(jsonb_array_length(dimensions), 100) - 1 loop
    stated := dimensions #> array[place::text, 'id'];
    if jsonb_typeof(stated) <> 'null' and (
      jsonb_typeof(stated) <> 'string'
      or stated #>> '{}' !~ '^[a-z0-9]+(-[a-z0-9]+)*$'
      or length(stated #>> '{}') > private.longest_name()
    ) then
      faults := faults || private.fault(
        '$.dimensions[' || place || '].id', 'invalid-id',
        format('a slug of at most %s characters, such as "strategic-thinking"', private.longest_name()));
      continue;
    end if;
    key := names[place + 1];
    if key is not null and key <> all (keys) then
      keys := keys || key;
      given := given || private.id_of_name(key);
      ids := ids || coalesce(stated #>> '{}', given[cardinality(given)]);
      places := places || place;
    end if;
  end loop;
  for number in 1 .. cardinality(ids) loop
    if ids[number] = any (held) or (ids[number] <> given[number] and ids[number] = any (given)) then
      faults := faults || private.fault(
        '$.dimensions[' || places[number] || '].id', 'duplicate-id',
        format('an id of its own, such as "%s": "%s" is that of another dimension',
               private.free_id(ids[number], ids || given), ids[number]));
    else
      held := held || ids[number];
    end if;
  end loop;
  return faults;
end
$$;

-- The rules of dimensions.

-- One dimension, except its name and the ranges of its rubric.
create or replace function private.dimension_faults(dimension jsonb, path text)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  faults jsonb := '[]'::jsonb;
begin
  if jsonb_typeof(dimension -> 'weight') is distinct from 'number' then
    faults := faults || private.fault(path || '.weight', 'missing', 'a number above 0');
  elsif (dimension -> 'weight')::numeric <= 0 then
    faults := faults || private.fault(path || '.weight', 'not-positive', 'a number above 0');
  elsif (dimension -> 'weight')::numeric > 1 then
    faults := faults || private.fault(path || '.weight', 'out-of-range', 'a number of at most 1');
  elsif scale((dimension -> 'weight')::numeric) > private.most_decimal_places() then
    faults := faults || private.too_precise_fault(path || '.weight');
  end if;
  if jsonb_typeof(dimension -> 'description') is distinct from 'string'
    or private.trim_text(dimension ->> 'description') = '' then
    faults := faults || private.fault(path || '.description', 'missing', 'a text that is not empty');
  end if;
  if jsonb_typeof(dimension -> 'interviewThemes') <> 'null' then
    faults := faults || private.text_list_faults(dimension -> 'interviewThemes', path || '.interviewThemes');
  end if;
  if jsonb_typeof(dimension -> 'scoringRubric') not in ('object', 'null') then
    faults := faults || private.fault(
      path || '.scoringRubric', 'wrong-type', 'an object of ranges and texts, such as {"1-2": "..."}'
    );
  end if;
  return faults;
end
$$;

-- The sum of the weights. A missing or invalid weight has its own error and does not cause a second one here.
create or replace function private.weights_faults(dimensions jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  weight_sum numeric := 0;
  weight jsonb;
begin
  if jsonb_array_length(dimensions) not between 1 and private.most_errors() then
    return '[]';
  end if;
  for place in 0 .. jsonb_array_length(dimensions) - 1 loop
    weight := dimensions #> array[place::text, 'weight'];
    -- If any weight is missing or out of range, this is null, and so is the sum.
    weight_sum := weight_sum + case
      when jsonb_typeof(weight) = 'number' and weight::numeric > 0 and weight::numeric <= 1 then weight::numeric
    end;
  end loop;
  if abs(weight_sum - 1) > private.weight_tolerance() then
    return jsonb_build_array(private.fault(
      '$.dimensions', 'weights-sum',
      format('weights that sum to 1.0 within %s, not to %s', private.weight_tolerance(), weight_sum)
    ));
  end if;
  return '[]';
end
$$;

create or replace function private.dimensions_faults(dimensions jsonb, keys text[], low numeric, high numeric)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  expected constant text := format('a list of 1 to %s dimensions', private.most_dimensions());
  faults jsonb := '[]'::jsonb;
  path text;
  dimension jsonb;
begin
  if jsonb_typeof(dimensions) is distinct from 'array' then
    return jsonb_build_array(private.fault('$.dimensions', 'missing', expected));
  end if;
  if jsonb_array_length(dimensions) not between 1 and private.most_dimensions() then
    faults := faults || private.fault('$.dimensions', 'wrong-count', expected);
  end if;
  for place in 0 .. least(jsonb_array_length(dimensions), private.most_errors()) - 1 loop
    path := '$.dimensions[' || place || ']';
    dimension := dimensions -> place;
    if jsonb_typeof(dimension) <> 'object' then
      faults := faults || private.fault(path, 'wrong-type', 'an object with name, weight and description');
      continue;
    end if;
    faults := faults
      || private.name_faults(keys[place + 1], keys[: place], path, 'dimension')
      || private.dimension_faults(dimension, path);
  end loop;
  return faults
    || private.id_faults(dimensions, keys)
    || private.rubrics_faults(dimensions, low, high)
    || private.weights_faults(dimensions);
end
$$;
