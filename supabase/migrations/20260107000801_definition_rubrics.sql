-- custom-assessments 0.2.0 definition_rubrics sha256:689e2e9860e79c83d65014cd6131b8dc0978675d5b7e8ed2e617f67e118fa07b
-- The rules of scoring rubrics.

-- The rubrics of all dimensions, {"1-2": "...", "3": "..."} each: ranges on the scale that do not overlap. One query
-- for all of them, since a query for each would take longer than everything else together.
create or replace function private.rubric_faults(dimensions jsonb, low numeric, high numeric)
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
    select dimension.place,
           entry.key,
           entry.value,
           -- A bound on the length keeps the cast from meeting more digits than numeric holds. Without captures the
           -- expression is matched many times faster.
           case when length(entry.key) <= 100 and entry.key ~ '^ *[0-9]*\.?[0-9]+ *(?:[-–] *[0-9]*\.?[0-9]+ *)?$'
             then string_to_array(translate(entry.key, '–', '-'), '-')
           end as bounds
      from jsonb_array_elements(dimensions) with ordinality as dimension (value, place),
           lateral jsonb_each(
             case when jsonb_typeof(dimension.value -> 'scoringRubric') = 'object'
               then dimension.value -> 'scoringRubric' end
           ) as entry
  ),
  range as (
    select level.place,
           level.key,
           level.value,
           level.bounds[1]::numeric as first,
           coalesce(level.bounds[2], level.bounds[1])::numeric as last
      from level
  ),
  checked as (
    select range.place,
           range.key,
           range.first,
           case
             when range.first is null then 'invalid-range'
             when range.first > range.last then 'out-of-order'
             when range.first < low or range.last > high then 'outside-scale'
             when range.first <= max(range.last) over (
               partition by range.place
               order by range.first, range.last, range.key rows between unbounded preceding and 1 preceding
             ) then 'overlapping-range'
             when jsonb_typeof(range.value) <> 'string' then 'wrong-type'
           end as reason
      from range
  )
  select coalesce(jsonb_agg(
           private.fault(
             '$.dimensions[' || found.place - 1 || '].scoringRubric' || private.path_step(found.key), found.reason,
             case found.reason
               when 'invalid-range' then 'a range such as 3 or 3-4'
               when 'out-of-order' then 'the lower number first'
               when 'outside-scale' then 'numbers on the scale from ' || low || ' to ' || high
               when 'overlapping-range' then 'a range that shares no score with another'
               else 'a text'
             end
           ) order by found.place, found.first, found.key
         ), '[]')
    into faults
    from (select checked.* from checked where checked.reason is not null limit private.most_errors()) as found;
  return faults;
end
$$;

-- The rules of dimensions.

-- One dimension, but for its name and the ranges of its rubric.
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

-- The sum of the weights. A weight that is missing or wrong has its own fault and does not also spoil the sum.
create or replace function private.weights_faults(dimensions jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  weight_sum numeric := 0;
begin
  if jsonb_array_length(dimensions) not between 1 and private.most_errors() then
    return '[]';
  end if;
  for place in 0 .. jsonb_array_length(dimensions) - 1 loop
    -- Null, and with it the sum, where there is no weight above 0.
    weight_sum := weight_sum + case
      when jsonb_typeof(dimensions -> place -> 'weight') = 'number'
        then nullif(greatest((dimensions -> place -> 'weight')::numeric, 0), 0)
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

create or replace function private.dimensions_faults(dimensions jsonb, low numeric, high numeric)
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
  key text;
  keys text[] := '{}'::text[];
begin
  if jsonb_typeof(dimensions) is distinct from 'array' then
    return jsonb_build_array(private.fault('$.dimensions', 'missing', expected));
  end if;
  if jsonb_array_length(dimensions) not between 1 and private.most_dimensions() then
    faults := faults || private.fault('$.dimensions', 'wrong-count', expected);
  end if;
  for place in 0 .. least(jsonb_array_length(dimensions), private.most_errors()) - 1 loop
    path := '$.dimensions[' || place || ']';
    if jsonb_typeof(dimensions -> place) <> 'object' then
      faults := faults || private.fault(path, 'wrong-type', 'an object with name, weight and description');
      continue;
    end if;
    key := private.name_key(dimensions -> place);
    faults := faults
      || private.name_faults(key, keys, path, 'dimension')
      || private.dimension_faults(dimensions -> place, path);
    keys := keys || key;
  end loop;
  return faults || private.rubric_faults(dimensions, low, high) || private.weights_faults(dimensions);
end
$$;

-- The rules of result categories.

-- One category, but for its name.
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

create or replace function private.categories_faults(
  categories jsonb, dimension_keys text[], low numeric, high numeric
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
  key text;
  keys text[] := '{}'::text[];
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
    key := private.name_key(categories -> place);
    faults := faults
      || private.name_faults(key, keys, path, 'category')
      || private.category_faults(categories -> place, path, dimension_keys, low, high);
    keys := keys || key;
  end loop;
  return faults;
end
$$;

-- The rules of interviewGuidelines: opening, closing, and questions under the name of a dimension or under general.
create or replace function private.guidelines_faults(guidelines jsonb, known_dimensions text[])
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  path constant text := '$.interviewGuidelines.probingQuestions';
  faults jsonb := '[]'::jsonb;
  questions jsonb;
  keys text[];
begin
  if jsonb_typeof(guidelines) <> 'object' then
    return jsonb_build_array(private.fault('$.interviewGuidelines', 'wrong-type', 'an object'));
  end if;
  if jsonb_typeof(guidelines -> 'opening') not in ('string', 'null') then
    faults := faults || private.fault('$.interviewGuidelines.opening', 'wrong-type', 'a text');
  end if;
  questions := guidelines -> 'probingQuestions';
  if questions = '{}' then
    null;
  elsif jsonb_typeof(questions) = 'object' then
    keys := array(select jsonb_object_keys(questions));
    faults := faults || coalesce((
      select jsonb_agg(
               private.fault(path || private.path_step(keys[listed.place]), 'unknown-dimension',
                             'the name of a dimension, or general')
             )
        from unnest(private.unknown_names(keys, known_dimensions || 'general'::text)) as listed (place)
    ), '[]');
    faults := faults || coalesce((
      select jsonb_agg(found.fault)
        from (
          select fault.value as fault
            from jsonb_each(questions) as entry,
                 lateral jsonb_array_elements(
                   private.text_list_faults(entry.value, path || private.path_step(entry.key))
                 ) as fault
           limit private.most_errors()
        ) as found
    ), '[]');
  elsif jsonb_typeof(questions) <> 'null' then
    faults := faults || private.fault(path, 'wrong-type', 'an object of lists of questions');
  end if;
  if jsonb_typeof(guidelines -> 'closing') not in ('string', 'null') then
    faults := faults || private.fault('$.interviewGuidelines.closing', 'wrong-type', 'a text');
  end if;
  return faults;
end
$$;
