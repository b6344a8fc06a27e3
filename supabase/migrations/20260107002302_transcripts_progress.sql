-- custom-assessments 0.2.0 transcripts_progress sha256:9af42d2433011f78325245e604fc0c2417b46e4babab34b646fb2f00239a3a19
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

-- The session of an agent session, for a transaction that writes its turns, as private.begin_talk() returns it: begun, open,
-- and locked against others that write or remove turns (the lock is the pin's, since a host's sessions may be a view).
create or replace function private.hold_talk(agent_session_id uuid)
returns record
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  talk record;
begin
  loop
    talk := private.begin_talk(hold_talk.agent_session_id, true);
    if talk.session_id is null then
      perform private.refuse('SESSION_NOT_FOUND', jsonb_build_object('agent_session_id', hold_talk.agent_session_id));
    elsif talk.assessment_id is null then
      perform private.refuse('ASSESSMENT_REQUIRED', jsonb_build_object('session_id', talk.session_id));
    elsif not talk.begun and private.is_withdrawn_for(talk.tenant_id, talk.assessment_id, talk.version_id) then
      perform private.refuse_withdrawn(hold_talk.agent_session_id, talk.assessment_id, talk.version_id);
    end if;
    perform pin.id
       from private.pins as pin
      where pin.kind = talk.kind and pin.id = talk.session_id and pin.pinned_version_id = talk.version_id
        for no key update;
    exit when found;
  end loop;
  -- Read now that it is locked.
  talk.status := private.status_of_session(talk.session_id, talk.session_type);
  if talk.status = any (private.ended_statuses()) then
    perform private.refuse_ended(talk.session_id, talk.status);
  elsif private.is_scored(talk.session_id, talk.session_type) then
    perform private.refuse('SESSION_ALREADY_SCORED', jsonb_build_object('session_id', talk.session_id));
  end if;
  return talk;
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
  talk := private.hold_talk(save_progress.agent_session_id);
  kept := private.keep_turns(
    talk.session_type, talk.session_id, talk.tenant_id, talk.campaign_id, talk.assessment_id, talk.version_id,
    save_progress.turns, false
  );
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
  talk := private.hold_talk(correct_turn.agent_session_id);
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

-- How long words are kept.

-- The transcripts whose words are due: words_days after their last turn arrived, whether or not the interview has a result, or
-- earlier if the tenant has set fewer days. At most batch of each kind.
create or replace function private.transcripts_due(batch integer)
returns table (session_type text, session_id uuid, last_received_at timestamptz)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  days constant integer := private.setting('words_days');
begin
  return query
    (
      select kept.session_type, kept.session_id, kept.last_received_at
        from private.transcripts as kept
       where kept.last_received_at < now() - make_interval(days => days)
       order by kept.last_received_at
       limit batch
    )
    union
    (
      select kept.session_type, kept.session_id, kept.last_received_at
        from public.tenant_settings as own
       cross join lateral (
         select present.session_type, present.session_id, present.last_received_at
           from private.transcripts as present
          where present.tenant_id = own.tenant_id
            and present.last_received_at < now() - make_interval(days => own.words_days)
          order by present.last_received_at
          limit batch
       ) as kept
       where own.words_days < days
       limit batch
    );
end
$$;

-- Deletes the turns of transcripts whose words are due, and the runs of interviews without a result. What remains says how many
-- turns there were, and which dimensions they were about. A transcript that an agent is just continuing is left for the next time.
create or replace function private.expire_words(batch integer)
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  expired integer;
begin
  with due as (
    select kept.session_type, kept.session_id
      from private.transcripts_due(expire_words.batch) as found
      join private.transcripts as kept
        on kept.session_type = found.session_type
       and kept.session_id = found.session_id
       and kept.last_received_at = found.last_received_at
       for update of kept skip locked
  ),
  gone as (
    delete from private.turns as said
     using due
     where said.session_type = due.session_type and said.session_id = due.session_id
  ),
  gone_runs as (
    delete from private.kept_runs as saved
     using due
     where saved.session_type = due.session_type and saved.session_id = due.session_id
  )
  update private.transcripts as kept
     set expired_turn = kept.last_turn, bytes = 0, last_received_at = null, handed_in_hash = null
    from due
   where kept.session_type = due.session_type and kept.session_id = due.session_id;
  get diagnostics expired = row_count;
  return expired;
end
$$;

-- Transcripts whose session is gone, as private.prune_pins: of assignments that are a view, which has no trigger, and of a
-- session that was deleted while its first turn came.
create or replace function private.prune_transcripts(batch integer)
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  pruned integer;
begin
  delete from private.transcripts as kept
   where (kept.session_type, kept.session_id) in (
     select present.session_type, present.session_id
       from private.transcripts as present
      where case present.session_type
        when 'coaching' then not exists (
          select from public.coaching_sessions as coaching where coaching.id = present.session_id
        )
        else not exists (
          select from public.campaign_assignments as assignment where assignment.id = present.session_id
        )
      end
      limit batch
        for update skip locked
   );
  get diagnostics pruned = row_count;
  return pruned;
end
$$;
