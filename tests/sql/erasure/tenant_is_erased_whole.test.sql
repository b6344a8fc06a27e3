-- erase_tenant removes what is the tenant's, keeps what is other tenants', and counts.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../sessions.psql
\ir ../worker.psql
select plan(24);

-- An assessment that others used, one that only the tenant used, one that nobody used, one that others used and that
-- is archived; and a result of the tenant's with somebody else's assessment.
select tests.keep('shared', tests.create_assessment(tests.kept('tenant'), jsonb_build_object(
  'name', 'Shared', 'status', 'active', 'marketplace_status', 'published', 'marketplace_price_tier', 'free',
  'is_template', true, 'source_markdown', '# By Robin',
  'definition', tests.definition() || '{"metadata": {"author": "Robin Roe", "name": "Shared"}}'
)));
select tests.keep('old', tests.create_assessment(
  tests.kept('tenant'),
  '{"name": "Old", "status": "active", "is_template": true}'
));
select tests.keep('theirs', tests.create_assessment(
  tests.kept('others_tenant'),
  '{"name": "Theirs", "status": "active", "is_template": true}'
));
-- The heir has a "shared" of its own.
select tests.create_assessment(tests.kept('others_tenant'), '{"name": "Shared"}');

create function tests.scored(tenant_id uuid, assessment_id uuid) returns uuid
language sql
as $$
  select tests.create_result(tests.create_coaching_session(tenant_id, assessment_id), 'coaching',
    jsonb_build_object('assessment_id', assessment_id))
$$;
select tests.keep('r_own', tests.scored(tests.kept('tenant'), tests.kept('assessment')));
select tests.keep('r_shared', tests.scored(tests.kept('tenant'), tests.kept('shared')));
select tests.keep('r_theirs', tests.scored(tests.kept('tenant'), tests.kept('theirs')));
select tests.keep('r_others', tests.scored(tests.kept('others_tenant'), tests.kept('shared')));
select tests.keep('r_old', tests.scored(tests.kept('others_tenant'), tests.kept('old')));
select tests.keep('r_third', tests.scored(tests.kept('first_of_two'), tests.kept('old')));
update public.custom_assessments set status = 'archived'
where id = tests.kept('old');
select tests.as_service();
select tests.upload(tests.kept('tenant'), '# One');
select tests.upload(tests.kept('tenant'), '# Two');
select tests.keep('their_upload', tests.upload(tests.kept('others_tenant'), '# Three'));
select public.complete_assessment_session(tests.kept('assignment'), 'campaign', '{"Clarity": 3}');

select is(
  public.erase_tenant(tests.kept('tenant')),
  '{"tenants": 1, "results": 3, "reviews": 0, "uploads": 2, "score_requests": 1, "turns": 0, "runs": 0, "jobs": 3, "assessments": 1,
    "assessments_handed_over": 2, "campaigns": 1, "campaigns_left": 0, "campaign_assignments": 1,
    "campaign_assignments_left": 0, "coaching_sessions": 4, "agent_sessions": 0,
    "coaching_sessions_left": 0, "agent_sessions_left": 0}'::jsonb,
  'everything is counted'
);
select tests.as_postgres();
select is_empty($$select from public.tenant_profiles where id = tests.kept('tenant')$$, 'the tenant is gone');
select is_empty($$select from public.custom_assessments where tenant_id = tests.kept('tenant')$$, 'so are its assessments');
select is_empty($$select from public.custom_assessment_results where tenant_id = tests.kept('tenant')$$, 'and results');
select is_empty($$select from public.assessment_uploads where tenant_id = tests.kept('tenant')$$, 'and uploads');
select is_empty($$select from private.jobs where tenant_id = tests.kept('tenant')$$, 'and jobs');
select is_empty('select from private.score_requests', 'and what agents handed in');
select is_empty($$select from private.listings where tenant_id = tests.kept('tenant')$$, 'and listings');
select is_empty($$select from public.campaigns where id = tests.kept('campaign')$$, 'and the host''s campaigns');
select is_empty($$select from public.coaching_sessions where id = tests.kept('coaching')$$, 'and coaching sessions');

select set_eq(
  'select id from public.custom_assessment_results',
  $$values (tests.kept('r_others')), (tests.kept('r_old')), (tests.kept('r_third'))$$, 'other tenants'' results stay'
);
select results_eq(
  $$select tenant_id, created_by, slug, status, is_template, marketplace_status, marketplace_price_tier, source_markdown,
           definition #> '{metadata}'
      from public.custom_assessments where id = tests.kept('shared')$$,
  $$values (tests.kept('others_tenant'), tests.kept('other'), 'shared-2', 'archived', false, 'private', null::text,
            null::text, '{"name": "Shared"}'::jsonb)$$,
  'what they were made with goes to who has the oldest of them: archived, private, without source and author'
);
-- Both have results of the same moment here.
select ok(
  tests.assessment_value(tests.kept('old'), 'tenant_id')::uuid in (tests.kept('others_tenant'), tests.kept('first_of_two')),
  'also what was archived before'
);
select is(tests.assessment_value(tests.kept('old'), 'status'), 'archived', 'and stays so');
select is(tests.assessment_value(tests.kept('old'), 'is_template'), 'false', 'though no template any more');
select isnt(tests.assessment_value(tests.kept('theirs'), 'id'), null, 'what the tenant only used stays');
select isnt(tests.upload_value(tests.kept('their_upload'), 'id'), null, 'so do other tenants'' uploads');
select is(
  (
    select (public.verify_result(id) ->> 'equal')::boolean from public.custom_assessment_results
    where id = tests.kept('r_others')
  ), true, 'the results that stay still verify'
);

select tests.as_service();
select is(tests.refusal($$select public.erase_tenant(tests.kept('tenant'))$$), 'PT404 TENANT_NOT_FOUND', 'once only');
select is(tests.refusal('select public.erase_tenant(null)'), 'PT404 TENANT_NOT_FOUND', 'and not nobody');

-- Nobody else.
select tests.as_user(tests.kept('other'));
select is(tests.refusal($$select public.erase_tenant(tests.kept('others_tenant'))$$), '42501', 'an owner does not call it');
select is(tests.refusal($$select public.erase_account(tests.kept('other'))$$), '42501', 'nor this for an account');
select tests.as_anon();
select is(tests.refusal($$select public.erase_account(tests.kept('other'))$$), '42501', 'nor does a visitor');
select tests.as_postgres();
select is((select count(*) from public.tenant_profiles), 3::bigint, 'three tenants are left');

select * from finish();
rollback;
