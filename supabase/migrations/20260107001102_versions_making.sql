-- custom-assessments 0.2.0 versions_making sha256:55fa8253e4d437fdf4dcb88971454327c8609b3343e43b04e23a73e1e24a6974
-- Creates versions: when an assessment becomes active or requests a listing, and then at every change of its content.

-- The content of an assessment's row.
create or replace function private.content_of_assessment(assessment public.custom_assessments)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return private.content_of(assessment.definition, private.column_values(
    assessment.name, assessment.version, assessment.description, assessment.assessment_type, assessment.interview_style_default,
    assessment.interview_style_allow_override, assessment.result_disclosure
  ));
end
$$;

-- The lowest number above this one that a change of that class allows. If the number would be too large, it is not a valid
-- version.
create or replace function private.least_version(version text, class text)
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  parts constant bigint[] := string_to_array(version, '.')::bigint[];
begin
  return case
    when class in ('presentation', 'instrument') then parts[1] || '.' || parts[2] + 1
    else parts[1] + 1 || '.0'
  end;
end
$$;

-- Stores the assessment's content as the version that it names as its newest.
create or replace function private.store_version(
  assessment public.custom_assessments, content jsonb, hash text, change_class text
)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into public.assessment_versions (
    id, assessment_id, tenant_id, version, revision, name, description, definition, assessment_type,
    interview_style_default, interview_style_allow_override, result_disclosure, source_markdown, definition_sha256, scoring_sha256,
    dimension_hashes, change_class, created_by
  )
  values (
    assessment.newest_version_id, assessment.id, assessment.tenant_id, assessment.version,
    -- A number of a former tenant's, whose version somebody still uses.
    (
      select coalesce(max(present.revision) + 1, 0)
        from public.assessment_versions as present
       where present.assessment_id = assessment.id and present.version = assessment.version
    ),
    assessment.name, assessment.description, assessment.definition, assessment.assessment_type,
    assessment.interview_style_default, assessment.interview_style_allow_override, assessment.result_disclosure, assessment.source_markdown, hash,
    private.hash_of(private.scoring_of(content)), private.dimension_hashes(content), store_version.change_class,
    -- What the worker applies is the change of the account that uploaded it (worker_api/drafts.sql).
    coalesce(auth.uid(), nullif(current_setting('assessments.uploader', true), '')::uuid)
  );
end
$$;

-- Whether an assessment in this state has a version, or must have one from now on.
create or replace function private.needs_version(status text, marketplace_status text)
returns boolean
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return status = 'active' or coalesce(marketplace_status in ('pending_review', 'published', 'rejected'), false);
end
$$;

-- Checks the number of a change of content, and returns the number for the row.
create or replace function private.number_of_change(
  assessment_id uuid, present text, stated text, class text
)
returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  least constant text := private.least_version(present, class);
begin
  if stated <> present and string_to_array(stated, '.')::bigint[] >= string_to_array(least, '.')::bigint[] then
    return stated;
  end if;
  if stated <> present or not private.is_version(least) then
    perform private.refuse(
      'INVALID_VERSION',
      jsonb_build_object(
        'assessment_id', assessment_id, 'version', stated, 'present', present, 'change', class,
        'expected', case when private.is_version(least) then 'at least ' || least else 'a higher major version' end
      )
    );
  end if;
  return least;
end
$$;

-- An id that a change brings back must name the same, unchanged dimension that it named when it was removed, because
-- results are compared by it.
create or replace function private.check_returned_ids(assessment_id uuid, earlier jsonb, content jsonb)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  faults constant jsonb := (
    select jsonb_agg(private.fault(
             '$.dimensions[' || (added.place - 1) || '].id', 'removed-id',
             format('another id, such as "%s": "%s" was removed, and the dimension that it named is not this one',
                    private.free_id(added.id, used.ids), added.id)) order by added.place)
      from (
        select dimension.value ->> 'id' as id, dimension.ordinality as place
          from jsonb_array_elements(content -> 'dimensions') with ordinality as dimension
         where not private.dimension_hashes(earlier) ? (dimension.value ->> 'id')
      ) as added,
      lateral (
        select version.dimension_hashes ->> added.id as hash
          from public.assessment_versions as version
         where version.assessment_id = check_returned_ids.assessment_id
           and version.dimension_hashes ? added.id
         order by string_to_array(version.version, '.')::bigint[] desc, version.revision desc
         limit 1
      ) as former,
      lateral (
        select array(
          select jsonb_object_keys(version.dimension_hashes)
            from public.assessment_versions as version
           where version.assessment_id = check_returned_ids.assessment_id
          union all
          select jsonb_object_keys(private.dimension_hashes(content))
        ) as ids
      ) as used
     where former.hash <> private.dimension_hashes(content) ->> added.id
  );
begin
  if faults is not null then
    perform private.refuse(
      'ASSESSMENT_VALIDATION_ERROR', jsonb_build_object('assessment_id', assessment_id, 'faults', faults));
  end if;
end
$$;

-- Sets the number, and stores a version when the content changes. SECURITY DEFINER, because versions are written only
-- through assessments.
create or replace function private.keep_assessment_version()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  before public.custom_assessments;
  earlier jsonb;
  content jsonb;
  hash text;
  class text;
  -- A first use asks for a version by naming one: there is none yet.
  is_used constant boolean := tg_op = 'UPDATE' and old.newest_version_id is null and new.newest_version_id is not null;
