-- custom-assessments 0.2.0 worker_api_drafts sha256:f2f2cbf5230d73334ee17085738117cbc96b50145c6c3440f33356f5e95fb31a
-- A compiled upload becomes a draft, or replaces an assessment.

-- An upload only stores a valid definition, whatever the worker reports. If an assessment is written, its trigger checks
-- the definition.
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

-- A tenant's oldest assessment that was made from these bytes and still has that source and definition. The first entry for
-- the hash in its index is the answer: no text is compared, so the cost does not depend on what the tenant has stored.
-- Without sorting, a plan made while the table was small cannot read all rows of the tenant.
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
       and private.content_hash(
             assessment.source_markdown, assessment.definition, assessment.name, assessment.description,
             assessment.assessment_type, assessment.interview_style_default, assessment.interview_style_allow_override,
             assessment.result_disclosure) = hash
       and assessment.source_markdown is not null
       and assessment.status <> 'archived'
     order by assessment.created_at
     limit 1
  );
end
$$;

-- Creates new drafts, or finds the assessments that have the same bytes already, and returns the uploads' outcomes in their
-- order, each as apply_upload() returns it. written has the Markdown of uploaded definitions. All rows are inserted by one
-- statement, because setting up a row's checks and triggers takes as long as the row. The uploads are looked up by their
-- keys, because a cached plan must not read all of them. A missing upload fails the NOT NULL on tenant_id, so outcomes
-- cannot shift. The caller has locked the tenants.
create or replace function private.apply_drafts(uploads uuid[], definitions jsonb[], written text[])
returns jsonb[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  hashes constant bytea[] := array(
    select private.content_hash(
             coalesce(upload.source_markdown, given.markdown), given.definition, stated.name, stated.description,
             stated.assessment_type, stated.interview_style_default, stated.interview_style_allow_override,
             stated.result_disclosure)
      from unnest(uploads, definitions, written) with ordinality as given (upload_id, definition, markdown, ordinality)
     cross join lateral private.columns_of(given.definition -> 'metadata') as stated
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
    -- The uploads' references will need this lock too: this statement does not wait for an assessment that is being
    -- deleted.
    held := array(
      select assessment.id
        from public.custom_assessments as assessment
       where assessment.id = any (stored)
       order by assessment.id
         for key share);
  end if;
  with given as materialized (
    select each.ordinality, each.definition, each.hash,
           upload.tenant_id, upload.created_by, coalesce(upload.source_markdown, each.markdown) as source_markdown,
           case when upload.source_definition is null then 'upload' else 'builder' end as source_type,
           case when each.stored = any (held) then each.stored end as stored, gen_random_uuid() as fresh
      from unnest(uploads, definitions, written, hashes, stored)
             with ordinality as each (upload_id, definition, markdown, hash, stored, ordinality)
      left join public.assessment_uploads as upload on upload.id = each.upload_id and upload.id = any (uploads)
  ),
  -- If two of them have the same bytes, they create one draft.
  placed as materialized (
    select given.*,
           coalesce(given.stored, first_value(given.fresh) over (
             partition by given.stored, given.tenant_id, coalesce(given.hash, uuid_send(given.fresh))
             order by given.ordinality)) as assessment_id
      from given
  ),
  made as (
    insert into public.custom_assessments (
      id, tenant_id, created_by, name, version, description, definition, source_markdown, source_type, status,
      assessment_type, interview_style_default, interview_style_allow_override, result_disclosure
    )
    select placed.fresh, placed.tenant_id, placed.created_by, stated.name, stated.version, stated.description,
           placed.definition, placed.source_markdown, placed.source_type, 'draft', stated.assessment_type,
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
  -- Like the account's own inserts.
  perform private.refuse_exceeded(upload.tenant_id, 'assessments', 0)
     from public.assessment_uploads as upload
    where upload.id = any (uploads) and upload.created_by is not null
      and exists (select from unnest(endings) as ending where not ending ? 'diagnostics')
    limit 1;
  return endings;
end
$$;

-- The row that an upload makes of an assessment. A file without a version keeps the row's number.
create or replace function private.replacement_of(
  target public.custom_assessments, upload public.assessment_uploads, definition jsonb, version_is_stated boolean
)
returns public.custom_assessments
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  stated constant record := private.columns_of(definition -> 'metadata');
begin
  target.name := stated.name;
  target.version := case when version_is_stated then stated.version else target.version end;
  target.description := stated.description;
  target.definition := case
    when version_is_stated then replacement_of.definition
    else private.with_metadata(replacement_of.definition, '{metadata,version}', to_jsonb(target.version)) end;
  target.source_markdown := upload.source_markdown;
  target.source_type := case when upload.source_definition is null then 'upload' else 'builder' end;
  target.assessment_type := stated.assessment_type;
  target.interview_style_default := stated.interview_style_default;
  target.interview_style_allow_override := stated.interview_style_allow_override;
  target.result_disclosure := stated.result_disclosure;
  target.content_changed_at := upload.created_at;
  return target;
end
$$;

-- Whether an assessment contains something newer than an upload: a later upload that was applied, or an edit made after
-- this one arrived. Uploads with the same time are ordered by their jobs.
create or replace function private.is_superseded(target public.custom_assessments, upload public.assessment_uploads)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return target.content_changed_at > upload.created_at
    or (
      target.content_changed_at = upload.created_at
      and exists (
        select
          from public.assessment_uploads as other
          join private.jobs as later on later.subject_id = other.id
          join private.jobs as mine on mine.subject_id = upload.id and mine.id < later.id
         where other.assessment_id = target.id
           and other.created_at = upload.created_at
           and other.status = 'succeeded'
           and not other.dry_run
      )
    );
end
$$;

-- The objection to a replacement: a code, and for a version that is too low the lowest valid one. Null if there is none.
create or replace function private.replacement_fault(
  target public.custom_assessments,
  upload public.assessment_uploads,
  replacement public.custom_assessments,
  version_is_stated boolean,
  out code text,
  out needed text
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  present constant bigint[] := string_to_array(target.version, '.')::bigint[];
  stated constant bigint[] := string_to_array(replacement.version, '.')::bigint[];
  earlier jsonb;
  later jsonb;
begin
  if private.is_superseded(target, upload) then
    code := 'superseded';
    return;
  end if;
  needed := target.version;
  if private.needs_version(target.status, target.marketplace_status) or target.newest_version_id is not null then
    earlier := private.content_of_assessment(target);
    later := private.content_of_assessment(replacement);
    -- Compared as text, because jsonb treats 1.0 and 1.00 as equal.
    if earlier::text <> later::text then
      needed := private.least_version(target.version, private.class_of_change(earlier, later));
    end if;
  end if;
  code := case
    when not private.is_version(needed) and (not version_is_stated or stated[1] <= present[1]) then 'version-bump-too-small'
    when not version_is_stated or not private.is_version(needed) or stated >= string_to_array(needed, '.')::bigint[] then null
    when stated < present then 'version-falls'
    when stated = present then 'version-conflict'
    else 'version-bump-too-small'
  end;
end
$$;

-- The diagnostic for a code. One about the version is at the version's line in the file, names the lowest valid version,
-- and has it as its fix, unless a definition was uploaded. The fix needs no proof: the file was compiled, and another version
-- changes nothing else in it.
create or replace function private.replacement_diagnostic(code text, needed text, version_place jsonb)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return case
    when code not like 'version-%' then private.upload_diagnostic(code)
    else private.upload_diagnostic(code, version_place) || jsonb_build_object('hint', case
      when private.is_version(needed) and version_place ? 'path'
        then format('Write "version": "%s" in the metadata and upload the definition again.', needed)
      when private.is_version(needed) then format('Write `version: %s` in the front matter and upload the file again.', needed)
      else 'There is no higher version of this kind. Upload the file as a new assessment.'
    end) || case
      when private.is_version(needed) and version_place ? 'end_column' then jsonb_build_object('fix', jsonb_build_object(
        'title', format('write `version: %s`', needed), 'safe', true, 'edits', jsonb_build_array(
          version_place || jsonb_build_object('text', needed))))
      else '{}'
    end
  end;
end
$$;

-- Whether an assessment already has the bytes, the definition and the settings of a replacement. The number is ignored if
-- the file states none.
create or replace function private.holds_replacement(
  target public.custom_assessments, replacement public.custom_assessments
)
returns boolean
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  target.definition := target.definition #- '{metadata,version}';
  replacement.definition := replacement.definition #- '{metadata,version}';
  replacement.source_type := target.source_type;
  replacement.content_changed_at := target.content_changed_at;
  return record_image_eq(target, replacement);
end
$$;

-- The outcome of a compiled upload: a new draft, a replaced assessment, or the reason why not. Returns {"end", "error",
-- "assessment_id", "definition", "diagnostics"}; no definition if the assessment has it. The caller has locked the upload's
-- tenant.
create or replace function private.apply_upload(
  upload_id uuid, target_id uuid, definition jsonb, version_place jsonb, version_is_stated boolean, markdown text
)
returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  upload public.assessment_uploads;
  target public.custom_assessments;
  replacement public.custom_assessments;
  code text;
  needed text;
begin
  select present.* into strict upload
    from public.assessment_uploads as present
   where present.id = apply_upload.upload_id;
  upload.source_markdown := coalesce(upload.source_markdown, markdown);
  if upload.dry_run then
    perform private.require_definition(apply_upload.definition);
    return jsonb_build_object('end', 'succeeded', 'definition', apply_upload.definition);
  end if;

  if apply_upload.target_id is null then
    return (private.apply_drafts(array[apply_upload.upload_id], array[apply_upload.definition], array[markdown]))[1];
  end if;

  -- A replacement ----------------------------------------------------------------------------------------
  select assessment.* into target
    from public.custom_assessments as assessment
   where assessment.id = apply_upload.target_id
     and assessment.tenant_id = upload.tenant_id
     for update;
  if not found then
    code := 'assessment-missing';
  -- Other tenants' agents use its text, and an upload is its owner's edit.
  elsif target.is_template then
    code := 'assessment-is-a-template';
  elsif target.status = 'archived' then
    code := 'assessment-archived';
  else
    perform private.require_definition(apply_upload.definition);
    replacement := private.replacement_of(target, upload, apply_upload.definition, version_is_stated);
    if private.holds_replacement(target, replacement) then
      -- An older upload that is processed later is not newer than this one.
      update public.custom_assessments as assessment
         set content_changed_at = upload.created_at
       where assessment.id = target.id and assessment.content_changed_at < upload.created_at;
      return jsonb_build_object('end', 'succeeded', 'assessment_id', target.id,
        'diagnostics', jsonb_build_array(private.upload_diagnostic('already-uploaded')));
    end if;
    select fault.code, fault.needed into code, needed
      from private.replacement_fault(target, upload, replacement, version_is_stated) as fault;
  end if;
  if code is not null then
    perform private.require_definition(apply_upload.definition);
    return jsonb_build_object('end', 'failed', 'error', code, 'definition', apply_upload.definition,
      'diagnostics', jsonb_build_array(private.replacement_diagnostic(code, needed, version_place)));
  end if;
  perform private.replace_assessment(target, replacement, upload.created_by);
  return jsonb_build_object('end', 'succeeded', 'assessment_id', target.id);
end
$$;

-- Writes a replacement, as a change by the account that uploaded it.
create or replace function private.replace_assessment(
  target public.custom_assessments, replacement public.custom_assessments, uploader uuid
)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  perform set_config('assessments.uploader', coalesce(uploader::text, ''), true);
  update public.custom_assessments as assessment
     set name = replacement.name,
         version = replacement.version,
         description = replacement.description,
         definition = replacement.definition,
         source_markdown = replacement.source_markdown,
         source_type = replacement.source_type,
         assessment_type = replacement.assessment_type,
         interview_style_default = replacement.interview_style_default,
         interview_style_allow_override = replacement.interview_style_allow_override,
         result_disclosure = replacement.result_disclosure,
         content_changed_at = replacement.content_changed_at
   where assessment.id = target.id;
  if uploader is not null and private.length_of(replacement) > private.length_of(target) then
    perform private.refuse_exceeded(target.tenant_id, 'assessments', 0, 'assessment_bytes');
  end if;
  perform set_config('assessments.uploader', '', true);
end
$$;
