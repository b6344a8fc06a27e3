-- create_tenant: one tenant for an account that has none, if the operator allows it.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
select plan(15);

select tests.as_postgres();
select is((
  select value from private.settings
  where name = 'create_tenant'
), 1::numeric, 'allowed where the table is ours');

select tests.as_user(tests.kept('stranger'));
select is(tests.refusal($$select public.create_tenant('A', 'Not a slug')$$), 'PT422 INVALID_SLUG', 'a slug has its format');
select is(tests.refusal($$select public.create_tenant('A', 'tenant')$$), 'PT409 SLUG_TAKEN', 'and is free');
select is(tests.refusal($$select public.create_tenant('  ')$$), 'PT422 INVALID_ARGUMENT', 'a name is needed');
select is(tests.refusal('select public.create_tenant(null)'), 'PT422 INVALID_ARGUMENT', 'so is null refused');
select is(tests.refusal($$select public.create_tenant('<b>A</b>')$$), 'PT422 INVALID_ARGUMENT', 'HTML');
select is(tests.refusal($$select public.create_tenant(E'A\u202eB')$$), 'PT422 INVALID_ARGUMENT', 'hidden characters');
select is(tests.refusal($$select public.create_tenant(repeat('x', 201))$$), 'PT422 INVALID_ARGUMENT', 'more than 200 characters');
select is(
  public.create_tenant(' Tenant ') - 'id',
  jsonb_build_object('display_name', 'Tenant', 'slug', 'tenant-' || left(tests.kept('stranger')::text, 8)),
  'a slug made from the name is made free'
);
select results_eq(
  'select user_id, display_name, is_active, subscription_tier from public.tenant_profiles',
  $$values (tests.kept('stranger'), 'Tenant', true, 'free')$$, 'the account owns it'
);
select is(
  tests.refusal(
    'insert into public.custom_assessments (tenant_id, name, definition) '
    'select id, ''First'', tests.definition() from public.tenant_profiles'
  ), 'done', 'and can work in it'
);
select is(tests.refusal($$select public.create_tenant('Second')$$), 'PT409 TENANT_EXISTS', 'a second one is the operator''s to make');

select tests.as_postgres();
update private.settings set value = 0
where name = 'create_tenant';
select tests.keep('late', tests.create_user('late@example.test'));
select tests.as_user(tests.kept('late'));
select is(tests.refusal($$select public.create_tenant('Late')$$), '42501 TENANT_ACCESS_DENIED', 'the operator can turn it off');
select is_empty('select from public.tenant_profiles', 'then there is none');
select tests.as_anon();
select is(tests.refusal($$select public.create_tenant('A')$$), '42501', 'never without an account');

select * from finish();
rollback;
