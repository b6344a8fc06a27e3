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
