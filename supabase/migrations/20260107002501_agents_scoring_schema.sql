-- custom-assessments 0.2.0 agents_scoring_schema sha256:2ef193cf5f46f9a48a4f99cdcd0ec3e9513ae0028e60c52a2c2fad5f5f738133
-- For interview agents: what a model has to answer about one dimension.

-- The bands of a rubric in the order in which a rater sees them. jsonb does not keep the order in which an author wrote them,
-- and the compiler sorts them, so ascending is also the order of the file. One seed always gives the same order.
create or replace function private.ordered_bands(rubric jsonb, low numeric, high numeric, band_order text)
returns table (band text, first numeric, last numeric)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
    select reach.band, reach.first, reach.last
      from private.band_reach(rubric, low, high) with ordinality as reach (band, first, last, place)
     order by case when ordered_bands.band_order like 'shuffled:%'
                   then sha256(convert_to(ordered_bands.band_order || ' ' || reach.band, 'UTF8')) end,
              case ordered_bands.band_order when 'descending' then -reach.place else reach.place end;
end
$$;

-- A JSON Schema within what strict structured output accepts: every object closed, every key required, and no limits but types
-- and words. The order of the keys is the order in which a model writes them, so it is kept: json, not jsonb.
create or replace function public.scoring_schema(version_id uuid, dimension text, band_order text default 'ascending')
returns json
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  version constant public.assessment_versions := private.readable_version(scoring_schema.version_id);
  scored record;
  place integer;
  bands text[];
  explained text;
begin
  if coalesce(scoring_schema.band_order !~ '^(ascending|descending|shuffled:.{1,80})$', true) then
    perform private.refuse('INVALID_ARGUMENT', jsonb_build_object(
      'argument', 'band_order', 'expected', 'ascending, descending or shuffled: and a seed of up to 80 characters'
    ));
  end if;
  select listed.* into scored from private.scored_dimensions(version.definition) as listed;
  place := array_position(scored.folded, private.fold_name(private.trim_text(scoring_schema.dimension)));
  if place is null then
    perform private.refuse('INVALID_ARGUMENT', jsonb_build_object(
      'argument', 'dimension', 'expected', 'the name of a dimension of the version', 'dimensions', scored.names
    ));
  end if;
  select array_agg(listed.band order by listed.shown),
         string_agg(
           format('%s: %s (scores from %s to %s)', listed.band, listed.meaning, listed.first, listed.last), E'\n'
           order by listed.shown
         )
    into bands, explained
    from (
      select ordered.band, ordered.first, ordered.last, ordered.shown,
             version.definition #>> array['dimensions', (place - 1)::text, 'scoringRubric', ordered.band] as meaning
        from private.ordered_bands(
               version.definition #> array['dimensions', (place - 1)::text, 'scoringRubric'],
               scored.low, scored.high, scoring_schema.band_order
             ) with ordinality as ordered (band, first, last, shown)
    ) as listed;
  return json_build_object(
    'type', 'object',
    'description', format('A score for the dimension "%s", from what the respondent said.', scored.names[place]),
    'properties', json_build_object(
      'evidence', json_build_object(
        'type', 'array',
        'description', 'At most five quotes in the respondent''s exact words; empty if there are none.',
        'items', json_build_object(
          'type', 'object',
          'properties', json_build_object(
            'turn', json_build_object('type', 'integer', 'description', 'The number of the turn.'),
            'quote', json_build_object('type', 'string', 'description', 'Words of this turn, copied without a change.')
          ),
          'required', json_build_array('turn', 'quote'),
          'additionalProperties', false
        )
      ),
      'rationale', json_build_object('type', 'string', 'description', 'What the quotes show, before a band is chosen.'),
      'band', case when bands is null
        then json_build_object('type', 'null', 'description', 'There are no bands.')
        else json_build_object(
          'type', json_build_array('string', 'null'),
          'enum', to_json(bands || null::text),
          'description', 'The band that the quotes show, or null without a score.' || E'\n' || explained
        ) end,
      'score', json_build_object(
        'type', json_build_array('number', 'null'),
        'description', format(
          'A number from %s to %s%s, or null if the respondent said nothing from which to score.',
          scored.low, scored.high, case when bands is not null then ', within the scores of the band' else '' end
        )
      )
    ),
    'required', json_build_array('evidence', 'rationale', 'band', 'score'),
    'additionalProperties', false
  );
