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
