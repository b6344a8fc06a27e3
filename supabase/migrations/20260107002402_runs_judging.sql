-- custom-assessments 0.2.0 runs_judging sha256:ddc686688d9209e78ed0c57110852ef7be19ca6a44747d4afe8f7d32773ace0d
-- What runs give: the quotes are looked for in the transcript, then each dimension gets a score or the reason for none.

-- The turns of a session's transcript whose words have not expired, as quotes are looked for in them.
create or replace function private.turns_of_session(
  session_type text, session_id uuid, tenant_id uuid, campaign_id uuid, assessment_id uuid
)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select coalesce(
             jsonb_agg(
               jsonb_build_object(
                 'turn', said.turn, 'speaker', coalesce(said.corrected_speaker, said.speaker), 'text', said.text
               ) order by said.turn
             ),
             '[]'
           )
      from private.transcripts as kept
      join private.turns as said on said.session_type = kept.session_type and said.session_id = kept.session_id
     where kept.session_type = turns_of_session.session_type
       and kept.session_id = turns_of_session.session_id
       and private.is_transcript_of(
             kept, turns_of_session.tenant_id, turns_of_session.campaign_id, turns_of_session.assessment_id
           )
  );
end
$$;

-- Refuses quotes of turns that the transcript does not have.
create or replace function private.refuse_unknown_turns(session_id uuid, turns jsonb, quotes jsonb)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  unknown integer;
begin
  select (quoted.value ->> 'turn')::integer
    into unknown
    from jsonb_array_elements(quotes) with ordinality as quoted (value, place)
   where quoted.value ->> 'turn' is not null
     and (quoted.value ->> 'turn')::integer not in (
       select (said.value ->> 'turn')::integer from jsonb_array_elements(turns) as said
     )
   order by quoted.place
   limit 1;
  if found then
    perform private.refuse('TURN_UNKNOWN', jsonb_build_object(
      'session_id', refuse_unknown_turns.session_id, 'turn', unknown
    ));
  end if;
end
$$;

-- Checked runs with what became of their quotes, and each item as it votes under the rule for evidence. All quotes are looked
-- for at once, since that takes the transcript apart only once.
create or replace function private.judged_runs(session_id uuid, definition jsonb, turns jsonb, runs jsonb)
returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  rule constant text := private.evidence_in_force(definition -> 'metadata');
  quotes constant jsonb := jsonb_path_query_array(runs, '$[*].items[*].evidence[*]');
  located jsonb;
begin
  perform private.refuse_unknown_turns(judged_runs.session_id, turns, quotes);
  located := private.located_quotes(turns, quotes);
  return (
    with item as materialized (
      select run.place as run_place, listed.place, listed.value,
             jsonb_array_length(listed.value -> 'evidence') as quotes,
             sum(jsonb_array_length(listed.value -> 'evidence')) over (order by run.place, listed.place) as quotes_so_far
        from jsonb_array_elements(runs) with ordinality as run (value, place)
       cross join lateral jsonb_array_elements(run.value -> 'items') with ordinality as listed (value, place)
    ),
    judged as (
      select item.run_place,
             jsonb_agg(
               private.judged_item(rule, item.value || jsonb_build_object('evidence', case item.quotes
                 when 0 then '[]'
                 else jsonb_path_query_array(located, '$[$first to $until]', jsonb_build_object(
                   'first', item.quotes_so_far - item.quotes, 'until', item.quotes_so_far - 1
                 ))
               end)) order by item.place
             ) as items
        from item
       group by item.run_place
    )
    select jsonb_agg(run.value || jsonb_build_object('items', judged.items) order by run.place)
      from jsonb_array_elements(runs) with ordinality as run (value, place)
      join judged on judged.run_place = run.place
  );
end
$$;

-- Everything that follows from what was handed in, by the definition alone. Without runs, scores are those that were sent, which
-- do not count where evidence is required; beside runs they may be null, and otherwise equal what the runs give. Where too
-- little is covered, overall score and category are null. If faults is not empty, the other columns are meaningless.
create or replace function private.judged_scores(
  definition jsonb, given jsonb, runs jsonb,
  out scores jsonb, out reasons jsonb, out spread jsonb, out uncovered text[], out coverage numeric, out is_sufficient boolean,
  out overall numeric, out category jsonb, out stability jsonb, out margin jsonb, out faults jsonb
)
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  scored record;
  outcome record;
begin
  faults := '[]';
  if given is not null or runs is null then
    select * into scored from private.score_assessment(definition, given);
    faults := scored.faults;
    if faults <> '[]' then
      return;
    end if;
    scores := scored.named_scores;
  end if;
  if runs is not null then
    select combined.scores, combined.reasons, combined.spread
      into outcome
      from private.combined_runs(definition, runs) as combined;
    faults := private.differing_score_faults(scores, outcome.scores);
    scores := outcome.scores;
    reasons := outcome.reasons;
    spread := outcome.spread;
  elsif private.evidence_in_force(definition -> 'metadata') = 'required' then
    scores := '{}';
    select jsonb_object_agg(name, 'no-evidence') into reasons from unnest(private.dimension_names(definition)) as name;
  end if;
  uncovered := array(
    select listed.name
      from unnest(private.dimension_names(definition)) with ordinality as listed (name, place)
     where not scores ? listed.name
     order by listed.place
  );
  coverage := private.coverage_of(definition, scores);
  is_sufficient := scores <> '{}' and coverage >= private.least_coverage(definition);
  if faults = '[]' and is_sufficient then
    if runs is not null then
      select * into scored from private.score_assessment(definition, scores);
    end if;
    overall := scored.overall;
    category := scored.category;
    stability := private.stability_of(definition, coalesce(runs, '[]'), category ->> 'name');
    margin := private.margin_of(definition, scores);
  end if;
end
$$;

create or replace function private.dimension_names(definition jsonb)
returns text[]
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (select scored.names from private.scored_dimensions(definition) as scored);
end
$$;

-- Scores beside runs that are not what the runs give. given is null if none were sent.
create or replace function private.differing_score_faults(given jsonb, combined jsonb)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if given is null or given = combined then
    return '[]';
  end if;
  return (
    select jsonb_agg(private.fault(
             '$[' || to_json(named.name)::text || ']', 'not-the-combined-one',
             coalesce('the score ' || (combined ->> named.name), 'no score') || ', as the runs give it'
           ))
      from (select jsonb_object_keys(given || combined) as name) as named
     where given -> named.name is distinct from combined -> named.name
  );
end
$$;

-- Refuses a finished interview of which too little is scored, with each dimension that is not.
create or replace function private.refuse_insufficient(session_id uuid, definition jsonb, coverage numeric, uncovered text[], reasons jsonb)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.refuse('EVIDENCE_INSUFFICIENT', jsonb_build_object(
    'session_id', refuse_insufficient.session_id,
    'coverage', coverage,
    'min_coverage', private.least_coverage(definition),
    'dimensions', (
      select coalesce(jsonb_agg(jsonb_build_object('dimension', listed.name, 'reason', reasons -> listed.name) order by listed.place), '[]')
        from unnest(uncovered) with ordinality as listed (name, place)
    )
  ));
end
$$;

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
