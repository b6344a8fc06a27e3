-- custom-assessments 0.2.0 transcripts_writing sha256:84a726fd18c5b54cc3f98857ab87c8dcbada3b09254bc3d84605c6abba280d64
-- Writing turns, for save_progress and for the transcript that is handed in with the scores.

-- The names of a version's dimensions, if any turn names some: reading a large definition takes longer than keeping a turn.
create or replace function private.dimensions_of_turns(turns jsonb, version_id uuid)
returns text[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if not jsonb_path_exists(turns, 'lax $[*].dimensions') then
    return '{}';
  end if;
  return (
    select array_agg(dimension.value ->> 'name' order by dimension.place)
      from public.assessment_versions as version
     cross join lateral jsonb_array_elements(version.definition -> 'dimensions') with ordinality as dimension (value, place)
     where version.id = dimensions_of_turns.version_id
  );
end
$$;

-- The names of dimensions as the definition spells them.
create or replace function private.spelled_dimensions(listed jsonb, names text[], dimension_keys text[])
returns text[]
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if jsonb_typeof(listed) = 'array' then
    return array(
      select names[array_position(dimension_keys, private.fold_name(private.trim_text(named.value)))]
        from jsonb_array_elements_text(listed) with ordinality as named (value, place)
       order by named.place
    );
  end if;
  return null;
end
$$;

-- Locks the transcript of a session, which is made if there is none. That of another session that had this id, or of another
-- assessment, is deleted.
create or replace function private.hold_transcript(
  session_type text, session_id uuid, tenant_id uuid, campaign_id uuid, assessment_id uuid
)
returns private.transcripts
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  kept private.transcripts;
begin
  delete from private.transcripts as present
   where present.session_type = hold_transcript.session_type
     and present.session_id = hold_transcript.session_id
     and not private.is_transcript_of(
           present, hold_transcript.tenant_id, hold_transcript.campaign_id, hold_transcript.assessment_id
         );
  insert into private.transcripts (session_type, session_id, tenant_id, campaign_id, assessment_id)
  values (
    hold_transcript.session_type, hold_transcript.session_id, hold_transcript.tenant_id, hold_transcript.campaign_id,
    hold_transcript.assessment_id
  )
  on conflict on constraint transcripts_pkey do nothing;
  select present.*
    into kept
    from private.transcripts as present
   where present.session_type = hold_transcript.session_type and present.session_id = hold_transcript.session_id
     for update;
  return kept;
end
$$;

-- Keeps turns of a session, whose pin the caller has locked, if it has one. Returns how many of these were new, how many are
-- kept, and the highest number.
create or replace function private.keep_turns(
  session_type text, session_id uuid, tenant_id uuid, campaign_id uuid, assessment_id uuid, version_id uuid, turns jsonb,
  handed_in boolean, out saved integer, out all_turns integer, out last_turn integer
)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  kept private.transcripts;
  names constant text[] := private.dimensions_of_turns(keep_turns.turns, keep_turns.version_id);
  keys constant text[] := array(
    select private.fold_name(private.trim_text(named.name))
      from unnest(names) with ordinality as named (name, place)
     order by named.place
  );
  other integer;
  added record;
begin
  perform private.check_turns(keep_turns.session_id, keep_turns.turns, keys);
  kept := private.hold_transcript(
    keep_turns.session_type, keep_turns.session_id, keep_turns.tenant_id, keep_turns.campaign_id, keep_turns.assessment_id
  );

  -- The same text again changes nothing, nor does a turn whose words have expired. ------------------------------------
  select min(said.turn)
    into other
    from jsonb_array_elements(keep_turns.turns) as item (value)
    join private.turns as said
      on said.session_type = keep_turns.session_type
     and said.session_id = keep_turns.session_id
     and said.turn = (item.value -> 'turn')::integer
   where said.text <> item.value ->> 'text';
  if other is not null then
    perform private.refuse('TURN_DIFFERS', jsonb_build_object('session_id', keep_turns.session_id, 'turn', other));
  end if;
  with written as (
    insert into private.turns (session_type, session_id, turn, speaker, text, at, dimensions, handed_in)
    select keep_turns.session_type, keep_turns.session_id, (item.value -> 'turn')::integer, item.value ->> 'speaker',
           item.value ->> 'text', private.time_of(item.value ->> 'at'),
           private.spelled_dimensions(item.value -> 'dimensions', names, keys), keep_turns.handed_in
      from jsonb_array_elements(keep_turns.turns) as item (value)
     where (item.value -> 'turn')::integer > coalesce(kept.expired_turn, -1)
    on conflict on constraint turns_pkey do nothing
    returning turn, octet_length(convert_to(text, 'UTF8')) as bytes, dimensions
  )
  select count(*)::integer as turns, coalesce(sum(written.bytes), 0)::integer as bytes, max(written.turn) as last_turn,
         (
           select array_agg(distinct about.name)
             from written as each, unnest(each.dimensions) as about (name)
         ) as dimensions,
         bool_or(written.dimensions is not null) as told
    into added
    from written;
  if added.turns > 0 then
    perform private.refuse_long_transcript(keep_turns.session_id, kept.turns + added.turns, kept.bytes + added.bytes);
    update private.transcripts as present
       set turns = kept.turns + added.turns,
           bytes = kept.bytes + added.bytes,
           last_turn = greatest(kept.last_turn, added.last_turn),
           dimensions = case when added.told then array(
             select named.name
               from unnest(names) with ordinality as named (name, place)
              where named.name = any (kept.dimensions || added.dimensions)
              order by named.place
           ) else kept.dimensions end,
           last_received_at = now()
     where present.session_type = keep_turns.session_type and present.session_id = keep_turns.session_id;
  end if;
  saved := added.turns;
  all_turns := kept.turns + added.turns;
  last_turn := greatest(kept.last_turn, added.last_turn);
end
$$;

-- Keeps the transcript that was handed in with the scores. One that was handed in before, with scores that failed, is replaced.
create or replace function private.take_transcript(
  session_type text, session_id uuid, tenant_id uuid, campaign_id uuid, assessment_id uuid, version_id uuid, turns jsonb
)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  with removed as (
    delete from private.turns as said
     where said.session_type = take_transcript.session_type
       and said.session_id = take_transcript.session_id
       and said.handed_in
    returning octet_length(convert_to(said.text, 'UTF8')) as bytes
  ),
  counted as (
    select count(*)::integer as turns, sum(removed.bytes)::integer as bytes from removed
  )
  update private.transcripts as kept
     set turns = kept.turns - counted.turns,
         bytes = kept.bytes - counted.bytes,
         last_turn = greatest(kept.expired_turn, (
           select max(said.turn)
             from private.turns as said
            where said.session_type = kept.session_type and said.session_id = kept.session_id and not said.handed_in
         ))
    from counted
   where counted.turns > 0
     and kept.session_type = take_transcript.session_type
     and kept.session_id = take_transcript.session_id;
  perform private.keep_turns(
    take_transcript.session_type, take_transcript.session_id, take_transcript.tenant_id, take_transcript.campaign_id,
    take_transcript.assessment_id, take_transcript.version_id, take_transcript.turns, true
  );
end
$$;

-- How the transcript of a session arrived: streamed, if all of it was here before the first run and the scores, otherwise
-- handed-in; null without one.
create or replace function private.transcript_source(
  session_type text, session_id uuid, tenant_id uuid, campaign_id uuid, assessment_id uuid
)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select case
             when exists (
               select
                 from private.turns as said
                where said.session_type = kept.session_type
                  and said.session_id = kept.session_id
                  and (said.handed_in or said.received_at > (
                    select min(saved.received_at)
                      from private.kept_runs as saved
                     where saved.session_type = kept.session_type and saved.session_id = kept.session_id
                  ))
             ) then 'handed-in'
             else 'streamed'
           end
      from private.transcripts as kept
     where kept.session_type = transcript_source.session_type
       and kept.session_id = transcript_source.session_id
       and private.is_transcript_of(
             kept, transcript_source.tenant_id, transcript_source.campaign_id, transcript_source.assessment_id
           )
       and kept.turns > 0
  );
