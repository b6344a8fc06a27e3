-- custom-assessments 0.2.0 access_policies sha256:c79fcabbb11bfe2af6c4dbc54b1a45bec7a08fbb6b82fde1203da97bb02781f5
-- Which roles can read and write which rows.
--
-- One permissive policy per table, role and verb, each for named roles. Sets of tenants are computed once per query
-- (`array(select ...)`, `not in (select ...)`), never once per row. Policies do not apply to service_role; triggers protect
-- the integrity of what every role writes.

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

-- The listed version, for which the policy of the listings decides, and the newest version of a template. What is not reached
-- for one's own versions is prepared with each query all the same: a call costs less there than a table with its policies.
drop policy if exists "Everyone reads the versions of what is public" on public.assessment_versions;
create policy "Everyone reads the versions of what is public" on public.assessment_versions
for select to anon
using (
  exists (
    select from private.listings as listing
    where listing.assessment_id = assessment_versions.assessment_id and listing.version_id = assessment_versions.id
  )
  or id = any(array(select private.template_version_ids()))
);

-- The same, an owner's own versions, those that an owner's campaigns and sessions have chosen or were pinned to, whatever
-- happened to the assessment, and for reviewers those that request review.
drop policy if exists "Owners read versions, reviewers what asks, all what is public" on public.assessment_versions;
create policy "Owners read versions, reviewers what asks, all what is public" on public.assessment_versions
for select to authenticated
using (
  tenant_id = any(array(select private.my_tenant_ids()))
  or id = any(array(select private.my_version_ids()))
  or exists (
    select from private.listings as listing
    where listing.assessment_id = assessment_versions.assessment_id and listing.version_id = assessment_versions.id
  )
  or id = any(array(select private.template_version_ids()))
  or id in (select private.requested_version_ids())
);

-- Requests and decisions, for reviewers, and for owners their own. Only reviewers can read the reviewers' notes.
drop policy if exists "Reviewers and owners read requests" on public.listing_requests;
create policy "Reviewers and owners read requests" on public.listing_requests
for select to authenticated
using (tenant_id = any(array(select private.my_tenant_ids())) or (select private.am_reviewer()));

drop policy if exists "Reviewers and owners read decisions" on public.listing_reviews;
create policy "Reviewers and owners read decisions" on public.listing_reviews
for select to authenticated
using (tenant_id = any(array(select private.my_tenant_ids())) or (select private.am_reviewer()));

drop policy if exists "Reviewers read notes" on public.listing_review_notes;
create policy "Reviewers read notes" on public.listing_review_notes
for select to authenticated
using ((select private.am_reviewer()));

-- "Users can view their assessment results". The owners were recorded when the result was written: looking up the session
-- when reading would follow reused ids and miss deleted sessions. The second part is the rule. The first part follows from
-- it, and lets Postgres start from the index of a tenant's results, which an OR does not. The creator comes first in the
-- rule, so that the owner's tenants are only looked up if needed.
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

-- By the policy above: the query finds only results that the caller can read.
drop policy if exists "Runs are read with their result" on public.score_runs;
create policy "Runs are read with their result" on public.score_runs
for select to authenticated
using (
  tenant_id = any(array(select private.result_tenant_ids()))
  and exists (
    select from public.custom_assessment_results as result
    where result.id = score_runs.result_id
  )
);

drop policy if exists "Service role reads runs" on public.score_runs;
create policy "Service role reads runs" on public.score_runs for select to service_role using (true);

drop policy if exists "Items are read with their run" on public.score_items;
create policy "Items are read with their run" on public.score_items
for select to authenticated
using (
  tenant_id = any(array(select private.result_tenant_ids()))
  and exists (
    select from public.score_runs as run
    where run.id = score_items.run_id
  )
);

drop policy if exists "Service role reads items" on public.score_items;
create policy "Service role reads items" on public.score_items for select to service_role using (true);

drop policy if exists "Reviews are read with their result" on public.result_reviews;
create policy "Reviews are read with their result" on public.result_reviews
for select to authenticated
using (
  tenant_id = any(array(select private.result_tenant_ids()))
  and exists (
    select from public.custom_assessment_results as result
    where result.id = result_reviews.result_id
  )
);

drop policy if exists "Service role reads reviews" on public.result_reviews;
create policy "Service role reads reviews" on public.result_reviews for select to service_role using (true);

drop policy if exists "Owners read their uploads" on public.assessment_uploads;
create policy "Owners read their uploads" on public.assessment_uploads
for select to authenticated
using (tenant_id = any(array(select private.my_tenant_ids())));

drop policy if exists "Owners upload" on public.assessment_uploads;
create policy "Owners upload" on public.assessment_uploads
for insert to authenticated
with check (tenant_id = any(array(select private.my_tenant_ids())));

drop policy if exists "Owners delete their uploads" on public.assessment_uploads;
create policy "Owners delete their uploads" on public.assessment_uploads
for delete to authenticated
using (tenant_id = any(array(select private.my_tenant_ids())));

-- A caller that can read a version can read the declarations about its dimensions.
drop policy if exists "Declarations are read with their versions" on public.equivalence_declarations;
create policy "Declarations are read with their versions" on public.equivalence_declarations
for select to authenticated
using (
  tenant_id = any(array(select private.my_tenant_ids()))
  or exists (
    select from public.assessment_versions as version
    where
      version.assessment_id = equivalence_declarations.assessment_id
      and version.dimension_hashes ->> equivalence_declarations.dimension
      in (equivalence_declarations.from_hash, equivalence_declarations.to_hash)
  )
);

drop policy if exists "Owners declare what is equivalent" on public.equivalence_declarations;
create policy "Owners declare what is equivalent" on public.equivalence_declarations
for insert to authenticated
with check (tenant_id = any(array(select private.my_tenant_ids())));

drop policy if exists "Owners read their settings" on public.tenant_settings;
create policy "Owners read their settings" on public.tenant_settings
for select to authenticated
using (tenant_id = any(array(select private.my_tenant_ids())));

drop policy if exists "Owners make settings" on public.tenant_settings;
create policy "Owners make settings" on public.tenant_settings
for insert to authenticated
with check (tenant_id = any(array(select private.my_tenant_ids())));

drop policy if exists "Owners change their settings" on public.tenant_settings;
create policy "Owners change their settings" on public.tenant_settings
for update to authenticated
using (tenant_id = any(array(select private.my_tenant_ids())))
with check (tenant_id = any(array(select private.my_tenant_ids())));

drop policy if exists "Owners delete their settings" on public.tenant_settings;
create policy "Owners delete their settings" on public.tenant_settings
for delete to authenticated
using (tenant_id = any(array(select private.my_tenant_ids())));

drop policy if exists "Rules of change are no secret" on private.change_rules;
create policy "Rules of change are no secret" on private.change_rules for select to authenticated using (true);

drop policy if exists "Refusals are no secret" on private.refusals;
create policy "Refusals are no secret" on private.refusals for select to authenticated using (true);

drop policy if exists "Listings are public" on private.listings;
create policy "Listings are public" on private.listings for select to anon, authenticated using (shown);

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
