-- An account that writes an assessment for another account's tenant is refused exactly as for a missing tenant, before
-- anything can reveal which slugs that tenant has.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
select plan(17);

create function tests.insert_for(tenant_id uuid, slug text) returns text
language sql
set search_path = pg_catalog, pg_temp
as $$
  select pg_catalog.format(
    'insert into public.custom_assessments (tenant_id, name, slug, definition) values (%L, ''N'', %L, tests.definition())',
    insert_for.tenant_id, insert_for.slug
  )
$$;

select tests.as_service();
select tests.keep('theirs', tests.create_assessment(tests.kept('others_tenant'), '{"slug": "secret", "status": "draft"}'));

select tests.as_user(tests.kept('owner'));
select is(
  tests.refusal(tests.insert_for(tests.kept('others_tenant'), 'new')), '42501 TENANT_ACCESS_DENIED', 'another tenant'
);
select is(
  tests.whole_refusal(tests.insert_for(tests.kept('others_tenant'), 'secret')),
  tests.whole_refusal(tests.insert_for(gen_random_uuid(), 'secret')),
  'a taken slug there, and a tenant that does not exist, give the same answer'
);
select is(
  tests.whole_refusal(tests.insert_for(tests.kept('others_tenant'), 'secret')) ->> 'hint',
  'Use the id of a tenant that the signed-in account owns.', 'the answer says what to do'
);
select is(
  tests.refusal(tests.insert_for(null, 'new')), '42501 TENANT_ACCESS_DENIED', 'no tenant'
);

-- Other accounts' rows cannot be changed.
update public.custom_assessments set name = 'Mine now'
where id = tests.kept('theirs');
select is(tests.assessment_value(tests.kept('theirs'), 'name'), 'Clear Speech', 'an update changes nothing');
delete from public.custom_assessments
where id = tests.kept('theirs');
select is(tests.assessment_value(tests.kept('theirs'), 'name'), 'Clear Speech', 'a delete removes nothing');
select is_empty(
  format('select 1 from public.custom_assessments where id = %L', tests.kept('theirs')), 'a draft of others is not there'
);

select tests.as_user(tests.kept('stranger'));
select is(
  tests.refusal(tests.insert_for(tests.kept('tenant'), 'new')), '42501 TENANT_ACCESS_DENIED',
  'an account without a tenant writes for nobody'
);

select tests.as_anon();
select is(tests.refusal(tests.insert_for(tests.kept('tenant'), 'new')), '42501', 'a visitor cannot insert');
select is(tests.refusal('update public.custom_assessments set name = ''x'''), '42501', 'nor update');
select is(tests.refusal('delete from public.custom_assessments'), '42501', 'nor delete');
select is(tests.refusal('truncate public.custom_assessments cascade'), '42501', 'nor empty the table');

select tests.as_user(tests.kept('owner'));
select is(tests.refusal('truncate public.custom_assessments cascade'), '42501', 'an owner cannot empty the table');
select tests.as_service();
select is(tests.refusal('truncate public.custom_assessments cascade'), '42501', 'nor can the service role');

-- RLS is a second defence after the trigger.
select tests.as_postgres();
set constraints all immediate;
alter table public.custom_assessments disable trigger assessment_1_authority;
select tests.as_user(tests.kept('owner'));
select is(
  tests.refusal(tests.insert_for(tests.kept('others_tenant'), 'new')), '42501', 'without the trigger the policy refuses'
);
select tests.as_postgres();
alter table public.custom_assessments enable trigger assessment_1_authority;
select is(
  (
    select count(*)::integer from public.custom_assessments
    where tenant_id = tests.kept('others_tenant')
  ), 1,
  'the other tenant has what it had'
);
select results_eq(
  format('select stem from private.slug_series where tenant_id = %L order by stem', tests.kept('others_tenant')),
  array['', 'secret'],
  'and its series of slugs was not touched'
);

select * from finish();
rollback;
