-- custom-assessments 0.2.0 worker_api_uploads sha256:a493bba293b4165f09564dfbcd38751d6fba582acbc7c0afc683929a336d2b1d
-- The job kind compile: what the worker receives of an upload, what is locked, how it is applied, and what its row then
-- shows.

create or replace function private.load_uploads(jobs bigint[], attempts integer[], tries integer[], subjects uuid[])
returns json
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  loaded json;
begin
  with given as materialized (
    select each.job, each.attempt, each.tries, each.subject, each.place
      from unnest(jobs, attempts, load_uploads.tries, subjects)
             with ordinality as each (job, attempt, tries, subject, place)
  ),
  begun as (
    update public.assessment_uploads as upload
       set status = 'processing', started_at = now(), attempts = given.tries
      from given
     where upload.id = given.subject
       and upload.id = any (subjects)
    returning upload.id, upload.source_markdown, upload.source_definition
  )
  select json_build_object(
           'kind', 'compile',
           'jobs', json_agg(given.job order by given.place),
           'attempts', json_agg(given.attempt order by given.place),
           'tries', json_agg(given.tries order by given.place),
           'subjects', json_agg(given.subject order by given.place),
           'sources', json_agg(coalesce(begun.source_markdown, '') order by given.place),
           'definitions', json_agg(coalesce(begun.source_definition::text, '') order by given.place))
    into loaded
    from given
    join begun on begun.id = given.subject
  having count(*) > 0;
  return loaded;
end
$$;

-- The line of the tenant, the creators and the tenant.
create or replace function private.lock_for_uploads(tenant_id uuid, subjects uuid[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Each row is looked up by its key, because the plan is cached for the session, and may have been made when there were no
  -- uploads.
  perform private.hold_tenant(
    lock_for_uploads.tenant_id,
    array(
      select distinct coalesce(
               (select upload.created_by from public.assessment_uploads as upload where upload.id = given.subject),
               (select tenant.user_id from public.tenant_profiles as tenant where tenant.id = lock_for_uploads.tenant_id))
        from unnest(subjects) as given (subject)
    ),
    true);
end
$$;

-- New drafts are written by one statement. A tenant's replacements may change what its new uploads find: in that case all
-- are applied in order.
create or replace function private.are_new_drafts(subjects uuid[], targets uuid[])
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return array_remove(targets, null) = '{}'
    and not exists (
      select from public.assessment_uploads as upload where upload.id = any (subjects) and upload.dry_run
    );
end
$$;

create or replace function private.apply_uploads(subjects uuid[], targets uuid[], elements jsonb[])
returns jsonb[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if cardinality(subjects) > 1 then
    return private.apply_drafts(
      subjects,
      array(
        select (given.element ->> 'definition')::jsonb
          from unnest(elements) with ordinality as given (element, place)
         order by given.place),
      array(
        select given.element ->> 'markdown'
          from unnest(elements) with ordinality as given (element, place)
         order by given.place));
  end if;
  return array[private.apply_upload(
    subjects[1], targets[1], (elements[1] ->> 'definition')::jsonb, elements[1] -> 'version_at',
    coalesce((elements[1] -> 'version_is_stated')::boolean, true), elements[1] ->> 'markdown')];
end
$$;

-- The final diagnostics of an upload: the worker's, and those that the database adds.
create or replace function private.final_diagnostics(judged private.judged_job)
returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if judged.verdict = 'exhausted' then
    return jsonb_build_array(private.upload_diagnostic(
      case when judged.code in ('too-slow', 'worker-lost') then judged.code else 'too-many-attempts' end));
  end if;
  return private.bounded_diagnostics(judged.diagnostics)
    || coalesce(
         judged.ending -> 'diagnostics',
         case when judged.ending ? 'faults' then private.refused_diagnostics(judged.code, judged.ending -> 'faults') end,
         '[]');
end
$$;

create or replace function private.settle_uploads(judged private.judged_job[])
returns uuid[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  settled uuid[];
begin
  with final as materialized (
    select each.subject_id, each.charged, each.verdict, each.ending,
           each.verdict in ('succeeded', 'failed', 'exhausted') as ends,
           case when each.verdict in ('succeeded', 'failed', 'exhausted') then private.final_diagnostics(each) end
             as diagnostics
      from unnest(judged) as each
     where each.verdict <> 'pruned'
  ),
  written as (
    update public.assessment_uploads as upload
       set status = case when final.verdict = 'succeeded' then 'succeeded' when final.ends then 'failed' else 'queued' end,
           diagnostics = coalesce(
             case when upload.source_definition is null then final.diagnostics
                  else private.with_paths(final.diagnostics) end,
             '[]'),
           -- The assessment's stored value, which need not be compressed again.
           definition = coalesce(final.ending -> 'definition', (
             select assessment.definition
               from public.custom_assessments as assessment
              where assessment.id = (final.ending ->> 'assessment_id')::uuid)),
           assessment_id = coalesce((final.ending ->> 'assessment_id')::uuid, upload.assessment_id),
           attempts = final.charged - case when final.verdict in ('release', 'waits') then 1 else 0 end,
           started_at = case when final.ends then upload.started_at end,
           finished_at = case when final.ends then now() end
      from final
     where upload.id = final.subject_id
       and upload.id = any (array(select subject.subject_id from final as subject))
    returning upload.id
  )
  select array_agg(written.id) into settled from written;
  return settled;
end
$$;

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
