-- Transcripts of interviews: what was said, one row a turn, kept while the interview goes on.

-- All locks on the host's tables that the following statements need, taken at once with a short wait
-- (host_check/rules.sql).
select private.lock_host_tables(
  'share row exclusive', 'public.tenant_profiles', 'public.campaigns', 'public.campaign_assignments', 'public.coaching_sessions'
);

-- One row a session. Like a pin, it counts only while tenant, campaign and assessment are those of the session: ids may be
-- reused, and a coaching session that was given another assessment begins anew. It remains when its words have expired.
-- Everything that writes or deletes turns locks the session's pin first.
create table if not exists private.transcripts (
  session_type text not null,
  session_id uuid not null,
  tenant_id uuid not null,
  campaign_id uuid,
  assessment_id uuid not null,
  turns integer not null default 0,
  bytes integer not null default 0,
  last_turn integer,
  dimensions text[],
  last_received_at timestamptz default now(),
  expired_turn integer,

  constraint transcripts_pkey primary key (session_type, session_id),
  constraint transcript_session_type_is_known check (session_type = any(private.session_types())),
  constraint campaign_session_names_its_campaign check ((session_type = 'campaign') = (campaign_id is not null)),
  constraint expired_turns_were_kept check (expired_turn <= last_turn)
);
comment on table private.transcripts is 'Transcripts of interviews, one row a session. Written by the database alone.';
comment on column private.transcripts.turns is 'How many turns were kept, also those whose words have expired.';
comment on column private.transcripts.bytes is 'How long the texts are together, in UTF-8.';
comment on column private.transcripts.dimensions is
'The dimensions that turns have been about; null if the agent never said that about a turn.';
comment on column private.transcripts.last_received_at is
'When the last turn arrived, from which on its words are kept for words_days; null when they have expired.';
comment on column private.transcripts.expired_turn is 'The number up to which the turns'' words have expired.';
alter table private.transcripts add column if not exists handed_in_hash bigint;
comment on column private.transcripts.handed_in_hash is
'A hash of what was handed in with runs or a transcript, to recognize it; null when the words have expired.';
alter table private.transcripts enable row level security;
revoke all on table private.transcripts from public, anon, authenticated, service_role;
create index if not exists idx_transcripts_received on private.transcripts (last_received_at);
create index if not exists idx_transcripts_tenant on private.transcripts (tenant_id, last_received_at);
create index if not exists idx_transcripts_campaign on private.transcripts (campaign_id) where campaign_id is not null;

create table if not exists private.turns (
  session_type text not null,
  session_id uuid not null,
  turn integer not null,
  speaker text not null,
  corrected_speaker text,
  text text not null,
  at timestamptz,
  dimensions text[],
  received_at timestamptz not null default now(),

  constraint turns_pkey primary key (session_type, session_id, turn),
  constraint turns_transcript_fkey foreign key (session_type, session_id)
  references private.transcripts (session_type, session_id) on delete cascade,
  constraint speaker_is_known check (speaker = any(private.speakers())),
  constraint corrected_speaker_is_known check (corrected_speaker = any(private.speakers()))
);
comment on table private.turns is 'What was said in interviews, one row a turn. Written by the database alone.';
comment on column private.turns.turn is 'The number that the agent gave to the turn.';
comment on column private.turns.speaker is 'Who spoke, as the agent first reported it.';
comment on column private.turns.corrected_speaker is 'Who spoke, as correct_turn was told later.';
comment on column private.turns.at is 'When it was said, as the agent reported it.';
comment on column private.turns.dimensions is 'What the turn was about, as the agent reported it.';
alter table private.turns add column if not exists handed_in boolean not null default false;
comment on column private.turns.handed_in is 'Whether it arrived with the scores of the finished interview, not during the interview.';
alter table private.turns enable row level security;
revoke all on table private.turns from public, anon, authenticated, service_role;

-- Removes the transcript of a session at once, and returns how many turns it had whose words had not expired. A transaction that
-- keeps a turn has locked the pin: either this waits, and removes that turn too, or the other then sees what this
-- transaction has done to the session. A campaign's session without a pin gets one until then, since one that begins would
-- wait for nothing else.
create or replace function private.remove_transcript(session_id uuid, session_type text, tenant_id uuid)
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  made integer;
  removed integer;
