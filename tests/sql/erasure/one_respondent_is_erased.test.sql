-- erase_session removes one respondent, in whatever state the session is, and leaves a row without words.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../sessions.psql
\ir ../pins.psql
\ir ../worker.psql
select plan(62);

create function tests.completion(session_id uuid, session_type text default 'coaching') returns text
language sql
as $$
  select format(
    'select public.complete_assessment_session(%L, %L, ''{"Clarity": 4}'', ''["Notes of Kim"]'')', session_id, session_type
  )
$$;
create function tests.erasure(session_id uuid, session_type text default 'coaching') returns text
language sql
as $$ select format('select public.erase_session(%L, %L)', session_id, session_type) $$;
-- What an erasure counted, but for zeros.
create function tests.counts(session_id uuid, session_type text default 'coaching') returns jsonb
language sql
as $$
  select coalesce(jsonb_object_agg(each.key, each.value) filter (where each.value <> '0'), '{}')
    from jsonb_each(public.erase_session(counts.session_id, counts.session_type)) as each
$$;
grant execute on all functions in schema tests to public;

create function tests.create_client(name text) returns void
language plpgsql
as $$
begin
  perform tests.keep(name, tests.create_coaching_session(tests.kept('tenant'), tests.kept('assessment')));
  perform tests.keep(name || '_talk', tests.talk_of(tests.kept(name), 'coaching'));
  update public.coaching_sessions as session
     set client_email = 'kim@example.test', metadata = '{"notes": "Kim"}', access_token = name
   where session.id = tests.kept(name);
  update public.agent_sessions as agent
     set session_context = '{"said": "Kim"}'
   where agent.coaching_session_id = tests.kept(name);
end
$$;
select tests.create_client(each)
from unnest(array['open', 'running', 'waiting', 'claimed', 'failed', 'scored', 'gone', 'lost']) as each;
select tests.keep('invited', tests.create_assignment(tests.kept('campaign')));
select tests.keep('invited_talk', tests.talk_of(tests.kept('invited'), 'campaign'));
update public.campaign_assignments set stakeholder_email = 'robin@example.test'
where id = tests.kept('invited');

select tests.as_service();
select public.interview_context(tests.kept('running_talk'));
select public.save_progress(tests.kept(each || '_talk'), '[{"turn": 1, "speaker": "respondent", "text": "I am Kim."}]')
from unnest(array['running', 'waiting', 'scored', 'gone']) as each;
select public.interview_context(tests.kept('scored_talk'));
select public.interview_context(tests.kept('invited_talk'));
-- A worker fails one, scores two, and takes another without finishing it.
select lives_ok(tests.completion(tests.kept(each)), each || ' is completed') from unnest(array['failed', 'lost']) as each;
select tests.finish('w', variadic array(
  select tests.ending(job, 'failed', '{"error": "marked-failure"}') from jsonb_array_elements(tests.claim('w')) as job
));
select lives_ok(tests.completion(tests.kept(each)), each || ' is completed') from unnest(array['scored', 'gone']) as each;
select tests.finish('w', variadic array(
  select tests.ending(job, 'snapshot') from jsonb_array_elements(tests.claim('w')) as job
));
select lives_ok(tests.completion(tests.kept('claimed')), 'claimed is completed');
create temporary table taken as select tests.claim('w') -> 0 as job;
grant select on taken to public;
select lives_ok(tests.completion(tests.kept('waiting')), 'waiting is completed');
select tests.as_postgres();
delete from public.coaching_sessions
where id in (tests.kept('gone'), tests.kept('lost'));