end
$$;

-- For interview agents: keeping turns while the interview goes on.

-- What a session's agents have kept of it, for interview_context. No text of a turn is in it.
create or replace function private.progress_of(
  session_type text, session_id uuid, tenant_id uuid, campaign_id uuid, assessment_id uuid
)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  kept private.transcripts;
begin
  select present.*
    into kept
    from private.transcripts as present
   where present.session_type = progress_of.session_type
     and present.session_id = progress_of.session_id
     and private.is_transcript_of(present, progress_of.tenant_id, progress_of.campaign_id, progress_of.assessment_id);
  return jsonb_build_object(
    'turns', coalesce(kept.turns, 0),
    'last_turn', kept.last_turn,
    'dimensions', to_jsonb(kept.dimensions),
    'words_expired', kept.expired_turn is not null
  );
end
$$;

create or replace function private.is_transcript_of(
  kept private.transcripts, tenant_id uuid, campaign_id uuid, assessment_id uuid
)
returns boolean
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return kept.tenant_id = is_transcript_of.tenant_id
     and kept.campaign_id is not distinct from is_transcript_of.campaign_id
     and kept.assessment_id = is_transcript_of.assessment_id;
end
$$;

-- The session of an agent session, for a transaction that writes its turns: begun, open, and locked against others that write
-- or remove turns (the lock is the pin's, since a host's sessions may be a view).
create or replace function private.hold_talk(
  agent_session_id uuid,
  out session_type text, out session_id uuid, out tenant_id uuid, out campaign_id uuid, out assessment_id uuid,
  out version_id uuid
)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  talk record;
begin
  perform private.hold_tenant(
            private.tenant_of_agent_session(agent.stakeholder_session_id, agent.coaching_session_id), null, false
          )
     from public.agent_sessions as agent
    where agent.id = hold_talk.agent_session_id;
  loop
    select found.* into talk from private.begin_talk(hold_talk.agent_session_id) as found;
    if talk.session_id is null then
      perform private.refuse('SESSION_NOT_FOUND', jsonb_build_object('agent_session_id', hold_talk.agent_session_id));
    elsif talk.assessment_id is null then
      perform private.refuse('ASSESSMENT_REQUIRED', jsonb_build_object('session_id', talk.session_id));
    elsif not talk.begun then
      perform private.refuse_withdrawn(
        hold_talk.agent_session_id, talk.tenant_id, talk.assessment_id, talk.version_id
      );
    end if;
    perform pin.id
       from private.pins as pin
      where pin.kind = talk.kind and pin.id = talk.session_id and pin.pinned_version_id = talk.version_id
        for no key update;
    exit when found;
  end loop;
  -- Read now that it is locked.
  session_type := private.session_type(talk.kind);
  perform private.refuse_ended(talk.session_id, private.status_of_session(talk.session_id, session_type));
  if private.is_scored(talk.session_id, session_type) then
    perform private.refuse('SESSION_ALREADY_SCORED', jsonb_build_object('session_id', talk.session_id));
  end if;
  select talk.session_id, talk.tenant_id, talk.campaign_id, talk.assessment_id, talk.version_id
    into session_id, tenant_id, campaign_id, assessment_id, version_id;
