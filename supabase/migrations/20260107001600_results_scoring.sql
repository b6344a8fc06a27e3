-- custom-assessments 0.2.0 results_scoring sha256:48249b26e2610b8190980171b6873bfee938a3e291ddade397848896b5df4c7b
-- The scoring rule.
--
-- Interviews are scored only here. The compiler has the same rule for an author's examples (worker/scoring.py), and
-- docs/scoring-vectors.json tests that both agree. All arithmetic is exact: division is avoided, because its digits are cut
-- somewhere, which could lose a half. Names are compared without surrounding white space, which a builder's definition may
-- have.

-- What is scored under a definition: its dimensions, in order, and the ends of the scale.
create or replace function private.scored_dimensions(
  definition jsonb, out names text[], out folded text[], out weights numeric[], out low numeric, out high numeric
)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  bounds constant numeric[] := private.scale_in_force(definition -> 'metadata');
begin
  select
    array_agg(dimension.value ->> 'name' order by dimension.ordinality),
    array_agg(private.fold_name(private.trim_text(dimension.value ->> 'name')) order by dimension.ordinality),
    array_agg((dimension.value ->> 'weight')::numeric order by dimension.ordinality)
    into names, folded, weights
    from jsonb_array_elements(definition -> 'dimensions') with ordinality as dimension;
  low := bounds[1];
  high := bounds[2];
end
$$;

-- The scores by dimension: score_of in the order of the dimensions, null for unscored ones, and named_scores with the
-- definition's spelling. If faults is not empty, the other columns are meaningless. At most 100 errors.
create or replace function private.read_scores(
  scores jsonb, names text[], folded text[], low numeric, high numeric,
  out score_of numeric[], out named_scores jsonb, out faults jsonb
)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  given record;
  place integer;
  fault text;
begin
  score_of := array_fill(null::numeric, array[cardinality(names)]);
  named_scores := '{}';
  faults := '[]';
  if scores is null or jsonb_typeof(scores) <> 'object' then
    faults := jsonb_build_array(private.fault('$', 'not-an-object', 'an object of dimension names and their scores'));
    return;
  elsif scores = '{}' then
    faults := jsonb_build_array(private.fault('$', 'no-scores', 'the score of at least one dimension'));
    return;
  end if;
  for given in select each.key, each.value from jsonb_each(scores) as each loop
    place := array_position(folded, private.fold_name(private.trim_text(given.key)));
    fault := case
      when place is null then 'unknown-dimension'
      when score_of[place] is not null then 'duplicate-dimension'
      when jsonb_typeof(given.value) <> 'number' then 'not-a-number'
      when given.value::numeric not between low and high then 'off-scale'
      -- It takes little room in jsonb, but 16,383 characters when it is read.
      when scale(given.value::numeric) > 100 then 'too-precise'
    end;
    if fault is null then
      score_of[place] := given.value::numeric;
      named_scores := jsonb_set(named_scores, array[names[place]], given.value);
    else
      faults := faults || private.fault(
        '$[' || to_json(left(given.key, 200))::text || ']', fault,
        case fault
          when 'unknown-dimension' then 'the name of a dimension of the definition'
          when 'duplicate-dimension' then 'one score for each dimension'
          when 'not-a-number' then 'a number'
          when 'too-precise' then 'at most 100 decimal places'
          else format('a number from %s to %s', low, high)
        end);
      exit when jsonb_array_length(faults) = private.most_errors();
    end if;
  end loop;
end
$$;

-- The category for an overall score; null if no range contains it. The score is rounded to the precision of the ranges. Of
-- several categories, the one whose primary dimensions have the highest average is chosen, and of equal ones the first.
create or replace function private.matching_category(
  categories jsonb, overall numeric, folded text[], score_of numeric[]
)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  matched numeric;
  candidate jsonb;
  total numeric;
  parts integer;
  primaries integer;
  unscored jsonb;
  best jsonb;
  best_total numeric;
  best_parts integer;
