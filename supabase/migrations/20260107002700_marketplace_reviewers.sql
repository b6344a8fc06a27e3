-- custom-assessments 0.2.0 marketplace_reviewers sha256:881b575d8493670403af8274c001882284d58595baf3648396847235190e86dc
-- Reviewers: the accounts that can decide what the marketplace lists, besides the service role.

-- All locks on the host's tables that the following statements need, taken at once with a short wait
-- (host_check/rules.sql).
select private.lock_host_tables('share row exclusive', 'auth.users', 'public.tenant_profiles');

create table if not exists private.reviewers (
  user_id uuid not null,
  named_at timestamptz not null default now(),
  constraint reviewers_pkey primary key (user_id),
  constraint reviewers_user_id_fkey foreign key (user_id) references auth.users (id) on delete cascade
);
comment on table private.reviewers is 'The accounts that an operator has appointed as reviewers.';
alter table private.reviewers enable row level security;
revoke all on table private.reviewers from public, anon, authenticated, service_role;

-- Whether the caller is a reviewer. SECURITY DEFINER, because no role can read who else is one.
create or replace function private.am_reviewer()
returns boolean
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  me constant uuid := auth.uid();
begin
  return exists (select from private.reviewers as reviewer where reviewer.user_id = me);
end
$$;

-- The versions whose review was requested, for reviewers; others get none. SECURITY DEFINER, so that the policy of the versions
-- does not bring in that of the requests. Computed once per query, and only if it is reached.
create or replace function private.requested_version_ids()
returns setof uuid
language plpgsql
stable
security definer
rows 100
set search_path = pg_catalog, pg_temp
as $$
begin
  if private.am_reviewer() then
    return query select request.version_id from public.listing_requests as request;
  end if;
end
$$;

-- SECURITY DEFINER, because the table is written only here.
create or replace function public.name_reviewer(user_id uuid, remove boolean default false)
returns text
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (select from auth.users as account where account.id = name_reviewer.user_id) then
    return 'no-account';
  end if;
  if remove then
    delete from private.reviewers as reviewer where reviewer.user_id = name_reviewer.user_id;
    return case when found then 'removed' else 'unchanged' end;
  end if;
  insert into private.reviewers (user_id) values (name_reviewer.user_id)
  on conflict on constraint reviewers_pkey do nothing;
  return case when found then 'named' else 'unchanged' end;
end
$$;
comment on function public.name_reviewer(uuid, boolean) is
'For operators: appoints an account as a reviewer of listings or, with remove, removes it. Returns named, removed, unchanged, '
'or no-account if the account does not exist.';
revoke all on function public.name_reviewer(uuid, boolean) from public, anon, authenticated, service_role;

-- SECURITY DEFINER, as above.
create or replace function public.list_reviewers()
returns table (user_id uuid, named_at timestamptz)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
    select reviewer.user_id, reviewer.named_at
      from private.reviewers as reviewer
     order by reviewer.named_at, reviewer.user_id;
end
$$;
comment on function public.list_reviewers() is 'For operators: the accounts that are reviewers, and since when.';
revoke all on function public.list_reviewers() from public, anon, authenticated, service_role;

-- Listing requests: what a reviewer reads, and what an approval lists.

-- One row for each version that was submitted. An approval lists the content of the row: the version's content, and the
-- values that can change without a new version. If the assessment's definition or Markdown differs from the version's (in
-- unknown keys or comments), the request has them too, because everyone can read a published assessment in full.
create table if not exists public.listing_requests (
  version_id uuid not null,
  id uuid not null default gen_random_uuid(),
  assessment_id uuid not null,
  tenant_id uuid not null,
  slug text not null,
  price_tier text,
  tenant text not null,
  definition jsonb,
  source_markdown text,
  open boolean not null,
  asks integer not null default 1,
  asked_at timestamptz not null default now(),
  decided_at timestamptz,

  constraint listing_requests_pkey primary key (version_id),
  constraint request_id_is_unique unique (id),
  constraint listing_requests_version_id_fkey
  foreign key (version_id) references public.assessment_versions (id) on delete cascade
);
comment on table public.listing_requests is
'Versions that tenants submitted for listing, one row per version. Reviewers read all rows, owners their own. Written by the '
'database.';
comment on column public.listing_requests.id is
'Changes whenever something else is requested with the same version. Pass it to review_listing as request_id, so that the '
'decision is about what was read.';
comment on column public.listing_requests.tenant is 'The tenant''s display name, as it would be listed.';
comment on column public.listing_requests.definition is
'The assessment''s definition, if it is spelled differently from the version''s; everyone can read it once it is published.';
comment on column public.listing_requests.source_markdown is
'The assessment''s Markdown, if it differs from the version''s; everyone can read it once it is published.';
comment on column public.listing_requests.open is
'Whether the assessment currently requests this; open rows are the reviewers'' queue.';
comment on column public.listing_requests.asks is
'How many different things were requested with this version since its last decision.';
alter table public.listing_requests enable row level security;
revoke all on table public.listing_requests from public, anon, authenticated, service_role;
create index if not exists idx_listing_requests_assessment on public.listing_requests (assessment_id);
create index if not exists idx_listing_requests_open on public.listing_requests (asked_at) where open;

