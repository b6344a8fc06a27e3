-- custom-assessments 0.2.0 definition_guidelines sha256:9b7c81d1c105bf858e642fbea396b5eb41c1b062898906fce86a2c4ce42f119e
-- The rules of interviewGuidelines: opening, closing, and questions under the name of a dimension or under general.
create or replace function private.guidelines_faults(guidelines jsonb, known_dimensions text[])
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  path constant text := '$.interviewGuidelines.probingQuestions';
  faults jsonb := '[]'::jsonb;
  questions jsonb;
  keys text[];
begin
  if jsonb_typeof(guidelines) <> 'object' then
    return jsonb_build_array(private.fault('$.interviewGuidelines', 'wrong-type', 'an object'));
  end if;
  if jsonb_typeof(guidelines -> 'opening') not in ('string', 'null') then
    faults := faults || private.fault('$.interviewGuidelines.opening', 'wrong-type', 'a text');
  end if;
  questions := guidelines -> 'probingQuestions';
  if questions = '{}' then
    null;
  elsif jsonb_typeof(questions) = 'object' then
    keys := array(select jsonb_object_keys(questions));
    faults := faults || coalesce((
      select jsonb_agg(
               private.fault(path || private.path_step(keys[listed.place]), 'unknown-dimension',
                             'the name of a dimension, or general')
             )
        from unnest(private.unknown_names(keys, known_dimensions || 'general'::text)) as listed (place)
    ), '[]');
    faults := faults || coalesce((
      select jsonb_agg(found.fault)
        from (
          select fault.value as fault
            from jsonb_each(questions) as entry,
                 lateral jsonb_array_elements(
                   private.text_list_faults(entry.value, path || private.path_step(entry.key))
                 ) as fault
           -- The path of a list is made for its errors alone.
           where private.text_list_faults(entry.value, '') <> '[]'
           limit private.most_errors()
        ) as found
    ), '[]');
  elsif jsonb_typeof(questions) <> 'null' then
    faults := faults || private.fault(path, 'wrong-type', 'an object of lists of questions');
  end if;
  if jsonb_typeof(guidelines -> 'closing') not in ('string', 'null') then
    faults := faults || private.fault('$.interviewGuidelines.closing', 'wrong-type', 'a text');
  end if;
  return faults;
end
$$;

-- The rules of examples, the author's own test cases. The compiler checks whether they pass; here only types, ranges and
-- references are checked.
create or replace function private.example_faults(
  examples jsonb, known_dimensions text[], known_categories text[], low numeric, high numeric
)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  faults jsonb;
  paths text[];
  names text[];
