-- Who scored a result, from what words, and how.
--
-- A run is one rater's pass over the dimensions of an assessment. What a finished interview brings is stored with its result, in
-- the same transaction, and never changes. Words end before the record does: quotes and rationales after words_days
-- (runs/expiry.sql), all else with the result.

create table if not exists public.score_runs (
  id uuid not null default gen_random_uuid(),
  result_id uuid not null,
  tenant_id uuid not null,
  key text not null,
  rater_kind text not null,
  rater_name text not null,
  rater_version text,
  language text,
  band_order text,
  parameters jsonb,
  started_at timestamptz,
  finished_at timestamptz,
  words_since timestamptz,
  created_at timestamptz not null default now(),

  constraint score_runs_pkey primary key (id),
  constraint score_runs_result_id_fkey
  foreign key (result_id) references public.custom_assessment_results (id) on delete cascade,
  constraint run_key_is_unique_in_its_result unique (result_id, key),
  constraint rater_is_a_model_or_a_human check (rater_kind = any(private.rater_kinds())),
  constraint run_ends_after_it_starts check (finished_at >= started_at)
);
comment on table public.score_runs is
'Who scored a result: one row for each rater''s pass. Written by the database alone, from the runs that an agent handed in.';
comment on column public.score_runs.key is 'The agent''s own name for the run.';
comment on column public.score_runs.rater_kind is 'model or human.';
comment on column public.score_runs.rater_version is 'The version of the model; may be null for a person.';
comment on column public.score_runs.band_order is 'The order in which the rater saw the bands of a rubric, as the agent reported it.';
comment on column public.score_runs.parameters is 'The settings of the model, as the agent reported them.';
comment on column public.score_runs.words_since is
'From when on the quotes and rationales are kept for words_days; null when they have expired.';
alter table public.score_runs enable row level security;
revoke all on table public.score_runs from public, anon, authenticated, service_role;
create index if not exists idx_score_runs_tenant on public.score_runs (tenant_id, words_since);
create index if not exists idx_score_runs_words on public.score_runs (words_since) where words_since is not null;

create table if not exists public.score_items (
  run_id uuid not null,
  place integer not null,
  tenant_id uuid not null,
  dimension text not null,
  prompt_sha256 text,
  band text,
  score numeric,
  unscored text,
  quote_statuses text[] not null default '{}',
  evidence jsonb,
  rationale text,

  constraint score_items_pkey primary key (run_id, place),
  constraint score_items_run_id_fkey
  foreign key (run_id) references public.score_runs (id) on delete cascade,
  constraint dimension_is_unique_in_its_run unique (run_id, dimension),
  constraint item_is_scored_or_says_why_not check ((score is null) = (unscored is not null) or unscored = 'unverified'),
  constraint evidence_is_a_list check (jsonb_typeof(evidence) = 'array')
);
comment on table public.score_items is 'What a rater said about one dimension. Written by the database alone.';
comment on column public.score_items.dimension is 'The dimension, spelled as in the definition.';
comment on column public.score_items.band is 'The band of the rubric that the rater cited.';
comment on column public.score_items.unscored is
'Why there is no score: no-evidence, refused, not-asked, out-of-range; or unverified, where the score does not count because no '
'quote was found in the respondent''s words.';
comment on column public.score_items.quote_statuses is
'What became of each quote: verified, repaired, interviewer, other, short or unverified. Kept when the quotes have expired.';
comment on column public.score_items.evidence is
'The quotes as the transcript has them, with turn, start and end. Null when they have expired.';
comment on column public.score_items.rationale is 'The rater''s reasons. Null when they have expired.';
alter table public.score_items enable row level security;
revoke all on table public.score_items from public, anon, authenticated, service_role;
create index if not exists idx_score_items_tenant on public.score_items (tenant_id);

-- Runs that an agent has saved before it completes the session. They are deleted with the session's transcript, and when the
-- session has its result.
create table if not exists private.kept_runs (
  session_type text not null,
  session_id uuid not null,
  key text not null,
  run jsonb not null,
  received_at timestamptz not null default now(),

  constraint kept_runs_pkey primary key (session_type, session_id, key),
  constraint kept_runs_transcript_fkey foreign key (session_type, session_id)
  references private.transcripts (session_type, session_id) on delete cascade
);
comment on table private.kept_runs is 'Runs of interviews that have no result yet. Written by the database alone.';
alter table private.kept_runs enable row level security;
revoke all on table private.kept_runs from public, anon, authenticated, service_role;

-- Runs and items are inserted with their result and deleted with it, by whatever role. Only the words can be taken from them.
create or replace function private.keep_runs()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  wordless jsonb;
begin
  if tg_op = 'DELETE' then
    -- Together with the row that it belongs to, which is gone by now.
    if (tg_table_name = 'score_runs' and not exists (
         select from public.custom_assessment_results as result where result.id = (to_jsonb(old) ->> 'result_id')::uuid
       ))
      or (tg_table_name = 'score_items' and not exists (
        select from public.score_runs as run where run.id = (to_jsonb(old) ->> 'run_id')::uuid
      )) then
      return old;
    end if;
  else
    wordless := to_jsonb(old) || case tg_table_name
      when 'score_runs' then '{"words_since": null}'
      else '{"evidence": null, "rationale": null}'
    end::jsonb;
    if current_user not in ('anon', 'authenticated', 'service_role') and to_jsonb(new) = wordless then
      return new;
    end if;
  end if;
  perform private.refuse('RESULT_IMMUTABLE', jsonb_build_object(
    'run_id', to_jsonb(old) -> case tg_table_name when 'score_runs' then 'id' else 'run_id' end
  ));
  return null;
end
$$;

create or replace trigger keep_runs
before update or delete on public.score_runs
for each row execute function private.keep_runs();

create or replace trigger keep_runs
before update or delete on public.score_items
for each row execute function private.keep_runs();
