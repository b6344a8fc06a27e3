-- custom-assessments 0.2.0 uploads_and_jobs sha256:0c37710b734bc8253c355cb4e58fccb9773e3be2c30223fc921792e528dc2c80
-- custom-assessments 0.2.0 uploads_and_jobs sha256:b23bbd6ca1dc0070466a036e1ec1bdc057cddb97a76713dbcb43f2a21c8a72ba
-- Uploads, and the one queue of jobs, which serves them and the requests to score a session.

select private.lock_host_tables('share row exclusive', 'auth.users', 'public.tenant_profiles');

-- ---------------------------------------------------------------------------------------------------------
-- Uploads: a tenant's Markdown on its way to an assessment
-- ---------------------------------------------------------------------------------------------------------

create table if not exists public.assessment_uploads (
  id uuid not null default gen_random_uuid(),
  tenant_id uuid not null,
  created_by uuid,

  -- What the tenant says
  source_markdown text not null,
  assessment_id uuid,
  dry_run boolean not null default false,

  -- What the worker found
  status text not null default 'queued',
  diagnostics jsonb not null default '[]',
  definition jsonb,
  attempts integer not null default 0,

  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,

  constraint assessment_uploads_pkey primary key (id),
  -- Before the tenant's: foreign keys are looked at in the order in which they stand here.
  constraint assessment_uploads_created_by_fkey
  foreign key (created_by) references auth.users (id) on delete set null,
  constraint assessment_uploads_tenant_id_fkey
  foreign key (tenant_id) references public.tenant_profiles (id) on delete cascade,
  constraint assessment_uploads_assessment_id_fkey
  foreign key (assessment_id) references public.custom_assessments (id) on delete set null,
  constraint upload_is_at_most_500_kb check (octet_length(source_markdown) <= private.largest_text()),
  -- One check instead of many: a statement reads each of them anew, which a single row's write would feel.
  constraint upload_columns_agree_with_its_status check (
    attempts >= 0
    and case
      when status in ('queued', 'processing')
        then finished_at is null and definition is null and diagnostics = '[]' and (started_at is null) = (status = 'queued')
      when status in ('succeeded', 'failed')
        then
          (finished_at >= started_at) is true
          and jsonb_typeof(diagnostics) = 'array' and (definition is not null or status = 'failed')
      else false
    end
  )
);

comment on table public.assessment_uploads is
'Markdown files on their way to an assessment. Insert tenant_id and source_markdown, and optionally assessment_id '
'(replace that draft or active assessment) and dry_run (compile only); then read the row until its status is '
'succeeded or failed.';
comment on column public.assessment_uploads.created_by is
'The account that uploaded; null once that account is deleted.';
comment on column public.assessment_uploads.source_markdown is 'The file, at most 512,000 bytes of UTF-8.';
comment on column public.assessment_uploads.assessment_id is
'The assessment to replace, then the one made or replaced. Null for a dry run, and once the assessment is deleted.';
comment on column public.assessment_uploads.dry_run is 'Compile only: diagnostics and definition, no assessment.';
comment on column public.assessment_uploads.status is 'queued, processing, succeeded or failed.';
comment on column public.assessment_uploads.diagnostics is
'Errors and warnings: [{severity, code, line, column, section, message, hint}], in the order of the source.';
comment on column public.assessment_uploads.definition is 'The compiled definition, when the file is valid.';
comment on column public.assessment_uploads.attempts is 'How often a worker has begun with it.';

alter table public.assessment_uploads enable row level security;
revoke all on table public.assessment_uploads from public, anon, authenticated, service_role;

-- My uploads by date; serves the policy and the foreign key as well.
create index if not exists idx_assessment_uploads_tenant
on public.assessment_uploads (tenant_id, created_at desc);
create index if not exists idx_assessment_uploads_assessment
on public.assessment_uploads (assessment_id)
where assessment_id is not null;
create index if not exists idx_assessment_uploads_created_by
on public.assessment_uploads (created_by)
where created_by is not null;

-- What an assessment was made of, its source and its definition, in 32 bytes: equal for equal ones, and no two others have
-- ever been found. Null without a source. The texts are in UTF-8, whatever the database's encoding.
create or replace function private.content_hash(source text, definition jsonb)
returns bytea
language plpgsql
immutable
strict
parallel safe
set search_path = ''
as $$
begin
  return sha256(sha256(convert_to(source, 'UTF8')) || sha256(convert_to(definition::text, 'UTF8')));
end
$$;
revoke all on function private.content_hash(text, jsonb) from public, anon, authenticated, service_role;
grant execute on function private.content_hash(text, jsonb) to authenticated, service_role;

-- Finds the oldest assessment that was made of the same bytes, at its first entry, however many there are.
create index if not exists idx_custom_assessments_content
on public.custom_assessments (tenant_id, private.content_hash(source_markdown, definition), created_at)
where source_markdown is not null and status <> 'archived';

