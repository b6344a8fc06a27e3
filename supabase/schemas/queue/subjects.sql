-- What happens to the queue when the subject of a job, its tenant or its assessment goes away.

-- The locks that what follows needs on the host's tables: all at once, and waited for briefly (host_check/rules.sql).
select private.lock_host_tables('share row exclusive', 'public.tenant_profiles');

-- SECURITY DEFINER: the deletion may come from any role that may delete the subject or what it hangs on.
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

create or replace trigger end_jobs_without_subject
after delete on public.assessment_uploads
referencing old table as gone
for each statement execute function private.end_jobs_without_subject();

create or replace trigger end_jobs_without_subject
after delete on private.score_requests
referencing old table as gone
for each statement execute function private.end_jobs_without_subject();

-- Workers lock jobs before their subjects; a tenant's deletion reaches the subjects by itself, so it takes the jobs first.
-- SECURITY DEFINER: the queue is nobody's to lock.
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

-- Scores that were accepted are kept as a result is, until there is a result, also when their job failed: a retry makes the result
-- of them. Whoever owns the assessment could otherwise make finished interviews vanish by deleting it meanwhile. SECURITY DEFINER:
-- nobody of the API may read the requests.
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
