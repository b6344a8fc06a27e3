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
