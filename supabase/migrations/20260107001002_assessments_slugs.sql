-- custom-assessments 0.2.0 assessments_slugs sha256:0f440599c35f2cc60b2cf404498f60fd351cb130334c544992783fdb3327ee61
-- 5. Slug of an assessment: the series of numbers, and how a free slug is found and reserved.

-- All locks on the host's tables that the following statements need, taken at once with a short wait
-- (host_check/rules.sql).
select private.lock_host_tables('share row exclusive', 'auth.users', 'public.tenant_profiles');

-- One row for every stem of slugs in a tenant, with the last number of the series stem, stem-2, stem-3 and so on. Writers
-- who want the same slug queue at the row's lock, and the number saves them a search: the ten-thousandth equal name costs
-- as much as the second. A slug that is cut to make room for its number belongs to the series of the remaining stem, with
-- all others that are cut to it. The row with the empty stem, which no name has, represents the whole tenant: transactions
-- that create assessments of one tenant run one after the other, because two that each create several rows could otherwise
-- deadlock.
--
-- That row comes before the tenant itself in the order of locks (locks/order.sql), so it has no foreign key: deleting a
-- tenant would have to wait, with the tenant locked, for a transaction that has the row and needs the tenant next.
create table if not exists private.slug_series (
  tenant_id uuid not null,
  stem text not null,
  last_number bigint not null default 1,
  constraint slug_series_pkey primary key (tenant_id, stem)
);
comment on table private.slug_series is 'The last number appended to a slug, by tenant and stem.';
alter table private.slug_series enable row level security;
revoke all on private.slug_series from public, anon, authenticated, service_role;

-- Locks a row of the series until the transaction ends, creates it if missing, and returns its last number. An upsert would
-- leave a dead row each time, and a transaction with many equal names would scan all of them.
create or replace function private.lock_slug(tenant_id uuid, stem text)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
declare
  number bigint;
begin
  loop
    select series.last_number
      into number
      from private.slug_series as series
     where series.tenant_id = lock_slug.tenant_id
       and series.stem = lock_slug.stem
       for update;
    exit when found;
    -- Waits for a transaction that is creating the row; afterwards the row exists, or this transaction creates it.
    insert into private.slug_series (tenant_id, stem)
    values (lock_slug.tenant_id, lock_slug.stem)
    on conflict on constraint slug_series_pkey do nothing
    returning last_number into number;
    exit when found;
  end loop;
  return number;
end
$$;

-- SECURITY DEFINER, because no role can write the series. A locked row is skipped; nothing reads it any more.
create or replace function private.drop_slugs_of_tenant()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from private.slug_series as series
   where (series.tenant_id, series.stem) in (
     select free.tenant_id, free.stem from private.slug_series as free where free.tenant_id = old.id for update skip locked);
  return null;
end
$$;

create or replace trigger drop_slugs_of_tenant
after delete on public.tenant_profiles
for each row execute function private.drop_slugs_of_tenant();

-- Whether an assessment other than the given one has the slug. Read in the order of the unique index, which has one entry
-- for it; no other index has that order.
create or replace function private.slug_is_taken(tenant_id uuid, slug text, assessment_id uuid)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  holder uuid;
begin
  select taken.id
    into holder
    from public.custom_assessments as taken
   where taken.tenant_id = slug_is_taken.tenant_id
     and taken.slug between slug_is_taken.slug and slug_is_taken.slug
   order by taken.slug
   limit 1;
  return holder is not null and holder is distinct from assessment_id;
end
$$;

-- The next free slug of a series (base-2, base-3 and so on), with at most 60 characters. Numbering continues from the last
-- number of the remaining stem, so other slugs that are cut to it cost no search. Given slugs may have taken any numbers,
-- so after a few taken ones the steps grow: to double the search, an attacker must take twice as many slugs. The steps are
-- random, so their targets cannot be taken in advance.
create or replace function private.next_numbered_slug(tenant_id uuid, assessment_id uuid, base text)
returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  in_a_row constant integer := 8;
  number bigint := 2;
  counted text;
  cut text;
  candidate text;
  tried integer := 0;
  step bigint := 1;
begin
  loop
    cut := case when length(base) + length(number::text) < 60 then base
                else private.slug_of(base, 59 - length(number::text)) end;
    if cut is distinct from counted then
      counted := cut;
      number := greatest(number, private.lock_slug(next_numbered_slug.tenant_id, counted) + 1);
      -- A longer number leaves less room for the base.
      continue;
    end if;
    candidate := counted || '-' || number;
    -- It may also be a slug that was given, or the base of another name's series.
    perform private.lock_slug(next_numbered_slug.tenant_id, candidate);
    exit when not private.slug_is_taken(next_numbered_slug.tenant_id, candidate, assessment_id);
    tried := tried + 1;
    if tried >= in_a_row then
      step := step * 2;
    end if;
    number := number + step + case when step > 1 then floor(random() * step)::bigint else 0 end;
  end loop;
  update private.slug_series as series
     set last_number = number
   where series.tenant_id = next_numbered_slug.tenant_id
     and series.stem = counted;
  return candidate;
end
$$;

