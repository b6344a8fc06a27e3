-- The database of the tests has the roles, privileges and restrictions of a Supabase project; if it were more permissive,
-- every other test of a denial would prove less.
begin;
\ir ../helpers.psql
select plan(22);

select is(current_user::text, 'postgres', 'tests run as postgres');

select results_eq(
  $$
    select rolname::text collate "default", rolsuper, rolbypassrls, rolcanlogin, rolinherit
    from pg_catalog.pg_roles
    where rolname in ('anon', 'authenticated', 'authenticator', 'postgres', 'service_role')
    order by 1
  $$,
  $$
    values
      ('anon', false, false, false, false),
      ('authenticated', false, false, false, false),
      ('authenticator', false, false, true, false),
      ('postgres', false, true, true, true),
      ('service_role', false, true, false, false)
  $$,
  'the API''s roles and postgres have their attributes, and none is a superuser'
);

select ok(pg_has_role('authenticator', 'anon', 'member'), 'authenticator can become anon');
select ok(pg_has_role('authenticator', 'authenticated', 'member'), 'authenticator can become authenticated');
select ok(pg_has_role('authenticator', 'service_role', 'member'), 'authenticator can become service_role');
select ok(not pg_has_role('authenticator', 'postgres', 'member'), 'authenticator cannot become postgres');

select is(
  (
    select rolname::text
    from pg_catalog.pg_database
    inner join pg_catalog.pg_roles on pg_roles.oid = datdba
    where datname = current_database()
  ),
  'postgres',
  'postgres owns the database'
);

select throws_ok(
  'create table auth.extra (id integer)', '42501', null, 'postgres cannot make a table in auth'
);
select throws_ok(
  'create table storage.extra (id integer)', '42501', null, 'postgres cannot make a table in storage'
);
select throws_ok(
  'alter table storage.objects enable row level security', '42501', null, 'postgres cannot alter a table of storage'
);
select throws_ok(
  'alter table auth.users add column extra text', '42501', null, 'postgres cannot alter a table of auth'
);
select throws_ok(
  'set local role supabase_auth_admin', '42501', null, 'postgres cannot become the service roles'
);
select throws_ok(
  'alter default privileges for role supabase_admin grant all on tables to anon', '42501', null,
  'postgres cannot change the default privileges of others'
);
select ok(
  has_table_privilege('postgres', 'auth.users', 'select with grant option')
  and not has_table_privilege('postgres', 'auth.users', 'insert with grant option'),
  'of the auth tables postgres can pass on only SELECT'
);
select lives_ok(
  'create table referrer (user_id uuid references auth.users (id))', 'postgres can refer to auth.users'
);
select lives_ok(
  'create extension if not exists unaccent with schema extensions', 'postgres can make a trusted extension'
);

-- Roles are switched for real, and the claims follow.

select tests.keep('somebody', tests.create_user('somebody@example.test'));

select tests.as_user(tests.kept('somebody'));
select is(
  array[current_user::text, auth.uid()::text, auth.role()],
  array['authenticated', tests.kept('somebody')::text, 'authenticated'],
  'as a user one is authenticated, with an id'
);
select throws_ok('select email from auth.users', '42501', null, 'a user cannot read the accounts');

select tests.as_anon();
select is(
  array[current_user::text, auth.uid()::text, auth.role()], array['anon', null, 'anon'], 'as anon one has no id'
);
select throws_ok('create table public.mine (id integer)', '42501', null, 'anon cannot make tables');

select tests.as_service();
select is(array[current_user::text, auth.uid()::text], array['service_role', null], 'the service role has no id');

select tests.as_postgres();
select is(array[current_user::text, auth.uid()::text], array['postgres', null], 'and one can come back');

select * from finish();
rollback;
