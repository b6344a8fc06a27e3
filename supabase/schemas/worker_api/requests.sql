-- The job kind score: what is given of a completed session, what is locked for it, how its result is written, and that
-- nothing else is then kept of it.

create or replace function private.load_requests(jobs bigint[], attempts integer[], tries integer[], subjects uuid[])
returns json
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select json_build_object(
             'kind', 'score',
             'jobs', json_agg(given.job order by given.place),
             'attempts', json_agg(given.attempt order by given.place),
             'tries', json_agg(given.tries order by given.place),
             'subjects', json_agg(given.subject order by given.place),
             'definitions', json_agg(request.definition::text order by given.place),
             'dimension_scores', json_agg(request.dimension_scores::text order by given.place))
      from unnest(jobs, attempts, load_requests.tries, subjects)
             with ordinality as given (job, attempt, tries, subject, place)
      join private.score_requests as request on request.id = given.subject
     where request.id = any (subjects)
    having count(*) > 0);
end
$$;

-- The tenant alone: a result is nobody's to make.
create or replace function private.lock_for_requests(tenant_id uuid, subjects uuid[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.hold_tenant(lock_for_requests.tenant_id, null, false);
end
$$;

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

create or replace function private.apply_requests(subjects uuid[], targets uuid[], elements jsonb[])
returns jsonb[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  return array(
    select private.apply_score(given.subject, given.element)
      from unnest(subjects, elements) with ordinality as given (subject, element, place)
     order by given.place);
end
$$;

-- Once the result has them, the answers need not be kept a second time; nor when its job is pruned.
create or replace function private.settle_requests(judged private.judged_job[])
returns uuid[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  present constant uuid[] := array(
    select request.id
      from private.score_requests as request
     where request.id = any (array(select each.subject_id from unnest(judged) as each)));
begin
  delete from private.score_requests as request
   where request.id = any (array(
           select each.subject_id from unnest(judged) as each where each.verdict in ('succeeded', 'pruned')));
  return present;
end
$$;
