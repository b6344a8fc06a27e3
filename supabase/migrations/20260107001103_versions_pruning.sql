-- custom-assessments 0.2.0 versions_pruning sha256:d9f29bfbeb412182d88991ca712d34463c4d89a6750ceabd9707ae4f8284f277
-- Versions that nothing uses, beyond the newest of each assessment, are taken away with the jobs.

-- Whether something uses a version, or is shown with it.
create or replace function private.is_version_used(version_id uuid)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return exists (
    select from private.version_uses as used where used.version_id = is_version_used.version_id
  ) or exists (
    select from public.listing_requests as request where request.version_id = is_version_used.version_id and request.open
  ) or exists (
    select from public.listing_reviews as review where review.version_id = is_version_used.version_id
  ) or exists (
    select
      from public.assessment_versions as version
      join public.custom_assessments as assessment on assessment.id = version.assessment_id
     where version.id = is_version_used.version_id
       and version.id in (assessment.newest_version_id, assessment.listed_version_id)
  );
end
$$;

-- Versions that may go: unused, with at least so many newer ones of their assessment.
create or replace function private.prunable_versions(batch integer)
returns uuid[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  kept constant bigint := private.setting('versions_kept');
begin
  return array(
    select numbered.id
      from (
        select many.assessment_id
          from public.assessment_versions as many
         group by many.assessment_id
        having count(*) > kept
      ) as crowded,
           lateral (
             select version.id,
                    row_number() over (
                      order by string_to_array(version.version, '.')::bigint[] desc, version.revision desc
                    ) as place
               from public.assessment_versions as version
              where version.assessment_id = crowded.assessment_id
           ) as numbered
     where numbered.place > kept
       and not private.is_version_used(numbered.id)
     order by numbered.place desc
     limit batch
  );
end
$$;

-- Whether a version may go, for the guard.
create or replace function private.is_prunable(version public.assessment_versions)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return not private.is_version_used(version.id) and exists (
    select
      from public.assessment_versions as newer
     where newer.assessment_id = version.assessment_id
       and (string_to_array(newer.version, '.')::bigint[], newer.revision)
           > (string_to_array(version.version, '.')::bigint[], version.revision)
    offset private.setting('versions_kept')::bigint - 1
     limit 1
  );
end
$$;

-- Takes away so many of them at most, and returns how many. Their assessments are held first, as those who begin to use a
-- version hold them: what is used by then stays. Assessments that somebody else holds are left for the next time.
create or replace function private.prune_versions(batch integer)
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  candidates constant uuid[] := private.prunable_versions(batch);
  held uuid[];
  pruned integer;
begin
  held := array(
    select assessment.id
      from public.custom_assessments as assessment
     where assessment.id in (
       select version.assessment_id from public.assessment_versions as version where version.id = any (candidates)
     )
     order by assessment.id
       for update skip locked
  );
  delete from public.assessment_versions as candidate
   where candidate.id = any (candidates)
     and candidate.assessment_id = any (held)
     and private.is_prunable(candidate);
  get diagnostics pruned = row_count;
  return pruned;
end
$$;

-- Only the triggers above write versions, whatever the role. Versions are deleted with their assessment, with the tenant
-- that had it, or by pruning if nothing uses them, and lose their creator when the account is deleted.
create or replace function private.guard_versions()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  forgotten public.assessment_versions := old;
begin
  if tg_op = 'INSERT' then
    if pg_trigger_depth() > 1 then
      return new;
    end if;
    perform private.refuse('VERSION_IMMUTABLE', jsonb_build_object('assessment_id', new.assessment_id));
  end if;
  -- With the assessment; and, where it has come to another tenant, by the trigger that keeps those that others use.
  if tg_op = 'DELETE' and not exists (
    select
      from public.custom_assessments as assessment
     where assessment.id = old.assessment_id
       and (assessment.tenant_id = old.tenant_id or pg_trigger_depth() = 1)
  ) then
    return old;
  end if;
  -- The rights to a function are looked at before an AND is.
  if tg_op = 'DELETE' and current_user not in ('anon', 'authenticated', 'service_role') then
    if private.is_prunable(old) then
      return old;
    end if;
  end if;
  forgotten.created_by := null;
  if tg_op = 'UPDATE' and record_image_eq(new, forgotten) then
    return new;
  end if;
  perform private.refuse('VERSION_IMMUTABLE', jsonb_build_object('assessment_id', old.assessment_id));
end
$$;

create or replace trigger guard_versions
before insert or update or delete on public.assessment_versions
for each row execute function private.guard_versions();

-- How many versions a tenant's own edits make, and how many bytes of them there may be (limits/tenants.sql). Each edit of an assessment in use makes one, and an editor that saves on each
-- keystroke would fill the database. An upload counts as an edit by the account that uploaded it, and fails with
-- too-many-versions. What trusted writers write is not limited here.

create or replace function private.limit_versions()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  made record;
begin
  -- Versions of accounts alone have one, so that an import of thousands takes nothing from the tenant.
  select count(*) as versions,
         coalesce(sum(pg_column_size(version.definition) + coalesce(pg_column_size(version.source_markdown), 0)), 0) as bytes,
         min(version.created_at) as since
    into made
    from public.assessment_versions as version
   where version.created_by = new.created_by
     and version.tenant_id = new.tenant_id
     and version.created_at > now() - interval '1 hour';
  if made.versions >= private.setting('versions_an_hour') or made.bytes >= private.setting('version_bytes_an_hour') then
    perform private.refuse('TENANT_LIMIT', jsonb_build_object(
      'tenant_id', new.tenant_id,
      'seconds', ceil(extract(epoch from made.since + interval '1 hour' - now()))
    ) || case
      when made.versions >= private.setting('versions_an_hour') then jsonb_build_object(
        'setting', 'versions_an_hour', 'limit', private.setting('versions_an_hour'), 'used', made.versions)
      else jsonb_build_object(
        'setting', 'version_bytes_an_hour', 'limit', private.setting('version_bytes_an_hour'), 'used', made.bytes)
    end);
  end if;
  perform private.refuse_exceeded(new.tenant_id, 'versions', 1);
  return new;
end
$$;

create or replace trigger limit_versions
before insert on public.assessment_versions
for each row when (new.created_by is not null)
execute function private.limit_versions();

-- An owner's declaration that only the wording of a dimension changed. Two versions of a dimension have different hashes if
-- a rater reads different texts; no program can know whether that is a different instrument, and none guesses.

create table if not exists public.equivalence_declarations (
  id uuid not null default gen_random_uuid(),
  assessment_id uuid not null,
  tenant_id uuid not null,
  dimension text not null,
  from_hash text not null,
  to_hash text not null,
  note text not null,
  created_at timestamptz not null default now(),

  constraint equivalence_declarations_pkey primary key (id),
  constraint equivalence_is_declared_once unique (assessment_id, dimension, from_hash, to_hash),
  constraint equivalence_declarations_assessment_id_fkey
  foreign key (assessment_id) references public.custom_assessments (id) on delete cascade,
  constraint equivalence_note_says_something check (note ~ '\S' and length(note) <= 2000)
);
comment on table public.equivalence_declarations is
'Declarations of an assessment''s owner that only the wording of a dimension changed. Rows never change.';
comment on column public.equivalence_declarations.tenant_id is 'The tenant that owns the assessment. Set by the database.';
comment on column public.equivalence_declarations.dimension is 'The id of the dimension; its name may have changed.';
comment on column public.equivalence_declarations.from_hash is
'The hash of the dimension in one version of the assessment, as in dimension_hashes.';
comment on column public.equivalence_declarations.to_hash is 'Its hash in another version.';
comment on column public.equivalence_declarations.note is 'The reason, shown to everyone who sees results compared.';
alter table public.equivalence_declarations enable row level security;
revoke all on table public.equivalence_declarations from public, anon, authenticated, service_role;

create or replace function private.check_equivalence()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  hash text;
begin
  -- As the caller: what it cannot see does not exist.
  new.tenant_id := (
    select assessment.tenant_id from public.custom_assessments as assessment where assessment.id = new.assessment_id
  );
  if new.tenant_id is null then
    perform private.refuse('ASSESSMENT_NOT_FOUND', jsonb_build_object('assessment_id', new.assessment_id));
  elsif new.tenant_id <> all (array(select private.my_tenant_ids())) then
    perform private.refuse('ASSESSMENT_ACCESS_DENIED', jsonb_build_object('assessment_id', new.assessment_id));
  end if;
  foreach hash in array array[new.from_hash, new.to_hash] loop
    if new.from_hash = new.to_hash or not exists (
      select from public.assessment_versions as version
       where version.assessment_id = new.assessment_id
         and version.dimension_hashes ->> new.dimension = hash
    ) then
      perform private.refuse('INVALID_ARGUMENT', jsonb_build_object(
        'argument', case when hash = new.from_hash then 'from_hash' else 'to_hash' end,
        'expected', 'another hash of this dimension than the other one, as dimension_hashes of a version has it'));
    end if;
  end loop;
  if new.note is null or new.note !~ '\S' or length(new.note) > 2000 then
    perform private.refuse('INVALID_ARGUMENT', '{"argument": "note", "expected": "why, in 1 to 2000 characters"}');
  end if;
  new.id := gen_random_uuid();
  new.created_at := now();
  return new;
end
$$;

create or replace trigger check_equivalence
before insert on public.equivalence_declarations
for each row execute function private.check_equivalence();

-- They are deleted with the assessment, or when it is transferred to another tenant, who did not make them.
create or replace function private.guard_equivalences()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'DELETE' and not exists (
    select from public.custom_assessments as assessment
     where assessment.id = old.assessment_id and assessment.tenant_id = old.tenant_id
  ) then
    return old;
  end if;
  perform private.refuse('DECLARATION_IMMUTABLE', jsonb_build_object('assessment_id', old.assessment_id));
  return null;
end
$$;

create or replace trigger guard_equivalences
before update or delete on public.equivalence_declarations
for each row execute function private.guard_equivalences();

-- SECURITY DEFINER, because no role of the API can delete a declaration.
create or replace function private.drop_equivalences_of_former_tenant()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from public.equivalence_declarations as declaration
   where declaration.assessment_id = new.id and declaration.tenant_id <> new.tenant_id;
  return null;
end
$$;

create or replace trigger drop_equivalences_of_former_tenant
after update of tenant_id on public.custom_assessments
for each row when (old.tenant_id is distinct from new.tenant_id)
execute function private.drop_equivalences_of_former_tenant();

create or replace function public.declare_equivalent(
  assessment_id uuid, dimension text, from_hash text, to_hash text, note text
)
returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into public.equivalence_declarations (assessment_id, dimension, from_hash, to_hash, note)
  values (declare_equivalent.assessment_id, declare_equivalent.dimension, declare_equivalent.from_hash,
          declare_equivalent.to_hash, declare_equivalent.note)
  on conflict on constraint equivalence_is_declared_once do nothing;
  return (
    select to_jsonb(present)
      from public.equivalence_declarations as present
     where present.assessment_id = declare_equivalent.assessment_id
       and present.dimension = declare_equivalent.dimension
       and present.from_hash = declare_equivalent.from_hash
       and present.to_hash = declare_equivalent.to_hash
  );
end
$$;
comment on function public.declare_equivalent(uuid, text, text, text, text) is
'For owners: declares that only the wording of a dimension (by its id) changed between two hashes, and why. Returns the row; '
'a repeated call returns the existing row unchanged.';
revoke all on function public.declare_equivalent(uuid, text, text, text, text) from public, anon, authenticated, service_role;
