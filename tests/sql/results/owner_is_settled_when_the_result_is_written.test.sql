-- A later session with the same id, or another campaign that refers to it, gives no access: the owner was recorded when the
-- result was written.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../sessions.psql
select plan(15);

-- The other tenant may use the assessment too.
update public.custom_assessments set marketplace_status = 'published', marketplace_price_tier = 'free'
where id = tests.kept('assessment');
select tests.as_service();
select tests.keep('coached', tests.create_result(tests.kept('coaching'), 'coaching'));
select tests.keep('assigned', tests.create_result(tests.kept('assignment'), 'campaign'));

select tests.as_user(tests.kept('owner'));
select results_eq(
  'select id from public.custom_assessment_results order by session_type',
  $$values (tests.kept('assigned')), (tests.kept('coached'))$$, 'the tenant''s owner reads both results'
);
select tests.as_user(tests.kept('creator'));
select results_eq(
  'select id from public.custom_assessment_results', $$values (tests.kept('assigned'))$$,
  'the campaign''s creator reads that campaign''s'
);
select tests.as_user(tests.kept('other'));
select is_empty('select id from public.custom_assessment_results', 'another tenant''s owner reads none');
select tests.as_user(tests.kept('stranger'));
select is_empty('select id from public.custom_assessment_results', 'a stranger reads none');

-- The pair that finds them for the creator is stored once, and gives no access by itself.
select tests.as_postgres();
select is(
  tests.create_result(
    tests.create_assignment(tests.kept('campaign')), 'campaign'
  ) is not null, true, 'another result of the campaign'
);
select results_eq(
  'select campaign_created_by, tenant_id from private.result_creators',
  $$values (tests.kept('creator'), tests.kept('tenant'))$$, 'the creator and the tenant are noted once'
);
delete from public.custom_assessment_results
where id <> all(array[tests.kept('coached'), tests.kept('assigned')]);

-- Session confusion: a campaign assignment with the coaching session's id.
select tests.as_postgres();
select tests.keep('lure', tests.create_campaign(tests.kept('others_tenant'), tests.kept('other'), tests.kept('assessment')));
insert into public.campaign_assignments (id, campaign_id) values (tests.kept('coaching'), tests.kept('lure'));
select tests.as_user(tests.kept('other'));
select is_empty(
  'select id from public.custom_assessment_results', 'an assignment with a coaching session''s id shows nothing'
);
select tests.as_postgres();
update public.campaigns set created_by = tests.kept('other')
where id = tests.kept('campaign');
select tests.as_user(tests.kept('other'));
select is_empty('select id from public.custom_assessment_results', 'nor does taking a campaign over');

-- The id of a deleted session, used again.
select tests.as_postgres();
delete from public.coaching_sessions
where id = tests.kept('coaching');
insert into public.coaching_sessions (id, tenant_id, assessment_type, custom_assessment_id)
values (tests.kept('coaching'), tests.kept('others_tenant'), 'custom', tests.kept('assessment'));
select tests.as_user(tests.kept('other'));
select is_empty('select id from public.custom_assessment_results', 'nor does the id of a deleted session');
select tests.as_service();
select is(
  tests.refusal($$select tests.create_result(tests.kept('coaching'), 'coaching')$$),
  'PT409 SESSION_ALREADY_SCORED', 'which cannot be scored a second time'
);
select tests.as_anon();
select is(
  public.session_result(tests.value_of('public.coaching_sessions', tests.kept('coaching'), 'access_token')),
  '{"complete": false}'::jsonb, 'and whose link shows nothing'
);

-- The same for the campaign: the assignment moves to a campaign of another tenant.
select tests.as_postgres();
update public.campaign_assignments set campaign_id = tests.kept('lure')
where id = tests.kept('assignment');
select tests.as_user(tests.kept('other'));
select is_empty('select id from public.custom_assessment_results', 'nor does an assignment that was moved');
select tests.as_anon();
select is(
  public.session_result(tests.value_of('public.campaign_assignments', tests.kept('assignment'), 'access_token')),
  '{"complete": false}'::jsonb, 'whose link shows nothing either'
);

select tests.as_user(tests.kept('owner'));
select is((select count(*) from public.custom_assessment_results), 2::bigint, 'the owner reads both as before');
select tests.as_user(tests.kept('creator'));
select is((select count(*) from public.custom_assessment_results), 1::bigint, 'the creator reads the campaign''s as before');

select * from finish();
rollback;
