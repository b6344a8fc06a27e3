-- custom-assessments 0.2.0 access sha256:9266807b9815d17d90605bba5e2517e4b7500f5aec5f8d19fd2a4a365cffebf8
-- Who may read and write the tables of custom assessments: every policy and every grant, in one place.
--
-- One permissive policy per table, role and verb, each for named roles. Sets of tenants are computed once a query
-- (`array(select ...)`, `not in (select ...)`), never once a row. Grants are verb by verb and, where a client may write
-- only some columns, column by column; everything is revoked first, so that projects whose new tables are open to the
-- API's roles and projects whose new tables are closed end up alike. The functions' grants stand beside the functions.
--
-- service_role is not bound by policies. It is granted what its tools do, and triggers keep the integrity of what it
-- writes as of what anybody writes.

select private.lock_host_tables('share row exclusive', 'public.tenant_profiles');

-- Deactivated tenants, whose listings are not shown. SECURITY DEFINER, because nobody may read other people's tenants.
-- In plpgsql, because a function in SQL that is SECURITY DEFINER is planned anew in every statement.
create or replace function private.inactive_tenant_ids()
returns setof uuid
language plpgsql
stable
security definer
rows 100
set search_path = ''
as $$
begin
  return query select tenant.id from public.tenant_profiles as tenant where not tenant.is_active;
end
$$;
revoke all on function private.inactive_tenant_ids() from public, anon, authenticated, service_role;
grant execute on function private.inactive_tenant_ids() to anon, authenticated;

-- ---------------------------------------------------------------------------------------------------------------------
-- custom_assessments
-- ---------------------------------------------------------------------------------------------------------------------

revoke all on table public.custom_assessments from public, anon, authenticated, service_role;
grant select on table public.custom_assessments to anon;
grant select, delete on table public.custom_assessments to authenticated;
-- id, is_template, published_at, created_at and updated_at are the database's or the reviewers'. created_by may be
-- sent, since clients have always sent it, but is overwritten.
grant insert (
  tenant_id, created_by, name, slug, version, description, definition, source_markdown, source_type, assessment_type,
  interview_style_default, interview_style_allow_override, result_disclosure, status, marketplace_status,
  marketplace_price_tier
) on table public.custom_assessments to authenticated;
grant update (
  name, slug, version, description, definition, source_markdown, source_type, assessment_type,
  interview_style_default, interview_style_allow_override, result_disclosure, status, marketplace_status,
  marketplace_price_tier
) on table public.custom_assessments to authenticated;
grant select, insert, update, delete on table public.custom_assessments to service_role;

-- "Published assessments are publicly readable" and "System templates are publicly readable".
drop policy if exists "Everyone reads templates and published assessments" on public.custom_assessments;
create policy "Everyone reads templates and published assessments" on public.custom_assessments
for select to anon
using (
  (is_template and status = 'active')
  or (
    marketplace_status = 'published'
    and status = 'active'
    and tenant_id not in (select private.inactive_tenant_ids())
  )
);

-- The same, and "Tenant owners can manage their assessments".
drop policy if exists "Owners read their assessments and what everyone reads" on public.custom_assessments;
create policy "Owners read their assessments and what everyone reads" on public.custom_assessments
for select to authenticated
using (
  tenant_id = any(array(select private.my_tenant_ids()))
  or (is_template and status = 'active')
  or (
    marketplace_status = 'published'
    and status = 'active'
    and tenant_id not in (select private.inactive_tenant_ids())
  )
);

drop policy if exists "Owners make assessments" on public.custom_assessments;
create policy "Owners make assessments" on public.custom_assessments
for insert to authenticated
with check (tenant_id = any(array(select private.my_tenant_ids())));

drop policy if exists "Owners change their assessments" on public.custom_assessments;
create policy "Owners change their assessments" on public.custom_assessments
for update to authenticated
using (tenant_id = any(array(select private.my_tenant_ids())))
with check (tenant_id = any(array(select private.my_tenant_ids())));

drop policy if exists "Owners delete their assessments" on public.custom_assessments;
create policy "Owners delete their assessments" on public.custom_assessments
for delete to authenticated
using (tenant_id = any(array(select private.my_tenant_ids())));

-- ---------------------------------------------------------------------------------------------------------------------
-- custom_assessment_results
-- ---------------------------------------------------------------------------------------------------------------------

-- service_role may delete, for a respondent's right to erasure. It may say UPDATE, so that the trigger can answer that
-- a result never changes; nobody's update goes through.
revoke all on table public.custom_assessment_results from public, anon, authenticated, service_role;
grant select on table public.custom_assessment_results to authenticated;
grant select, insert, update, delete on table public.custom_assessment_results to service_role;

