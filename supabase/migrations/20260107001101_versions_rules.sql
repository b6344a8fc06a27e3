-- custom-assessments 0.2.0 versions_rules sha256:d64f0b6cb2d8b1b6a12b93b80d604e0d291b1e8f8c13e99c1c935ca378a878dc
-- The rules of change: which part of a content has which class. To support a new part of a content, add a row here.
-- docs/changes.md and worker/change_rules.json are generated from the rows. Only migrations write this table.

-- The classes, from the smallest to the largest effect on users of an assessment.
create or replace function private.change_classes()
returns text[]
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return array['presentation', 'instrument', 'scoring', 'structure'];
end
$$;

create table if not exists private.change_rules (
  pattern text not null,
  rule text not null,
  class text not null,
  sentence text not null,
  constraint change_rules_pkey primary key (pattern),
  constraint change_rule_is_unique unique (rule),
  constraint change_rule_is_a_key check (rule ~ '^[a-z]+(-[a-z]+)*$'),
  constraint change_class_is_known check (class = any(private.change_classes()))
);
comment on table private.change_rules is 'The rules of change: one row for each way in which two contents can differ.';
comment on column private.change_rules.pattern is
'Where in a content the change is: a path in which * stands for an item, and what happened to it: added, removed, order or '
'moved.';
comment on column private.change_rules.rule is 'A stable key for programs to test.';
comment on column private.change_rules.class is
'How much this change matters. The highest class of all differences between two contents decides.';
comment on column private.change_rules.sentence is
'What a person reads. {item} is the id of a dimension or the name of a category; {part} is a range of a rubric.';
alter table private.change_rules enable row level security;
revoke all on table private.change_rules from public, anon, authenticated, service_role;

-- The table is filled anew, so a row that was removed from this list is removed from the database too.
delete from private.change_rules;
insert into private.change_rules (pattern, rule, class, sentence) values
('name', 'name-changed', 'presentation', 'The name of the assessment changed.'),
('description', 'description-changed', 'presentation', 'The description of the assessment changed.'),
('author', 'author-changed', 'presentation', 'The author changed.'),
('language', 'language-changed', 'presentation', 'The language changed.'),
('closing', 'closing-changed', 'presentation', 'The closing words of the interview changed.'),
(
  'categories/*/description', 'category-description-changed', 'presentation',
  'The description of the category "{item}" changed.'
),
('categories/*/strengths', 'strengths-changed', 'presentation', 'The strengths of the category "{item}" changed.'),
('categories/*/growthAreas', 'growth-areas-changed', 'presentation', 'The growth areas of the category "{item}" changed.'),
(
  'categories/*/recommendations', 'recommendations-changed', 'presentation',
  'The recommendations of the category "{item}" changed.'
),

('opening', 'opening-changed', 'instrument', 'The opening words of the interview changed.'),
('general', 'general-questions-changed', 'instrument', 'The general questions changed.'),
('interviewStyle/default', 'style-changed', 'instrument', 'The interview style changed.'),
(
  'interviewStyle/allowOverride', 'style-override-changed', 'instrument',
  'The permission to choose another interview style changed.'
),
('resultDisclosure', 'disclosure-changed', 'instrument', 'What a respondent sees of the result changed.'),
(
  'dimensions/*/name', 'dimension-name-changed', 'instrument',
  'The name of the dimension "{item}" changed, under the same id.'
),
(
  'dimensions/*/description', 'dimension-description-changed', 'instrument',
  'The description of the dimension "{item}" changed.'
),
('dimensions/*/themes', 'themes-changed', 'instrument', 'The interview themes of the dimension "{item}" changed.'),
('dimensions/*/questions', 'questions-changed', 'instrument', 'The questions of the dimension "{item}" changed.'),
(
  'dimensions/*/rubric/*', 'rubric-text-changed', 'instrument',
  'The rubric of the dimension "{item}" changed for {part}.'
),
-- An interview asks about the dimensions in their order, and earlier questions influence an answer.
('dimensions/order', 'dimensions-reordered', 'instrument', 'The order of the dimensions changed.'),

('evidence', 'evidence-changed', 'scoring', 'The evidence that a score needs changed.'),
('minCoverage', 'coverage-changed', 'scoring', 'The share of the weights that must be scored changed.'),
(
  'rangePrecision', 'precision-changed', 'scoring',
  'The decimal places of the score ranges changed, and with them the rounding of the overall score.'
),
('dimensions/*/weight', 'weight-changed', 'scoring', 'The weight of the dimension "{item}" changed.'),
('categories/*/added', 'category-added', 'scoring', 'The category "{item}" was added.'),
('categories/*/removed', 'category-removed', 'scoring', 'The category "{item}" was removed.'),
(
  'categories/order', 'categories-reordered', 'scoring',
  'The order of the categories changed, which decides ties.'
),
('categories/*/name', 'category-name-changed', 'scoring', 'The spelling of the name of the category "{item}" changed.'),
('categories/*/range', 'range-changed', 'scoring', 'The score range of the category "{item}" changed.'),
(
  'categories/*/primaries', 'primary-dimensions-changed', 'scoring',
  'The primary dimensions of the category "{item}" changed.'
),

('type', 'type-changed', 'structure', 'The type of the assessment changed.'),
('scale', 'scale-changed', 'structure', 'The scale changed.'),
('dimensions/*/added', 'dimension-added', 'structure', 'The dimension "{item}" was added.'),
('dimensions/*/removed', 'dimension-removed', 'structure', 'The dimension "{item}" was removed.'),
(
  'dimensions/*/moved', 'dimension-id-moved', 'structure',
  'The id "{item}" moved to another dimension.'
),
(
  'dimensions/*/rubric/*/added', 'rubric-range-added', 'structure',
  'The rubric of the dimension "{item}" has a new range, {part}.'
),
(
  'dimensions/*/rubric/*/removed', 'rubric-range-removed', 'structure',
  'The rubric of the dimension "{item}" has lost the range {part}.'
);

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

-- The items of a list that differ from the other list's item at the same position, if both have the same items in the same
-- order; otherwise all.
create or replace function private.differing_items(items jsonb, others jsonb, key text)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  differing jsonb := '[]';
begin
  if jsonb_array_length(items) <> jsonb_array_length(others) then
    return items;
  end if;
  for place in 0 .. jsonb_array_length(items) - 1 loop
    if items #> array[place::text, key] <> others #> array[place::text, key] then
      return items;
    elsif items -> place <> others -> place then
      differing := differing || (items -> place);
    end if;
  end loop;
  return differing;
end
$$;

-- A content without the parts that are equal in another one, so that little has to be compared.
create or replace function private.without_common_parts(content jsonb, other jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  list text;
  rest jsonb := (
    select coalesce(jsonb_object_agg(field.key, field.value), '{}')
      from jsonb_each(content - array['dimensions', 'categories']) as field
     where field.value <> other -> field.key
  );
begin
  foreach list in array array['dimensions', 'categories'] loop
    rest := rest || jsonb_build_object(list, private.differing_items(
      content -> list, other -> list, case list when 'dimensions' then 'id' else 'name' end));
  end loop;
  return rest;
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
  with compared as materialized (
    select coalesce(one.pattern, other.pattern) as pattern,
           coalesce(one.item, other.item) as item,
           coalesce(one.part, other.part) as part,
           one.value as old_value,
           other.value as new_value
      from private.content_parts(private.without_common_parts(before, after)) as one
      full join private.content_parts(private.without_common_parts(after, before)) as other
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

-- Finds the versions of an account that is deleted.
create index if not exists idx_assessment_versions_created_by
on public.assessment_versions (created_by) where created_by is not null;

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
