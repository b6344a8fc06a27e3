begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../sessions.psql
\ir ../worker.psql
select plan(16);

-- `twice` owns two tenants, made things for `tenant`, and made a campaign there.
select tests.keep('made', tests.create_assessment(
  tests.kept('tenant'),
  jsonb_build_object('name', 'Made', 'created_by', tests.kept('twice'))
));
select tests.keep('round', tests.create_campaign(tests.kept('tenant'), tests.kept('twice'), tests.kept('assessment')));
select tests.keep('their_result', tests.create_result(tests.create_assignment(tests.kept('round')), 'campaign'));
insert into public.assessment_uploads (tenant_id, created_by, source_markdown)
values (tests.kept('tenant'), tests.kept('twice'), '# One');
select tests.keep('own', tests.create_assessment(tests.kept('first_of_two'), '{"status": "active", "name": "Own"}'));
select tests.create_assessment(tests.kept('second_of_two'), '{"name": "Other own"}');
select tests.create_result(
  tests.create_coaching_session(tests.kept('first_of_two'), tests.kept('own')), 'coaching',
  jsonb_build_object('assessment_id', tests.kept('own'))
);

select tests.as_service();
select is(
  public.erase_account(tests.kept('twice')),
  '{"accounts": 1, "tenants": 2, "results": 1, "reviews": 0, "uploads": 0, "score_requests": 0, "turns": 0, "runs": 0, "jobs": 0, "assessments": 2,
    "assessments_handed_over": 0, "rows_given_to_tenants": 3, "campaigns": 0, "campaigns_left": 0,
    "campaign_assignments": 0, "campaign_assignments_left": 0, "coaching_sessions": 1, "agent_sessions": 0,
    "coaching_sessions_left": 0, "agent_sessions_left": 0}'::jsonb,
  'both tenants and the account, all counted'
);
select tests.as_postgres();
set constraints all immediate;
set constraints all deferred;
select is_empty($$select from auth.users where id = tests.kept('twice')$$, 'the account is gone');
select is_empty($$select from public.tenant_profiles where user_id = tests.kept('twice')$$, 'and its tenants');
select is(
  tests.assessment_value(tests.kept('made'), 'created_by')::uuid, tests.kept('owner'),
  'what it made for another tenant is that tenant''s owner''s'
);
select is(tests.value_of('public.campaigns', tests.kept('round'), 'created_by')::uuid, tests.kept('owner'), 'campaigns too');
select is((select created_by from public.assessment_uploads), tests.kept('owner'), 'and uploads');
select is_empty(
  $$select from private.result_creators where campaign_created_by = tests.kept('twice')$$, 'which nothing looks for by it any more'
);
select tests.as_user(tests.kept('owner'));
select is((select id from public.custom_assessment_results), tests.kept('their_result'), 'that tenant''s results stay');

select tests.as_service();
select is(
  public.erase_account(tests.kept('stranger')) - 'accounts' - 'rows_given_to_tenants',
  '{"tenants": 0, "results": 0, "reviews": 0, "uploads": 0, "score_requests": 0, "turns": 0, "runs": 0, "jobs": 0, "assessments": 0,
    "assessments_handed_over": 0, "campaigns": 0, "campaigns_left": 0, "campaign_assignments": 0,
    "campaign_assignments_left": 0, "coaching_sessions": 0, "agent_sessions": 0,
    "coaching_sessions_left": 0, "agent_sessions_left": 0}'::jsonb, 'an account that has nothing'
);
select is(tests.refusal($$select public.erase_account(tests.kept('twice'))$$), 'PT404 ACCOUNT_NOT_FOUND', 'once only');
select is(tests.refusal('select public.erase_account(null)'), 'PT404 ACCOUNT_NOT_FOUND', 'and not nobody');

-- Deleting an account through Auth, without results: as a front end's "delete my account" does.
select tests.as_postgres();
select tests.keep('drafts', tests.create_assessment(tests.kept('others_tenant')));
select tests.keep('guest', tests.create_assessment(
  tests.kept('tenant'),
  jsonb_build_object('name', 'Guest', 'created_by', tests.kept('other'))
));
insert into public.assessment_uploads (tenant_id, created_by, source_markdown)
values (tests.kept('tenant'), tests.kept('other'), '# Guest');
select is(tests.refusal($$delete from auth.users where id = tests.kept('other')$$), 'done', 'an account without results');
select is(tests.refusal('set constraints all immediate'), 'done', 'is deleted');
select is(tests.assessment_value(tests.kept('drafts'), 'id'), null, 'with its tenants'' assessments');
select is(
  tests.assessment_value(tests.kept('guest'), 'created_by')::uuid, tests.kept('owner'),
  'but not what it made for others'
);
select is_empty(
  $$select from public.assessment_uploads where created_by = tests.kept('other')$$,
  'and nothing names it any more'
);

select * from finish();
rollback;