end
$$;
comment on function public.scoring_schema(uuid, text, text) is
'For interview agents: the JSON Schema of a model''s answer about one dimension of a version: evidence, rationale, band and score, in '
'this order, which it is to keep. band_order is ascending, descending or shuffled: and a seed.';
revoke all on function public.scoring_schema(uuid, text, text) from public, anon, authenticated, service_role;

-- For interview agents: submitting the scores of a finished session.

-- Refuses invalid arguments of a completion.
create or replace function private.check_completion(
  session_id uuid, session_type text, dimension_scores jsonb, ai_insights jsonb, completed_at timestamptz, runs jsonb
)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if session_id is null then
    perform private.refuse('INVALID_ARGUMENT', '{"argument": "session_id", "expected": "the id of a session"}');
  elsif session_type is null or session_type <> all (private.session_types()) then
    perform private.refuse(
      'INVALID_ARGUMENT',
      jsonb_build_object('argument', 'session_type', 'expected', private.one_of(private.session_types()))
    );
  elsif not isfinite(completed_at) or completed_at > now() + interval '1 day' then
    perform private.refuse('INVALID_ARGUMENT',
      '{"argument": "completed_at", "expected": "a time that is not in the future"}');
  end if;
  if runs is not null then
    perform private.check_shape_of_runs(session_id, runs);
  end if;
  -- Runs that were kept, or come with it, give scores of their own.
  perform private.check_handed_in(
    case
      when dimension_scores is null and (
        runs is not null or exists (
          select from private.kept_runs as kept
           where kept.session_type = check_completion.session_type and kept.session_id = check_completion.session_id
        )
      ) then '{}'
      else dimension_scores
    end,
    ai_insights
  );
end
$$;

-- Locks what a completion needs, in the order of locks/order.sql, before any of it is read, and returns the status of the
-- session. If the result of an earlier completion is being written, this waits for its job.
create or replace function private.hold_completion(session_id uuid, session_type text)
returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  session record;
  status text;
begin
  select facts.tenant_id, facts.assessment_ids
    into session
    from private.session_facts(hold_completion.session_id, hold_completion.session_type) as facts;
  perform private.hold_tenant(session.tenant_id, null, false);
  perform job.id
     from private.score_requests as request
     join private.jobs as job on job.subject_id = request.id
    where request.session_id = hold_completion.session_id
      and request.session_type = hold_completion.session_type
    order by job.id
      for update of job;
  perform private.hold_assessments(session.assessment_ids || array(
    select pin.assessment_id from private.pins as pin where pin.kind <> 'campaign' and pin.id = hold_completion.session_id
  ));
  status := private.hold_session(hold_completion.session_id, hold_completion.session_type);
  perform request.id
     from private.score_requests as request
    where request.session_id = hold_completion.session_id
      and request.session_type = hold_completion.session_type
      for update;
  return status;
end
$$;

-- The version that the interview used, by which it is judged; notes that the tenant uses it. size is that of its definition.
create or replace function private.accept_version(
  session_id uuid, session_type text, tenant_id uuid, named uuid,
  out version_id uuid, out assessment_id uuid, out assumed boolean, out definition jsonb, out size integer
)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  select judged.version_id, judged.assessment_id, judged.assumed
    into version_id, assessment_id, assumed
    from private.version_of_scores(accept_version.session_id, accept_version.session_type, null, named) as judged;
  if assessment_id is null then
    perform private.refuse('ASSESSMENT_REQUIRED', jsonb_build_object('session_id', accept_version.session_id));
  end if;
  perform private.note_uses(accept_version.tenant_id, array[accept_version.version_id]);
  definition := private.definition_of_version(version_id);
  size := octet_length(definition::text);
end
$$;

