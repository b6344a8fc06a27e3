-- Bringing over results and completions: each gets the version from which it was made.

-- Creates the version of an assessment that results or completions have as a copy: with its number, which may have stood for
-- several texts, so that the revision tells them apart. What the definition does not contain is taken from the first version.
create or replace function private.store_former_version(
  assessment_id uuid, version text, result_disclosure text, definition jsonb, made_at timestamptz
)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  first_id constant uuid := private.version_before_upgrade(store_former_version.assessment_id);
  former public.assessment_versions;
  content jsonb;
begin
  if not private.is_version(store_former_version.version) then
    perform private.refuse('INVALID_VERSION', '{"expected": "major.minor, such as \"1.0\""}');
  end if;
  select present.* into former from public.assessment_versions as present where present.id = first_id;
  former := private.with_definition(former, store_former_version.definition);
  former.result_disclosure := store_former_version.result_disclosure;
  content := private.content_of_version(former);
  former.id := gen_random_uuid();
  insert into public.assessment_versions (
    id, assessment_id, tenant_id, version, revision, name, description, definition, assessment_type, interview_style_default,
    interview_style_allow_override, result_disclosure, definition_sha256, scoring_sha256, dimension_hashes, created_at
  )
  values (
    former.id, former.assessment_id, former.tenant_id, store_former_version.version,
    (
      select coalesce(max(present.revision) + 1, 0)
        from public.assessment_versions as present
       where present.assessment_id = former.assessment_id and present.version = store_former_version.version
    ),
    former.name, former.description, former.definition, former.assessment_type, former.interview_style_default,
    former.interview_style_allow_override, former.result_disclosure, private.hash_of(content),
    private.hash_of(private.scoring_of(content)), private.dimension_hashes(content), made_at
  );
  insert into private.former_versions (version_id) values (former.id);
end
$$;

-- What results and completions with these ids were made from, if they have no version.
create or replace function private.copies_without_version(ids uuid[])
returns table (
  id uuid, tenant_id uuid, assessment_id uuid, version text, result_disclosure text, definition jsonb, created_at timestamptz
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
    select result.id, result.tenant_id, result.assessment_id, result.assessment_version, result.result_disclosure,
           result.assessment_definition_snapshot, result.created_at
      from public.custom_assessment_results as result
     where result.id = any (ids) and result.assessment_version_id is null
    union all
    select request.id, request.tenant_id, request.assessment_id, request.assessment_version, request.result_disclosure,
           request.definition, request.created_at
      from private.score_requests as request
     where request.id = any (ids) and request.assessment_version_id is null;
end
$$;

-- Names the version of each of these results and completions that was made from one: a version with the same number, disclosure
-- and definition. Definitions are compared by bytes, because jsonb treats 1.0 and 1.00 as equal.
create or replace function private.name_versions(ids uuid[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  made record;
begin
  select array_agg(named.id) as ids, array_agg(named.version_id) as versions,
         array_agg(named.assessment_id) as assessments, array_agg(named.tenant_id) as tenants
    into made
    from (
      select distinct on (copy.id) copy.id, copy.assessment_id, copy.tenant_id, present.id as version_id
        from private.copies_without_version(name_versions.ids) as copy
        join public.assessment_versions as present
          on present.assessment_id = copy.assessment_id
         and present.version = copy.version
         and present.result_disclosure = copy.result_disclosure
         and record_image_eq(row(present.definition), row(copy.definition))
       order by copy.id, present.revision
    ) as named;
  update public.custom_assessment_results as result
     set assessment_version_id = named.version_id
    from unnest(made.ids, made.versions) as named (id, version_id)
   where result.id = named.id;
  update private.score_requests as request
     set assessment_version_id = named.version_id, assessment_version = null, definition = null, result_disclosure = null
    from unnest(made.ids, made.versions) as named (id, version_id)
   where request.id = named.id;
  perform private.note_uses(used.tenant_id, used.versions)
     from (
       select each.assessment_id, each.tenant_id, array_agg(distinct each.version_id) as versions
         from unnest(made.versions, made.assessments, made.tenants) as each (version_id, assessment_id, tenant_id)
        group by each.assessment_id, each.tenant_id
        order by each.assessment_id, each.tenant_id
     ) as used;
end
$$;

-- The versions of results or completions.
create or replace function private.backfill_results(ids uuid[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  made record;
begin
  -- A job that is making a result from a completion is awaited.
  perform request.id from private.score_requests as request where request.id = any (ids) order by request.id for update;
  perform private.name_versions(ids);
  for made in
    select copy.assessment_id, copy.version, copy.result_disclosure, (array_agg(copy.definition))[1] as definition,
           min(copy.created_at) as made_at
      from private.copies_without_version(ids) as copy
     group by copy.assessment_id, copy.version, copy.result_disclosure, copy.definition::text
     order by 1, 5
  loop
    perform private.store_former_version(
      made.assessment_id, made.version, made.result_disclosure, made.definition, made.made_at
    );
  end loop;
  if found then
    perform private.name_versions(ids);
  end if;
end
$$;
