-- Deleting an assessment without results sets every reference to null, whatever the checks of the referring tables.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../references.psql
select plan(9);

select tests.as_user(tests.kept('owner'));
insert into public.campaigns (tenant_id, name, assessment_type, custom_assessment_id, interview_style_override)
values (tests.kept('tenant'), 'Campaign', 'custom', tests.kept('own_active'), 4);
insert into public.coaching_sessions (tenant_id, client_name, assessment_type, custom_assessment_id)
values (tests.kept('tenant'), 'Client', 'custom', tests.kept('own_active'));
select tests.as_service();
insert into public.agent_sessions (coaching_session_id, custom_assessment_id)
select
  id,
  tests.kept('own_active') as assessment_id
from public.coaching_sessions
where client_name = 'Client';

select tests.as_user(tests.kept('owner'));
delete from public.custom_assessments
where id = tests.kept('own_active');
select is(tests.assessment_value(tests.kept('own_active'), 'id'), null, 'the assessment is gone');

select tests.as_postgres();
select results_eq(
  $$select custom_assessment_id, assessment_type, interview_style_override from public.campaigns where name = 'Campaign'$$,
  $$values (null::uuid, 'custom'::text, 4)$$, 'the campaign has lost its reference and nothing else'
);
select results_eq(
  $$select custom_assessment_id, assessment_type from public.coaching_sessions where client_name = 'Client'$$,
  $$values (null::uuid, 'custom'::text)$$, 'so has the coaching session'
);
select is((select custom_assessment_id from public.agent_sessions), null, 'and the agent session');

-- Afterwards the row can be used and corrected.
select tests.as_user(tests.kept('owner'));
select is(
  tests.refusal($$update public.campaigns set name = 'Renamed', status = 'closed' where name = 'Campaign'$$), 'done',
  'other columns of such a campaign can change'
);
select is(
  tests.refusal($$update public.campaigns set interview_style_override = 2 where name = 'Renamed'$$),
  'PT422 ASSESSMENT_REQUIRED', 'its choice must be whole again'
);
select is(
  tests.refusal(format($$update public.campaigns set custom_assessment_id = %L where name = 'Renamed'$$, tests.kept('template'))),
  'done', 'another assessment can be chosen'
);

-- A published assessment that others use can be deleted as well.
select tests.refusal_of_choice('coaching_sessions', tests.kept('tenant'), tests.kept('published'));
select tests.as_user(tests.kept('other'));
delete from public.custom_assessments
where id = tests.kept('published');
select is(tests.assessment_value(tests.kept('published'), 'id'), null, 'the published assessment is gone');
select tests.as_postgres();
select is(
  (
    select count(*)::integer from public.coaching_sessions
    where assessment_type = 'custom' and custom_assessment_id is null
  ), 2,
  'and the other tenant''s session has lost its reference'
);

select * from finish();
rollback;
