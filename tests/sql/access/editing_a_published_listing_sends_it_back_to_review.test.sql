-- A tenant publishes something harmless and then changes it: the listing goes back to the reviewers at once.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
select plan(7);

create function tests.after_edit(assignment text) returns text
language plpgsql
set search_path = ''
as $$
declare
  made uuid;
begin
  perform tests.as_service();
  made := tests.create_assessment(tests.kept('tenant'), '{"status": "active", "marketplace_status": "published"}');
  perform tests.as_user(tests.kept('owner'));
  execute pg_catalog.format('update public.custom_assessments set %s where id = %L', assignment, made);
  return tests.assessment_value(made, 'marketplace_status');
end
$$;

select is(tests.after_edit($$definition = tests.definition() || '{"new": 1}'$$), 'pending_review', 'a new definition');
select is(
  tests.after_edit($$definition = tests.definition() || '{"new": 1}', marketplace_status = 'published'$$), 'pending_review',
  'a new definition that claims to be published'
);
select is(tests.after_edit($$name = 'Buy my other thing'$$), 'pending_review', 'a new name');
select is(tests.after_edit($$description = 'Buy my other thing'$$), 'pending_review', 'a new description');
select is(tests.after_edit($$definition = tests.definition()$$), 'published', 'the same definition is no edit');
select is(tests.after_edit($$interview_style_default = 4$$), 'published', 'what is not listed is no edit');

-- A reviewer who mends a listing need not review it again.
select tests.as_service();
select tests.keep('mended', tests.create_assessment(tests.kept('tenant'), '{"status": "active", "marketplace_status": "published"}'));
update public.custom_assessments set definition = tests.definition() || '{"new": 1}'
where id = tests.kept('mended');
select is(tests.assessment_value(tests.kept('mended'), 'marketplace_status'), 'published', 'a reviewer''s own edit leaves it listed');

select * from finish();
rollback;