-- Finds and reserves a slug: the given one, or one made from the name. Null if the given one is taken. SECURITY DEFINER,
-- because the series is written only here, and because a free slug must differ from those of all rows of the tenant,
-- including rows that the caller cannot see. Only the trigger's function calls it, after the caller's right to the tenant
-- was checked.
--
-- The plans in here and in the called functions are cached. A plan made while the tables are small must not read all rows
-- when they are large: without sequential scans and sorts, the planner must use the index.
create or replace function private.claim_slug(tenant_id uuid, assessment_id uuid, maker uuid, given text, name text)
returns text
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_sort = off
as $$
declare
  base constant text := coalesce(given, private.slug_of(name));
begin
  -- Other transactions that want this slug, or one made from it, wait here until this transaction has ended.
  if not exists (select from public.custom_assessments as present where present.id = claim_slug.assessment_id) then
    -- The same as hold_tenant, inlined, because it runs for every row.
    perform private.enter_line(claim_slug.tenant_id);
    perform account.id from auth.users as account where account.id = claim_slug.maker for key share;
    perform tenant.id from public.tenant_profiles as tenant where tenant.id = claim_slug.tenant_id for key share;
  end if;
  perform private.lock_slug(claim_slug.tenant_id, base);
  if not private.slug_is_taken(claim_slug.tenant_id, base, assessment_id) then
    return base;
  end if;
  return case when given is null then private.next_numbered_slug(claim_slug.tenant_id, assessment_id, base) end;
end
$$;

create or replace function private.set_assessment_slug()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  slug text;
begin
  if tg_op = 'UPDATE' and (new.tenant_id, new.slug) is not distinct from (old.tenant_id, old.slug) then
    return new;
  end if;
  -- Without a tenant the table's constraint rejects the row, and there is no slug to reserve.
  if new.tenant_id is null then
    return new;
  end if;
  if new.slug !~ '^[a-z0-9]+(-[a-z0-9]+)*$' or length(new.slug) > private.longest_name() then
    perform private.refuse(
      'INVALID_SLUG',
      jsonb_build_object(
        'expected', format('[a-z0-9]+(-[a-z0-9]+)* with at most %s characters', private.longest_name())
      )
    );
  end if;
  slug := private.claim_slug(new.tenant_id, new.id, new.created_by, new.slug, new.name);
  if slug is null then
    -- For `insert ... on conflict`, the constraint must decide about a taken slug. The constraint applies in any case, so a
    -- query that merely contains these words gets the same error with the constraint's message.
    if tg_op = 'INSERT' and current_query() ~* '\mon\s+conflict\M' then
      return new;
    end if;
    perform private.refuse('SLUG_TAKEN', jsonb_build_object('slug', new.slug));
  end if;
  new.slug := slug;
  return new;
end
$$;

create or replace trigger assessment_5_slug
before insert or update of slug, tenant_id on public.custom_assessments
for each row execute function private.set_assessment_slug();

-- When an account is deleted, its assessments are reassigned to the owners of their tenants.

-- All locks on the host's tables that the following statements need, taken at once with a short wait
-- (host_check/rules.sql).
select private.lock_host_tables('share row exclusive', 'auth.users', 'public.tenant_profiles');

-- Locks the rows of other people's tenants that name an account, in the order of locks/order.sql: the accounts that get its
-- assessments, and the assessments, which come before their versions and reviews.
create or replace function private.hold_rows_of_account(account_id uuid)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  named constant uuid[] := array(
    select assessment.id from public.custom_assessments as assessment where assessment.created_by = account_id
    union
    select version.assessment_id from public.assessment_versions as version where version.created_by = account_id
    union
    select review.assessment_id
      from public.listing_review_notes as note
      join public.listing_reviews as review on review.id = note.review_id
     where note.reviewed_by = account_id
  );
begin
  perform private.take_rows('auth.users', array(
    select distinct tenant.user_id
      from public.custom_assessments as assessment
      join public.tenant_profiles as tenant on tenant.id = assessment.tenant_id
     where assessment.created_by = account_id and tenant.user_id <> account_id
  ), 'key share');
  perform private.take_rows('public.custom_assessments', array(
    select assessment.id
      from public.custom_assessments as assessment
      join public.tenant_profiles as tenant on tenant.id = assessment.tenant_id
     where assessment.id = any (named) and tenant.user_id <> account_id
  ), 'no key update');
end
$$;

-- Rows that the account created for other people's tenants are reassigned to the owners of those tenants; the account's own
-- tenants are deleted with it. The trigger runs as the role that deletes the account (Auth's own role), so it is SECURITY
-- DEFINER.
create or replace function private.hand_over_assessments()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.hold_rows_of_account(old.id);
  update public.custom_assessments as assessment
     set created_by = tenant.user_id
    from public.tenant_profiles as tenant
   where assessment.created_by = old.id
     and tenant.id = assessment.tenant_id
     and tenant.user_id <> old.id;
  update public.assessment_versions as version set created_by = null where version.created_by = old.id;
  update public.listing_review_notes as note set reviewed_by = null where note.reviewed_by = old.id;
  update public.result_reviews as review set reviewed_by = null where review.reviewed_by = old.id;
  return old;
end
$$;

create or replace trigger hand_over_assessments
before delete on auth.users
for each row execute function private.hand_over_assessments();
