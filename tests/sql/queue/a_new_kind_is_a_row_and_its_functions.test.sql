-- A kind of jobs is a row and the functions that it names: no other code knows it. The named functions are checked.
begin;
\ir ../helpers.psql
select plan(18);

select tests.keep('tenant', tests.create_tenant(tests.create_user('owner@example.test'), 'tenant'));
create table private.greetings (id uuid, said text, verdict text);
insert into private.greetings values
('11111111-1111-1111-1111-111111111111', null, null), ('22222222-2222-2222-2222-222222222222', null, null);

create function private.load_greetings(jobs bigint[], attempts integer[], tries integer[], subjects uuid[]) returns json
language sql set search_path = pg_catalog, pg_temp
as $$
  select json_build_object('kind', 'greet', 'jobs', jobs, 'attempts', attempts, 'tries', tries, 'greetings', subjects)
$$;
create function private.lock_for_greetings(tenant_id uuid, subjects uuid[]) returns void
language sql set search_path = pg_catalog, pg_temp
as $$ select private.hold_tenant(tenant_id, null, false) $$;
create function private.are_greetings(subjects uuid[], targets uuid[]) returns boolean
language sql set search_path = pg_catalog, pg_temp
as $$ select true $$;
create function private.apply_greetings(subjects uuid[], targets uuid[], elements jsonb[]) returns jsonb[]
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
  update private.greetings as greeting
     set said = given.element ->> 'word' || ' of ' || cardinality(subjects)
    from unnest(subjects, elements) as given (subject, element)
   where greeting.id = given.subject;
  if exists (select from private.greetings as greeting where greeting.said like 'bad%') then
    perform private.refuse('INVALID_ARGUMENT');
  end if;
  return array_fill('{"end": "succeeded"}'::jsonb, array[cardinality(subjects)]);
end
$$;
create function private.settle_greetings(judged private.judged_job[]) returns uuid[]
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
  update private.greetings as greeting set verdict = each.verdict from unnest(judged) as each where greeting.id = each.subject_id;
  return array(select greeting.id from private.greetings as greeting);
end
$$;

create function tests.row_is_refused(part text, name text) returns text
language plpgsql
as $$
begin
  insert into private.job_kinds
  select given.* from jsonb_populate_record(null::private.job_kinds, jsonb_build_object(
    'kind', 'greet', 'turn', 4, 'outcome', 'greeted', 'loads', 'private.load_greetings',
    'locks', 'private.lock_for_greetings', 'applies', 'private.apply_greetings', 'settles', 'private.settle_greetings'
  ) || jsonb_build_object(part, name)) as given;
  return 'accepted';
exception
  when raise_exception or check_violation or unique_violation then
    return sqlerrm;
end
$$;

select matches(
  tests.row_is_refused('loads', 'private.settle_greetings'),
  '^loads of job kind greet is not a function of private with \(bigint\[\], integer\[\], integer\[\], uuid\[\]\) that returns json$',
  'a function with other arguments loads nothing'
);
select matches(tests.row_is_refused('locks', 'private.no_such'), '^locks of job kind greet', 'nor does one lock that is not there');
select matches(tests.row_is_refused('groups', 'private.is_version'), '^groups of job kind greet', 'nor one group for another');
select matches(tests.row_is_refused('applies', 'pg_temp.apply'), '^applies of job kind greet', 'nor one apply of another schema');
select matches(
  tests.row_is_refused('settles', 'private.settle_greetings(private.judged_job[]); select private.settle_greetings'),
  '^settles of job kind greet', 'nor is more than a name a function'
);
select matches(tests.row_is_refused('settles', null), 'job_kind_has_all_functions_or_none', 'a kind has all functions or none');
select matches(tests.row_is_refused('outcome', 'compiled'), 'every_job_kind_has_its_outcome', 'no two kinds are told alike');

insert into private.job_kinds (kind, turn, outcome, needs, loads, locks, groups, applies, settles) values
(
  'greet', 4, 'greeted', 'word', 'private.load_greetings', 'private.lock_for_greetings', 'private.are_greetings',
  'private.apply_greetings', 'private.settle_greetings'
);
select throws_ok(
  $$ select private.enqueue('wave', array[gen_random_uuid()], array[null::uuid], array[tests.kept('tenant')], array[1]) $$,
  'P0001', 'there is no job kind wave', 'what is no kind is not put into the queue'
);
select private.enqueue(
  'greet', array['11111111-1111-1111-1111-111111111111', '22222222-2222-2222-2222-222222222222']::uuid[],
  array[null, null]::uuid[],
  array[tests.kept('tenant'), tests.kept('tenant')], array[1, 1]
);

select tests.as_service();
select throws_ok(
  $$ update private.job_kinds set applies = 'private.apply_greetings' where kind = 'compile' $$,
  '42501', 'permission denied for table job_kinds', 'the service may not say what a kind does'
);
select throws_ok(
  $$ insert into private.job_kinds (kind, turn, outcome) values ('mine', 5, 'mine') $$,
  '42501', 'permission denied for table job_kinds', 'nor add one'
);
select throws_ok(
  $$ delete from private.job_kinds where kind = 'probe' $$,
  '42501', 'permission denied for table job_kinds', 'nor take one away'
);
create temporary table claimed as select public.exchange_jobs('a-worker', '[]', 10) -> 'jobs' -> 0 as given;
select is(
  (select given ->> 'greetings' from claimed),
  '["11111111-1111-1111-1111-111111111111","22222222-2222-2222-2222-222222222222"]',
  'a worker gets what the kind loads'
);
create function pg_temp.hand_back(word text) returns jsonb
language sql
as $$
  select public.exchange_jobs('a-worker', jsonb_build_array(jsonb_build_object(
    'outcome', 'greeted', 'jobs', given -> 'jobs', 'attempts', given -> 'attempts', 'word', word
  )))::jsonb #> '{settled,0}'
  from claimed
$$;
select is(pg_temp.hand_back('hello') ->> 'outcome', 'succeeded', 'what it found is applied');
select tests.as_postgres();
select set_eq(
  'select said, verdict from private.greetings', $$ values ('hello of 2', 'succeeded') $$,
  'all in one call where they may be, and it is written on the subjects'
);

select is(public.retry_jobs(failed_since => '-infinity'), 0, 'nothing has failed');
-- It was claimed before, so it is claimed alone.
update private.jobs set state = 'queued', rank = 1, finished_at = null, worker = null
where kind = 'greet';
select tests.as_service();
drop table claimed;
create temporary table claimed as select public.exchange_jobs('a-worker', '[]', 10) -> 'jobs' -> 0 as given;
select is(
  pg_temp.hand_back('bad') ->> 'error', 'invalid-argument', 'what it refuses has failed for the reason'
);
select is(
  (select public.queue_status() #>> '{greet,failed_last_hour}'), '1', 'operators see the kind'
);
select is(public.retry_jobs(failed_since => '-infinity'), 1, 'and put its jobs back');

select * from finish();
rollback;
