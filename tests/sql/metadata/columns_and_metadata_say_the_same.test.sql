-- definition.metadata and the columns never contradict each other: the column is the value, and a key that is there equals it.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
select plan(68);

-- A definition with this metadata.
create function tests.with(metadata jsonb) returns jsonb
language sql
set search_path = pg_catalog, pg_temp
as $$ select tests.definition() || pg_catalog.jsonb_build_object('metadata', metadata) $$;

-- Inserts, and says what the row has: its disclosure and that of its metadata; or the refusal.
create function tests.insert_of(metadata jsonb, columns jsonb default '{}') returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  outcome text := tests.refusal(format(
    'select tests.keep(''row'', tests.create_assessment(tests.kept(''tenant''), %L))',
    columns || jsonb_build_object('definition', tests.with(metadata))));
begin
  return case when outcome = 'done' then tests.shown() else outcome end;
end
$$;
create function tests.shown() returns text
language sql
set search_path = pg_catalog, pg_temp
as $$
  select tests.assessment_value(tests.kept('row'), 'result_disclosure')
         || ' ' || coalesce(tests.assessment_value(tests.kept('row'), 'definition')::jsonb #>> '{metadata,resultDisclosure}', '-')
$$;
create function tests.change(assignments text) returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  outcome text := tests.refusal(format(
    'update public.custom_assessments set %s where id = %L', assignments, tests.kept('row')));
begin
  return case when outcome = 'done' then tests.shown() else outcome end;
end
$$;
create function tests.set_metadata(metadata jsonb, more text default '') returns text
language sql
set search_path = pg_catalog, pg_temp
as $$ select tests.change(pg_catalog.format('definition = %L%s', tests.with(metadata), more)) $$;
create function tests.numbers() returns text
language sql
set search_path = pg_catalog, pg_temp
as $$
  select tests.assessment_value(tests.kept('row'), 'version')
         || ' ' || coalesce(tests.assessment_value(tests.kept('row'), 'definition')::jsonb #>> '{metadata,version}', '-')
$$;
grant execute on all functions in schema tests to public;

-- Each for an owner, and for the service role, whom integrity binds alike.
create function tests.all_of_it(who text) returns setof text
language plpgsql
set search_path = pg_catalog, pg_temp, extensions
as $$
begin
  -- On insert ------------------------------------------------------------------------------------------------
  return next is(tests.insert_of('{"resultDisclosure": "none"}'), 'none none', who || ': a key wins over the default of a column');
  return next is(
    tests.insert_of('{"resultDisclosure": "none"}', '{"result_disclosure": "full"}'), 'none none', who || ': that is written out, too');
  return next is(
    tests.insert_of('{"resultDisclosure": "none"}', '{"result_disclosure": "teaser"}'), 'PT422 ASSESSMENT_VALIDATION_ERROR',
    who || ': over any other value it does not');
  return next is(
    tests.insert_of('{"resultDisclosure": "teaser"}', '{"result_disclosure": "teaser"}'), 'teaser teaser', who || ': both may say the same');
  return next is(
    tests.insert_of('{}', '{"result_disclosure": "none"}'), 'none -', who || ': a key that is missing says nothing, and is not added');
  return next is(tests.insert_of('{}'), 'full -', who || ': nor is a default');

  -- On update: the key -----------------------------------------------------------------------------------------
  perform tests.insert_of('{"resultDisclosure": "none"}');
  return next is(tests.set_metadata('{"resultDisclosure": "teaser"}'), 'teaser teaser', who || ': the column follows a key that changed');
  return next is(tests.set_metadata('{}'), 'teaser -', who || ': a key that goes takes nothing along');
  return next is(tests.set_metadata('{"edition": 2}'), 'teaser -', who || ': and removes nothing later');
  return next is(tests.set_metadata('{"resultDisclosure": "none"}'), 'none none', who || ': one that comes is followed');

  -- On update: the column --------------------------------------------------------------------------------------
  return next is(tests.change('result_disclosure = ''full'''), 'full full', who || ': the key follows a column that changed');
  return next is(
    tests.set_metadata('{"resultDisclosure": "full", "edition": 3}', ', result_disclosure = ''teaser'''), 'teaser teaser',
    who || ': also where the definition is sent along as it was read');
  return next is(
    tests.set_metadata('{"resultDisclosure": "none"}', ', result_disclosure = ''none'''), 'none none', who || ': both may change to the same');
  return next is(
    tests.set_metadata('{"resultDisclosure": "full"}', ', result_disclosure = ''teaser'''), 'PT422 ASSESSMENT_VALIDATION_ERROR',
    who || ': both changed, and they differ');
  return next is(
    tests.set_metadata('{"resultDisclosure": "full"}', ', result_disclosure = ''none'''), 'PT422 ASSESSMENT_VALIDATION_ERROR',
    who || ': a column that is named counts as stated, with its old value too');
  return next is(tests.shown(), 'none none', who || ': and nothing is changed');
  return next is(tests.change('slug = ''plain-' || tests.kept('row') || ''''), 'none none', who || ': what names neither changes neither');

  -- The other columns ------------------------------------------------------------------------------------------
  perform tests.insert_of(
    '{"name": "Clear Speech", "description": "For teams.", "type": "comparative", "version": "1.4",
      "interviewStyle": {"default": 5, "allowOverride": false}}');
  return next is(
    (
      select row(assessment.name, assessment.version, assessment.description, assessment.assessment_type,
                 assessment.interview_style_default, assessment.interview_style_allow_override)::text
        from public.custom_assessments as assessment where assessment.id = tests.kept('row')
    ), '("Clear Speech",1.4,"For teams.",comparative,5,f)', who || ': every column is filled');
  perform tests.change(
    'name = ''Plain Speech'', description = null, assessment_type = ''single-outcome'', interview_style_default = 2, '
    'interview_style_allow_override = true, version = ''1.5''');
  return next is(
    tests.assessment_value(tests.kept('row'), 'definition')::jsonb -> 'metadata',
    '{"name": "Plain Speech", "type": "single-outcome", "version": "1.5", "interviewStyle": {"default": 2, "allowOverride": true}}'::jsonb,
    who || ': every key follows, and goes where the column says nothing');
  return next is(
    tests.insert_of('{"name": "Another"}'), 'PT422 ASSESSMENT_VALIDATION_ERROR', who || ': a name has no default, so two are a contradiction');

  -- JSON null --------------------------------------------------------------------------------------------------
  return query select is(
    tests.insert_of(metadata), 'PT422 ASSESSMENT_VALIDATION_ERROR', who || ': null is refused: ' || metadata)
    from unnest(array[
      '{"resultDisclosure": null}', '{"name": null}', '{"description": null}', '{"author": null}', '{"interviewStyle": null}',
      '{"interviewStyle": {"default": null}}'
    ]::jsonb[]) as metadata;
  return next is(tests.insert_of('{"edition": null}'), 'full -', who || ': but not in a key that the format does not know');
end
$$;
grant execute on function tests.all_of_it(text) to public;

select tests.as_user(tests.kept('owner'));
select tests.all_of_it('owner');
select tests.as_service();
select tests.all_of_it('service');

-- The refusal names both.
select is(
  (
    tests.whole_refusal(format(
      'insert into public.custom_assessments (tenant_id, name, definition, result_disclosure) values (%L, ''A'', %L, ''teaser'')',
      tests.kept('tenant'), tests.with('{"resultDisclosure": "none"}')
    )) ->> 'details'
  )::jsonb -> 'faults',
  '[{"path": "result_disclosure", "reason": "contradiction", "expected": "the value at $.metadata.resultDisclosure"},
    {"path": "$.metadata.resultDisclosure", "reason": "contradiction", "expected": "the value of the column result_disclosure"}]'::jsonb,
  'a contradiction is named at both places'
);

-- Numbers -----------------------------------------------------------------------------------------------------
select tests.as_user(tests.kept('owner'));
select tests.insert_of('{"version": "1.2"}', '{"status": "active"}');
select is(tests.numbers(), '1.2 1.2', 'a number in metadata is the row''s');
select tests.set_metadata('{"version": "1.2", "author": "Ada"}');
select is(tests.numbers(), '1.3 1.3', 'the present number, sent back, counts as not given, and the next one is written where it is');
select tests.set_metadata('{"version": "1.0", "author": "Bea"}');
select is(tests.numbers(), '1.4 1.4', 'so does a lower one');
select tests.set_metadata('{"version": "1.9", "author": "Bea"}');
select is(tests.numbers(), '1.9 1.9', 'a higher one is taken');
select tests.set_metadata('{"version": "1.9", "author": "Cleo"}', ', version = ''1.9''');
select is(tests.numbers(), '1.10 1.10', 'both, sent back, state none');
select tests.set_metadata('{"version": "1.10", "author": "Dora"}', ', version = ''1.11''');
select is(tests.numbers(), '1.11 1.11', 'the column states one');
select tests.set_metadata('{"version": "1.12", "author": "Eve"}', ', version = ''1.11''');
select is(tests.numbers(), '1.12 1.12', 'the key states one');
select is(
  tests.set_metadata('{"version": "1.13", "author": "Fay"}', ', version = ''1.14'''), 'PT422 ASSESSMENT_VALIDATION_ERROR',
  'two that are higher, and differ, are a contradiction'
);
select tests.change('description = ''In a column''');
select is(tests.numbers(), '1.13 1.13', 'a change of a column writes the number into the definition as well');
select is(
  (
    select version.definition #>> '{metadata,version}' from public.assessment_versions as version
    where version.id = (
      select assessment.newest_version_id from public.custom_assessments as assessment
      where assessment.id = tests.kept('row')
    )
  ), '1.13', 'and into that of the version'
);
select is(
  tests.set_metadata('{"version": "1.14", "scale": [0, 5]}'), 'PT422 INVALID_VERSION', 'one that is too low for the change is refused'
);
select tests.change('definition = definition #- ''{metadata,version}''');
select is(tests.numbers(), '1.13 -', 'a number that goes from the definition is not added again');

-- A template that is copied by a client: what was read, in a new row of one's own.
select tests.as_service();
select tests.insert_of('{"resultDisclosure": "teaser"}', '{"status": "active", "is_template": true}');
select tests.keep('template', tests.kept('row'));
select tests.as_user(tests.kept('owner'));
insert into public.custom_assessments (tenant_id, name, definition)
select
  tests.kept('tenant') as tenant_id,
  'My copy' as name,
  template.definition
from public.custom_assessments as template
where template.id = tests.kept('template');
select is(
  (
    select copied.result_disclosure from public.custom_assessments as copied
    where copied.name = 'My copy'
  ), 'teaser',
  'the copy of a template with a teaser shows a teaser'
);

select * from finish();
rollback;
