-- The definition that an agent gets is filled in when a session first begins with a version, and stored: later calls and other
-- sessions of the version compute nothing. It goes with its version.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../pins.psql
select plan(8);

create function tests.asked(talk text) returns jsonb
language sql
set search_path = pg_catalog, pg_temp
as $$ select public.interview_context(tests.kept(talk)) -> 'definition' $$;

select tests.as_user(tests.kept('owner'));
select tests.keep('first', tests.session_of(tests.kept('tenant'), tests.kept('listed')));
select tests.keep('second', tests.session_of(tests.kept('tenant'), tests.kept('listed')));
select tests.keep('third', tests.session_of(tests.kept('tenant'), tests.kept('listed')));
select tests.as_service();
select tests.keep('first_talk', tests.talk_of(tests.kept('first'), 'coaching'));
select tests.keep('second_talk', tests.talk_of(tests.kept('second'), 'coaching'));
select tests.keep('third_talk', tests.talk_of(tests.kept('third'), 'coaching'));
create temporary table given as
select tests.asked('first_talk') as definition;
select tests.as_postgres();
select is(
  (select definition from private.asked_definitions),
  (
    select private.asked_definition(stored)
    from public.assessment_versions as stored
    where stored.id = tests.assessment_value(tests.kept('listed'), 'newest_version_id')::uuid
  ),
  'the first call stores the definition'
);

create or replace function private.asked_dimensions(dimensions jsonb) returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$ begin raise 'computed again'; end $$;
select tests.as_service();
select is(tests.asked('first_talk'), (select definition from given), 'which later calls return');
select is(tests.asked('second_talk'), (select definition from given), 'as do the calls for other sessions');

-- Another version has its own.
select tests.as_user(tests.kept('owner'));
update public.custom_assessments set description = 'Edited.'
where id = tests.kept('listed');
select tests.as_service();
select is(tests.asked('first_talk'), (select definition from given), 'who has begun gets the same after an edit');
select throws_ok(
  $$ select tests.asked('third_talk') $$, 'P0001', 'computed again', 'the edited version is computed at its first use'
);
select tests.as_postgres();
select is((select count(*)::integer from private.asked_definitions), 1, 'and only then');
select ok((select not definition ? 'examples' from private.asked_definitions), 'the examples are not in it');

-- A conversation without a session pins nothing, and so stores nothing.
delete from private.asked_definitions;
select tests.as_service();
insert into public.agent_sessions (custom_assessment_id) values (tests.kept('listed'));
select throws_ok(
  $$ select public.interview_context(id) from public.agent_sessions where coaching_session_id is null $$,
  'P0001', 'computed again', 'a conversation without a session computes it each time'
);

select * from finish();
rollback;
