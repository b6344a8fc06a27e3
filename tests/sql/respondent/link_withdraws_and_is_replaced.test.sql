-- withdraw_session: a respondent ends a session that is open or in progress, and nothing else. rotate_session_link: its
-- tenant's owner replaces the link.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../sessions.psql
select plan(37);

create function tests.withdraw(id uuid) returns text
language sql
set search_path = pg_catalog, pg_temp
as $$ select public.withdraw_session(tests.link(id)) ->> 'state' $$;
create function tests.agent_of(session jsonb) returns uuid
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  agent uuid;
begin
  perform tests.as_service();
  agent := tests.create_row('public.agent_sessions', session);
  perform public.interview_context(agent);
  perform tests.as_postgres();
  return agent;
end
$$;
create function tests.rotate(session text, type text) returns text
language sql
set search_path = pg_catalog, pg_temp
as $$ select tests.refusal(format('select public.rotate_session_link(%L, %L)', tests.kept(session), type)) $$;
grant execute on all functions in schema tests to public;

-- Withdrawal -----------------------------------------------------------------------------------------------------------
select tests.keep('talk', tests.agent_of(jsonb_build_object('coaching_session_id', tests.kept('coaching'))));
select public.save_progress(tests.kept('talk'), '[{"turn": 1, "speaker": "respondent", "text": "Secret."}]');
select is((select count(*)::integer from private.turns), 1, 'a session with a transcript');
select tests.as_anon();
select is(tests.withdraw(tests.kept('coaching')), 'withdrawn', 'is in progress');
select is(tests.withdraw(tests.kept('coaching')), 'withdrawn', 'said again, nothing changes');
select is(tests.withdraw(tests.kept('assignment')), 'withdrawn', 'a session that is open');
select is(tests.value_of('public.coaching_sessions', tests.kept('coaching'), 'client_status'), 'withdrawn', 'is written');
select is(tests.value_of('public.coaching_sessions', tests.kept('coaching'), 'completed_at'), null, 'it was not completed');
select is(tests.value_of('public.campaign_assignments', tests.kept('assignment'), 'status'), 'withdrawn', 'to both tables');
select tests.as_postgres();
select is_empty('select from private.turns union all select from private.transcripts', 'its transcript is deleted');
select tests.as_service();
select is(
  tests.refusal(format('select public.interview_context(%L)', tests.kept('talk'))), 'PT409 SESSION_CANCELLED',
  'its interview does not go on'
);
select is(
  tests.refusal(format('select public.complete_assessment_session(%L, %L, %L)', tests.kept('coaching'), 'coaching', '{"Clarity": 4}')),
  'PT409 SESSION_CANCELLED', 'nor is it scored'
);
select tests.as_user(tests.kept('owner'));
select is(
  tests.refusal(format('update public.coaching_sessions set client_status = %L where id = %L', 'started', tests.kept('coaching'))),
  'PT409 SESSION_CANCELLED', 'nor does its owner reopen it'
);

select tests.as_postgres();
select tests.keep('archived', tests.create_coaching_session(tests.kept('tenant'), tests.kept('assessment')));
update public.coaching_sessions set client_status = 'archived'
where id = tests.kept('archived');
select tests.keep('accepted', tests.create_coaching_session(tests.kept('tenant'), tests.kept('assessment')));
select tests.keep('scored', tests.create_coaching_session(tests.kept('tenant'), tests.kept('assessment')));
select tests.create_result(tests.kept('scored'), 'coaching');
select tests.keep('cancelled', tests.create_coaching_session(tests.kept('tenant'), tests.kept('assessment')));
update public.coaching_sessions set client_status = 'cancelled'
where id = tests.kept('cancelled');
select tests.keep('plain', tests.create_row(
  'public.coaching_sessions', jsonb_build_object('tenant_id', tests.kept('tenant'), 'assessment_type', 'archetype')
));
select tests.keep('expired', tests.create_coaching_session(tests.kept('tenant'), tests.kept('assessment')));
update public.coaching_sessions set access_expires_at = now()
where id = tests.kept('expired');
select tests.as_service();
select public.complete_assessment_session(tests.kept('accepted'), 'coaching', '{"Clarity": 4}');
select tests.as_anon();
select is(tests.withdraw(tests.kept('archived')), 'withdrawn', 'whatever its owner made of an open session');
select is(tests.withdraw(tests.kept('accepted')), 'scoring', 'not one whose scores were accepted');
select is(tests.withdraw(tests.kept('scored')), 'complete', 'nor one with a result');
select is(tests.withdraw(tests.kept('cancelled')), 'cancelled', 'what was cancelled stays so');
select is(tests.withdraw(tests.kept('plain')), 'unavailable', 'a session of the platform''s own is not ours');
select is(tests.withdraw(tests.kept('expired')), 'unavailable', 'an expired link');
select results_eq(
  $$
    select tests.value_of('public.coaching_sessions', tests.kept(name), 'client_status')
    from unnest(array['accepted', 'scored', 'cancelled', 'plain', 'expired']) as name
  $$,
  $$values ('registered'), ('completed'), ('cancelled'), ('registered'), ('registered')$$, 'none of these was changed'
);
select is(public.withdraw_session('no such link'), '{"state": "unavailable"}'::jsonb, 'an unknown link');

