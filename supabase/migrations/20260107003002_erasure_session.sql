-- custom-assessments 0.2.0 erasure_session sha256:8dfbfa75c54bb6d3aea525176c02560253d6ca026de553282fd4a94618845d40
-- Erasing one respondent.

-- The tenants that hold something of a session: its own, and those whose session of this id was deleted.
create or replace function private.tenants_of_session(session_id uuid, session_type text)
returns setof uuid
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
    select facts.tenant_id
      from private.session_facts(tenants_of_session.session_id, tenants_of_session.session_type) as facts
    union
    select result.tenant_id
      from public.custom_assessment_results as result
     where result.session_id = tenants_of_session.session_id and result.session_type = tenants_of_session.session_type
    union
    select request.tenant_id
      from private.score_requests as request
     where request.session_id = tenants_of_session.session_id and request.session_type = tenants_of_session.session_type
    union
    select kept.tenant_id
      from private.transcripts as kept
     where kept.session_id = tenants_of_session.session_id and kept.session_type = tenants_of_session.session_type
    union
    select pin.tenant_id
      from private.pins as pin
     where pin.id = tenants_of_session.session_id
       and pin.kind = private.session_kind(tenants_of_session.session_type)
    union
    select erased.tenant_id
      from private.erased_sessions as erased
     where erased.session_id = tenants_of_session.session_id and erased.session_type = tenants_of_session.session_type;
end
$$;

