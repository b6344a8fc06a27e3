-- An interview is scored with the definition for which its scores were accepted, however long it waits: the owner of the
-- assessment cannot change or remove it by an edit in the meantime.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../worker.psql
select plan(28);

create function tests.talk(session_id uuid, scores jsonb default '{"Clarity": 4, "Courage": 2}') returns text
language sql
as $$ select public.complete_assessment_session(session_id, 'coaching', scores) ->> 'queued' $$;
create function tests.result_of(session_id uuid, col text) returns text
language sql
as $$ select tests.value_of('public.custom_assessment_results', session_id, col, 'session_id') $$;
-- A session of the tenant that uses another tenant's published assessment.
create function tests.session_with(tenant_id uuid, assessment_id uuid) returns uuid
language sql
as $$
  insert into public.coaching_sessions (tenant_id, assessment_type, custom_assessment_id)
  values (session_with.tenant_id, 'custom', assessment_id)
  returning id
$$;

select tests.as_service();
select tests.keep('listed', tests.create_assessment(
  tests.kept('tenant'), '{"status": "active", "marketplace_status": "published"}'
));
select tests.keep('elsewhere', tests.create_assessment(
  tests.kept('others_tenant'), '{"status": "active", "name": "Elsewhere"}'
));
select tests.as_user(tests.kept('other'));
select tests.keep('session', tests.session_with(tests.kept('others_tenant'), tests.kept('listed')));
select tests.keep('failing', tests.session_with(tests.kept('others_tenant'), tests.kept('listed')));
select tests.keep('moved', tests.session_with(tests.kept('others_tenant'), tests.kept('listed')));
select tests.keep('by_hand', tests.session_with(tests.kept('others_tenant'), tests.kept('listed')));
select tests.keep('unasked', tests.session_with(tests.kept('others_tenant'), tests.kept('listed')));

select tests.as_service();
select is(tests.talk(tests.kept(name)), 'true', name || ': the interview is handed in')
from unnest(array['session', 'failing', 'moved', 'by_hand']) as name;

select tests.as_postgres();
select tests.keep('job_' || name, id)
from unnest(array['session', 'failing', 'moved', 'by_hand']) as name
inner join private.score_requests on session_id = tests.kept(name);

-- The owner of the assessment edits everything about it.
select tests.as_user(tests.kept('owner'));
update public.custom_assessments
set definition = '{
      "dimensions": [
        {"name": "Wit", "weight": 0.999, "description": "Another thing."},
        {"name": "Charm", "weight": 0.001, "description": "And another."}
      ],
      "resultCategories": []
    }', result_disclosure = 'none'
where id = tests.kept('listed');
select is(tests.assessment_value(tests.kept('listed'), 'version'), '2.0', 'the owner may do that');
update public.custom_assessments set status = 'archived'
where id = tests.kept('listed');
select is(tests.assessment_value(tests.kept('listed'), 'status'), 'archived', 'and put it away');
select tests.as_user(tests.kept('other'));
update public.coaching_sessions set custom_assessment_id = tests.kept('elsewhere')
where id = tests.kept('moved');

-- What the database writes when the worker requests it.
select tests.as_service();
create temporary table job on commit drop as
select job.value as job
from jsonb_array_elements(tests.claim('w')) as job;
select is((select count(*) from job), 4::bigint, 'all wait');
select tests.as_postgres();
create function tests.job(name text) returns jsonb
language sql
as $$
  select job from job
    join public.job_queue as queued on queued.id = (job ->> 'job')::bigint
   where queued.subject_id = tests.kept('job_' || name)
$$;
select tests.as_service();

select is(tests.finish('w', tests.ending(tests.job('session'), 'snapshot')), 'succeeded', 'it is scored');
select is(tests.result_of(tests.kept('session'), 'overall_score'), '3.00', 'with the weights of then');
select is(tests.result_of(tests.kept('session'), 'matched_category'), 'Capable', 'and the categories');
select is(tests.result_of(tests.kept('session'), 'assessment_version'), '1.0', 'under the version of then');
select is(
  tests.result_of(tests.kept('session'), 'assessment_definition_snapshot')::jsonb, tests.definition(),
  'whose definition it keeps'
);
select is(tests.result_of(tests.kept('session'), 'result_disclosure'), 'full', 'disclosed as it was then');
select is(
  public.verify_result(tests.result_of(tests.kept('session'), 'id')::uuid), '{"equal": true, "differences": []}',
  'and the frozen row alone gives the same'
);
select is(
  public.session_result(
    (
      select access_token::text from public.coaching_sessions
      where id = tests.kept('session')
    )
  ) ->> 'overall_score', '3.00', 'the respondent reads it'
);

