-- session_status: the state of a session, and what a welcome page shows. What is unknown, expired or cannot begin is
-- unavailable, after the same look-ups.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../sessions.psql
\ir ../worker.psql
select plan(35);

-- The state, as a respondent reads it.
create function tests.state(id uuid) returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  known jsonb;
begin
  perform tests.as_anon();
  known := public.session_status(tests.link(id));
  perform tests.as_postgres();
  return known ->> 'state';
end
$$;
create function tests.begin_interview(session jsonb) returns uuid
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  agent uuid := tests.create_row('public.agent_sessions', session);
begin
  perform public.interview_context(agent);
  return agent;
end
$$;
grant execute on all functions in schema tests to public;

-- What is shown -------------------------------------------------------------------------------------------------------
select tests.keep('assessment', tests.create_assessment(tests.kept('tenant'), jsonb_build_object(
  'name', 'Plain Speech', 'description', 'How you speak.', 'status', 'active', 'result_disclosure', 'teaser',
  'definition', tests.definition() || '{"interviewGuidelines": {"opening": "Welcome."}}'
)));
select tests.keep('session', tests.create_coaching_session(tests.kept('tenant'), tests.kept('assessment')));
update public.coaching_sessions
set access_expires_at = '2100-01-01 00:00+00'
where id = tests.kept('session');
select tests.as_anon();
select is(
  public.session_status(tests.link(tests.kept('session'))) - 'notice',
  '{"state": "open", "tenant": "tenant", "name": "Plain Speech", "description": "How you speak.", "opening": "Welcome.",
    "disclosure": "teaser", "expires_at": "2100-01-01T00:00:00+00:00"}'::jsonb,
  'a welcome page''s texts'
);
select is(
  public.session_status(tests.link(tests.kept('session'))) -> 'notice',
  '{"machine": "A computer program asks the questions and scores your answers.",
    "kept": "The wording of your answers is kept for 180 days. Your scores and your result are kept until the organization that invited you deletes them.",
    "readers": "The organization that invited you can read your answers and your result.",
    "contact": "If you have questions, or want your data to be deleted, contact the organization that invited you.",
    "shown": "When your answers have been scored, you can see the name and description of your result with this link.",
    "tenant": null, "words_days": 180}'::jsonb,
  'the notice that a respondent reads'
);
select tests.as_user(tests.kept('owner'));
insert into public.tenant_settings (tenant_id, notice, words_days) values (tests.kept('tenant'), 'Ask Kim.', 30);
select tests.as_anon();
select is(
  public.session_status(tests.link(tests.kept('session'))) #>> '{notice,tenant}', 'Ask Kim.', 'the tenant''s own sentence'
);
select matches(
  public.session_status(tests.link(tests.kept('session'))) #>> '{notice,kept}', 'is kept for 30 days', 'a tenant shortens it'
);
select tests.as_postgres();
update public.tenant_settings set words_days = 3000
where tenant_id = tests.kept('tenant');
update private.notice_texts set value = 'Eine Maschine fragt.'
where name = 'machine';
select tests.as_anon();
select is(
  public.session_status(tests.link(tests.kept('session'))) #> '{notice,words_days}', '180', 'but cannot extend it'
);
select is(
  public.session_status(tests.link(tests.kept('session'))) #>> '{notice,machine}', 'Eine Maschine fragt.',
  'an operator changes the words'
);
select tests.as_postgres();
select is_empty(
  $$
    select disclosure from unnest(private.disclosures()) as disclosure
    where not exists (select from private.notice_texts as told where told.name = disclosure)
  $$, 'there is a text for each disclosure'
);

-- A session's life -----------------------------------------------------------------------------------------------------
select is(tests.state(tests.kept('session')), 'open', 'before the interview');
select tests.as_service();
select tests.begin_interview(jsonb_build_object('coaching_session_id', tests.kept('session')));
select tests.as_postgres();
select is(tests.state(tests.kept('session')), 'in_progress', 'the interview has begun');
select tests.as_user(tests.kept('owner'));
update public.custom_assessments set name = 'Another Name', description = 'Another text.'
where id = tests.kept('assessment');
select tests.as_anon();
select is(
  public.session_status(tests.link(tests.kept('session'))) ->> 'name', 'Plain Speech', 'with the texts of its version'
);
select tests.as_service();
select public.complete_assessment_session(tests.kept('session'), 'coaching', '{"Clarity": 4}');
select tests.as_postgres();
select is(tests.state(tests.kept('session')), 'scoring', 'its scores were accepted');
select tests.as_service();
create temporary table claim on commit drop as select tests.claim('w1') -> 0 as job;
select tests.as_postgres();
select is(tests.state(tests.kept('session')), 'scoring', 'a worker has them');
select tests.as_service();
select is(
  tests.finish('w1', tests.ending(job, 'failed', '{"error": "broken"}')), 'failed', 'scoring fails'
) from claim;
select tests.as_postgres();
select is(tests.state(tests.kept('session')), 'scoring', 'and waits for its agent or operator');
select tests.as_service();
select public.complete_assessment_session(tests.kept('session'), 'coaching', '{"Clarity": 4}');
create temporary table again on commit drop as select tests.claim('w1') -> 0 as job;
select is(tests.finish('w1', tests.ending(job, 'snapshot')), 'succeeded', 'it is scored') from again;
select tests.as_postgres();
select is(tests.state(tests.kept('session')), 'complete', 'its result is there');
update public.coaching_sessions set custom_assessment_id = null, assessment_type = 'archetype'
where id = tests.kept('session');
delete from private.pins
where id = tests.kept('session');
select is(tests.state(tests.kept('session')), 'complete', 'and stays, whatever the session is used for next');

