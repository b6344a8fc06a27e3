-- The Markdown of an assessment is that of its content, or missing until the worker has written it.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../worker.psql
select plan(36);

create function pg_temp.source() returns text
language sql
as $$ select tests.assessment_value(tests.kept('one'), 'source_markdown') $$;

-- The next job, whose lists are turned into members.
create function pg_temp.take(worker text default 'w1') returns jsonb
language sql
as $$
  select jsonb_build_object(
           'job', claimed.value #> '{jobs,0}', 'attempt', claimed.value #> '{attempts,0}',
           'kind', claimed.value -> 'kind', 'definition', claimed.value #> '{definitions,0}',
           'source', claimed.value #> '{sources,0}', 'made_from', claimed.value #> '{made_from,0}')
    from jsonb_array_elements(public.exchange_jobs(worker, '[]', 1)::jsonb -> 'jobs') as claimed
$$;
create function pg_temp.write(job jsonb, markdown text, worker text default 'w1') returns text
language sql
as $$
  select tests.finish(worker, tests.ending(job, 'rendered', jsonb_build_object(
    'markdown', markdown, 'made_from', job -> 'made_from')))
$$;

grant execute on function pg_temp.source(), pg_temp.take(text), pg_temp.write(jsonb, text, text) to public;

-- A builder's assessment ----------------------------------------------------------------------------------------
select tests.as_user(tests.kept('owner'));
select tests.keep('one', tests.create_assessment(
  tests.kept('tenant'),
  '{"source_type": "builder", "status": "active", "description": "For teams.", "result_disclosure": "teaser"}'
));
select tests.as_service();
create temporary table taken on commit drop as select pg_temp.take() as job;
grant all on taken to public;
select is((select job ->> 'kind' from taken), 'markdown', 'a builder''s assessment gets its Markdown');
select is((select job ->> 'source' from taken), '', 'it has none');
select is(
  (select (job ->> 'definition')::jsonb -> 'metadata' from taken),
  '{"name": "Clear Speech", "version": "1.0", "type": "multi-dimensional", "description": "For teams.",
    "interviewStyle": {"default": 3, "allowOverride": true}, "resultDisclosure": "teaser"}'::jsonb,
  'the worker is given the definition with what the columns say'
);
select tests.keep('version', tests.assessment_value(tests.kept('one'), 'newest_version_id')::uuid);
select tests.as_postgres();
create temporary table before on commit drop as
select
  updated_at,
  content_changed_at,
  version
from public.custom_assessments
where id = tests.kept('one');
grant all on before to public;
select tests.as_service();
select is((select pg_temp.write(job, '# Written') from taken), 'succeeded', 'it is stored');
select is(pg_temp.source(), '# Written', 'as the source');
select is(
  (
    select row(assessment.updated_at, assessment.content_changed_at, assessment.version)::text
    from public.custom_assessments as assessment
    where assessment.id = tests.kept('one')
  ), (select row(before.*)::text from before), 'which is no change of the row'
);
select is(tests.assessment_value(tests.kept('one'), 'newest_version_id')::uuid, tests.kept('version'), 'nor a version');
select is(pg_temp.take(), null, 'and nothing else is to be done');

