-- The definition as interview agents get it: exactly the keys that the format knows, with defaults for missing ones, but
-- without the examples, from which an agent would learn the scores that the author expects.

-- Computed once for each version, when a session first begins with it: most versions are never asked for, and an agent asks
-- again and again. A release that changes private.asked_definition() empties the table.
create table if not exists private.asked_definitions (
  version_id uuid not null,
  definition jsonb not null,

  constraint asked_definitions_pkey primary key (version_id),
  constraint asked_definitions_version_id_fkey
  foreign key (version_id) references public.assessment_versions (id) on delete cascade
);
comment on table private.asked_definitions is
'The definitions of versions as interview_context returns them, for versions with which a session has begun.';
alter table private.asked_definitions enable row level security;
revoke all on table private.asked_definitions from public, anon, authenticated, service_role;

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
  -- Most definitions contain them, and deriving an id from a name is slow.
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

-- The whole definition of a version. Its columns take precedence over the metadata.
create or replace function private.asked_definition(version public.assessment_versions)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  -- In memory: a definition from a table is unpacked once here, not at every access.
  whole constant jsonb := version.definition #> '{}';
  metadata constant jsonb := whole -> 'metadata';
  guidelines constant jsonb := whole -> 'interviewGuidelines';
  bounds constant numeric[] := private.scale_in_force(metadata);
begin
  -- Optional texts have no default: their keys are left out, because null is not a text.
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
      -- Only if stated, because the definition's JSON Schema does not contain them yet.
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

-- Stores the definition of a version for later calls. The caller has locked the assessment, so that the version cannot be
-- deleted. Of several sessions that begin with the version at the same time one stores it, and none waits.
create or replace function private.keep_asked_definition(version_id uuid, definition jsonb)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if pg_try_advisory_xact_lock(hashtextextended('definition of ' || keep_asked_definition.version_id, 0)) then
    insert into private.asked_definitions (version_id, definition)
    values (keep_asked_definition.version_id, keep_asked_definition.definition)
    on conflict on constraint asked_definitions_pkey do nothing;
  end if;
end
$$;
