-- custom-assessments 0.2.0 versions_content sha256:f1b66b16fbcd52201a5c6be86e1d7b134780be3e3121699a061938476c75854e
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

-- The hashes of a content: of all of it, of what decides a category, and of what a rater reads about each dimension.
-- jsonb's text form is canonical: keys ordered by length and then by bytes, one space after each comma and colon, numbers
-- unchanged.

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

-- The part of a content that decides which category some scores lead to. The order of the categories decides ties; the
-- order of the dimensions has no effect.
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

-- For the id of each dimension, the hash of what a rater reads: scale, name, description, themes, rubric and questions. h1
-- identifies this hashing method, so that a future one can be distinguished.
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

-- The rules of change: which part of a content has which class. To support a new part of a content, add a row here.
-- docs/changes.md and worker/change_rules.json are generated from the rows. Only migrations write this table.

-- The classes, from the smallest to the largest effect on users of an assessment.
create or replace function private.change_classes()
returns text[]
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return array['presentation', 'instrument', 'scoring', 'structure'];
end
$$;

create table if not exists private.change_rules (
  pattern text not null,
  rule text not null,
  class text not null,
  sentence text not null,
  constraint change_rules_pkey primary key (pattern),
  constraint change_rule_is_unique unique (rule),
  constraint change_rule_is_a_key check (rule ~ '^[a-z]+(-[a-z]+)*$'),
  constraint change_class_is_known check (class = any(private.change_classes()))
);
comment on table private.change_rules is 'The rules of change: one row for each way in which two contents can differ.';
comment on column private.change_rules.pattern is
'Where in a content the change is: a path in which * stands for an item, and what happened to it: added, removed, order or '
'moved.';
comment on column private.change_rules.rule is 'A stable key for programs to test.';
comment on column private.change_rules.class is
'How much this change matters. The highest class of all differences between two contents decides.';
comment on column private.change_rules.sentence is
'What a person reads. {item} is the id of a dimension or the name of a category; {part} is a range of a rubric.';
alter table private.change_rules enable row level security;
revoke all on table private.change_rules from public, anon, authenticated, service_role;

-- The table is filled anew, so a row that was removed from this list is removed from the database too.
delete from private.change_rules;
insert into private.change_rules (pattern, rule, class, sentence) values
('name', 'name-changed', 'presentation', 'The name of the assessment changed.'),
('description', 'description-changed', 'presentation', 'The description of the assessment changed.'),
('author', 'author-changed', 'presentation', 'The author changed.'),
('language', 'language-changed', 'presentation', 'The language changed.'),
('closing', 'closing-changed', 'presentation', 'The closing words of the interview changed.'),
(
  'categories/*/description', 'category-description-changed', 'presentation',
  'The description of the category "{item}" changed.'
),
('categories/*/strengths', 'strengths-changed', 'presentation', 'The strengths of the category "{item}" changed.'),
('categories/*/growthAreas', 'growth-areas-changed', 'presentation', 'The growth areas of the category "{item}" changed.'),
(
  'categories/*/recommendations', 'recommendations-changed', 'presentation',
  'The recommendations of the category "{item}" changed.'
),

('opening', 'opening-changed', 'instrument', 'The opening words of the interview changed.'),
('general', 'general-questions-changed', 'instrument', 'The general questions changed.'),
('interviewStyle/default', 'style-changed', 'instrument', 'The interview style changed.'),
(
  'interviewStyle/allowOverride', 'style-override-changed', 'instrument',
  'The permission to choose another interview style changed.'
),
('resultDisclosure', 'disclosure-changed', 'instrument', 'What a respondent sees of the result changed.'),
(
  'dimensions/*/name', 'dimension-name-changed', 'instrument',
  'The name of the dimension "{item}" changed, under the same id.'
),
(
  'dimensions/*/description', 'dimension-description-changed', 'instrument',
  'The description of the dimension "{item}" changed.'
),
('dimensions/*/themes', 'themes-changed', 'instrument', 'The interview themes of the dimension "{item}" changed.'),
('dimensions/*/questions', 'questions-changed', 'instrument', 'The questions of the dimension "{item}" changed.'),
(
  'dimensions/*/rubric/*', 'rubric-text-changed', 'instrument',
  'The rubric of the dimension "{item}" changed for {part}.'
),
-- An interview asks about the dimensions in their order, and earlier questions influence an answer.
('dimensions/order', 'dimensions-reordered', 'instrument', 'The order of the dimensions changed.'),

('evidence', 'evidence-changed', 'scoring', 'The evidence that a score needs changed.'),
('minCoverage', 'coverage-changed', 'scoring', 'The share of the weights that must be scored changed.'),
(
  'rangePrecision', 'precision-changed', 'scoring',
  'The decimal places of the score ranges changed, and with them the rounding of the overall score.'
),
('dimensions/*/weight', 'weight-changed', 'scoring', 'The weight of the dimension "{item}" changed.'),
('categories/*/added', 'category-added', 'scoring', 'The category "{item}" was added.'),
('categories/*/removed', 'category-removed', 'scoring', 'The category "{item}" was removed.'),
(
  'categories/order', 'categories-reordered', 'scoring',
  'The order of the categories changed, which decides ties.'
),
('categories/*/name', 'category-name-changed', 'scoring', 'The spelling of the name of the category "{item}" changed.'),
('categories/*/range', 'range-changed', 'scoring', 'The score range of the category "{item}" changed.'),
(
  'categories/*/primaries', 'primary-dimensions-changed', 'scoring',
  'The primary dimensions of the category "{item}" changed.'
),

('type', 'type-changed', 'structure', 'The type of the assessment changed.'),
('scale', 'scale-changed', 'structure', 'The scale changed.'),
('dimensions/*/added', 'dimension-added', 'structure', 'The dimension "{item}" was added.'),
('dimensions/*/removed', 'dimension-removed', 'structure', 'The dimension "{item}" was removed.'),
(
  'dimensions/*/moved', 'dimension-id-moved', 'structure',
  'The id "{item}" moved to another dimension.'
),
(
  'dimensions/*/rubric/*/added', 'rubric-range-added', 'structure',
  'The rubric of the dimension "{item}" has a new range, {part}.'
),
(
  'dimensions/*/rubric/*/removed', 'rubric-range-removed', 'structure',
  'The rubric of the dimension "{item}" has lost the range {part}.'
);
