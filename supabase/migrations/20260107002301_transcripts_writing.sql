-- custom-assessments 0.2.0 transcripts_writing sha256:4782cd4964aa3577509cb17f5fd47590d19d4ceb4daff6c2ae8b7b1be25ee63a
-- Writing turns, for save_progress and for the transcript that is handed in with the scores.

-- The names of a version's dimensions.
create or replace function private.dimensions_of_version(version_id uuid)
returns text[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return array(
    select dimension.value ->> 'name'
      from public.assessment_versions as version
     cross join lateral jsonb_array_elements(version.definition -> 'dimensions') with ordinality as dimension (value, place)
     where version.id = dimensions_of_version.version_id
     order by dimension.place
  );
end
$$;

-- The names of dimensions as the definition spells them.
create or replace function private.spelled_dimensions(listed jsonb, names text[], dimension_keys text[])
returns text[]
language plpgsql
immutable
strict
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
  loop
    select present.*
      into kept
      from private.transcripts as present
     where present.session_type = hold_transcript.session_type and present.session_id = hold_transcript.session_id
       for update;
    exit when private.is_transcript_of(
      kept, hold_transcript.tenant_id, hold_transcript.campaign_id, hold_transcript.assessment_id
    );
    delete from private.transcripts as present
     where present.session_type = hold_transcript.session_type and present.session_id = hold_transcript.session_id;
    insert into private.transcripts (session_type, session_id, tenant_id, campaign_id, assessment_id)
    values (
      hold_transcript.session_type, hold_transcript.session_id, hold_transcript.tenant_id, hold_transcript.campaign_id,
      hold_transcript.assessment_id
    )
    on conflict on constraint transcripts_pkey do nothing;
  end loop;
  return kept;
end
$$;

-- What a transcript is about, with these turns: in the definition's order, and null if no turn said so.
create or replace function private.dimensions_of_transcript(
  dimensions text[], turns jsonb, names text[], dimension_keys text[]
)
returns text[]
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  told record;
begin
  select bool_or(spelled.names is not null) as something, array_agg(about.name) as names
    into told
    from jsonb_array_elements(turns) as item (value)
   cross join lateral (
     values (private.spelled_dimensions(item.value -> 'dimensions', dimensions_of_transcript.names, dimension_keys))
   ) as spelled (names)
    left join lateral unnest(spelled.names) as about (name) on true;
  if not told.something then
    return dimensions;
  end if;
  return array(
    select named.name
      from unnest(names) with ordinality as named (name, place)
     where named.name = any (dimensions || told.names)
     order by named.place
  );
end
$$;

-- The turns of a list that are not kept yet: the same text again changes nothing, nor does a turn whose words have expired. Null if
-- there are none. Another text is refused.
create or replace function private.new_turns(session_type text, session_id uuid, turns jsonb, expired_turn integer)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  compared record;
begin
  select min(said.turn) filter (where said.text <> item.value ->> 'text') as other,
         jsonb_agg(item.value order by item.place) filter (
           where said.turn is null and (item.value -> 'turn')::integer > coalesce(new_turns.expired_turn, -1)
         ) as fresh
    into compared
    from jsonb_array_elements(new_turns.turns) with ordinality as item (value, place)
    left join private.turns as said
      on said.session_type = new_turns.session_type
     and said.session_id = new_turns.session_id
     and said.turn = (item.value -> 'turn')::integer;
  if compared.other is not null then
    perform private.refuse(
      'TURN_DIFFERS', jsonb_build_object('session_id', new_turns.session_id, 'turn', compared.other)
    );
  end if;
  return compared.fresh;
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
  names text[] := '{}';
  keys text[] := '{}';
  fresh jsonb := turns;
  compared boolean := false;
  added record;
begin
  -- Only if a turn names some: reading a large definition takes longer than keeping a turn.
  if jsonb_path_exists(turns, 'lax $[*].dimensions') then
    names := private.dimensions_of_version(keep_turns.version_id);
    keys := array(
      select private.fold_name(private.trim_text(named.name))
        from unnest(names) with ordinality as named (name, place)
       order by named.place
    );
  end if;
  perform private.check_turns(keep_turns.session_id, keep_turns.turns, keys);
  kept := private.hold_transcript(
    keep_turns.session_type, keep_turns.session_id, keep_turns.tenant_id, keep_turns.campaign_id, keep_turns.assessment_id
  );

  -- What is new of them: all, if an agent goes on from the last turn. ----------------------------------------------
  loop
    select count(*)::integer as turns, coalesce(sum(octet_length(convert_to(item.value ->> 'text', 'UTF8'))), 0)::integer as bytes,
           min((item.value -> 'turn')::integer) as first_turn, max((item.value -> 'turn')::integer) as last_turn
      into added
      from jsonb_array_elements(fresh) as item (value);
    exit when compared or (added.first_turn <= kept.last_turn) is not true;
    fresh := private.new_turns(keep_turns.session_type, keep_turns.session_id, fresh, kept.expired_turn);
    compared := true;
  end loop;
  saved := added.turns;
  all_turns := kept.turns + added.turns;
  last_turn := greatest(kept.last_turn, added.last_turn);
  if saved = 0 then
    return;
  end if;

  perform private.refuse_long_transcript(keep_turns.session_id, all_turns, kept.bytes + added.bytes);
  insert into private.turns (session_type, session_id, turn, speaker, text, at, dimensions, handed_in)
  select keep_turns.session_type, keep_turns.session_id, (item.value -> 'turn')::integer, item.value ->> 'speaker',
         item.value ->> 'text', private.time_of(item.value ->> 'at'),
         private.spelled_dimensions(item.value -> 'dimensions', names, keys), keep_turns.handed_in
    from jsonb_array_elements(fresh) as item (value);
  if cardinality(names) > 0 then
    kept.dimensions := private.dimensions_of_transcript(kept.dimensions, fresh, names, keys);
  end if;
  update private.transcripts as present
     set turns = keep_turns.all_turns,
         bytes = kept.bytes + added.bytes,
         last_turn = keep_turns.last_turn,
         dimensions = kept.dimensions,
         last_received_at = now()
   where present.session_type = keep_turns.session_type and present.session_id = keep_turns.session_id;
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
