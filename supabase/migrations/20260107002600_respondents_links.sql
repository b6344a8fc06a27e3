-- custom-assessments 0.2.0 respondents_links sha256:c637f9bba2d08e0849c54c272102328cf85aad7d16ac20faf39043f38d79d1c9
-- Which session a link leads to, and how far that is.

-- Always one row: for an unknown or expired link with ids that nothing has, so that its callers search like for others.
create or replace function private.session_of_link(
  access_token text,
  out session_type text, out session_id uuid, out tenant_id uuid, out campaign_id uuid, out present uuid, out status text,
  out expires_at timestamptz
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  nothing constant uuid := '00000000-0000-0000-0000-000000000000';
begin
  select found.*
    into session_type, session_id, tenant_id, campaign_id, present, status, expires_at
    from (
      select 'campaign', assignment.id, campaign.tenant_id, campaign.id, campaign.custom_assessment_id,
             assignment.status::text, assignment.access_expires_at
        from public.campaign_assignments as assignment
        join public.campaigns as campaign on campaign.id = assignment.campaign_id
       where assignment.access_token::text = session_of_link.access_token
         and (assignment.access_expires_at is null or assignment.access_expires_at > now())
      union all
      select 'coaching', coaching.id, coaching.tenant_id, null, coaching.custom_assessment_id,
             coaching.client_status::text, coaching.access_expires_at
        from public.coaching_sessions as coaching
       where coaching.access_token::text = session_of_link.access_token
         and (coaching.access_expires_at is null or coaching.access_expires_at > now())
    ) as found
   limit 1;
  if not found then
    session_type := 'coaching';
    session_id := nothing;
    tenant_id := nothing;
    present := nothing;
  end if;
end
$$;

-- The state of the session with this link, and the version that it uses: that of its result, of its accepted scores, of its
-- pin, or the one with which it would begin now. A session that cannot begin, because it has no custom assessment or because
-- its version was taken down, is unavailable. What a session of the same id and another tenant or campaign left does not
-- count. Nothing returns early: unknown, expired and unavailable links take the same look-ups.
create or replace function private.state_of_link(
  access_token text,
  out session_type text, out session_id uuid, out tenant_id uuid, out expires_at timestamptz, out state text,
  out assessment_id uuid, out version_id uuid, out disclosure text
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  link record;
  result record;
  request record;
  used record;
  can_begin boolean;
begin
  select found.* into link from private.session_of_link(state_of_link.access_token) as found;
  select scored.tenant_id, scored.campaign_id, scored.assessment_id, scored.assessment_version_id as version_id,
         case when effective.id is null then 'none' else scored.result_disclosure end as result_disclosure
    into result
    from public.custom_assessment_results as scored
    left join public.effective_results as effective on effective.id = scored.id
   where scored.session_id = link.session_id and scored.session_type = link.session_type;
  select accepted.tenant_id, accepted.assessment_id, accepted.assessment_version_id as version_id
    into request
    from private.score_requests as accepted
   where accepted.session_id = link.session_id and accepted.session_type = link.session_type;
  select version.assessment_id, version.version_id, version.begun_at
    into used
    from private.session_version(
           private.session_kind(link.session_type), link.session_id, link.tenant_id, link.campaign_id,
           coalesce(link.present, (
             select facts.assessment_ids[1] from private.session_facts(link.session_id, link.session_type) as facts
           ))
         ) as version;
  can_begin := not private.is_inactive(link.tenant_id) and case
    when used.version_id is null then private.can_make_version(used.assessment_id, link.tenant_id)
    else private.is_own(used.assessment_id, link.tenant_id) or not private.is_withdrawn(used.version_id)
  end;
  state := case
    when private.erased_at(link.session_id, link.session_type, link.tenant_id) is not null then 'unavailable'
    when result.tenant_id = link.tenant_id and result.campaign_id is not distinct from link.campaign_id then 'complete'
    when request.tenant_id = link.tenant_id then 'scoring'
    when used.assessment_id is null then 'unavailable'
    when link.status = any (private.ended_statuses()) then link.status
    when used.begun_at is not null then 'in_progress'
    when can_begin then 'open'
    else 'unavailable'
  end;
  session_type := link.session_type;
  session_id := link.session_id;
  tenant_id := link.tenant_id;
  expires_at := link.expires_at;
  case state
    when 'complete' then
      assessment_id := result.assessment_id;
      version_id := result.version_id;
      disclosure := result.result_disclosure;
    when 'scoring' then
      assessment_id := request.assessment_id;
      version_id := request.version_id;
    else
      assessment_id := used.assessment_id;
      version_id := used.version_id;
  end case;
end
$$;

-- For respondents: the result behind a link.

-- SECURITY DEFINER, because a respondent has no account: the link's token grants access, and RLS does not know it.
--
-- Unknown, expired and unfinished sessions get the same answer after the same look-ups. The result must belong to the
-- session's own tenant and campaign, so that a session created with the id of a deleted one shows nothing. The disclosure
-- was fixed when the result was written; of a result that was withdrawn nothing is disclosed.
create or replace function public.session_result(access_token text)
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  session record;
  result record;
begin
  select found.* into session from private.session_of_link(session_result.access_token) as found;
  select present.tenant_id, present.campaign_id, effective.overall_score, effective.dimension_scores,
         effective.uncovered_dimensions, effective.matched_category_data, effective.ai_insights, effective.completed_at,
         effective.corrected, effective.assessment_definition_snapshot -> 'metadata' as metadata,
         effective.result_disclosure
    into result
    from public.custom_assessment_results as present
    left join public.effective_results as effective on effective.id = present.id
   where present.session_id = session.session_id and present.session_type = session.session_type;

  if result.tenant_id is distinct from session.tenant_id
     or result.campaign_id is distinct from session.campaign_id then
    return '{"complete": false}'::jsonb;
  end if;
  return case result.result_disclosure
    when 'full' then jsonb_build_object(
      'complete', true,
      'disclosure', result.result_disclosure,
      'corrected', result.corrected,
      'completed_at', result.completed_at,
      'scale', to_jsonb(private.scale_in_force(result.metadata)),
      'overall_score', result.overall_score,
      'dimension_scores', result.dimension_scores,
      'uncovered_dimensions', result.uncovered_dimensions,
      'category', result.matched_category_data,
      'insights', result.ai_insights)
    when 'teaser' then jsonb_build_object(
      'complete', true,
      'disclosure', result.result_disclosure,
      'corrected', result.corrected,
      'category', case when result.matched_category_data is not null then jsonb_build_object(
        'name', result.matched_category_data -> 'name',
        'description', result.matched_category_data -> 'description') end)
    else '{"complete": true}'
  end;
end
$$;
comment on function public.session_result(text) is
'For respondents: the result of the session with this link, as far as the assessment discloses it. full: {complete, '
'disclosure, corrected, completed_at, scale, overall_score, dimension_scores, uncovered_dimensions, category, insights}; teaser: '
'{complete, disclosure, corrected, category: {name, description}}; none, and a withdrawn result: {complete}. For an unknown, '
'expired or unfinished session: {complete: false}.';
revoke all on function public.session_result(text) from public, anon, authenticated, service_role;

-- How a result came about, for the person whom it is about and for the owner.

-- What was said about one dimension by the raters whose votes count on it: the quotes from the respondent's own words, each once,
-- and the bands cited.
create or replace function private.votes_on(result_id uuid, dimension text, out quotes jsonb, out bands text[])
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  people constant boolean := exists (
    select
      from public.score_runs as run
      join public.score_items as item on item.run_id = run.id
     where run.result_id = votes_on.result_id and item.dimension = votes_on.dimension and run.rater_kind = 'human'
  );
begin
  select coalesce(jsonb_agg(distinct jsonb_build_object(
           'turn', quoted.value -> 'turn', 'start', quoted.value -> 'start', 'quote', quoted.value -> 'quote'
         )) filter (where quoted.value ->> 'status' in ('verified', 'repaired') and quoted.value ? 'quote'), '[]'),
         coalesce(array_agg(item.band) filter (where item.band is not null), '{}')
    into quotes, bands
    from public.score_runs as run
    join public.score_items as item on item.run_id = run.id
    left join lateral jsonb_array_elements(item.evidence) as quoted (value) on true
   where run.result_id = votes_on.result_id
     and item.dimension = votes_on.dimension
     and item.unscored is null
     and (run.rater_kind = 'human' or not people);
end
$$;

-- Each scored dimension: its share of the weights that count, what it adds to the overall score, the band that its score lies
-- in (the one that raters cited, where it lies in two), and the quotes.
create or replace function private.explained_dimensions(result public.custom_assessment_results)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  definition constant jsonb := result.assessment_definition_snapshot #> '{}';
  scored constant record := private.scored_dimensions(definition);
  counted constant numeric := (
    select sum(listed.weight)
      from unnest(scored.names, scored.weights) as listed (name, weight)
     where result.dimension_scores ? listed.name
  );
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
             'dimension', listed.name,
             'score', listed.score,
             'weight', round(listed.weight / counted, 4),
             'contribution', case when result.overall_score is not null then round(listed.weight * listed.score / counted, 2) end,
             'band', band.name,
             'band_text', dimension.value -> 'scoringRubric' -> band.name,
             'spread', result.spread -> listed.name,
             'quotes', vote.quotes
           ) order by listed.place), '[]')
      from (
        select each.name, each.weight, each.place, (result.dimension_scores ->> each.name)::numeric as score
          from unnest(scored.names, scored.weights) with ordinality as each (name, weight, place)
         where result.dimension_scores ? each.name
      ) as listed
      join jsonb_array_elements(definition -> 'dimensions') with ordinality as dimension (value, place)
        on dimension.place = listed.place
     cross join lateral private.votes_on(result.id, listed.name) as vote
      left join lateral (
        select reach.band as name
          from private.band_reach(dimension.value -> 'scoringRubric', scored.low, scored.high) as reach
         where listed.score between reach.first and reach.last
         order by (reach.band = any (vote.bands)) desc, reach.first
         limit 1
      ) as band on true
  );
