-- custom-assessments 0.2.0 marketplace_transitions sha256:0d75e7312c222d232b01fff19b09a720658f95f7d53168356a327f4ceb157021
-- 6. Listing of an assessment: its state after any role has written the assessment's row.

-- A row is published only while its content, and everything else that everyone can read of it, is what was approved. A
-- status written by hand by a role that may do so (published is an approval, rejected a rejection, or a take-down of a
-- listing) becomes a decision in private.take_listing(). SECURITY DEFINER, because requests and decisions can only be read
-- here through this function.
create or replace function private.keep_listing()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'INSERT' then
    -- Locked before the tenant's name is read, which then cannot change until this row is visible.
    perform tenant.id from public.tenant_profiles as tenant where tenant.id = new.tenant_id for share;
    new.listed_version_id := case when new.marketplace_status = 'published' then new.newest_version_id end;
    new.listed_at := case when new.marketplace_status = 'published' then now() end;
    return new;
  end if;
  if exists (select from private.listings_in_hand as held where held.assessment_id = new.id) then
    return new;
  end if;

  new.listed_version_id := old.listed_version_id;
  new.listed_at := old.listed_at;
  -- A listing is not transferred from one tenant to the next.
  if new.tenant_id <> old.tenant_id then
    new.marketplace_status := 'private';
  end if;
  if new.marketplace_status = 'private' then
    new.listed_version_id := null;
    new.listed_at := null;
  elsif new.marketplace_status = 'published' and old.marketplace_status is not distinct from 'published' then
    -- An assessment published before versions were kept stays published, as long as its content is the same; the
    -- backfill lists it.
    if (
      new.newest_version_id is distinct from new.listed_version_id
      and (old.newest_version_id, old.listed_version_id, new.version) is distinct from (null, null, old.version)
    )
      or not record_image_eq(
        row(new.slug, new.marketplace_price_tier, new.definition, new.source_markdown),
        row(old.slug, old.marketplace_price_tier, old.definition, old.source_markdown)
      ) then
      new.marketplace_status := 'pending_review';
    end if;
  elsif new.marketplace_status = 'published' then
    if (
      select sum(request.asks) > 1
        from public.listing_requests as request
       where request.assessment_id = new.id and request.decided_at is null
    ) then
      perform private.refuse('REVIEW_NEEDS_VERSION', jsonb_build_object('assessment_id', new.id));
    end if;
    new.listed_version_id := new.newest_version_id;
    new.listed_at := now();
  -- Rejected by hand, while its present content is listed: a take-down.
  elsif new.marketplace_status <> 'pending_review' and new.listed_version_id = new.newest_version_id
    and old.marketplace_status is distinct from new.marketplace_status then
    new.listed_version_id := null;
    new.listed_at := null;
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

-- 7. Requesting: what a reviewer rejected cannot be requested again, however the row was written. SECURITY DEFINER, as
-- above.
create or replace function private.check_asking()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  latest record;
  rejected public.listing_requests;
begin
  select * into latest from private.decision_about(new.newest_version_id);
  if latest.decision in ('rejected', 'taken_down') then
    select * into rejected from public.listing_requests as request where request.id = latest.request_id;
    if latest.decision = 'taken_down' or private.asks_the_same(rejected, private.request_of(new)) then
      perform private.refuse('REVIEW_NEEDS_CHANGE',
        jsonb_build_object('assessment_id', new.id, 'version_id', new.newest_version_id, 'decision', latest.decision));
    end if;
  end if;
  return new;
end
$$;

create or replace trigger assessment_7_asking
before update on public.custom_assessments
for each row when (
  new.marketplace_status = 'pending_review'
  and old.marketplace_status is distinct from 'pending_review'
  and current_user in ('anon', 'authenticated')
)
execute function private.check_asking();

-- Stores what the row requests, records a decision made by hand, and updates the listing. Its name sorts after that of the
-- trigger which stores the first version. SECURITY DEFINER, as above.
create or replace function private.take_listing()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  came boolean := true;
  was_listed boolean := false;
