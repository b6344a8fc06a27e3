-- A completed session becomes a result.

-- The end of a scored session: its result, by the definition that its scores were accepted for.
-- What the worker worked out must be what the database works out; a difference between the two versions of the rule
-- (workers upgraded before migrations) passes when both are upgraded, so it is tried again.
create or replace function private.apply_score(request_id uuid, element jsonb)
returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  request record;
  result record;
begin
  select present.session_id, present.session_type, present.tenant_id, present.assessment_id, present.dimension_scores,
         present.ai_insights, present.completed_at
    into strict request
    from private.score_requests as present
   where present.id = apply_score.request_id;
  insert into public.custom_assessment_results (
    assessment_id, session_id, session_type, dimension_scores, ai_insights, completed_at
  )
  values (
    request.assessment_id, request.session_id, request.session_type, request.dimension_scores, request.ai_insights,
    request.completed_at
  )
  returning tenant_id, overall_score, matched_category, uncovered_dimensions into result;
  -- The session that was interviewed is gone, and another tenant's has its id.
  if result.tenant_id <> request.tenant_id then
    perform private.refuse('SESSION_NOT_FOUND', jsonb_build_object('session_id', request.session_id));
  end if;
  if result.overall_score is distinct from (element ->> 'overall_score')::numeric
     or result.matched_category is distinct from element ->> 'matched_category'
     or to_jsonb(result.uncovered_dimensions) is distinct from element -> 'uncovered_dimensions' then
    raise exception using errcode = 'CAS01', message = 'The worker and the database score differently.';
  end if;
  return '{"end": "succeeded"}'::jsonb;
end
$$;
