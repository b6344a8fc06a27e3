-- custom-assessments 0.2.0 marketplace_and_erasure sha256:0f9d8dea08888136964e7897f9428db4ec95ed043263cd3f4c8d058818518eed
-- The marketplace's listing page, and people's right to erasure.

select private.lock_host_tables('share row exclusive', 'public.tenant_profiles');

-- ---------------------------------------------------------------------------------------------------------
-- The marketplace
-- ---------------------------------------------------------------------------------------------------------

-- What listing pages read, beside the assessments: a definition is up to 500 KB, a page needs the names of its
-- dimensions only, and a visitor may not read who the tenants are. The triggers below keep one row for each published
-- active assessment of an active tenant, and no others, so that every row here is everyone's to read and a page costs
-- the same wherever it begins.
create table if not exists private.listings (
  assessment_id uuid not null,
  tenant_id uuid not null,
  name text not null,
  slug text not null,
  tenant text not null,
  description text,
  type text not null,
  dimension_names text[] not null,
  price_tier text,
  published_at timestamptz not null,

  constraint listings_pkey primary key (assessment_id),
  constraint listings_assessment_id_fkey
  foreign key (assessment_id) references public.custom_assessments (id) on delete cascade,
  constraint listings_tenant_id_fkey
  foreign key (tenant_id) references public.tenant_profiles (id) on delete cascade
);
comment on table private.listings is 'One row for each assessment that the marketplace shows.';
alter table private.listings enable row level security;
revoke all on table private.listings from public, anon, authenticated, service_role;
grant select on table private.listings to anon, authenticated, service_role;
drop policy if exists "Listings are public" on private.listings;
create policy "Listings are public" on private.listings for select to anon, authenticated using (true);

create index if not exists idx_listings_published on private.listings (published_at desc, assessment_id);
create index if not exists idx_listings_tenant on private.listings (tenant_id);

-- Lists these assessments anew, or takes them off.
create or replace function private.refresh_listings(assessments uuid[])
returns void
language plpgsql
set search_path = ''
as $$
begin
  -- First, and against others who change the tenant meanwhile: of an assessment that is published and a tenant that is
  -- deactivated in the same moment, each would otherwise see the other as it was.
  perform tenant.id
     from public.tenant_profiles as tenant
    where tenant.id in (
      select assessment.tenant_id
        from public.custom_assessments as assessment
       where assessment.id = any (refresh_listings.assessments))
    order by tenant.id
      for share;
  delete from private.listings as listing where listing.assessment_id = any (refresh_listings.assessments);
  insert into private.listings (
    assessment_id, tenant_id, name, slug, tenant, description, type, dimension_names, price_tier, published_at
  )
  select assessment.id, assessment.tenant_id, assessment.name, assessment.slug,
         coalesce(tenant.display_name, tenant.slug, ''), assessment.description, assessment.assessment_type,
         array(select dimension.value ->> 'name'
                 from jsonb_array_elements(assessment.definition -> 'dimensions') with ordinality as dimension
                order by dimension.ordinality),
         assessment.marketplace_price_tier, assessment.published_at
    from public.custom_assessments as assessment
    join public.tenant_profiles as tenant on tenant.id = assessment.tenant_id
   where assessment.id = any (refresh_listings.assessments)
     and assessment.marketplace_status = 'published'
     and assessment.status = 'active'
     and tenant.is_active
  on conflict on constraint listings_pkey do nothing;
end
$$;
revoke all on function private.refresh_listings(uuid[]) from public, anon, authenticated, service_role;

-- SECURITY DEFINER: the listings are nobody's to write but through the assessments and tenants that they show.
create or replace function private.list_assessment()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.refresh_listings(array[new.id]);
  return null;
end
$$;
revoke all on function private.list_assessment() from public, anon, authenticated, service_role;

create or replace trigger list_new_assessment
after insert on public.custom_assessments
for each row when (new.marketplace_status = 'published')
execute function private.list_assessment();

