-- The queue of jobs, for uploads and for requests to score a session.

-- All locks on the host's tables that the following statements need, taken at once with a short wait
-- (host_check/rules.sql).
select private.lock_host_tables('share row exclusive', 'public.tenant_profiles');

-- attempts counts every claim and never decreases, so it identifies a claim: finishing must state it. A claim that was
-- returned unstarted also counts in releases; attempts - releases is compared with max_attempts.
--
-- rank is the order of claims, and makes it fair: a tenant's next job comes after its last one, but the first job of a
-- tenant without open jobs comes to the front. So tenants take turns, however many jobs one of them adds. Only open jobs
-- have a rank.
--
-- A job that must wait has not_before. The claim removes it when the time has come, so that waiting jobs are not in the
-- index that it reads.
--
-- A claim writes no indexed column, and half of each page is reserved for it, so Postgres writes the new row on the same
-- page and touches no index (a heap-only update). Therefore the state, the worker and the lease have no index.
create table if not exists private.jobs (
  id bigint generated always as identity,
  kind text not null,
  subject_id uuid,
  target_id uuid,
  tenant_id uuid,
  state text not null default 'queued',
  rank bigint default 0,
  size_bytes integer not null default 0,
  attempts integer not null default 0,
  releases integer not null default 0,
  max_attempts integer not null default 5,
  not_before timestamptz,
  worker text,
  lease_expires_at timestamptz,
  last_error text,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,

  constraint jobs_pkey primary key (id),
  constraint jobs_tenant_id_fkey
  foreign key (tenant_id) references public.tenant_profiles (id) on delete cascade,
  constraint job_has_subject_and_tenant_or_neither check (num_nonnulls(subject_id, tenant_id) in (0, 2)),
  -- Short, because every statement compiles it again, and every written row is checked.
  constraint job_columns_agree_with_its_state check (
    state = case
      when finished_at is not null and last_error is null then 'succeeded'
      when finished_at is not null then 'failed'
      when lease_expires_at is not null then 'running'
      else 'queued'
    end
    and (rank is null) = (finished_at is not null)
    and num_nonnulls(not_before, lease_expires_at, finished_at) <= 1
    and (lease_expires_at is null or (worker is not null and started_at is not null))
  ),
  constraint job_error_is_a_code check (last_error ~ '^[a-z0-9-]{1,64}$'),
  constraint job_counts_are_sane check (0 <= releases and releases <= attempts and max_attempts > 0)
)
with (fillfactor = 40, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000, autovacuum_analyze_scale_factor = 0.05);
comment on table private.jobs is 'The queue: one row per job. Workers access it only through exchange_jobs.';
comment on column private.jobs.subject_id is 'What the job is about, such as an upload. Null for a kind that does nothing.';
comment on column private.jobs.target_id is
'The assessment that an upload replaces. Stored here too, because the upload''s own reference is set to null when that '
'assessment is deleted.';
comment on column private.jobs.attempts is 'How often the job was claimed. The number of the latest claim is its fencing token.';
comment on column private.jobs.releases is 'How many claims were returned without being started. They do not count as attempts.';
comment on column private.jobs.last_error is 'A stable code. Never contains text that a tenant wrote.';
alter table private.jobs enable row level security;
revoke all on table private.jobs from public, anon, authenticated, service_role;

-- For the claim: open jobs in the order of their turns. Claimed jobs are skipped; finished ones are not in the index, so
-- their number costs nothing.
create index if not exists idx_jobs_open on private.jobs (rank, id)
where rank is not null and not_before is null;
create index if not exists idx_jobs_waiting on private.jobs (not_before)
where not_before is not null;
create index if not exists idx_jobs_finished on private.jobs (finished_at)
where finished_at is not null;
create index if not exists idx_jobs_failed on private.jobs (finished_at)
where finished_at is not null and last_error is not null;
create unique index if not exists one_job_a_subject on private.jobs (subject_id)
where subject_id is not null;

-- For the rank of a tenant's last open job, and for the foreign key.
create index if not exists idx_jobs_tenant on private.jobs (tenant_id, rank)
where tenant_id is not null;

-- What each worker received last, so that a request that is repeated because its answer was lost gets the same jobs again.
create table if not exists private.claims (
  worker text not null,
  request text not null,
  jobs bigint[] not null,
  claimed_at timestamptz not null,
  constraint claims_pkey primary key (worker)
);
comment on table private.claims is 'Each worker''s latest request and the jobs that it received.';
alter table private.claims enable row level security;
revoke all on table private.claims from public, anon, authenticated, service_role;

-- Consecutive numbers do not compress well enough to be worth it.
alter table private.claims alter column jobs set storage external;
