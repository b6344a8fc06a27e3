-- A compiled upload becomes a draft, or replaces an assessment.

-- What an upload keeps is a definition, whatever the worker says. Where an assessment is written, its trigger looks.
create or replace function private.require_definition(definition jsonb)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  faults constant jsonb := private.definition_faults(definition);
begin
  if faults <> '[]' then
    perform private.refuse('ASSESSMENT_VALIDATION_ERROR', jsonb_build_object('faults', faults));
  end if;
end
$$;

-- The oldest assessment of a tenant that was made of these bytes and still has that source and definition. The first entry
-- of the hash in its index is the answer: no text is compared, so it costs the same whatever the tenant has stored. Without
-- sorting, a plan that was made and kept while the table was small cannot read all rows of the tenant.
create or replace function private.assessment_with_content(tenant_id uuid, hash bytea)
returns uuid
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set enable_sort = off
as $$
begin
  return (
    select assessment.id
      from public.custom_assessments as assessment
     where assessment.tenant_id = assessment_with_content.tenant_id
       and private.content_hash(assessment.source_markdown, assessment.definition) = hash
       and assessment.source_markdown is not null
       and assessment.status <> 'archived'
     order by assessment.created_at
     limit 1
  );
end
$$;

-- New drafts, or the assessments that hold the same bytes already: these uploads' ends, in their order, each as
-- apply_upload() gives it. All rows by one statement: to set up a row's checks and triggers takes as long as the row.
-- The uploads are looked up by their keys, for a plan that is kept must not read all there are; one that is missing fails
-- for want of a tenant, so that no end is given to another. The caller holds the locks on the tenants.
create or replace function private.apply_drafts(uploads uuid[], definitions jsonb[])
returns jsonb[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  hashes constant bytea[] := array(
    select private.content_hash(upload.source_markdown, given.definition)
      from unnest(uploads, definitions) with ordinality as given (upload_id, definition, ordinality)
      left join public.assessment_uploads as upload on upload.id = given.upload_id and upload.id = any (uploads)
     order by given.ordinality);
  stored constant uuid[] := array(
    select private.assessment_with_content(upload.tenant_id, given.hash)
      from unnest(uploads, hashes) with ordinality as given (upload_id, hash, ordinality)
      left join public.assessment_uploads as upload on upload.id = given.upload_id and upload.id = any (uploads)
     order by given.ordinality);
  held uuid[];
  endings jsonb[];
begin
  if array_remove(stored, null) <> '{}' then
    -- As the uploads' references to them will: one that is being deleted in this moment is not waited for there.
    held := array(
      select assessment.id
        from public.custom_assessments as assessment
       where assessment.id = any (stored)
       order by assessment.id
         for key share);
  end if;
  with given as materialized (
    select each.ordinality, each.definition, each.hash,
           upload.tenant_id, upload.created_by, upload.source_markdown,
           case when each.stored = any (held) then each.stored end as stored, gen_random_uuid() as fresh
      from unnest(uploads, definitions, hashes, stored)
             with ordinality as each (upload_id, definition, hash, stored, ordinality)
      left join public.assessment_uploads as upload on upload.id = each.upload_id and upload.id = any (uploads)
  ),
  -- The same bytes twice among them make one.
  placed as materialized (
    select given.*,
           coalesce(given.stored, first_value(given.fresh) over (
             partition by given.stored, given.tenant_id, given.hash order by given.ordinality)) as assessment_id
      from given
  ),
  made as (
    insert into public.custom_assessments (
      id, tenant_id, created_by, name, version, description, definition, source_markdown, source_type, status,
      assessment_type, interview_style_default, interview_style_allow_override, result_disclosure
    )
    select placed.fresh, placed.tenant_id, placed.created_by, stated.name, stated.version, stated.description,
           placed.definition, placed.source_markdown, 'upload', 'draft', stated.assessment_type,
           stated.interview_style_default, stated.interview_style_allow_override, stated.result_disclosure
      from placed, lateral private.columns_of(placed.definition -> 'metadata') as stated
     where placed.assessment_id = placed.fresh
     order by placed.ordinality
  )
  select array_agg(
           jsonb_build_object('end', 'succeeded', 'assessment_id', placed.assessment_id)
           || case when placed.assessment_id = placed.fresh then '{}'
                else jsonb_build_object('diagnostics', jsonb_build_array(private.upload_diagnostic('already-uploaded')))
              end
           order by placed.ordinality)
    into endings
    from placed;
  return endings;
end
$$;

-- Replaces an assessment by what an upload was compiled to. Returns null, or the version that the change needs where the
-- file states a lower one; then nothing is changed.
create or replace function private.replace_assessment(target_id uuid, definition jsonb, source_markdown text)
returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  facts text;
begin
  update public.custom_assessments as assessment
     set name = stated.name,
         version = stated.version,
         description = stated.description,
         definition = replace_assessment.definition,
         source_markdown = replace_assessment.source_markdown,
         source_type = 'upload',
         assessment_type = stated.assessment_type,
         interview_style_default = stated.interview_style_default,
         interview_style_allow_override = stated.interview_style_allow_override,
         result_disclosure = stated.result_disclosure,
         -- The upload is the tenant's edit: what a reviewer has not read is not listed.
         marketplace_status = case
           when assessment.marketplace_status = 'published'
             and (replace_assessment.definition, stated.name, stated.description, replace_assessment.source_markdown)
               is distinct from
               (assessment.definition, assessment.name, assessment.description, assessment.source_markdown)
           then 'pending_review' else assessment.marketplace_status end
    from private.columns_of(replace_assessment.definition -> 'metadata') as stated
   where assessment.id = replace_assessment.target_id;
  return null;
exception
  when sqlstate 'PT422' then
    get stacked diagnostics facts = pg_exception_detail;
    if facts::jsonb ->> 'reason' <> 'INVALID_VERSION' then
      raise;
    end if;
    return facts::jsonb ->> 'expected';
end
$$;

-- The end of a compiled upload: a new draft, a replaced assessment, or the reason why not. Gives
-- {"end", "error", "assessment_id", "definition", "diagnostics"}; no definition where the assessment has it. The caller
-- holds the lock on the upload's tenant.
create or replace function private.apply_upload(
  upload_id uuid, target_id uuid, definition jsonb, version_place jsonb
)
returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  stated_version constant numeric[] := string_to_array(definition #>> '{metadata,version}', '.')::numeric[];
  upload record;
  target record;
  fault text;
  needed text;
begin
  select present.tenant_id, present.created_by, present.source_markdown, present.dry_run
    into strict upload
    from public.assessment_uploads as present
   where present.id = apply_upload.upload_id;
  if upload.dry_run then
    perform private.require_definition(apply_upload.definition);
    return jsonb_build_object('end', 'succeeded', 'definition', apply_upload.definition);
  end if;

  if apply_upload.target_id is null then
    return (private.apply_drafts(array[apply_upload.upload_id], array[apply_upload.definition]))[1];
  end if;

  -- A replacement ----------------------------------------------------------------------------------------
  select assessment.status, assessment.version, assessment.source_markdown, assessment.definition,
         assessment.newest_version_id
    into target
    from public.custom_assessments as assessment
   where assessment.id = apply_upload.target_id
     and assessment.tenant_id = upload.tenant_id
     for update;
  if not found then
    fault := 'assessment-missing';
  elsif target.status = 'archived' then
    fault := 'assessment-archived';
  elsif target.source_markdown = upload.source_markdown and target.definition = apply_upload.definition then
    return jsonb_build_object('end', 'succeeded', 'assessment_id', apply_upload.target_id,
      'diagnostics', jsonb_build_array(private.upload_diagnostic('already-uploaded')));
  elsif stated_version < string_to_array(target.version, '.')::numeric[] then
    fault := 'version-falls';
  elsif (target.status = 'active' or target.newest_version_id is not null) and stated_version = string_to_array(target.version, '.')::numeric[] then
    fault := 'version-conflict';
  end if;
  if fault is not null then
    perform private.require_definition(apply_upload.definition);
    return jsonb_build_object('end', 'failed', 'error', fault, 'definition', apply_upload.definition,
      'diagnostics', jsonb_build_array(
      private.upload_diagnostic(fault, case when fault like 'version-%' then version_place end)));
  end if;
  needed := private.replace_assessment(apply_upload.target_id, apply_upload.definition, upload.source_markdown);
  if needed is not null then
    return jsonb_build_object('end', 'failed', 'error', 'version-bump-too-small', 'definition', apply_upload.definition,
      'diagnostics', jsonb_build_array(
        private.upload_diagnostic('version-bump-too-small', version_place)
        || jsonb_build_object('hint', format('Expected in the front matter: %s. Upload the file again with it.', needed))));
  end if;
  return jsonb_build_object('end', 'succeeded', 'assessment_id', apply_upload.target_id);
end
$$;
