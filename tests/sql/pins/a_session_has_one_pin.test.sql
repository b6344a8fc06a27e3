-- A session has one pin, its campaign too, and only while tenant, campaign and assessment are still theirs.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../pins.psql
select plan(28);

create function tests.version(talk uuid) returns text
language sql
set search_path = pg_catalog, pg_temp
as $$ select public.interview_context(talk) ->> 'version' $$;
create function tests.refused(talk uuid) returns text
language sql
set search_path = pg_catalog, pg_temp
as $$ select tests.refusal(pg_catalog.format('select public.interview_context(%L)', talk)) $$;

-- Of one's own: the newest when the interview begins.
select tests.as_user(tests.kept('owner'));
select tests.keep('session', tests.session_of(tests.kept('tenant'), tests.kept('listed')));
select is(tests.rename(tests.kept('listed'), 'Second'), '1.1', 'the owner edits its assessment');
select tests.as_service();
select tests.keep('talk', tests.talk_of(tests.kept('session'), 'coaching'));
select is(tests.version(tests.kept('talk')), '1.1', 'a session of one''s own begins with the newest version');
update public.custom_assessments set name = 'Third'
where id = tests.kept('listed');
select is(tests.version(tests.kept('talk')), '1.1', 'and keeps it');
select tests.keep('second_talk', tests.talk_of(tests.kept('session'), 'coaching', tests.kept('listed')));
select is(tests.version(tests.kept('second_talk')), '1.1', 'for each of its agents');

-- Another assessment.
select tests.keep('another', tests.create_assessment(tests.kept('tenant'), '{"slug": "another", "status": "active"}'));
select tests.keep('third_talk', tests.talk_of(tests.kept('session'), 'coaching', tests.kept('another')));
select is(tests.refused(tests.kept('third_talk')), 'PT409 SESSION_ASSESSMENT_MISMATCH', 'an agent that names another assessment is refused');
update public.coaching_sessions set custom_assessment_id = tests.kept('another')
where id = tests.kept('session');
select is(tests.version(tests.kept('third_talk')), '1.0', 'a coaching session that was given another one begins anew');
select is(tests.refused(tests.kept('second_talk')), 'PT409 SESSION_ASSESSMENT_MISMATCH', 'and its former agents are refused');

-- A campaign is pinned as a whole.
select tests.as_user(tests.kept('owner'));
select tests.keep('campaign', tests.campaign_of(tests.kept('tenant'), tests.kept('listed')));
select tests.keep(name, tests.assignment_of(tests.kept('campaign'))) from unnest(array['a', 'b', 'c']) as name;
select tests.as_service();
select tests.keep('talk_a', tests.talk_of(tests.kept('a'), 'campaign'));
select is(tests.version(tests.kept('talk_a')), '1.2', 'the first interview of a campaign');
update public.custom_assessments set name = 'Fourth'
where id = tests.kept('listed');
select tests.keep('talk_b', tests.talk_of(tests.kept('b'), 'campaign'));
select is(tests.version(tests.kept('talk_b')), '1.2', 'decides for all of them');
update public.campaigns set custom_assessment_id = tests.kept('another')
where id = tests.kept('campaign');
select is(tests.version(tests.kept('talk_a')), '1.2', 'sessions that began keep theirs when it changes its assessment');
select tests.keep('talk_c', tests.talk_of(tests.kept('c'), 'campaign'));
select is(
  public.interview_context(tests.kept('talk_c')) ->> 'assessment_id', tests.kept('another')::text, 'later ones begin with the other'
);
update public.campaigns set custom_assessment_id = tests.kept('listed')
where id = tests.kept('campaign');
select tests.keep('d', tests.assignment_of(tests.kept('campaign')));
select tests.keep('talk_d', tests.talk_of(tests.kept('d'), 'campaign'));
select is(tests.version(tests.kept('talk_d')), '1.3', 'and back again it has chosen anew');

