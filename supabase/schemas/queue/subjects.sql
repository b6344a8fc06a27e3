-- What happens to jobs when their subject, tenant or assessment is deleted.

-- All locks on the host's tables that the following statements need, taken at once with a short wait
-- (host_check/rules.sql).
select private.lock_host_tables('share row exclusive', 'public.tenant_profiles');

-- SECURITY DEFINER, because any role that can delete the subject, or a row on which it depends, may cause the deletion.
create or replace function private.end_jobs_without_subject()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update private.jobs as job
     set state = 'failed', last_error = 'subject-deleted', rank = null, not_before = null,
         worker = null, lease_expires_at = null, finished_at = now()
    from gone
   where job.subject_id = gone.id
     and job.rank is not null;
  return null;
end
$$;

-- An owner's deletion waits in the tenant's line, in which a worker stores what it made of uploads.
create or replace trigger upload_0_line
before delete on public.assessment_uploads
for each statement when (current_user in ('anon', 'authenticated'))
execute function private.enter_my_lines();

-- Workers lock jobs before their subjects, a deletion of an upload only afterwards, so it does not wait for a job that a
-- worker has in hand at this moment. SECURITY DEFINER, as above.
create or replace function private.hold_job_of_upload()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform job.id from private.jobs as job where job.subject_id = old.id and job.rank is not null for update nowait;
  return old;
exception when lock_not_available then
  perform private.refuse('BUSY', jsonb_build_object('tenant_id', old.tenant_id));
end
$$;

create or replace trigger hold_job_of_upload
before delete on public.assessment_uploads
for each row execute function private.hold_job_of_upload();

create or replace trigger end_jobs_without_subject
after delete on public.assessment_uploads
referencing old table as gone
for each statement execute function private.end_jobs_without_subject();

create or replace trigger end_jobs_without_subject
after delete on private.score_requests
referencing old table as gone
for each statement execute function private.end_jobs_without_subject();

-- Workers lock jobs before their subjects. A tenant's deletion reaches the subjects by itself, so it locks the jobs first.
-- SECURITY DEFINER, because no role can lock the queue.
create or replace function private.hold_jobs_of_tenant()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform job.id
     from private.jobs as job
    where job.tenant_id = old.id
      and job.rank is not null
    order by job.id
      for update;
  return old;
end
$$;

create or replace trigger hold_jobs_of_tenant
before delete on public.tenant_profiles
for each row execute function private.hold_jobs_of_tenant();

-- Accepted scores are protected like a result until there is a result, even if their job failed, because a retry creates
-- the result from them. Otherwise the owner of the assessment could delete it to make finished interviews disappear.
-- SECURITY DEFINER, because no role of the API can read the requests.
create or replace function private.keep_assessment_with_completions()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (select from private.score_requests as request where request.assessment_id = old.id) then
    perform private.refuse('ASSESSMENT_HAS_RESULTS', jsonb_build_object('assessment_id', old.id));
  end if;
  return old;
end
$$;

create or replace trigger keep_assessment_with_completions
before delete on public.custom_assessments
for each row execute function private.keep_assessment_with_completions();
