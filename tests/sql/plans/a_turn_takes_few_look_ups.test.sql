-- Beginning an interview, asking again and keeping the next turns take few look-ups, and read no table of agent sessions whole.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../pins.psql
\ir ../turns.psql
select plan(8);

-- Other interviews, and the talks of this one.
insert into public.agent_sessions (custom_assessment_id)
select null::uuid from generate_series(1, 3000);
select tests.keep('second', tests.talk_of(tests.kept('session'), 'coaching'));
analyze public.agent_sessions;

-- How often tables and indexes were read in this transaction, and how many rows one after the other.
create function tests.reads() returns bigint[]
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  select array[
    pg_catalog.sum(seq_scan + coalesce(idx_scan, 0)),
    pg_catalog.sum(seq_tup_read) filter (where relid = 'public.agent_sessions'::regclass)
  ]::bigint[]
    from pg_catalog.pg_stat_xact_user_tables
$$;
create function tests.reads_of(statement text) returns bigint[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  before constant bigint[] := tests.reads();
  after bigint[];
begin
  execute statement;
  after := tests.reads();
  return array[after[1] - before[1], after[2] - before[2]];
end
$$;

create table tests.measured (what text primary key, reads bigint[], most bigint);

select cmp_ok((tests.reads_of('select count(*) from public.agent_sessions'))[2], '>', 2999::bigint, 'a scan is seen');

-- Before the sessions from before versions were brought over, and after that.
select is(
  (tests.reads_of(format('select public.interview_context(%L)', tests.kept('called'))))[2], 0::bigint,
  'a session that is brought over before its turn is found by its indexes'
);
update private.backfills set finished_at = now();
-- Postgres 15 asks four times, not once, whether what was there before is brought over.
insert into tests.measured
select
  calls.what,
  tests.reads_of(calls.statement) as reads,
  calls.most
from (
  values
  (
    1, 'first context', format('select public.interview_context(%L)', tests.kept('talk')),
    case when current_setting('server_version_num')::integer < 160000 then 21 else 18 end
  ),
  (2, 'later context', format('select public.interview_context(%L)', tests.kept('talk')), 7),
  (3, 'first turn', format('select public.save_progress(%L, %L)', tests.kept('talk'), tests.turn(1, 'One.')), 14),
  (4, 'next turn', format('select public.save_progress(%L, %L)', tests.kept('talk'), tests.turn(2, 'Two.')), 11),
  (
    5, 'ten turns', format('select public.save_progress(%L, %L)', tests.kept('talk'), (
      select jsonb_agg(tests.turn(number, 'Ten.') -> 0) from generate_series(11, 20) as number
    )), 20
  )
) as calls (place, what, statement, most)
order by calls.place;
select is(sum(reads[2]), 0::numeric, 'no call reads all agent sessions') from tests.measured;
select cmp_ok(reads[1], '<=', most, what || ' takes at most ' || most || ' look-ups')
from tests.measured;

select * from finish();
rollback;