end
$$;

-- How a result came about. Nothing else of its runs is part of it: no rationale, no prompt, no parameters, and no quote of others.
create or replace function private.explanation_of(result public.custom_assessment_results)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  definition constant jsonb := result.assessment_definition_snapshot #> '{}';
begin
  return jsonb_build_object(
    'complete', true,
    'machine', (select told.value from private.notice_texts as told where told.name = 'machine'),
    'provenance', result.provenance,
    'raters', (
      select coalesce(jsonb_agg(jsonb_build_object(
               'kind', listed.rater_kind, 'name', listed.rater_name, 'version', listed.rater_version, 'runs', listed.runs
             ) order by listed.rater_kind, listed.rater_name, listed.rater_version), '[]')
        from (
          select run.rater_kind, run.rater_name, run.rater_version, count(*) as runs
            from public.score_runs as run
           where run.result_id = result.id
           group by run.rater_kind, run.rater_name, run.rater_version
        ) as listed
    ),
    'scale', to_jsonb(private.scale_in_force(definition -> 'metadata')),
    'overall_score', result.overall_score,
    'category', result.matched_category,
    'second_category', coalesce(result.margin ->> 'over', result.margin ->> 'to'),
    'coverage', result.coverage,
    'stability', result.stability,
    'margin', result.margin,
    'dimensions', private.explained_dimensions(result),
    'unscored', (
      select coalesce(jsonb_agg(jsonb_build_object(
               'dimension', listed.name, 'reason', result.uncovered_reasons -> listed.name
             ) order by listed.place), '[]')
        from unnest(result.uncovered_dimensions) with ordinality as listed (name, place)
    ),
    'words_expired', exists (
      select from public.score_runs as run where run.result_id = result.id and run.words_since is null
    ),
    'corrections', (
      select coalesce(jsonb_agg(jsonb_build_object('decision', review.decision, 'at', review.reviewed_at) order by review.number), '[]')
        from public.result_reviews as review
       where review.result_id = result.id
    )
  );