-- Assessments whose listing is decided by the function that inserted them here: the trigger on the assessment then accepts
-- the row as written. A row exists only briefly, within one transaction.
create table if not exists private.listings_in_hand (
  assessment_id uuid not null,
  constraint listings_in_hand_pkey primary key (assessment_id)
);
comment on table private.listings_in_hand is 'Assessments on which a decision is being applied.';
alter table private.listings_in_hand enable row level security;
revoke all on table private.listings_in_hand from public, anon, authenticated, service_role;

-- The name of a tenant in the marketplace, cut because hosts may have names from before the limit.
create or replace function private.listed_name(display_name text, slug text)
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return left(coalesce(display_name, slug, ''), private.longest_name());
end
$$;

-- What the assessment's row requests to be listed: its newest version, and the values beside it.
create or replace function private.request_of(assessment public.custom_assessments)
returns public.listing_requests
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  asked public.listing_requests;
begin
  select version.id, version.assessment_id, version.tenant_id, assessment.slug, assessment.marketplace_price_tier,
         private.listed_name(tenant.display_name, tenant.slug),
         case when not record_image_eq(row(version.definition), row(assessment.definition)) then assessment.definition end,
         case when version.source_markdown is distinct from assessment.source_markdown
                and not private.has_written_markdown(assessment) then assessment.source_markdown end
    into asked.version_id, asked.assessment_id, asked.tenant_id, asked.slug, asked.price_tier, asked.tenant,
         asked.definition, asked.source_markdown
    from public.assessment_versions as version
    join public.tenant_profiles as tenant on tenant.id = assessment.tenant_id
   where version.id = assessment.newest_version_id;
  return asked;
end
$$;

-- Whether two requests are for the same.
create or replace function private.asks_the_same(one public.listing_requests, other public.listing_requests)
returns boolean
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return record_image_eq(
    row(one.version_id, one.slug, one.price_tier, one.tenant, one.definition, one.source_markdown),
    row(other.version_id, other.slug, other.price_tier, other.tenant, other.definition, other.source_markdown)
  );
end
$$;

-- Stores what the row requests. Requesting the same again changes nothing, unless the request was decided.
create or replace function private.ask_for_review(assessment public.custom_assessments)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  present public.listing_requests;
  asked public.listing_requests := private.request_of(assessment);
begin
  select * into present from public.listing_requests as request where request.version_id = asked.version_id;
  if not found then
    insert into public.listing_requests (
      version_id, assessment_id, tenant_id, slug, price_tier, tenant, definition, source_markdown, open
    )
    values (
      asked.version_id, asked.assessment_id, asked.tenant_id, asked.slug, asked.price_tier, asked.tenant,
      asked.definition, asked.source_markdown, true
    );
  elsif present.decided_at is not null or not private.asks_the_same(present, asked) then
    update public.listing_requests as request
       set id = gen_random_uuid(), slug = asked.slug, price_tier = asked.price_tier, tenant = asked.tenant,
           definition = asked.definition, source_markdown = asked.source_markdown, open = true, asked_at = now(),
           asks = case when request.decided_at is null then request.asks + 1 else 1 end, decided_at = null
     where request.version_id = asked.version_id;
  elsif not present.open then
    update public.listing_requests as request set open = true where request.version_id = asked.version_id;
  end if;
end
$$;

-- Removes from the reviewers' queue what the assessment no longer requests.
create or replace function private.close_requests(assessment public.custom_assessments)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  update public.listing_requests as request
     set open = false
   where request.assessment_id = assessment.id
     and request.open
     and (assessment.marketplace_status <> 'pending_review' or request.version_id <> assessment.newest_version_id);
end
$$;