-- Meanwhile the session uses another assessment.
select is(tests.finish('w', tests.ending(tests.job('moved'), 'snapshot')), 'succeeded', 'scored as accepted');
select is(tests.result_of(tests.kept('moved'), 'assessment_id')::uuid, tests.kept('listed'), 'under the one that it used');

-- A trusted writer comes first: it must use the same definition.
select is(
  tests.refusal(format(
    $$insert into public.custom_assessment_results (assessment_id, session_id, session_type, dimension_scores,
        assessment_version, assessment_definition_snapshot, result_disclosure)
      values (%L, %L, 'coaching', '{"Clarity": 4, "Courage": 2}', '7.0', '{"dimensions": []}', 'none')$$,
    tests.kept('listed'), tests.kept('by_hand')
  )), 'done', 'a result is written by hand for an interview that waits'
);
select is(
  (
    select jsonb_build_array(
      overall_score, assessment_version, assessment_definition_snapshot = tests.definition(), result_disclosure
    ) from public.custom_assessment_results
    where session_id = tests.kept('by_hand')
  ),
  '[3.00, "1.0", true, "full"]', 'it is of the definition that the scores were accepted for'
);
-- One that nobody handed in is written by the version that the session chose.
select is(
  tests.refusal(format(
    $$insert into public.custom_assessment_results (assessment_id, session_id, session_type, dimension_scores)
      values (%L, %L, 'coaching', '{"Wit": 2}')$$, tests.kept('listed'), tests.kept('unasked')
  )), 'PT422 SCORES_INVALID', 'without a completion the present definition does not count'
);
select tests.create_row('public.custom_assessment_results', jsonb_build_object(
  'assessment_id', tests.kept('listed'), 'session_id', tests.kept('unasked'), 'session_type', 'coaching',
  'dimension_scores', '{"Clarity": 2}'::jsonb
));
select is(tests.result_of(tests.kept('unasked'), 'assessment_version'), '1.0', 'but the version that was chosen');

-- What failed is handed in anew, for the same version.
select is(tests.finish('w', tests.ending(tests.job('failing'), 'failed', '{"error": "broken"}')), 'failed', 'one fails');
select is(
  tests.refusal(format('select tests.talk(%L, %L)', tests.kept('failing'), '{"Wit": 3}')), 'PT422 SCORES_INVALID',
  'scores that are handed in anew are not checked against the assessment as it is'
);
select is(tests.talk(tests.kept('failing')), 'true', 'those that fit what was chosen are accepted');
select tests.finish('w', tests.ending(job.value, 'snapshot')) from jsonb_array_elements(tests.claim('w')) as job;
select is(
  tests.result_of(tests.kept('failing'), 'assessment_definition_snapshot')::jsonb, tests.definition(), 'and scored by it'
);

-- A session created with the id of a deleted one gets nothing of what was submitted for that one.
select tests.as_postgres();
select tests.keep('open', tests.create_assessment(
  tests.kept('tenant'), '{"name": "Open", "status": "active", "marketplace_status": "published"}'
));
select tests.keep('taken', tests.session_with(tests.kept('others_tenant'), tests.kept('open')));
select tests.as_service();
select is(tests.talk(tests.kept('taken')), 'true', 'an interview is handed in');
create temporary table taken on commit drop as select tests.claim('w') -> 0 as job;
delete from public.coaching_sessions
where id = tests.kept('taken');
insert into public.coaching_sessions (id, tenant_id, assessment_type, custom_assessment_id)
values (tests.kept('taken'), tests.kept('first_of_two'), 'custom', tests.kept('open'));
select is(tests.finish('w', tests.ending(job, 'snapshot')), 'failed', 'another tenant''s session') from taken;
select is(
  (
    select last_error from public.job_queue
    where id = (job ->> 'job')::bigint
  ), 'session-not-found', 'is not the one that was interviewed'
) from taken;

select * from finish();
rollback;