-- In which tenants an account has created campaigns that have results. For finding rows only: a pair that is left over
-- from results that were deleted gives nobody anything. Nothing is unique here, so that two who note the same pair at
-- once need not wait for each other; both note it.
create table if not exists private.result_creators (
  campaign_created_by uuid not null,
  tenant_id uuid not null,

  constraint result_creators_tenant_id_fkey
  foreign key (tenant_id) references public.tenant_profiles (id) on delete cascade
);
comment on table private.result_creators is
'Accounts that created campaigns, with the tenants that have results of them: where private.result_tenant_ids() looks.';
alter table private.result_creators enable row level security;
revoke all on table private.result_creators from public, anon, authenticated, service_role;
create index if not exists idx_result_creators_account
on private.result_creators (campaign_created_by, tenant_id);
create index if not exists idx_result_creators_tenant on private.result_creators (tenant_id);

-- SECURITY DEFINER: the pairs are nobody's to write but through the results.
create or replace function private.note_result_creator()
returns trigger
language plpgsql
security definer
set search_path = ''
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
revoke all on function private.note_result_creator() from public, anon, authenticated, service_role;

create or replace trigger note_result_creator
after insert on public.custom_assessment_results
for each row when (new.campaign_created_by is not null)
execute function private.note_result_creator();

-- Results that were written before there was this table.
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

-- The tenants among whose results the caller has some to read: its own, and those that have results of campaigns that
-- it created. For finding rows only: which of them it reads is the policy's second part to say. SECURITY DEFINER, since
-- nobody may read who created campaigns for whom.
create or replace function private.result_tenant_ids()
returns setof uuid
language plpgsql
stable
security definer
rows 2
set search_path = ''
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
revoke all on function private.result_tenant_ids() from public, anon, authenticated, service_role;
grant execute on function private.result_tenant_ids() to authenticated;

-- "Users can view their assessment results". Whose result it is was settled when it was written: looking the session
-- up at reading time would follow ids that were taken again, and sessions that are gone. The rule is the second part;
-- the first follows from it, and gives the index of a tenant's results something to begin with, which no OR does.
-- The creator comes first in the rule, since the owner's tenants are looked up only where it does not decide.
drop policy if exists "Owners and campaign creators read results" on public.custom_assessment_results;
create policy "Owners and campaign creators read results" on public.custom_assessment_results
for select to authenticated
using (
  tenant_id = any(array(select private.result_tenant_ids()))
  and (
    campaign_created_by = (select auth.uid())
    or tenant_id = any(array(select private.my_tenant_ids()))
  )
);

drop policy if exists "Service role can manage results" on public.custom_assessment_results;
create policy "Service role can manage results" on public.custom_assessment_results
for all to service_role
using (true) with check (true);

-- ---------------------------------------------------------------------------------------------------------------------
-- assessment_uploads
-- ---------------------------------------------------------------------------------------------------------------------

revoke all on table public.assessment_uploads from public, anon, authenticated, service_role;
grant select, insert (tenant_id, source_markdown, assessment_id, dry_run)
on table public.assessment_uploads to authenticated;
-- How far an upload is, only the queue says. What was uploaded may be named in an UPDATE, so that the trigger can answer
-- that an upload never changes.
grant select, insert, delete, update (tenant_id, source_markdown, dry_run)
on table public.assessment_uploads to service_role;

drop policy if exists "Owners read their uploads" on public.assessment_uploads;
create policy "Owners read their uploads" on public.assessment_uploads
for select to authenticated
using (tenant_id = any(array(select private.my_tenant_ids())));

drop policy if exists "Owners upload" on public.assessment_uploads;
create policy "Owners upload" on public.assessment_uploads
for insert to authenticated
with check (tenant_id = any(array(select private.my_tenant_ids())));

-- ---------------------------------------------------------------------------------------------------------------------
-- Realtime
-- ---------------------------------------------------------------------------------------------------------------------

-- Front ends watch an upload being compiled; Realtime applies the policies above to each listener.
do $realtime$
begin
  if exists (select from pg_catalog.pg_publication where pubname = 'supabase_realtime' and not puballtables)
    and not exists (
      select
        from pg_catalog.pg_publication_tables
       where pubname = 'supabase_realtime'
         and schemaname = 'public'
         and tablename = 'assessment_uploads'
    ) then
    alter publication supabase_realtime add table public.assessment_uploads;
  end if;
end
$realtime$;
