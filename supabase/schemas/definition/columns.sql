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
