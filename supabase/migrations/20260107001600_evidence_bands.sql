-- custom-assessments 0.2.0 evidence_bands sha256:fb6e037f7a0d3b1376eb27c933b75385ba684b4ab9f27a06721e839af3328932
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

-- How several runs become one score for each dimension.

-- An item of a run whose quotes have been located, as it votes: where the assessment requires evidence, an item without a quote
-- that was found in the respondent's own words is unscored. Its band and score stay beside that, as the rater gave them.
create or replace function private.judged_item(evidence_rule text, item jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  if evidence_rule = 'required' and item ->> 'unscored' is null
    and not jsonb_path_exists(item, '$.evidence[*] ? (@.status == "verified" || @.status == "repaired")') then
    return item || '{"unscored": "unverified"}';
  end if;
  return item;
end
$$;

-- The effective rule for evidence: the one that metadata states, or the default.
create or replace function private.evidence_in_force(metadata jsonb)
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(metadata ->> 'evidence', private.metadata_defaults() ->> 'evidence');
end
$$;

-- What judged runs give: scores by the names of the definition, the reason for each dimension without a score, and how far the
-- scores of a dimension lie apart, if at least two count. Each run votes on the dimensions of its items. Where a person votes on
-- a dimension, only people's votes count. runs is [{rater: {kind}, items: [{dimension, score or unscored}]}].
create or replace function private.combined_runs(
  definition jsonb, runs jsonb, out scores jsonb, out reasons jsonb, out spread jsonb
)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  dimensions record;
begin
  select * into dimensions from private.scored_dimensions(definition);
  with vote as (
    select array_position(dimensions.folded, private.fold_name(private.trim_text(item.value ->> 'dimension'))) as place,
           run.value #>> '{rater,kind}' = 'human' as by_person,
           item.value ->> 'unscored' as reason,
           case when item.value ->> 'unscored' is null then (item.value ->> 'score')::numeric end as score
      from jsonb_array_elements(runs) as run,
           jsonb_array_elements(run.value -> 'items') as item
  ),
  counting as (
    select present.place, present.reason, present.score
      from (select vote.*, bool_or(vote.by_person) over (partition by vote.place) as person_votes from vote) as present
     where present.by_person = present.person_votes
  ),
  tally as (
    select counting.place, count(*) as votes, count(counting.score) as scored,
           array_agg(counting.score order by counting.score) filter (where counting.score is not null) as sorted
      from counting
     group by counting.place
  ),
  -- The most frequent reason of each dimension; null where two are equally frequent.
  main_reason as (
    select ranked.place, case when count(*) = 1 then min(ranked.reason) end as reason
      from (
        select counting.place, counting.reason, rank() over (partition by counting.place order by count(*) desc) as standing
          from counting
         where counting.reason is not null
         group by counting.place, counting.reason
      ) as ranked
     where ranked.standing = 1
     group by ranked.place
  ),
  outcome as (
    select named.name,
           case when tally.scored * 2 > tally.votes then
             -- The median, rounded half up, but never off the scale, whose ends may be finer.
             least(dimensions.high, greatest(dimensions.low, trim_scale(round(
               (tally.sorted[(tally.scored + 1) / 2] + tally.sorted[tally.scored / 2 + 1]) * 0.5, 2
             )))) end as score,
           case
             when tally.place is null then 'not-asked'
             when tally.scored * 2 = tally.votes then 'raters-disagree'
             else coalesce(main_reason.reason, 'raters-disagree')
           end as reason,
           case when tally.scored > 1 then trim_scale(tally.sorted[tally.scored] - tally.sorted[1]) end as apart
      from unnest(dimensions.names) with ordinality as named (name, place)
      left join tally on tally.place = named.place
      left join main_reason on main_reason.place = named.place
  )
  select coalesce(jsonb_object_agg(outcome.name, outcome.score) filter (where outcome.score is not null), '{}'),
         coalesce(jsonb_object_agg(outcome.name, outcome.reason) filter (where outcome.score is null), '{}'),
         coalesce(jsonb_object_agg(outcome.name, outcome.apart) filter (where outcome.apart is not null), '{}')
    into scores, reasons, spread
    from outcome;
end
$$;

-- How much of an assessment was scored.

-- The share of the weights whose dimensions were scored, from 0 to 1. Cut after four places rather than rounded, so that it is
-- never more than the share, and 1 only if everything was scored. scores is named as the definition has it.
create or replace function private.coverage_of(definition jsonb, scores jsonb)
returns numeric
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  dimensions record;
  scored numeric;
  whole numeric;
begin
  select * into dimensions from private.scored_dimensions(definition);
  select coalesce(sum(listed.weight) filter (where scores ? listed.name), 0), sum(listed.weight)
    into scored, whole
    from unnest(dimensions.names, dimensions.weights) as listed (name, weight);
  return div(scored * 10000, whole) * 0.0001;
end
$$;

-- The coverage below which an assessment has no overall score and no category.
create or replace function private.least_coverage(definition jsonb)
returns numeric
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  metadata constant jsonb := definition -> 'metadata';
begin
  return coalesce(
    metadata -> 'minCoverage', private.metadata_defaults() #> array['minCoverage', private.evidence_in_force(metadata)]
  )::numeric;
end
$$;

-- How many runs agree with a result.

-- How many of the runs have the category of the result, each scored alone: {runs, same}. A run that covers less than the
-- assessment requires has no category. Null below three runs, which say nothing about certainty.
create or replace function private.stability_of(definition jsonb, runs jsonb, category text)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  least constant numeric := private.least_coverage(definition);
  same integer := 0;
  run jsonb;
  scores jsonb;
  found text;
begin
  if jsonb_array_length(runs) < 3 then
    return null;
  end if;
  for run in select listed.value from jsonb_array_elements(runs) as listed loop
    scores := (private.combined_runs(definition, jsonb_build_array(run))).scores;
    found := case when private.coverage_of(definition, scores) >= least and scores <> '{}' then
      (private.score_assessment(definition, scores)).category ->> 'name' end;
    if found is not distinct from stability_of.category then
      same := same + 1;
    end if;
  end loop;
  return jsonb_build_object('runs', jsonb_array_length(runs), 'same', same);
end
$$;

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
