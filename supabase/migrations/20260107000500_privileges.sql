-- custom-assessments 0.2.0 privileges sha256:ab06af6bb4153195bbdf4faf7366d0af39d61eb697b720945124463646fa6263
-- Schemas and privileges: everything is closed first and opened by name. Access to tables and to functions for clients is
-- revoked where they are created, access to functions of the schema private in access/closed.sql. access/grants.sql grants
-- access, and reads as the list of who may do what.

create schema if not exists extensions;
create schema if not exists private;
comment on schema private is 'Internal: trigger functions, validators and the job table. Never exposed through the API.';

-- Policies and invoker triggers run as the caller and call helpers in this schema, so the roles need USAGE. What they may
-- call or read is granted object by object.
revoke all on schema private from public;
grant usage on schema private to anon, authenticated, service_role;

-- A new function is executable by everyone unless the default privileges are changed globally ("in schema" has no effect
-- here). A project may have other defaults for its roles: those for the schema private are removed here, so that new
-- objects in it are closed from the start.
alter default privileges revoke execute on functions from public;
alter default privileges in schema private revoke execute on functions from anon, authenticated, service_role;
alter default privileges in schema private revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema private revoke all on sequences from anon, authenticated, service_role;

create extension if not exists unaccent with schema extensions;

-- Who owns which tenants. Every policy on a tenant's rows uses private.my_tenant_ids().

-- The tenants that the caller owns; none for anon. SECURITY DEFINER, because policies must not depend on what the host's
-- own policies on tenant_profiles let the caller see. Policies call it as tenant_id = any (array(select
-- private.my_tenant_ids())), which is computed once per query and can use an index. It is in plpgsql, which caches the plan
-- for the session: a SQL function that is SECURITY DEFINER cannot be inlined and is planned again in every statement, which
-- costs more than the look-up. Few accounts own more than two tenants.
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

-- The owner of a tenant; null if the tenant does not exist. SECURITY DEFINER, because a trusted writer may lack grants on
-- the host's tenant_profiles.
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

-- Whether a tenant was deactivated.
create or replace function private.is_inactive(tenant_id uuid)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return exists (select from public.tenant_profiles as tenant where tenant.id = is_inactive.tenant_id and not tenant.is_active);
end
$$;

-- Deactivated tenants, whose listings are hidden. SECURITY DEFINER, because callers cannot read other people's tenants. In
-- plpgsql, because a SECURITY DEFINER function in SQL is planned again in every statement.
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
