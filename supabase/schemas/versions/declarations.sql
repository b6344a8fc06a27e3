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
