-- custom-assessments 0.2.0 versions_content sha256:f7cc45c1b00143efb16eae269f61c278b45af1369e4ca1ab2ec9f592db77178e
-- The content of an assessment, in one spelling: what is agreed on, reviewed and used. Two assessments have the same content
-- when these texts are equal, whatever the definitions look like. jsonb's own equality is not enough: it does not see 1.0
-- and 1.00 apart, and the scoring rule does.
--
-- worker/content.py says the same, and both are held to docs/version-vectors.json.

-- The id of a dimension: the one that it states, or else the slug of its name. It is made of the name as names are
-- compared, and of nothing that another program could not have: no dictionary, no locale. A name of which no letter or
-- digit is left, or which is longer than a name of an assessment may be, has d- and the start of its hash.
create or replace function private.dimension_id(dimension jsonb)
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  folded text;
  slug text;
begin
  if jsonb_typeof(dimension -> 'id') = 'string' then
    return dimension ->> 'id';
  end if;
  folded := private.fold_name(private.trim_text(dimension ->> 'name'));
  if length(folded) <= private.longest_name() then
    -- Marks of letters go; the letters of Latin scripts that have no other form without their mark are written out.
    slug := regexp_replace(folded, E'[\u0300-\u036f]', '', 'g');
    slug := replace(replace(replace(slug, E'\u00df', 'ss'), E'\u00e6', 'ae'), E'\u0153', 'oe');
    slug := translate(slug, E'\u00f8\u0111\u0142\u0131', 'odli');
    slug := btrim(regexp_replace(slug, '[^a-z0-9]+', '-', 'g'), '-');
  end if;
  return coalesce(nullif(slug, ''), 'd-' || left(encode(sha256(convert_to(folded, 'UTF8')), 'hex'), 8));
end
$$;
comment on function private.dimension_id(jsonb) is
'The id of a dimension: the one that it states, or else the slug of its name.';

