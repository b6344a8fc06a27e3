-- If the host has campaign_assignments as a view, sessions, results, links and contexts work as with a table.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../sessions.psql
\ir ../worker.psql
select plan(8);

alter table public.campaign_assignments rename to stakeholders;
create view public.campaign_assignments with (security_invoker = true) as
select
  id,
  campaign_id,
  stakeholder_name,
  stakeholder_email,
  status,
  access_token,
  access_expires_at,
  completed_at
from public.stakeholders;
grant select on public.campaign_assignments to service_role, authenticated;
with made as (
  insert into public.agent_sessions (stakeholder_session_id, custom_assessment_id)
  values (tests.kept('assignment'), tests.kept('assessment'))
  returning id
)

select tests.keep('agent', made.id) from made;

select tests.as_service();
select is((public.interview_context(tests.kept('agent')) ->> 'interview_style')::integer, 3, 'an agent gets its context');
select is(
  public.complete_assessment_session(tests.kept('assignment'), 'campaign', '{"Clarity": 4}') ->> 'queued', 'true',
  'completes the session'
);
create temporary table claim on commit drop as select tests.claim('w1') -> 0 as job;
select is(
  tests.finish('w1', tests.ending(job, 'snapshot')),
  'succeeded', 'the worker has it scored'
) from claim;
select results_eq(
  'select tenant_id, campaign_id, campaign_created_by from public.custom_assessment_results',
  $$values (tests.kept('tenant'), tests.kept('campaign'), tests.kept('creator'))$$, 'the result has its owner'
);
select tests.as_anon();
select is(
  public.session_result(tests.value_of('public.stakeholders', tests.kept('assignment'), 'access_token')) ->> 'overall_score',
  '4.00', 'the respondent''s link shows it'
);
select is(tests.refusal('select from public.campaign_assignments'), '42501', 'a visitor does not read the view');
select tests.as_user(tests.kept('other'));
select is_empty('select from public.campaign_assignments', 'another tenant finds nothing in it');
select is_empty('select from public.custom_assessment_results', 'nor the result');

select * from finish();
rollback;
