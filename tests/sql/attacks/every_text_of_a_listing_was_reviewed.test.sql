-- A tenant publishes something harmless and then changes it. Everyone can read the whole of a published assessment: when
-- any text of the tenant changes, including the source and the slug, it is reviewed again, for edits and uploads.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../worker.psql
select plan(11);

create function tests.after_edit(assignment text) returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  made uuid;
begin
  perform tests.as_service();
  made := tests.create_assessment(
    tests.kept('tenant'), '{"status": "active", "marketplace_status": "published", "source_markdown": "# Reviewed"}');
  perform tests.as_user(tests.kept('owner'));
  execute pg_catalog.format('update public.custom_assessments set %s where id = %L', assignment, made);
  return tests.assessment_value(made, 'marketplace_status');
end
$$;
grant execute on all functions in schema tests to public;

select is(tests.after_edit($$definition = tests.definition() || '{"new": 1}'$$), 'pending_review', 'a new definition');
select is(
  tests.after_edit($$definition = tests.definition() || '{"new": 1}', marketplace_status = 'published'$$), 'pending_review',
  'a new definition that claims to be published'
);
select is(tests.after_edit($$name = 'Buy my other thing'$$), 'pending_review', 'a new name');
select is(tests.after_edit($$description = 'Buy my other thing'$$), 'pending_review', 'a new description');
select is(tests.after_edit($$definition = tests.definition()$$), 'published', 'the same definition is no edit');
select is(tests.after_edit($$interview_style_default = 4$$), 'pending_review', 'a setting that interviews follow');
select is(tests.after_edit($$source_markdown = '# Buy my other thing'$$), 'pending_review', 'a new source');
select is(tests.after_edit($$slug = 'buy-my-other-thing'$$), 'pending_review', 'a new slug');
select is(tests.after_edit($$result_disclosure = 'none'$$), 'pending_review', 'and what respondents are shown');

-- Anyone can correct a listing: it is published as long as it is what was approved.
select tests.as_service();
select tests.keep('fixed', tests.create_assessment(tests.kept('tenant'), '{"status": "active", "marketplace_status": "published"}'));
update public.custom_assessments set definition = tests.definition() || '{"new": 1}'
where id = tests.kept('fixed');
select is(tests.assessment_value(tests.kept('fixed'), 'marketplace_status'), 'pending_review', 'an edit of the service, too');

-- The same by upload: the comment changed, the definition did not.
select tests.as_service();
select tests.keep('listed', tests.create_assessment(tests.kept('tenant'), jsonb_build_object(
  'status', 'active', 'marketplace_status', 'published', 'name', 'Listed', 'version', '1.0', 'source_markdown', '# Reviewed',
  'definition', tests.definition() || '{"metadata": {"name": "Listed"}}'
)));
select tests.as_user(tests.kept('owner'));
select tests.keep('upload', tests.upload(tests.kept('tenant'), '# Buy my other thing', tests.kept('listed')));
select tests.as_service();
select
  tests.finish('w', tests.ending(job.value, 'compiled', jsonb_build_object(
    'definition', (tests.definition() || '{"metadata": {"name": "Listed"}}')::text, 'diagnostics', '[]'::jsonb
  )))
from jsonb_array_elements(tests.claim('w')) as job;
select is(tests.assessment_value(tests.kept('listed'), 'marketplace_status'), 'pending_review', 'a new source by upload');

select * from finish();
rollback;
