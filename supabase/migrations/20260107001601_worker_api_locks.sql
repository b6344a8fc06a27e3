-- custom-assessments 0.2.0 worker_api_locks sha256:33fb92264feef27d022d029e5772ce324aa2ddda6f035a9f6f5935da7c105a7a
-- One transaction finishes the jobs of many tenants, and none of them may keep the others.
--
-- So that none waits for one whose rows somebody else keeps locked, nobody is waited for longer than lock_timeout says in the
-- functions below: first once for half a second, then, each for itself, for 20 milliseconds. A job whose tenant or assessment
-- is not to be had comes again later.
--
-- And no effect may take long. exchange_jobs has a statement_timeout of its own, which PostgREST arms: the effect that it
-- interrupts is undone, and its job comes again later, alone. The timer does not fire a second time, so everything is brought
-- to its end at once: what was done before stays, and what was not begun is given back. What is interrupted has had two
-- seconds at least, since no effect but the first is begun when one second is over. Over a direct connection nothing is
-- armed, and that look at the clock is all there is.

-- Locks the tenants and makers that the effects of these elements refer to, before any job: the order of locks is in
-- locks/order.sql. Gives the tenants that were not to be had.
create or replace function private.hold_owners(finished jsonb, until timestamptz)
returns uuid[]
language plpgsql
set search_path = pg_catalog, pg_temp
set lock_timeout = '500ms'
as $$
declare
  ids constant bigint[] := array(
    select given.job::bigint
      from jsonb_array_elements(hold_owners.finished) as element
     cross join lateral jsonb_array_elements(element.value -> 'jobs') as given (job)
     where jsonb_typeof(element.value -> 'definition') = 'string'
        or element.value ->> 'outcome' = 'scored');
  -- Each row is looked up by its key: the plan of a join, or of what the index of tenants' jobs could answer, is kept for a
  -- session, may have been made for a queue in which there was no upload yet, and then reads all jobs there ever were.
  owners cursor for
    select job.tenant_id, bool_or(job.kind = 'compile') as writes,
           array_agg(distinct coalesce(
             (select upload.created_by from public.assessment_uploads as upload where upload.id = job.subject_id),
             (select tenant.user_id from public.tenant_profiles as tenant where tenant.id = job.tenant_id)
           )) filter (where job.kind = 'compile') as makers
      from private.jobs as job
     where job.id = any (ids)
       and job.kind <> 'probe'
     group by job.tenant_id
     order by job.tenant_id;
  busy uuid[] := '{}'::uuid[];
begin
  begin
    for owner in owners loop
      perform private.hold_tenant(owner.tenant_id, owner.makers, owner.writes);
    end loop;
  exception when lock_not_available then
    perform set_config('lock_timeout', '20ms', true);
    for owner in owners loop
      if clock_timestamp() >= until then
        busy := busy || owner.tenant_id;
        continue;
      end if;
      begin
        perform private.hold_tenant(owner.tenant_id, owner.makers, owner.writes);
      exception when lock_not_available then
        busy := busy || owner.tenant_id;
      end;
    end loop;
  end;
  return busy;
end
$$;

-- Locks the jobs, in an order that two workers cannot cross. Gives those that were to be had: one that somebody keeps
-- locked is being deleted, or another worker has it.
create or replace function private.hold_jobs(ids bigint[])
returns bigint[]
language plpgsql
set search_path = pg_catalog, pg_temp
set lock_timeout = '500ms'
as $$
begin
  return array(select job.id from private.jobs as job where job.id = any (ids) order by job.id for update);
exception when lock_not_available then
  return array(select job.id from private.jobs as job where job.id = any (ids) order by job.id for update skip locked);
end
$$;

-- The effects of what a worker found, each with its own end.

create or replace function private.apply_finish(kind text, subject_id uuid, target_id uuid, element jsonb)
returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if kind = 'compile' then
    return private.apply_upload(
      subject_id, target_id, (element ->> 'definition')::jsonb, element -> 'version_at');
  end if;
  return private.apply_score(subject_id, element);
end
$$;