end
$$;

-- SECURITY DEFINER, because a respondent has no account: the link's token grants access, and RLS does not know it. Unknown,
-- expired and unfinished sessions get the answer of session_result, which finds the result in the same way.
create or replace function public.session_explanation(access_token text)
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  session record;
  result public.custom_assessment_results;
begin
  select found.* into session from private.session_of_link(session_explanation.access_token) as found;
  select present.*
    into result
    from public.custom_assessment_results as present
   where present.session_id = session.session_id
     and present.session_type = session.session_type;
  if result.tenant_id is distinct from session.tenant_id or result.campaign_id is distinct from session.campaign_id then
    return '{"complete": false}'::jsonb;
  end if;
  result := private.result_in_force(result);
  return case result.result_disclosure when 'full' then private.explanation_of(result) else '{"complete": true}' end;
end
$$;
comment on function public.session_explanation(text) is
'For respondents: how the result of the session with this link came about, where the assessment discloses it in full: {complete, '
'machine, provenance, raters, scale, overall_score, category, second_category, coverage, stability, margin, dimensions, unscored, '
'words_expired, corrections}. dimensions: {dimension, score, weight, contribution, band, band_text, spread, quotes}; corrections: '
'{decision, at}, what its owner decided. Under another disclosure, and for a withdrawn result, {complete: true}; for an unknown, '
'expired or unfinished session {complete: false}.';
revoke all on function public.session_explanation(text) from public, anon, authenticated, service_role;

-- For whom it is: a trusted caller may have any session's, others those of their own tenants. SECURITY DEFINER, because notices
-- are nobody's to read.
create or replace function private.explain_session(session_id uuid, session_type text, trusted boolean)
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  result public.custom_assessment_results;
begin
  select present.*
    into result
    from public.custom_assessment_results as present
   where present.session_id = explain_session.session_id
     and present.session_type = explain_session.session_type
     and (trusted or present.tenant_id = any (array(select private.my_tenant_ids())));
  if not found then
    perform private.refuse('RESULT_NOT_FOUND', jsonb_build_object('session_id', explain_session.session_id));
  end if;
  result := private.result_in_force(result);
  if result.id is null then
    perform private.refuse('RESULT_WITHDRAWN', jsonb_build_object('session_id', explain_session.session_id));
  end if;
  return private.explanation_of(result);
end
$$;

create or replace function public.explanation(session_id uuid, session_type text)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return private.explain_session(
    explanation.session_id, explanation.session_type, current_user not in ('anon', 'authenticated')
  );
end
$$;
comment on function public.explanation(uuid, text) is
'For owners: how the result of any of their sessions came about, as session_explanation shows it to respondents, whatever the '
'assessment discloses.';
revoke all on function public.explanation(uuid, text) from public, anon, authenticated, service_role;
