-- The limit: the same rows in plain tables, with the best index for each read and nothing else. No row level security,
-- no triggers, no checks beyond the keys. The owner reads it with an explicit tenant in every query.

create table public.tenant_profiles (
  id uuid primary key,
  user_id uuid not null,
  is_active boolean not null default true
);

create table public.custom_assessments (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null,
  created_by uuid not null,
  name text not null,
  slug text not null,
  version text not null default '1.0',
  description text,
  definition jsonb not null,
  source_markdown text,
  source_type text not null default 'upload',
  assessment_type text not null default 'multi-dimensional',
  interview_style_default integer not null default 3,
  interview_style_allow_override boolean not null default true,
  result_disclosure text not null default 'full',
  status text not null default 'draft',
  is_template boolean not null default false,
  marketplace_status text default 'private',
  marketplace_price_tier text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  published_at timestamptz
);
create unique index on public.custom_assessments (tenant_id, slug);
create index on public.custom_assessments (tenant_id, created_at desc);
create index on public.custom_assessments (tenant_id, name) where status = 'active';
create index on public.custom_assessments (published_at desc, id)
where marketplace_status = 'published' and status = 'active';

create table public.assessment_versions (
  id uuid primary key,
  assessment_id uuid not null,
  tenant_id uuid not null,
  version text not null,
  name text not null,
  definition jsonb not null,
  assessment_type text not null,
  interview_style_default integer not null,
  interview_style_allow_override boolean not null,
  result_disclosure text not null,
  definition_sha256 text not null,
  scoring_sha256 text not null,
  dimension_hashes jsonb not null,
  change_class text,
  created_at timestamptz not null
);
create index on public.assessment_versions (assessment_id, created_at desc);

create table public.campaign_assignments (
  id uuid primary key,
  campaign_id uuid not null,
  status text not null,
  access_token text not null unique,
  access_expires_at timestamptz
);

create table public.coaching_sessions (
  id uuid primary key,
  tenant_id uuid not null,
  client_status text not null,
  access_token text not null unique,
  access_expires_at timestamptz
);

create table public.custom_assessment_results (
  id uuid primary key default gen_random_uuid(),
  assessment_id uuid not null,
  session_id uuid not null,
  session_type text not null,
  tenant_id uuid not null,
  dimension_scores jsonb not null,
  overall_score numeric(5, 2),
  matched_category text,
  matched_category_data jsonb,
  ai_insights jsonb,
  assessment_version text not null,
  assessment_definition_snapshot jsonb not null,
  created_at timestamptz not null default now(),
  completed_at timestamptz
);
create unique index on public.custom_assessment_results (session_id, session_type);
create index on public.custom_assessment_results (tenant_id, created_at desc);
create index on public.custom_assessment_results (assessment_id, created_at desc);

create table public.assessment_uploads (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null,
  created_by uuid,
  source_markdown text not null,
  assessment_id uuid,
  dry_run boolean not null default false,
  status text not null default 'queued',
  diagnostics jsonb not null default '[]',
  definition jsonb,
  attempts integer not null default 0,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz
);
create index on public.assessment_uploads (tenant_id, created_at desc);

create table public.listings (
  id uuid primary key,
  name text not null,
  slug text not null,
  tenant text not null,
  description text,
  type text not null,
  dimension_names text [] not null,
  price_tier text,
  listed_at timestamptz not null
);
create index on public.listings (listed_at desc, id);

-- The role that PostgREST uses: no checks apply to it.
grant select, insert on all tables in schema public to service_role;