create or replace trigger list_changed_assessment
after update on public.custom_assessments
for each row when (old.marketplace_status = 'published' or new.marketplace_status = 'published')
execute function private.list_assessment();

-- SECURITY DEFINER: as above; a host may let tenants write their own profile.
create or replace function private.list_assessments_of_tenant()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.refresh_listings(array(
    select assessment.id
      from public.custom_assessments as assessment
     where assessment.tenant_id = new.id
       and assessment.marketplace_status = 'published'));
  return null;
end
$$;
revoke all on function private.list_assessments_of_tenant() from public, anon, authenticated, service_role;

create or replace trigger list_assessments_of_tenant
after update on public.tenant_profiles
for each row when (
  (old.is_active, old.display_name, old.slug) is distinct from (new.is_active, new.display_name, new.slug)
)
execute function private.list_assessments_of_tenant();

-- Where assessments were published before this table was made.
do $list_present$
begin
  perform private.refresh_listings(array(
    select assessment.id from public.custom_assessments as assessment where assessment.marketplace_status = 'published'));
end
$list_present$;

create or replace view public.marketplace_listings
with (security_invoker = true) as
select
  listing.assessment_id as id,
  listing.name,
  listing.slug,
  listing.tenant,
  listing.description,
  listing.type,
  listing.dimension_names,
  listing.price_tier,
  listing.published_at
from private.listings as listing;
comment on view public.marketplace_listings is
'What the marketplace shows: published active assessments of active tenants. Order by published_at desc, id for pages '
'that cost the same wherever they begin. tenant is the tenant''s display name.';
revoke all on table public.marketplace_listings from public, anon, authenticated, service_role;
grant select on table public.marketplace_listings to anon, authenticated, service_role;

-- ---------------------------------------------------------------------------------------------------------
-- Erasure
-- ---------------------------------------------------------------------------------------------------------

-- Other tenants' results were made with assessments of this tenant: those results are not this tenant's to erase, and
-- they hold on to the assessment. So it goes to the tenant with the oldest of them: archived, private, without source
-- and author. Returns how many were handed over.
create or replace function private.hand_over_assessments_with_results(tenant_id uuid)
returns integer
language plpgsql
set search_path = ''
as $$
declare
  handed record;
  total integer := 0;
begin
  for handed in
    select assessment.id, assessment.status, heir.tenant_id, heir.user_id
      from public.custom_assessments as assessment,
           lateral (
             select holder.tenant_id, tenant.user_id
               from (
                 select result.tenant_id, result.created_at, result.id
                   from public.custom_assessment_results as result
                  where result.assessment_id = assessment.id
                 union all
                 -- Interviews that wait to be scored will be results.
                 select request.tenant_id, request.created_at, request.id
                   from private.score_requests as request
                   join private.jobs as job on job.subject_id = request.id
                  where request.assessment_id = assessment.id
                    and job.rank is not null
               ) as holder
               join public.tenant_profiles as tenant on tenant.id = holder.tenant_id
              where holder.tenant_id <> assessment.tenant_id
              order by holder.created_at, holder.id
              limit 1
           ) as heir
     where assessment.tenant_id = hand_over_assessments_with_results.tenant_id
  loop
    -- An archived row takes no change but that of its status, and an active one would raise its version.
    if handed.status <> 'draft' then
      update public.custom_assessments as assessment set status = 'draft' where assessment.id = handed.id;
    end if;
    update public.custom_assessments as assessment
       set tenant_id = handed.tenant_id,
           created_by = handed.user_id,
           slug = null,
           definition = assessment.definition #- '{metadata,author}',
           source_markdown = null,
           is_template = false,
           marketplace_status = 'private',
           marketplace_price_tier = null,
           status = 'archived'
     where assessment.id = handed.id;
    total := total + 1;
  end loop;
  return total;
end
$$;
revoke all on function private.hand_over_assessments_with_results(uuid)
from public, anon, authenticated, service_role;