begin
  insert into private.pins (kind, id, tenant_id, campaign_id, assessment_id)
  select private.session_kind(remove_transcript.session_type), remove_transcript.session_id, facts.tenant_id, facts.campaign_id,
         facts.assessment_ids[1]
    from private.session_facts(remove_transcript.session_id, remove_transcript.session_type) as facts
   where remove_transcript.session_type = 'campaign'
     and facts.tenant_id = remove_transcript.tenant_id
     and cardinality(facts.assessment_ids) > 0
  on conflict on constraint pins_pkey do nothing;
  get diagnostics made = row_count;
  perform pin.id
     from private.pins as pin
    where pin.kind = private.session_kind(remove_transcript.session_type)
      and pin.id = remove_transcript.session_id
      for update;
  with held as (
    select kept.session_type, kept.session_id
      from private.transcripts as kept
     where kept.session_type = remove_transcript.session_type
       and kept.session_id = remove_transcript.session_id
       and kept.tenant_id = remove_transcript.tenant_id
       for update
  )
  delete from private.turns as said
   using held
   where said.session_type = held.session_type and said.session_id = held.session_id;
  get diagnostics removed = row_count;
  delete from private.transcripts as kept
   where kept.session_type = remove_transcript.session_type
     and kept.session_id = remove_transcript.session_id
     and kept.tenant_id = remove_transcript.tenant_id;
  delete from private.pins as pin
   where made > 0
     and pin.kind = private.session_kind(remove_transcript.session_type)
     and pin.id = remove_transcript.session_id;
  return removed;
end
$$;

-- Everything that is kept of a session's transcript, null if nothing is.
create or replace function private.transcript_of(session_id uuid, session_type text, tenant_id uuid)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select jsonb_build_object(
      'words_expired', kept.expired_turn is not null,
      'last_received_at', kept.last_received_at,
      'turns', coalesce(
        (
          select jsonb_agg(
                   jsonb_build_object(
                     'turn', said.turn,
                     'speaker', coalesce(said.corrected_speaker, said.speaker),
                     'first_speaker', said.speaker,
                     'text', said.text,
                     'at', said.at,
                     'dimensions', to_jsonb(said.dimensions),
                     'received_at', said.received_at
                   ) order by said.turn
                 )
            from private.turns as said
           where said.session_type = kept.session_type and said.session_id = kept.session_id
        ),
        '[]'
      )
    )
      from private.transcripts as kept
     where kept.session_type = transcript_of.session_type
       and kept.session_id = transcript_of.session_id
       and kept.tenant_id = transcript_of.tenant_id
  );
end
$$;

-- A transcript is deleted with its session, campaign or tenant. SECURITY DEFINER, because no role of the API may write
-- transcripts, not even the one that deletes the row. Its triggers come after those that delete the pins, by name.
create or replace function private.drop_transcripts()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  gone constant uuid[] := array(select removed.id from removed);
begin
  case tg_table_name
    when 'tenant_profiles' then
      delete from private.transcripts as kept where kept.tenant_id = any (gone);
    when 'campaigns' then
      delete from private.transcripts as kept where kept.campaign_id = any (gone);
    else
      perform pin.id
         from private.pins as pin
        where pin.kind = private.session_kind(tg_argv[0]) and pin.id = any (gone)
        order by pin.id
          for update;
      delete from private.transcripts as kept where kept.session_type = tg_argv[0] and kept.session_id = any (gone);
  end case;
  return null;
end
$$;

create or replace trigger drop_transcripts
after delete on public.tenant_profiles
referencing old table as removed
for each statement execute function private.drop_transcripts();

create or replace trigger drop_transcripts
after delete on public.campaigns
referencing old table as removed
for each statement execute function private.drop_transcripts();

create or replace trigger drop_transcripts
after delete on public.coaching_sessions
referencing old table as removed
for each statement execute function private.drop_transcripts('coaching');

do $assignments$
begin
  if (select relkind from pg_catalog.pg_class where oid = 'public.campaign_assignments'::regclass) in ('r', 'p') then
    create or replace trigger drop_transcripts
    after delete on public.campaign_assignments
    referencing old table as removed
    for each statement execute function private.drop_transcripts('campaign');
  end if;
end
$assignments$;
