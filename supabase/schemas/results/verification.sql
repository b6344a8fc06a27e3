-- For owners: checks a frozen result against its own data.

create or replace function public.verify_result(result_id uuid)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  result record;
  computed record;
  differences jsonb;
begin
  select present.dimension_scores, present.overall_score, present.matched_category, present.matched_category_data,
         present.uncovered_dimensions, present.assessment_definition_snapshot as snapshot, present.assessment_version,
         present.result_disclosure, version.id as version_id, version.definition, version.version, version.result_disclosure
           as disclosure
    into result
    from public.custom_assessment_results as present
    -- The caller may be unable to read the version: a campaign's creator need not be an owner.
    left join public.assessment_versions as version on version.id = present.assessment_version_id
   where present.id = verify_result.result_id;
  if not found then
    perform private.refuse('RESULT_NOT_FOUND', jsonb_build_object('result_id', verify_result.result_id));
  end if;
  select scored.overall, scored.category, scored.uncovered, scored.faults
    into computed
    from private.score_assessment(coalesce(result.definition, result.snapshot), result.dimension_scores) as scored;
  select coalesce(jsonb_agg(to_jsonb(compared) order by compared.field), '[]')
    into differences
    from (values
      ('dimension_scores', '[]'::jsonb, computed.faults),
      ('overall_score', to_jsonb(result.overall_score), to_jsonb(computed.overall)),
      ('matched_category', to_jsonb(result.matched_category), computed.category -> 'name'),
      ('matched_category_data', result.matched_category_data, computed.category),
      ('uncovered_dimensions', to_jsonb(result.uncovered_dimensions), to_jsonb(computed.uncovered)),
      -- A definition is up to 500 KB: its hash is enough.
      ('assessment_definition_snapshot', to_jsonb(private.hash_of(result.snapshot)),
       to_jsonb(private.hash_of(coalesce(result.definition, result.snapshot)))),
      ('assessment_version', to_jsonb(result.assessment_version),
       to_jsonb(coalesce(result.version, result.assessment_version))),
      ('result_disclosure', to_jsonb(result.result_disclosure),
       to_jsonb(coalesce(result.disclosure, result.result_disclosure)))
    ) as compared (field, stored, computed)
   where compared.stored is distinct from compared.computed
     and (compared.field not in ('overall_score', 'matched_category', 'matched_category_data', 'uncovered_dimensions')
          or computed.faults = '[]');
  return jsonb_build_object('equal', differences = '[]', 'differences', differences);
end
$$;
comment on function public.verify_result(uuid) is
'For owners: computes the score and category again from the frozen row alone. Returns {equal, differences: [{field, stored, '
'computed}]}.';
revoke all on function public.verify_result(uuid) from public, anon, authenticated, service_role;
