-- session_result: full, teaser or none, from frozen data; unknown, expired and unfinished links get the same answer.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../sessions.psql
select plan(20);

create function tests.token_of(relation text, id uuid) returns text
language sql
as $$ select tests.value_of(relation, id, 'access_token') $$;

-- A coaching session with a result with this disclosure; returns its id.
create function tests.finished_session(disclosure text) returns uuid
language plpgsql
as $$
declare
  session_id uuid;
begin
  perform tests.keep('assessment', tests.create_assessment(tests.kept('tenant'), jsonb_build_object(
    'status', 'active', 'name', disclosure, 'result_disclosure', disclosure,
    'definition', jsonb_set(tests.definition(), '{resultCategories,1}', '{
      "name": "Capable", "scoreRange": [2.5, 3.9], "description": "Gets there.", "strengths": ["Calm"]}'))));
  session_id := tests.create_coaching_session(tests.kept('tenant'), tests.kept('assessment'));
  perform tests.create_result(session_id, 'coaching', '{
    "dimension_scores": {"Clarity": 3.5}, "ai_insights": ["Plain."], "completed_at": "2026-01-05 10:00+00"}');
  return session_id;
end
$$;
grant execute on all functions in schema tests to public;

select tests.keep('full', tests.finished_session('full'));
select tests.keep('teaser', tests.finished_session('teaser'));
select tests.keep('none', tests.finished_session('none'));

select tests.as_anon();
select is(
  public.session_result(tests.token_of('public.coaching_sessions', tests.kept('full'))),
  '{"complete": true, "disclosure": "full", "corrected": false, "completed_at": "2026-01-05T10:00:00+00:00", "scale": [1, 5],
    "overall_score": 3.50, "dimension_scores": {"Clarity": 3.5}, "uncovered_dimensions": ["Courage"],
    "category": {"name": "Capable", "scoreRange": [2.5, 3.9], "description": "Gets there.", "strengths": ["Calm"]},
    "insights": ["Plain."]}'::jsonb,
  'full is scores, category and insights'
);
select is(
  public.session_result(tests.token_of('public.coaching_sessions', tests.kept('teaser'))),
  '{"complete": true, "disclosure": "teaser", "corrected": false, "category": {"name": "Capable", "description": "Gets there."}}'::jsonb,
  'teaser is the category''s name and description'
);
select is(
  public.session_result(tests.token_of('public.coaching_sessions', tests.kept('none'))), '{"complete": true}'::jsonb,
  'none is only that it is complete'
);

-- Frozen: later changes by the tenant have no effect.
select tests.as_user(tests.kept('owner'));
update public.custom_assessments set result_disclosure = 'full', definition = tests.definition()
where name = 'none';
update public.custom_assessments set definition = tests.definition()
where name = 'full';
select tests.as_anon();
select is(
  public.session_result(tests.token_of('public.coaching_sessions', tests.kept('none'))), '{"complete": true}'::jsonb,
  'the disclosure is that of the time when it was written'
);
select is(
  public.session_result(tests.token_of('public.coaching_sessions', tests.kept('full'))) #>> '{category,description}',
  'Gets there.', 'and so is the category'
);

-- The same answer: unknown, none, empty, unfinished, expired.
select tests.as_postgres();
select tests.keep('assessment', (
  select assessment_id from public.custom_assessment_results
  order by id limit 1
));
select tests.keep('open', tests.create_coaching_session(tests.kept('tenant'), tests.kept('assessment')));
select tests.keep('past', tests.finished_session('full'));
update public.coaching_sessions set access_expires_at = now()
where id = tests.kept('past');
select tests.as_anon();
select is(public.session_result(token), '{"complete": false}'::jsonb, what)
from (
  values
  ('no such link', 'an unknown link'),
  (null, 'no link'),
  ('', 'an empty link'),
  (tests.token_of('public.coaching_sessions', tests.kept('open')), 'an unfinished session''s link'),
  (tests.token_of('public.coaching_sessions', tests.kept('past')), 'an expired link of a finished session')
) as link (token, what);
select tests.as_postgres();
update public.coaching_sessions set access_expires_at = now() + interval '1 second'
where id = tests.kept('past');
select tests.as_anon();
select is(
  public.session_result(tests.token_of('public.coaching_sessions', tests.kept('past'))) -> 'complete', 'true'::jsonb,
  'a link that has not expired yet'
);

-- Campaigns' links.
select is(
  public.session_result(tests.token_of('public.campaign_assignments', tests.kept('assignment'))),
  '{"complete": false}'::jsonb, 'an unfinished assignment''s link'
);
select tests.as_service();
select tests.create_result(tests.kept(
  'assignment'), 'campaign', jsonb_build_object(
  'assessment_id',
  (
    select custom_assessment_id from public.campaigns
    where id = tests.kept('campaign')
  )
));
select tests.as_anon();
select is(
  public.session_result(tests.token_of('public.campaign_assignments', tests.kept('assignment'))) ->> 'overall_score', '3.50',
  'a finished assignment''s link'
);
select tests.as_user(tests.kept('stranger'));
select is(
  public.session_result(tests.token_of('public.campaign_assignments', tests.kept('assignment'))) ->> 'overall_score', '3.50',
  'works for everyone who has it, signed in or not'
);
-- A result without category.
select tests.as_postgres();
update public.custom_assessments set result_disclosure = 'teaser', definition = definition || '{"resultCategories": []}'
where name = 'full' and id = tests.kept('assessment');
select tests.keep('bare', tests.create_coaching_session(tests.kept('tenant'), tests.kept('assessment')));
select tests.create_result(tests.kept('bare'), 'coaching');
select tests.as_anon();
select is(
  public.session_result(tests.token_of('public.coaching_sessions', tests.kept('bare'))),
  '{"complete": true, "disclosure": "teaser", "corrected": false, "category": null}'::jsonb, 'a teaser without category'
);
-- Read-only: a GET request suffices.
select is(provolatile, 's', 'it changes nothing') from pg_catalog.pg_proc
where proname = 'session_result';

-- The token is the only way in.
select is(tests.refusal('select from public.' || relation), '42501', 'a visitor does not read ' || relation)
from unnest(array['coaching_sessions', 'campaign_assignments', 'custom_assessment_results', 'agent_sessions']) as relation;

select * from finish();
rollback;