-- Who may not: each gets the answer for a session that does not exist ----------------------------------------------------
select tests.keep('nowhere', gen_random_uuid());
create function tests.whole_erasure(session_id uuid) returns text
language sql
as $$ select replace(tests.whole_refusal(tests.erasure(session_id))::text, session_id::text, 'it') $$;
grant execute on all functions in schema tests to public;
select tests.as_user(tests.kept('other'));
select is(
  tests.whole_erasure(tests.kept(each)), tests.whole_erasure(tests.kept('nowhere')),
  'another tenant''s owner does not learn that there is ' || each
) from unnest(array['open', 'scored', 'gone', 'lost']) as each;
select is(
  tests.refusal(tests.erasure(tests.kept('nowhere'))), 'PT404 SESSION_NOT_FOUND', 'what does not exist is not found'
);
select is(tests.refusal(tests.erasure(tests.kept('open'), 'campaign')), 'PT404 SESSION_NOT_FOUND', 'nor one of another type');
select tests.as_user(tests.kept('creator'));
select is(
  tests.refusal(tests.erasure(tests.kept('invited'), 'campaign')), 'PT404 SESSION_NOT_FOUND',
  'who created the campaign for another tenant erases nobody in it'
);
select tests.as_anon();
select is(tests.refusal(tests.erasure(tests.kept('open'))), '42501', 'nor does a visitor');
select tests.as_postgres();
update public.tenant_profiles set user_id = tests.kept('other')
where id = tests.kept('tenant');
select tests.as_user(tests.kept('owner'));
select is(tests.refusal(tests.erasure(tests.kept('open'))), 'PT404 SESSION_NOT_FOUND', 'nor who sold the tenant');
select tests.as_postgres();
update public.tenant_profiles set user_id = tests.kept('owner')
where id = tests.kept('tenant');

-- In each state, with what it counts --------------------------------------------------------------------------------------
create function tests.expected_counts() returns table (state text, counted jsonb)
language sql
as $$
  values
    ('open', '{"coaching_sessions": 1, "agent_sessions": 1, "pins": 1}'::jsonb),
    ('running', '{"coaching_sessions": 1, "agent_sessions": 1, "pins": 1, "turns": 1}'),
    (
      'waiting',
      '{"coaching_sessions": 1, "agent_sessions": 1, "pins": 1, "turns": 1, "score_requests": 1, "jobs": 1}'
    ),
    ('claimed', '{"coaching_sessions": 1, "agent_sessions": 1, "pins": 1, "score_requests": 1, "jobs": 1}'),
    ('failed', '{"coaching_sessions": 1, "agent_sessions": 1, "pins": 1, "score_requests": 1, "jobs": 1}'),
    ('scored', '{"coaching_sessions": 1, "agent_sessions": 1, "pins": 1, "turns": 1, "results": 1}'),
    ('gone', '{"results": 1}'),
    ('lost', '{"score_requests": 1, "jobs": 1}')
$$;
select tests.as_user(tests.kept('owner'));
select is(tests.counts(tests.kept(state)), counted, state || ' is erased') from tests.expected_counts();
select is(
  tests.counts(tests.kept('invited'), 'campaign'), '{"campaign_assignments": 1, "pins": 1}'::jsonb,
  'and one in a campaign, whose agent session held nothing'
);
select is(
  public.erase_session(tests.kept(each), 'coaching'),
  '{"results": 0, "reviews": 0, "score_requests": 0, "jobs": 0, "pins": 0, "turns": 0, "runs": 0, "agent_sessions": 0, "coaching_sessions": 0,
    "campaign_assignments": 0, "columns_left": 0}'::jsonb, 'again, ' || each || ' counts nothing'
) from unnest(array['open', 'scored', 'gone']) as each;

