-- Keeping, reading, removing and expiring turns reads no more rows with many transcripts than with few.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../pins.psql
\ir ../turns.psql
select plan(9);

-- Two hundred tenants with twenty transcripts of ten turns each, all from yesterday.
insert into private.transcripts (session_type, session_id, tenant_id, assessment_id, turns, last_turn, last_received_at)
select
  'coaching' as session_type,
  md5('session ' || number)::uuid as session_id,
  md5('tenant ' || number % 200)::uuid as tenant_id,
  tests.kept('listed') as assessment_id,
  10 as turns,
  10 as last_turn,
  now() - interval '1 day' as last_received_at
from generate_series(1, 4000) as number;
insert into private.turns (session_type, session_id, turn, speaker, text)
select
  'coaching' as session_type,
  md5('session ' || number)::uuid as session_id,
  turn,
  'respondent' as speaker,
  'Yes.' as text
from generate_series(1, 4000) as number
cross join generate_series(1, 10) as turn;
insert into public.tenant_settings (tenant_id, words_days) values (tests.kept('tenant'), 7), (tests.kept('others_tenant'), 30);
analyze private.transcripts, private.turns;

-- How many rows of transcripts and turns were read one after the other, in this transaction.
create function tests.rows_scanned() returns bigint
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  select pg_catalog.sum(seq_tup_read)::bigint from pg_catalog.pg_stat_xact_user_tables
   where relid in ('private.transcripts'::regclass, 'private.turns'::regclass)
$$;
create function tests.scanned_by(statement text) returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  before constant bigint := tests.rows_scanned();
begin
  execute statement;
  return tests.rows_scanned() - before;
end
$$;

select is(tests.scanned_by('select count(*) from private.turns') > 0, true, 'a scan is seen');
select is(tests.scanned_by(statement), 0::bigint, statement)
from (
  values
  (format('select public.save_progress(%L, %L)', tests.kept('talk'), tests.turn(1, 'One.') || tests.turn(2, 'Two.'))),
  (format('select public.correct_turn(%L, 2, ''other'')', tests.kept('talk'))),
  (format('select public.interview_context(%L)', tests.kept('talk'))),
  (format('select private.transcript_of(%L, ''coaching'', %L)', tests.kept('session'), tests.kept('tenant'))),
  ('select private.expire_words(1000)'),
  (format('select private.remove_transcript(%L, ''coaching'', %L)', tests.kept('session'), tests.kept('tenant'))),
  (format('delete from public.coaching_sessions where id = %L', tests.kept('session'))),
  (format('select public.erase_tenant(%L)', tests.kept('others_tenant')))
) as statements (statement);

select * from finish();
rollback;
