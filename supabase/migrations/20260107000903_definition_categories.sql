-- custom-assessments 0.2.0 definition_categories sha256:482abfc38065b0a1683b692979bcf6a0691a9c63aee5ae630ec3613be7297af0
-- The rules of result categories.

-- One category, except its name.
create or replace function private.category_faults(
  category jsonb, path text, dimension_keys text[], low numeric, high numeric
)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  score_range constant jsonb := category -> 'scoreRange';
  faults jsonb := '[]'::jsonb;
  list text;
begin
  if jsonb_typeof(score_range) <> 'null' then
    if not private.is_number_pair(score_range) then
      faults := faults || private.fault(path || '.scoreRange', 'wrong-type', 'two numbers [low, high]');
    elsif (score_range -> 0)::numeric > (score_range -> 1)::numeric then
      faults := faults || private.fault(path || '.scoreRange', 'out-of-order', 'the lower number first');
    elsif (score_range -> 0)::numeric < low or (score_range -> 1)::numeric > high then
      faults := faults
        || private.fault(path || '.scoreRange', 'outside-scale', 'numbers on the scale from ' || low || ' to ' || high);
    elsif greatest(scale((score_range -> 0)::numeric), scale((score_range -> 1)::numeric)) > private.most_decimal_places() then
      faults := faults || private.too_precise_fault(path || '.scoreRange');
    end if;
  end if;
  if jsonb_typeof(category -> 'primaryDimensions') <> 'null' then
    faults := faults || private.reference_list_faults(
      category -> 'primaryDimensions', path || '.primaryDimensions', dimension_keys
    );
  end if;
  if jsonb_typeof(category -> 'description') not in ('string', 'null') then
    faults := faults || private.fault(path || '.description', 'wrong-type', 'a text');
  end if;
  foreach list in array array['strengths', 'growthAreas', 'recommendations'] loop
    if jsonb_typeof(category -> list) <> 'null' then
      faults := faults || private.text_list_faults(category -> list, path || '.' || list);
    end if;
  end loop;
  return faults;
end
$$;

-- Categories between which no rule could choose: they share a part of the range and have the same primary dimensions. Each is
-- reported once, with the first that it cannot be told from.
create or replace function private.ambiguous_category_faults(categories jsonb, low numeric, high numeric)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  faults jsonb := '[]';
  score_range jsonb;
  places integer[] := '{}';
  lows numeric[] := '{}';
  highs numeric[] := '{}';
