-- custom-assessments 0.2.0 privileges sha256:63772261c456b4b85c0c0a9d79389552a806968be6835a063e1380b12717ae22
-- Schemas and privileges: closed first, opened by name. Tables and the functions that clients call are closed where
-- they are made, the functions of the schema private in access/closed.sql; access/grants.sql opens them, and reads as the
-- list of who may do what.

create schema if not exists extensions;
create schema if not exists private;
comment on schema private is 'Internal: trigger functions, validators and the job table. Never exposed through the API.';

-- Policies and invoker triggers run as the caller and call helpers in here, so the roles need USAGE; what they may
-- call or read is granted object by object.
revoke all on schema private from public;
grant usage on schema private to anon, authenticated, service_role;

-- A new function is executable by everyone unless this is said in its global form ("in schema" does nothing here). A
-- project may have set other defaults for its roles: those of the schema private end here, so that what is made in it from
-- now on is closed from the beginning.
alter default privileges revoke execute on functions from public;
alter default privileges in schema private revoke execute on functions from anon, authenticated, service_role;
alter default privileges in schema private revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema private revoke all on sequences from anon, authenticated, service_role;

create extension if not exists unaccent with schema extensions;

-- Which tenants are whose. Every policy on a tenant's rows goes through private.my_tenant_ids().

-- The tenants whose owner is the caller; nothing for anon. SECURITY DEFINER, because policies must not depend on
-- what the host's own policies on tenant_profiles let the caller see. Policies write it as
-- tenant_id = any (array(select private.my_tenant_ids())), which is computed once a query and can use an index.
-- In plpgsql, which keeps the plan for the session: a SQL function that is SECURITY DEFINER cannot be inlined and is
-- planned anew in every statement, which costs more than the look-up. Few accounts own more than two tenants.
create or replace function private.my_tenant_ids()
returns setof uuid
language plpgsql
stable
security definer
rows 2
set search_path = pg_catalog, pg_temp
as $$
declare
  me constant uuid := auth.uid();
begin
  return query
    select tenant.id from public.tenant_profiles as tenant where tenant.user_id = me;
end
$$;

-- The owner of a tenant; null for a tenant that does not exist. SECURITY DEFINER, because a trusted writer need not be
-- granted the host's tenant_profiles.
create or replace function private.tenant_owner(tenant_id uuid)
returns uuid
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return (select tenant.user_id from public.tenant_profiles as tenant where tenant.id = tenant_owner.tenant_id);
end
$$;

-- Deactivated tenants, whose listings are not shown. SECURITY DEFINER, because nobody may read other people's tenants.
-- In plpgsql, because a function in SQL that is SECURITY DEFINER is planned anew in every statement.
create or replace function private.inactive_tenant_ids()
returns setof uuid
language plpgsql
stable
security definer
rows 100
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select tenant.id from public.tenant_profiles as tenant where not tenant.is_active;
end
$$;
