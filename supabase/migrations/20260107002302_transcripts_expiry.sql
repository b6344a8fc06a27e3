-- custom-assessments 0.2.0 transcripts_expiry sha256:cdfd626d882c587a0f74954f80629f818c6a1bd0c8550d98992287e992f59b6e
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