begin
  select round(overall, least(coalesce(max(scale(bound.value::numeric)), 0), 2))
    into matched
    from jsonb_array_elements(categories) as each,
         jsonb_array_elements(each.value -> 'scoreRange') as bound
   where jsonb_typeof(each.value -> 'scoreRange') = 'array';

  for candidate in
    select each.value
      from jsonb_array_elements(categories) with ordinality as each
     where jsonb_typeof(each.value -> 'scoreRange') = 'array'
       and matched between (each.value #>> '{scoreRange,0}')::numeric and (each.value #>> '{scoreRange,1}')::numeric
     order by each.ordinality
  loop
    -- The average of its primary dimensions, as total over parts, or the overall score if it has none. Each counts once,
    -- and is folded once, however often it is named.
    select sum(score_of[named.place]), count(score_of[named.place]), count(*)
      into total, parts, primaries
      from (
        select distinct array_position(folded, private.fold_name(private.trim_text(spelled.name))) as place
          from (
            select distinct primary_dimension.value as name
              from jsonb_array_elements_text(
                case when jsonb_typeof(candidate -> 'primaryDimensions') = 'array'
                  then candidate -> 'primaryDimensions' else '[]' end) as primary_dimension
          ) as spelled
      ) as named;
    if primaries = 0 then
      total := overall;
      parts := 1;
    elsif parts = 0 then
      -- None of its primary dimensions was scored, so it is the last resort.
      unscored := coalesce(unscored, candidate);
      continue;
    end if;
    if best is null or total * best_parts > best_total * parts then
      best := candidate;
      best_total := total;
      best_parts := parts;
    end if;
  end loop;
  return coalesce(best, unscored);
end
$$;

-- The weighted mean of the scored dimensions, rounded half up to two places. score_of is in the order of the weights.
create or replace function private.overall_of(weights numeric[], score_of numeric[])
returns numeric
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  weighted numeric := 0;
  weight_sum numeric := 0;
begin
  for place in 1 .. cardinality(weights) loop
    if score_of[place] is not null then
      weighted := weighted + weights[place] * score_of[place];
      weight_sum := weight_sum + weights[place];
    end if;
  end loop;
  return round(div(weighted * 200 + weight_sum, weight_sum * 2) / 100, 2);
end
$$;

-- If faults is not empty, the other outputs are meaningless.
create or replace function private.score_assessment(
  definition jsonb,
  scores jsonb,
  out overall numeric,
  out category jsonb,
  out uncovered text[],
  out named_scores jsonb,
  out faults jsonb
)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  dimensions record;
  given record;
begin
  select * into dimensions from private.scored_dimensions(definition);
  select * into given
    from private.read_scores(scores, dimensions.names, dimensions.folded, dimensions.low, dimensions.high);
  named_scores := given.named_scores;
  faults := given.faults;
  uncovered := '{}';
  if faults <> '[]' then
    return;
  end if;

  for place in 1 .. cardinality(dimensions.names) loop
    if given.score_of[place] is null then
      uncovered := uncovered || dimensions.names[place];
    end if;
  end loop;
  overall := private.overall_of(dimensions.weights, given.score_of);
  category := private.matching_category(definition -> 'resultCategories', overall, dimensions.folded, given.score_of);
end
$$;
comment on function private.score_assessment(jsonb, jsonb) is
'The overall score, category and uncovered dimensions for these scores under this definition, or the errors.';

-- Who owns a session, and which assessments it used.

-- No row if the session does not exist. assessment_ids are the assessments that the session used: the one that the agent
-- recorded for the interview, and the current one of its campaign or coaching session. The first is used for scoring; it is
-- the recorded one if the agent recorded exactly one. assessment_id is that of the campaign or coaching session.
create or replace function private.session_facts(session_id uuid, session_type text)
returns table (
  tenant_id uuid, campaign_id uuid, campaign_created_by uuid, assessment_ids uuid[], assessment_id uuid
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
rows 1
as $$
declare
  recorded uuid[];
begin
  if session_facts.session_type = 'campaign' then
    select campaign.tenant_id, campaign.id, campaign.created_by, campaign.custom_assessment_id
      into tenant_id, campaign_id, campaign_created_by, assessment_id
      from public.campaign_assignments as assignment
      join public.campaigns as campaign on campaign.id = assignment.campaign_id
     where assignment.id = session_facts.session_id;
    recorded := array(
      select distinct agent.custom_assessment_id
        from public.agent_sessions as agent
       where agent.stakeholder_session_id = session_facts.session_id
         and agent.custom_assessment_id is not null);
  elsif session_facts.session_type = 'coaching' then
    select coaching.tenant_id, coaching.custom_assessment_id
      into tenant_id, assessment_id
      from public.coaching_sessions as coaching
     where coaching.id = session_facts.session_id;
    recorded := array(
      select distinct agent.custom_assessment_id
        from public.agent_sessions as agent
       where agent.coaching_session_id = session_facts.session_id
         and agent.custom_assessment_id is not null);
  end if;
  if tenant_id is null then
    return;
  end if;
  assessment_ids := array_remove(
    case when cardinality(recorded) = 1 then recorded || assessment_id else assessment_id || recorded end, null);
  return next;
end
$$;
comment on function private.session_facts(uuid, text) is
'The owner of a session and the assessments that it used. No row if the session does not exist.';

-- Whether there is such a session, of this tenant.
create or replace function private.is_session_of(session_id uuid, session_type text, tenant_id uuid)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return exists (
    select
      from private.session_facts(is_session_of.session_id, is_session_of.session_type) as facts
     where facts.tenant_id = is_session_of.tenant_id
  );
end
$$;

-- Completed sessions that wait for their result.

-- All locks on the host's tables that the following statements need, taken at once with a short wait
-- (host_check/rules.sql).
select private.lock_host_tables('share row exclusive', 'public.tenant_profiles');

-- What an agent submitted when it completed a session, until the result is written. The row contains a respondent's
-- answers, so it is deleted as soon as the result has them.
--
-- The scores are scored with the version for which they were accepted, however long they wait and however the assessment
-- changes meanwhile: otherwise its owner, who may be another tenant, could change or lose a finished interview by an edit.
-- Completions from before version history have a copy of what they were accepted for.
create table if not exists private.score_requests (
  id uuid not null default gen_random_uuid(),
  session_id uuid not null,
  session_type text not null,
  tenant_id uuid not null,
  assessment_id uuid not null,
  assessment_version_id uuid,
  version_assumed boolean not null default false,
  assessment_version text,
  definition jsonb,
  result_disclosure text,
  dimension_scores jsonb not null,
  ai_insights jsonb,
  completed_at timestamptz not null,
  created_at timestamptz not null default now(),
  session_gone_at timestamptz,

  constraint score_requests_pkey primary key (id),
  constraint one_score_request_a_session unique (session_id, session_type),
  constraint score_requests_tenant_id_fkey
  foreign key (tenant_id) references public.tenant_profiles (id) on delete cascade,
  constraint score_requests_assessment_id_fkey
  foreign key (assessment_id) references public.custom_assessments (id) on delete cascade,
  constraint score_request_session_type_is_known check (session_type = any(private.session_types())),
  constraint score_request_has_a_version_or_a_copy check (
    assessment_version_id is not null
    or (assessment_version is not null and definition is not null and result_disclosure is not null)
  )
);
comment on table private.score_requests is 'Completed sessions that are waiting for their result.';
alter table private.score_requests enable row level security;
revoke all on table private.score_requests from public, anon, authenticated, service_role;
create index if not exists idx_score_requests_tenant on private.score_requests (tenant_id);
create index if not exists idx_score_requests_assessment on private.score_requests (assessment_id);

-- The version from which a session's result is made: the one for which its scores were accepted or, if none were submitted,
-- the one to which it is pinned or that it uses (pins/completions.sql). SECURITY DEFINER, because no role of the API can
-- read the requests and pins, and a trusted writer's result for such a session must use the same version. The tenant is an
-- argument, so that a session created with the id of a deleted one does not use what was submitted for that one. named is
-- the version that the writer names.
create or replace function private.basis_of_result(
  session_id uuid, session_type text, tenant_id uuid, assessment_id uuid, named uuid,
  out version_id uuid, out assumed boolean, out definition jsonb, out version text, out result_disclosure text
)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  select request.assessment_version_id, request.version_assumed, request.definition, request.assessment_version,
         request.result_disclosure
    into version_id, assumed, definition, version, result_disclosure
    from private.score_requests as request
   where request.session_id = basis_of_result.session_id
     and request.session_type = basis_of_result.session_type
     and request.tenant_id = basis_of_result.tenant_id
     and request.assessment_id = basis_of_result.assessment_id
     -- A request that is just being brought over (backfill) is awaited, so that the result gets its version.
     for share;
  if not found then
    select judged.version_id, judged.assumed
      into version_id, assumed
      from private.version_of_scores(
             basis_of_result.session_id, basis_of_result.session_type, basis_of_result.assessment_id, named
           ) as judged;
  end if;
  if version_id is not null then
    select stored.definition, stored.version, stored.result_disclosure
      into definition, version, result_disclosure
      from public.assessment_versions as stored
     where stored.id = basis_of_result.version_id;
    perform private.note_uses(basis_of_result.tenant_id, array[basis_of_result.version_id]);
  end if;
end
$$;

-- Refuses scores and insights that are invalid or too large to be examined further. A number such as 1e131071 takes ten
-- bytes here, but as many characters as its exponent says when it is read.
create or replace function private.check_handed_in(dimension_scores jsonb, ai_insights jsonb)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if dimension_scores is null or jsonb_typeof(dimension_scores) <> 'object'
    or pg_column_size(dimension_scores) > 65536 then
    perform private.refuse('SCORES_INVALID', '{"faults": [{"path": "$", "reason": "not-an-object",
      "expected": "an object of dimension names and their scores, at most 64 KB"}]}');
  elsif jsonb_typeof(ai_insights) not in ('array', 'object', 'null')
        or private.definition_bounds_faults(jsonb_build_object('insights', ai_insights)) is not null then
    perform private.refuse('INVALID_ARGUMENT',
      '{"argument": "ai_insights", "expected": "an array or an object of at most 500 KB, or null"}');
  end if;
end
$$;
