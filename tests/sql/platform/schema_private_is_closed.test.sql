-- Nothing in the private schema can be read or written by the API's roles, but for what a grant names.
begin;
\ir ../helpers.psql
select plan(5);

select is_empty(
  $$
    select format('%s may %s %s', role.name, verb.name, pg_class.oid::regclass)
    from pg_catalog.pg_class
    cross join (values ('anon'), ('authenticated'), ('service_role')) as role (name)
    cross join (values ('select'), ('insert'), ('update'), ('delete'), ('truncate'), ('references'), ('trigger'))
      as verb (name)
    where pg_class.relnamespace = 'private'::regnamespace
      and pg_class.relkind in ('r', 'v', 'm', 'p')
      and has_table_privilege(role.name, pg_class.oid, verb.name)
      -- What the view public.job_queue, the view of listings, the changes between versions and triggers that refuse read with
      -- their caller's rights.
      and (role.name, verb.name, pg_class.relname) not in (
        ('service_role', 'select', 'jobs'), ('anon', 'select', 'listings'), ('authenticated', 'select', 'listings'),
        ('service_role', 'select', 'listings'), ('authenticated', 'select', 'refusals'),
        ('service_role', 'select', 'refusals'), ('authenticated', 'select', 'change_rules'),
        ('service_role', 'select', 'change_rules')
      )
  $$,
  'no table of the private schema is open beyond what two views and the refusals need'
);
select is_empty(
  $$
    select format('%s may use %s', role.name, pg_class.oid::regclass)
    from pg_catalog.pg_class
    cross join (values ('anon'), ('authenticated'), ('service_role')) as role (name)
    where pg_class.relnamespace = 'private'::regnamespace
      and pg_class.relkind = 'S'
      and has_sequence_privilege(role.name, pg_class.oid, 'usage, select, update')
  $$,
  'nor a sequence'
);
select is_empty(
  $$
    select oid::regclass::text
    from pg_catalog.pg_class
    where relnamespace in ('private'::regnamespace, 'public'::regnamespace) and relkind in ('r', 'p') and not relrowsecurity
  $$,
  'row-level security is on for every table'
);
select is_empty(
  $$
    select role.name
    from (values ('anon'), ('authenticated'), ('service_role')) as role (name)
    where has_schema_privilege(role.name, 'private', 'create') or has_schema_privilege(role.name, 'public', 'create')
  $$,
  'nobody may make anything in either schema'
);

create function private.made_later() returns integer language sql set search_path = pg_catalog, pg_temp as 'select 1';
select is_empty(
  $$
    select role.name
    from (values ('anon'), ('authenticated'), ('service_role')) as role (name)
    where has_function_privilege(role.name, 'private.made_later()', 'execute')
  $$,
  'a function that is made later is closed until it is granted'
);

select * from finish();
rollback;
