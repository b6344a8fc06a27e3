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
