-- custom-assessments 0.2.0 marketplace sha256:94e892609079ad95f3dd389977ff2a35cf820063ac8d0a7c4bace1ca0d62d6b2
-- The marketplace: what listing pages read.

-- The locks that what follows needs on the host's tables: all at once, and waited for briefly (host_check/rules.sql).
select private.lock_host_tables('share row exclusive', 'public.tenant_profiles');

-- 6. Listing of an assessment: which version is listed, whoever writes the row.
create or replace function private.keep_listing()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  new.listed_version_id := case when tg_op = 'UPDATE' then old.listed_version_id end;
  new.listed_at := case when tg_op = 'UPDATE' then old.listed_at end;
  if new.marketplace_status = 'private' then
    new.listed_version_id := null;
    new.listed_at := null;
  elsif new.marketplace_status = 'published' and new.listed_version_id is distinct from new.newest_version_id then
    new.listed_version_id := new.newest_version_id;
    new.listed_at := now();
  end if;
  return new;
end
$$;

create or replace trigger assessment_6_listing
before update on public.custom_assessments
for each row when (
  new.marketplace_status is distinct from 'private'
  or (old.listed_version_id, old.listed_at) is distinct from (null, null)
  or (new.listed_version_id, new.listed_at) is distinct from (null, null)
)
execute function private.keep_listing();

create or replace trigger assessment_6_listing_of_new
before insert on public.custom_assessments
for each row when (
  new.marketplace_status is distinct from 'private'
  or (new.listed_version_id, new.listed_at) is distinct from (null, null)
)
execute function private.keep_listing();

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
comment on table private.listings is 'One row per assessment listed on the marketplace.';
alter table private.listings enable row level security;
revoke all on table private.listings from public, anon, authenticated, service_role;
create index if not exists idx_listings_published on private.listings (published_at desc, assessment_id);
create index if not exists idx_listings_tenant on private.listings (tenant_id);

-- Lists these assessments anew, or takes them off.
create or replace function private.refresh_listings(assessments uuid[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
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

-- SECURITY DEFINER: the listings are nobody's to write but through the assessments and tenants that they show.
create or replace function private.list_assessment()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.refresh_listings(array[new.id]);
  return null;
end
$$;

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
set search_path = pg_catalog, pg_temp
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
'The marketplace: published, active assessments of active tenants. tenant is the tenant''s display name. Order by '
'published_at desc, id to page through it; every page then costs the same.';
revoke all on table public.marketplace_listings from public, anon, authenticated, service_role;