-- People's rows: everybody who was interviewed in these campaigns or, as its client, by this tenant, and what agents hold of
-- them. They go also where the host's foreign keys let campaigns and sessions outlive their tenant. A view that nothing can
-- be deleted from is left to the campaigns' own keys, and counted as left where they keep its rows.
create or replace function private.erase_participants(campaigns uuid[], tenant_id uuid)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  clients constant uuid[] := array(
    select session.id from public.coaching_sessions as session where session.tenant_id = erase_participants.tenant_id
  );
  stakeholders constant uuid[] := array(
    select assignment.id from public.campaign_assignments as assignment where assignment.campaign_id = any (campaigns)
  );
  agent_sessions integer;
  can_delete constant integer := 16;  -- Of the bits of pg_relation_is_updatable.
begin
  delete from public.agent_sessions as agent
   where agent.coaching_session_id = any (clients)
      or agent.stakeholder_session_id = any (stakeholders);
  get diagnostics agent_sessions = row_count;
  delete from public.coaching_sessions as session where session.id = any (clients);
  if pg_relation_is_updatable('public.campaign_assignments', true) & can_delete <> 0 then
    delete from public.campaign_assignments as assignment where assignment.id = any (stakeholders);
  end if;
  return jsonb_build_object(
    'agent_sessions', agent_sessions,
    'coaching_sessions', cardinality(clients),
    'campaign_assignments', cardinality(stakeholders));
end
$$;
revoke all on function private.erase_participants(uuid[], uuid) from public, anon, authenticated, service_role;

-- What became of campaigns in an erasure, and corrects the count of the people in them, where a view kept some.
create or replace function private.with_campaigns_left(counts jsonb, campaigns uuid[])
returns jsonb
language sql
stable
set search_path = ''
as $$
  select counts || jsonb_build_object(
    'campaigns', cardinality(campaigns) - kept.rounds,
    'campaigns_left', kept.rounds,
    'campaign_assignments', (counts ->> 'campaign_assignments')::bigint - kept.people,
    'campaign_assignments_left', kept.people)
    from (
      select
        (select count(*) from public.campaigns as campaign where campaign.id = any (campaigns)) as rounds,
        (select count(*) from public.campaign_assignments as assignment where assignment.campaign_id = any (campaigns))
          as people
    ) as kept
$$;
revoke all on function private.with_campaigns_left(jsonb, uuid[]) from public, anon, authenticated, service_role;

-- What erase_tenant does, once.
create or replace function private.erase_tenant_once(tenant_id uuid)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  campaigns uuid[];
  participants jsonb;
  results integer;
  requests integer;
  jobs integer;
  uploads integer;
  handed_over integer;
  assessments integer;
begin
  -- Locks first, in the order of 20260107000200_custom_assessments.sql. A worker that is finishing this tenant's jobs and
  -- whoever is inserting assessments come before this. Then nothing is added to the tenant, and no result is made with
  -- its assessments, while they go.
  if exists (select from public.tenant_profiles as tenant where tenant.id = erase_tenant_once.tenant_id) then
    perform private.lock_slug(erase_tenant_once.tenant_id, '');
  end if;
  perform tenant.id from public.tenant_profiles as tenant where tenant.id = erase_tenant_once.tenant_id for update;
  if not found then
    perform private.refuse('TENANT_NOT_FOUND', jsonb_build_object('tenant_id', erase_tenant_once.tenant_id));
  end if;
  perform job.id
     from private.jobs as job
    where job.tenant_id = erase_tenant_once.tenant_id
      and job.rank is not null
    order by job.id
      for update;
  perform assessment.id
     from public.custom_assessments as assessment
    where assessment.tenant_id = erase_tenant_once.tenant_id
    order by assessment.id
      for update;

  -- Jobs before their subjects, which is the order in which a claim locks them.
  delete from private.jobs as job where job.tenant_id = erase_tenant_once.tenant_id;
  get diagnostics jobs = row_count;
  delete from public.custom_assessment_results as result where result.tenant_id = erase_tenant_once.tenant_id;
  get diagnostics results = row_count;
  delete from private.score_requests as request where request.tenant_id = erase_tenant_once.tenant_id;
  get diagnostics requests = row_count;
  delete from public.assessment_uploads as upload where upload.tenant_id = erase_tenant_once.tenant_id;
  get diagnostics uploads = row_count;

  handed_over := private.hand_over_assessments_with_results(erase_tenant_once.tenant_id);
  delete from public.custom_assessments as assessment where assessment.tenant_id = erase_tenant_once.tenant_id;
  get diagnostics assessments = row_count;

  -- Campaigns go, or stay without their tenant, as the host's foreign key says.
  campaigns := array(
    select campaign.id from public.campaigns as campaign where campaign.tenant_id = erase_tenant_once.tenant_id
  );
  participants := private.erase_participants(campaigns, erase_tenant_once.tenant_id);
  delete from private.slug_series as series where series.tenant_id = erase_tenant_once.tenant_id;
  delete from public.tenant_profiles as tenant where tenant.id = erase_tenant_once.tenant_id;

  return private.with_campaigns_left(participants, campaigns) || jsonb_build_object(
    'tenants', 1,
    'results', results,
    'score_requests', requests,
    'uploads', uploads,
    'jobs', jobs,
    'assessments', assessments,
    'assessments_handed_over', handed_over);
