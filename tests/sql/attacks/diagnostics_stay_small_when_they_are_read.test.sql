-- A faulty or malicious worker hands in diagnostics that take ten bytes to store and 131,072 to read, or that are invalid.
-- An owner cannot delete an upload, and would have them in every list.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../worker.psql
select plan(9);

-- What an owner reads of an upload that a worker finished with these diagnostics.
create function tests.diagnostics_after(outcome text, diagnostics text) returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  upload uuid;
begin
  perform tests.as_user(tests.kept('owner'));
  upload := tests.upload(tests.kept('tenant'), '# ' || gen_random_uuid(), dry_run => true);
  perform tests.as_service();
  perform tests.finish('w', tests.compiled(job.value, 'N') || pg_catalog.jsonb_build_object(
            'outcome', outcome, 'error', 'invalid-source', 'diagnostics', diagnostics::jsonb))
     from pg_catalog.jsonb_array_elements(tests.claim('w')) as job;
  return tests.upload_value(upload, 'diagnostics');
end
$$;
grant execute on all functions in schema tests to public;

select
  is(
    tests.diagnostics_after(ended.outcome, '[{"code": "tie", "line": 3}]'), '[{"code": "tie", "line": 3}]',
    ended.outcome || ': diagnostics are kept as they are'
  )
from (values ('compiled'), ('failed')) as ended (outcome);
select
  is(
    tests.diagnostics_after(ended.outcome, '[{"code": "tie", "line": 1e131071}]'), '[]',
    ended.outcome || ': a number that fills memory is not'
  )
from (values ('compiled'), ('failed')) as ended (outcome);
select is(tests.diagnostics_after('compiled', '[1, null, "text"]'), '[]', 'nor what is no diagnostic');
select is(tests.diagnostics_after('compiled', '{"code": "tie"}'), '[]', 'nor what is no list');
select is(
  tests.diagnostics_after('compiled', '[{"code": ' || repeat('[', 60) || repeat(']', 60) || '}]'), '[]', 'nor what is too deep'
);
select is(
  tests.diagnostics_after('compiled', jsonb_build_array(jsonb_build_object('message', repeat('x', 600000)))::text), '[]',
  'nor what is too long'
);
select is(
  (
    select count(*)::integer from public.assessment_uploads
    where finished_at is null
  ), 0, 'every upload has ended all the same'
);

select * from finish();
rollback;
