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
