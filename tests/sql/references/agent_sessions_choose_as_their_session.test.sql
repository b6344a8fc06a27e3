-- Only the service role writes agent sessions. If a host lets its users write them, the same rules apply.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../references.psql
select plan(11);

select tests.as_user(tests.kept('owner'));
insert into public.coaching_sessions (tenant_id, client_name) values (tests.kept('tenant'), 'Client');
select tests.keep('session', (
  select id from public.coaching_sessions
  where client_name = 'Client'
));
select is(
  tests.refusal(format('insert into public.agent_sessions (coaching_session_id) values (%L)', tests.kept('session'))),
  '42501', 'an owner cannot make agent sessions'
);

select tests.as_service();
select
  is(
    tests.refusal(format(
      'insert into public.agent_sessions (coaching_session_id, custom_assessment_id) values (%L, %L)',
      tests.kept('session'), tests.kept(given.name)
    )),
    given.expected, 'service role: ' || given.name
  )
from (values ('own_active', 'done'), ('own_draft', 'done'), ('nowhere', 'PT404 ASSESSMENT_NOT_FOUND')) as given (name, expected);

select tests.as_postgres();
grant insert on public.agent_sessions to authenticated;
create policy "A host that lets users write" on public.agent_sessions for insert to authenticated with check (true);
select tests.as_user(tests.kept('owner'));
select
  is(
    tests.refusal(format(
      'insert into public.agent_sessions (coaching_session_id, custom_assessment_id) values (%L, %L)',
      tests.kept('session'), tests.kept(given.name)
    )),
    given.expected, 'owner: ' || given.name
  )
from (
  values
  ('own_active', 'done'), ('own_draft', 'PT400 ASSESSMENT_NOT_ACTIVE'), ('their_draft', 'PT404 ASSESSMENT_NOT_FOUND'),
  ('nowhere', 'PT404 ASSESSMENT_NOT_FOUND'), ('published_paid', 'PT403 ASSESSMENT_ACCESS_DENIED'), ('template', 'done')
) as given (name, expected);

select tests.as_user(tests.kept('other'));
select is(
  tests.refusal(format(
    'insert into public.agent_sessions (coaching_session_id, custom_assessment_id) values (%L, %L)',
    tests.kept('session'), tests.kept('own_active')
  )),
  'PT404 ASSESSMENT_NOT_FOUND', 'another tenant''s session does not open that tenant''s assessments'
);

select * from finish();
rollback;
