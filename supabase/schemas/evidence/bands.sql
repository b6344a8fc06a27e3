-- How far the bands of a rubric reach.

-- The bands of a rubric in the order of the scale, each with the scores that it holds, ends included: half way to its
-- neighbours, and to the end of the scale beyond the outermost. So 2 and 4 have a place between the anchors 1, 3 and 5. A score
-- half way belongs to both. No row without a rubric.
create or replace function private.band_reach(rubric jsonb, low numeric, high numeric)
returns table (band text, first numeric, last numeric)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
    select level.band,
           coalesce(trim_scale((lag(level.last) over scale + level.first) * 0.5), band_reach.low),
           coalesce(trim_scale((level.last + lead(level.first) over scale) * 0.5), band_reach.high)
      from (
        select entry.key as band,
               split_part(replace(entry.key, '–', '-'), '-', 1)::numeric as first,
               split_part(replace(entry.key, '–', '-'), '-', -1)::numeric as last
          from jsonb_each(case when jsonb_typeof(rubric) = 'object' then rubric end) as entry
      ) as level
    window scale as (order by level.first)
     order by level.first;
end
$$;
