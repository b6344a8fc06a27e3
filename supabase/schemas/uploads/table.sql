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
