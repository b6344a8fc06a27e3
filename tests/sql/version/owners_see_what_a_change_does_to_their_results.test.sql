-- version_changes: the changes between two versions, or to an unsaved definition, and the results that would change.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../sessions.psql
select plan(31);

create function tests.newest() returns uuid
language sql
set search_path = pg_catalog, pg_temp
as $$ select tests.value_of('public.custom_assessments', tests.kept('assessment'), 'newest_version_id')::uuid $$;

-- A definition whose second category begins at another score.
create function tests.moved(bound numeric) returns jsonb
language sql
set search_path = pg_catalog, pg_temp
as $$
  select pg_catalog.jsonb_set(
    pg_catalog.jsonb_set(tests.definition(), '{resultCategories,1,scoreRange,0}', pg_catalog.to_jsonb(bound)),
    '{resultCategories,0,scoreRange,1}', pg_catalog.to_jsonb(bound - 0.1)
  )
$$;
grant execute on all functions in schema tests to public;

-- Two results: 3.50 and 2.50, both Capable.
select tests.as_service();
select tests.keep('one', tests.create_result(tests.kept('assignment'), 'campaign'));
select tests.keep('two', tests.create_result(tests.kept('coaching'), 'coaching', '{"dimension_scores": {"Clarity": 2.5}}'));
select tests.keep('first', tests.newest());
update public.custom_assessments set definition = tests.moved(3.0), description = 'Now stricter.'
where id = tests.kept('assessment');
select tests.keep('second', tests.newest());