begin
  if jsonb_typeof(examples) <> 'array' then
    return jsonb_build_array(private.fault('$.examples', 'wrong-type', 'a list of examples'));
  end if;

  -- Structure and numbers.
  select jsonb_agg(private.fault('$.examples[' || found.place - 1 || ']' || found.step, found.reason, found.expected)
                   order by found.place)
    into faults
    from (
      select example.place, rule.step, rule.reason, rule.expected
        from jsonb_array_elements(examples) with ordinality as example (value, place),
             lateral (values
               ('', 'wrong-type', 'an object with scores', jsonb_typeof(example.value) <> 'object'),
               ('.name', 'wrong-type', 'a text', jsonb_typeof(example.value -> 'name') not in ('string', 'null')),
               ('.scores', 'wrong-type', 'an object of scores',
                jsonb_typeof(example.value -> 'scores') not in ('object', 'null')),
               ('.overall', 'outside-scale', 'a number on the scale from ' || low || ' to ' || high,
                case jsonb_typeof(example.value -> 'overall')
                  when 'null' then false
                  -- Rounding to two places may exceed the end of a scale that has more.
                  when 'number' then (example.value -> 'overall')::numeric not between low - 0.01 and high + 0.01
                  else example.value ? 'overall'
                end),
               ('.category', 'wrong-type', 'the name of a category, or none',
                jsonb_typeof(example.value -> 'category') not in ('string', 'null'))
             ) as rule (step, reason, expected, broken)
       where rule.broken
       limit private.most_errors()
    ) as found;
  faults := coalesce(faults, '[]');

  -- Scores: each is a number on the scale.
  select faults || coalesce(jsonb_agg(private.fault(found.path, 'outside-scale', found.expected)), '[]')
    into faults
    from (
      select '$.examples[' || example.place - 1 || '].scores' || private.path_step(score.key) as path,
             'a number on the scale from ' || low || ' to ' || high as expected
        from jsonb_array_elements(examples) with ordinality as example (value, place),
             lateral jsonb_each(
               case when jsonb_typeof(example.value -> 'scores') = 'object' then example.value -> 'scores' end
             ) as score
       where case when jsonb_typeof(score.value) = 'number' then score.value::numeric not between low and high
                  else true end
       limit private.most_errors()
    ) as found;

  -- References: every name of a dimension, then of a category, reported once, at its first position.
  select array_agg(spelled.name), array_agg('$.examples[' || spelled.place - 1 || '].scores')
    into names, paths
    from (
      select score.name, min(example.place) as place
        from jsonb_array_elements(examples) with ordinality as example (value, place),
             lateral jsonb_object_keys(
               case when jsonb_typeof(example.value -> 'scores') = 'object' then example.value -> 'scores' end
             ) as score (name)
       group by score.name
    ) as spelled;
  select faults || coalesce(jsonb_agg(
           private.fault(paths[unknown.place] || private.path_step(names[unknown.place]), 'unknown-dimension',
                         'the name of a dimension')
         ), '[]')
    into faults
    from unnest(private.unknown_names(names, known_dimensions)) as unknown (place);

  select array_agg(spelled.name), array_agg('$.examples[' || spelled.place - 1 || '].category')
    into names, paths
    from (
      select example.value ->> 'category' as name, min(example.place) as place
        from jsonb_array_elements(examples) with ordinality as example (value, place)
       where jsonb_typeof(example.value -> 'category') = 'string'
       group by example.value ->> 'category'
    ) as spelled;
  select faults || coalesce(jsonb_agg(
           private.fault(paths[unknown.place], 'unknown-category', 'the name of a category, or none')
         ), '[]')
    into faults
    from unnest(private.unknown_names(names, known_categories || 'none'::text)) as unknown (place);

  return faults;
end
$$;

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
-- The rules are those of the definition models (worker/definition.py), or more lenient: this function accepts everything
-- that the models accept. Only essential parts are required. Every other key of the format is checked if present (null
-- counts as absent). Unknown keys are kept and ignored, so that a newer builder can work with an older database.

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
  faults jsonb;
  metadata constant jsonb := whole -> 'metadata';
  guidelines constant jsonb := whole -> 'interviewGuidelines';
  examples constant jsonb := whole -> 'examples';
  scale numeric[];
  dimension record;
  category record;
begin
  faults := private.definition_bounds_faults(whole);
  if faults is not null then
    return faults;
  end if;

  scale := private.scale_in_force(metadata);
  dimension := private.names_of(whole -> 'dimensions');
  category := private.names_of(whole -> 'resultCategories');

  faults := case when jsonb_typeof(metadata) <> 'null' then private.metadata_faults(metadata) else '[]' end
    || private.dimensions_faults(whole -> 'dimensions', dimension.keys, scale[1], scale[2])
    || private.categories_faults(
         whole -> 'resultCategories', category.keys, array_remove(dimension.keys, null), scale[1], scale[2]);
  if jsonb_typeof(guidelines) <> 'null' then
    faults := faults || private.guidelines_faults(guidelines, dimension.known);
  end if;
  if jsonb_typeof(examples) <> 'null' and examples <> '[]' then
    faults := faults || private.example_faults(examples, dimension.known, category.known, scale[1], scale[2]);
  end if;
  return jsonb_path_query_array(faults, '$[0 to $last]', jsonb_build_object('last', private.most_errors() - 1));
end
$$;
comment on function private.definition_faults(jsonb) is
'All errors of a definition as [{path, reason, expected}], at most 100. Empty if the definition is valid.';
