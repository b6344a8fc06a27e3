-- custom-assessments 0.2.0 worker_api_diagnostics sha256:08d5461552615e9c9a50f39db9a651e43094fb5683b151fc5cc3db98db972d4f
-- Diagnostics that only the database can make.

create or replace function private.upload_diagnostic(code text, place jsonb default null)
returns jsonb
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object(
           'severity', text.severity, 'code', text.code,
           'line', coalesce(place -> 'line', '1'), 'column', coalesce(place -> 'column', '1'),
           'end_line', coalesce(place -> 'line', '1'), 'end_column', coalesce((place ->> 'column')::int, 1) + 1,
           'section', text.section, 'message', text.message, 'hint', text.hint, 'args', '{}'::jsonb)
    from (values
      ('already-uploaded', 'warning', '', 'These exact bytes are stored already, so nothing was changed.',
       'Use the assessment that this upload names, or change the file and upload it again.'),
      ('version-conflict', 'error', 'Front matter / version',
       'The assessment has this version already, with another text.',
       'Raise the version in the front matter and upload the file again.'),
      ('version-falls', 'error', 'Front matter / version',
       'The version is lower than that of the assessment to replace.',
       'Give a version that is higher than the present one, or upload the file as a new assessment.'),
      ('version-bump-too-small', 'error', 'Front matter / version',
       'The version is too low for what changed.',
       'Raise the major version in the front matter and upload the file again.'),
      ('assessment-archived', 'error', '', 'The assessment to replace is archived and read-only.',
       'Set its status to active first, or upload the file as a new assessment.'),
      ('assessment-missing', 'error', '', 'The assessment to replace does not exist any more.',
       'Upload the file without assessment_id to make a new assessment.'),
      ('database-refused', 'error', '', 'The database refused the assessment.',
       'Mend the file and upload it again; if nothing in it is wrong, tell the operator the id of this upload.'),
      ('worker-lost', 'error', '', 'The worker was lost every time it compiled this file.',
       'Simplify the file and upload it again; if it is an ordinary one, tell the operator the id of this upload.'),
      ('too-many-attempts', 'error', '', 'The file could not be handled after several attempts.',
       'The fault is not in the file: upload it again later, or tell the operator the id of this upload.'),
      ('too-slow', 'error', '', 'Storing the assessment took the database too long, at every attempt.',
       'Simplify the file and upload it again; if it is an ordinary one, tell the operator the id of this upload.')
    ) as text (code, severity, section, message, hint)
   where text.code = upload_diagnostic.code
$$;

-- A diagnostic is small text and a few numbers. A number such as 1e131071 would take ten bytes here and as many characters
-- as its exponent says in every list of the tenant's uploads.
create or replace function private.bounded_diagnostics(given jsonb)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if given is null or given = '[]' or jsonb_typeof(given) <> 'array'
    or private.definition_bounds_faults(jsonb_build_object('diagnostics', given)) is not null
    or jsonb_path_exists(given, '$[*] ? (@.type() != "object")') then
    return '[]'::jsonb;
  end if;
  return given;
end
$$;

-- What an upload says when the database refused it: each fault of its definition, or the reason alone.
create or replace function private.refused_diagnostics(code text, faults jsonb)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(
    (
      select jsonb_agg(private.upload_diagnostic('database-refused') || jsonb_build_object(
               'message', concat('The database refused the definition at ', fault.value ->> 'path', ': ',
                                 fault.value ->> 'reason', '. Expected: ', fault.value ->> 'expected', '.')))
        from jsonb_array_elements(faults) as fault
    ),
    jsonb_build_array(private.upload_diagnostic(
      case when code in ('assessment-archived', 'assessment-missing') then code else 'database-refused' end)));
end
$$;

-- What an error of the database means for a job.

-- Whether a job ended for a reason that its file's author can mend. Such files are counted as rejected: no operator needs
-- to look, and trying again would find the same.
create or replace function private.is_authors_fault(error text)
returns boolean
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(
    error in ('invalid-source', 'version-conflict', 'version-falls', 'version-bump-too-small', 'assessment-archived', 'assessment-missing'),
    false
  );
end
$$;

-- What the database said against it, as the end of a job. Passing errors are tried again; a refusal or a constraint is
-- the end, with the faults that it names.
create or replace function private.ending_of_error(state text, detail text)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  facts jsonb;
  code text := 'database-refused';
begin
  -- Only what is said about the data itself lasts. A name taken in the same moment, a deadlock, a lock or resource
  -- that was not to be had, a function that is just being upgraded: all that may pass.
  -- Somebody is at the tenant or the assessment: that is nothing the job has done.
  if state in ('55P03', 'PT503') then
    return '{"end": "waits", "error": "database-55p03"}'::jsonb;
  elsif state = 'P0002' then
    return '{"end": "failed", "error": "subject-deleted"}'::jsonb;
  elsif state = '23505' or state !~ '^(PT|22|23)' then
    return jsonb_build_object('end', 'retry', 'error', 'database-' || lower(state));
  end if;
  if state like 'PT%' then
    facts := detail::jsonb;
    code := case facts ->> 'reason'
      when 'ASSESSMENT_ARCHIVED' then 'assessment-archived'
      when 'ASSESSMENT_NOT_FOUND' then 'assessment-missing'
      else replace(lower(facts ->> 'reason'), '_', '-')
    end;
  end if;
  return jsonb_build_object(
    'end', 'failed', 'error', code,
    'faults', case when jsonb_typeof(facts -> 'faults') = 'array' then facts -> 'faults' else '[]' end);
end
$$;

-- How long a job waits before its next attempt: 1, 4, 16, 64, ... seconds, at most ten minutes, each within a half
-- and one and a half times that, so that jobs that failed together do not come back together.
create or replace function private.retry_delay(charged integer)
returns interval
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return least(4.0 ^ (least(greatest(charged, 1), 10) - 1), 600) * (0.5 + random()) * interval '1 second';
end
$$;

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
