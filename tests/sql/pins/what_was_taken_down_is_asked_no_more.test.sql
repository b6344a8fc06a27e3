-- A version that a reviewer took down is asked no more in other tenants' interviews; who had begun may still hand in the scores, and
-- a later version that was approved is moved on to.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../pins.psql
select plan(13);

create function tests.asked(talk uuid) returns text
language sql
set search_path = pg_catalog, pg_temp
as $$ select tests.refusal(pg_catalog.format('select public.interview_context(%L)', talk)) $$;

select tests.as_user(tests.kept('other'));
select tests.keep('begun', tests.session_of(tests.kept('others_tenant'), tests.kept('listed')));
select tests.keep('fresh', tests.session_of(tests.kept('others_tenant'), tests.kept('listed')));
select tests.keep('campaign', tests.campaign_of(tests.kept('others_tenant'), tests.kept('listed')));
select tests.keep('robin', tests.assignment_of(tests.kept('campaign')));
select tests.as_user(tests.kept('owner'));
select tests.keep('own', tests.session_of(tests.kept('tenant'), tests.kept('listed')));
select tests.as_service();
select tests.keep('begun_talk', tests.talk_of(tests.kept('begun'), 'coaching'));
select tests.keep('fresh_talk', tests.talk_of(tests.kept('fresh'), 'coaching'));
select tests.keep('robins_talk', tests.talk_of(tests.kept('robin'), 'campaign'));
select tests.keep('own_talk', tests.talk_of(tests.kept('own'), 'coaching'));
select is(tests.asked(tests.kept('begun_talk')), 'done', 'an interview begins');

select public.review_listing(
  tests.assessment_value(tests.kept('listed'), 'listed_version_id')::uuid, 'taken_down', 'It harms people.'
);
select is(tests.asked(tests.kept('begun_talk')), 'PT409 ASSESSMENT_WITHDRAWN', 'and gets no further questions once it is taken down');
select is(tests.asked(tests.kept('fresh_talk')), 'PT409 ASSESSMENT_WITHDRAWN', 'none begins');
select is(tests.asked(tests.kept('robins_talk')), 'PT409 ASSESSMENT_WITHDRAWN', 'nor in a campaign');
select is(tests.value_of('private.pins', tests.kept('robin'), 'pinned_version_id'), null, 'which stays without a pin');
select is(tests.value_of('private.pins', tests.kept('campaign'), 'pinned_version_id'), null, 'and so does the campaign');
select is(tests.asked(tests.kept('own_talk')), 'done', 'the author''s own go on');
select is(
  public.complete_assessment_session(tests.kept('begun'), 'coaching', '{"Clarity": 3}') ->> 'queued', 'true',
  'who had begun may still hand in the scores'
);
select tests.as_user(tests.kept('other'));
select is(
  tests.refusal(format('select public.repin_session(%L, ''coaching'')', tests.kept('fresh'))), 'PT404 ASSESSMENT_NOT_FOUND',
  'there is nothing to move on to'
);

-- The author asks again, with another text, and has it approved.
select tests.as_user(tests.kept('owner'));
update public.custom_assessments set description = 'Harmless by now.', marketplace_status = 'pending_review'
where id = tests.kept('listed');
select tests.as_service();
select public.review_listing(tests.assessment_value(tests.kept('listed'), 'newest_version_id')::uuid, 'approved');
select is(tests.asked(tests.kept('fresh_talk')), 'PT409 ASSESSMENT_WITHDRAWN', 'what was chosen is still that one');
select tests.as_user(tests.kept('other'));
select is(
  public.repin_session(tests.kept('fresh'), 'coaching') ->> 'version', '1.1', 'until its owner moves on'
);
select public.repin_campaign(tests.kept('campaign'));
select tests.as_service();
select is(tests.asked(tests.kept('fresh_talk')), 'done', 'then the interview begins');
select is(tests.asked(tests.kept('robins_talk')), 'done', 'as in the campaign');

select * from finish();
rollback;
