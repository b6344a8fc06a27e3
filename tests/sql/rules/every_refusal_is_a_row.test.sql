-- Refusals are rows: every raised reason is listed, every listed reason is raised, and only migrations write the table.
begin;
\ir ../helpers.psql
select plan(12);

create view tests.refused_with as
select
  oid::regprocedure as function,
  (regexp_matches(prosrc, 'refuse\(\s*''(\w+)''', 'g'))[1] as reason
from pg_catalog.pg_proc
where pronamespace in ('public'::regnamespace, 'private'::regnamespace);

select cmp_ok((select count(*) from tests.refused_with), '>', 40::bigint, 'there are refusals to look at');
select is_empty(
  'select function, reason from tests.refused_with where reason not in (select listed.reason from private.refusals as listed)',
  'every function refuses with a reason that is listed'
);
select is_empty(
  'select reason from private.refusals where reason not in (select used.reason from tests.refused_with as used)',
  'every reason that is listed is used'
);
create function private.careless() returns void
language plpgsql set search_path = pg_catalog, pg_temp
as $$ begin perform private.refuse('NOT_LISTED'); end $$;
select set_eq(
  'select reason from tests.refused_with where reason not in (select listed.reason from private.refusals as listed)',
  array['NOT_LISTED'], 'one that is not listed is found'
);

select throws_ok(
  $$update private.refusals set status = 503 where reason = 'BUSY'$$, '23514', null,
  'none may have the status by which PostgREST takes the database for away'
);
select is(
  private.ending_of_error('PT429', '{"reason": "BUSY"}') ->> 'end', 'waits', 'a job waits for a tenant that is busy'
);
select is(
  private.ending_of_error('PT429', '{"reason": "TOO_MANY"}') ->> 'end', 'failed', 'and for no other refusal of that status'
);

select tests.as_user(gen_random_uuid());
select cmp_ok((select count(*) from private.refusals), '>', 20::bigint, 'an account''s triggers read them');
select throws_ok(
  'update private.refusals set status = 400 where true', '42501',
  'permission denied for table refusals', 'an account may not update one'
);
select throws_ok(
  'delete from private.refusals where true', '42501',
  'permission denied for table refusals', 'an account may not delete one'
);
select tests.as_service();
select throws_ok(
  'update private.refusals set status = 400 where true', '42501',
  'permission denied for table refusals', 'the service may not update one'
);
select throws_ok(
  $$insert into private.refusals values ('MINE', 400, 'x', 'x')$$, '42501',
  'permission denied for table refusals', 'the service may not insert one'
);

select * from finish();
rollback;
