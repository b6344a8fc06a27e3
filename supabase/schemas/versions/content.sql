-- The canonical content of an assessment: what is agreed on, reviewed and used. Two assessments have the same content if
-- these texts are equal, however their definitions are spelled. jsonb's own equality is not enough: it treats 1.0 and 1.00
-- as equal, but the scoring rule distinguishes them.
--
-- worker/content.py does the same, and both are tested against docs/version-vectors.json.

-- The questions of an interview, by the folded names of their dimensions, in the order of jsonb's keys.
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
    select coalesce(jsonb_object_agg(asked.name, case cardinality(asked.lists)
             when 1 then asked.lists[1]
             else (
               select coalesce(jsonb_agg(question.value order by list.place, question.place), '[]')
                 from unnest(asked.lists) with ordinality as list (value, place),
                      lateral jsonb_array_elements(list.value) with ordinality as question (value, place)
             )
           end), '{}')
      from (
        select private.fold_name(private.trim_text(entry.key)) as name,
               array_agg(entry.value order by entry.place) as lists
          from jsonb_each(questions) with ordinality as entry (key, value, place)
         group by 1
      ) as asked
  );
end
$$;

-- The dimensions of a content, in order. A rubric is [[low, high, text], ...], ascending: "1-1" and "1" are one range.
create or replace function private.content_dimensions(dimensions jsonb, keys text[], ids text[], questions jsonb)
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
               'id', ids[dimension.place],
               'name', dimension.value -> 'name',
               'weight', trim_scale((dimension.value -> 'weight')::numeric),
               'description', dimension.value -> 'description',
               'themes', coalesce(nullif(dimension.value -> 'interviewThemes', 'null'), '[]'),
               'rubric', coalesce(rubric.levels, '[]'),
               'questions', coalesce(nullif(questions -> keys[dimension.place], 'null'), '[]')
             )
             order by dimension.place
           )
      from jsonb_array_elements(dimensions) with ordinality as dimension (value, place)
      left join lateral (
        select jsonb_agg(
                 jsonb_build_array(
                   trim_scale(split_part(replace(level.key, '–', '-'), '-', 1)::numeric),
                   trim_scale(split_part(replace(level.key, '–', '-'), '-', -1)::numeric),
                   level.value
                 )
                 order by split_part(replace(level.key, '–', '-'), '-', 1)::numeric
               ) as levels
          from jsonb_each(case when jsonb_typeof(dimension.value -> 'scoringRubric') = 'object'
                               then dimension.value -> 'scoringRubric' end) as level
      ) as rubric on true
  );
end
$$;

-- The ids of the dimensions that a category names, sorted, because the scoring rule treats them as a set.
create or replace function private.primary_ids(names jsonb, keys text[], ids text[])
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  if jsonb_typeof(names) is distinct from 'array' or names = '[]' then
    return '[]';
  elsif jsonb_array_length(names) = 1 then
    return jsonb_build_array(ids[array_position(keys, private.fold_name(private.trim_text(names ->> 0)))]);
  end if;
  return (
    select jsonb_agg(named.id order by named.id collate "C")
      from (
        select distinct ids[array_position(keys, private.fold_name(private.trim_text(listed.name)))] as id
          from jsonb_array_elements_text(names) as listed (name)
      ) as named
  );
end
$$;

-- The categories of a content, in the order that decides ties.
create or replace function private.content_categories(categories jsonb, keys text[], ids text[])
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  listed jsonb[] := '{}';
  category jsonb;
begin
  for place in 0 .. jsonb_array_length(categories) - 1 loop
    category := categories -> place;
    listed[place + 1] := jsonb_build_object(
      'name', category -> 'name',
      'range', case when jsonb_typeof(category -> 'scoreRange') = 'array' then jsonb_build_array(
        trim_scale((category #> '{scoreRange,0}')::numeric), trim_scale((category #> '{scoreRange,1}')::numeric)
      ) end,
      'primaries', private.primary_ids(category -> 'primaryDimensions', keys, ids),
      'description', category -> 'description',
      'strengths', coalesce(nullif(category -> 'strengths', 'null'), '[]'),
      'growthAreas', coalesce(nullif(category -> 'growthAreas', 'null'), '[]'),
      'recommendations', coalesce(nullif(category -> 'recommendations', 'null'), '[]')
    );
  end loop;
  return to_jsonb(listed);
end
$$;

-- The largest number of decimal places in a bound of a range.
create or replace function private.range_precision(categories jsonb)
returns integer
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  places integer := 0;
  bounds jsonb;
begin
  for place in 0 .. jsonb_array_length(categories) - 1 loop
    bounds := categories #> array[place::text, 'scoreRange'];
    if jsonb_typeof(bounds) = 'array' then
      places := greatest(places, scale((bounds -> 0)::numeric), scale((bounds -> 1)::numeric));
    end if;
  end loop;
  return places;
end
$$;

-- The content of an assessment with a valid definition and these columns (private.column_values). Every key of the format is
-- filled in, from the column if there is one, otherwise with the format's default. The version, the examples and unknown keys are not part of the content.
create or replace function private.content_of(definition jsonb, columns jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  defaults constant jsonb := private.metadata_defaults();
  -- In memory: a definition from a table is unpacked once here, not at every access.
  whole constant jsonb := definition #> '{}';
  metadata constant jsonb := whole -> 'metadata';
  guidelines constant jsonb := whole -> 'interviewGuidelines';
  questions constant jsonb := private.questions_by_name(guidelines -> 'probingQuestions');
  dimensions constant jsonb := whole -> 'dimensions';
  categories constant jsonb := whole -> 'resultCategories';
  bounds constant numeric[] := private.scale_in_force(metadata);
  evidence constant text := case when jsonb_typeof(metadata -> 'evidence') = 'string' then metadata ->> 'evidence'
                                 else defaults ->> 'evidence' end;
  coverage constant jsonb := case when jsonb_typeof(metadata -> 'minCoverage') = 'number' then metadata -> 'minCoverage'
                                  else defaults #> array['minCoverage', evidence] end;
  keys text[];
  ids text[];
begin
  select named.keys, named.ids into keys, ids from private.dimension_ids(dimensions) as named;
  return jsonb_build_object(
    'name', columns -> 'name',
    'description', columns -> 'description',
    'type', columns -> 'assessment_type',
    'author', metadata ->> 'author',
    'language', case when jsonb_typeof(metadata -> 'language') = 'string' then metadata -> 'language' end,
    'interviewStyle', jsonb_build_object(
      'default', columns -> 'interview_style_default', 'allowOverride', columns -> 'interview_style_allow_override'
    ),
    'resultDisclosure', columns -> 'result_disclosure',
    'scale', jsonb_build_array(trim_scale(bounds[1]), trim_scale(bounds[2])),
    'evidence', evidence,
    'minCoverage', trim_scale(coalesce(coverage, '0')::numeric),
    'rangePrecision', private.range_precision(categories),
    'opening', guidelines ->> 'opening',
    'closing', guidelines ->> 'closing',
    -- They belong to the dimension of that name.
    'general', case when 'general' = any (keys) then '[]' else coalesce(nullif(questions -> 'general', 'null'), '[]') end,
    'dimensions', private.content_dimensions(dimensions, keys, ids, questions),
    'categories', private.content_categories(categories, keys, ids)
  );
end
$$;
comment on function private.content_of(jsonb, jsonb) is
'The content of an assessment in its canonical spelling. Two contents are equal if and only if these texts are equal.';
