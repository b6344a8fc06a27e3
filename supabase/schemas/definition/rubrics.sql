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
