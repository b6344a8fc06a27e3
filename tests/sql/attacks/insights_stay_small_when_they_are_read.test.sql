-- A number such as 1e131071 takes ten bytes in jsonb and 131,072 characters when it is read: without a limit, one agent
-- could make a link, and its tenant's list of results, unreadable.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../sessions.psql
select plan(8);

create function tests.hand_in(insights text) returns text
language sql
set search_path = pg_catalog, pg_temp
as $$
  select tests.refusal(pg_catalog.format(
    'select public.complete_assessment_session(%L, ''coaching'', ''{"Clarity": 4}'', %L)', tests.kept('coaching'), insights
  ))
$$;
create function tests.write_with(insights text) returns text
language sql
set search_path = pg_catalog, pg_temp
as $$
  select tests.refusal(pg_catalog.format(
    'select tests.create_result(%L, ''coaching'', pg_catalog.jsonb_build_object(''ai_insights'', %L::jsonb))',
    tests.kept('coaching'), insights
  ))
$$;
grant execute on all functions in schema tests to public;

select tests.as_service();
select is(tests.hand_in('[1e131071]'), 'PT422 INVALID_ARGUMENT', 'handed in: a number of 131,072 digits');
select is(tests.hand_in('[0.' || repeat('0', 16000) || '1]'), 'PT422 INVALID_ARGUMENT', 'a number of 16,001 places');
select is(tests.hand_in('["' || repeat('x', 512000) || '"]'), 'PT422 INVALID_ARGUMENT', 'more than 500 KB');
select is(tests.hand_in(repeat('[', 3000) || repeat(']', 3000)), 'PT422 INVALID_ARGUMENT', 'nested 3,000 deep');
select is(tests.write_with('[1e131071]'), 'PT422 INVALID_ARGUMENT', 'written directly: a number of 131,072 digits');
select is(tests.write_with('["' || repeat('x', 512000) || '"]'), 'PT422 INVALID_ARGUMENT', 'more than 500 KB');
select is(
  tests.refusal(format(
    'select tests.create_result(%L, ''coaching'', ''{"dimension_scores": {"Clarity": 4.%s}}'')',
    tests.kept('coaching'), repeat('0', 16000)
  )),
  'PT422 SCORES_INVALID', 'a score of 16,000 decimal places'
);
select is(
  tests.write_with('[{"note": "She asks before she answers.", "weight": 0.25}]'), 'done', 'ordinary insights are taken'
);

select * from finish();
rollback;
