-- A faulty or malicious worker reports a definition that a file does not have: the database checks it even if no assessment
-- is written.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../worker.psql
select plan(9);

create function tests.finish_with(upload uuid, definition text) returns text
language sql
set search_path = pg_catalog, pg_temp
as $$
  select tests.finish('w', tests.ending(job.value, 'compiled', pg_catalog.jsonb_build_object('definition', definition)))
    from pg_catalog.jsonb_array_elements(tests.claim('w')) as job
$$;
grant execute on all functions in schema tests to public;

select tests.as_user(tests.kept('owner'));
select tests.keep('tried', tests.upload(tests.kept('tenant'), '# Tried', dry_run => true));
select tests.as_service();
select is(tests.finish_with(tests.kept('tried'), '{"dimensions": []}'), 'failed', 'a dry run with a wrong definition fails');
select is(tests.upload_value(tests.kept('tried'), 'status'), 'failed', 'and its upload with it');
select is(tests.upload_value(tests.kept('tried'), 'definition'), null, 'nothing of it is stored');
select matches(
  tests.upload_value(tests.kept('tried'), 'diagnostics'), 'refused the definition at \$\.', 'the faults are said'
);

select tests.as_user(tests.kept('owner'));
select tests.keep('long', tests.upload(tests.kept('tenant'), '# Long', dry_run => true));
select tests.as_service();
select is(
  tests.finish_with(
    tests.kept('long'), (tests.definition() || '{"x": 1}')::text || repeat(' ', 10)
  ), 'succeeded', 'a valid one succeeds'
);

select tests.as_user(tests.kept('owner'));
select tests.keep('huge', tests.upload(tests.kept('tenant'), '# Huge', dry_run => true));
select tests.as_service();
select is(
  tests.finish_with(tests.kept('huge'), '{"x": 1e131071, ' || substr(tests.definition()::text, 2)), 'failed',
  'a number that fills memory when it is read fails'
);

-- The version is too low: the definition is stored with the diagnostic, so it must be valid.
select tests.keep('target', tests.create_assessment(tests.kept('tenant'), '{"version": "2.0", "status": "active"}'));
select tests.as_user(tests.kept('owner'));
select tests.keep('falls', tests.upload(tests.kept('tenant'), '# Falls', tests.kept('target')));
select tests.as_service();
select is(
  tests.finish_with(tests.kept('falls'), '{"metadata": {"name": "X", "version": "1.0"}, "dimensions": 5}'), 'failed',
  'a replacement whose version falls'
);
select is(tests.upload_value(tests.kept('falls'), 'definition'), null, 'keeps no definition that is none');

select tests.as_user(tests.kept('owner'));
select tests.keep('falls_validly', tests.upload(tests.kept('tenant'), '# Falls validly', tests.kept('target')));
select tests.as_service();
select tests.finish_with(
  tests.kept('falls_validly'), (tests.definition() || '{"metadata": {"name": "X", "version": "1.0"}}')::text
);
select matches(tests.upload_value(tests.kept('falls_validly'), 'diagnostics'), 'version-falls', 'a valid one is told why');

select * from finish();
rollback;