-- What is left ------------------------------------------------------------------------------------------------------------
select tests.as_postgres();
select is_empty(
  $$select from public.coaching_sessions
     where tenant_id = tests.kept('tenant') and id <> tests.kept('coaching')
       and (client_name is not null or client_email is not null or metadata <> '{}')$$,
  'no name, address or note of a client is left'
);
select is_empty(
  $$select from public.coaching_sessions
     where access_token in ('open', 'running', 'waiting', 'claimed', 'failed', 'scored')$$, 'and no link'
);
select is(
  (
    select count(*) from public.coaching_sessions
    where tenant_id = tests.kept('tenant') and custom_assessment_id is not null
  ), 7::bigint, 'the sessions stay as rows, with what says nothing about the person'
);
select is_empty(
  $$select from public.campaign_assignments
     where id = tests.kept('invited') and (stakeholder_name is not null or stakeholder_email is not null)$$,
  'nor a stakeholder''s name and address'
);
select is_empty('select from public.agent_sessions where session_context <> ''{}''', 'agent sessions hold no words');
select is_empty('select from private.turns', 'nothing that was said is left');
select is_empty('select from private.jobs where last_error is not null', 'no error of a job is left');
select set_eq(
  'select session_type, session_id, tenant_id from private.erased_sessions',
  $$select case each when 'invited' then 'campaign' else 'coaching' end as kind, tests.kept(each) as id, tests.kept('tenant') as tenant
      from unnest(array['open', 'running', 'waiting', 'claimed', 'failed', 'scored', 'gone', 'lost', 'invited']) as each$$,
  'what remains says which sessions were erased'
);
select is(
  tests.value_of('public.coaching_sessions', tests.kept('coaching'), 'client_name'), 'Kim', 'other people''s words stay'
);

-- Agents, workers and links afterwards --------------------------------------------------------------------------------------
select tests.as_service();
select is(
  tests.refusal(format('select public.interview_context(%L)', tests.kept(each || '_talk'))), 'PT409 SESSION_ERASED',
  each || ': no context is given'
) from unnest(array['open', 'running', 'scored', 'invited']) as each;
select is(
  tests.refusal(format(
    'select public.save_progress(%L, ''[{"turn": 2, "speaker": "respondent", "text": "Still Kim."}]'')',
    tests.kept(each || '_talk')
  )), 'PT409 SESSION_ERASED', each || ': no turn is kept'
) from unnest(array['open', 'running', 'scored', 'invited']) as each;
select is(
  tests.refusal(tests.completion(tests.kept(each))), 'PT409 SESSION_ERASED', each || ': no answers are accepted'
) from unnest(array['open', 'running', 'waiting', 'failed', 'scored', 'gone', 'lost']) as each;
select is(
  tests.refusal(format(
    'update public.agent_sessions set session_context = ''{"said": "Kim"}'' where id = %L', tests.kept('open_talk')
  )), 'PT409 SESSION_ERASED', 'its agent session gets no words again'
);
select is(
  tests.refusal(format(
    'update public.agent_sessions set agent_type = ''closed'', session_context = ''{}'' where id = %L', tests.kept('open_talk')
  )), 'done', 'but may change otherwise'
);
select is(
  tests.refusal(tests.completion(tests.kept('invited'), 'campaign')), 'PT409 SESSION_ERASED', 'nor in a campaign'
);
select is(
  tests.refusal(format('select tests.create_result(%L, ''coaching'')', tests.kept(each))), 'PT409 SESSION_ERASED',
  each || ': no result is written past the queue'
) from unnest(array['open', 'waiting', 'scored']) as each;
select is(
  tests.finish('w', tests.ending((select job from taken), 'snapshot')), 'lost', 'the worker has lost the job that it had claimed'
);
select tests.as_anon();
select is(
  public.session_result('scored'), '{"complete": false}'::jsonb, 'the link is answered like one that never was'
);

-- A session of another tenant that gets the id of a deleted one --------------------------------------------------------------
select tests.as_postgres();
select tests.keep('theirs', tests.create_assessment(tests.kept('others_tenant'), '{"status": "active"}'));
insert into public.coaching_sessions (id, tenant_id, assessment_type, custom_assessment_id)
values (tests.kept('gone'), tests.kept('others_tenant'), 'custom', tests.kept('theirs'));
select tests.as_service();
select is(tests.refusal(tests.completion(tests.kept('gone'))), 'done', 'is not erased');
select tests.as_user(tests.kept('owner'));
select is(tests.counts(tests.kept('gone')), '{}'::jsonb, 'and its former owner erases nothing of it');
select tests.as_postgres();
select is(
  tests.value_of('private.score_requests', tests.kept('gone'), 'tenant_id', 'session_id'), tests.kept('others_tenant')::text,
  'what it handed in stays'
);

select * from finish();
rollback;
