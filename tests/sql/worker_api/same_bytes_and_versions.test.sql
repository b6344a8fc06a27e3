-- The same bytes again change nothing; the same version with other bytes is a conflict; a version never decreases.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../worker.psql
select plan(39);

select tests.as_service();

-- Uploads, compiles to the definition of that name and version, and returns the codes of the diagnostics.
create function pg_temp.compile(source text, name text, version text, target uuid default null) returns text
language plpgsql
as $$
begin
  perform tests.keep('upload', tests.upload(tests.kept('tenant'), source, target));
  return concat_ws(' ',
    tests.finish('w1', tests.compiled(tests.claim('w1') -> 0, name, version)),
    (select string_agg(value ->> 'code', ' ')
       from jsonb_array_elements(tests.upload_value(tests.kept('upload'), 'diagnostics')::jsonb)));
end
$$;

select is(pg_temp.compile('# One', 'One', '1.0'), 'succeeded', 'a new file');
select tests.keep('one', tests.upload_value(tests.kept('upload'), 'assessment_id')::uuid);
select is(pg_temp.compile('# One', 'One', '1.0'), 'succeeded already-uploaded', 'the same bytes again');
select is(tests.upload_value(tests.kept('upload'), 'assessment_id')::uuid, tests.kept('one'), 'name the draft that is there');
select is((select count(*) from public.custom_assessments), 1::bigint, 'and make no other');
select is(
  tests.upload_value(tests.kept('upload'), 'diagnostics')::jsonb -> 0 ->> 'severity', 'warning', 'which is a warning'
);
select is(pg_temp.compile('# One ', 'One', '1.0'), 'succeeded', 'other bytes make another draft');
select is((select count(*) from public.custom_assessments), 2::bigint, 'beside the first');

-- Within one batch.
select tests.keep('first', tests.upload(tests.kept('tenant'), '# Twin'));
select tests.keep('second', tests.upload(tests.kept('tenant'), '# Twin'));
select is(
  (select tests.finish('w1', tests.compiled(jobs -> 0, 'Twin'), tests.compiled(jobs -> 1, 'Twin')) from tests.claim('w1') as jobs),
  'succeeded succeeded', 'the same bytes twice in one batch'
);
select is(
  tests.upload_value(tests.kept('first'), 'assessment_id'), tests.upload_value(tests.kept('second'), 'assessment_id'),
  'give one draft'
);

-- Another tenant's bytes are separate.
select tests.keep('theirs', tests.upload(tests.kept('others_tenant'), '# One'));
select is(tests.finish('w1', tests.compiled(tests.claim('w1') -> 0, 'One')), 'succeeded', 'another tenant''s same bytes');
select isnt(tests.upload_value(tests.kept('theirs'), 'assessment_id')::uuid, tests.kept('one'), 'give it a draft of its own');

-- An assessment that was edited since, or archived, does not count as "already uploaded".
update public.custom_assessments set definition = definition || '{"note": 1}'
where id = tests.kept('one');
select is(pg_temp.compile('# One', 'One', '1.0'), 'succeeded', 'a draft that was edited since is not these bytes any more');
select isnt(tests.upload_value(tests.kept('upload'), 'assessment_id')::uuid, tests.kept('one'), 'a new one is made');
update public.custom_assessments set status = 'archived'
where source_markdown = '# Twin';
select is(pg_temp.compile('# Twin', 'Twin', '1.0'), 'succeeded', 'nor is an archived one');