end
$$;

-- SECURITY DEFINER: transcripts are written by the database alone.
create or replace function public.save_progress(agent_session_id uuid, turns jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  talk record;
  kept record;
begin
  select held.* into talk from private.hold_talk(save_progress.agent_session_id) as held;
  select written.*
    into kept
    from private.keep_turns(
           talk.session_type, talk.session_id, talk.tenant_id, talk.campaign_id, talk.assessment_id, talk.version_id,
           save_progress.turns, false
         ) as written;
  return jsonb_build_object('saved', kept.saved, 'turns', kept.all_turns, 'last_turn', kept.last_turn);
end
$$;
comment on function public.save_progress(uuid, jsonb) is
'For interview agents: keeps turns of the session''s transcript, which any agent session of that session continues. turns is '
'[{turn, speaker, text, at, dimensions}]: the number of the turn, respondent, interviewer, other or unknown, what was said and, '
'if known, when and about which dimensions. The same text again changes nothing; another text is refused. Returns {saved, turns, '
'last_turn}: how many of these were new, how many are kept, and the highest number. The first kept turn begins the session, '
'as interview_context does.';
revoke all on function public.save_progress(uuid, jsonb) from public, anon, authenticated, service_role;

-- SECURITY DEFINER, as save_progress.
create or replace function public.correct_turn(agent_session_id uuid, turn integer, speaker text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  talk record;
  first_speaker text;
begin
  if correct_turn.speaker is null or correct_turn.speaker <> all (private.speakers()) then
    perform private.refuse('INVALID_ARGUMENT', jsonb_build_object(
      'argument', 'speaker', 'expected', private.one_of(private.speakers())
    ));
  end if;
  select held.* into talk from private.hold_talk(correct_turn.agent_session_id) as held;
  update private.turns as said
     set corrected_speaker = correct_turn.speaker
    from private.transcripts as kept
   where said.session_type = talk.session_type
     and said.session_id = talk.session_id
     and said.turn = correct_turn.turn
     and kept.session_type = said.session_type
     and kept.session_id = said.session_id
     and private.is_transcript_of(kept, talk.tenant_id, talk.campaign_id, talk.assessment_id)
  returning said.speaker into first_speaker;
  if not found then
    perform private.refuse('TURN_UNKNOWN', jsonb_build_object('session_id', talk.session_id, 'turn', correct_turn.turn));
  end if;
  return jsonb_build_object('turn', correct_turn.turn, 'speaker', correct_turn.speaker, 'first_speaker', first_speaker);
end
$$;
comment on function public.correct_turn(uuid, integer, text) is
'For interview agents: sets who spoke in a kept turn, when that turns out to be someone else: respondent, interviewer, other or '
'unknown. The first one is kept too. Returns {turn, speaker, first_speaker}.';
revoke all on function public.correct_turn(uuid, integer, text) from public, anon, authenticated, service_role;