end
$$;
revoke all on function private.erase_tenant_once(uuid) from public, anon, authenticated, service_role;

-- SECURITY DEFINER: it deletes across tables that no role of the API may delete from.
create or replace function public.erase_tenant(tenant_id uuid)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- Where the host's own writers, or a change of a published assessment, cannot keep the order of locks.
  for attempt in 1 .. 4 loop
    begin
      return private.erase_tenant_once(erase_tenant.tenant_id);
    exception when deadlock_detected then
      -- Nothing is locked any more: whoever waited has the time to go on.
      perform pg_sleep(0.2);
    end;
  end loop;
  return private.erase_tenant_once(erase_tenant.tenant_id);
end
$$;
comment on function public.erase_tenant(uuid) is
'For operators: removes a tenant with its results, uploads, assessments and everything that hangs on it, in one '
'transaction. An assessment that other tenants have results of goes to the tenant with the oldest of them, archived, '
'private and without source and author (assessments_handed_over). Everybody who was interviewed for the tenant goes. Its '
'campaigns go or stay, without tenant, as the host''s foreign key says (campaigns_left). Returns the counts.';
revoke all on function public.erase_tenant(uuid) from public, anon, authenticated, service_role;
grant execute on function public.erase_tenant(uuid) to service_role;

create or replace function private.sum_of_counts(counts jsonb, more jsonb)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select counts || jsonb_object_agg(added.key, coalesce((counts ->> added.key)::bigint, 0) + added.value::bigint)
    from jsonb_each_text(more) as added
$$;
revoke all on function private.sum_of_counts(jsonb, jsonb) from public, anon, authenticated, service_role;

-- Whether the creator of a campaign is held by a foreign key that refuses, in a column that can be empty.
create or replace function private.campaigns_can_lose_their_creator()
returns boolean
language sql
stable
set search_path = ''
as $$
  select exists (
    select
      from pg_catalog.pg_constraint as held
      join pg_catalog.pg_attribute as col on col.attrelid = held.conrelid and held.conkey = array[col.attnum]
     where held.conrelid = 'public.campaigns'::regclass
       and held.contype = 'f'
       and held.confdeltype in ('a', 'r')
       and col.attname = 'created_by'
       and not col.attnotnull
  )
$$;
revoke all on function private.campaigns_can_lose_their_creator() from public, anon, authenticated, service_role;

-- What erase_account does, once.
create or replace function private.erase_account_once(user_id uuid)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  owned uuid;
  campaigns uuid[];
  counts jsonb := '{"tenants": 0, "results": 0, "score_requests": 0, "uploads": 0, "jobs": 0, "assessments": 0,
                    "assessments_handed_over": 0, "campaigns": 0, "campaigns_left": 0, "campaign_assignments": 0,
                    "campaign_assignments_left": 0, "coaching_sessions": 0, "agent_sessions": 0}'::jsonb;
  reassigned integer := 0;
  moved integer;