-- Another link ---------------------------------------------------------------------------------------------------------
select tests.as_postgres();
select tests.keep('session', tests.create_coaching_session(tests.kept('tenant'), tests.kept('assessment')));
select tests.keep('person', tests.create_assignment(tests.kept('campaign')));
create temporary table former on commit drop as
select
  tests.link(tests.kept('session')) as of_session,
  tests.link(tests.kept('person')) as of_person;
create temporary table given (of_session text, of_person text) on commit drop;
grant select on former to public;
grant select, insert on given to public;

select tests.as_user(tests.kept('owner'));
insert into given
select
  public.rotate_session_link(tests.kept('session'), 'coaching') ->> 'access_token' as of_session,
  public.rotate_session_link(tests.kept('person'), 'campaign') ->> 'access_token' as of_person;
select is(tests.link(tests.kept('session')), given.of_session, 'an owner gets the new link') from given;
select is(tests.link(tests.kept('person')), given.of_person, 'in a campaign too') from given;
select ok(given.of_session ~ '^[0-9a-f]{64}$' and given.of_session <> former.of_session, 'as good as the first')
from given, former;
select tests.as_anon();
select is(public.session_status(former.of_session) ->> 'state', 'unavailable', 'the former one has ended') from former;
select is(public.session_status(given.of_session) ->> 'state', 'open', 'the new one works') from given;

select is(tests.rotate('session', 'coaching'), '42501', 'a respondent does not replace it');
select tests.as_user(tests.kept('creator'));
select is(tests.rotate('person', 'campaign'), 'PT404 SESSION_NOT_FOUND', 'nor a campaign''s creator who does not own the tenant');
select tests.as_user(tests.kept('other'));
select is(tests.rotate('session', 'coaching'), 'PT404 SESSION_NOT_FOUND', 'nor another tenant''s owner');
select is(
  tests.refusal(format('select public.rotate_session_link(%L, %L)', gen_random_uuid(), 'coaching')),
  'PT404 SESSION_NOT_FOUND', 'as for a session that does not exist'
);
select tests.as_user(tests.kept('owner'));
select is(tests.rotate('session', 'campaign'), 'PT404 SESSION_NOT_FOUND', 'the type belongs to the id');
select is(tests.rotate('session', null), 'PT404 SESSION_NOT_FOUND', 'and is needed');
select results_eq(
  $$select tests.link(tests.kept('session')), tests.link(tests.kept('person'))$$, 'select * from given',
  'no refusal changed a link'
);
select tests.as_postgres();
update public.tenant_profiles set user_id = tests.kept('stranger')
where id = tests.kept('tenant');
select tests.as_user(tests.kept('owner'));
select is(tests.rotate('session', 'coaching'), 'PT404 SESSION_NOT_FOUND', 'nor a former owner');
select tests.as_service();
select is(tests.rotate('session', 'coaching'), 'done', 'the service does');

-- After an erasure -----------------------------------------------------------------------------------------------------
select isnt(public.erase_session(tests.kept('session'), 'coaching'), null, 'a session is erased');
select is(tests.rotate('session', 'coaching'), 'PT409 SESSION_ERASED', 'and gets no link');
select tests.as_postgres();
update public.coaching_sessions set access_token = 'a token of the host'
where id = tests.kept('session');
select tests.as_anon();
select is(
  public.session_status('a token of the host'), '{"state": "unavailable"}'::jsonb, 'a host''s own link to it shows nothing'
);
select is(
  public.withdraw_session('a token of the host'), '{"state": "unavailable"}'::jsonb, 'and ends nothing'
);

select * from finish();
rollback;
