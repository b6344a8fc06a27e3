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