begin
  for place in 0 .. least(jsonb_array_length(categories), private.most_errors()) - 1 loop
    score_range := categories #> array[place::text, 'scoreRange'];
    -- A range outside the scale has an error of its own.
    if private.is_number_pair(score_range)
      and (score_range -> 0)::numeric >= low and (score_range -> 1)::numeric <= high then
      for other in 1 .. cardinality(places) loop
        if lows[other] <= (score_range -> 1)::numeric and (score_range -> 0)::numeric <= highs[other]
          and private.folded_names(categories #> array[places[other]::text, 'primaryDimensions'])
            = private.folded_names(categories #> array[place::text, 'primaryDimensions']) then
          faults := faults || private.fault(
            '$.resultCategories[' || place || '].scoreRange', 'ambiguous-range',
            format('a range that shares no score with $.resultCategories[%s].scoreRange, or other primary dimensions',
                   places[other]));
          exit;
        end if;
      end loop;
      places := places || place;
      lows := lows || (score_range -> 0)::numeric;
      highs := highs || (score_range -> 1)::numeric;
    end if;
  end loop;
  return faults;
end
$$;

create or replace function private.categories_faults(
  categories jsonb, keys text[], dimension_keys text[], low numeric, high numeric
)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  expected constant text := format('a list of at most %s categories', private.most_categories());
  faults jsonb := '[]'::jsonb;
  path text;
begin
  if jsonb_typeof(categories) is distinct from 'array' then
    return jsonb_build_array(private.fault('$.resultCategories', 'missing', expected));
  end if;
  if jsonb_array_length(categories) > private.most_categories() then
    faults := faults || private.fault('$.resultCategories', 'wrong-count', expected);
  end if;
  for place in 0 .. least(jsonb_array_length(categories), private.most_errors()) - 1 loop
    path := '$.resultCategories[' || place || ']';
    if jsonb_typeof(categories -> place) <> 'object' then
      faults := faults || private.fault(path, 'wrong-type', 'an object with a name');
      continue;
    end if;
    faults := faults
      || private.name_faults(keys[place + 1], keys[: place], path, 'category')
      || private.category_faults(categories -> place, path, dimension_keys, low, high);
  end loop;
  return faults || private.ambiguous_category_faults(categories, low, high);
end
$$;

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
      select jsonb_agg(
               private.fault(path || private.path_step(keys[listed.place]), 'duplicate-reference', 'each dimension once')
             )
        from unnest(private.repeated_names(
               array_fill(1::bigint, array[cardinality(keys)]), keys, known_dimensions || 'general'::text || 'general'::text
             )) as listed (place)
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

-- The rules of examples, the author's own test cases: first types, ranges and references; then, in a definition that has no
-- other error, whether they pass.

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
             format('a number on the scale from %s to %s, with at most %s decimal places', low, high,
                    private.most_decimal_places()) as expected
        from jsonb_array_elements(examples) with ordinality as example (value, place),
             lateral jsonb_each(
               case when jsonb_typeof(example.value -> 'scores') = 'object' then example.value -> 'scores' end
             ) as score
       where case when jsonb_typeof(score.value) = 'number'
                  then score.value::numeric not between low and high
                    or scale(score.value::numeric) > private.most_decimal_places()
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
         and private.trim_text(example.value ->> 'category') <> ''
       group by example.value ->> 'category'
    ) as spelled;
  select faults || coalesce(jsonb_agg(
           private.fault(paths[unknown.place], 'unknown-category', 'the name of a category, or none')
         ), '[]')
    into faults
    from unnest(private.unknown_names(names, known_categories || 'none'::text)) as unknown (place);

  return faults || private.repeated_example_faults(examples, known_dimensions);
end
$$;

-- Two examples of one name, and two scores of one dimension.
create or replace function private.repeated_example_faults(examples jsonb, known_dimensions text[])
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  faults jsonb;
  places bigint[];
  names text[];
begin
  select coalesce(jsonb_agg(private.fault(found.path, 'duplicate-name', 'a name that differs from every other example')), '[]')
    into faults
    from (
      select '$.examples[' || named.place - 1 || '].name' as path
        from (
          select example.place, row_number() over (
                   partition by private.fold_name(private.trim_text(example.value ->> 'name')) order by example.place) as nth
            from jsonb_array_elements(examples) with ordinality as example (value, place)
           where jsonb_typeof(example.value -> 'name') = 'string' and private.trim_text(example.value ->> 'name') <> ''
        ) as named
       where named.nth > 1
       limit private.most_errors()
    ) as found;
  select array_agg(example.place order by example.place, score.key), array_agg(score.key order by example.place, score.key)
    into places, names
    from jsonb_array_elements(examples) with ordinality as example (value, place),
         lateral jsonb_object_keys(private.object_at(example.value, '{scores}')) as score (key);
  return faults || coalesce((
    select jsonb_agg(private.fault(
             '$.examples[' || places[found.place] - 1 || '].scores' || private.path_step(names[found.place]),
             'duplicate-reference', 'each dimension once'))
      from unnest(private.repeated_names(places, names, known_dimensions)) as found (place)
  ), '[]');
end
$$;

-- Examples that expect something else than the scoring rule gives. The definition has no other error.
create or replace function private.example_outcome_faults(definition jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  categories constant jsonb := definition -> 'resultCategories';
  is_none_taken constant boolean := 'none' = any ((private.names_of(categories)).keys);
  faults jsonb := '[]';
  dimensions record;
  example record;
  score_of numeric[];
  overall numeric;
  matched text;
begin
  for example in
    select '$.examples[' || item.place - 1 || ']' as path, item.value -> 'scores' as scores,
           (item.value ->> 'overall')::numeric as overall,
           private.fold_name(private.trim_text(item.value ->> 'category')) as category
      from jsonb_array_elements(definition -> 'examples') with ordinality as item (value, place)
     where private.object_at(item.value, '{scores}') <> '{}'
       and coalesce(item.value ->> 'overall', nullif(private.trim_text(item.value ->> 'category'), '')) is not null
  loop
    if dimensions is null then
      select * into dimensions from private.scored_dimensions(definition);
    end if;
    select given.score_of into score_of
      from private.read_scores(
             example.scores, dimensions.names, dimensions.folded, dimensions.low, dimensions.high) as given;
    overall := private.overall_of(dimensions.weights, score_of);
    if example.overall <> overall then
      faults := faults || private.fault(example.path || '.overall', 'wrong-example', overall::text);
    end if;
    if example.category <> '' then
      matched := coalesce(
        private.matching_category(categories, overall, dimensions.folded, score_of) ->> 'name', 'none');
      if (example.category = 'none' and is_none_taken)
        or example.category <> private.fold_name(private.trim_text(matched)) then
        faults := faults || private.fault(example.path || '.category', 'wrong-example', left(matched, 200));
      end if;
    end if;
    exit when jsonb_array_length(faults) >= private.most_errors();
  end loop;
  return faults;
end
$$;