-- Locks the turns of a session against agents that write or remove some, by the pin, as they do.
create or replace function private.hold_turns(session_id uuid, session_type text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  perform pin.id
     from private.pins as pin
    where pin.kind = private.session_kind(hold_turns.session_type)
      and pin.id = hold_turns.session_id
      for no key update;
end
$$;

-- SECURITY DEFINER, because the service role has no privileges on the queue.
create or replace function public.complete_assessment_session(
  session_id uuid,
  session_type text,
  dimension_scores jsonb default null,
  ai_insights jsonb default null,
  completed_at timestamptz default now(),
  version_id uuid default null,
  runs jsonb default null,
  transcript jsonb default null,
  accept_insufficient boolean default false
)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  given_scores constant jsonb := nullif(dimension_scores, 'null');
  given_runs constant jsonb := nullif(runs, 'null');
  given_transcript constant jsonb := nullif(transcript, 'null');
  content constant bigint := private.hash_of_completion(
    given_scores, ai_insights, given_runs, given_transcript, accept_insufficient
  );
  tenant_id uuid;
  status text;
  answer jsonb;
  agreed record;
  request_id uuid;
begin
  perform private.check_completion(session_id, session_type, given_scores, ai_insights, completed_at, given_runs);
  status := private.hold_completion(session_id, session_type);

  -- The session, and what became of it before ----------------------------------------------------------------
  select facts.tenant_id
    into tenant_id
    from private.session_facts(complete_assessment_session.session_id, complete_assessment_session.session_type)
      as facts;
  perform private.refuse_erased(
    complete_assessment_session.session_id, complete_assessment_session.session_type, tenant_id
  );
  if tenant_id is null then
    perform private.refuse('SESSION_NOT_FOUND',
      jsonb_build_object('session_id', complete_assessment_session.session_id));
  end if;
  answer := private.answer_of_completion(
    complete_assessment_session.session_id, complete_assessment_session.session_type, content
  );
  if answer is not null then
    return answer;
  end if;
  perform private.refuse_ended(complete_assessment_session.session_id, status);

  -- What is accepted, and a job for it --------------------------------------------------------------------------
  select accepted.*
    into agreed
    from private.accept_version(
           complete_assessment_session.session_id, complete_assessment_session.session_type, tenant_id,
           complete_assessment_session.version_id
         ) as accepted;
  perform private.hold_turns(complete_assessment_session.session_id, complete_assessment_session.session_type);
  request_id := private.store_request(
    complete_assessment_session.session_id, complete_assessment_session.session_type, tenant_id, agreed.assessment_id,
    agreed.version_id, agreed.assumed, complete_assessment_session.ai_insights, complete_assessment_session.completed_at
  );
  if request_id is not null then
    perform private.judge_completion(
      request_id, agreed.definition, given_scores, given_runs, given_transcript,
      complete_assessment_session.accept_insufficient, content
    );
    perform private.enqueue('score', array[request_id], array[null::uuid], array[tenant_id], array[agreed.size]);
  end if;
  answer := private.answer_of_completion(
    complete_assessment_session.session_id, complete_assessment_session.session_type, content
  );
  if answer is null then
    -- A concurrent call was first, and its job has failed already.
    perform private.refuse('BUSY', jsonb_build_object('session_id', complete_assessment_session.session_id));
  end if;
  return case when request_id is null then answer else answer - 'differs' || '{"queued": true}' end;
end
$$;
comment on function public.complete_assessment_session(uuid, text, jsonb, jsonb, timestamptz, uuid, jsonb, jsonb, boolean) is
'For interview agents: submits a finished session, to be scored by the version that interview_context returned (version_id names '
'it): the runs from which its scores follow, with those that save_run has kept, or bare dimension_scores; optionally its transcript, '
'as save_progress takes turns. Where too little is scored, it is refused unless accept_insufficient is true. Returns {queued, '
'status, job, differs}. queued is true if this call queued the scoring. If it is false, an earlier call did and nothing was '
'changed; status is then queued, processing or succeeded (with result_id instead of job), and differs, unless both calls had only '
'scores, whether the earlier one had other content. The row of job_queue whose id is job shows the outcome: its state is succeeded, '
'or failed with the reason in last_error. After a failure, the session can be submitted again.';
revoke all on function public.complete_assessment_session(
  uuid, text, jsonb, jsonb, timestamptz, uuid, jsonb, jsonb, boolean
) from public, anon, authenticated, service_role;
