-- The id of a removed dimension can only name the same dimension again, because results are compared by it.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
select plan(8);

-- Stores the definition with another first dimension; returns the row's number, or the refusal.
create function tests.with_first(dimension jsonb) returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  changed constant jsonb := jsonb_set(
    tests.definition(), '{dimensions,0}',
    '{"weight": 0.5, "description": "Says what is meant."}'::jsonb || dimension);
  outcome constant text := tests.refusal(format(
    'update public.custom_assessments set definition = %L where id = %L', changed, tests.kept('one')));
begin
  return case when outcome = 'done' then tests.assessment_value(tests.kept('one'), 'version') else outcome end;
end
$$;

select tests.as_user(tests.kept('owner'));
select tests.keep('one', tests.create_assessment(tests.kept('tenant'), '{"status": "active"}'));

select is(tests.with_first('{"name": "Candor"}'), '2.0', 'an id goes, and another one comes');
select is(
  tests.with_first('{"name": "Clarity", "description": "Speaks in short sentences."}'), 'PT422 ASSESSMENT_VALIDATION_ERROR',
  'the id does not come back for another dimension of that name'
);
select is(
  tests.with_first('{"name": "Plain Speech", "id": "clarity"}'), 'PT422 ASSESSMENT_VALIDATION_ERROR',
  'nor when it is stated'
);
select is(
  (
    tests.whole_refusal(format(
      'update public.custom_assessments set definition = %L where id = %L',
      jsonb_set(tests.definition(), '{dimensions,0,description}', '"Speaks in short sentences."'), tests.kept('one')
    )) ->> 'details'
  )::jsonb #> '{faults,0}',
  '{"path": "$.dimensions[0].id", "reason": "removed-id", "expected": "another id, such as \"clarity-2\": \"clarity\" was '
  'removed, and the dimension that it named is not this one"}'::jsonb,
  'and the refusal says where, and which id is free'
);
select tests.as_service();
select is(
  tests.with_first('{"name": "Clarity", "description": "Speaks in short sentences."}'), 'PT422 ASSESSMENT_VALIDATION_ERROR',
  'the service role is judged alike'
);
select is(
  tests.with_first('{"name": "Clarity", "id": "clarity-2", "description": "Speaks in short sentences."}'), '3.0',
  'the id that was proposed is taken'
);
select is(tests.with_first('{"name": "Clarity", "id": "clarity"}'), '4.0', 'what comes back unchanged has its id back');
select is(
  tests.with_first('{"name": "Clear Speech", "id": "clarity", "description": "Speaks clearly."}'), '4.1',
  'and may be changed from then on'
);

select * from finish();
rollback;
