-- custom-assessments 0.2.0 assessments_slug_of_name sha256:4407580738a3e92d4e74e6286ab4dde80da3d67cc6acf22127d24840d55660e2
-- The slug that a name gives.

-- unaccent() wherever the project has it: a project that enabled the extension long ago may have it in public.
do $unaccent$
begin
  execute format(
    $create$
      create or replace function private.without_accents(value text)
      returns text
      language sql
      stable
      strict
      parallel safe
      set search_path = pg_catalog, pg_temp
      as $body$ select %I.unaccent(value) $body$
    $create$,
    (
      select nspname
      from pg_catalog.pg_extension
      inner join pg_catalog.pg_namespace on pg_namespace.oid = extnamespace
      where extname = 'unaccent'
    )
  );
end
$unaccent$;

-- The slug that a name gives: accents folded, lower case, every run of other characters one hyphen, none at the ends,
-- cut at a word to the given length. 'assessment' where nothing usable is left.
create or replace function private.slug_of(name text, most integer default 60)
returns text
language plpgsql
stable
strict
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  slug text := name;
begin
  -- Plain ASCII has neither accents nor forms.
  if octet_length(name) > length(name) then
    slug := private.without_accents(normalize(name, NFC));
    -- Marks that no composed character has, such as a diaeresis on a q.
    slug := regexp_replace(normalize(slug, NFD), '[\u0300-\u036f]', '', 'g');
  end if;
  slug := trim(both '-' from regexp_replace(lower(slug collate "C"), '[^a-z0-9]+', '-', 'g'));
  if length(slug) > most then
    slug := case
      when substr(slug, most + 1, 1) = '-' then left(slug, most)
      -- Up to the last hyphen, or through the word where it is the only one.
      else coalesce(substring(left(slug, most) from '^(.*)-'), left(slug, most))
    end;
  end if;
  return coalesce(nullif(slug, ''), 'assessment');
end
$$;

-- 5. Slug of an assessment: the series of numbers, and how a free one is found and reserved.

-- The locks that what follows needs on the host's tables: all at once, and waited for briefly (host_check/rules.sql).
select private.lock_host_tables('share row exclusive', 'auth.users', 'public.tenant_profiles');

-- One row for every slug that was ever given out in a tenant, with the last number of the series stem, stem-2, stem-3
-- and so on. Its row locks put writers who want the same slug in a line, and the number spares them the search: the
-- ten-thousandth equal name costs what the second does. A slug that has to be cut to make room for its number counts with
-- the stem that is left, together with all others that are cut to it. The row with the empty stem, which no name gives,
-- stands for the whole tenant: new assessments of one tenant come in one transaction after the other, since two of several
-- rows each could otherwise wait for each other's slugs for ever.
--
-- That row comes before the tenant itself in the order of locks (locks/order.sql). So there is no foreign key: deleting a tenant would
-- have to wait, with the tenant locked, for whoever has the row and asks for the tenant next.
create table if not exists private.slug_series (
  tenant_id uuid not null,
  stem text not null,
  last_number bigint not null default 1,
  constraint slug_series_pkey primary key (tenant_id, stem)
);
comment on table private.slug_series is 'The last number appended to a slug, by tenant and stem.';
alter table private.slug_series enable row level security;
revoke all on private.slug_series from public, anon, authenticated, service_role;

-- Locks a row of the series until the transaction ends, making it where missing; its last number. An upsert would leave
-- a dead row behind each time, and a transaction of many equal names would walk over all of them.
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
    -- Waits for whoever is making the row; then it is there, or it is this one's.
    insert into private.slug_series (tenant_id, stem)
    values (lock_slug.tenant_id, lock_slug.stem)
    on conflict on constraint slug_series_pkey do nothing
    returning last_number into number;
    exit when found;
  end loop;
  return number;
end
$$;

-- SECURITY DEFINER: the series is nobody's to write. What somebody has locked stays: nothing reads it any more.
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
-- for it: no other index has that order.
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

-- The next free slug of a series, base-2, base-3 and so on, with at most 60 characters. The numbers go on from the last one
-- of the stem that is left of the base, so that what else is cut to it costs no search. Given slugs may have taken any
-- numbers: after a few in a row the steps grow, and whoever wants to make the search twice as long has to take twice as
-- many. The growing steps are not foretold, so that those alone cannot be taken.
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
      -- A longer number leaves less of the base.
      continue;
    end if;
    candidate := counted || '-' || number;
    -- It may also be somebody's given one, or the base of another name's series.
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

-- Finds and reserves a slug: the given one, or one made from the name. Null when the given one is taken. SECURITY
-- DEFINER, because the series is nobody's to write but through here, and because a free slug is one that no row of the
-- tenant has, seen or unseen. Only the trigger's function calls it, after the caller's right to the tenant is settled.
--
-- The plans in here and in what it calls are kept, and one that was made while the tables were small must not read all rows when they
-- are large: without sequential scans and sorts there is only the index to go by.
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
  -- Whoever else wants this slug, or one made from it, waits here until this transaction has ended.
  if not exists (select from public.custom_assessments as present where present.id = claim_slug.assessment_id) then
    -- As hold_tenant does it, written out: every row pays for it.
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
  -- Without a tenant the table refuses it, and there is no slug to take.
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
    -- `insert ... on conflict` means the taken slug: there the constraint decides. It stands behind this in any case,
    -- so that a query which merely has the words gets the same refusal in the constraint's words.
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

-- Accounts that go leave their assessments to the tenants.

-- The locks that what follows needs on the host's tables: all at once, and waited for briefly (host_check/rules.sql).
select private.lock_host_tables('share row exclusive', 'auth.users', 'public.tenant_profiles');

-- Rows that the account made for other people's tenants go to those tenants' owners; the account's own tenants go with
-- it. The trigger runs as whoever deletes the account (Auth's own role), so it is SECURITY DEFINER.
create or replace function private.hand_over_assessments()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update public.custom_assessments as assessment
     set created_by = tenant.user_id
    from public.tenant_profiles as tenant
   where assessment.created_by = old.id
     and tenant.id = assessment.tenant_id
     and tenant.user_id <> old.id;
  update public.assessment_versions as version set created_by = null where version.created_by = old.id;
  update public.listing_review_notes as note set reviewed_by = null where note.reviewed_by = old.id;
  return old;
end
$$;

create or replace trigger hand_over_assessments
before delete on auth.users
for each row execute function private.hand_over_assessments();
