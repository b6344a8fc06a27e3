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
