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
