-- A file without a version gets the lowest that its change allows; if a stated version is too low, the diagnostic names the
-- right one.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../worker.psql
select plan(34);

select tests.as_service();

-- Uploads a file whose definition has this name, and returns the outcome. For a file without a version, the compiler
-- reports version_is_stated as false; its definition has the default anyway.
create function pg_temp.replace(name text, version text default null, changes jsonb default '{}') returns text
language plpgsql
as $$
declare
  job jsonb;
  compiled jsonb;
begin
  perform tests.keep('upload', tests.upload(tests.kept('tenant'), '# ' || name || changes::text, tests.kept('one')));
  job := tests.claim('w1') -> 0;
  compiled := tests.compiled(job, name, coalesce(version, '1.0'));
  return concat_ws(' ',
    tests.finish('w1', compiled || jsonb_build_object(
      'version_is_stated', version is not null,
      'version_at', case when version is null then '{"line": 1, "column": 1}'::jsonb
                         else '{"line": 3, "column": 10, "end_line": 3, "end_column": 13}' end,
      'definition', ((compiled ->> 'definition')::jsonb || changes)::text)),
    (select string_agg(value ->> 'code', ' ')
       from jsonb_array_elements(tests.upload_value(tests.kept('upload'), 'diagnostics')::jsonb)),
    tests.assessment_value(tests.kept('one'), 'version'));
end
$$;
create function pg_temp.said(member text) returns text
language sql
as $$ select tests.upload_value(tests.kept('upload'), 'diagnostics')::jsonb -> 0 ->> member $$;

select tests.keep('one', tests.create_assessment(tests.kept('tenant')));

-- A draft that was never in use ------------------------------------------------------------------------------
select is(pg_temp.replace('One'), 'succeeded 1.0', 'a draft is replaced without a version');
select is(pg_temp.replace('Two', '1.2'), 'succeeded 1.2', 'and with one');
select is(pg_temp.replace('Three'), 'succeeded 1.2', 'which stays where the next file states none');
select is(pg_temp.replace('Four', '1.1'), 'rejected version-falls 1.2', 'it does not fall');
select is(pg_temp.said('hint'), 'Write `version: 1.2` in the front matter and upload the file again.', 'the hint has the least');
select is(pg_temp.said('line') || ':' || pg_temp.said('column'), '3:10', 'at the place of the version');

-- One that is in use ------------------------------------------------------------------------------------------
update public.custom_assessments set status = 'active'
where id = tests.kept('one');
select is(pg_temp.replace('Three'), 'succeeded already-uploaded 1.2', 'the same file without a version changes nothing');
select is(pg_temp.replace('Four'), 'succeeded 1.3', 'another name, without a version, raises the minor number');
select is(
  (
    select count(*) from public.assessment_versions
    where assessment_id = tests.kept('one')
  ), 2::bigint, 'and is a version'
);
select is(
  pg_temp.replace('Four', null, jsonb_build_object('resultCategories', tests.definition() -> 'resultCategories' #- '{0}')),
  'succeeded 2.0', 'other categories, without a version, raise the major number'
);
select is(pg_temp.replace('Five', '2.0'), 'rejected version-conflict 2.0', 'the present version with another content is a conflict');
select is(pg_temp.said('hint'), 'Write `version: 3.0` in the front matter and upload the file again.', 'with what the change needs');
select is(pg_temp.said('line'), '3', 'at the line of the version');
select is(tests.assessment_value(tests.kept('one'), 'name'), 'Four', 'and nothing is changed');
select is(pg_temp.replace('Five', '2.1'), 'rejected version-bump-too-small 2.0', 'a higher one that is too low is refused');
select is(
  pg_temp.said('fix')::jsonb,
  '{"title": "write `version: 3.0`", "safe": true,
    "edits": [{"line": 3, "column": 10, "end_line": 3, "end_column": 13, "text": "3.0"}]}', 'with the fix'
);
select is(pg_temp.said('end_column'), '13', 'marked as a whole');
select is(pg_temp.said('hint'), 'Write `version: 3.0` in the front matter and upload the file again.', 'with the same');
select is(pg_temp.replace('Five', '1.9'), 'rejected version-falls 2.0', 'and so is a lower one');
select is(pg_temp.said('hint'), 'Write `version: 3.0` in the front matter and upload the file again.', 'with the same');
select is(pg_temp.replace('Five', '3.0'), 'succeeded 3.0', 'which is then taken');

-- Only the content counts ---------------------------------------------------------------------------------------
select is(pg_temp.replace('Five', '3.0', '{"edition": 2}'), 'succeeded 3.0', 'the present version with the same content is none');
select is(
  (
    select count(*) from public.assessment_versions
    where assessment_id = tests.kept('one')
  ), 4::bigint, 'and no version more'
);

-- Settings ------------------------------------------------------------------------------------------------------
select is(pg_temp.replace('Five', '3.0', '{"edition": 2}'), 'succeeded already-uploaded 3.0', 'the same file is there already');
update public.custom_assessments set result_disclosure = 'none'
where id = tests.kept('one');
select is(tests.assessment_value(tests.kept('one'), 'version'), '3.1', 'a setting is changed by hand');
select is(
  pg_temp.replace('Five', '3.0', '{"edition": 2}'), 'rejected version-falls 3.1',
  'then the file is not there any more'
);
select is(pg_temp.replace('Five', null, '{"edition": 2}'), 'succeeded 3.2', 'without a version it is applied');
select is(tests.assessment_value(tests.kept('one'), 'result_disclosure'), 'full', 'with its settings');

-- No room above -------------------------------------------------------------------------------------------------
update public.custom_assessments set version = '3.999999999'
where id = tests.kept('one');
select is(pg_temp.replace('Six'), 'rejected version-bump-too-small 3.999999999', 'where no minor number is left');
select is(pg_temp.said('fix'), null, 'what is not stated cannot be replaced');
select is(pg_temp.said('hint'), 'There is no higher version of this kind. Upload the file as a new assessment.', 'it says so');
select is(pg_temp.replace('Six', '3.999999999'), 'rejected version-bump-too-small 3.999999999', 'also with the present one');
select is(pg_temp.replace('Six', '4.0'), 'succeeded 4.0', 'a higher major one is taken');

-- An older worker does not say whether a version is stated -------------------------------------------------------
select tests.keep('upload', tests.upload(tests.kept('tenant'), '# Seven', tests.kept('one')));
select is(tests.finish('w1', tests.compiled(tests.claim('w1') -> 0, 'Seven', '4.0')), 'rejected', 'then it counts as stated');

select * from finish();
rollback;
