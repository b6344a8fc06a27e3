begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../sessions.psql
select plan(14);

update public.custom_assessments set marketplace_status = 'published', marketplace_price_tier = 'free'
where id = tests.kept('assessment');
select tests.keep('others_session', tests.create_coaching_session(tests.kept('others_tenant'), tests.kept('assessment')));
select tests.as_service();
select tests.keep('others_result', tests.create_result(tests.kept('others_session'), 'coaching'));

select tests.as_user(tests.kept('owner'));
select is_empty('select from public.custom_assessment_results', 'the result is another tenant''s');
select is(
  tests.whole_refusal($$delete from public.custom_assessments where id = tests.kept('assessment')$$),
  jsonb_build_object(
    'state', 'PT409', 'message', 'The assessment has results and cannot be deleted.',
    'details', jsonb_build_object('reason', 'ASSESSMENT_HAS_RESULTS', 'assessment_id', tests.kept('assessment'))::text,
    'hint', 'Archive it instead: an archived assessment keeps its results and can no longer be used.'
  ),
  'the owner is told plainly all the same'
);
select isnt(tests.assessment_value(tests.kept('assessment'), 'id'), null, 'the assessment is still there');

-- A caller that cannot delete the row learns nothing about its results.
select tests.as_user(tests.kept('other'));
select is(
  tests.refusal($$delete from public.custom_assessments where id = tests.kept('assessment')$$), 'done',
  'a stranger''s deletion finds no row'
);
select isnt(tests.assessment_value(tests.kept('assessment'), 'id'), null, 'and deletes none');

select tests.as_service();
select is(
  tests.refusal($$delete from public.custom_assessments where id = tests.kept('assessment')$$),
  'PT409 ASSESSMENT_HAS_RESULTS', 'the service role is refused too'
);

select tests.as_postgres();
select is(
  tests.refusal($$delete from public.tenant_profiles where id = tests.kept('tenant')$$),
  'PT409 ASSESSMENT_HAS_RESULTS', 'a tenant whose assessments have results stays'
);
select is(
  tests.refusal($$delete from public.tenant_profiles where id = tests.kept('others_tenant')$$),
  'PT409 TENANT_HAS_RESULTS', 'a tenant that has results stays'
);
select is(
  tests.refusal($$delete from auth.users where id = tests.kept('owner')$$),
  'PT409 ASSESSMENT_HAS_RESULTS', 'and so does its owner''s account'
);
select is((select count(*) from public.tenant_profiles), 4::bigint, 'all tenants are there');
select is((select count(*) from public.custom_assessment_results), 1::bigint, 'the result is there');

-- Without results nothing prevents it.
delete from public.custom_assessment_results
where id = tests.kept('others_result');
select is(
  tests.refusal($$delete from auth.users where id = tests.kept('owner')$$), 'done',
  'an account whose tenants have no results can be deleted'
);
select is(tests.assessment_value(tests.kept('assessment'), 'id'), null, 'its assessments go with it');
select is(
  tests.value_of('public.coaching_sessions', tests.kept('others_session'), 'custom_assessment_id'), null,
  'and references to them are emptied'
);

select * from finish();
rollback;