-- Two versions --------------------------------------------------------------------------------------------------------
select tests.as_user(tests.kept('owner'));
create temp table told as
select public.version_changes(tests.kept('first'), tests.kept('second')) as answer;
select is((select answer ->> 'class' from told), 'scoring', 'the class of the change');
select is((select answer #>> '{from,version}' from told), '1.0', 'from the first version');
select is((select answer #>> '{to,version}' from told), '2.0', 'to the second');
select is((select answer ->> 'least_version' from told), '2.0', 'which is the least that the change asks for');
select is(
  (select jsonb_path_query_array(answer, '$.changes[*].rule') from told),
  '["range-changed", "range-changed", "description-changed"]', 'each change, those of the highest class first'
);
select is(
  (select answer #> '{changes,0}' from told),
  '{"rule": "range-changed", "class": "scoring", "item": "capable", "part": null, "old": [2.5, 3.9], "new": [3, 3.9],
    "sentence": "The score range of the category \"capable\" changed."}'::jsonb,
  'with its sentence, and what was and is'
);
select is(
  (select answer -> 'results' from told), '{"considered": 2, "restated": 2, "differ": 1}'::jsonb,
  'one of the two results would have another category'
);
select is(
  (select answer -> 'dimensions' from told),
  '[{"id": "clarity", "compares": "same", "note": null}, {"id": "courage", "compares": "same", "note": null}]'::jsonb,
  'what a rater reads is the same'
);
select is(
  public.version_changes(tests.kept('second'), tests.kept('first')) #> '{changes,0,old}', '[3, 3.9]'::jsonb,
  'the other way round too'
);
select is(
  public.version_changes(tests.kept('first'), tests.kept('first')) - 'dimensions' - 'from' - 'to',
  '{"class": null, "least_version": null, "changes": [], "results": {"considered": 2, "restated": 2, "differ": 0}}'::jsonb,
  'nothing changed from a version to itself'
);
select is(
  tests.value_of('public.custom_assessment_results', tests.kept('two'), 'matched_category'), 'Capable',
  'no result is changed by asking'
);

-- A definition that is not saved --------------------------------------------------------------------------------------
select is(
  public.version_changes(tests.kept('first'), definition => tests.moved(3.6)) -> 'results',
  '{"considered": 2, "restated": 2, "differ": 2}'::jsonb, 'a definition that is only tried'
);
select is(
  public.version_changes(tests.kept('first'), definition => tests.moved(3.6)) -> 'to',
  '{"id": null, "version": null}'::jsonb, 'has no version'
);
select is(
  (
    select count(*) from public.assessment_versions
    where assessment_id = tests.kept('assessment')
  ), 2::bigint,
  'and none is made'
);
select is(
  public.version_changes(tests.kept('first'), definition => tests.definition()) ->> 'class', null,
  'what its metadata does not say stays as it is'
);
select is(
  public.version_changes(
    tests.kept('first'), definition => tests.definition() || '{"metadata": {"resultDisclosure": "none", "name": "Other"}}'
  ) #> '{changes,1,rule}', '"name-changed"'::jsonb, 'what it says counts'
);

-- Dimensions are found by their ids ------------------------------------------------------------------------------------
select is(
  public.version_changes(tests.kept('first'), definition => jsonb_set(
    tests.moved(3.6), '{dimensions,0}',
    '{"id": "clarity", "name": "Plain words", "weight": 0.5, "description": "Says what is meant."}'
  )) -> 'results',
  '{"considered": 2, "restated": 2, "differ": 2}'::jsonb, 'a dimension is known by its id, whatever it is called'
);
select is(
  public.version_changes(tests.kept('first'), definition => jsonb_set(
    tests.moved(3.6), '{dimensions,1,name}', '"Boldness"'
  )) -> 'results',
  '{"considered": 2, "restated": 1, "differ": 1}'::jsonb,
  'a result with the score of a dimension that is not there is not restated'
);
select is(
  public.version_changes(tests.kept('first'), definition => tests.definition() || '{"metadata": {"scale": [1, 7]}}')
  -> 'results',
  '{"considered": 2, "restated": 0, "differ": 0}'::jsonb, 'nor is one of another scale'
);

-- What is refused ------------------------------------------------------------------------------------------------------
select is(
  tests.refusal($$select public.version_changes(gen_random_uuid(), tests.kept('first'))$$), 'PT404 VERSION_NOT_FOUND',
  'what does not exist'
);
select is(
  tests.refusal($$select public.version_changes(tests.kept('first'))$$), 'PT422 INVALID_ARGUMENT', 'nothing to compare with'
);
select is(
  tests.refusal($$select public.version_changes(tests.kept('first'), tests.kept('second'), '{}')$$),
  'PT422 INVALID_ARGUMENT', 'two to compare with'
);
select is(
  tests.refusal($$select public.version_changes(tests.kept('first'), definition => '{"dimensions": []}')$$),
  'PT422 ASSESSMENT_VALIDATION_ERROR', 'a definition with errors'
);
select tests.as_service();
select tests.keep('another', tests.create_assessment(
  tests.kept('tenant'), '{"name": "Another", "status": "active", "marketplace_status": "published"}'
));
select tests.keep('others', tests.value_of('public.custom_assessments', tests.kept('another'), 'newest_version_id')::uuid);
select is(
  tests.refusal($$select public.version_changes(tests.kept('first'), tests.kept('others'))$$), 'PT422 INVALID_ARGUMENT',
  'a version of another assessment'
);
select is(
  public.version_changes(tests.kept('first'), tests.kept('second')) #>> '{results,differ}', '1', 'the service may compare'
);
select is(
  tests.refusal($$select public.version_changes(tests.kept('first'), definition => tests.definition())$$),
  'PT403 ASSESSMENT_ACCESS_DENIED', 'but an unsaved definition is its author''s to try'
);
select tests.as_user(tests.kept('other'));
select is(
  tests.refusal($$select public.version_changes(tests.kept('first'), tests.kept('second'))$$), 'PT404 VERSION_NOT_FOUND',
  'what one may not see answers as what does not exist'
);
select is(
  public.version_changes(tests.kept('others'), tests.kept('others')) -> 'results',
  '{"considered": 0, "restated": 0, "differ": 0}'::jsonb, 'what everyone reads may be compared by everyone'
);
select is(
  tests.refusal($$select public.version_changes(tests.kept('others'), definition => tests.definition())$$),
  'PT403 ASSESSMENT_ACCESS_DENIED', 'but not with a definition of one''s own'
);
select tests.as_user(tests.kept('creator'));
select is(
  tests.refusal($$select public.version_changes(tests.kept('first'), tests.kept('second'))$$), 'PT404 VERSION_NOT_FOUND',
  'who reads a result need not read the versions'
);
select tests.as_anon();
select is(
  tests.refusal($$select public.version_changes(tests.kept('others'), tests.kept('others'))$$), '42501',
  'a visitor does not ask'
);

select * from finish();
rollback;