-- A list that may be left out.
create or replace function private.list_of(value jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return case when jsonb_typeof(value) = 'array' then value else '[]' end;
end
$$;

-- A rubric as [[low, high, text], ...], ascending: "1-1" and "1" are one range.
create or replace function private.rubric_levels(rubric jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  if jsonb_typeof(rubric) is distinct from 'object' then
    return '[]';
  end if;
  return (
    select coalesce(jsonb_agg(
             jsonb_build_array(trim_scale(level.low), trim_scale(level.high), level.meaning)
             order by level.low
           ), '[]')
      from (
        select bounds[1]::numeric as low, bounds[cardinality(bounds)]::numeric as high, entry.value as meaning
          from jsonb_each(rubric) as entry,
               lateral string_to_array(translate(entry.key, '–', '-'), '-') as bounds
      ) as level
  );
end
$$;

-- The questions of an interview, under the names of their dimensions as names are compared, in the order of jsonb's keys.
create or replace function private.questions_by_name(questions jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  if jsonb_typeof(questions) is distinct from 'object' then
    return '{}';
  end if;
  return (
    select coalesce(jsonb_object_agg(asked.name, asked.questions), '{}')
      from (
        select private.fold_name(private.trim_text(entry.key)) as name,
               jsonb_agg(question.value order by entry.place, question.place) as questions
          from jsonb_each(questions) with ordinality as entry (key, value, place),
               lateral jsonb_array_elements(entry.value) with ordinality as question (value, place)
         group by 1
      ) as asked
  );
end
$$;

-- The dimensions of a content, in their order.
create or replace function private.content_dimensions(dimensions jsonb, questions jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select jsonb_agg(
             jsonb_build_object(
               'id', private.dimension_id(dimension.value),
               'name', dimension.value -> 'name',
               'weight', trim_scale((dimension.value -> 'weight')::numeric),
               'description', dimension.value -> 'description',
               'themes', private.list_of(dimension.value -> 'interviewThemes'),
               'rubric', private.rubric_levels(dimension.value -> 'scoringRubric'),
               'questions', private.list_of(questions -> private.name_key(dimension.value))
             ) order by dimension.place
           )
      from jsonb_array_elements(dimensions) with ordinality as dimension (value, place)
  );
end
$$;

-- The categories of a content, in their order, which decides ties. Primary dimensions are ids, sorted: the scoring rule
-- takes them as a set.
create or replace function private.content_categories(categories jsonb, dimensions jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  ids constant jsonb := (
    select jsonb_object_agg(private.name_key(dimension.value), private.dimension_id(dimension.value))
      from jsonb_array_elements(dimensions) as dimension
  );
begin
  return (
    select coalesce(jsonb_agg(
             jsonb_build_object(
               'name', category.value -> 'name',
               'range', case when jsonb_typeof(category.value -> 'scoreRange') = 'array' then jsonb_build_array(
                 trim_scale((category.value #> '{scoreRange,0}')::numeric),
                 trim_scale((category.value #> '{scoreRange,1}')::numeric)
               ) end,
               'primaries', (
                 select coalesce(jsonb_agg(named.id order by named.id collate "C"), '[]')
                   from (
                     select distinct ids ->> private.fold_name(private.trim_text(listed.name)) as id
                       from jsonb_array_elements_text(
                              private.list_of(category.value -> 'primaryDimensions')
                            ) as listed (name)
                   ) as named
               ),
               'description', category.value -> 'description',
               'strengths', private.list_of(category.value -> 'strengths'),
               'growthAreas', private.list_of(category.value -> 'growthAreas'),
               'recommendations', private.list_of(category.value -> 'recommendations')
             ) order by category.place
           ), '[]')
      from jsonb_array_elements(categories) with ordinality as category (value, place)
  );
end
$$;

-- The content of an assessment whose definition is valid. Every key that the format knows is filled in: from the column
-- where there is one, else with the format's default. The version, the examples and unknown keys are no content.
create or replace function private.content_of(
  definition jsonb,
  name text,
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
declare
  -- As it is in memory: one that comes out of a table is unpacked here, and not at every look.
  whole constant jsonb := definition #> '{}';
  metadata constant jsonb := whole -> 'metadata';
  guidelines constant jsonb := whole -> 'interviewGuidelines';
  questions constant jsonb := private.questions_by_name(guidelines -> 'probingQuestions');
  dimensions constant jsonb := private.content_dimensions(whole -> 'dimensions', questions);
  bounds constant numeric[] := private.scale_in_force(metadata);
  evidence constant text := case when jsonb_typeof(metadata -> 'evidence') = 'string'
                                 then metadata ->> 'evidence' else 'preferred' end;
begin
  return jsonb_build_object(
    'name', name,
    'description', description,
    'type', assessment_type,
    'author', metadata ->> 'author',
    'language', case when jsonb_typeof(metadata -> 'language') = 'string' then metadata -> 'language' end,
    'interviewStyle', jsonb_build_object(
      'default', interview_style_default, 'allowOverride', interview_style_allow_override
    ),
    'resultDisclosure', result_disclosure,
    'scale', jsonb_build_array(trim_scale(bounds[1]), trim_scale(bounds[2])),
    'evidence', evidence,
    'minCoverage', case
      when jsonb_typeof(metadata -> 'minCoverage') = 'number' then trim_scale((metadata -> 'minCoverage')::numeric)
      when evidence = 'required' then 0.6
      else 0
    end,
    'rangePrecision', (
      select coalesce(max(scale(bound.value::numeric)), 0)
        from jsonb_path_query(whole, 'lax $.resultCategories[*].scoreRange[*]') as bound (value)
       where jsonb_typeof(bound.value) = 'number'
    ),
    'opening', guidelines ->> 'opening',
    'closing', guidelines ->> 'closing',
    'general', case
      when exists (
        select from jsonb_array_elements(whole -> 'dimensions') as dimension (value)
         where private.name_key(dimension.value) = 'general'
      ) then '[]'
      else private.list_of(questions -> 'general')
    end,
    'dimensions', dimensions,
    'categories', private.content_categories(whole -> 'resultCategories', whole -> 'dimensions')
  );
end
$$;
comment on function private.content_of(jsonb, text, text, text, integer, boolean, text) is
'The content of an assessment in one spelling; equal contents are equal texts.';

-- The hashes of a content: of all of it, of what decides a category, and of what a rater reads of each dimension. jsonb's
-- text is one spelling: keys by length and then by bytes, one space after each comma and colon, numbers as they are.

-- SHA-256 of a value's text, in hexadecimal digits.
create or replace function private.hash_of(value jsonb)
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return encode(sha256(convert_to(value::text, 'UTF8')), 'hex');
end
$$;

-- What of a content decides which category some scores lead to. The order of the categories decides ties; the order of the
-- dimensions decides nothing.
create or replace function private.scoring_of(content jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return jsonb_build_object(
    'scale', content -> 'scale',
    'rangePrecision', content -> 'rangePrecision',
    'evidence', content -> 'evidence',
    'minCoverage', content -> 'minCoverage',
    'weights', (
      select jsonb_object_agg(dimension.value ->> 'id', dimension.value -> 'weight')
        from jsonb_array_elements(content -> 'dimensions') as dimension
    ),
    'categories', (
      select coalesce(jsonb_agg(
               jsonb_build_array(category.value -> 'name', category.value -> 'range', category.value -> 'primaries')
               order by category.ordinality
             ), '[]')
        from jsonb_array_elements(content -> 'categories') with ordinality as category
    )
  );
end
$$;

-- By the id of each dimension, the hash of what a rater reads: scale, name, description, themes, rubric and questions. h1
-- names this way of hashing, so that another one can be told from it.
create or replace function private.dimension_hashes(content jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select jsonb_object_agg(
             dimension.value ->> 'id',
             'h1:' || private.hash_of(
               dimension.value - 'id' - 'weight' || jsonb_build_object('scale', content -> 'scale')
             )
           )
      from jsonb_array_elements(content -> 'dimensions') as dimension
  );
end
$$;
