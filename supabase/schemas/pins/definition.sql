-- The definition as interview agents get it: every key that the format knows, filled in, and no other; without the examples,
-- which would tell an agent what scores the author expects.

-- The dimensions, with their ids.
create or replace function private.asked_dimensions(dimensions jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  ids text[] := array(
    select dimension.value ->> 'id' from jsonb_array_elements(dimensions) with ordinality as dimension order by dimension.ordinality
  );
begin
  -- Most state them; to make one of a name takes a while.
  if array_position(ids, null) is not null then
    ids := (select named.ids from private.dimension_ids(dimensions) as named);
  end if;
  return (
    select jsonb_agg(
             jsonb_build_object(
               'id', ids[dimension.ordinality],
               'name', dimension.value -> 'name',
               'weight', dimension.value -> 'weight',
               'description', dimension.value -> 'description',
               'interviewThemes', coalesce(nullif(dimension.value -> 'interviewThemes', 'null'), '[]'),
               'scoringRubric', coalesce(nullif(dimension.value -> 'scoringRubric', 'null'), '{}')
             )
             order by dimension.ordinality
           )
      from jsonb_array_elements(dimensions) with ordinality as dimension
  );
end
$$;

create or replace function private.asked_categories(categories jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select coalesce(
             jsonb_agg(
               jsonb_strip_nulls(jsonb_build_object(
                 'name', category.value -> 'name',
                 'scoreRange', category.value -> 'scoreRange',
                 'primaryDimensions', coalesce(nullif(category.value -> 'primaryDimensions', 'null'), '[]'),
                 'description', category.value -> 'description',
                 'strengths', coalesce(nullif(category.value -> 'strengths', 'null'), '[]'),
                 'growthAreas', coalesce(nullif(category.value -> 'growthAreas', 'null'), '[]'),
                 'recommendations', coalesce(nullif(category.value -> 'recommendations', 'null'), '[]')
               ))
               order by category.ordinality
             ),
             '[]'
           )
      from jsonb_array_elements(categories) with ordinality as category
  );
end
$$;

-- Of a version, whose columns count.
create or replace function private.asked_definition(version public.assessment_versions)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  -- As it is in memory: one that comes out of a table is unpacked here, and not at every look.
  whole constant jsonb := version.definition #> '{}';
  metadata constant jsonb := whole -> 'metadata';
  guidelines constant jsonb := whole -> 'interviewGuidelines';
  bounds constant numeric[] := private.scale_in_force(metadata);
begin
  -- A text that may be missing has no default: its key is left out, since null is not a text.
  return jsonb_build_object(
    'metadata', jsonb_strip_nulls(jsonb_build_object(
      'name', version.name,
      'version', version.version,
      'type', version.assessment_type,
      'author', metadata -> 'author',
      'description', version.description,
      'interviewStyle', jsonb_build_object(
        'default', version.interview_style_default, 'allowOverride', version.interview_style_allow_override
      ),
      'resultDisclosure', version.result_disclosure,
      'scale', jsonb_build_array(bounds[1], bounds[2]),
      -- Where they are stated: the definition's JSON Schema does not have them yet.
      'language', metadata -> 'language',
      'evidence', metadata -> 'evidence',
      'minCoverage', metadata -> 'minCoverage'
    )),
    'dimensions', private.asked_dimensions(whole -> 'dimensions'),
    'resultCategories', private.asked_categories(whole -> 'resultCategories'),
    'interviewGuidelines', jsonb_strip_nulls(jsonb_build_object(
      'opening', guidelines -> 'opening',
      'closing', guidelines -> 'closing',
      'probingQuestions', coalesce(nullif(guidelines -> 'probingQuestions', 'null'), '{}')
    ))
  );
end
$$;
