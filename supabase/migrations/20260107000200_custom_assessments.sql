-- custom-assessments 0.2.0 custom_assessments sha256:52e75818d538f037e90297d20303e924d9a8c071e2b931561eb4723723e81faa
-- custom-assessments 0.2.0 custom_assessments sha256:c01193c260f27c7b60fecb181c1f24e7696e14227f2275a0a2baa13c12dd058b
-- The assessments of tenants: the table, its constraints, and the triggers that keep slug, version, status and dates.
--
-- Two kinds of rule. Integrity (what a row may be) holds for every writer. Authority (who may do what) binds the roles
-- anon and authenticated; reviewers' tools, imports and support work as service_role or postgres and are trusted with
-- it. Triggers run with the writer's rights, so current_user tells the two apart; what a foreign key or a function
-- with its owner's rights does counts as trusted.

select private.lock_host_tables('share row exclusive', 'auth.users', 'public.tenant_profiles');

create table if not exists public.custom_assessments (
  id uuid primary key default gen_random_uuid(),

  -- Ownership. The maker is checked at commit: when an account is deleted, its tenants' rows go in the same
  -- transaction, but only after an immediate check would have refused.
  tenant_id uuid not null
  constraint custom_assessments_tenant_id_fkey references public.tenant_profiles (id) on delete cascade,
  created_by uuid not null
  constraint custom_assessments_created_by_fkey references auth.users (id) deferrable initially deferred,

  -- Identity
  name text not null
  constraint name_has_1_to_200_characters check (length(name) <= private.longest_name() and btrim(name) <> ''),
  slug text not null
  constraint slug_format check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= private.longest_name()),
  version text not null default (private.metadata_defaults() ->> 'version')
  constraint version_format check (version ~ '^(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})$'),
  description text
  constraint description_is_at_most_500_kb check (octet_length(description) <= private.largest_text()),

  -- The definition, and the Markdown it was compiled from. private.definition_faults() has the rules; this stands
  -- behind it.
  definition jsonb not null
  constraint definition_has_dimensions_and_categories check (
    jsonb_typeof(definition) = 'object'
    and jsonb_typeof(definition -> 'dimensions') is not distinct from 'array'
    and jsonb_typeof(definition -> 'resultCategories') is not distinct from 'array'
  ),
  source_markdown text
  constraint source_is_at_most_500_kb check (octet_length(source_markdown) <= private.largest_text()),
  source_type text not null default 'upload'
  constraint source_type_is_known check (source_type = any(private.source_types())),

  -- Configuration
  assessment_type text not null default (private.metadata_defaults() ->> 'type')
  constraint assessment_type_is_known check (assessment_type = any(private.assessment_types())),
  interview_style_default integer not null
  default (private.metadata_defaults() #>> '{interviewStyle,default}')::integer
  constraint interview_style_default_is_1_to_5 check (interview_style_default = any(private.interview_styles())),
  interview_style_allow_override boolean not null
  default (private.metadata_defaults() #>> '{interviewStyle,allowOverride}')::boolean,
  result_disclosure text not null default (private.metadata_defaults() ->> 'resultDisclosure')
  constraint result_disclosure_is_known check (result_disclosure = any(private.disclosures())),

  -- Status
  status text not null default 'draft'
  constraint status_is_known check (status = any(private.assessment_statuses())),
  is_template boolean not null default false,

  -- Marketplace
  marketplace_status text default 'private'
  constraint marketplace_status_is_known check (marketplace_status = any(private.marketplace_statuses())),
  marketplace_price_tier text
  constraint marketplace_price_tier_is_known check (marketplace_price_tier = any(private.price_tiers())),

  -- Dates
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  published_at timestamptz
  constraint active_assessment_has_been_published check (status <> 'active' or published_at is not null),

  constraint slug_is_unique_in_its_tenant unique (tenant_id, slug)
);

comment on table public.custom_assessments is
'Custom assessment frameworks uploaded or built by tenants.';
comment on column public.custom_assessments.created_by is
'The account that made the row: the caller, whatever is sent.';
comment on column public.custom_assessments.slug is
'Made from the name when left out. A given one has the format [a-z0-9]+(-[a-z0-9]+)* and is free in its tenant.';
comment on column public.custom_assessments.version is
'major.minor. Never falls. Changing the definition of an active assessment without raising it raises the minor by 1.';
comment on column public.custom_assessments.definition is
'Parsed JSON structure: {dimensions, resultCategories, interviewGuidelines, metadata, examples}. Kept as given: where '
'its metadata (name, version, type, interview style, disclosure) differs from this row''s columns, the columns count. '
'The scale is read from its metadata.';
comment on column public.custom_assessments.source_markdown is
'The Markdown that the definition was compiled from, for editing; empty for an assessment from a builder.';
comment on column public.custom_assessments.interview_style_default is
'Default interview style: 1 = highly structured, 5 = fully conversational.';
comment on column public.custom_assessments.interview_style_allow_override is
'Whether a campaign or coaching session may choose another style.';
comment on column public.custom_assessments.result_disclosure is
'What a respondent sees of the result: full, teaser (the category''s name and description) or none.';
comment on column public.custom_assessments.status is
'draft to active or archived, active to archived, archived to active. Archived rows are read-only but for this.';
comment on column public.custom_assessments.is_template is
'System templates, readable by everyone while active. Set by reviewers only.';
comment on column public.custom_assessments.marketplace_status is
'Tenants move it between private and pending_review; published and rejected are the reviewers''.';
comment on column public.custom_assessments.published_at is
'When it was first activated. Set once, by the database.';

alter table public.custom_assessments enable row level security;

-- Lists of a tenant's assessments, newest first.
create index if not exists idx_custom_assessments_tenant_id
on public.custom_assessments (tenant_id, created_at desc);
-- The active ones of a tenant, by name: what is offered when a campaign is made.
create index if not exists idx_custom_assessments_status
on public.custom_assessments (tenant_id, name) where status = 'active';
-- The marketplace's page, newest first.
create index if not exists idx_custom_assessments_marketplace
on public.custom_assessments (published_at desc) where marketplace_status = 'published';
create index if not exists idx_custom_assessments_templates
on public.custom_assessments (name) where is_template;
create index if not exists idx_custom_assessments_created_by
on public.custom_assessments (created_by);

-- ---------------------------------------------------------------------------------------------------------------------
-- 1. Authority: what the API's roles may not do
-- ---------------------------------------------------------------------------------------------------------------------

-- First of all triggers, so that nothing below works on a row for somebody else's tenant or tells anything about it.
create or replace function private.guard_assessment_authority()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    if (new.tenant_id = any (array(select private.my_tenant_ids()))) is not true then
      perform private.refuse('TENANT_ACCESS_DENIED');
    end if;
    -- Clients that still send a maker are not refused; they are not believed either.
    new.created_by := auth.uid();
    new.marketplace_status := coalesce(new.marketplace_status, 'private');
    if new.is_template or new.marketplace_status not in ('private', 'pending_review') then
      perform private.refuse('ASSESSMENT_ACCESS_DENIED');
    end if;
    if new.status = 'archived' then
      perform private.refuse('INVALID_STATUS_TRANSITION', jsonb_build_object('from', null, 'to', new.status));
    end if;
    return new;
  end if;

  new.marketplace_status := coalesce(new.marketplace_status, 'private');
  if (new.tenant_id, new.created_by, new.is_template) is distinct from (old.tenant_id, old.created_by, old.is_template)
    or (
      new.marketplace_status is distinct from old.marketplace_status
      and not (
        coalesce(old.marketplace_status, 'private') in ('private', 'pending_review')
        and new.marketplace_status in ('private', 'pending_review')
      )
    ) then
    perform private.refuse('ASSESSMENT_ACCESS_DENIED', jsonb_build_object('assessment_id', old.id));
  end if;
  if new.status is distinct from old.status
    and (old.status, new.status) not in (
      ('draft', 'active'), ('draft', 'archived'), ('active', 'archived'), ('archived', 'active')
    ) then
    perform private.refuse(
      'INVALID_STATUS_TRANSITION',
      jsonb_build_object('assessment_id', old.id, 'from', old.status, 'to', left(new.status, 50))
    );
  end if;
  -- What a reviewer has read is what everyone reads: whatever carries text of the tenant's is read again when it changes.
  if old.marketplace_status = 'published'
    and (new.definition, new.name, new.slug, new.description, new.source_markdown)
    is distinct from (old.definition, old.name, old.slug, old.description, old.source_markdown) then
    new.marketplace_status := 'pending_review';
  end if;
  return new;
end
$$;
revoke all on function private.guard_assessment_authority() from public, anon, authenticated, service_role;

create or replace trigger assessment_1_authority
before insert or update on public.custom_assessments
for each row when (current_user in ('anon', 'authenticated'))
execute function private.guard_assessment_authority();

-- ---------------------------------------------------------------------------------------------------------------------
-- 2. Status and dates
-- ---------------------------------------------------------------------------------------------------------------------

-- The owner of a tenant; null for a tenant that does not exist. SECURITY DEFINER, because a trusted writer need not be
-- granted the host's tenant_profiles.
create or replace function private.tenant_owner(tenant_id uuid)
returns uuid
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return (select tenant.user_id from public.tenant_profiles as tenant where tenant.id = tenant_owner.tenant_id);
end
$$;
revoke all on function private.tenant_owner(uuid) from public, anon, authenticated, service_role;
grant execute on function private.tenant_owner(uuid) to service_role;

create or replace function private.keep_assessment_history()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.marketplace_status := coalesce(new.marketplace_status, 'private');
  if tg_op = 'INSERT' then
    if new.created_by is null then
      new.created_by := private.tenant_owner(new.tenant_id);
      if new.created_by is null then
        perform private.refuse('TENANT_NOT_FOUND', jsonb_build_object('tenant_id', new.tenant_id));
      end if;
    end if;
    if new.status = 'active' then
      new.published_at := coalesce(new.published_at, now());
    elsif new.status = 'draft' then
      new.published_at := null;
    end if;
    return new;
  end if;

  -- The maker may be replaced when an account goes; everything else of an archived row stands still.
  if old.status = 'archived' and (
    new.id, new.tenant_id, new.name, new.slug, new.version, new.description, new.definition, new.source_markdown,
    new.source_type, new.assessment_type, new.interview_style_default, new.interview_style_allow_override,
    new.result_disclosure, new.is_template, new.marketplace_status, new.marketplace_price_tier
  ) is distinct from (
    old.id, old.tenant_id, old.name, old.slug, old.version, old.description, old.definition, old.source_markdown,
    old.source_type, old.assessment_type, old.interview_style_default, old.interview_style_allow_override,
    old.result_disclosure, old.is_template, old.marketplace_status, old.marketplace_price_tier
  ) then
    perform private.refuse('ASSESSMENT_ARCHIVED', jsonb_build_object('assessment_id', old.id));
  end if;

  new.created_at := old.created_at;
  new.updated_at := now();
  new.published_at := coalesce(old.published_at, case when new.status = 'active' then now() end);
  return new;
end
$$;
revoke all on function private.keep_assessment_history() from public, anon, authenticated, service_role;

create or replace trigger assessment_2_history
before update on public.custom_assessments
for each row execute function private.keep_assessment_history();

-- Most new rows are drafts that say all of it, and are spared the call.
create or replace trigger assessment_2_history_of_new
before insert on public.custom_assessments
for each row when (
  new.created_by is null
  or new.marketplace_status is null
  or new.status <> 'draft'
  or new.published_at is not null
)
execute function private.keep_assessment_history();

-- ---------------------------------------------------------------------------------------------------------------------
-- 3. Content
-- ---------------------------------------------------------------------------------------------------------------------

create or replace function private.check_assessment_content()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  faults jsonb := '[]'::jsonb;
begin
  if octet_length(new.source_markdown) > private.largest_text() then
    perform private.refuse(
      'UPLOAD_TOO_LARGE',
      jsonb_build_object(
        'bytes', octet_length(new.source_markdown), 'expected', format('at most %s bytes', private.largest_text())
      )
    );
  end if;
  -- White space at the ends counts too: the name stands in lists and in an index.
  if new.name is null or length(new.name) > private.longest_name() or private.trim_text(new.name) = '' then
    faults := faults || private.fault('name', 'invalid-text', format('a text of 1 to %s characters', private.longest_name()));
  end if;
  if octet_length(new.description) > private.largest_text() then
    faults := faults || private.fault('description', 'too-large', format('at most %s bytes', private.largest_text()));
  end if;
  if tg_op = 'INSERT' or new.definition is distinct from old.definition then
    faults := faults || private.definition_faults(new.definition);
  end if;
  if faults <> '[]' then
    perform private.refuse('ASSESSMENT_VALIDATION_ERROR', jsonb_build_object('faults', faults));
  end if;
  return new;
end
$$;
revoke all on function private.check_assessment_content() from public, anon, authenticated, service_role;

create or replace trigger assessment_3_content
before insert or update of name, description, definition, source_markdown on public.custom_assessments
for each row execute function private.check_assessment_content();

-- ---------------------------------------------------------------------------------------------------------------------
-- 4. Version
-- ---------------------------------------------------------------------------------------------------------------------

create or replace function private.keep_assessment_version()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  earlier bigint[];
  later bigint[];
begin
  if not private.is_version(new.version) then
    perform private.refuse('INVALID_VERSION', jsonb_build_object('expected', 'major.minor, such as "1.0"'));
  end if;
  if tg_op = 'INSERT' then
    return new;
  end if;

  earlier := string_to_array(old.version, '.')::bigint[];
  later := string_to_array(new.version, '.')::bigint[];
  if later < earlier then
    perform private.refuse(
      'INVALID_VERSION',
      jsonb_build_object('assessment_id', old.id, 'version', new.version, 'present', old.version,
                         'expected', 'at least ' || old.version)
    );
  end if;
  if old.status = 'active' and later = earlier and new.definition is distinct from old.definition then
    if earlier[2] = 999999999 then
      perform private.refuse(
        'INVALID_VERSION',
        jsonb_build_object('assessment_id', old.id, 'version', new.version, 'present', old.version,
                           'expected', 'a higher major version')
      );
    end if;
    new.version := earlier[1] || '.' || earlier[2] + 1;
  end if;
  return new;
end
$$;
revoke all on function private.keep_assessment_version() from public, anon, authenticated, service_role;

create or replace trigger assessment_4_version
before update of version, definition on public.custom_assessments
for each row execute function private.keep_assessment_version();

-- The default needs no look.
create or replace trigger assessment_4_version_of_new
before insert on public.custom_assessments
for each row when (new.version is distinct from '1.0')
execute function private.keep_assessment_version();

-- ---------------------------------------------------------------------------------------------------------------------
-- 5. Slug
-- ---------------------------------------------------------------------------------------------------------------------

-- One row for every slug that was ever given out in a tenant, with the last number of the series stem, stem-2, stem-3
-- and so on. Its row locks put writers who want the same slug in a line, and the number spares them the search: the
-- ten-thousandth equal name costs what the second does. A slug that has to be cut to make room for its number counts with
-- the stem that is left, together with all others that are cut to it. The row with the empty stem, which no name gives,
-- stands for the whole tenant: new assessments of one tenant come in one transaction after the other, since two of several
-- rows each could otherwise wait for each other's slugs for ever.
--
-- That row comes before the tenant itself in the order of locks below. So there is no foreign key: deleting a tenant would
-- have to wait, with the tenant locked, for whoever has the row and asks for the tenant next.
create table if not exists private.slug_series (
  tenant_id uuid not null,
  stem text not null,
  last_number bigint not null default 1,
  constraint slug_series_pkey primary key (tenant_id, stem)
);
comment on table private.slug_series is 'The last number that was appended to a slug, by tenant and stem.';
alter table private.slug_series enable row level security;
revoke all on private.slug_series from public, anon, authenticated, service_role;

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
      set search_path = ''
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
revoke all on function private.without_accents(text) from public, anon, authenticated, service_role;

-- The slug that a name gives: accents folded, lower case, every run of other characters one hyphen, none at the ends,
-- cut at a word to the given length. 'assessment' where nothing usable is left.
create or replace function private.slug_of(name text, most integer default 60)
returns text
language plpgsql
stable
strict
parallel safe
set search_path = ''
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
revoke all on function private.slug_of(text, integer) from public, anon, authenticated, service_role;

-- Locks a row of the series until the transaction ends, making it where missing; its last number. An upsert would leave
-- a dead row behind each time, and a transaction of many equal names would walk over all of them.
create or replace function private.lock_slug(tenant_id uuid, stem text)
returns bigint
language plpgsql
set search_path = ''
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
revoke all on function private.lock_slug(uuid, text) from public, anon, authenticated, service_role;

-- The order of locks
--
-- Whoever needs several of these takes them in this order, so that nobody waits for somebody who waits for them:
--
--   1. the line of a tenant: the row of private.slug_series with the empty stem. Only one has it, and those who ask for
--      it get it in turn; so whoever erases a tenant comes to it, however much is inserted meanwhile
--   2. the account that makes a row, in auth.users: for key share, or for update to delete it
--   3. the tenant: for key share, or for update to delete it
--   4. jobs, in the order of their ids
--   5. the slugs
--   6. assessments, in the order of their ids
--   7. everything that hangs on them
--
-- Of several tenants each of these in the order of their ids. A plain `delete` of an account or a tenant begins with the
-- row itself and goes on from there. What cannot keep the order is short, and ends by itself: a change of a
-- published assessment has the assessment and asks for the tenant, to list it; the functions that erase begin again when
-- they are ended for such a wait.

-- Comes into the line of a tenant: at once where nobody has it. Whoever waits here keeps a connection from everybody else,
-- so it ends after two seconds, and only five have that long; those for whom there is no place have a tenth of a second, in
-- which a burst of small requests is through. A place is let go with the transaction.
create or replace function private.enter_line(tenant_id uuid)
returns void
language plpgsql
set search_path = ''
set enable_seqscan = off
as $$
declare
  places constant integer := 5;
  given constant text := current_setting('lock_timeout');
  longest interval := interval '2 seconds';
begin
  perform from private.slug_series as series
   where series.tenant_id = enter_line.tenant_id
     and series.stem = ''
     for update skip locked;
  if found then
    return;
  end if;
  if not exists (
    select from generate_series(1, places) as place
     where pg_try_advisory_xact_lock(hashtextextended('line of ' || enter_line.tenant_id, place))
  ) then
    longest := interval '100 milliseconds';
  end if;
  if given = '0' or given::interval > longest then
    perform set_config('lock_timeout', extract(milliseconds from longest)::integer::text, true);
  end if;
  begin
    perform private.lock_slug(enter_line.tenant_id, '');
  exception when lock_not_available then
    perform private.refuse('BUSY', jsonb_build_object('tenant_id', enter_line.tenant_id));
  end;
  perform set_config('lock_timeout', given, true);
end
$$;
revoke all on function private.enter_line(uuid) from public, anon, authenticated, service_role;

-- Takes the first three for whoever makes rows of a tenant; the line only where assessments are made.
create or replace function private.hold_tenant(tenant_id uuid, makers uuid[], in_line boolean)
returns void
language plpgsql
set search_path = ''
as $$
begin
  if in_line then
    perform private.lock_slug(hold_tenant.tenant_id, '');
  end if;
  perform account.id from auth.users as account where account.id = any (makers) order by account.id for key share;
  perform tenant.id from public.tenant_profiles as tenant where tenant.id = hold_tenant.tenant_id for key share;
  if in_line and not found then
    delete from private.slug_series as series where series.tenant_id = hold_tenant.tenant_id and series.stem = '';
  end if;
end
$$;
revoke all on function private.hold_tenant(uuid, uuid[], boolean) from public, anon, authenticated, service_role;

-- SECURITY DEFINER: the series is nobody's to write. What somebody has locked stays: nothing reads it any more.
create or replace function private.drop_slugs_of_tenant()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  delete from private.slug_series as series
   where (series.tenant_id, series.stem) in (
     select free.tenant_id, free.stem from private.slug_series as free where free.tenant_id = old.id for update skip locked);
  return null;
end
$$;
revoke all on function private.drop_slugs_of_tenant() from public, anon, authenticated, service_role;

create or replace trigger drop_slugs_of_tenant
after delete on public.tenant_profiles
for each row execute function private.drop_slugs_of_tenant();

-- Whether an assessment other than the given one has the slug. Read in the order of the unique index, which has one entry
-- for it: no other index has that order.
create or replace function private.slug_is_taken(tenant_id uuid, slug text, assessment_id uuid)
returns boolean
language plpgsql
set search_path = ''
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
revoke all on function private.slug_is_taken(uuid, text, uuid) from public, anon, authenticated, service_role;

-- The next free slug of a series, base-2, base-3 and so on, with at most 60 characters. The numbers go on from the last one
-- of the stem that is left of the base, so that what else is cut to it costs no search. Given slugs may have taken any
-- numbers: after a few in a row the steps grow, and whoever wants to make the search twice as long has to take twice as
-- many. The growing steps are not foretold, so that those alone cannot be taken.
create or replace function private.next_numbered_slug(tenant_id uuid, assessment_id uuid, base text)
returns text
language plpgsql
set search_path = ''
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
revoke all on function private.next_numbered_slug(uuid, uuid, text) from public, anon, authenticated, service_role;

-- Finds and reserves a slug: the given one, or one made from the name. Null when the given one is taken. SECURITY
-- DEFINER, because the series is nobody's to write but through here, and because a free slug is one that no row of the
-- tenant has, seen or unseen. Only the trigger below calls it, after the caller's right to the tenant is settled.
--
-- The plans in here and below are kept, and one that was made while the tables were small must not read all rows when they
-- are large: without sequential scans and sorts there is only the index to go by.
create or replace function private.claim_slug(tenant_id uuid, assessment_id uuid, maker uuid, given text, name text)
returns text
language plpgsql
security definer
set search_path = ''
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
revoke all on function private.claim_slug(uuid, uuid, uuid, text, text) from public, anon, authenticated, service_role;
grant execute on function private.claim_slug(uuid, uuid, uuid, text, text) to authenticated, service_role;

create or replace function private.set_assessment_slug()
returns trigger
language plpgsql
set search_path = ''
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
revoke all on function private.set_assessment_slug() from public, anon, authenticated, service_role;

create or replace trigger assessment_5_slug
before insert or update of slug, tenant_id on public.custom_assessments
for each row execute function private.set_assessment_slug();

-- Whoever changes or deletes rows over the API comes into the line first, so that nobody waits for one of the rows, which
-- nothing would end before the statement's own time is over. In the order of the tenants' ids. SECURITY DEFINER: the series
-- is nobody's to lock.
create or replace function private.enter_my_lines()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.enter_line(mine.id) from (select id from private.my_tenant_ids() as id order by id) as mine;
  return null;
end
$$;
revoke all on function private.enter_my_lines() from public, anon, authenticated, service_role;

create or replace trigger assessment_0_line
before update or delete on public.custom_assessments
for each statement when (current_user in ('anon', 'authenticated'))
execute function private.enter_my_lines();

-- ---------------------------------------------------------------------------------------------------------------------
-- Accounts that go
-- ---------------------------------------------------------------------------------------------------------------------

-- Rows that the account made for other people's tenants go to those tenants' owners; the account's own tenants go with
-- it. The trigger runs as whoever deletes the account (Auth's own role), so it is SECURITY DEFINER.
create or replace function private.hand_over_assessments()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  update public.custom_assessments as assessment
     set created_by = tenant.user_id
    from public.tenant_profiles as tenant
   where assessment.created_by = old.id
     and tenant.id = assessment.tenant_id
     and tenant.user_id <> old.id;
  return old;
end
$$;
revoke all on function private.hand_over_assessments() from public, anon, authenticated, service_role;

create or replace trigger hand_over_assessments
before delete on auth.users
for each row execute function private.hand_over_assessments();