-- ---------------------------------------------------------------------------------------------------------
-- Jobs
-- ---------------------------------------------------------------------------------------------------------

-- attempts counts every claim and never goes down, so that it names a claim: finishing must say it. A claim that was
-- given back unstarted counts under releases too; attempts - releases is what is charged against max_attempts.
--
-- rank is the order of claims, and what makes it fair: a tenant's next job stands behind its last one, while the
-- first job of a tenant that has none open stands at the front. So tenants take turns, however much one of them
-- brings. Only open jobs have a rank.
--
-- A job that has to wait has not_before; the claim takes the mark off when the time has come, so that waiting jobs are
-- not in the index that it reads.
--
-- A claim writes no column that an index reads, and half of each page is left free for it: so it writes the row beside
-- itself and touches no index (a heap-only update). Hence no index on the state, the worker or the lease.
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
  constraint job_has_subject_and_tenant_unless_it_is_a_probe check (
    kind in ('compile', 'score', 'probe') and num_nonnulls(subject_id, tenant_id) = case kind when 'probe' then 0 else 2 end
  ),
  -- Short, because a statement reads it anew and every row that it writes pays for it.
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
comment on table private.jobs is 'The queue: one row a job. Workers reach it through exchange_jobs alone.';
comment on column private.jobs.subject_id is 'The upload or the score request; none for a probe, which does nothing.';
comment on column private.jobs.target_id is
'The assessment that an upload replaces, remembered here because the upload''s own reference is emptied when that '
'assessment is deleted.';
comment on column private.jobs.attempts is 'Claims so far; the last claim''s number is its fencing token.';
comment on column private.jobs.releases is 'Claims that were given back unstarted and are not charged.';
comment on column private.jobs.last_error is 'A stable code, never text that a tenant wrote.';
alter table private.jobs enable row level security;
revoke all on table private.jobs from public, anon, authenticated, service_role;

-- The claim: open jobs in the order of their turns. Those in workers' hands are passed by; finished ones are not in
-- it, so their number costs nothing.
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
-- The rank of a tenant's last open job; serves the foreign key as well.
create index if not exists idx_jobs_tenant on private.jobs (tenant_id, rank)
where tenant_id is not null;

-- What each worker was given last, so that a request which is sent again, because its answer was lost, gets the same
-- jobs again.
create table if not exists private.claims (
  worker text not null,
  request text not null,
  jobs bigint[] not null,
  claimed_at timestamptz not null,
  constraint claims_pkey primary key (worker)
);
comment on table private.claims is 'The last request of each worker and the jobs that it got.';
-- Numbers in a row do not compress well enough to pay for it.
alter table private.claims alter column jobs set storage external;
alter table private.claims enable row level security;
revoke all on table private.claims from public, anon, authenticated, service_role;

-- ---------------------------------------------------------------------------------------------------------
-- Putting jobs into the queue
-- ---------------------------------------------------------------------------------------------------------

-- The rank at which a tenant without open jobs comes in: that of the job next in line.
create or replace function private.queue_front()
returns bigint
language plpgsql
stable
set search_path = ''
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
revoke all on function private.queue_front() from public, anon, authenticated, service_role;

-- The rank of a tenant's next job: behind its last one, and not before the front.
create or replace function private.next_rank(tenant_id uuid, front bigint)
returns bigint
language plpgsql
stable
set search_path = ''
as $$
begin
  return greatest(front, 1 + (select max(job.rank) from private.jobs as job where job.tenant_id = next_rank.tenant_id));
end
$$;
revoke all on function private.next_rank(uuid, bigint) from public, anon, authenticated, service_role;

-- The ranks of new jobs of these tenants, in the order given: each tenant's one behind the other.
create or replace function private.next_ranks(tenants uuid[])
returns bigint[]
language plpgsql
stable
set search_path = ''
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
revoke all on function private.next_ranks(uuid[]) from public, anon, authenticated, service_role;

-- Adds one job a subject, in the order given, and wakes the workers that listen.
--
-- A session keeps the plans of what this asks. One that was made while the queue was empty must not read all jobs, or
-- all of a tenant's, when there are many: only the order of the indexes is left to go by.
create or replace function private.enqueue(
  kind text, subjects uuid[], targets uuid[], tenants uuid[], sizes integer[]
)
returns void
language plpgsql
set search_path = ''
set enable_seqscan = off
set enable_bitmapscan = off
set enable_sort = off
as $$
begin
  if cardinality(subjects) = 1 then
    -- Nearly every time; the same as below, in a tenth of the time.
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
revoke all on function private.enqueue(text, uuid[], uuid[], uuid[], integer[])
from public, anon, authenticated, service_role;

-- ---------------------------------------------------------------------------------------------------------
-- An upload comes in
-- ---------------------------------------------------------------------------------------------------------