-- An edit without Markdown ---------------------------------------------------------------------------------------
select tests.as_user(tests.kept('owner'));
update public.custom_assessments set definition = jsonb_set(definition, '{dimensions,0,description}', '"Speaks."')
where id = tests.kept('one');
select is(pg_temp.source(), null, 'an edit of the definition without Markdown empties it');
select tests.as_service();
update taken set job = pg_temp.take();
select is((select job ->> 'kind' from taken), 'markdown', 'and asks for another');
select tests.as_user(tests.kept('owner'));
update public.custom_assessments set definition = jsonb_set(definition, '{dimensions,0,description}', '"Says."')
where id = tests.kept('one');
select tests.as_service();
select is((select pg_temp.write(job, '# Speaks') from taken), 'released', 'one that was made from another content is dropped');
select is(pg_temp.source(), null, 'and not stored');
update taken set job = pg_temp.take();
select is((select (job ->> 'definition')::jsonb #>> '{dimensions,0,description}' from taken), 'Says.', 'the job begins again');
select is((select pg_temp.write(job, '# Says') from taken), 'succeeded', 'with what is there');
select is(pg_temp.source(), '# Says', 'and is stored');
select is(pg_temp.take(), null, 'once');

-- What is part of the Markdown, but not of the content
select tests.as_user(tests.kept('owner'));
update public.custom_assessments set definition = definition || '{"examples": []}'
where id = tests.kept('one');
select is(pg_temp.source(), null, 'examples are no content, but of the Markdown they are');
select tests.as_service();
select is((select pg_temp.write(pg_temp.take(), '# Examples')), 'succeeded', 'which is written again');

-- Metadata only --------------------------------------------------------------------------------------------------
select tests.as_user(tests.kept('owner'));
update public.custom_assessments set result_disclosure = 'none'
where id = tests.kept('one');
select is(pg_temp.source(), '# Examples', 'a change of a setting keeps the Markdown');
select tests.as_service();
update taken set job = pg_temp.take();
select is((select job ->> 'source' from taken), '# Examples', 'whose front matter the worker changes');
select is((select (job ->> 'definition')::jsonb #>> '{metadata,resultDisclosure}' from taken), 'none', 'to what the row says');
select tests.as_user(tests.kept('owner'));
update public.custom_assessments set source_markdown = '# By hand'
where id = tests.kept('one');
select tests.as_service();
select is((select pg_temp.write(job, '# Changed') from taken), 'released', 'unless somebody has written another meanwhile');
select is(pg_temp.source(), '# By hand', 'which is kept');
select is((select pg_temp.write(pg_temp.take(), '# By hand')), 'succeeded', 'and looked at again');
select tests.as_user(tests.kept('owner'));
update public.custom_assessments set definition = definition || '{"metadata": {"author": "Ada"}}'
where id = tests.kept('one');
select is(pg_temp.source(), '# By hand', 'a change of metadata in the definition keeps it too');
select tests.as_service();
select is((select pg_temp.write(pg_temp.take(), '# Ada')), 'succeeded', 'and is written into it');

-- Edits that bring their own -----------------------------------------------------------------------------------------
select tests.as_user(tests.kept('owner'));
update public.custom_assessments
set definition = jsonb_set(definition, '{dimensions,0,description}', '"Tells."'), source_markdown = '# Tells'
where id = tests.kept('one');
select is(pg_temp.source(), '# Tells', 'an edit may bring its own');
select tests.as_service();
select is(pg_temp.take(), null, 'then there is nothing to do');
select tests.as_user(tests.kept('owner'));
update public.custom_assessments
set definition = jsonb_set(definition, '{dimensions,0,description}', '"Asks."'), source_markdown = '# Tells'
where id = tests.kept('one');
select is(pg_temp.source(), null, 'the one that it had is sent back: it is not that of the new definition');
update public.custom_assessments set slug = 'other', status = 'archived'
where id = tests.kept('one');
select tests.as_service();
select is((select pg_temp.write(pg_temp.take(), '# Asks')), 'succeeded', 'an archived assessment gets its Markdown too');
select is(pg_temp.source(), '# Asks', 'and has it');

-- What is gone ----------------------------------------------------------------------------------------------------
select tests.as_user(tests.kept('owner'));
select tests.keep('gone', tests.create_assessment(tests.kept('tenant'), '{"source_type": "builder"}'));
delete from public.custom_assessments
where id = tests.kept('gone');
select tests.as_service();
select is(pg_temp.take(), null, 'what is deleted before is no job');
select tests.as_user(tests.kept('owner'));
select tests.keep('gone', tests.create_assessment(tests.kept('tenant'), '{"source_type": "builder"}'));
select tests.as_service();
update taken set job = pg_temp.take();
select tests.as_user(tests.kept('owner'));
delete from public.custom_assessments
where id = tests.kept('gone');
select tests.as_service();
select is((select pg_temp.write(job, '# Gone') from taken), 'failed', 'what is deleted meanwhile gets none');

-- Many edits are one job ---------------------------------------------------------------------------------------------
select tests.as_user(tests.kept('owner'));
select tests.keep('one', tests.create_assessment(tests.kept('tenant'), '{"source_type": "builder", "name": "Keystrokes"}'));
do $$
begin
  for n in 1 .. 50 loop
    update public.custom_assessments
       set definition = jsonb_set(definition, '{dimensions,0,description}', to_jsonb('Says ' || n))
     where id = tests.kept('one');
  end loop;
end
$$;
select tests.as_service();
update taken set job = pg_temp.take();
select is((select (job ->> 'definition')::jsonb #>> '{dimensions,0,description}' from taken), 'Says 50', 'fifty edits make one job');
select is((select pg_temp.write(job, '# Fifty') from taken), 'succeeded', 'of the last of them');
select is(pg_temp.take(), null, 'and no other');

select * from finish();
rollback;
