-- Accounts that have sold their tenant. They keep reading the results of campaigns that they created, and nothing else: the
-- platform's policies, and those of many hosts, let a campaign's creator write it, and so invite people and read their links.

-- All locks on the host's tables that the following statements need, taken at once with a short wait
-- (host_check/rules.sql).
select private.lock_host_tables(
  'access exclusive', 'public.tenant_profiles', 'public.campaigns', 'public.campaign_assignments'
);

create table if not exists private.former_owners (
  tenant_id uuid not null,
  user_id uuid not null,

  constraint former_owners_pkey primary key (user_id, tenant_id),
  constraint former_owners_tenant_id_fkey
  foreign key (tenant_id) references public.tenant_profiles (id) on delete cascade
);
comment on table private.former_owners is 'Which accounts owned a tenant before it was given to another account.';
alter table private.former_owners enable row level security;
revoke all on table private.former_owners from public, anon, authenticated, service_role;
create index if not exists idx_former_owners_tenant on private.former_owners (tenant_id);

-- SECURITY DEFINER, because the role that sells a tenant cannot write the list.
create or replace function private.note_former_owner()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into private.former_owners (tenant_id, user_id)
  values (old.id, old.user_id)
  on conflict on constraint former_owners_pkey do nothing;
  return null;
end
$$;

create or replace trigger note_former_owner
after update of user_id on public.tenant_profiles
for each row when (old.user_id is distinct from new.user_id and old.user_id is not null)
execute function private.note_former_owner();

-- The tenants that the caller owned and does not own now. SECURITY DEFINER, because no role can read the list.
create or replace function private.former_tenant_ids()
returns setof uuid
language plpgsql
stable
security definer
rows 1
set search_path = pg_catalog, pg_temp
as $$
declare
  me constant uuid := auth.uid();
begin
  return query
    select former.tenant_id
      from private.former_owners as former
      join public.tenant_profiles as tenant on tenant.id = former.tenant_id
     where former.user_id = me and tenant.user_id is distinct from me;
end
$$;

-- Their campaigns. SECURITY DEFINER, because the policy below hides these from the caller.
create or replace function private.former_campaign_ids()
returns setof uuid
language plpgsql
stable
security definer
rows 1
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
    select campaign.id
      from private.former_tenant_ids() as former (tenant_id)
      join public.campaigns as campaign on campaign.tenant_id = former.tenant_id;
end
$$;

-- Restrictive, so that it holds whatever the host's own policies allow. A view has no policies: its tables are the host's.
drop policy if exists "Who sold a tenant has no part in its campaigns" on public.campaigns;
create policy "Who sold a tenant has no part in its campaigns" on public.campaigns
as restrictive for all to authenticated
using (tenant_id is null or tenant_id <> all(array(select private.former_tenant_ids())))
with check (tenant_id is null or tenant_id <> all(array(select private.former_tenant_ids())));

do $assignments$
begin
  if (select relkind from pg_catalog.pg_class where oid = 'public.campaign_assignments'::regclass) in ('r', 'p') then
    drop policy if exists "Who sold a tenant has no part in its interviews" on public.campaign_assignments;
    create policy "Who sold a tenant has no part in its interviews" on public.campaign_assignments
    as restrictive for all to authenticated
    using (campaign_id is null or campaign_id <> all(array(select private.former_campaign_ids())))
    with check (campaign_id is null or campaign_id <> all(array(select private.former_campaign_ids())));
  end if;
end
$assignments$;
