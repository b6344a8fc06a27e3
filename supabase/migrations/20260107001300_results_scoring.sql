-- custom-assessments 0.2.0 results_scoring sha256:f63522383edbca6ad9b449de7fc4d785354417854f1c7e52a02477ef9cb409c9
-- The scoring rule.
--
-- The worker's worker/scoring.py follows the same rule, and both are held to docs/scoring-vectors.json. All
-- arithmetic is exact: division is avoided, since its digits end somewhere and a half could be lost there. Names are
-- compared without the white space at their ends, which a builder's definition may have.

-- What is scored under a definition: its dimensions, in their order, and the ends of the scale.
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

-- The scores, each under its dimension: score_of in the order of the dimensions, null where one is not scored, and
-- named_scores under the definition's own spelling. Where faults is not empty the others mean nothing. At most 100 faults.
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
      -- It takes no room in jsonb, and 16,383 characters once it is read.
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
      exit when jsonb_array_length(faults) = 100;
    end if;
  end loop;
end
$$;

-- The category that an overall score falls into; null where no range contains it. The score is rounded to the precision of
-- the ranges. Of several the one whose primary dimensions have the highest average, and of equal ones the first.
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
    -- The average of its primary dimensions, as total over parts; of the overall score where none was scored. Each counts
    -- once, and is folded once, however often it is named.
    select sum(score_of[named.place]), count(score_of[named.place])
      into total, parts
      from (
        select distinct array_position(folded, private.fold_name(private.trim_text(spelled.name))) as place
          from (
            select distinct primary_dimension.value as name
              from jsonb_array_elements_text(
                case when jsonb_typeof(candidate -> 'primaryDimensions') = 'array'
                  then candidate -> 'primaryDimensions' else '[]' end) as primary_dimension
          ) as spelled
      ) as named;
    if parts = 0 then
      total := overall;
      parts := 1;
    end if;
    if best is null or total * best_parts > best_total * parts then
      best := candidate;
      best_total := total;
      best_parts := parts;
    end if;
  end loop;
  return best;
end
$$;

-- Where faults is not empty the other outputs mean nothing.
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
  weighted numeric := 0;
  weight_sum numeric := 0;
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

  -- The weighted mean of what was scored, half up to two places.
  for place in 1 .. cardinality(dimensions.names) loop
    if given.score_of[place] is null then
      uncovered := uncovered || dimensions.names[place];
    else
      weighted := weighted + dimensions.weights[place] * given.score_of[place];
      weight_sum := weight_sum + dimensions.weights[place];
    end if;
  end loop;
  overall := round(div(weighted * 200 + weight_sum, weight_sum * 2) / 100, 2);
  category := private.matching_category(definition -> 'resultCategories', overall, dimensions.folded, given.score_of);
end
$$;
comment on function private.score_assessment(jsonb, jsonb) is
'The overall score, category and uncovered dimensions that these scores give under this definition; or the faults.';

-- Whose session it is, and which assessments it used.

-- No row: there is no such session. assessment_ids are the assessments the session used: the one that its interview
-- ran with (as the agent recorded it), and the one that its campaign or coaching session has now. The first of them
-- is the one to score by: where the agent recorded exactly one, that one.
create or replace function private.session_facts(session_id uuid, session_type text)
returns table (tenant_id uuid, campaign_id uuid, campaign_created_by uuid, assessment_ids uuid[])
language plpgsql
stable
set search_path = pg_catalog, pg_temp
rows 1
as $$
declare
  present uuid;
  recorded uuid[];
begin
  if session_facts.session_type = 'campaign' then
    select campaign.tenant_id, campaign.id, campaign.created_by, campaign.custom_assessment_id
      into tenant_id, campaign_id, campaign_created_by, present
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
      into tenant_id, present
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
    case when cardinality(recorded) = 1 then recorded || present else present || recorded end, null);
  return next;
end
$$;
comment on function private.session_facts(uuid, text) is
'The owner of a session and the assessments it used; no row when there is no such session.';

-- Completed sessions on their way to a result.

select private.lock_host_tables('share row exclusive', 'public.tenant_profiles');

-- What an agent handed in when it completed a session, until the result is written. The row holds a respondent's
-- answers, so it goes as soon as the result has them.
--
-- The scores were accepted for a definition, and are scored by that one, however long they wait and whatever becomes of
-- the assessment meanwhile: its owner, who may be another tenant, would else change or lose a finished interview by an
-- edit. So the row keeps a copy, which nobody hands in: complete_assessment_session takes it from the assessment.
create table if not exists private.score_requests (
  id uuid not null default gen_random_uuid(),
  session_id uuid not null,
  session_type text not null,
  tenant_id uuid not null,
  assessment_id uuid not null,
  assessment_version text not null,
  definition jsonb not null,
  result_disclosure text not null,
  dimension_scores jsonb not null,
  ai_insights jsonb,
  completed_at timestamptz not null,
  created_at timestamptz not null default now(),

  constraint score_requests_pkey primary key (id),
  constraint one_score_request_a_session unique (session_id, session_type),
  constraint score_requests_tenant_id_fkey
  foreign key (tenant_id) references public.tenant_profiles (id) on delete cascade,
  constraint score_requests_assessment_id_fkey
  foreign key (assessment_id) references public.custom_assessments (id) on delete cascade,
  constraint score_request_session_type_is_known check (session_type = any(private.session_types()))
);
comment on table private.score_requests is 'Completed sessions whose result is not written yet.';
alter table private.score_requests enable row level security;
revoke all on table private.score_requests from public, anon, authenticated, service_role;
create index if not exists idx_score_requests_tenant on private.score_requests (tenant_id);
create index if not exists idx_score_requests_assessment on private.score_requests (assessment_id);