-- Whose session it is, for a caller who may erase and export it. Others learn nothing: neither whether it exists, nor
-- whether it was erased.
create or replace function private.holders_of_session(session_id uuid, session_type text, trusted boolean)
returns uuid[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  tenants constant uuid[] := array(
    select held.tenant_id
      from private.tenants_of_session(holders_of_session.session_id, holders_of_session.session_type) as held (tenant_id)
     where trusted or held.tenant_id = any (array(select private.my_tenant_ids()))
     order by 1
  );
begin
  if tenants = '{}' then
    perform private.refuse('SESSION_NOT_FOUND', jsonb_build_object('session_id', holders_of_session.session_id));
  end if;
  return tenants;
end
$$;

-- The agent sessions of a session that is this tenant's, or whose row is gone.
create or replace function private.talks_of_session(session_id uuid, session_type text, tenant_id uuid)
returns uuid[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  present constant uuid := (
    select facts.tenant_id
      from private.session_facts(talks_of_session.session_id, talks_of_session.session_type) as facts
  );
begin
  if present <> talks_of_session.tenant_id then
    return '{}';
  end if;
  return array(
    select agent.id
      from public.agent_sessions as agent
     where (talks_of_session.session_type = 'coaching' and agent.coaching_session_id = talks_of_session.session_id)
        or (talks_of_session.session_type = 'campaign' and agent.stakeholder_session_id = talks_of_session.session_id)
  );
end
$$;

-- Locks a session for an erasure, in the order of locks/order.sql: a worker that writes its result finishes before this, and
-- then no completion is accepted and no interview begins. Returns the agent sessions, and whether a row was made in the pins,
-- where an interview that is just beginning makes it.
create or replace function private.hold_session_to_erase(
  session_id uuid, session_type text, tenant_id uuid, out talks uuid[], out pins_made integer
)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  session_kind constant text := private.session_kind(session_type);
  present record;
  jobs bigint[];
begin
  perform private.hold_tenant(hold_session_to_erase.tenant_id, null, false);
  jobs := array(
    select job.id
      from private.score_requests as request
      join private.jobs as job on job.subject_id = request.id
     where request.session_id = hold_session_to_erase.session_id
       and request.session_type = hold_session_to_erase.session_type
       and request.tenant_id = hold_session_to_erase.tenant_id
     order by job.id
       for update of job
  );
  select facts.tenant_id, facts.campaign_id, facts.assessment_ids
    into present
    from private.session_facts(hold_session_to_erase.session_id, hold_session_to_erase.session_type) as facts;
  perform private.hold_assessments(present.assessment_ids || array(
    select pin.assessment_id
      from private.pins as pin
     where pin.id = hold_session_to_erase.session_id and pin.kind = session_kind
  ));
  perform private.hold_session_to_write(hold_session_to_erase.session_id, hold_session_to_erase.session_type);
  perform private.hold_conversations(array[hold_session_to_erase.session_id], true);
  talks := private.talks_of_session(
    hold_session_to_erase.session_id, hold_session_to_erase.session_type, hold_session_to_erase.tenant_id
  );
  perform agent.id from public.agent_sessions as agent where agent.id = any (talks) order by agent.id for no key update;
  insert into private.pins (kind, id, tenant_id, campaign_id, assessment_id)
  select session_kind, hold_session_to_erase.session_id, hold_session_to_erase.tenant_id, present.campaign_id, assessment.id
    from public.custom_assessments as assessment
   where assessment.id = present.assessment_ids[1]
     and present.tenant_id = hold_session_to_erase.tenant_id
  on conflict on constraint pins_pkey do nothing;
  get diagnostics pins_made = row_count;
  -- Completed while this waited, so a worker may have the job already.
  if exists (
    select
      from private.score_requests as request
      join private.jobs as job on job.subject_id = request.id
     where request.session_id = hold_session_to_erase.session_id
       and request.session_type = hold_session_to_erase.session_type
       and request.tenant_id = hold_session_to_erase.tenant_id
       and job.id <> all (jobs)
  ) then
    perform private.refuse('BUSY', jsonb_build_object('session_id', hold_session_to_erase.session_id));
  end if;
end
$$;

-- Erases what one tenant holds of a session. Returns the counts.
create or replace function private.erase_session_once(session_id uuid, session_type text, tenant_id uuid)
returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  host_table constant text := case session_type when 'coaching' then 'coaching_sessions' else 'campaign_assignments' end;
  earlier timestamptz;
  held record;
  sessions record;
  talks record;
  jobs integer;
  results integer;
  reviews integer;
  requests integer;
  pins integer;
  turns integer;
  runs integer;
begin
  select locked.talks, locked.pins_made
    into held
    from private.hold_session_to_erase(
           erase_session_once.session_id, erase_session_once.session_type, erase_session_once.tenant_id
         ) as locked;
  earlier := private.erased_at(
    erase_session_once.session_id, erase_session_once.session_type, erase_session_once.tenant_id
  );
  -- Written anew below: until then, columns may get their defaults.
  delete from private.erased_sessions as erased
   where erased.session_id = erase_session_once.session_id
     and erased.session_type = erase_session_once.session_type
     and erased.tenant_id = erase_session_once.tenant_id;

  -- The host's rows stay, without words about the person -----------------------------------------------------
  select rows.emptied, rows.kept
    into sessions
    from private.empty_rows(
           ('public.' || host_table)::regclass,
           array(
             select erase_session_once.session_id
              where private.is_session_of(
                erase_session_once.session_id, erase_session_once.session_type, erase_session_once.tenant_id
              )
           ),
           earlier is null
         ) as rows;
  select rows.emptied, rows.kept
    into talks
    from private.empty_rows('public.agent_sessions', held.talks, earlier is null) as rows;

  -- Jobs before their subjects, in the order in which a claim locks them ---------------------------------------
  delete from private.jobs as job
   using private.score_requests as request
   where job.subject_id = request.id
     and (request.session_id, request.session_type, request.tenant_id)
         = (erase_session_once.session_id, erase_session_once.session_type, erase_session_once.tenant_id);
  get diagnostics jobs = row_count;
  perform private.hold_turns(erase_session_once.session_id, erase_session_once.session_type);
  runs := private.count_runs(
    erase_session_once.tenant_id, erase_session_once.session_id, erase_session_once.session_type
  );
  turns := private.remove_transcript(
    erase_session_once.session_id, erase_session_once.session_type, erase_session_once.tenant_id
  );
  delete from private.pins as pin
   where pin.id = erase_session_once.session_id
     and pin.kind = private.session_kind(erase_session_once.session_type)
     and pin.tenant_id = erase_session_once.tenant_id;
  get diagnostics pins = row_count;
  delete from private.score_requests as request
   where (request.session_id, request.session_type, request.tenant_id)
         = (erase_session_once.session_id, erase_session_once.session_type, erase_session_once.tenant_id);
  get diagnostics requests = row_count;
  select count(*)
    into reviews
    from public.custom_assessment_results as result
    join public.result_reviews as review on review.result_id = result.id
   where (result.session_id, result.session_type, result.tenant_id)
         = (erase_session_once.session_id, erase_session_once.session_type, erase_session_once.tenant_id);
  delete from public.custom_assessment_results as result
   where (result.session_id, result.session_type, result.tenant_id)
         = (erase_session_once.session_id, erase_session_once.session_type, erase_session_once.tenant_id);
  get diagnostics results = row_count;

  insert into private.erased_sessions as erased (session_type, session_id, tenant_id, erased_at)
  values (
    erase_session_once.session_type, erase_session_once.session_id, erase_session_once.tenant_id, coalesce(earlier, now())
  )
  on conflict on constraint erased_sessions_pkey do update
    set tenant_id = excluded.tenant_id, erased_at = excluded.erased_at
    where erased.tenant_id <> excluded.tenant_id;
  return jsonb_build_object(
    'results', results, 'reviews', reviews, 'runs', runs, 'turns', turns,
    'score_requests', requests, 'jobs', jobs, 'pins', pins - held.pins_made,
    'agent_sessions', talks.emptied,
    'coaching_sessions', case host_table when 'coaching_sessions' then sessions.emptied else 0 end,
    'campaign_assignments', case host_table when 'campaign_assignments' then sessions.emptied else 0 end,
    'columns_left', cardinality(sessions.kept || talks.kept));
end
$$;

-- erase_session: trusted callers can erase any session, others only their own tenants'. SECURITY DEFINER, because no role of
-- the API may delete from these tables.
create or replace function private.forget_session(session_id uuid, session_type text, trusted boolean)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  tenants constant uuid[] := private.holders_of_session(
    forget_session.session_id, forget_session.session_type, trusted
  );
  counts jsonb := '{}'::jsonb;
  attempts integer := 0;
begin
  for place in 1 .. cardinality(tenants) loop
    loop
      begin
        counts := private.sum_of_counts(counts, private.erase_session_once(
          forget_session.session_id, forget_session.session_type, tenants[place]
        ));
        exit;
      exception when deadlock_detected or sqlstate 'PT429' then
        -- No locks are held now, so waiting transactions can continue.
        attempts := attempts + 1;
        if attempts > 4 then
          raise;
        end if;
        perform pg_sleep(0.1 + random() * 0.2);
      end;
    end loop;
  end loop;
  return counts;
end
$$;

create or replace function public.erase_session(session_id uuid, session_type text)
returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  return private.forget_session(
    erase_session.session_id, erase_session.session_type, current_user not in ('anon', 'authenticated')
  );
end
$$;
comment on function public.erase_session(uuid, text) is
'For owners: erases one respondent, also after the session was deleted: result, reviews, transcript, runs, submitted scores, '
'their job and the pin are deleted, and the texts of the session and its agent sessions emptied, with the token of its link. The session stays as a row '
'without words, and refuses agents with SESSION_ERASED. Returns the counts by table; columns_left counts columns of the host '
'that its own rules keep. Called again, it counts nothing.';
revoke all on function public.erase_session(uuid, text) from public, anon, authenticated, service_role;
