-- An interview hands in who scored what and from which words. The result follows from that, and has it as rows.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../worker.psql
\ir ../pins.psql
\ir ../turns.psql
\ir ../runs.psql
select plan(23);

select tests.as_service();

-- Three models and what they give.
select is(
  tests.hand_in(
    jsonb_build_array(
      tests.run('first', jsonb_build_array(
        tests.item('clarity', 4, tests.quote(2, 'I ask the people whom it will affect') || '{"rationale": "Asks first.", "prompt_sha256": null}'),
        tests.item('Courage', null, '{"unscored": "no-evidence"}')
      ), '{"language": "en", "band_order": "ascending", "parameters": {"temperature": 0.2}, "started_at": "2026-03-01T09:00:00Z", "finished_at": "2026-03-01T09:00:07Z"}'),
      tests.run('second', jsonb_build_array(
        tests.item('Clarity', 3.5, tests.quote(null, 'and then I decide') || '{"note": "Marked", "band": null}'),
        tests.item('Courage', null, '{"unscored": "no-evidence"}')
      )),
      tests.run('third', jsonb_build_array(tests.item('Clarity', 5, tests.quote(2, 'I never said this at all'))))
    )
  ) - 'job',
  '{"queued": true, "status": "queued"}', 'runs are accepted without scores beside them'
);
select is(
  tests.value_of('private.score_requests', (select subject_id from public.job_queue), 'dimension_scores'),
  '{"Clarity": 4}', 'the scores are what the runs give'
);
select is(tests.score(), 'succeeded', 'and become the result');
select tests.as_user(tests.kept('owner'));
select results_eq(
  $$select provenance, transcript_source, dimension_scores, uncovered_reasons, coverage, spread, overall_score
      from public.custom_assessment_results$$,
  $$values ('runs', 'streamed', '{"Clarity": 4}'::jsonb, '{"Courage": "no-evidence"}'::jsonb, 0.5, '{"Clarity": 1.5}'::jsonb, 4.00)$$,
  'which says where its scores come from, what was not scored and why, and how far the raters were apart'
);
select results_eq(
  $$select key, rater_kind, rater_name, rater_version, language, band_order, parameters, started_at, finished_at
      from public.score_runs where key <> 'second' order by key$$,
  $$values ('first', 'model', 'judge', '2026-05', 'en', 'ascending', '{"temperature": 0.2}'::jsonb,
            '2026-03-01 09:00Z'::timestamptz, '2026-03-01 09:00:07Z'::timestamptz),
           ('third', 'model', 'judge', '2026-05', null, null, null, null, null)$$,
  'its owner reads who scored'
);
select results_eq(
  $$select run.key, item.dimension, item.score, item.unscored, item.quote_statuses, item.rationale
      from public.score_items as item join public.score_runs as run on run.id = item.run_id order by run.key, item.place$$,
  $$values ('first', 'Clarity', 4.0, null, '{verified}'::text[], 'Asks first.'),
           ('first', 'Courage', null, 'no-evidence', '{}', null),
           ('second', 'Clarity', 3.5, null, '{verified}', null),
           ('second', 'Courage', null, 'no-evidence', '{}', null),
           ('third', 'Clarity', 5, null, '{unverified}', null)$$,
  'what, and from which words'
);
select is(
  (
    select evidence -> 0 from public.score_items
    where rationale = 'Asks first.'
  ) - 'moved', '{"status": "verified", "turn": 2, "start": 0, "end": 36, "quote": "I ask the people whom it will affect"}',
  'with the place of each quote'
);
select is_empty(
  $$select from public.score_items as item where to_jsonb(item)::text like '%Marked%'$$, 'unknown keys are not kept'
);
select is(
  (select public.verify_result(id) from public.custom_assessment_results), '{"equal": true, "differences": []}',
  'the rows give the result again'
);

-- Nobody changes them, and nobody else reads them.
select tests.as_user(tests.kept('other'));
select is_empty('select from public.score_runs', 'another owner reads no run');
select is_empty('select from public.score_items', 'and no item');
select tests.as_anon();
select is(tests.refusal('select from public.score_runs'), '42501', 'a visitor may not even try');
select tests.as_service();
select is(tests.refusal($$update public.score_items set score = 1 where true$$), '42501', 'the service changes no item');
select is(tests.refusal($$delete from public.score_runs where true$$), '42501', 'and deletes no run');
select tests.as_postgres();
select is(tests.refusal($$update public.score_items set score = 1 where true$$), 'PT409 RESULT_IMMUTABLE', 'nor does the table''s owner');
select is(
  tests.refusal($$update public.score_items set evidence = null, rationale = 'Another.' where true$$), 'PT409 RESULT_IMMUTABLE',
  'not even a word of it'
);
select is(tests.refusal($$update public.score_runs set rater_name = 'x' where true$$), 'PT409 RESULT_IMMUTABLE', 'or a name');
select is(tests.refusal($$delete from public.score_items where true$$), 'PT409 RESULT_IMMUTABLE', 'items go with their run');
select is(tests.refusal($$delete from public.score_runs where true$$), 'PT409 RESULT_IMMUTABLE', 'runs with their result');

-- A row that was changed behind all of this is found.
alter table public.score_items disable trigger keep_runs;
update public.score_items set score = 1
where score = 4;
alter table public.score_items enable trigger keep_runs;
select tests.as_user(tests.kept('owner'));
select is(
  (
    select jsonb_agg(difference.value -> 'field')
    from public.custom_assessment_results as result,
      jsonb_array_elements(public.verify_result(result.id) -> 'differences') as difference
  ), '["dimension_scores"]', 'a score that is not what the runs give is found'
);
select tests.as_service();
delete from public.custom_assessment_results
where true;
select is_empty('select from public.score_items', 'a deleted result takes its runs along');

-- A trusted writer's bare result of the same session.
select tests.create_row('public.custom_assessment_results', jsonb_build_object(
  'assessment_id', tests.kept('listed'), 'session_id', tests.kept('session'), 'session_type', 'coaching',
  'dimension_scores', '{"Clarity": 4}'::jsonb, 'provenance', 'runs', 'coverage', 1, 'stability', '{"runs": 3, "same": 3}'::jsonb
));
select results_eq(
  'select provenance, coverage, stability, uncovered_reasons, spread from public.custom_assessment_results',
  $$values ('unsupported', 0.5, null::jsonb, null::jsonb, null::jsonb)$$, 'nobody can say that a result has runs, or coverage'
);
select is(
  (select public.verify_result(id) from public.custom_assessment_results), '{"equal": true, "differences": []}',
  'bare scores are verified as they were'
);

select * from finish();
rollback;
