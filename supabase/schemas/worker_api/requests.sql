-- The job kind score, for completed sessions. The worker receives only the number of the job. The functions define what is
-- locked, how the result is written, and that no other data is kept afterwards.

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
             'tries', json_agg(given.tries order by given.place))
      from unnest(jobs, attempts, load_requests.tries, subjects)
             with ordinality as given (job, attempt, tries, subject, place)
      join private.score_requests as request on request.id = given.subject
     where request.id = any (subjects)
    having count(*) > 0);
end
$$;

-- Only the tenant, because a result has no creator.
create or replace function private.lock_for_requests(tenant_id uuid, subjects uuid[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.hold_tenant(lock_for_requests.tenant_id, null, false);
end
$$;

-- Creates the result of a finished interview, with the version for which its scores were accepted.
create or replace function private.take_snapshot(request_id uuid)
returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  request record;
  owner_id uuid;
begin
  select present.session_id, present.session_type, present.tenant_id, present.assessment_id, present.dimension_scores,
         present.ai_insights, present.completed_at
    into strict request
    from private.score_requests as present
   where present.id = take_snapshot.request_id;
  insert into public.custom_assessment_results (
    assessment_id, session_id, session_type, dimension_scores, ai_insights, completed_at
  )
  values (
    request.assessment_id, request.session_id, request.session_type, request.dimension_scores, request.ai_insights,
    request.completed_at
  )
  returning tenant_id into owner_id;
  -- The interviewed session was deleted, and another tenant's session has its id.
  if owner_id <> request.tenant_id then
    perform private.refuse('SESSION_NOT_FOUND', jsonb_build_object('session_id', request.session_id));
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
    select private.take_snapshot(given.subject)
      from unnest(subjects) with ordinality as given (subject, place)
     order by given.place);
end
$$;

-- Finished jobs, older than the given time, of accepted scores. These are kept whatever the outcome of their job, so that
-- it can be retried, as long as their session exists and for a while after its deletion.
create or replace function private.jobs_of_kept_requests(finished_before timestamptz)
returns bigint[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  -- The deletion of a session is first noticed here, because it is not reported.
  update private.score_requests as request
     set session_gone_at = now()
   where request.session_gone_at is null
     and not private.is_session_of(request.session_id, request.session_type, request.tenant_id);
  return array(
    select job.id
      from private.score_requests as request
      join private.jobs as job on job.subject_id = request.id
     where job.finished_at < finished_before
       and (
         request.session_gone_at is null
         or request.session_gone_at > now() - make_interval(days => private.setting('begun_session_days')::integer)
       )
  );
end
$$;

-- Once the result has the answers, a second copy is not needed; nor after its job is pruned.
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
