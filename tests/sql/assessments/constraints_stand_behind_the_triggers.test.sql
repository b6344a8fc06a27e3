-- With all triggers off, as in a restore, the named constraints still enforce what they can.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
select plan(20);

select tests.keep('one', tests.create_assessment(tests.kept('tenant'), '{"slug": "one", "status": "active"}'));
select tests.keep('two', tests.create_assessment(tests.kept('tenant'), '{"slug": "two"}'));
set constraints all immediate;
alter table public.custom_assessments disable trigger user;

select
  is(
    tests.refusal(format('update public.custom_assessments set %I = %s where id = %L', given.col, given.value, tests.kept('one'))),
    given.expected, given.col || ' = ' || left(given.value, 40)
  )
from (
  values
  ('name', $$''$$, '23514 name_has_1_to_200_characters'),
  ('name', $$repeat('x', 201)$$, '23514 name_has_1_to_200_characters'),
  ('slug', $$'No Slug'$$, '23514 slug_format'),
  ('slug', $$'two'$$, '23505 slug_is_unique_in_its_tenant'),
  ('version', $$'1'$$, '23514 version_format'),
  ('description', $$repeat('x', 512001)$$, '23514 description_is_at_most_500_kb'),
  ('definition', $$'[]'$$, '23514 definition_has_dimensions_and_categories'),
  ('definition', $$'{}'$$, '23514 definition_has_dimensions_and_categories'),
  ('definition', $$'{"dimensions": [], "resultCategories": null}'$$, '23514 definition_has_dimensions_and_categories'),
  ('source_markdown', $$repeat('x', 512001)$$, '23514 source_is_at_most_500_kb'),
  ('source_type', $$'other'$$, '23514 source_type_is_known'),
  ('assessment_type', $$'other'$$, '23514 assessment_type_is_known'),
  ('interview_style_default', '6', '23514 interview_style_default_is_1_to_5'),
  ('result_disclosure', $$'some'$$, '23514 result_disclosure_is_known'),
  ('status', $$'other'$$, '23514 status_is_known'),
  ('published_at', 'null', '23514 active_assessment_has_been_published'),
  ('marketplace_status', $$'other'$$, '23514 marketplace_status_is_known'),
  ('marketplace_price_tier', $$'cheap'$$, '23514 marketplace_price_tier_is_known'),
  ('tenant_id', $$gen_random_uuid()$$, '23503 custom_assessments_tenant_id_fkey'),
  ('created_by', $$gen_random_uuid()$$, '23503 custom_assessments_created_by_fkey')
) as given (col, value, expected);

select * from finish();
rollback;
