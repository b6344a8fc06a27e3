-- The author of a published assessment wants to know how another tenant's respondent scored. If version_changes counted
-- results that its caller cannot read, a category whose range is halved each time would find any score: 38 calls for two
-- scores of two decimal places.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../sessions.psql
select plan(5);

-- Everything below is one category, above it another one.
create function tests.cut_at(bound numeric) returns jsonb
language sql
set search_path = pg_catalog, pg_temp
as $$
  select tests.definition() || pg_catalog.jsonb_build_object('resultCategories', pg_catalog.jsonb_build_array(
    pg_catalog.jsonb_build_object('name', 'Capable', 'scoreRange', pg_catalog.jsonb_build_array(1.00, bound)),
    pg_catalog.jsonb_build_object('name', 'High', 'scoreRange', pg_catalog.jsonb_build_array(bound + 0.01, 5.00))
  ))
$$;

-- The overall score that bisection finds, as the current role; null if every answer is the same.
create function tests.bisected(version_id uuid) returns numeric
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  low numeric := 1.00;
  high numeric := 5.00;
  middle numeric;
  moved boolean;
begin
  while low < high loop
    middle := pg_catalog.round((low + high) / 2 - 0.005, 2);
    moved := (public.version_changes(version_id, definition => tests.cut_at(middle)) #>> '{results,differ}')::integer > 0;
    if moved then
      low := middle + 0.01;
    else
      high := middle;
    end if;
  end loop;
  return low;
end
$$;
grant execute on all functions in schema tests to public;

-- The author's assessment, and a result that another tenant has of it: (2.75 + 3.5) / 2 = 3.13, Capable.
select tests.as_service();
update public.custom_assessments set marketplace_status = 'published'
where id = tests.kept('assessment');
select tests.keep('version', tests.value_of('public.custom_assessments', tests.kept('assessment'), 'newest_version_id')::uuid);
select tests.keep('session', tests.create_coaching_session(tests.kept('others_tenant'), tests.kept('assessment')));
select tests.create_result(tests.kept('session'), 'coaching', '{"dimension_scores": {"Clarity": 2.75, "Courage": 3.5}}');

select tests.as_user(tests.kept('owner'));
select is(tests.bisected(tests.kept('version')), 1.00, 'the author learns nothing from the results of others');
select is(
  public.version_changes(tests.kept('version'), definition => tests.cut_at(1.5)) -> 'results',
  '{"considered": 0, "restated": 0, "differ": 0}'::jsonb, 'which are not even counted'
);
select tests.as_user(tests.kept('other'));
select is(
  tests.refusal(format(
    'select public.version_changes(%L, definition => tests.cut_at(1.5))', tests.kept('version')
  )),
  'PT403 ASSESSMENT_ACCESS_DENIED', 'whose results they are has no definition to try'
);

-- Nor does the author learn about others' results by having its own.
select tests.as_service();
select tests.create_result(tests.kept('coaching'), 'coaching', '{"dimension_scores": {"Clarity": 2.5, "Courage": 2.5}}');
select tests.as_user(tests.kept('owner'));
select is(tests.bisected(tests.kept('version')), 2.50, 'the method works on what the author may read anyway');
select is(
  public.version_changes(tests.kept('version'), definition => tests.cut_at(1.5)) #>> '{results,considered}', '1',
  'and counts that alone'
);

select * from finish();
rollback;
