-- custom-assessments 0.2.0 runs_table sha256:99d8a34e58b6725ef1cd151dde1fc8fbf87bc750497d9f9dc610711a2b2e0d7f
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

-- What a run may be. Every error is listed with its path and what was expected, before anything is stored.

-- Under a definition: the ends of its scale and, for each dimension by its folded name, how it is spelled and how far its bands
-- reach, by the bands without spaces.
create or replace function private.run_rules(definition jsonb)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  scored constant record := private.scored_dimensions(definition);
begin
  return jsonb_build_object(
    'low', scored.low,
    'high', scored.high,
    'dimensions', (
      select jsonb_object_agg(scored.folded[dimension.place], jsonb_build_object(
               'name', dimension.value -> 'name',
               'bands', (
                 select jsonb_object_agg(private.band_key(reach.band), to_jsonb(reach))
                   from private.band_reach(dimension.value -> 'scoringRubric', scored.low, scored.high) as reach
               )
             ))
        from jsonb_array_elements(definition -> 'dimensions') with ordinality as dimension (value, place)
    )
  );
end
$$;

-- A band as it is compared: spaces and the kind of hyphen do not matter.
create or replace function private.band_key(band text)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return translate(band, '– ', '-');
end
$$;

-- The error of a text: missing, not a text, too long, or with characters that nobody sees.
create or replace function private.run_text_faults(value jsonb, path text, most integer, is_needed boolean, is_name boolean)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if coalesce(jsonb_typeof(value), 'null') = 'null' then
    return case when is_needed then jsonb_build_array(private.fault(path, 'missing', 'a text')) else '[]' end;
  elsif jsonb_typeof(value) <> 'string' then
    return jsonb_build_array(private.fault(path, 'wrong-type', 'a text'));
  elsif length(value #>> '{}') not between 1 and most then
    return jsonb_build_array(private.fault(path, 'wrong-length', format('1 to %s characters', most)));
  elsif is_name and value #>> '{}' ~ private.unseen_controls() then
    return jsonb_build_array(private.fault(path, 'unseen-character', 'no control characters and no hidden ones'));
  end if;
  return '[]';
end
$$;

-- The errors of a list of quotes.
create or replace function private.quote_faults(evidence jsonb, path text, most integer)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  faults jsonb := '[]';
  item jsonb;
  here text;
begin
  if coalesce(jsonb_typeof(evidence), 'null') = 'null' then
    return '[]';
  elsif jsonb_typeof(evidence) <> 'array' then
    return jsonb_build_array(private.fault(path, 'wrong-type', 'a list of quotes'));
  elsif jsonb_array_length(evidence) > most then
    return jsonb_build_array(private.fault(path, 'too-many', format('at most %s quotes', most)));
  end if;
  for place in 0 .. jsonb_array_length(evidence) - 1 loop
    item := evidence -> place;
    here := path || '[' || place || ']';
    if jsonb_typeof(item) <> 'object' then
      faults := faults || private.fault(here, 'wrong-type', 'an object with turn and quote');
    else
      if coalesce(jsonb_typeof(item -> 'turn'), 'null') <> 'null' and not private.is_turn_number(item -> 'turn') then
        faults := faults || private.fault(here || '.turn', 'out-of-range', 'the number of a turn, or null');
      end if;
      faults := faults
        || private.run_text_faults(item -> 'quote', here || '.quote', private.longest_quote(), true, false);
    end if;
    exit when jsonb_array_length(faults) >= private.most_errors();
  end loop;
  return faults;
end
$$;

-- The errors of the score and band of an item of a known dimension, rule.
create or replace function private.scored_item_faults(item jsonb, path text, rules jsonb, rule jsonb)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  scored constant boolean := coalesce(jsonb_typeof(item -> 'score'), 'null') <> 'null';
  unscored constant boolean := coalesce(jsonb_typeof(item -> 'unscored'), 'null') <> 'null';
  low constant numeric := rules ->> 'low';
  high constant numeric := rules ->> 'high';
  band jsonb;
begin
  if scored = unscored then
    return jsonb_build_array(private.fault(
      path || '.score', case when scored then 'score-and-unscored' else 'missing' end, 'either score or unscored'
    ));
  elsif unscored and (item ->> 'unscored' <> all (private.unscored_reasons()) or jsonb_typeof(item -> 'unscored') <> 'string') then
    return jsonb_build_array(private.fault(path || '.unscored', 'unknown-value', private.one_of(private.unscored_reasons())));
  elsif scored and jsonb_typeof(item -> 'score') <> 'number' then
    return jsonb_build_array(private.fault(path || '.score', 'not-a-number', 'a number'));
  elsif scored and (item -> 'score')::numeric not between low and high then
    return jsonb_build_array(private.fault(path || '.score', 'off-scale', format('a number from %s to %s', low, high)));
  elsif scored and scale((item -> 'score')::numeric) > private.most_decimal_places() then
    return jsonb_build_array(private.too_precise_fault(path || '.score'));
  elsif coalesce(jsonb_typeof(item -> 'band'), 'null') = 'null' then
    return '[]';
  elsif jsonb_typeof(rule -> 'bands') <> 'object' then
    return jsonb_build_array(private.fault(path || '.band', 'no-rubric', 'no band, since the dimension has no rubric'));
  elsif jsonb_typeof(item -> 'band') = 'string' and length(item ->> 'band') <= 200 then
    band := rule #> array['bands', private.band_key(item ->> 'band')];
  end if;
  if band is null then
    return jsonb_build_array(private.fault(path || '.band', 'unknown-band', private.one_of(array(
      select reach.value ->> 'band'
        from jsonb_each(rule -> 'bands') as reach
       order by (reach.value ->> 'first')::numeric
    ))));
  elsif scored and (item -> 'score')::numeric not between (band ->> 'first')::numeric and (band ->> 'last')::numeric then
    return jsonb_build_array(private.fault(path || '.score', 'outside-band', format(
      'a number from %s to %s, as far as the band %s reaches', band ->> 'first', band ->> 'last', band ->> 'band'
    )));
  end if;
  return '[]';
end
$$;

-- The errors of one item of a run.
create or replace function private.run_item_faults(item jsonb, path text, rules jsonb)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  faults jsonb := '[]';
  rule jsonb;
begin
  if jsonb_typeof(item) <> 'object' then
    return jsonb_build_array(private.fault(path, 'wrong-type', 'an object with dimension, and with score or unscored'));
  end if;
  if jsonb_typeof(item -> 'dimension') = 'string' and length(item ->> 'dimension') <= private.longest_name() then
    rule := rules #> array['dimensions', private.fold_name(private.trim_text(item ->> 'dimension'))];
  end if;
  if rule is null then
    faults := faults || private.fault(path || '.dimension', 'unknown-dimension', 'the name of a dimension of the definition');
  end if;
  if coalesce(jsonb_typeof(item -> 'prompt_sha256'), 'null') <> 'null'
    and (jsonb_typeof(item -> 'prompt_sha256') <> 'string' or item ->> 'prompt_sha256' !~ '^[0-9a-f]{64}$') then
    faults := faults || private.fault(path || '.prompt_sha256', 'invalid-hash', 'a SHA-256 in 64 hexadecimal digits');
  end if;
  return faults
    || private.quote_faults(item -> 'evidence', path || '.evidence', private.most_quotes())
    || private.run_text_faults(item -> 'rationale', path || '.rationale', private.longest_rationale(), false, false)
    || private.scored_item_faults(item, path, rules, coalesce(rule, '{}'));
end
$$;
