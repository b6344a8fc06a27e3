-- Another tenant's sessions use the version that was listed when they chose, from the first question to the result, whatever
-- the author makes of the assessment and whatever the reviewer says to that.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../pins.psql
\ir ../worker.psql
select plan(24);

create function tests.context(talk uuid) returns jsonb
language sql
set search_path = pg_catalog, pg_temp
as $$ select public.interview_context(talk) $$;
create function tests.result_of(session_id uuid, col text) returns text
language sql
as $$ select tests.value_of('public.custom_assessment_results', session_id, col, 'session_id') $$;
create function tests.names_in(definition jsonb) returns text
language sql
set search_path = pg_catalog, pg_temp
as $$
  select pg_catalog.string_agg(dimension.value ->> 'name', ' ' order by dimension.ordinality)
    from pg_catalog.jsonb_array_elements(definition -> 'dimensions') with ordinality as dimension
$$;

select tests.as_user(tests.kept('other'));
select tests.keep('session', tests.session_of(tests.kept('others_tenant'), tests.kept('listed')));
select tests.keep('fresh', tests.session_of(tests.kept('others_tenant'), tests.kept('listed')));
select tests.keep('campaign', tests.campaign_of(tests.kept('others_tenant'), tests.kept('listed')));
select tests.keep('robin', tests.assignment_of(tests.kept('campaign')));
select tests.keep('sam', tests.assignment_of(tests.kept('campaign')));
select tests.as_service();
select tests.keep('talk', tests.talk_of(tests.kept('session'), 'coaching'));
select is(tests.context(tests.kept('talk')) ->> 'begun', 'false', 'the first call begins the session');
select is(tests.context(tests.kept('talk')) ->> 'begun', 'true', 'which later ones say');

-- The author alone sets another disclosure, other names, other weights.
select tests.as_user(tests.kept('owner'));
update public.custom_assessments
set
  result_disclosure = 'full', name = 'A secret plan', interview_style_default = 1,
  definition = '{
    "dimensions": [
      {"name": "Brevity", "weight": 0.9, "description": "Another thing."},
      {"name": "Courage", "weight": 0.1, "description": "Says it when it is hard."}
    ],
    "resultCategories": [{"name": "All", "scoreRange": [1.0, 5.0]}]
  }'
where id = tests.kept('listed');
select tests.as_service();
select is(tests.names_in(tests.context(tests.kept('talk')) -> 'definition'), 'Clarity Courage', 'an interview goes on as it began');
select tests.keep('fresh_talk', tests.talk_of(tests.kept('fresh'), 'coaching'));
select is(tests.names_in(tests.context(tests.kept('fresh_talk')) -> 'definition'), 'Clarity Courage', 'and begins as it was chosen');
select tests.keep('robins_talk', tests.talk_of(tests.kept('robin'), 'campaign'));
select is(tests.names_in(tests.context(tests.kept('robins_talk')) -> 'definition'), 'Clarity Courage', 'also in a campaign');
select is(tests.context(tests.kept('fresh_talk')) #>> '{definition,metadata,name}', 'Clear Speech', 'under its name of then');
select is(tests.context(tests.kept('fresh_talk')) ->> 'version', '1.0', 'and its number');
select is(tests.context(tests.kept('fresh_talk')) ->> 'interview_style', '3', 'with its style');
update public.custom_assessments set marketplace_status = 'rejected'
where id = tests.kept('listed');
select is(tests.names_in(tests.context(tests.kept('talk')) -> 'definition'), 'Clarity Courage', 'also when the edit was rejected');
update public.custom_assessments set marketplace_status = 'published'
where id = tests.kept('listed');
select tests.keep('sams_talk', tests.talk_of(tests.kept('sam'), 'campaign'));
select is(tests.context(tests.kept('sams_talk')) ->> 'version', '1.0', 'and when it was approved');
update public.custom_assessments set marketplace_status = 'private'
where id = tests.kept('listed');
update public.custom_assessments set status = 'archived'
where id = tests.kept('listed');
select is(tests.names_in(tests.context(tests.kept('talk')) -> 'definition'), 'Clarity Courage', 'and when it was put away');

-- The scores are of the interview that was held.
select is(
  tests.refusal(format(
    'select public.complete_assessment_session(%L, ''coaching'', ''{"Brevity": 4}'')', tests.kept('session')
  )), 'PT422 SCORES_INVALID', 'scores of another definition are refused'
);
select is(
  public.complete_assessment_session(
    tests.kept('session'), 'coaching', '{"Clarity": 5, "Courage": 2}',
    version_id => (tests.context(tests.kept('talk')) ->> 'version_id')::uuid
  ) ->> 'queued', 'true', 'a finished interview is accepted'
);
select is(
  tests.value_of('private.score_requests', tests.kept('session'), 'definition', 'session_id'), null, 'without a copy of the definition'
);
select tests.finish('w', tests.ending(job.value, 'snapshot')) from jsonb_array_elements(tests.claim('w')) as job;
select is(tests.result_of(tests.kept('session'), 'overall_score'), '3.50', 'scored by its weights');
select is(tests.result_of(tests.kept('session'), 'matched_category'), 'Capable', 'and its categories');
select is(tests.result_of(tests.kept('session'), 'result_disclosure'), 'none', 'and shown as far as it says');
select is(
  tests.result_of(tests.kept('session'), 'assessment_version_id'), tests.context(tests.kept('talk')) ->> 'version_id',
  'the result names the version'
);
select is(tests.result_of(tests.kept('session'), 'version_assumed'), 'false', 'which was asked for');
select is(
  public.session_result((
    select access_token::text from public.coaching_sessions
    where id = tests.kept('session')
  )), '{"complete": true}', 'the respondent sees nothing more'
);
select tests.as_user(tests.kept('other'));
select is(
  public.verify_result(tests.result_of(tests.kept('session'), 'id')::uuid), '{"equal": true, "differences": []}',
  'verification uses the same version'
);
select is(
  (
    select name from public.assessment_versions
    where id = tests.result_of(tests.kept('session'), 'assessment_version_id')::uuid
  ),
  'Clear Speech', 'which its owner reads'
);

-- A change of a frozen result by the table's owner is detected.
select tests.as_postgres();
alter table public.custom_assessment_results disable trigger refuse_result_update;
update public.custom_assessment_results
set assessment_definition_snapshot = assessment_definition_snapshot || '{"resultCategories": []}', result_disclosure = 'full';
alter table public.custom_assessment_results enable trigger refuse_result_update;
select tests.as_user(tests.kept('other'));
select is(
  (
    select jsonb_agg(difference.value -> 'field')
    from jsonb_array_elements(
      public.verify_result(tests.result_of(tests.kept('session'), 'id')::uuid) -> 'differences'
    ) as difference
  ), '["assessment_definition_snapshot", "result_disclosure"]', 'a snapshot or disclosure that is not the version''s'
);
select is(tests.result_of(tests.kept('session'), 'overall_score'), '3.50', 'while the scores are equal');

select * from finish();
rollback;
