-- Only the database writes choices and pins: no role of the API can read or write them, and they refer to versions of their
-- assessment.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../pins.psql
select plan(10);

create function tests.tries() returns table (verb text, statement text)
language sql
set search_path = pg_catalog, pg_temp
as $$
  values
  ('insert', 'insert into private.pins (kind, id, tenant_id, assessment_id) values (''coaching'', gen_random_uuid(), tests.kept(''tenant''), tests.kept(''listed''))'),
  ('update', 'update private.pins set chosen_at = now() where id = tests.kept(''session'')'),
  ('delete', 'delete from private.pins where id = tests.kept(''session'')'),
  ('use', 'insert into private.version_uses (tenant_id, version_id) select tests.kept(''tenant''), id from public.assessment_versions')
$$;

select tests.as_user(tests.kept('other'));
select tests.keep('session', tests.session_of(tests.kept('others_tenant'), tests.kept('listed')));
select tests.keep('own', tests.create_assessment(tests.kept('others_tenant'), '{"slug": "own", "status": "active"}'));

select is(tests.refusal(tried.statement), '42501', 'an owner may not ' || tried.verb) from tests.tries() as tried;
select tests.as_service();
select is(tests.refusal(tried.statement), '42501', 'the service may not ' || tried.verb) from tests.tries() as tried;

select tests.as_postgres();
select is(
  tests.refusal(format(
    'update private.pins set pinned_version_id = %L, pinned_at = now() where id = %L',
    tests.assessment_value(tests.kept('own'), 'newest_version_id'), tests.kept('session')
  )), 'PT404 VERSION_NOT_FOUND', 'a version of another assessment is refused to everybody'
);
select is(tests.version_of_pin('coaching', tests.kept('session'), 'chosen_version_id'), '1.0', 'the choice is as it was');

select * from finish();
rollback;
