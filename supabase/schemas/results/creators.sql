-- Which accounts have results to read, besides the owners of tenants.

-- All locks on the host's tables that the following statements need, taken at once with a short wait
-- (host_check/rules.sql).
select private.lock_host_tables('share row exclusive', 'public.tenant_profiles');

-- The tenants for which an account has created campaigns that have results. Only used to find rows: a pair left over from
-- deleted results grants no access. There is no unique constraint, so that two transactions that insert the same pair need
-- not wait for each other; both insert it.
create table if not exists private.result_creators (
  campaign_created_by uuid not null,
  tenant_id uuid not null,

  constraint result_creators_tenant_id_fkey
  foreign key (tenant_id) references public.tenant_profiles (id) on delete cascade
);
comment on table private.result_creators is
'Accounts that created campaigns, with the tenants that have results of these campaigns. Read by private.result_tenant_ids().';
alter table private.result_creators enable row level security;
revoke all on table private.result_creators from public, anon, authenticated, service_role;
create index if not exists idx_result_creators_account
on private.result_creators (campaign_created_by, tenant_id);
create index if not exists idx_result_creators_tenant on private.result_creators (tenant_id);

-- SECURITY DEFINER, because the pairs are written only through the results.
create or replace function private.note_result_creator()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into private.result_creators (campaign_created_by, tenant_id)
  select new.campaign_created_by, new.tenant_id
   where not exists (
     select
       from private.result_creators as noted
      where noted.campaign_created_by = new.campaign_created_by
        and noted.tenant_id = new.tenant_id);
  return null;
end
$$;

create or replace trigger note_result_creator
after insert on public.custom_assessment_results
for each row when (new.campaign_created_by is not null)
execute function private.note_result_creator();

-- Results that are older than this table.
insert into private.result_creators (campaign_created_by, tenant_id)
select distinct
  result.campaign_created_by,
  result.tenant_id
from public.custom_assessment_results as result
where
  result.campaign_created_by is not null
  and not exists (
    select from private.result_creators as noted
    where noted.campaign_created_by = result.campaign_created_by and noted.tenant_id = result.tenant_id
  );

-- The tenants with results that the caller may be able to read: its own, and those with results of campaigns that it
-- created. Only used to find rows: the second part of the policy decides which of them the caller can read. SECURITY
-- DEFINER, because no role can read who created campaigns for whom.
create or replace function private.result_tenant_ids()
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
    select tenant.id from public.tenant_profiles as tenant where tenant.user_id = me
    union all
    select noted.tenant_id from private.result_creators as noted where noted.campaign_created_by = me;
end
$$;
