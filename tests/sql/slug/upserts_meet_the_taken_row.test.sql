-- `insert ... on conflict` refers to the existing row: a taken slug is its arbiter, not an error.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
select plan(6);

select tests.as_service();
select tests.keep('first', tests.create_assessment(tests.kept('tenant'), '{"slug": "compass"}'));

insert into public.custom_assessments (tenant_id, name, slug, definition)
values (tests.kept('tenant'), 'Upserted', 'compass', tests.definition())
on conflict (tenant_id, slug) do update set name = excluded.name;
select is(tests.assessment_value(tests.kept('first'), 'name'), 'Upserted', 'an upsert on tenant and slug updates the row');

insert into public.custom_assessments (id, tenant_id, name, slug, definition)
values (tests.kept('first'), tests.kept('tenant'), 'By id', 'compass', tests.definition())
on conflict (id) do update set name = excluded.name;
select is(tests.assessment_value(tests.kept('first'), 'name'), 'By id', 'an upsert on the id too');

insert into public.custom_assessments (id, tenant_id, name, definition)
values (tests.kept('first'), tests.kept('tenant'), 'Compass', tests.definition())
on conflict (id) do update set name = excluded.name, slug = excluded.slug;
select is(
  tests.assessment_value(tests.kept('first'), 'slug'), 'compass', 'a slug that is made for the row itself is its own'
);

insert into public.custom_assessments (tenant_id, name, slug, definition)
values (tests.kept('tenant'), 'Again', 'compass', tests.definition())
on conflict do nothing;
select is((
  select count(*)::integer from public.custom_assessments
  where tenant_id = tests.kept('tenant')
), 1, 'no second row');

select throws_ok(
  $$
    insert into public.custom_assessments (tenant_id, name, slug, definition)
    values (tests.kept('tenant'), 'Bad', 'compass', '{}')
    on conflict (tenant_id, slug) do update set definition = excluded.definition
  $$,
  'PT422', 'The assessment definition is not valid.', 'an upsert passes the same checks'
);
select is(
  (
    select definition from public.custom_assessments
    where id = tests.kept('first')
  ), tests.definition(),
  'and the row is as it was'
);

select * from finish();
rollback;