select is(tests.state(tests.kept('assignment')), 'open', 'a campaign''s session');
select tests.as_service();
select tests.begin_interview(jsonb_build_object('stakeholder_session_id', tests.kept('assignment')));
select tests.as_postgres();
select is(tests.state(tests.kept('assignment')), 'in_progress', 'begins');
update public.campaign_assignments set status = 'cancelled'
where id = tests.kept('assignment');
select is(tests.state(tests.kept('assignment')), 'cancelled', 'is cancelled');
update public.campaign_assignments set status = 'invited'
where id = tests.kept('assignment');
select is(tests.state(tests.kept('assignment')), 'in_progress', 'and reopened');
update public.campaign_assignments set status = 'withdrawn'
where id = tests.kept('assignment');
select is(tests.state(tests.kept('assignment')), 'withdrawn', 'or withdrawn');

-- What does not count --------------------------------------------------------------------------------------------------
select tests.keep('draft', tests.create_assessment(tests.kept('tenant'), '{"name": "Never Used"}'));
select tests.keep('of_draft', tests.create_coaching_session(tests.kept('tenant'), tests.kept('draft')));
select is(
  public.session_status(tests.link(tests.kept('of_draft'))) ->> 'name', 'Never Used', 'what has no version yet is shown as it is'
);
select tests.keep('plain', tests.create_row(
  'public.coaching_sessions', jsonb_build_object('tenant_id', tests.kept('tenant'), 'assessment_type', 'archetype')
));
select is(tests.state(tests.kept('plain')), 'unavailable', 'a session of the platform''s own');
update public.coaching_sessions set client_status = 'cancelled'
where id = tests.kept('plain');
select is(tests.state(tests.kept('plain')), 'unavailable', 'or one that was cancelled');

update public.coaching_sessions set client_status = 'withdrawn'
where id = tests.kept('of_draft');
delete from public.custom_assessments
where id = tests.kept('draft');
select is(tests.state(tests.kept('of_draft')), 'unavailable', 'nor a session whose assessment was deleted');

select tests.keep('listed', tests.create_assessment(
  tests.kept('others_tenant'), '{"name": "Listed", "status": "active", "marketplace_status": "published"}'
));
select tests.keep('waiting', tests.create_coaching_session(tests.kept('tenant'), tests.kept('listed')));
select is(tests.state(tests.kept('waiting')), 'open', 'a session with another tenant''s assessment');
select tests.keep('begun', tests.create_coaching_session(tests.kept('tenant'), tests.kept('listed')));
select tests.as_service();
select tests.begin_interview(jsonb_build_object('coaching_session_id', tests.kept('begun')));
select public.review_listing(
  tests.value_of('public.custom_assessments', tests.kept('listed'), 'listed_version_id')::uuid, 'taken_down', 'A copy.'
);
select tests.as_postgres();
select is(tests.state(tests.kept('waiting')), 'unavailable', 'cannot begin once it was taken down');
select is(tests.state(tests.kept('begun')), 'in_progress', 'unless it has begun');

-- The same steps: how often each table or index of ours or the host's is searched, by link. -----------------------------
select tests.keep('expired', tests.create_coaching_session(tests.kept('tenant'), tests.kept('assessment')));
select tests.keep('expired_person', tests.create_assignment(tests.kept('campaign')));
update public.coaching_sessions set access_expires_at = now()
where id = tests.kept('expired');
update public.campaign_assignments set access_expires_at = now()
where id = tests.kept('expired_person');
create function tests.searches() returns jsonb
language sql
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_object_agg(relation.oid::regclass, pg_stat_get_xact_numscans(relation.oid))
    from pg_catalog.pg_class as relation
   where relation.relkind in ('r', 'i') and relation.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
$$;
create function tests.steps(asked text, link text) returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  before jsonb;
  known jsonb;
begin
  for attempt in 1 .. 2 loop
    before := tests.searches();
    execute format('select public.%I(%L)', asked, link) into known;
  end loop;
  return (
    select jsonb_object_agg(each.key, each.value::integer - (before ->> each.key)::integer) || jsonb_build_object('answer', known)
      from jsonb_each_text(tests.searches()) as each
     where each.value <> before ->> each.key
  );
end
$$;
select ok(
  tests.steps('session_status', 'no such link') ?& array[
    'public.idx_coaching_sessions_access_token', 'public.idx_campaign_assignments_access_token',
    'public.idx_custom_assessment_results_session', 'private.one_score_request_a_session', 'private.pins_pkey',
    'public.tenant_profiles_pkey'
  ],
  'an unknown link is searched for like others'
);
select results_eq(
  format(
    'select tests.steps(%L, link) from unnest(%L::text[]) as link', 'session_status',
    array[tests.link(tests.kept('expired')), tests.link(tests.kept('expired_person')), '']
  ),
  $$select tests.steps('session_status', 'no such link') from generate_series(1, 3)$$,
  'expired links take the steps of an unknown one'
);
select results_eq(
  format(
    'select tests.steps(%L, link) from unnest(%L::text[]) as link', 'withdraw_session',
    array[tests.link(tests.kept('expired')), tests.link(tests.kept('expired_person')), '']
  ),
  $$select tests.steps('withdraw_session', 'no such link') from generate_series(1, 3)$$,
  'in a withdrawal too'
);
select results_eq(
  format(
    'select tests.steps(%L, link) from unnest(%L::text[]) as link', 'session_result',
    array[tests.link(tests.kept('expired')), tests.link(tests.kept('expired_person')), '']
  ),
  $$select tests.steps('session_result', 'no such link') from generate_series(1, 3)$$,
  'and for a result'
);
select is(tests.state(tests.kept('expired')), 'unavailable', 'an expired link');
select is(
  public.session_status(null), '{"state": "unavailable"}'::jsonb, 'and none at all'
);

select * from finish();
rollback;