-- What a session's scores were accepted for; no row where none were handed in. SECURITY DEFINER: nobody of the API may
-- read the requests, and what a trusted writer writes for such a session is of the same definition. The tenant is asked
-- for, so that a session made under the id of a deleted one has no part in what was handed in for that one.
create or replace function private.accepted_assessment(
  session_id uuid, session_type text, tenant_id uuid, assessment_id uuid
)
returns table (definition jsonb, version text, result_disclosure text)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
rows 1
as $$
begin
  return query
    select request.definition, request.assessment_version, request.result_disclosure
      from private.score_requests as request
     where request.session_id = accepted_assessment.session_id
       and request.session_type = accepted_assessment.session_type
       and request.tenant_id = accepted_assessment.tenant_id
       and request.assessment_id = accepted_assessment.assessment_id;
end
$$;

-- Results: what a finished interview gave, frozen.
--
-- A writer says which session and assessment, the scores of the dimensions, and the insights. Everything else on the
-- row is what the database holds or works out: the owner, the overall score, the category, and the snapshot, version and
-- disclosure, which are those of the moment in which the scores were accepted. From then on the row never changes, for
-- any role.

select private.lock_host_tables('share row exclusive', 'public.tenant_profiles');

create table if not exists public.custom_assessment_results (
  id uuid not null default gen_random_uuid(),

  -- References
  assessment_id uuid not null,
  session_id uuid not null,
  session_type text not null,

  -- Whose result it is, settled when it is written
  tenant_id uuid not null,
  campaign_id uuid,
  campaign_created_by uuid,

  -- Results data
  dimension_scores jsonb not null,
  overall_score numeric(3, 2),
  matched_category text,
  matched_category_data jsonb,
  uncovered_dimensions text[] not null default '{}',
  ai_insights jsonb,

  -- The assessment as it was
  assessment_version text not null,
  assessment_definition_snapshot jsonb not null,
  result_disclosure text not null,

  created_at timestamptz not null default now(),
  completed_at timestamptz,

  constraint custom_assessment_results_pkey primary key (id),
  constraint idx_custom_assessment_results_session unique (session_id, session_type),
  constraint custom_assessment_results_assessment_id_fkey
  foreign key (assessment_id) references public.custom_assessments (id) on delete restrict,
  constraint custom_assessment_results_tenant_id_fkey
  foreign key (tenant_id) references public.tenant_profiles (id),
  constraint session_type_is_campaign_or_coaching check (session_type = any(private.session_types())),
  constraint campaign_is_known_for_campaign_sessions_only check ((session_type = 'campaign') = (campaign_id is not null)),
  constraint campaign_creator_needs_campaign check (campaign_created_by is null or campaign_id is not null),
  constraint dimension_scores_is_object check (jsonb_typeof(dimension_scores) = 'object'),
  constraint overall_score_is_not_negative check (overall_score >= 0),
  constraint category_and_its_data_come_together
  check ((matched_category is null) = (matched_category_data is null)),
  constraint ai_insights_is_array_or_object check (jsonb_typeof(ai_insights) in ('array', 'object')),
  constraint result_disclosure_is_known check (result_disclosure = any(private.disclosures())),
  constraint snapshot_is_object check (jsonb_typeof(assessment_definition_snapshot) = 'object'),
  constraint completed_at_is_finite check (isfinite(completed_at))
);
comment on table public.custom_assessment_results is 'Results from completed custom assessment sessions';
comment on column public.custom_assessment_results.assessment_definition_snapshot is
'Frozen copy of assessment definition at completion time for historical accuracy';
comment on column public.custom_assessment_results.result_disclosure is
'What the respondent may see, as the assessment had it when the scores were accepted: full, teaser or none.';
comment on column public.custom_assessment_results.session_id is
'The campaign assignment or coaching session, as session_type says. It may be deleted later; the result stays.';
comment on column public.custom_assessment_results.tenant_id is
'The tenant of the session when the result was written. Its owner may read the result.';
comment on column public.custom_assessment_results.campaign_id is
'The campaign of the session when the result was written; null for coaching sessions.';
comment on column public.custom_assessment_results.campaign_created_by is
'The account that created the campaign, as of then. It may read the result too.';
comment on column public.custom_assessment_results.dimension_scores is
'Dimension name to score on the scale, e.g. {"Strategic Thinking": 4.2}; names as the definition spells them.';
comment on column public.custom_assessment_results.overall_score is
'The weighted mean of the scored dimensions, rounded half up to two places. Worked out by the database.';
comment on column public.custom_assessment_results.matched_category is
'Name of the matched result category; null where no range contains the overall score.';
comment on column public.custom_assessment_results.matched_category_data is
'The whole matched category as the definition has it.';
comment on column public.custom_assessment_results.uncovered_dimensions is
'Names of the dimensions that were not scored and so count for nothing in the overall score.';
comment on column public.custom_assessment_results.ai_insights is 'What the interview agent noted, as it handed it in.';
alter table public.custom_assessment_results enable row level security;
revoke all on table public.custom_assessment_results from public, anon, authenticated, service_role;

-- Results of one assessment, newest first; serves the foreign key as well.
create index if not exists idx_custom_assessment_results_assessment
on public.custom_assessment_results (assessment_id, created_at desc);

-- A tenant's results by date; serves the policy and the foreign key as well. It carries the other column that the policy
-- reads, so that a tenant's results are counted from the index alone.
create index if not exists idx_custom_assessment_results_tenant
on public.custom_assessment_results (tenant_id, created_at desc) include (campaign_created_by);

-- The results of one campaign.
create index if not exists idx_custom_assessment_results_campaign
on public.custom_assessment_results (campaign_id, created_at desc)
where campaign_id is not null;
