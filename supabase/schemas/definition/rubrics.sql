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
