-- What a builder asks while somebody edits: all errors of a definition, and what it means as a whole. Nothing is stored.

-- A valid definition with everything filled in that may be missing and has a default.
create or replace function private.filled_definition(definition jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  defaults constant jsonb := private.metadata_defaults();
  metadata constant jsonb := private.object_at(definition, '{metadata}');
  guidelines constant jsonb := private.object_at(definition, '{interviewGuidelines}');
  ids constant text[] := (private.dimension_ids(definition -> 'dimensions')).ids;
begin
  return definition || jsonb_build_object(
    'metadata', defaults || metadata || jsonb_build_object(
      'interviewStyle', defaults -> 'interviewStyle' || private.object_at(metadata, '{interviewStyle}'),
      'minCoverage', coalesce(
        metadata -> 'minCoverage',
        defaults #> array['minCoverage', coalesce(metadata ->> 'evidence', defaults ->> 'evidence')])),
    'dimensions', (
      select jsonb_agg(
               '{"interviewThemes": [], "scoringRubric": {}}' || jsonb_strip_nulls(item.value)
               || jsonb_build_object('id', ids[item.place]) order by item.place)
        from jsonb_array_elements(definition -> 'dimensions') with ordinality as item (value, place)),
    'resultCategories', coalesce((
      select jsonb_agg(
               '{"primaryDimensions": [], "strengths": [], "growthAreas": [], "recommendations": []}'
               || jsonb_strip_nulls(item.value) order by item.place)
        from jsonb_array_elements(definition -> 'resultCategories') with ordinality as item (value, place)), '[]'),
    'interviewGuidelines', '{"probingQuestions": {}}' || jsonb_strip_nulls(guidelines),
    'examples', coalesce(nullif(definition -> 'examples', 'null'), '[]'));
end
$$;

create or replace function public.check_definition(definition jsonb)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  faults constant jsonb := private.definition_faults(check_definition.definition);
begin
  return jsonb_build_object(
    'valid', faults = '[]',
    'faults', faults,
    'definition', case when faults = '[]' then private.filled_definition(check_definition.definition) end);
end
$$;
comment on function public.check_definition(jsonb) is
'Checks a definition and stores nothing. Returns {valid, faults, definition}: at most 100 faults, each {path, reason, expected}, '
'and, if there are none, the definition with all defaults filled in.';
revoke all on function public.check_definition(jsonb) from public, anon, authenticated, service_role;
