-- custom-assessments 0.2.0 operators sha256:8317275f58300a1fc8920ea3306bd031179b77018ba451ceb93e1fa0eead8218
-- What operators call and read: the state of the queue, retries, and deleting old jobs.

-- SECURITY DEFINER, as exchange_jobs.
create or replace function public.queue_status()
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  with kind as (
    select known.kind as name from private.job_kinds as known where known.applies is not null
  ),
  open as (
    select job.kind,
           count(*) filter (where job.state = 'queued' and job.not_before is null) as queued,
           count(*) filter (where job.not_before is not null) as waiting,
           count(*) filter (where job.state = 'running') as running,
           count(*) filter (where job.state = 'running' and job.lease_expires_at <= now()) as expired,
           min(job.created_at) filter (where job.state = 'queued') as oldest
      from private.jobs as job
     where job.rank is not null
     group by job.kind
  ),
  ended as (
    select job.kind,
           count(*) filter (where not private.is_authors_fault(job.last_error)) as failed,
           count(*) filter (where private.is_authors_fault(job.last_error)) as rejected
      from private.jobs as job
     where job.last_error is not null
       and job.finished_at > now() - interval '1 hour'
     group by job.kind
  )
  select jsonb_object_agg(kind.name, jsonb_build_object(
           'queued', coalesce(open.queued, 0),
           'waiting', coalesce(open.waiting, 0),
           'running', coalesce(open.running, 0),
           'expired_leases', coalesce(open.expired, 0),
           'failed_last_hour', coalesce(ended.failed, 0),
           'rejected_last_hour', coalesce(ended.rejected, 0),
           'oldest_queued_seconds', round(extract(epoch from now() - open.oldest), 3)))
    from kind
    left join open on open.kind = kind.name
    left join ended on ended.kind = kind.name
$$;
comment on function public.queue_status() is
'For operators, per kind of job: how many jobs are queued, waiting for another attempt, running, or claimed by a worker whose '
'lease has expired; how many failed and how many files were rejected as invalid in the last hour; the age of the oldest '
'queued job.';
revoke all on function public.queue_status() from public, anon, authenticated, service_role;

-- SECURITY DEFINER, as exchange_jobs.
create or replace function public.retry_jobs(
  jobs bigint[] default null, uploads uuid[] default null, failed_since timestamptz default null
)
returns integer
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  failed private.judged_job[];
  present uuid[];
  retried bigint[];
begin
  if jobs is null and uploads is null and failed_since is null then
    perform private.refuse('INVALID_ARGUMENT',
      '{"argument": "jobs", "expected": "at least one of jobs, uploads and failed_since"}');
  end if;
  -- As if there had been no attempt.
  failed := array(
    select row(null, job.id, job.kind, job.subject_id, 'retry', null, false, 0, job.attempts, null, null)::private.judged_job
      from private.jobs as job
     where job.state = 'failed'
       and (job.id = any (retry_jobs.jobs)
            or job.subject_id = any (retry_jobs.uploads)
            or job.finished_at >= retry_jobs.failed_since)
     order by job.id
       for update);
  present := private.settle_subjects(failed);
  retried := array(
    select each.job from unnest(failed) as each where each.subject_id = any (present) order by each.job);
  update private.jobs as job
     set state = 'queued', releases = job.attempts, finished_at = null, worker = null, rank = given.rank
    from unnest(retried, private.next_ranks(array(
           select again.tenant_id from private.jobs as again where again.id = any (retried) order by again.id)))
      as given (id, rank)
   where job.id = given.id;
  if cardinality(retried) > 0 then
    perform pg_notify('assessment_jobs', '');
  end if;
  return cardinality(retried);
end
$$;
comment on function public.retry_jobs(bigint[], uuid[], timestamptz) is
'For operators: requeues failed jobs, selected by job, by upload, or by the time since which they failed. Returns how many.';
revoke all on function public.retry_jobs(bigint[], uuid[], timestamptz) from public, anon, authenticated, service_role;

-- SECURITY DEFINER, as exchange_jobs.
create or replace function public.prune_jobs(keep interval default '30 days', batch integer default 10000)
returns integer
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  pruned private.judged_job[];
  kept bigint[];
begin
  if keep is null or keep < interval '0' then
    perform private.refuse('INVALID_ARGUMENT', '{"argument": "keep", "expected": "an interval of zero or more"}');
  elsif batch is null or batch not between 1 and 1000000 then
    perform private.refuse('INVALID_ARGUMENT', '{"argument": "batch", "expected": "1 to 1000000"}');
  end if;
  -- What is tried again as long as it is kept.
  kept := private.jobs_of_kept_requests(now() - prune_jobs.keep);
  pruned := array(
    select row(null, job.id, job.kind, job.subject_id, 'pruned', null, false, 0, job.attempts, null, null)::private.judged_job
      from private.jobs as job
     where job.finished_at < now() - prune_jobs.keep
       and job.id <> all (kept)
     order by job.finished_at
     limit prune_jobs.batch
       for update skip locked);
  perform private.settle_subjects(pruned);
  delete from private.jobs as job where job.id = any (array(select each.job from unnest(pruned) as each));
  -- What made no assessment; an upload that did belongs to it.
  delete from public.assessment_uploads as upload
   where upload.id = any (array(select each.subject_id from unnest(pruned) as each))
     and (upload.dry_run or upload.status = 'failed');
  -- Workers that no longer exist send no more requests.
  delete from private.claims as claim where claim.claimed_at < now() - greatest(prune_jobs.keep, interval '1 day');
  perform private.expire_words(prune_jobs.batch);
  perform private.expire_run_words(prune_jobs.batch);
  perform private.prune_transcripts(prune_jobs.batch);
  perform private.prune_pins(prune_jobs.batch);
  perform private.prune_versions(prune_jobs.batch);
  return cardinality(pruned);
end
$$;
comment on function public.prune_jobs(interval, integer) is
'For operators: deletes finished jobs older than keep, oldest first, at most batch of them. Returns how many; repeat the call '
'until it returns fewer than batch. Dry runs and failed uploads are deleted with their jobs, as are unused versions beyond the '
'newest of each assessment, pins and transcripts of deleted sessions, and words of interviews older than words_days; other uploads, '
'results and scores that can still be retried are kept.';
revoke all on function public.prune_jobs(interval, integer) from public, anon, authenticated, service_role;

create or replace view public.job_queue
with (security_invoker = true) as
select
  job.id,
  job.kind,
  job.subject_id,
  job.tenant_id,
  job.state,
  job.rank,
  job.attempts - job.releases as attempts,
  job.max_attempts,
  job.not_before,
  job.worker,
  job.lease_expires_at,
  job.last_error,
  now() - job.created_at as age,
  job.created_at,
  job.started_at,
  job.finished_at
from private.jobs as job;
comment on view public.job_queue is
'For operators: one row per job, unfinished or finished, without any text that a tenant wrote. Agents look up the outcome of '
'the job that complete_assessment_session returned.';
revoke all on table public.job_queue from public, anon, authenticated, service_role;
