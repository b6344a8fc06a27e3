-- custom-assessments 0.2.0 versions_changes sha256:e0b86794e3ce1c5a631683d7f4c27cbf9a93129908ad49726ad6c80b2e16fd51
-- What changed between two contents, and the class of the change. worker/changes.py applies the same rules.

-- A content as rows: the path (with * for an item), the item, the part of the item, and the value. An item is the id of a
-- dimension, or the folded name of a category; its own row has its position.
create or replace function private.content_parts(content jsonb)
returns table (pattern text, item text, part text, value jsonb)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select field.key, '', '', field.value
    from jsonb_each(content - array['interviewStyle', 'dimensions', 'categories']) as field
  union all
  select 'interviewStyle/' || field.key, '', '', field.value
    from jsonb_each(content -> 'interviewStyle') as field
  union all
  select 'dimensions/*', dimension.value ->> 'id', '', to_jsonb(dimension.place)
    from jsonb_array_elements(content -> 'dimensions') with ordinality as dimension (value, place)
  union all
  select 'dimensions/*/' || field.key, dimension.value ->> 'id', '', field.value
    from jsonb_array_elements(content -> 'dimensions') as dimension,
         lateral jsonb_each(dimension.value - array['id', 'rubric']) as field
  union all
  select 'dimensions/*/rubric/*', dimension.value ->> 'id',
         (level.value ->> 0) || case when level.value -> 0 <> level.value -> 1 then '-' || (level.value ->> 1) else '' end,
         level.value -> 2
    from jsonb_array_elements(content -> 'dimensions') as dimension,
         lateral jsonb_array_elements(dimension.value -> 'rubric') as level
  union all
  select 'categories/*', private.name_key(category.value), '', to_jsonb(category.place)
    from jsonb_array_elements(content -> 'categories') with ordinality as category (value, place)
  union all
  select 'categories/*/' || field.key, private.name_key(category.value), '', field.value
    from jsonb_array_elements(content -> 'categories') as category,
         lateral jsonb_each(category.value) as field;
end
$$;

-- The items of two lists that differ from those at the same position, if both have the same items in the same order; otherwise
-- all.
create or replace function private.differing_items(key text, inout items jsonb, inout others jsonb)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  item jsonb;
  other jsonb;
  differing jsonb := '[]';
  differing_others jsonb := '[]';
begin
  if jsonb_array_length(items) <> jsonb_array_length(others) then
    return;
  end if;
  for place in 0 .. jsonb_array_length(items) - 1 loop
    item := items -> place;
    other := others -> place;
    if item -> key <> other -> key then
      return;
    elsif item <> other then
      differing := differing || item;
      differing_others := differing_others || other;
    end if;
  end loop;
  items := differing;
  others := differing_others;
end
$$;

-- Two contents without the parts in which they are equal, so that little has to be compared.
create or replace function private.without_common_parts(inout before jsonb, inout after jsonb)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  dimensions constant record := private.differing_items('id', before -> 'dimensions', after -> 'dimensions');
  categories constant record := private.differing_items('name', before -> 'categories', after -> 'categories');
begin
  select coalesce(jsonb_object_agg(field.key, field.value), '{}'), coalesce(jsonb_object_agg(field.key, after -> field.key), '{}')
    into before, after
    from jsonb_each(before - array['dimensions', 'categories']) as field
   where field.value <> after -> field.key;
  before := before || jsonb_build_object('dimensions', dimensions.items, 'categories', categories.items);
  after := after || jsonb_build_object('dimensions', dimensions.others, 'categories', categories.others);
end
$$;

-- Where two contents differ, by the patterns of the rules. Parts of an added or removed item are not listed separately.
-- Positions are compared only among items in both.
create or replace function private.differences(before jsonb, after jsonb)
returns table (pattern text, item text, part text, old_value jsonb, new_value jsonb)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  with rest as materialized (
    select part.before, part.after from private.without_common_parts(before, after) as part
  ),
  compared as materialized (
    select coalesce(one.pattern, other.pattern) as pattern,
           coalesce(one.item, other.item) as item,
           coalesce(one.part, other.part) as part,
           one.value as old_value,
           other.value as new_value
      from private.content_parts((select rest.before from rest)) as one
      full join private.content_parts((select rest.after from rest)) as other
        on other.pattern = one.pattern and other.item = one.item and other.part = one.part
  ),
  kept as (
    select compared.pattern, compared.item, compared.old_value, compared.new_value
      from compared
     where compared.pattern in ('dimensions/*', 'categories/*')
       and compared.old_value is not null
       and compared.new_value is not null
  )
  -- Parts of items that are in both contents.
  select compared.pattern, compared.item, compared.part, compared.old_value, compared.new_value
    from compared
   where compared.pattern not in ('dimensions/*', 'categories/*')
     and compared.old_value <> compared.new_value
  union all
  -- Added or removed items, and rubric ranges of dimensions in both contents.
  select compared.pattern || case when compared.old_value is null then '/added' else '/removed' end,
         compared.item, compared.part, compared.old_value, compared.new_value
    from compared
   where (compared.old_value is null or compared.new_value is null)
     and (
       compared.pattern in ('dimensions/*', 'categories/*')
       or (
         compared.pattern = 'dimensions/*/rubric/*'
         and compared.item in (select kept.item from kept where kept.pattern = 'dimensions/*')
       )
     )
  union all
  select replace(kept.pattern, '*', 'order'), '', '',
         jsonb_agg(kept.item order by kept.old_value), jsonb_agg(kept.item order by kept.new_value)
    from kept
   group by kept.pattern
  having array_agg(kept.item order by kept.old_value) <> array_agg(kept.item order by kept.new_value)
  union all
  -- The id of a dimension whose name another dimension had before.
  select 'dimensions/*/moved', moved.item, '', moved.old_value, moved.new_value
    from compared as moved
   where moved.pattern = 'dimensions/*/name'
     and moved.old_value is not null
     and exists (
       select from compared as other
        where other.pattern = 'dimensions/*/name'
          and other.item <> moved.item
          and private.fold_name(private.trim_text(other.old_value #>> '{}'))
              = private.fold_name(private.trim_text(moved.new_value #>> '{}'))
     );
end
$$;

-- The changes between two contents, highest class first.
create or replace function private.changes_between(before jsonb, after jsonb)
returns table (rule text, class text, item text, part text, old_value jsonb, new_value jsonb)
language plpgsql
stable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select listed.rule, listed.class, found.item, found.part, found.old_value, found.new_value
    from private.differences(before, after) as found
    left join private.change_rules as listed on listed.pattern = found.pattern
   order by array_position(private.change_classes(), listed.class) desc,
            listed.rule collate "C", found.item collate "C", found.part collate "C";
end
$$;

-- The class of a change of content: the highest class of its parts; null if nothing changed.
create or replace function private.class_of_change(before jsonb, after jsonb)
returns text
language plpgsql
stable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select listed.class
      from private.differences(before, after) as found
      left join private.change_rules as listed on listed.pattern = found.pattern
     order by array_position(private.change_classes(), listed.class) desc
     limit 1
  );
end
$$;

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