begin
  if tg_op = 'UPDATE' then
    if exists (select from private.listings_in_hand as held where held.assessment_id = new.id) then
      return null;
    end if;
    came := new.marketplace_status is distinct from old.marketplace_status;
    was_listed := old.listed_version_id is not distinct from new.newest_version_id;
  end if;
  if new.newest_version_id is not null then
    if new.marketplace_status = 'pending_review' or (came and new.marketplace_status in ('published', 'rejected')) then
      perform private.ask_for_review(new);
    end if;
    if came and new.marketplace_status in ('published', 'rejected') then
      insert into public.listing_reviews (version_id, request_id, decision)
      select request.version_id, request.id,
             case when new.marketplace_status = 'published' then 'approved'
                  when was_listed then 'taken_down'
                  else 'rejected' end
        from public.listing_requests as request
       where request.version_id = new.newest_version_id;
    end if;
    perform private.close_requests(new);
  end if;
  -- A listing shows what was approved, whatever is requested: the rename of a tenant requests all of its listings anew.
  if tg_op = 'INSERT' or (came and new.marketplace_status <> 'pending_review') or (
    new.listed_version_id, new.listed_at, new.status, new.tenant_id
  ) is distinct from (
    old.listed_version_id, old.listed_at, old.status, old.tenant_id
  ) then
    perform private.refresh_listings(array[new.id]);
  end if;
  return null;
end
$$;

create or replace trigger take_new_listing
after insert on public.custom_assessments
for each row when (new.marketplace_status is distinct from 'private')
execute function private.take_listing();

create or replace trigger take_listing
after update on public.custom_assessments
for each row when (
  new.marketplace_status is distinct from 'private'
  or old.marketplace_status is distinct from 'private'
  or old.listed_version_id is not null
)
execute function private.take_listing();

-- The marketplace: what listing pages read.

-- All locks on the host's tables that the following statements need, taken at once with a short wait
-- (host_check/rules.sql).
select private.lock_host_tables('share row exclusive', 'public.tenant_profiles');

-- What listing pages read instead of the assessments: a definition can have 500 KB, but a page needs only the names of its
-- dimensions, and visitors cannot read tenants. One row for each assessment with a listed version, with everything as a
-- reviewer approved it, even if the assessment has changed since. shown says whether it is on the page, which needs an
-- active assessment of an active tenant. The table has no foreign key to the tenant, because a change of an assessment must not
-- wait for the tenant.
create table if not exists private.listings (
  assessment_id uuid not null,
  version_id uuid not null,
  tenant_id uuid not null,
  name text not null,
  slug text not null,
  tenant text not null,
  description text,
  type text not null,
  dimension_names text[] not null,
  price_tier text,
  version text not null,
  listed_at timestamptz not null,
  shown boolean not null,

  constraint listings_pkey primary key (assessment_id),
  constraint listings_assessment_id_fkey
  foreign key (assessment_id) references public.custom_assessments (id) on delete cascade
);
comment on table private.listings is 'One row per assessment with a listed version.';
alter table private.listings enable row level security;
revoke all on table private.listings from public, anon, authenticated, service_role;
create index if not exists idx_listings_listed on private.listings (listed_at desc, assessment_id) where shown;

