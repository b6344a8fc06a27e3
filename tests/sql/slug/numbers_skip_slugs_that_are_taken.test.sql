-- A generated slug never equals a taken one, however it was taken, and does not skip a free one.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
select plan(8);

create function tests.next_slug() returns text
language sql
set search_path = pg_catalog, pg_temp
as $$
  select tests.assessment_value(tests.create_assessment(tests.kept('tenant'), '{"name": "Compass"}'), 'slug')
$$;

select tests.as_user(tests.kept('owner'));
select tests.create_assessment(tests.kept('tenant'), jsonb_build_object('slug', given.slug))
from (values ('compass-2'), ('compass-4'), ('compass-2026')) as given (slug);

select is(tests.next_slug(), 'compass', 'the plain slug is free and is given');
select is(tests.next_slug(), 'compass-3', '2 is taken');
select is(tests.next_slug(), 'compass-5', '4 is taken');
select is(tests.next_slug(), 'compass-6', 'a far number does not move the series');

delete from public.custom_assessments
where slug in ('compass', 'compass-6');
select is(tests.next_slug(), 'compass', 'the plain slug is given again once it is free');
select is(tests.next_slug(), 'compass-7', 'numbers are not given twice');

select tests.keep('renamed', (
  select id from public.custom_assessments
  where slug = 'compass-7'
));
update public.custom_assessments set slug = null
where id = tests.kept('renamed');
select is(
  tests.assessment_value(tests.kept('renamed'), 'slug'), 'compass-8', 'a slug that is set to null is made from the name'
);
update public.custom_assessments set name = 'North Star'
where id = tests.kept('renamed');
select is(tests.assessment_value(tests.kept('renamed'), 'slug'), 'compass-8', 'a new name leaves the slug alone');

select * from finish();
rollback;
