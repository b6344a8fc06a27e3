-- Results as they count after reviews: what links, lists and figures show.

-- The newest correction counts; what is known of runs alone (why a dimension was not scored, spread, stability) is not known of
-- a correction. A result that was withdrawn is not here. With the caller's rights: who can read a result
-- can read its reviews.
create or replace view public.effective_results
with (security_invoker = true)
as
select
  result.id,
  result.assessment_id,
  result.session_id,
  result.session_type,
  result.tenant_id,
  result.campaign_id,
  result.campaign_created_by,
  coalesce(correction.dimension_scores, result.dimension_scores) as dimension_scores,
  case when correction.id is null then result.overall_score else correction.overall_score end as overall_score,
  case when correction.id is null then result.matched_category else correction.matched_category end as matched_category,
  case when correction.id is null then result.matched_category_data else correction.matched_category_data end
    as matched_category_data,
  coalesce(correction.uncovered_dimensions, result.uncovered_dimensions) as uncovered_dimensions,
  result.ai_insights,
  result.assessment_version,
  result.assessment_definition_snapshot,
  result.result_disclosure,
  result.created_at,
  result.completed_at,
  result.assessment_version_id,
  result.version_assumed,
  result.transcript_source,
  result.provenance,
  case when correction.id is null then result.coverage else correction.coverage end as coverage,
  case when correction.id is null then result.uncovered_reasons end as uncovered_reasons,
  case when correction.id is null then result.spread end as spread,
  case when correction.id is null then result.stability end as stability,
  case when correction.id is null then result.margin else correction.margin end as margin,
  correction.id is not null as corrected
from public.custom_assessment_results as result
left join lateral (
  select review.*
  from public.result_reviews as review
  where review.result_id = result.id and review.decision = 'corrected'
  order by review.number desc
  limit 1
) as correction on true
where
  not exists (
    select from public.result_reviews as review
    where review.result_id = result.id and review.decision = 'withdrawn'
  );
comment on view public.effective_results is
'Results as they count: with the scores of the newest correction, marked as corrected, and without those that were withdrawn.';
revoke all on table public.effective_results from public, anon, authenticated, service_role;

-- A result as it counts after its reviews; null if it was withdrawn.
create or replace function private.result_in_force(result public.custom_assessment_results)
returns public.custom_assessment_results
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  changed constant jsonb := (
    select jsonb_build_object(
             'dimension_scores', effective.dimension_scores, 'overall_score', effective.overall_score,
             'matched_category', effective.matched_category, 'matched_category_data', effective.matched_category_data,
             'uncovered_dimensions', effective.uncovered_dimensions, 'coverage', effective.coverage,
             'uncovered_reasons', effective.uncovered_reasons, 'spread', effective.spread,
             'stability', effective.stability, 'margin', effective.margin
           )
      from public.effective_results as effective
     where effective.id = result.id
  );
begin
  return case when changed is not null then jsonb_populate_record(result, changed) end;
end
$$;
