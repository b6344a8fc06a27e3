-- custom-assessments 0.2.0 definition_columns sha256:919210a236c52d2d655f98e6f8afe61ee75f1b58dc498cab8914999c7cac4583
-- The columns of an assessment that the definition's metadata sets, and their defaults.

-- The defaults for missing metadata; null means missing. That of minCoverage depends on the evidence.
create or replace function private.metadata_defaults()
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return '{
    "version": "1.0",
    "type": "multi-dimensional",
    "interviewStyle": {"default": 3, "allowOverride": true},
    "resultDisclosure": "full",
    "scale": [1, 5],
    "evidence": "preferred",
    "minCoverage": {"required": 0.6, "preferred": 0, "off": 0}
  }';
end
$$;

-- The columns of an assessment that a definition's metadata fills, however the definition was sent.
create or replace function private.columns_of(
  metadata jsonb,
  out name text,
  out version text,
  out description text,
  out assessment_type text,
  out interview_style_default integer,
  out interview_style_allow_override boolean,
  out result_disclosure text
)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  defaults constant jsonb := private.metadata_defaults();
begin
  name := metadata ->> 'name';
  version := coalesce(metadata ->> 'version', defaults ->> 'version');
  description := metadata ->> 'description';
  assessment_type := coalesce(metadata ->> 'type', defaults ->> 'type');
  interview_style_default := coalesce(
    metadata #>> '{interviewStyle,default}', defaults #>> '{interviewStyle,default}'
  )::integer;
  interview_style_allow_override := coalesce(
    metadata #>> '{interviewStyle,allowOverride}', defaults #>> '{interviewStyle,allowOverride}'
  )::boolean;
  result_disclosure := coalesce(metadata ->> 'resultDisclosure', defaults ->> 'resultDisclosure');
end
$$;

-- What the columns of an assessment say, by name; one that is null says nothing.
create or replace function private.column_values(
  name text,
  version text,
  description text,
  assessment_type text,
  interview_style_default integer,
  interview_style_allow_override boolean,
  result_disclosure text
)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return jsonb_strip_nulls(jsonb_build_object(
    'name', name, 'version', version, 'description', description, 'assessment_type', assessment_type,
    'interview_style_default', interview_style_default,
    'interview_style_allow_override', interview_style_allow_override, 'result_disclosure', result_disclosure
  ));
end
$$;

-- The rules for a definition. One function returns all errors at once; the trigger of custom_assessments and every other
-- function that accepts a definition call it.
--
-- The rules are those of the definition models (worker/definition.py), except about what may be missing: only essential parts
-- are required. Every other key of the format is checked if present (null and an empty text count as absent).
-- worker/partial.py judges such definitions in the same way, and docs/definition-vectors.json tests that both agree. Unknown
-- keys are kept and ignored, so that a newer builder can work with an older database.

-- All errors of a definition, at most 100, in the order of the format; an empty list for a valid one. Each is {"path":
-- "$.dimensions[2].weight", "reason": "not-positive", "expected": "a number above 0"}.
create or replace function private.definition_faults(definition jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  -- In memory: a definition from a table is unpacked once here, not at every access.
  whole constant jsonb := definition #> '{}';
  written text;
  faults jsonb;
  metadata constant jsonb := whole -> 'metadata';
  dimensions constant jsonb := whole -> 'dimensions';
  categories constant jsonb := whole -> 'resultCategories';
  guidelines constant jsonb := whole -> 'interviewGuidelines';
  examples constant jsonb := whole -> 'examples';
  scale numeric[];
  dimension record;
  category record;
begin
  faults := private.definition_shape_faults(whole);
  if faults is null then
    written := whole::text;
    faults := private.definition_size_faults(written);
  end if;
  if faults is not null then
    return faults;
  end if;

  scale := private.scale_in_force(metadata);
  dimension := private.names_of(dimensions);
  category := private.names_of(categories);

  faults := case when jsonb_typeof(metadata) <> 'null' then private.metadata_faults(metadata) else '[]' end
    || private.dimensions_faults(dimensions, dimension.keys, scale[1], scale[2])
    || private.categories_faults(
         categories, category.keys, array_remove(dimension.keys, null), scale[1], scale[2]);
  if jsonb_typeof(guidelines) <> 'null' then
    faults := faults || private.guidelines_faults(guidelines, dimension.known);
  end if;
  if jsonb_typeof(examples) <> 'null' and examples <> '[]' then
    faults := faults || private.example_faults(examples, dimension.known, category.known, scale[1], scale[2]);
  end if;
  faults := faults || private.unclean_name_faults(whole, dimension.known || category.known) || private.text_faults(whole, written);
  if faults = '[]' and jsonb_typeof(examples) <> 'null' and examples <> '[]' then
    faults := private.example_outcome_faults(whole);
  end if;
  return jsonb_path_query_array(faults, '$[0 to $last]', jsonb_build_object('last', private.most_errors() - 1));
end
$$;
comment on function private.definition_faults(jsonb) is
'All errors of a definition as [{path, reason, expected}], at most 100. Empty if the definition is valid.';

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
