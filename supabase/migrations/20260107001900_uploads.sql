-- custom-assessments 0.2.0 uploads sha256:3a9532364c7a3618acaab9687249e14691a55bf2bafcbd089f2cc92278e88fed
-- Uploads: a tenant's Markdown or definition, from which an assessment is made.

-- All locks on the host's tables that the following statements need, taken at once with a short wait
-- (host_check/rules.sql).
select private.lock_host_tables('share row exclusive', 'auth.users', 'public.tenant_profiles');

create table if not exists public.assessment_uploads (
  id uuid not null default gen_random_uuid(),
  tenant_id uuid not null,
  created_by uuid,

  -- Set by the tenant
  source_markdown text,
  -- Inserted as definition, which then holds what was made of it.
  source_definition jsonb,
  assessment_id uuid,
  dry_run boolean not null default false,

  -- Set by the worker
  status text not null default 'queued',
  diagnostics jsonb not null default '[]',
  definition jsonb,
  attempts integer not null default 0,

  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,

  constraint assessment_uploads_pkey primary key (id),
  -- Before the tenant's foreign key, because foreign keys are checked in the order of their definition.
  constraint assessment_uploads_created_by_fkey
  foreign key (created_by) references auth.users (id) on delete set null,
  constraint assessment_uploads_tenant_id_fkey
  foreign key (tenant_id) references public.tenant_profiles (id) on delete cascade,
  constraint assessment_uploads_assessment_id_fkey
  foreign key (assessment_id) references public.custom_assessments (id) on delete set null,
  constraint upload_has_one_source check (num_nonnulls(source_markdown, source_definition) = 1),
  constraint upload_is_at_most_500_kb check (octet_length(source_markdown) <= private.largest_text()),
  -- One check instead of many: each statement compiles every check again, which is noticeable when writing a single row.
  constraint upload_columns_agree_with_its_status check (
    attempts >= 0
    and case
      when status in ('queued', 'processing')
        then finished_at is null and definition is null and diagnostics = '[]' and (started_at is null) = (status = 'queued')
      when status in ('succeeded', 'failed')
        then
          (finished_at >= started_at) is true
          and jsonb_typeof(diagnostics) = 'array' and (definition is not null or status = 'failed')
      else false
    end
  )
);
comment on table public.assessment_uploads is
'Uploaded Markdown files and definitions, which a worker compiles into assessments. Insert tenant_id and either source_markdown '
'or definition, and optionally assessment_id (to replace that draft or active assessment) and dry_run (compile only). Then read '
'the row until its status is succeeded or failed.';
comment on column public.assessment_uploads.created_by is 'The account that uploaded the file. Null if that account was deleted.';
comment on column public.assessment_uploads.source_markdown is
'The file, at most 512,000 bytes of UTF-8. Null if a definition was uploaded.';
comment on column public.assessment_uploads.source_definition is
'The definition that was uploaded, at most 512,000 bytes. Null if Markdown was uploaded.';
comment on column public.assessment_uploads.assessment_id is
'The assessment to replace; after success, the assessment that was created or replaced. Null for a dry run, or if the '
'assessment was deleted.';
comment on column public.assessment_uploads.dry_run is
'Compile only: stores diagnostics and definition, and creates no assessment.';
comment on column public.assessment_uploads.status is 'queued, processing, succeeded or failed.';
comment on column public.assessment_uploads.diagnostics is
'Errors and warnings, in the order of the source: [{severity, code, line, column, end_line, end_column, section, message, '
'hint, args}], some with a fix. Of an uploaded definition, each has the path of the value, and lines are those of its '
'canonical Markdown.';
comment on column public.assessment_uploads.definition is
'The compiled definition, if the upload is valid. A definition that is inserted here is moved to source_definition.';
comment on column public.assessment_uploads.attempts is 'How often a worker has started to process it.';
alter table public.assessment_uploads enable row level security;
revoke all on table public.assessment_uploads from public, anon, authenticated, service_role;

