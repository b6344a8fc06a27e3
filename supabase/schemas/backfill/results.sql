-- Bringing over results and completions: each gets the version that it was made from.

-- The version of an assessment with this number, disclosure and definition, to the letter: a result is compared with it. It is made
-- where there is none: a number stood for several texts before, which the revision tells apart. What the definition does not say
-- is taken from the first version.
create or replace function private.former_version(
  assessment_id uuid, version text, result_disclosure text, definition jsonb, made_at timestamptz
)
returns uuid
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  former public.assessment_versions;
  found_id uuid;
  content jsonb;
begin
  select present.id into found_id
    from public.assessment_versions as present
   where present.assessment_id = former_version.assessment_id
     and present.version = former_version.version
     and present.result_disclosure = former_version.result_disclosure
     and present.definition::text = former_version.definition::text
   order by present.revision
   limit 1;
  if found then
    return found_id;
  end if;
  select present.* into former
    from public.assessment_versions as present
   where present.id = private.version_before_upgrade(former_version.assessment_id);
  if not found then
    return null;
  end if;
  former := private.with_definition(former, former_version.definition);
  former.result_disclosure := former_version.result_disclosure;
  content := private.content_of_version(former);
  insert into public.assessment_versions (
    id, assessment_id, tenant_id, version, revision, name, description, definition, assessment_type, interview_style_default,
    interview_style_allow_override, result_disclosure, definition_sha256, scoring_sha256, dimension_hashes, created_at
  )
  values (
    gen_random_uuid(), former.assessment_id, former.tenant_id, former_version.version,
    (
      select coalesce(max(present.revision) + 1, 0)
        from public.assessment_versions as present
       where present.assessment_id = former.assessment_id and present.version = former_version.version
    ),
    former.name, former.description, former.definition, former.assessment_type, former.interview_style_default,
    former.interview_style_allow_override, former.result_disclosure, private.hash_of(content),
    private.hash_of(private.scoring_of(content)), private.dimension_hashes(content),
    made_at
  )
  returning id into found_id;
  insert into private.former_versions (version_id) values (found_id);
  return found_id;
end
$$;

-- The version of each result that has none.
create or replace function private.backfill_results(after uuid, batch integer)
returns uuid[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  ids constant uuid[] := array(
    select result.id
      from public.custom_assessment_results as result
     where result.id > backfill_results.after
     order by result.id
     limit backfill_results.batch
  );
  made record;
  version_id uuid;
begin
  for made in
    select result.assessment_id, result.assessment_version, result.result_disclosure,
           (array_agg(result.assessment_definition_snapshot))[1] as definition,
           min(result.created_at) as made_at, array_agg(result.id order by result.id) as results, array_agg(distinct result.tenant_id) as tenants
      from public.custom_assessment_results as result
     where result.id = any (ids) and result.assessment_version_id is null
     group by result.assessment_id, result.assessment_version, result.result_disclosure,
              sha256(convert_to(result.assessment_definition_snapshot::text, 'UTF8'))
     order by result.assessment_id, result.assessment_version
  loop
    version_id := private.former_version(
      made.assessment_id, made.assessment_version, made.result_disclosure, made.definition, made.made_at
    );
    continue when version_id is null;
    update public.custom_assessment_results as result
       set assessment_version_id = version_id
     where result.id = any (made.results);
    perform private.note_uses(tenant.id, array[version_id])
       from unnest(made.tenants) as tenant (id)
      order by tenant.id;
  end loop;
  return ids;
end
$$;

-- The version of each completion that has a copy.
create or replace function private.backfill_requests(after uuid, batch integer)
returns uuid[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  ids constant uuid[] := array(
    select request.id
      from private.score_requests as request
     where request.id > backfill_requests.after
     order by request.id
     limit backfill_requests.batch
  );
  accepted record;
  version_id uuid;
begin
  for accepted in
    select request.id, request.tenant_id, request.assessment_id, request.assessment_version, request.result_disclosure,
           request.definition, request.created_at
      from private.score_requests as request
     where request.id = any (ids) and request.assessment_version_id is null
     order by request.assessment_id, request.id
       for update
  loop
    version_id := private.former_version(
      accepted.assessment_id, accepted.assessment_version, accepted.result_disclosure, accepted.definition,
      accepted.created_at
    );
    continue when version_id is null;
    update private.score_requests as request
       set assessment_version_id = version_id, assessment_version = null, definition = null, result_disclosure = null
     where request.id = accepted.id;
    perform private.note_uses(accepted.tenant_id, array[version_id]);
  end loop;
  return ids;
end
$$;