begin
  -- The tenants' lines before the account, as whoever makes rows for them takes these.
  for owned in
    select tenant.id
      from public.tenant_profiles as tenant
     where tenant.user_id = erase_account_once.user_id
     order by tenant.id
  loop
    perform private.lock_slug(owned, '');
  end loop;
  perform account.id from auth.users as account where account.id = erase_account_once.user_id for update;
  if not found then
    perform private.refuse('ACCOUNT_NOT_FOUND', jsonb_build_object('user_id', erase_account_once.user_id));
  end if;

  -- With the campaigns that the account made and that no tenant has: nobody else answers for the people in them.
  campaigns := array(
    select campaign.id
      from public.campaigns as campaign
      left join public.tenant_profiles as tenant on tenant.id = campaign.tenant_id
     where tenant.user_id = erase_account_once.user_id
        or (campaign.created_by = erase_account_once.user_id and campaign.tenant_id is null)
  );
  for owned in
    select tenant.id from public.tenant_profiles as tenant where tenant.user_id = erase_account_once.user_id order by tenant.id
  loop
    counts := private.sum_of_counts(counts, private.erase_tenant_once(owned));
  end loop;
  counts := private.sum_of_counts(counts, private.erase_participants(campaigns, null));

  -- What the account made for other tenants is theirs, and goes to their owners.
  update public.custom_assessments as assessment
     set created_by = tenant.user_id
    from public.tenant_profiles as tenant
   where assessment.created_by = erase_account_once.user_id
     and tenant.id = assessment.tenant_id;
  get diagnostics reassigned = row_count;
  update public.assessment_uploads as upload
     set created_by = tenant.user_id
    from public.tenant_profiles as tenant
   where upload.created_by = erase_account_once.user_id
     and tenant.id = upload.tenant_id;
  get diagnostics moved = row_count;
  reassigned := reassigned + moved;
  update public.campaigns as campaign
     set created_by = tenant.user_id
    from public.tenant_profiles as tenant
   where campaign.created_by = erase_account_once.user_id
     and tenant.id = campaign.tenant_id;
  get diagnostics moved = row_count;
  reassigned := reassigned + moved;

  -- Where a host's foreign key would keep the account for a campaign that no tenant has.
  if private.campaigns_can_lose_their_creator() then
    update public.campaigns as campaign
       set created_by = null
     where campaign.created_by = erase_account_once.user_id
       and campaign.tenant_id is null;
  end if;

  delete from private.result_creators as noted where noted.campaign_created_by = erase_account_once.user_id;
  delete from auth.users as account where account.id = erase_account_once.user_id;
  return private.with_campaigns_left(counts, campaigns)
    || jsonb_build_object('accounts', 1, 'rows_given_to_tenants', reassigned);
end
$$;
revoke all on function private.erase_account_once(uuid) from public, anon, authenticated, service_role;

-- SECURITY DEFINER: as erase_tenant; and the service role cannot delete accounts.
create or replace function public.erase_account(user_id uuid)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- As in erase_tenant.
  for attempt in 1 .. 4 loop
    begin
      return private.erase_account_once(erase_account.user_id);
    exception when deadlock_detected then
      -- Nothing is locked any more: whoever waited has the time to go on.
      perform pg_sleep(0.2);
    end;
  end loop;
  return private.erase_account_once(erase_account.user_id);
end
$$;
comment on function public.erase_account(uuid) is
'For operators: removes an account, with erase_tenant for each tenant it owns; rows that it made for other tenants go '
'to those tenants'' owners (rows_given_to_tenants). One transaction. Returns the counts.';
revoke all on function public.erase_account(uuid) from public, anon, authenticated, service_role;
grant execute on function public.erase_account(uuid) to service_role;
