begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../sessions.psql
select plan(18);

select tests.keep('rubric', tests.create_assessment(tests.kept('tenant'), jsonb_build_object(
  'status', 'active', 'name', 'With rubrics', 'definition', tests.definition()
  || '{"dimensions": [{"name": "Clarity", "weight": 0.6, "description": "Says what is meant.",
                       "scoringRubric": {"4-5": "Always.", "1–2": "Seldom.", "3": "Often."}},
                      {"name": "Courage", "weight": 0.4, "description": "Says it at all."}]}'
)));
select tests.keep('version', tests.assessment_value(tests.kept('rubric'), 'newest_version_id')::uuid);

create function tests.schema_of(dimension text, band_order text default 'ascending') returns json
language sql
as $$
  select public.scoring_schema(tests.kept('version'), dimension, band_order)
$$;
select tests.as_service();

select is(
  array(select key from json_object_keys(tests.schema_of('Clarity') -> 'properties') as key),
  array['evidence', 'rationale', 'band', 'score'], 'evidence and reasons come before the band and the score'
);
select is(
  tests.schema_of('Clarity') ->> 'required', '["evidence", "rationale", "band", "score"]', 'all of them are required, in this order'
);
select is(
  tests.schema_of('Clarity') #>> '{properties,band,enum}', '["1–2","3","4-5",null]', 'bands are those of the definition, or none'
);
select matches(
  tests.schema_of('Clarity') #>> '{properties,band,description}',
  E'1–2: Seldom. \\(scores from 1 to 2.5\\)\n3: Often. \\(scores from 2.5 to 3.5\\)\n4-5: Always. \\(scores from 3.5 to 5\\)$',
  'each with its text and its reach'
);
select matches(
  tests.schema_of('Clarity', 'descending') #>> '{properties,band,description}', E'4-5: .*\n3: .*\n1–2: ', 'the texts are in the order of the bands'
);
select is(
  tests.schema_of('Clarity', 'descending') #>> '{properties,band,enum}', '["4-5","3","1–2",null]', 'the highest band can come first'
);
select is(
  tests.schema_of('Clarity', 'shuffled:7')::text, tests.schema_of('Clarity', 'shuffled:7')::text, 'a seed always gives the same order'
);
select cmp_ok(
  (select count(distinct tests.schema_of('Clarity', 'shuffled:' || seed) #>> '{properties,band,enum}') from generate_series(1, 30) as seed),
  '=', 6::bigint, 'seeds give every order of three bands'
);
select is(
  tests.schema_of('Courage') #>> '{properties,band,type}', 'null', 'without a rubric there is no band'
);
select is(
  tests.schema_of('Courage') #>> '{properties,score,description}',
  'A number from 1 to 5, or null if the respondent said nothing from which to score.', 'the score is on the scale'
);
select is(tests.schema_of(' clarity ')::text, tests.schema_of('Clarity')::text, 'a dimension is found by how its name looks');

-- What strict structured output accepts: closed objects, all keys required, and no keyword that some refuse.
select is_empty(
  $$with recursive node as (
      select tests.schema_of('Clarity') as value
      union all
      select entry.value
        from node
       cross join lateral (
         select each.value from json_each(case when json_typeof(node.value) = 'object' then node.value end) as each
       ) as entry
       where json_typeof(node.value) = 'object'
    )
    select value from node
     where value ->> 'type' = 'object'
       and (value ->> 'additionalProperties' is distinct from 'false'
            or (select array_agg(key) from json_object_keys(value -> 'properties') as key)
               is distinct from (select array_agg(name) from json_array_elements_text(value -> 'required') as name))$$,
  'every object is closed, and requires all of its keys in their order'
);
select is(
  (
    select array_agg(distinct found[1] order by found[1])
    from regexp_matches(tests.schema_of('Clarity')::text, '"([a-zA-Z]+)" :', 'g') as found
  ),
  array['additionalProperties', 'band', 'description', 'enum', 'evidence', 'items', 'properties', 'quote', 'rationale', 'required', 'score', 'turn', 'type'],
  'no other keyword is in it'
);

select throws_ok($$select tests.schema_of('Calm')$$, 'PT422', null, 'a dimension that is not there is refused');
select throws_ok($$select tests.schema_of(null)$$, 'PT422', null, 'and none');
select throws_ok($$select tests.schema_of('Clarity', 'as written')$$, 'PT422', null, 'so is another order');
select throws_ok($$select tests.schema_of('Clarity', null)$$, 'PT422', null, 'or none');
select throws_ok(
  $$select public.scoring_schema(gen_random_uuid(), 'Clarity')$$, 'PT404', null, 'a version that is not there is refused'
);
select * from finish();
rollback;