begin
  if not private.is_version(new.version) then
    perform private.refuse('INVALID_VERSION', jsonb_build_object('expected', 'major.minor, such as "1.0"'));
  end if;
  if tg_op = 'INSERT' then
    new.newest_version_id := case when private.needs_version(new.status, new.marketplace_status) then gen_random_uuid() end;
    return new;
  end if;
  -- Another tenant goes on with the version that it used.
  if new.tenant_id = old.tenant_id
    and string_to_array(new.version, '.')::bigint[] < string_to_array(old.version, '.')::bigint[] then
    perform private.refuse(
      'INVALID_VERSION',
      jsonb_build_object('assessment_id', old.id, 'version', new.version, 'present', old.version,
                         'expected', 'at least ' || old.version)
    );
  end if;

  -- The first version is stored when the row has its final values. Versions of a former tenant are not kept.
  if new.tenant_id <> old.tenant_id
    or (old.newest_version_id is null and not private.needs_version(old.status, old.marketplace_status)) then
    if new.tenant_id = old.tenant_id
      or new.newest_version_id is not distinct from old.newest_version_id
      or not private.has_used(new.tenant_id, new.newest_version_id) then
      new.newest_version_id := case
        when private.needs_version(new.status, new.marketplace_status) or (is_used and new.tenant_id = old.tenant_id)
          then gen_random_uuid()
      end;
    end if;
    return new;
  end if;
  new.newest_version_id := old.newest_version_id;
  -- Compared by bytes, because jsonb treats 1.0 and 1.00 as equal.
  if record_image_eq(
    row(new.definition, new.name, new.description, new.assessment_type, new.interview_style_default,
        new.interview_style_allow_override, new.result_disclosure),
    row(old.definition, old.name, old.description, old.assessment_type, old.interview_style_default,
        old.interview_style_allow_override, old.result_disclosure)
  ) then
    new.newest_version_id := coalesce(old.newest_version_id, case when is_used then gen_random_uuid() end);
    return new;
  end if;

  -- In use since before version history existed.
  if old.newest_version_id is null then
    before := old;
    before.newest_version_id := gen_random_uuid();
    new.newest_version_id := before.newest_version_id;
    earlier := private.content_of_assessment(old);
    perform private.store_version(before, earlier, private.hash_of(earlier), null);
  end if;

  content := private.content_of_assessment(new);
  hash := private.hash_of(content);
  if hash = (select version.definition_sha256 from public.assessment_versions as version
              where version.id = new.newest_version_id) then
    return new;
  end if;
  earlier := coalesce(earlier, private.content_of_assessment(old));
  class := private.class_of_change(earlier, content);
  if class = 'structure' then
    perform private.check_returned_ids(old.id, earlier, content);
  end if;
  new.version := private.number_of_change(old.id, old.version, new.version, class);
  -- The number, where the definition has one.
  if new.definition #>> '{metadata,version}' <> new.version then
    new.definition := private.with_metadata(new.definition, '{metadata,version}', to_jsonb(new.version));
  end if;
  new.newest_version_id := gen_random_uuid();
  perform private.store_version(new, content, hash, class);
  -- The stored definition is compressed already, which takes longer than all else for a large one.
  new.definition := (select version.definition from public.assessment_versions as version where version.id = new.newest_version_id);
  return new;
end
$$;

create or replace trigger assessment_4_version
before update of
version, definition, name, description, assessment_type, interview_style_default, interview_style_allow_override,
result_disclosure, status, marketplace_status, tenant_id, newest_version_id
on public.custom_assessments
for each row execute function private.keep_assessment_version();

-- A draft with the default number needs no check.
create or replace trigger assessment_4_version_of_new
before insert on public.custom_assessments
for each row when (
  new.version is distinct from '1.0'
  or new.newest_version_id is not null
  or new.status is distinct from 'draft'
  or new.marketplace_status is distinct from 'private'
)
execute function private.keep_assessment_version();

-- Stores the first version of an assessment, and deletes those of a former tenant. SECURITY DEFINER, as above.
create or replace function private.store_first_version()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  content jsonb;
begin
  if tg_op = 'UPDATE' and new.tenant_id <> old.tenant_id then
    -- But for those that other tenants use.
    delete from public.assessment_versions as version
     where version.assessment_id = new.id
       and version.tenant_id = old.tenant_id
       and not exists (
         select
           from private.version_uses as used
          where used.version_id = version.id and used.tenant_id <> old.tenant_id
       );
  end if;
  if new.newest_version_id is not null and not exists (
    select from public.assessment_versions as version where version.id = new.newest_version_id
  ) then
    content := private.content_of_assessment(new);
    perform private.store_version(new, content, private.hash_of(content), null);
  end if;
  return null;
end
$$;

create or replace trigger store_first_version_of_new
after insert on public.custom_assessments
for each row when (new.newest_version_id is not null)
execute function private.store_first_version();

create or replace trigger store_first_version
after update on public.custom_assessments
for each row when (
  old.tenant_id is distinct from new.tenant_id
  or (old.newest_version_id is null and new.newest_version_id is not null)
)
execute function private.store_first_version();
