-- One error each: what is wrong, its path, and why.
begin;
\ir ../helpers.psql
select plan(111);

-- The valid definition with one value replaced at a path.
create function tests.with_value(path text[], value jsonb) returns jsonb
language sql
set search_path = pg_catalog, pg_temp
as $$ select pg_catalog.jsonb_set(tests.definition(), with_value.path, with_value.value) $$;

-- The errors as text: path and reason of each.
create function tests.faults(definition jsonb) returns text
language sql
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(pg_catalog.string_agg((fault ->> 'path') || ' ' || (fault ->> 'reason'), '; '), 'none')
    from pg_catalog.jsonb_array_elements(private.definition_faults(definition)) as fault
$$;

select is(tests.faults(tests.definition()), 'none', 'a valid definition has no fault');
select is(tests.faults(null), '$ wrong-type', 'no definition');
select is(tests.faults(given.value::jsonb), '$ wrong-type', 'not an object: ' || given.value)
from (values ('null'), ('[]'), ('"text"'), ('1')) as given (value);
select is(
  tests.faults('{}'), '$.dimensions missing; $.resultCategories missing', 'an empty object lacks both lists, and says so at once'
);
select is(tests.faults(tests.definition() || '{"dimensions": []}'), '$.dimensions wrong-count', 'no dimension');
select is(
  tests.faults(tests.definition() || '{"resultCategories": []}'), 'none', 'a builder may begin without categories'
);
select is(
  tests.faults(tests.definition() || jsonb_build_object('dimensions', (
    select jsonb_agg(jsonb_build_object('name', 'D' || n, 'weight', 1.0 / 20, 'description', 'd'))
    from generate_series(1, 20) as n
  ))),
  'none', 'twenty dimensions'
);
select is(
  tests.faults(tests.definition() || jsonb_build_object('dimensions', (
    select jsonb_agg(jsonb_build_object('name', 'D' || n, 'weight', 1.0 / 21, 'description', 'd'))
    from generate_series(1, 21) as n
  ))),
  '$.dimensions wrong-count', 'twenty-one dimensions'
);
-- Ranges that were valid in the previous dimension are not checked again; texts are, and so are ranges that were invalid.
select
  is(
    tests.faults(tests.definition() || jsonb_build_object('dimensions', (
      select jsonb_agg(jsonb_build_object('name', 'D' || n, 'weight', 0.5, 'description', 'd', 'scoringRubric', rubric.value))
      from unnest(array[given.first, given.second]::jsonb[]) with ordinality as rubric (value, n)
    ))),
    given.expected, 'rubrics ' || given.first || ' and ' || given.second
  )
from (
  values
  ('{"1-2": "x", "3": "y"}', '{"1-2": "x", "3": "y"}', 'none'),
  ('{"1-2": "x", "3": "y"}', '{"1-2": "x", "3": 1}', '$.dimensions[1].scoringRubric["3"] wrong-type'),
  (
    '{"1-3": "x", "3": "y"}', '{"1-3": "x", "3": "y"}',
    '$.dimensions[0].scoringRubric["3"] overlapping-range; $.dimensions[1].scoringRubric["3"] overlapping-range'
  ),
  ('{"1-2": "x"}', '{"1-2": "x", "2": "y"}', '$.dimensions[1].scoringRubric["2"] overlapping-range')
) as given (first, second, expected);

select
  is(
    tests.faults(tests.definition() || jsonb_build_object('resultCategories', (
      select jsonb_agg(jsonb_build_object('name', 'C' || n)) from generate_series(1, given.amount) as n
    ))),
    given.expected, given.amount || ' categories'
  )
from (values (15, 'none'), (16, '$.resultCategories wrong-count')) as given (amount, expected);

select
  is(
    tests.faults(tests.with_value(given.path::text[], given.value::jsonb)), given.expected,
    array_to_string(given.path::text[], '.') || ' = ' || left(given.value, 60)
  )
