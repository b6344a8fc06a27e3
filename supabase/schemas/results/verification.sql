-- For owners: checks a frozen result against its own data.

-- What a result's scores give by a definition, with its runs if it has some. A result from before coverage was recorded is
-- computed as it was then.
create or replace function private.recomputed_result(result public.custom_assessment_results, definition jsonb)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  runs constant jsonb := case when result.provenance = 'runs' then private.runs_of_result(result.id, definition) end;
  computed jsonb;
begin
  if result.coverage is null then
    select to_jsonb(scored) || jsonb_build_object('reasons', result.uncovered_reasons, 'spread', result.spread,
             'stability', result.stability, 'margin', result.margin, 'coverage', result.coverage)
      into computed
      from private.score_assessment(definition, result.dimension_scores) as scored;
  else
    select to_jsonb(judged)
      into computed
      from private.judged_scores(definition, result.dimension_scores, runs) as judged;
  end if;
  return computed;
end
$$;

create or replace function public.verify_result(result_id uuid)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  result public.custom_assessment_results;
  version record;
  definition jsonb;
  again jsonb;
  differences jsonb;
begin
  select present.* into result from public.custom_assessment_results as present where present.id = verify_result.result_id;
  if not found then
    perform private.refuse('RESULT_NOT_FOUND', jsonb_build_object('result_id', verify_result.result_id));
  end if;
  -- The caller may be unable to read the version: a campaign's creator need not be an owner.
  select stored.definition, stored.version, stored.result_disclosure as disclosure
    into version
    from public.assessment_versions as stored
   where stored.id = result.assessment_version_id;
  definition := coalesce(version.definition, result.assessment_definition_snapshot);
  again := private.recomputed_result(result, definition);
  select coalesce(jsonb_agg(to_jsonb(compared) order by compared.field), '[]')
    into differences
    from (
      select scored.*
        from (values
          ('overall_score', to_jsonb(result.overall_score), again -> 'overall'),
          ('matched_category', to_jsonb(result.matched_category), again #> '{category,name}'),
          ('matched_category_data', result.matched_category_data, again -> 'category'),
          ('uncovered_dimensions', to_jsonb(result.uncovered_dimensions), again -> 'uncovered'),
          ('uncovered_reasons', result.uncovered_reasons, again -> 'reasons'),
          ('coverage', to_jsonb(result.coverage), again -> 'coverage'),
          ('spread', result.spread, again -> 'spread'),
          ('stability', result.stability, again -> 'stability'),
          ('margin', result.margin, again -> 'margin')
        ) as scored (field, stored, computed)
       where again -> 'faults' = '[]'
      union all
      values
      ('dimension_scores', '[]'::jsonb, again -> 'faults'),
      -- A definition is up to 500 KB: its hash is enough.
      ('assessment_definition_snapshot', to_jsonb(private.hash_of(result.assessment_definition_snapshot)),
       to_jsonb(private.hash_of(definition))),
      ('assessment_version', to_jsonb(result.assessment_version), to_jsonb(coalesce(version.version, result.assessment_version))),
      ('result_disclosure', to_jsonb(result.result_disclosure), to_jsonb(coalesce(version.disclosure, result.result_disclosure)))
    ) as compared (field, stored, computed)
   where nullif(compared.stored, 'null') is distinct from nullif(compared.computed, 'null');
  differences := differences || private.review_differences(verify_result.result_id, definition);
  return jsonb_build_object('equal', differences = '[]', 'differences', differences);
end
$$;
comment on function public.verify_result(uuid) is
'For owners: computes the scores from the result''s runs, and from them the coverage, overall score and category, again, and what '
'its reviews say. Returns {equal, differences: [{field, stored, computed}]}.';
revoke all on function public.verify_result(uuid) from public, anon, authenticated, service_role;
