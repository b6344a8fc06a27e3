-- An interview that is finished but not scored yet is as good as a result: the owner of the assessment cannot make it
-- vanish by deleting the assessment in that moment.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../worker.psql
select plan(11);

select tests.as_service();
select tests.keep('listed', tests.create_assessment(
  tests.kept('tenant'), '{"status": "active", "marketplace_status": "published"}'
));
select tests.as_user(tests.kept('other'));
with made as (
  insert into public.coaching_sessions (tenant_id, assessment_type, custom_assessment_id)
  values (tests.kept('others_tenant'), 'custom', tests.kept('listed')) returning id
)

select tests.keep('session', made.id) from made;
select tests.as_service();
select is(
  public.complete_assessment_session(tests.kept('session'), 'coaching', '{"Clarity": 4}') ->> 'queued', 'true',
  'another tenant''s interview waits to be scored'
);

select tests.as_user(tests.kept('owner'));
select is(
  tests.refusal(format('delete from public.custom_assessments where id = %L', tests.kept('listed'))),
  'PT409 ASSESSMENT_HAS_RESULTS', 'the owner cannot delete the assessment meanwhile'
);
select tests.as_service();
select is(
  tests.refusal(format('delete from public.custom_assessments where id = %L', tests.kept('listed'))),
  'PT409 ASSESSMENT_HAS_RESULTS', 'nor can the service role'
);
select is(
  tests.refusal(format('delete from public.tenant_profiles where id = %L', tests.kept('tenant'))),
  'PT409 ASSESSMENT_HAS_RESULTS', 'nor can it go with its tenant'
);
select is(
  public.erase_tenant(tests.kept('tenant')) ->> 'assessments_handed_over', '1', 'erasing its tenant hands it over'
);
select
  is(
    tests.finish('w', tests.ending(job.value, 'snapshot')),
    'succeeded', 'and the interview is scored'
  )
from jsonb_array_elements(tests.claim('w')) as job;

-- Nor when scoring it failed for good: then it can be tried again.
select tests.as_service();
select tests.keep('own', tests.create_assessment(tests.kept('others_tenant'), '{"status": "active"}'));
with made as (
  insert into public.coaching_sessions (tenant_id, assessment_type, custom_assessment_id)
  values (tests.kept('others_tenant'), 'custom', tests.kept('own')) returning id
)

select tests.keep('own_session', made.id) from made;
select public.complete_assessment_session(tests.kept('own_session'), 'coaching', '{"Clarity": 4}');
select tests.finish('w', tests.ending(job.value, 'failed', '{"error": "internal-error"}'))
from jsonb_array_elements(tests.claim('w')) as job;
select is(
  tests.refusal(format('delete from public.custom_assessments where id = %L', tests.kept('own'))), 'PT409 ASSESSMENT_HAS_RESULTS',
  'a completion that failed keeps its assessment'
);
select is(
  public.retry_jobs(array(
    select id from public.job_queue
    where state = 'failed'
  )), 1, 'it is tried again'
);

select tests.keep('first', tests.create_assessment(tests.kept('first_of_two'), '{"status": "active"}'));
with made as (
  insert into public.coaching_sessions (tenant_id, assessment_type, custom_assessment_id)
  values (tests.kept('first_of_two'), 'custom', tests.kept('first')) returning id
)

select tests.keep('first_session', made.id) from made;
select is(
  public.complete_assessment_session(tests.kept('first_session'), 'coaching', '{"Clarity": 4}') ->> 'queued', 'true',
  'a tenant''s own interview waits'
);
select is(
  tests.refusal(format('delete from public.tenant_profiles where id = %L', tests.kept('first_of_two'))),
  'PT409 TENANT_HAS_RESULTS', 'and keeps the tenant'
);
select is(public.erase_tenant(tests.kept('first_of_two')) ->> 'score_requests', '1', 'which is erased with it');

select * from finish();
rollback;
