-- An update of an active assessment's definition that does not raise the version raises the minor by one.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
select plan(14);

create function tests.other_definition(n integer) returns jsonb
language sql
set search_path = pg_catalog, pg_temp
as $$ select tests.definition() || pg_catalog.jsonb_build_object('edition', n) $$;

select tests.as_user(tests.kept('owner'));
select tests.keep('draft', tests.create_assessment(tests.kept('tenant'), '{"slug": "draft"}'));
select tests.keep('active', tests.create_assessment(tests.kept('tenant'), '{"slug": "active", "status": "active"}'));

update public.custom_assessments set definition = tests.other_definition(1)
where id = tests.kept('draft');
select is(tests.assessment_value(tests.kept('draft'), 'version'), '1.0', 'a draft keeps its version');

update public.custom_assessments set definition = tests.other_definition(1)
where id = tests.kept('active');
select is(tests.assessment_value(tests.kept('active'), 'version'), '1.1', 'an active one goes from 1.0 to 1.1');

update public.custom_assessments set definition = tests.other_definition(1), name = 'Renamed'
where id = tests.kept('active');
select is(tests.assessment_value(tests.kept('active'), 'version'), '1.1', 'the same definition again raises nothing');

update public.custom_assessments set description = 'New words'
where id = tests.kept('active');
select is(tests.assessment_value(tests.kept('active'), 'version'), '1.1', 'nor does another column');

update public.custom_assessments set definition = tests.other_definition(2), version = '1.1'
where id = tests.kept('active');
select is(tests.assessment_value(tests.kept('active'), 'version'), '1.2', 'sending the present version does not raise it');

update public.custom_assessments set definition = tests.other_definition(3), version = '2.0'
where id = tests.kept('active');
select is(tests.assessment_value(tests.kept('active'), 'version'), '2.0', 'a raised version is taken as it is');

update public.custom_assessments set version = '2.9'
where id = tests.kept('active');
update public.custom_assessments set definition = tests.other_definition(4)
where id = tests.kept('active');
select is(tests.assessment_value(tests.kept('active'), 'version'), '2.10', '2.10 comes after 2.9');
update public.custom_assessments set version = '2.11'
where id = tests.kept('active');
select is(tests.assessment_value(tests.kept('active'), 'version'), '2.11', 'versions compare as numbers, not as text');

update public.custom_assessments set definition = tests.other_definition(5), status = 'archived'
where id = tests.kept('active');
select is(
  tests.assessment_value(tests.kept('active'), 'version'), '2.12', 'a change on the way into the archive counts too'
);

select tests.as_service();
update public.custom_assessments set status = 'active'
where id = tests.kept('active');
update public.custom_assessments set definition = tests.other_definition(6)
where id = tests.kept('active');
select is(tests.assessment_value(tests.kept('active'), 'version'), '2.13', 'the service role is served alike');

select is(
  tests.refusal(format(
    $$update public.custom_assessments set version = '2.999999999' where id = %L$$, tests.kept('active')
  )),
  'done', 'a part of a version has up to nine digits'
);
select is(
  tests.refusal(format(
    $$update public.custom_assessments set definition = tests.other_definition(7) where id = %L$$, tests.kept('active')
  )),
  'PT422 INVALID_VERSION', 'where the minor cannot be raised, the change is refused'
);
select is(tests.assessment_value(tests.kept('active'), 'version'), '2.999999999', 'and the version is as it was');
select is(
  (
    select (definition ->> 'edition')::integer from public.custom_assessments
    where id = tests.kept('active')
  ), 6,
  'and so is the definition'
);

select * from finish();
rollback;
