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