-- The effects of some jobs of one tenant, all or each for itself: an end for each. More than one are uploads that make new
-- drafts; where one of them fails, each is tried by itself, so that each has its own end.
create or replace function private.apply_unit(
  kind text, subjects uuid[], targets uuid[], places integer[], finished jsonb, until timestamptz
)
returns jsonb[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  state text;
  detail text;
  endings jsonb[];
begin
  begin
    if cardinality(subjects) > 1 then
      return private.apply_drafts(subjects, array(
        select (finished #>> array[given.place::text, 'definition'])::jsonb
          from unnest(places) with ordinality as given (place, ordinality)
         order by given.ordinality));
    end if;
    return array[private.apply_finish(apply_unit.kind, subjects[1], targets[1], finished -> places[1])];
  exception
    when query_canceled then
      return array_fill('{"end": "retry", "error": "too-slow"}'::jsonb, array[cardinality(subjects)]);
    when others then
      get stacked diagnostics state = returned_sqlstate, detail = pg_exception_detail;
  end;
  if state = '55P03' then
    perform set_config('lock_timeout', '20ms', true);
  end if;
  if cardinality(subjects) = 1 then
    return array[private.ending_of_error(apply_unit.kind, state, detail)];
  end if;
  for place in 1 .. cardinality(subjects) loop
    endings := endings || case
      when place > 1 and clock_timestamp() >= until then array['{"end": "release"}'::jsonb]
      else private.apply_unit(
        apply_unit.kind, subjects[place:place], targets[place:place], places[place:place], finished, until)
    end;
  end loop;
  return endings;
end
$$;

-- The effects of those elements that go beyond their own upload: a definition, or a score. Gives their jobs and, for
-- each, its end. The caller holds the jobs, and all tenants that are not busy.
create or replace function private.apply_effects(
  worker text, finished jsonb, ids bigint[], busy uuid[], until timestamptz, out ended bigint[], out endings jsonb[]
)
language plpgsql
set search_path = pg_catalog, pg_temp
set lock_timeout = '500ms'
as $$
declare
  -- The new drafts of one tenant are one unit, and everything else is one by itself. A tenant's uploads that replace
  -- something may change what its new ones find: then all are one by one, in their turn.
  units cursor for
    select effect.tenant_id, effect.kind,
           array_agg(effect.id order by effect.rank, effect.id) as jobs,
           array_agg(effect.subject_id order by effect.rank, effect.id) as subjects,
           array_agg(effect.target_id order by effect.rank, effect.id) as targets,
           array_agg(effect.place order by effect.rank, effect.id) as places
      from (
        select job.id, job.kind, job.subject_id, job.target_id, job.tenant_id, job.rank, first.place,
               job.kind = 'compile'
                 and not bool_or(job.target_id is not null) over (partition by job.tenant_id)
                 and not (select upload.dry_run from public.assessment_uploads as upload where upload.id = job.subject_id)
                 as drafts
          from (
            -- What is said first of a claim counts.
            select distinct on (job.id)
                   job.id, told.ordinality::integer - 1 as place, told.outcome
              from rows from (jsonb_to_recordset(apply_effects.finished) as (
                     jobs bigint[], attempts integer[], outcome text
                   )) with ordinality as told (jobs, attempts, outcome, ordinality)
             cross join lateral unnest(told.jobs, told.attempts) with ordinality as given (job, attempt, ordinality)
              join private.jobs as job on job.id = given.job
             where job.id = any (ids)
               and job.state = 'running'
               and job.worker = apply_effects.worker
               and job.attempts = given.attempt
             order by job.id, told.ordinality, given.ordinality
          ) as first
          join private.jobs as job on job.id = first.id
         where job.id = any (ids)
           and case job.kind
                 when 'compile' then
                   first.outcome = 'compiled'
                   and jsonb_typeof(apply_effects.finished #> array[first.place::text, 'definition']) = 'string'
                 when 'score' then first.outcome = 'scored'
               end
      ) as effect
     group by effect.tenant_id, effect.kind, case when effect.drafts then 0 else effect.id end
     order by effect.tenant_id, min(effect.rank), min(effect.id);
  late boolean := false;
begin
  for unit in units loop
    ended := ended || unit.jobs;
    if unit.tenant_id = any (busy) then
      endings := endings
        || array_fill(private.ending_of_error(unit.kind, '55P03', null), array[cardinality(unit.jobs)]);
    elsif late then
      endings := endings || array_fill('{"end": "release"}'::jsonb, array[cardinality(unit.jobs)]);
    else
      endings := endings
        || private.apply_unit(unit.kind, unit.subjects, unit.targets, unit.places, finished, until);
      late := clock_timestamp() >= until;
    end if;
  end loop;
end
$$;