create or replace function private.take_upload()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  assessment_status text;
begin
  -- First of all, so that nothing below tells anything about somebody else's tenant. In a block of its own, since an
  -- expression needs the right to every function in it, and trusted writers have no tenants to ask for.
  if current_user in ('anon', 'authenticated') then
    if (new.tenant_id = any (array(select private.my_tenant_ids()))) is not true then
      perform private.refuse('TENANT_ACCESS_DENIED');
    end if;
  end if;
  if octet_length(new.source_markdown) > private.largest_text() then
    perform private.refuse('UPLOAD_TOO_LARGE',
      jsonb_build_object(
        'bytes', octet_length(new.source_markdown), 'expected', format('at most %s bytes', private.largest_text())));
  end if;
  if new.assessment_id is not null then
    select assessment.status
      into assessment_status
      from public.custom_assessments as assessment
     where assessment.id = new.assessment_id
       and assessment.tenant_id = new.tenant_id;
    if not found then
      perform private.refuse('ASSESSMENT_NOT_FOUND', jsonb_build_object('assessment_id', new.assessment_id));
    elsif assessment_status = 'archived' then
      perform private.refuse('ASSESSMENT_ARCHIVED', jsonb_build_object('assessment_id', new.assessment_id));
    end if;
  end if;

  -- An upload begins at the beginning, whoever writes it.
  if current_user in ('anon', 'authenticated') or new.created_by is null then
    new.created_by := (select auth.uid());
  end if;
  new.dry_run := coalesce(new.dry_run, false);
  new.status := 'queued';
  new.diagnostics := '[]';
  new.definition := null;
  new.attempts := 0;
  new.created_at := now();
  new.started_at := null;
  new.finished_at := null;
  return new;
end
$$;
revoke all on function private.take_upload() from public, anon, authenticated, service_role;

create or replace trigger take_upload
before insert on public.assessment_uploads
for each row execute function private.take_upload();

-- SECURITY DEFINER: a tenant's insert must reach the queue, which no role of the API can write.
create or replace function private.enqueue_uploads()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.enqueue(
    'compile',
    array_agg(upload.id),
    array_agg(upload.assessment_id),
    array_agg(upload.tenant_id),
    array_agg(octet_length(upload.source_markdown)))
    from added as upload
  having count(*) > 0;
  return null;
end
$$;
revoke all on function private.enqueue_uploads() from public, anon, authenticated, service_role;

create or replace trigger enqueue_uploads
after insert on public.assessment_uploads
referencing new table as added
for each statement execute function private.enqueue_uploads();

-- What was uploaded stays what it was, for every writer; the queue moves only the columns that tell how far it is.
create or replace function private.refuse_upload_change()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform private.refuse('UPLOAD_IMMUTABLE', jsonb_build_object('upload_id', old.id));
  return null;
end
$$;
revoke all on function private.refuse_upload_change() from public, anon, authenticated, service_role;

create or replace trigger refuse_upload_change
before update of id, tenant_id, source_markdown, dry_run, created_at on public.assessment_uploads
for each row execute function private.refuse_upload_change();

-- ---------------------------------------------------------------------------------------------------------
-- The subject of a job goes away
-- ---------------------------------------------------------------------------------------------------------

-- SECURITY DEFINER: the deletion may come from any role that may delete the subject or what it hangs on.
create or replace function private.end_jobs_without_subject()
returns trigger
language plpgsql
security definer
set search_path = ''
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
revoke all on function private.end_jobs_without_subject() from public, anon, authenticated, service_role;

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
set search_path = ''
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
revoke all on function private.hold_jobs_of_tenant() from public, anon, authenticated, service_role;

create or replace trigger hold_jobs_of_tenant
before delete on public.tenant_profiles
for each row execute function private.hold_jobs_of_tenant();

-- ---------------------------------------------------------------------------------------------------------
-- An interview that waits to be scored is as good as a result
-- ---------------------------------------------------------------------------------------------------------

-- Whoever owns the assessment could otherwise make other tenants' finished interviews vanish by deleting it in that
-- moment. A tenant's own ones go with the tenant. SECURITY DEFINER: nobody of the API may read the requests.
create or replace function private.keep_assessment_with_completions()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if exists (
    select
      from private.score_requests as request
      join private.jobs as job on job.subject_id = request.id
     where request.assessment_id = old.id
       and job.rank is not null
       and (
         request.tenant_id <> old.tenant_id
         or exists (select from public.tenant_profiles as tenant where tenant.id = old.tenant_id)
       )
  ) then
    perform private.refuse('ASSESSMENT_HAS_RESULTS', jsonb_build_object('assessment_id', old.id));
  end if;
  return old;
end
$$;
revoke all on function private.keep_assessment_with_completions() from public, anon, authenticated, service_role;

create or replace trigger keep_assessment_with_completions
before delete on public.custom_assessments
for each row execute function private.keep_assessment_with_completions();