from (
  values
  -- dimensions
  ('{dimensions,1}', '"Courage"', '$.dimensions[1] wrong-type'),
  ('{dimensions,0,name}', 'null', '$.dimensions[0].name missing'),
  ('{dimensions,0,name}', '" \u00a0\t"', '$.dimensions[0].name missing'),
  ('{dimensions,0,name}', '"\u00ad"', '$.dimensions[0].name missing'),
  ('{dimensions,0,name}', '7', '$.dimensions[0].name missing'),
  ('{dimensions,1,name}', '"cLARITY"', '$.dimensions[1].name duplicate-name'),
  ('{dimensions,1,name}', '" Clarity "', '$.dimensions[1].name duplicate-name'),
  ('{dimensions,0,id}', 'null', 'none'),
  ('{dimensions,0,id}', '"clarity"', 'none'),
  ('{dimensions,0,id}', '"clear-speech-2"', 'none'),
  ('{dimensions,0,id}', '"Clarity"', '$.dimensions[0].id invalid-id'),
  ('{dimensions,0,id}', '"clear--speech"', '$.dimensions[0].id invalid-id'),
  ('{dimensions,0,id}', '"clarity\n"', '$.dimensions[0].id invalid-id'),
  ('{dimensions,0,id}', '7', '$.dimensions[0].id invalid-id'),
  ('{dimensions,0,id}', '"courage"', '$.dimensions[0].id duplicate-id'),
  ('{dimensions,1,id}', '"clarity"', '$.dimensions[1].id duplicate-id'),
  ('{dimensions,1,name}', '"Clarity!"', '$.dimensions[1].id duplicate-id'),
  ('{dimensions,1}', '{"id": "c", "name": "CLARITY", "weight": 0.5, "description": "d"}', '$.dimensions[1].name duplicate-name'),
  ('{dimensions,0,weight}', '"0.5"', '$.dimensions[0].weight missing'),
  ('{dimensions,0,weight}', 'null', '$.dimensions[0].weight missing'),
  ('{dimensions,0,weight}', '0', '$.dimensions[0].weight not-positive'),
  ('{dimensions,0,weight}', '-0.5', '$.dimensions[0].weight not-positive'),
  ('{dimensions,0,weight}', '0.51', 'none'),
  ('{dimensions,0,weight}', '0.49', 'none'),
  ('{dimensions,0,weight}', '0.5100000000000000000000001', '$.dimensions weights-sum'),
  ('{dimensions,0,weight}', '0.4899999999999999999999999', '$.dimensions weights-sum'),
  ('{dimensions,0,description}', 'null', '$.dimensions[0].description missing'),
  ('{dimensions,0,description}', '""', '$.dimensions[0].description missing'),
  ('{dimensions,0,description}', '["d"]', '$.dimensions[0].description missing'),
  ('{dimensions,0,interviewThemes}', '"one"', '$.dimensions[0].interviewThemes wrong-type'),
  (
    '{dimensions,0,interviewThemes}', '["a", 1, "b", null]',
    '$.dimensions[0].interviewThemes[1] wrong-type; $.dimensions[0].interviewThemes[3] wrong-type'
  ),
  ('{dimensions,0,interviewThemes}', '["a"]', 'none'),
  ('{dimensions,0,interviewThemes}', 'null', 'none'),
  ('{dimensions,0,scoringRubric}', '{"1-2": "low", "3": "middle", "3.5-5": "high"}', 'none'),
  ('{dimensions,0,scoringRubric}', '{"1–2": "an en dash", "3 - 4": "spaces"}', 'none'),
  ('{dimensions,0,scoringRubric}', '[]', '$.dimensions[0].scoringRubric wrong-type'),
  ('{dimensions,0,scoringRubric}', '{"low": "x"}', '$.dimensions[0].scoringRubric.low invalid-range'),
  ('{dimensions,0,scoringRubric}', '{"1-2": 1}', '$.dimensions[0].scoringRubric["1-2"] wrong-type'),
  ('{dimensions,0,scoringRubric}', '{"4-3": "x"}', '$.dimensions[0].scoringRubric["4-3"] out-of-order'),
  (
    '{dimensions,0,scoringRubric}', '{"0-1": "x", "5-6": "y"}',
    '$.dimensions[0].scoringRubric["0-1"] outside-scale; $.dimensions[0].scoringRubric["5-6"] outside-scale'
  ),
  (
    '{dimensions,0,scoringRubric}', '{"1-3": "x", "3-4": "y"}',
    '$.dimensions[0].scoringRubric["3-4"] overlapping-range'
  ),
  -- categories
  ('{resultCategories,0}', 'null', '$.resultCategories[0] wrong-type'),
  ('{resultCategories,0,name}', '""', '$.resultCategories[0].name missing'),
  ('{resultCategories,2,name}', '"EMERGING"', '$.resultCategories[2].name duplicate-name'),
  ('{resultCategories,0,scoreRange}', 'null', 'none'),
  ('{resultCategories,0,scoreRange}', '"1-2"', '$.resultCategories[0].scoreRange wrong-type'),
  ('{resultCategories,0,scoreRange}', '[1]', '$.resultCategories[0].scoreRange wrong-type'),
  ('{resultCategories,0,scoreRange}', '[1, "2"]', '$.resultCategories[0].scoreRange wrong-type'),
  ('{resultCategories,0,scoreRange}', '[2, 1]', '$.resultCategories[0].scoreRange out-of-order'),
  ('{resultCategories,0,scoreRange}', '[2, 2]', 'none'),
  ('{resultCategories,0,scoreRange}', '[0.9, 2]', '$.resultCategories[0].scoreRange outside-scale'),
  ('{resultCategories,0,scoreRange}', '[1, 5.1]', '$.resultCategories[0].scoreRange outside-scale'),
  ('{resultCategories,0,primaryDimensions}', '["clarity", "Courage"]', 'none'),
  (
    '{resultCategories,0,primaryDimensions}', '["Clarity", "Calm"]',
    '$.resultCategories[0].primaryDimensions[1] unknown-dimension'
  ),
  ('{resultCategories,0,primaryDimensions}', '[["Clarity"]]', '$.resultCategories[0].primaryDimensions[0] wrong-type'),
  ('{resultCategories,0,description}', '{}', '$.resultCategories[0].description wrong-type'),
  ('{resultCategories,0,strengths}', '[1]', '$.resultCategories[0].strengths[0] wrong-type'),
  ('{resultCategories,0,growthAreas}', '"x"', '$.resultCategories[0].growthAreas wrong-type'),
  ('{resultCategories,0,recommendations}', '[{}]', '$.resultCategories[0].recommendations[0] wrong-type'),
  -- metadata
  ('{metadata}', '[]', '$.metadata wrong-type'),
  ('{metadata}', '{}', 'none'),
  (
    '{metadata}', '{"name": "", "author": 1, "description": false}',
    '$.metadata.name invalid-text; $.metadata.author wrong-type; $.metadata.description wrong-type'
  ),
  ('{metadata}', '{"version": "1.0", "type": "comparative", "resultDisclosure": "teaser"}', 'none'),
  (
    '{metadata}', '{"version": "01.0", "type": "quiz", "resultDisclosure": "some"}',
    '$.metadata.version invalid-version; $.metadata.type unknown-value; $.metadata.resultDisclosure unknown-value'
  ),
  ('{metadata}', '{"version": 1.0}', '$.metadata.version invalid-version'),
  ('{metadata}', '{"language": "de-AT"}', 'none'),
  ('{metadata}', '{"language": "German"}', '$.metadata.language invalid-language'),
  ('{metadata}', '{"evidence": "required", "minCoverage": 1}', 'none'),
  (
    '{metadata}', '{"evidence": "Required", "minCoverage": 1.01}',
    '$.metadata.evidence unknown-value; $.metadata.minCoverage out-of-range'
  ),
  ('{metadata}', '{"evidence": ["off"]}', '$.metadata.evidence unknown-value'),
  ('{metadata}', '{"minCoverage": true}', '$.metadata.minCoverage out-of-range'),
  ('{metadata}', '{"minCoverage": 1e-31}', '$.metadata.minCoverage out-of-range'),
  ('{metadata}', '{"scale": [0, 100]}', 'none'),
  ('{metadata}', '{"scale": [0, 100.01]}', '$.metadata.scale invalid-scale'),
  ('{metadata}', '{"interviewStyle": 3}', '$.metadata.interviewStyle wrong-type'),
  (
    '{metadata}', '{"interviewStyle": {"default": 6, "allowOverride": "yes"}}',
    '$.metadata.interviewStyle.default out-of-range; $.metadata.interviewStyle.allowOverride wrong-type'
  ),
  ('{metadata}', '{"interviewStyle": {"default": 2.5}}', '$.metadata.interviewStyle.default out-of-range'),
  ('{metadata}', '{"scale": [1, 5.0]}', 'none'),
  ('{metadata}', '{"scale": [5, 1]}', '$.metadata.scale invalid-scale'),
  ('{metadata}', '{"scale": [0, 101]}', '$.metadata.scale invalid-scale'),
  ('{metadata}', '{"scale": [-1, 5]}', '$.metadata.scale invalid-scale'),
  ('{metadata}', '{"scale": [1, 2, 3]}', '$.metadata.scale invalid-scale'),
  (
    '{metadata}', '{"scale": [0, 3]}',
    '$.resultCategories[1].scoreRange outside-scale; $.resultCategories[2].scoreRange outside-scale'
  ),
  -- guidelines
  ('{interviewGuidelines}', '"hello"', '$.interviewGuidelines wrong-type'),
  (
    '{interviewGuidelines}', '{"opening": 1, "closing": []}',
    '$.interviewGuidelines.opening wrong-type; $.interviewGuidelines.closing wrong-type'
  ),
  ('{interviewGuidelines}', '{"probingQuestions": {"clarity": ["?"], "General": ["?"]}}', 'none'),
  (
    '{interviewGuidelines}', '{"probingQuestions": {"Calm": ["?"], "Clarity": "?", "Courage": [1]}}',
    '$.interviewGuidelines.probingQuestions.Calm unknown-dimension; '
    '$.interviewGuidelines.probingQuestions.Clarity wrong-type; '
    '$.interviewGuidelines.probingQuestions.Courage[0] wrong-type'
  ),
  -- examples
  ('{examples}', '{}', '$.examples wrong-type'),
  ('{examples}', '[{"name": "e", "scores": {"CLARITY": 4.5}, "overall": 4.5, "category": "strong"}]', 'none'),
  ('{examples}', '[{"scores": {"Clarity": 1}, "overall": 1}, {"category": null, "overall": null}]', 'none'),
  (
    '{examples}', '[{"scores": {"Clarity": 1}, "overall": 1.5, "category": "None"}]',
    '$.examples[0].overall wrong-example; $.examples[0].category wrong-example'
  ),
  (
    '{examples}', '[7, {"name": 1, "scores": [], "overall": 9, "category": 2}]',
    '$.examples[0] wrong-type; $.examples[1].name wrong-type; $.examples[1].scores wrong-type; '
    '$.examples[1].overall outside-scale; $.examples[1].category wrong-type'
  ),
  (
    '{examples}', '[{"scores": {"Clarity": "5", "Courage": 5.1, "Calm": 1}, "category": "Weak"}]',
    '$.examples[0].scores.Clarity outside-scale; $.examples[0].scores.Courage outside-scale; '
    '$.examples[0].scores.Calm unknown-dimension; $.examples[0].category unknown-category'
  ),
  -- unknown keys
  ('{someday}', '{"nested": [1, "x", null]}', 'none')
) as given (path, value, expected);

select * from finish();
rollback;