-- Updates the listings of these assessments, or removes them. The caller has locked the assessments: other changes of them
-- or of their tenant come before or after, and the tenant needs no lock.
create or replace function private.refresh_listings(assessments uuid[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from private.listings as listing
   where listing.assessment_id = any (refresh_listings.assessments)
     and not exists (
       select from public.custom_assessments as assessment
        where assessment.id = listing.assessment_id and assessment.listed_version_id is not null);
  insert into private.listings as listing (
    assessment_id, version_id, tenant_id, name, slug, tenant, description, type, dimension_names, price_tier, version,
    listed_at, shown
  )
  select assessment.id, listed.id, assessment.tenant_id, listed.name, approved.slug, approved.tenant, listed.description,
         listed.assessment_type,
         array(select dimension.value ->> 'name'
                 from jsonb_array_elements(listed.definition -> 'dimensions') with ordinality as dimension
                order by dimension.ordinality),
         approved.price_tier, listed.version, assessment.listed_at,
         assessment.status = 'active' and tenant.is_active is not false
    from public.custom_assessments as assessment
    join public.assessment_versions as listed on listed.id = assessment.listed_version_id
    join public.tenant_profiles as tenant on tenant.id = assessment.tenant_id,
         lateral (
           select review.slug, review.tenant, review.price_tier
             from public.listing_reviews as review
            where review.version_id = listed.id and review.decision = 'approved'
            order by review.decided_at desc
            limit 1
         ) as approved
   where assessment.id = any (refresh_listings.assessments)
  on conflict on constraint listings_pkey do update
    set version_id = excluded.version_id, tenant_id = excluded.tenant_id, name = excluded.name, slug = excluded.slug,
        tenant = excluded.tenant, description = excluded.description, type = excluded.type,
        dimension_names = excluded.dimension_names, price_tier = excluded.price_tier, version = excluded.version,
        listed_at = excluded.listed_at, shown = excluded.shown
    where listing is distinct from excluded;
end
$$;

-- The effect of a change of a tenant on its listings: a new name must be approved again, and the listings of a deactivated
-- tenant are hidden. All its assessments are locked first, and then read again, because one may be submitted at the same
-- time. They are locked after the tenant; a transaction that has locked one of them does not lock the tenant. SECURITY
-- DEFINER, because listings are written only through the assessments and tenants that they show; a host may let tenants
-- write their own profile.
create or replace function private.list_assessments_of_tenant()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.take_rows('public.custom_assessments', array(
    select assessment.id from public.custom_assessments as assessment where assessment.tenant_id = new.id
  ), 'no key update');
  if private.listed_name(new.display_name, new.slug) <> private.listed_name(old.display_name, old.slug) then
    update public.custom_assessments as assessment
       set marketplace_status = 'pending_review'
     where assessment.tenant_id = new.id
       and assessment.marketplace_status in ('published', 'pending_review');
  end if;
  perform private.refresh_listings(array(
    select listing.assessment_id from private.listings as listing
      join public.custom_assessments as assessment on assessment.id = listing.assessment_id
     where assessment.tenant_id = new.id));
  return null;
end
$$;

create or replace trigger list_assessments_of_tenant
after update on public.tenant_profiles
for each row when (
  (old.is_active, old.display_name, old.slug) is distinct from (new.is_active, new.display_name, new.slug)
)
execute function private.list_assessments_of_tenant();

-- A request over the API that renames a tenant first enters the tenant's line (locks/lines.sql), like one that changes its
-- assessments.
create or replace trigger tenant_0_line
before update of is_active, display_name, slug on public.tenant_profiles
for each statement when (current_user in ('anon', 'authenticated'))
execute function private.enter_my_lines();

-- A tenant's name is shown on each of its listings, so its length is limited. A longer name from before this rule stays
-- until it is changed.
create or replace function private.check_display_name()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if length(new.display_name) > private.longest_name()
    and (tg_op = 'INSERT' or new.display_name is distinct from old.display_name) then
    perform private.refuse('INVALID_ARGUMENT', jsonb_build_object(
      'argument', 'display_name', 'expected', format('at most %s characters', private.longest_name())));
  elsif length(new.slug) > private.longest_name() and (tg_op = 'INSERT' or new.slug is distinct from old.slug) then
    perform private.refuse('INVALID_ARGUMENT', jsonb_build_object(
      'argument', 'slug', 'expected', format('at most %s characters', private.longest_name())));
  end if;
  return new;
end
$$;

create or replace trigger check_display_name
before insert or update of display_name, slug on public.tenant_profiles
for each row execute function private.check_display_name();

drop view if exists public.marketplace_listings;
create view public.marketplace_listings
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
  listing.version,
  listing.listed_at,
  listing.version_id
from private.listings as listing
where listing.shown;
comment on view public.marketplace_listings is
'The marketplace: the newest approved version of each active assessment of an active tenant, as it was approved. tenant is '
'the tenant''s display name; version_id is the row of assessment_versions with the whole definition. Order by '
'listed_at desc, id to page through it; every page then costs the same.';
revoke all on table public.marketplace_listings from public, anon, authenticated, service_role;
