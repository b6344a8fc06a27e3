-- Versions of assessments: every content that was in use. The database creates the rows, and they never change.

create table if not exists public.assessment_versions (
  id uuid not null default gen_random_uuid(),

  -- The only foreign key: keys to the tenant and the account would make their deletion wait for edits.
  assessment_id uuid not null,
  tenant_id uuid not null,

  -- The number that the author sees. The revision is only for contents that shared a number because they are older than
  -- version history.
  version text not null,
  revision integer not null default 0,

  -- The content.
  name text not null,
  description text,
  definition jsonb not null,
  assessment_type text not null,
  interview_style_default integer not null,
  interview_style_allow_override boolean not null,
  result_disclosure text not null,

  -- The Markdown as the author sent it; not part of the content.
  source_markdown text,

  -- Equal if the content, or a part of it, is equal.
  definition_sha256 text not null,
  scoring_sha256 text not null,
  dimension_hashes jsonb not null,

  change_class text,
  created_by uuid,
  created_at timestamptz not null default now(),

  constraint assessment_versions_pkey primary key (id),
  constraint version_is_unique_in_its_assessment unique (assessment_id, version, revision),
  constraint assessment_versions_assessment_id_fkey
  foreign key (assessment_id) references public.custom_assessments (id) on delete cascade,
  constraint change_class_is_known check (change_class = any(private.change_classes())),
  constraint revision_is_not_negative check (revision >= 0)
);
comment on table public.assessment_versions is
'Every content that an assessment has had since it was first used. The database creates a version when the assessment becomes '
'active or requests a listing, and afterwards with every change to its content. Versions never change, and are deleted with '
'their assessment.';
comment on column public.assessment_versions.tenant_id is 'The tenant that owned the assessment when the version was created.';
comment on column public.assessment_versions.revision is
'0, or higher for contents that shared a number because they are older than version history.';
comment on column public.assessment_versions.source_markdown is
'The Markdown when the version was created, for editing; null if there was none. Not part of the content.';
comment on column public.assessment_versions.definition_sha256 is
'The hash of the content: equal for equal contents, however they are spelled.';
comment on column public.assessment_versions.scoring_sha256 is
'The hash of everything that decides a category: scale, weights, ranges, primary dimensions, names and order of categories.';
comment on column public.assessment_versions.dimension_hashes is
'For the id of each dimension, the hash of what a rater reads about it.';
comment on column public.assessment_versions.change_class is
'The class of the change since the previous version: presentation, instrument, scoring or structure. Null for the first version.';
comment on column public.assessment_versions.created_by is
'The account that made the change. Null if it was deleted, or if no account made the change.';
alter table public.assessment_versions enable row level security;
revoke all on table public.assessment_versions from public, anon, authenticated, service_role;

-- Finds the versions of an account that is deleted, and those that it made in the last hour.
create index if not exists idx_assessment_versions_created_by
on public.assessment_versions (created_by, created_at) where created_by is not null;

-- The version with the assessment's current content. No foreign key, because a second path between the two tables would
-- make PostgREST's embedding ambiguous.
alter table public.custom_assessments add column if not exists newest_version_id uuid;
comment on column public.custom_assessments.newest_version_id is
'The row of assessment_versions with the current content. Null before the first version. Set by the database.';

-- The version that the marketplace shows, and since when. No foreign key, as above.
alter table public.custom_assessments add column if not exists listed_version_id uuid;
alter table public.custom_assessments add column if not exists listed_at timestamptz;
comment on column public.custom_assessments.listed_version_id is
'The row of assessment_versions that is listed on the marketplace, or null. Set by the database.';
comment on column public.custom_assessments.listed_at is 'When the listed version was approved. Set by the database.';