-- A pin under an id that is another tenant's by now gives that tenant nothing of the text.
select tests.as_user(tests.kept('owner'));
select tests.keep('secret', tests.create_assessment(
  tests.kept('tenant'), '{"slug": "secret", "name": "Secret", "status": "active"}'
));
select tests.keep('taken', tests.session_of(tests.kept('tenant'), tests.kept('secret')));
select tests.as_service();
select tests.keep('old_talk', tests.talk_of(tests.kept('taken'), 'coaching'));
select is(tests.version(tests.kept('old_talk')), '1.0', 'a session begins');
select tests.as_postgres();
create temporary table pin_of_then on commit drop as select * from private.pins
where id = tests.kept('taken');
select tests.as_service();
delete from public.coaching_sessions
where id = tests.kept('taken');
select tests.as_postgres();
select is((
  select count(*) from private.pins
  where id = tests.kept('taken')
), 0::bigint, 'its pin goes with it');
insert into private.pins select * from pin_of_then;
select tests.as_service();
select tests.keep('theirs', tests.create_assessment(
  tests.kept('others_tenant'), '{"slug": "theirs", "name": "Theirs", "status": "active"}'
));
insert into public.coaching_sessions (id, tenant_id, assessment_type, custom_assessment_id)
values (tests.kept('taken'), tests.kept('others_tenant'), 'custom', tests.kept('theirs'));
select tests.as_postgres();
delete from private.pins
where id = tests.kept('taken');
insert into private.pins select * from pin_of_then;
select tests.as_service();
select tests.keep('new_talk', tests.talk_of(tests.kept('taken'), 'coaching'));
select is(
  public.interview_context(tests.kept('new_talk')) #>> '{definition,metadata,name}', 'Theirs',
  'a pin of another tenant''s session of this id does not count'
);
select is(
  public.interview_context(tests.kept('new_talk')) ->> 'assessment_id', tests.kept('theirs')::text, 'nor does its assessment'
);
select is(
  public.complete_assessment_session(tests.kept('taken'), 'coaching', '{"Clarity": 3}') ->> 'queued', 'true', 'scores are accepted'
);
select is(
  tests.value_of('private.score_requests', tests.kept('taken'), 'assessment_id', 'session_id')::uuid, tests.kept('theirs'),
  'for what this tenant uses'
);

-- Versions that are named.
select tests.keep('own', tests.session_of(tests.kept('tenant'), tests.kept('another')));
select
  is(
    tests.refusal(format(
      $$select public.complete_assessment_session(%L, 'coaching', '{"Clarity": 3}', version_id => %L)$$, tests.kept('own'), version.id
    )), expected, what
  )
from (
  values
  (gen_random_uuid(), 'PT404 VERSION_NOT_FOUND', 'a version that does not exist'),
  (tests.assessment_value(tests.kept('theirs'), 'newest_version_id')::uuid, 'PT404 VERSION_NOT_FOUND', 'answers as what may not be used'),
  (
    tests.assessment_value(tests.kept('listed'), 'newest_version_id')::uuid, 'PT409 SESSION_ASSESSMENT_MISMATCH',
    'one of another assessment'
  ),
  (tests.assessment_value(tests.kept('another'), 'newest_version_id')::uuid, 'done', 'one of its own')
) as version (id, expected, what);
select is(
  tests.value_of('private.score_requests', tests.kept('own'), 'version_assumed', 'session_id'), 'false', 'which is not assumed then'
);
select is(
  tests.refusal(format(
    $$select public.complete_assessment_session(%L, 'coaching', '{"Clarity": 3}', version_id => %L)$$,
    tests.kept('session'), tests.assessment_value(tests.kept('listed'), 'newest_version_id')
  )), 'PT409 VERSION_MISMATCH', 'once it has begun, a version that it never gave'
);

-- An agent that never asks.
select tests.keep('unasked', tests.session_of(tests.kept('tenant'), tests.kept('another')));
select tests.talk_of(tests.kept('unasked'), 'coaching');
select is(tests.rename(tests.kept('another'), 'Later'), '1.1', 'the assessment goes on');
select tests.talk_of(tests.kept('unasked'), 'coaching');
select tests.keep('result', tests.create_row('public.custom_assessment_results', jsonb_build_object(
  'assessment_id', tests.kept('another'), 'session_id', tests.kept('unasked'), 'session_type', 'coaching',
  'dimension_scores', '{"Clarity": 4}'::jsonb
)));
select is(
  tests.value_of('public.custom_assessment_results', tests.kept('result'), 'assessment_version'), '1.0',
  'what was in force when its first agent session was made'
);
select is(tests.value_of('public.custom_assessment_results', tests.kept('result'), 'version_assumed'), 'true', 'is assumed');

-- A draft that was never active gets its first version by its first use.
select tests.keep('draft', tests.create_assessment(tests.kept('tenant'), '{"slug": "draft"}'));
select tests.keep('of_draft', tests.session_of(tests.kept('tenant'), tests.kept('draft')));
select tests.keep('talk_of_draft', tests.talk_of(tests.kept('of_draft'), 'coaching'));
select is(
  public.interview_context(tests.kept('talk_of_draft')) ->> 'version_id',
  tests.assessment_value(tests.kept('draft'), 'newest_version_id'), 'a draft has its first version by its first use'
);

select * from finish();
rollback;
