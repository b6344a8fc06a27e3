-- How near another result was.

-- The ranges of the categories, in order, with the averages of their primary dimensions as private.primary_average returns
-- them for this overall score.
create or replace function private.category_standings(
  categories jsonb, overall numeric, folded text[], score_of numeric[]
)
returns table (place bigint, name text, low numeric, high numeric, total numeric, parts integer)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
    select each.ordinality, each.value ->> 'name', (each.value #>> '{scoreRange,0}')::numeric,
           (each.value #>> '{scoreRange,1}')::numeric, average.total, average.parts
      from jsonb_array_elements(categories) with ordinality as each,
           private.primary_average(each.value, overall, folded, score_of) as average
     where jsonb_typeof(each.value -> 'scoreRange') = 'array';
end
$$;

-- Overall scores, in hundredths, at which the category may change: the first and last of each range, their neighbours, and where
-- a category without primary dimensions, which counts as the overall score, meets the average of another. Between two of them
-- the category is the same.
create or replace function private.turning_points(
  categories jsonb, overall numeric, folded text[], score_of numeric[]
)
returns setof numeric
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  places constant integer := least(private.range_precision(categories), 2);
  step constant numeric := 1 / power(10::numeric, places);
  -- How far below a value of that precision the overall scores begin that are rounded to it.
  half constant numeric := case when places < 2 then step / 2 else 0 end;
begin
  return query
    select distinct round(point.value + near.difference, 2)
      from private.category_standings(categories, overall, folded, score_of) as standing,
           lateral (values
             (ceil(standing.low / step) * step - half),
             ((floor(standing.high / step) + 1) * step - half),
             (div(standing.total * 100, greatest(standing.parts, 1)) / 100)
           ) as point (value),
           (values (-0.01), (0), (0.01)) as near (difference);
end
$$;

-- overall: the smallest change of the exact overall score that reaches another category, which is
-- named by "to". lead: by how much the average of the winner's primary dimensions exceeds that of the next category whose range
-- contains the score, named by "over". Each is null without another category. Null without scores.
create or replace function private.margin_of(definition jsonb, scores jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  categories constant jsonb := definition -> 'resultCategories';
  dimensions record;
  given record;
  exact numeric;
  overall numeric;
  winner text;
  nearest record;
  second record;
begin
  select * into dimensions from private.scored_dimensions(definition);
  select * into given
    from private.read_scores(scores, dimensions.names, dimensions.folded, dimensions.low, dimensions.high);
  if given.faults <> '[]' then
    return null;
  end if;
  select sums.weighted / sums.weight_sum
    into exact
    from private.weighted_sums(dimensions.weights, given.score_of) as sums;
  overall := private.overall_of(dimensions.weights, given.score_of);
  winner := private.matching_category(categories, overall, dimensions.folded, given.score_of) ->> 'name';

  -- A score of h hundredths is that of all exact scores from half a hundredth below it to less than half a hundredth above.
  for nearest in
    select near.away, near.score, null::text as category
      from (
        select case when point.score > overall then point.score - 0.005 - exact else exact - point.score - 0.005 end as away,
               point.score
          from private.turning_points(categories, overall, dimensions.folded, given.score_of) as point (score)
         where point.score <> overall and point.score - 0.005 <= dimensions.high and point.score + 0.005 > dimensions.low
      ) as near
     order by near.away, near.score
  loop
    nearest.category := private.matching_category(
      categories, nearest.score, dimensions.folded, given.score_of
    ) ->> 'name';
    exit when nearest.category <> coalesce(winner, '');
  end loop;

  select standing.name, first.total / first.parts - standing.total / standing.parts as lead
    into second
    from private.category_standings(categories, overall, dimensions.folded, given.score_of) as first,
         private.category_standings(categories, overall, dimensions.folded, given.score_of) as standing,
         round(overall, least(private.range_precision(categories), 2)) as matched
   where first.name = winner and first.parts > 0
     and standing.place <> first.place and standing.parts > 0 and matched between standing.low and standing.high
   order by standing.total / standing.parts desc, standing.place
   limit 1;
  return jsonb_build_object(
    'overall', case when nearest.category <> coalesce(winner, '') then trim_scale(round(nearest.away, 4)) end,
    'to', case when nearest.category <> coalesce(winner, '') then nearest.category end,
    'lead', trim_scale(round(second.lead, 4)),
    'over', second.name
  );
end
$$;
