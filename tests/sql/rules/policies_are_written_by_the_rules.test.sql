-- The rules for every policy: it names its roles, nothing in it is called once per row, an update is checked before and
-- after, and no two permissive policies apply to one role and verb. Each search is shown to find a policy that breaks its
-- rule.
begin;
\ir ../helpers.psql
select plan(15);

create view tests.policies as
select
  polrelid::regclass::text || ': ' || polname as policy,
  polrelid::regclass as relation,
  polpermissive as permissive,
  polroles as roles,
  polcmd as verb,
  polqual is not null as binds_before,
  polwithcheck is not null as binds_after,
  concat_ws(' ', pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)) as says
from pg_catalog.pg_policy
inner join pg_catalog.pg_class on pg_class.oid = polrelid
where relnamespace in ('public'::regnamespace, 'private'::regnamespace);

create view tests.without_roles as
select policy from tests.policies
where 0 = any(roles);

-- A separate subquery is computed once: ( SELECT auth.uid() AS uid).
create view tests.called_once_a_row as
select policy from tests.policies
where regexp_replace(says, '\( SELECT \w+\.\w+\(\) AS \w+\)', '', 'g') ~ '\m(auth|public|private)\.\w+\(|current_setting\(';

create view tests.update_bound_on_one_side as
select policy from tests.policies
where verb in ('w', '*') and not (binds_before and binds_after);

create view tests.adding_up as
select
  relation,
  role,
  verb
from (
  select
    policies.relation,
    role.oid::regrole as role,
    verb.verb
  from tests.policies
  cross join unnest(array['r', 'a', 'w', 'd']) as verb (verb)
  inner join pg_catalog.pg_roles as role on role.oid = any(policies.roles) or 0 = any(policies.roles)
  where policies.permissive and policies.verb in (verb.verb, '*')
) as granted
group by relation, role, verb
having count(*) > 1;

create view tests.open_tables as
select oid::regclass as relation
from pg_catalog.pg_class
where relnamespace in ('public'::regnamespace, 'private'::regnamespace) and relkind in ('r', 'p') and not relrowsecurity;

create view tests.open_views as
select oid::regclass as relation
from pg_catalog.pg_class
where
  relnamespace in ('public'::regnamespace, 'private'::regnamespace) and relkind in ('v', 'm')
  and not coalesce(reloptions && array['security_invoker=true', 'security_invoker=on'], false);

select cmp_ok((select count(*) from tests.policies), '>', 10::bigint, 'there are policies to look at');
select is_empty('select * from tests.without_roles', 'every policy names its roles');
select is_empty('select * from tests.called_once_a_row', 'no policy calls a function once a row');
select is_empty('select * from tests.update_bound_on_one_side', 'every update is bound before and after');
select is_empty('select * from tests.adding_up', 'there is one permissive policy for a table, role and verb');
select is_empty('select * from tests.open_tables', 'every table has row-level security');
select is_empty('select * from tests.open_views', 'every view reads as its caller');

-- The searches find what they should.
create table public.careless (id uuid);
create view public.careless_view as select * from public.careless;
select is((select array_agg(relation::text) from tests.open_tables), array['careless'], 'an open table is found');
select is((select array_agg(relation::text) from tests.open_views), array['careless_view'], 'an open view is found');
alter table public.careless enable row level security;
create policy everybody on public.careless for select using (true);
create policy a_call_a_row on public.careless for insert to authenticated with check (id = auth.uid());
create policy a_set_a_row on public.careless for delete to authenticated
using (exists (
  select from private.my_tenant_ids() as mine (id)
  where mine.id = careless.id
));
create policy one_side on public.careless for update to authenticated using (id = (select auth.uid()));
create policy all_of_it on public.careless to authenticated using (true) with check (true);
select set_eq('select policy from tests.without_roles', array['careless: everybody'], 'a policy for everybody is found');
select set_eq(
  'select policy from tests.called_once_a_row', array['careless: a_call_a_row', 'careless: a_set_a_row'],
  'calls for each row are found'
);
select set_eq(
  'select policy from tests.update_bound_on_one_side', array['careless: one_side'], 'an update bound on one side is found'
);
select set_eq(
  $$select verb from tests.adding_up where role = 'authenticated'::regrole and relation = 'public.careless'::regclass$$,
  array['r', 'a', 'w', 'd'], 'policies that add up are found, for each verb of a policy for all'
);
select is_empty('select * from tests.open_tables', 'a closed table is not found');
create or replace view public.careless_view with (security_invoker = true) as select * from public.careless;
select is_empty('select * from tests.open_views', 'nor is a view that reads as its caller');

select * from finish();
rollback;
