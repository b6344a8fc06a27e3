-- Front ends hear ids and states of uploads, sessions and results, and no text, by Realtime's Broadcast from the database
-- (here a stand-in, which keeps what it was given). Only a tenant's owner may listen.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../sessions.psql
\ir ../worker.psql
select plan(9);

create function tests.told() returns setof text
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
  select concat_ws(' ', event, payload ->> 'state', case when payload ->> 'id' = any (array[
           tests.kept('upload')::text, tests.kept('coaching')::text]) then 'of the row' end)
    from realtime.messages
   where topic = 'tenant:' || tests.kept('tenant') and private
   order by inserted_at, ctid
$$;
grant execute on function tests.told() to public;

select tests.as_user(tests.kept('owner'));
select tests.keep('upload', tests.upload(tests.kept('tenant'), '# Marked-8f31'));
select is_empty('select * from tests.told()', 'who uploads knows it');
select tests.as_service();
select is(tests.finish('w', tests.compiled(tests.claim('w') -> 0, 'Marked-8f31')), 'succeeded', 'a worker compiles it');
select results_eq(
  'select * from tests.told()', array['upload processing of the row', 'upload succeeded of the row'], 'its owner hears of it'
);

select tests.keep('talk', tests.create_row('public.agent_sessions', jsonb_build_object('coaching_session_id', tests.kept('coaching'))));
select public.interview_context(tests.kept('talk'));
select public.complete_assessment_session(tests.kept('coaching'), 'coaching', '{"Clarity": 4}', '["Marked-8f31"]');
select tests.finish('w', tests.ending(tests.claim('w') -> 0, 'snapshot'));
select results_eq(
  $$select * from tests.told() as told where told not like 'upload%'$$,
  array[
    'session in_progress of the row', 'session scoring of the row', 'session complete of the row', 'result'
  ],
  'and of the session, from its first question to its result'
);
select tests.as_anon();
select public.withdraw_session(tests.link(tests.kept('assignment')));
select tests.as_postgres();
select results_eq(
  $$select payload from realtime.messages where payload ->> 'state' = 'withdrawn'$$,
  array[jsonb_build_object('id', tests.kept('assignment'), 'type', 'campaign', 'state', 'withdrawn')], 'and that one was withdrawn'
);
select is_empty($$select from realtime.messages where payload::text like '%Marked%'$$, 'no message has a text');
select is_empty(
  $$select from pg_catalog.pg_publication_tables where pubname = 'supabase_realtime'$$, 'and no table is published'
);

-- Who may listen: Realtime reads as the client, with the topic of the channel.
select set_config('realtime.topic', 'tenant:' || tests.kept('tenant'), true);
select tests.as_user(tests.kept('other'));
select is_empty('select from realtime.messages', 'another owner may not listen');
select tests.as_user(tests.kept('owner'));
select isnt_empty('select from realtime.messages', 'the owner may');

select * from finish();
rollback;
