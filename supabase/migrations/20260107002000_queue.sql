-- custom-assessments 0.2.0 queue sha256:3405e185ae94f15ec8de723c8787695eca6d0591467417960c6ec5bf3802181c
-- The kinds of jobs. A new kind is a row of private.job_kinds (worker_api/kinds.sql) and its functions; the rest of the
-- queue does not distinguish kinds.

-- A job whose outcome is decided. verdict: succeeded, failed, exhausted (after its last attempt), retry, waits (its rows
-- were locked: no attempt is counted), release (not started: not counted either), pruned; null if the worker does not have
-- the job. code: the reason, in a word. diagnostics: what the worker reported. ending: what its effect returned.
do $type$
begin
  if to_regtype('private.judged_job') is null then
    create type private.judged_job as (
      place bigint,
      job bigint,
      kind text,
      subject_id uuid,
      verdict text,
      code text,
      claimed boolean,
      charged integer,
      attempts integer,
      diagnostics jsonb,
      ending jsonb
    );
  end if;
end
$type$;
comment on type private.judged_job is 'A job whose outcome is decided.';

create table if not exists private.job_kinds (
  kind text not null,
  turn integer not null,
  outcome text not null,
  needs text,
  loads text,
  locks text,
  groups text,
  applies text,
  settles text,
  constraint job_kinds_pkey primary key (kind),
  constraint every_job_kind_has_its_turn unique (turn),
  constraint every_job_kind_has_its_outcome unique (outcome),
  constraint job_kind_has_all_functions_or_none check (num_nulls(loads, locks, applies, settles) in (0, 4)),
  constraint job_kind_without_effect_needs_nothing check (applies is not null or num_nulls(needs, groups) = 2)
);
comment on table private.job_kinds is
'The kinds of jobs and the functions that implement them. Only migrations write this table.';
comment on column private.job_kinds.turn is
'The order in which locks are taken across kinds. A batch is processed in the opposite order, so the kind that takes longest '
'comes last.';
comment on column private.job_kinds.outcome is 'What a worker reports when it has done a job of this kind.';
comment on column private.job_kinds.needs is
'The field that a worker''s answer must contain for the job to have an effect; without it, the job fails.';
comment on column private.job_kinds.loads is
'(jobs bigint[], attempts integer[], tries integer[], subjects uuid[]) returns json: what a worker receives for claimed jobs, '
'as an object of lists of equal length. Omits jobs whose subject no longer exists; null if none is left.';
comment on column private.job_kinds.locks is
'(tenant_id uuid, subjects uuid[]) returns void: locks the rows that the effects on one tenant''s subjects refer to, in the '
'order of locks/order.sql.';
comment on column private.job_kinds.groups is
'(subjects uuid[], targets uuid[]) returns boolean: whether these jobs of one tenant are applied in one call. Null: each job '
'is applied separately.';
comment on column private.job_kinds.applies is
'(subjects uuid[], targets uuid[], elements jsonb[]) returns jsonb[]: applies what the worker found and returns {"end", '
'"error", ...} for each. If it raises an error, its effects are undone and private.ending_of_error decides the outcome.';
comment on column private.job_kinds.settles is
'(judged private.judged_job[]) returns uuid[]: records the outcomes of jobs on their subjects, and returns the subjects that '
'still exist.';
alter table private.job_kinds enable row level security;
revoke all on table private.job_kinds from public, anon, authenticated, service_role;

-- Names rather than the type regprocedure: pg_upgrade refuses a database with columns of that type.
create or replace function private.check_job_kind()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  wanted record;
begin
  for wanted in
    select *
      from (values
        ('loads', new.loads, 'bigint[], integer[], integer[], uuid[]', 'json'),
        ('locks', new.locks, 'uuid, uuid[]', 'void'),
        ('groups', new.groups, 'uuid[], uuid[]', 'boolean'),
        ('applies', new.applies, 'uuid[], uuid[], jsonb[]', 'jsonb[]'),
        ('settles', new.settles, 'private.judged_job[]', 'uuid[]')
      ) as listed (part, name, arguments, result)
     where listed.name is not null
  loop
    if wanted.name !~ '^private\.[a-z_]+$'
      or pg_get_function_result(to_regprocedure(format('%s(%s)', wanted.name, wanted.arguments)))
      is distinct from wanted.result then
      raise exception '% of job kind % is not a function of private with (%) that returns %',
        wanted.part, new.kind, wanted.arguments, wanted.result;
    end if;
  end loop;
  return new;
end
$$;

create or replace trigger check_job_kind
before insert or update on private.job_kinds
for each row execute function private.check_job_kind();

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

-- Adding jobs to the queue, so that tenants take turns.

-- The rank at which a tenant without open jobs joins the queue: that of the next job.
create or replace function private.queue_front()
returns bigint
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(
    (select job.rank from private.jobs as job
      where job.rank is not null and job.not_before is null and job.state = 'queued' order by job.rank, job.id limit 1),
    (select job.rank from private.jobs as job
      where job.rank is not null and job.not_before is null order by job.rank, job.id limit 1),
    0);
end
$$;

-- The rank of a tenant's next job: after its last one, but not before the front.
create or replace function private.next_rank(tenant_id uuid, front bigint)
returns bigint
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return greatest(front, 1 + (select max(job.rank) from private.jobs as job where job.tenant_id = next_rank.tenant_id));
end
$$;

-- The ranks of new jobs of these tenants, in the given order: jobs of one tenant follow each other.
create or replace function private.next_ranks(tenants uuid[])
returns bigint[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  front constant bigint := private.queue_front();
begin
  return array(
    with first_of as materialized (
      select tenant.id, private.next_rank(tenant.id, front) as rank
        from (select distinct unnest(tenants) as id) as tenant
    )
    select first_of.rank - 1 + row_number() over (partition by given.tenant order by given.ordinality)
      from unnest(tenants) with ordinality as given (tenant, ordinality)
      join first_of on first_of.id = given.tenant
     order by given.ordinality);
end
$$;

-- Adds one job per subject, in the given order, and wakes the workers that listen.
--
-- A session caches the plans of these queries. A plan made while the queue was empty must not read all jobs, or all of a
-- tenant's, when there are many, so the planner can only use the order of the indexes.
create or replace function private.enqueue(
  kind text, subjects uuid[], targets uuid[], tenants uuid[], sizes integer[]
)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
set enable_sort = off
as $$
begin
  if not exists (select from private.job_kinds as known where known.kind = enqueue.kind) then
    raise exception 'there is no job kind %', enqueue.kind;
  end if;
  if cardinality(subjects) = 1 then
    -- The usual case; the same as below in a tenth of the time.
    insert into private.jobs (kind, subject_id, target_id, tenant_id, size_bytes, rank)
    values (
      enqueue.kind, subjects[1], targets[1], tenants[1], sizes[1], private.next_rank(tenants[1], private.queue_front())
    );
    perform pg_notify('assessment_jobs', '');
    return;
  end if;
  insert into private.jobs (kind, subject_id, target_id, tenant_id, size_bytes, rank)
  select enqueue.kind, given.subject, given.target, given.tenant, given.size, given.rank
    from unnest(subjects, targets, tenants, sizes, private.next_ranks(tenants))
      with ordinality as given (subject, target, tenant, size, rank, ordinality)
   order by given.rank, given.ordinality;
  perform pg_notify('assessment_jobs', '');
end
$$;

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
