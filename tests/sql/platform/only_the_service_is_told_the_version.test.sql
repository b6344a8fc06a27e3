-- The worker asks for the database's release; no other role can read it.
begin;
\ir ../helpers.psql
select plan(4);

select tests.as_service();
select matches(public.custom_assessments_version(), '^[0-9]+\.[0-9]+\.[0-9]+$', 'service_role is told the release');

select tests.as_anon();
select throws_ok(
  'select public.custom_assessments_version()', '42501',
  'permission denied for function custom_assessments_version', 'a visitor is not'
);

select tests.as_user(gen_random_uuid());
select throws_ok(
  'select public.custom_assessments_version()', '42501',
  'permission denied for function custom_assessments_version', 'nor is a signed-in account'
);
select throws_ok(
  'select private.version()', '42501',
  'permission denied for function version', 'nor by the function behind it'
);

select * from finish();
rollback;
