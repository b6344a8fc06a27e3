-- Where an assessment requires evidence, a score without the respondent's words does not count, and too little is no result.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../worker.psql
\ir ../pins.psql
\ir ../turns.psql
\ir ../runs.psql
select plan(24);

select tests.as_service();
update public.custom_assessments
set definition = definition || '{"metadata": {"evidence": "required"}}'
where id = tests.kept('listed');
select tests.as_user(tests.kept('owner'));
select tests.keep('session', tests.session_of(tests.kept('tenant'), tests.kept('listed')));
select tests.as_service();
select tests.keep('talk', tests.talk_of(tests.kept('session'), 'coaching'));
select tests.save(
  tests.kept('talk'),
  tests.turn(1, 'I would say that you are clear.', '{"speaker": "interviewer"}') || tests.turn(2, 'I ask the people whom it will affect.')
);

create function pg_temp.runs(clarity text, courage text) returns jsonb
language sql
as $$
  select jsonb_build_array(tests.run('a', jsonb_build_array(
    tests.item('Clarity', 4, tests.quote(null, clarity)), tests.item('Courage', 2, tests.quote(null, courage))
  )))
$$;

-- Bare scores are no evidence of anything.
select is(
  tests.details(format('select tests.hand_in(null, %L)', '{"Clarity": 4, "Courage": 3}')) - 'session_id',
  '{"reason": "EVIDENCE_INSUFFICIENT", "coverage": 0.0000, "min_coverage": 0.6, "dimensions": [
     {"dimension": "Clarity", "reason": "no-evidence"}, {"dimension": "Courage", "reason": "no-evidence"}]}',
  'bare scores count as unscored'
);
select is(
  tests.refusal('select tests.hand_in(null, ''{"Clarity": 4}'', null, true)'), 'PT422 EVIDENCE_INSUFFICIENT',
  'a result without any score is accepted by nobody'
);
select is(tests.refused_runs(null, '{"Clarity": 9}'), 'PT422 SCORES_INVALID', 'what is wrong as well is refused for that');
select is(
  tests.refusal(format(
    'insert into public.custom_assessment_results (assessment_id, session_id, session_type, dimension_scores) values (%L, %L, %L, %L)',
    tests.kept('listed'), tests.kept('session'), 'coaching', '{"Clarity": 4, "Courage": 3}'
  )), 'PT422 EVIDENCE_INSUFFICIENT', 'a trusted writer''s bare result is refused too'
);

-- Quotes that nobody said, or that somebody else said.
select is(
  tests.details(format('select tests.hand_in(%L)', pg_temp.runs('I was never asked that', 'I would say that you'))) -> 'dimensions',
  '[{"dimension": "Clarity", "reason": "unverified"}, {"dimension": "Courage", "reason": "unverified"}]',
  'only the respondent''s own words count'
);
select is(
  tests.details(format('select tests.hand_in(%L)', pg_temp.runs('I ask the people', 'I would say that you'))) - 'session_id',
  '{"reason": "EVIDENCE_INSUFFICIENT", "coverage": 0.5000, "min_coverage": 0.6, "dimensions": [
     {"dimension": "Courage", "reason": "unverified"}]}',
  'below the coverage that the assessment asks for there is no result'
);
select is((select count(*) from public.job_queue), 0::bigint, 'nothing of this was queued');

-- Unless that is accepted.
select is(
  tests.hand_in(pg_temp.runs('I ask the people', 'I would say that you'), null, null, true) ->> 'queued', 'true',
  'an agent may accept it'
);
select is(tests.score(), 'succeeded', 'then there is a result');
select results_eq(
  $$select dimension_scores, overall_score, matched_category, coverage, uncovered_dimensions, uncovered_reasons, margin
      from public.custom_assessment_results$$,
  $$values ('{"Clarity": 4}'::jsonb, null::numeric, null::text, 0.5, '{Courage}'::text[], '{"Courage": "unverified"}'::jsonb,
            null::jsonb)$$,
  'without an overall score and a category'
);
select results_eq(
  'select dimension, score, unscored, quote_statuses from public.score_items order by place',
  $$values ('Clarity', 4.0, null, '{verified}'::text[]), ('Courage', 2, 'unverified', '{interviewer}')$$,
  'and the score that did not count is there, with the reason'
);
select is((public.verify_result(id) ->> 'equal')::boolean, true, 'the rows give the same') from public.custom_assessment_results;

-- A forged status.
select tests.as_postgres();
alter table public.score_items disable trigger keep_runs;
update public.score_items set quote_statuses = '{unverified}'
where dimension = 'Clarity';
alter table public.score_items enable trigger keep_runs;
select tests.as_service();
select is(
  (
    select jsonb_agg(difference.value -> 'field')
    from public.custom_assessment_results as result,
      jsonb_array_elements(public.verify_result(result.id) -> 'differences') as difference
  ), '["dimension_scores"]', 'a status that was changed is found by what it gives'
);

-- The whole of it.
delete from public.custom_assessment_results
where true;
select is(tests.hand_in(pg_temp.runs('I ask the people', 'whom it will affect')) ->> 'queued', 'true', 'with evidence for both');
select is(tests.score(), 'succeeded', 'there is a whole result');
select results_eq(
  'select overall_score, coverage, uncovered_dimensions, uncovered_reasons from public.custom_assessment_results',
  $$values (3.00, 1.0, '{}'::text[], '{}'::jsonb)$$, 'of all dimensions'
);

-- min_coverage without required evidence.
delete from public.custom_assessment_results
where true;
update public.custom_assessments
set definition = definition || '{"metadata": {"minCoverage": 0.8}}'
where id = tests.kept('listed');
select tests.as_user(tests.kept('owner'));
select tests.keep('session', tests.session_of(tests.kept('tenant'), tests.kept('listed')));
select tests.as_service();
select is(tests.refused_runs(null, '{"Clarity": 4}'), 'PT422 EVIDENCE_INSUFFICIENT', 'bare scores have to cover as much');
select is(tests.refused_runs(null, '{"Clarity": 4, "Courage": 1}'), 'done', 'and do');
select is(tests.score(), 'succeeded', 'then they count');
select is((select provenance from public.custom_assessment_results), 'unsupported', 'for what they are');

-- The same content again, and another.
select is(tests.hand_in(null, '{"Clarity": 4, "Courage": 1}') - 'result_id', '{"queued": false, "status": "succeeded"}', 'bare scores are answered as ever');
select is(tests.hand_in(pg_temp.runs('I ask', 'I ask')) -> 'differs', 'true', 'runs differ from them');
delete from public.custom_assessment_results
where true;
select tests.hand_in(pg_temp.runs('I ask', 'I ask'));
select is(tests.hand_in(pg_temp.runs('I ask', 'I ask')) - 'job', '{"queued": false, "status": "queued", "differs": false}', 'the same again is recognized');
select is(tests.hand_in(null, '{"Clarity": 1}') -> 'differs', 'true', 'and what differs, from any sender');

select * from finish();
rollback;
