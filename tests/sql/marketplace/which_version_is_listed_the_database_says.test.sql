-- The database sets which version is listed, and since when; no role can write it.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
select plan(7);

select tests.as_service();
select tests.keep('one', tests.create_assessment(tests.kept('tenant'), '{"slug": "one", "status": "active",
  "listed_version_id": "00000000-0000-0000-0000-000000000001", "listed_at": "2020-01-01"}'));
select is(tests.assessment_value(tests.kept('one'), 'listed_version_id'), null, 'none is listed, whatever an insert says');
select is(tests.assessment_value(tests.kept('one'), 'listed_at'), null, 'at no time');
update public.custom_assessments set listed_version_id = newest_version_id, listed_at = '2020-01-01'
where id = tests.kept('one');
select is(tests.assessment_value(tests.kept('one'), 'listed_version_id'), null, 'nor does an update list it');
update public.custom_assessments set marketplace_status = 'published'
where id = tests.kept('one');
select is(
  tests.assessment_value(tests.kept('one'), 'listed_version_id'), tests.assessment_value(tests.kept('one'), 'newest_version_id'),
  'what is published is listed'
);
select is(tests.assessment_value(tests.kept('one'), 'listed_at')::timestamptz, now(), 'from then on');
update public.custom_assessments set listed_version_id = gen_random_uuid(), listed_at = '2020-01-01'
where id = tests.kept('one');
select is(
  tests.assessment_value(tests.kept('one'), 'listed_version_id'), tests.assessment_value(tests.kept('one'), 'newest_version_id'),
  'which no other version replaces by hand'
);
update public.custom_assessments set marketplace_status = 'private'
where id = tests.kept('one');
select is(tests.assessment_value(tests.kept('one'), 'listed_version_id'), null, 'until it is private');

select * from finish();
rollback;
