-- For interview agents: checking quotes, and keeping runs until the session is completed.

-- The definition of a version. It is up to 500 KB, and read once.
create or replace function private.definition_of_version(version_id uuid)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (select stored.definition from public.assessment_versions as stored where stored.id = definition_of_version.version_id);
end
$$;

-- The runs that are kept of a session, by their keys. Those of another session that had its id, or of another assessment, do not
-- count.
create or replace function private.runs_kept(
  session_type text, session_id uuid, tenant_id uuid, campaign_id uuid, assessment_id uuid
)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select coalesce(jsonb_agg(saved.run order by saved.key), '[]')
      from private.transcripts as kept
      join private.kept_runs as saved on saved.session_type = kept.session_type and saved.session_id = kept.session_id
     where kept.session_type = runs_kept.session_type
       and kept.session_id = runs_kept.session_id
       and private.is_transcript_of(kept, runs_kept.tenant_id, runs_kept.campaign_id, runs_kept.assessment_id)
  );
end
$$;

-- SECURITY DEFINER: runs are written by the database alone.
create or replace function public.save_run(agent_session_id uuid, run jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  talk record;
  clean jsonb;
  kept jsonb;
  known integer;
begin
  talk := private.hold_talk(save_run.agent_session_id);
  perform private.check_shape_of_runs(talk.session_id, jsonb_build_array(save_run.run));
  perform private.hold_transcript(
    talk.session_type, talk.session_id, talk.tenant_id, talk.campaign_id, talk.assessment_id
  );
  kept := private.runs_kept(
    talk.session_type, talk.session_id, talk.tenant_id, talk.campaign_id, talk.assessment_id
  );
  known := jsonb_array_length(kept);
  kept := private.checked_runs(
    talk.session_id, kept, jsonb_build_array(save_run.run), private.definition_of_version(talk.version_id)
  );
  select each.value into clean from jsonb_array_elements(kept) as each where each.value -> 'key' = save_run.run -> 'key';
  insert into private.kept_runs (session_type, session_id, key, run)
  values (talk.session_type, talk.session_id, clean ->> 'key', clean)
  on conflict on constraint kept_runs_pkey do nothing;
  -- Words that arrive after those before them have expired.
  update private.transcripts as present
     set last_received_at = now()
   where present.session_type = talk.session_type
     and present.session_id = talk.session_id
     and present.last_received_at is null;
  return jsonb_build_object('saved', jsonb_array_length(kept) > known, 'key', clean -> 'key', 'runs', jsonb_array_length(kept));
end
$$;
comment on function public.save_run(uuid, jsonb) is
'For interview agents: keeps one rater''s pass over the dimensions, until complete_assessment_session takes all runs of the session '
'together. The same run again changes nothing; another one under its key is refused. Returns {saved, key, runs}: whether it was '
'new, and how many runs are kept.';
revoke all on function public.save_run(uuid, jsonb) from public, anon, authenticated, service_role;

-- What an agent session is about, if its session has begun; nothing is locked or written.
create or replace function private.find_talk(
  agent_session_id uuid,
  out session_type text, out session_id uuid, out tenant_id uuid, out campaign_id uuid, out assessment_id uuid
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  present uuid;
begin
  select case when agent.coaching_session_id is not null then 'coaching' else 'campaign' end,
         coalesce(agent.coaching_session_id, agent.stakeholder_session_id)
    into session_type, session_id
    from public.agent_sessions as agent
   where agent.id = find_talk.agent_session_id;
  select facts.tenant_id, facts.campaign_id, facts.assessment_id
    into tenant_id, campaign_id, present
    from private.session_facts(session_id, session_type) as facts;
  perform private.refuse_erased(session_id, session_type, tenant_id);
  if tenant_id is null then
    perform private.refuse('SESSION_NOT_FOUND', jsonb_build_object('agent_session_id', find_talk.agent_session_id));
  end if;
  select pin.assessment_id
    into assessment_id
    from private.pin_of_session(private.session_kind(session_type), session_id, tenant_id, campaign_id, present) as pin;
end
$$;

-- SECURITY DEFINER: nobody of the API may read transcripts. It stores nothing, so PostgREST would let a GET request call it, which
-- has the quotes in its address, and addresses are logged.
create or replace function public.check_evidence(agent_session_id uuid, evidence jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  talk record;
  turns jsonb;
  faults jsonb;
  quotes jsonb;
begin
  if current_setting('transaction_read_only')::boolean then
    perform private.refuse('INVALID_ARGUMENT', '{"argument": "evidence", "expected": "a POST request"}');
  end if;
  select found.* into talk from private.find_talk(check_evidence.agent_session_id) as found;
  if jsonb_typeof(check_evidence.evidence) is distinct from 'array' then
    faults := jsonb_build_array(private.fault('$', 'wrong-type', 'a list of quotes'));
  else
    faults := private.quote_faults(
      check_evidence.evidence, '$', private.most_runs() * private.most_dimensions() * private.most_quotes()
    );
  end if;
  if faults <> '[]' then
    perform private.refuse('RUNS_INVALID', jsonb_build_object('session_id', talk.session_id, 'faults', faults));
  end if;
  turns := private.turns_of_session(
    talk.session_type, talk.session_id, talk.tenant_id, talk.campaign_id, talk.assessment_id
  );
  quotes := private.clean_quotes(check_evidence.evidence);
  perform private.refuse_unknown_turns(talk.session_id, turns, quotes);
  return private.located_quotes(turns, quotes);
end
$$;
comment on function public.check_evidence(uuid, jsonb) is
'For interview agents: looks for quotes, [{turn, quote}], in the session''s transcript, and stores nothing. Returns, in their order, '
'{status, moved, turn, start, end, quote}: verified or repaired quotes are the respondent''s own words and count as evidence; '
'interviewer and other were said by others; short ones prove nothing; unverified ones were not found. moved: found in another turn '
'than the one named.';
revoke all on function public.check_evidence(uuid, jsonb) from public, anon, authenticated, service_role;