-- Replacing a draft: with any version that is not lower.
select is(pg_temp.compile('# Uno', 'Uno', '1.0', tests.kept('one')), 'succeeded', 'a draft is replaced under its version');
select is(tests.assessment_value(tests.kept('one'), 'source_markdown'), '# Uno', 'with the new source');
select is(tests.assessment_value(tests.kept('one'), 'name'), 'Uno', 'and the new name');
select is(tests.assessment_value(tests.kept('one'), 'slug'), 'one', 'under its old slug');
select is(tests.assessment_value(tests.kept('one'), 'version'), '1.0', 'and the stated version');
select is(pg_temp.compile('# Uno', 'Uno', '1.0', tests.kept('one')), 'succeeded already-uploaded', 'the same bytes again');
select is(pg_temp.compile('# Eno', 'Eno', '0.9', tests.kept('one')), 'rejected version-falls', 'a lower version');
select is(
  (tests.upload_value(tests.kept('upload'), 'diagnostics')::jsonb -> 0) - 'message' - 'hint',
  '{"severity": "error", "code": "version-falls", "line": 3, "column": 10, "end_line": 3, "end_column": 11,
    "section": "Front matter / version", "args": {}}'::jsonb,
  'is told where the version stands'
);
select isnt(tests.upload_value(tests.kept('upload'), 'definition'), null, 'with the definition, since the file is valid');

-- Replacing an active one: with a higher version only.
update public.custom_assessments set status = 'active'
where id = tests.kept('one');
select is(
  pg_temp.compile('# Uno', 'Uno', '1.0', tests.kept('one')), 'succeeded already-uploaded',
  'the same bytes as the active one'
);
select is(
  pg_temp.compile('# Duo', 'Duo', '1.0', tests.kept('one')), 'rejected version-conflict',
  'the same version with other bytes'
);
select is(tests.assessment_value(tests.kept('one'), 'name'), 'Uno', 'changes nothing');
select is(pg_temp.compile('# Duo', 'Duo', '1.10', tests.kept('one')), 'succeeded', 'a higher version');
select is(tests.assessment_value(tests.kept('one'), 'version'), '1.10', 'is taken as stated');
select is(pg_temp.compile('# Tre', 'Tre', '1.9', tests.kept('one')), 'rejected version-falls', '1.9 is lower than 1.10');

-- A change of structure, with a version that is too low.
update public.custom_assessments set assessment_type = 'comparative'
where id = tests.kept('one');
select is(tests.assessment_value(tests.kept('one'), 'version'), '2.0', 'the type was changed by hand');
select is(
  pg_temp.compile('# Tre', 'Tre', '2.1', tests.kept('one')), 'rejected version-bump-too-small', 'to change it back takes a major version'
);
select is(
  tests.upload_value(tests.kept('upload'), 'diagnostics')::jsonb #>> '{0,hint}',
  'Write `version: 3.0` in the front matter and upload the file again.', 'which the hint names'
);
select is(tests.upload_value(tests.kept('upload'), 'diagnostics')::jsonb #>> '{0,line}', '3', 'at the line of the version');
select is(tests.assessment_value(tests.kept('one'), 'name'), 'Duo', 'and nothing is changed');
select is(pg_temp.compile('# Tre', 'Tre', '3.0', tests.kept('one')), 'succeeded', 'that version is taken');

-- The assessment is deleted between the upload and its processing.
select tests.keep('late', tests.upload(tests.kept('tenant'), '# Late', tests.kept('one')));
update public.custom_assessments set status = 'archived'
where id = tests.kept('one');
select is(tests.finish('w1', tests.compiled(tests.claim('w1') -> 0, 'Late', '3.0')), 'rejected', 'archived meanwhile');
select is(tests.upload_value(tests.kept('late'), 'diagnostics')::jsonb -> 0 ->> 'code', 'assessment-archived', 'says so');
select tests.keep('doomed', tests.create_assessment(tests.kept('tenant'), '{"name": "Doomed"}'));
select tests.keep('later', tests.upload(tests.kept('tenant'), '# Later', tests.kept('doomed')));
delete from public.custom_assessments
where id = tests.kept('doomed');
select is(tests.finish('w1', tests.compiled(tests.claim('w1') -> 0, 'Later', '3.0')), 'rejected', 'deleted meanwhile');
select is(
  tests.upload_value(tests.kept('later'), 'diagnostics')::jsonb -> 0 ->> 'code', 'assessment-missing',
  'says so, and makes no new one'
);

select * from finish();
rollback;
