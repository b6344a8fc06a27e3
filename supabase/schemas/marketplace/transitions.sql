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
