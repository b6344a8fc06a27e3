-- The assessments of tenants: the table and its constraints. The triggers for authority, status, dates, content, version
-- and slug are in the following files, in the order in which they fire.
--
-- There are two kinds of rules. Integrity (which rows are valid) applies to every writer. Authority (who may do what)
-- applies to the roles anon and authenticated; reviewers' tools, imports and support work as service_role or postgres,
-- which are trusted. Triggers run with the writer's rights, so current_user distinguishes the two. Foreign keys and
-- functions with their owner's rights count as trusted.

-- All locks on the host's tables that the following statements need, taken at once with a short wait
-- (host_check/rules.sql).
select private.lock_host_tables('share row exclusive', 'auth.users', 'public.tenant_profiles');

create table if not exists public.custom_assessments (
  id uuid primary key default gen_random_uuid(),

  -- Ownership. created_by is checked at commit: when an account is deleted, the rows of its tenants are deleted in the same
  -- transaction, but an immediate check would fail before that.
  tenant_id uuid not null
  constraint custom_assessments_tenant_id_fkey references public.tenant_profiles (id) on delete cascade,
  created_by uuid not null
  constraint custom_assessments_created_by_fkey references auth.users (id) deferrable initially deferred,

  -- Identity
  name text not null
  constraint name_has_1_to_200_characters check (length(name) <= private.longest_name() and btrim(name) <> ''),
  slug text not null
  constraint slug_format check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= private.longest_name()),
  version text not null default (private.metadata_defaults() ->> 'version')
  constraint version_format check (version ~ '^(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})$'),
  description text
  constraint description_is_at_most_500_kb check (octet_length(description) <= private.largest_text()),

  -- The definition, and the Markdown from which it was compiled. private.definition_faults() has the rules; these
  -- constraints are a second line of defence.
  definition jsonb not null
  constraint definition_has_dimensions_and_categories check (
    jsonb_typeof(definition) = 'object'
    and jsonb_typeof(definition -> 'dimensions') is not distinct from 'array'
    and jsonb_typeof(definition -> 'resultCategories') is not distinct from 'array'
  ),
  source_markdown text
  constraint source_is_at_most_500_kb check (octet_length(source_markdown) <= private.largest_text()),
  source_type text not null default 'upload'
  constraint source_type_is_known check (source_type = any(private.source_types())),

  -- Configuration
  assessment_type text not null default (private.metadata_defaults() ->> 'type')
  constraint assessment_type_is_known check (assessment_type = any(private.assessment_types())),
  interview_style_default integer not null
  default (private.metadata_defaults() #>> '{interviewStyle,default}')::integer
  constraint interview_style_default_is_1_to_5 check (interview_style_default = any(private.interview_styles())),
  interview_style_allow_override boolean not null
  default (private.metadata_defaults() #>> '{interviewStyle,allowOverride}')::boolean,
  result_disclosure text not null default (private.metadata_defaults() ->> 'resultDisclosure')
  constraint result_disclosure_is_known check (result_disclosure = any(private.disclosures())),

  -- Status
  status text not null default 'draft'
  constraint status_is_known check (status = any(private.assessment_statuses())),
  is_template boolean not null default false,

  -- Marketplace
  marketplace_status text default 'private'
  constraint marketplace_status_is_known check (marketplace_status = any(private.marketplace_statuses())),
  marketplace_price_tier text
  constraint marketplace_price_tier_is_known check (marketplace_price_tier = any(private.price_tiers())),

  -- Dates
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  -- When the current content arrived: the time of the edit, or of the upload that was applied.
  content_changed_at timestamptz not null default clock_timestamp(),
  published_at timestamptz
  constraint active_assessment_has_been_published check (status <> 'active' or published_at is not null),

  constraint slug_is_unique_in_its_tenant unique (tenant_id, slug)
);
-- No foreign key: the version may be deleted with its author, and the copy stays.
alter table public.custom_assessments add column if not exists derived_from uuid;
comment on table public.custom_assessments is
'Custom assessment frameworks uploaded or built by tenants.';
comment on column public.custom_assessments.created_by is
'The account that created the row. Always the caller, whatever is sent.';
comment on column public.custom_assessments.slug is
'Made from the name if omitted. Otherwise it must match [a-z0-9]+(-[a-z0-9]+)* and be unique within the tenant.';
comment on column public.custom_assessments.version is
'major.minor; it never decreases. Once the assessment has a version row, a change to its content that does not raise this '
'number raises it automatically: the minor number if what is shown or asked changed, the major number if scoring or structure '
'did.';
comment on column public.custom_assessments.definition is
'The parsed definition: {dimensions, resultCategories, interviewGuidelines, metadata, examples}. The keys of its '
'metadata that also have a column (name, version, description, type, interview style, disclosure) always equal it if they '
'are present. The scale is read from its metadata.';
comment on column public.custom_assessments.source_markdown is
'The Markdown of the definition, for editing. An edit of the definition without it sets it to null, until the worker has '
'written it.';
comment on column public.custom_assessments.interview_style_default is
'Default interview style: 1 = highly structured, 5 = fully conversational.';
comment on column public.custom_assessments.interview_style_allow_override is
'Whether a campaign or coaching session may choose another style.';
comment on column public.custom_assessments.result_disclosure is
'What a respondent sees of the result: see session_result.';
comment on column public.custom_assessments.status is
'A draft can become active or archived, an active assessment archived, and an archived one active. An archived row is '
'otherwise read-only.';
comment on column public.custom_assessments.is_template is
'Whether this is a system template, which everyone can read while it is active. Only reviewers can set it.';
comment on column public.custom_assessments.marketplace_status is
'Tenants can set private and pending_review; only reviewers can set published and rejected.';
comment on column public.custom_assessments.derived_from is
'The version from which the row was copied (copy_assessment); null if it was not copied, or its source had no version yet.';
comment on column public.custom_assessments.content_changed_at is
'When the present content was uploaded or edited. An upload from before that is not applied over it. Set by the database.';
comment on column public.custom_assessments.published_at is 'When the assessment was first activated. Set once, by the database.';
alter table public.custom_assessments enable row level security;

-- For lists of a tenant's assessments, newest first.
create index if not exists idx_custom_assessments_tenant_id
on public.custom_assessments (tenant_id, created_at desc);

-- For a tenant's active assessments by name, which are offered when a campaign is created.
create index if not exists idx_custom_assessments_status
on public.custom_assessments (tenant_id, name) where status = 'active';

-- For the marketplace page, newest first.
create index if not exists idx_custom_assessments_marketplace
on public.custom_assessments (published_at desc) where marketplace_status = 'published';
create index if not exists idx_custom_assessments_templates
on public.custom_assessments (name) where is_template;
create index if not exists idx_custom_assessments_created_by
on public.custom_assessments (created_by);

-- Finds the oldest assessment made from the same bytes at its first entry, regardless of their number.
create index if not exists idx_custom_assessments_content
on public.custom_assessments (
  tenant_id,
  private.content_hash(
    source_markdown, definition, name, description, assessment_type, interview_style_default,
    interview_style_allow_override, result_disclosure
  ),
  created_at
)
where source_markdown is not null and status <> 'archived';
revoke all on table public.custom_assessments from public, anon, authenticated, service_role;