-- For a tenant's uploads by date, the policy and the foreign key.
create index if not exists idx_assessment_uploads_tenant
on public.assessment_uploads (tenant_id, created_at desc);
create index if not exists idx_assessment_uploads_assessment
on public.assessment_uploads (assessment_id)
where assessment_id is not null;
create index if not exists idx_assessment_uploads_created_by
on public.assessment_uploads (created_by)
where created_by is not null;

-- Inserting an upload, which then cannot be changed.

create or replace function private.take_upload()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  assessment_status text;
  faults jsonb;
begin
  -- This comes first, so that nothing below reveals anything about another account's tenant. It is in a separate block,
  -- because an expression needs the right to every function in it, and trusted writers may lack the right to this one.
  if current_user in ('anon', 'authenticated') then
    if (new.tenant_id = any (array(select private.my_tenant_ids()))) is not true then
      perform private.refuse('TENANT_ACCESS_DENIED');
    end if;
  end if;
  if num_nonnulls(new.source_markdown, new.definition) <> 1 then
    perform private.refuse('UPLOAD_NEEDS_ONE_SOURCE');
  end if;
  if octet_length(new.source_markdown) > private.largest_text() then
    perform private.refuse('UPLOAD_TOO_LARGE',
      jsonb_build_object(
        'bytes', octet_length(new.source_markdown), 'expected', format('at most %s bytes', private.largest_text())));
  end if;
  -- What no worker could read safely, and no diagnostic could quote.
  faults := case when new.definition is not null then private.definition_bounds_faults(new.definition) end;
  if faults @> '[{"reason": "too-large"}]' then
    perform private.refuse('UPLOAD_TOO_LARGE',
      jsonb_build_object('expected', format('at most %s bytes', private.largest_text())));
  elsif faults is not null then
    perform private.refuse('ASSESSMENT_VALIDATION_ERROR', jsonb_build_object('faults', faults));
  end if;
  if new.assessment_id is not null then
    select assessment.status
      into assessment_status
      from public.custom_assessments as assessment
     where assessment.id = new.assessment_id
       and assessment.tenant_id = new.tenant_id;
    if not found then
      perform private.refuse('ASSESSMENT_NOT_FOUND', jsonb_build_object('assessment_id', new.assessment_id));
    elsif assessment_status = 'archived' then
      perform private.refuse('ASSESSMENT_ARCHIVED', jsonb_build_object('assessment_id', new.assessment_id));
    end if;
  end if;

  -- An upload starts in the first state, for every role.
  if current_user in ('anon', 'authenticated') or new.created_by is null then
    new.created_by := (select auth.uid());
  end if;
  new.dry_run := coalesce(new.dry_run, false);
  new.status := 'queued';
  new.diagnostics := '[]';
  new.source_definition := new.definition;
  new.definition := null;
  new.attempts := 0;
  -- The current time rather than the transaction's: an earlier edit in the same transaction must be older.
  new.created_at := clock_timestamp();
  new.started_at := null;
  new.finished_at := null;
  return new;
end
$$;

create or replace trigger take_upload
before insert on public.assessment_uploads
for each row execute function private.take_upload();

-- SECURITY DEFINER, because a tenant's insert must reach the queue, which no role of the API can write.
create or replace function private.enqueue_uploads()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.enqueue(
    'compile',
    array_agg(upload.id),
    array_agg(upload.assessment_id),
    array_agg(upload.tenant_id),
    array_agg(octet_length(coalesce(upload.source_markdown, upload.source_definition::text))))
    from added as upload
  having count(*) > 0;
  return null;
end
$$;

create or replace trigger enqueue_uploads
after insert on public.assessment_uploads
referencing new table as added
for each statement execute function private.enqueue_uploads();

-- No writer can change what was uploaded; the queue changes only the columns that show its progress.
create or replace function private.refuse_upload_change()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.refuse('UPLOAD_IMMUTABLE', jsonb_build_object('upload_id', old.id));
  return null;
end
$$;

create or replace trigger refuse_upload_change
before update of id, tenant_id, source_markdown, source_definition, dry_run, created_at on public.assessment_uploads
for each row execute function private.refuse_upload_change();
