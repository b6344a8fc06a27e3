-- A tenant raises the version of a published assessment to the highest number and lets another tenant use it. Erasing the
-- tenant hands that assessment over without its author, which must not fail because the version cannot be raised.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
select plan(4);

select tests.as_service();
select tests.keep('trap', tests.create_assessment(tests.kept('tenant'), jsonb_build_object(
  'status', 'active', 'marketplace_status', 'published', 'version', '999999999.999999999',
  'definition', tests.definition() || '{"metadata": {"author": "Robin"}}'
)));
select tests.as_user(tests.kept('other'));
with made as (
  insert into public.coaching_sessions (tenant_id, assessment_type, custom_assessment_id)
  values (tests.kept('others_tenant'), 'custom', tests.kept('trap')) returning id
)

select tests.keep('session', made.id) from made;
select tests.as_service();
insert into public.custom_assessment_results (assessment_id, session_id, session_type, dimension_scores)
values (tests.kept('trap'), tests.kept('session'), 'coaching', '{"Clarity": 4}');

select is(
  public.erase_tenant(tests.kept('tenant')) ->> 'assessments_handed_over', '1', 'the tenant is erased, the assessment handed over'
);
select is(tests.assessment_value(tests.kept('trap'), 'tenant_id'), tests.kept('others_tenant')::text, 'to who has results of it');
select is(tests.assessment_value(tests.kept('trap'), 'status'), 'archived', 'archived');
select ok(
  tests.assessment_value(tests.kept('trap'), 'definition')::jsonb #> '{metadata,author}' is null, 'without the author'
);

select * from finish();
rollback;
