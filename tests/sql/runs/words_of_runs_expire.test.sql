-- Quotes and rationales end with the transcript from which they are; who scored what, and the status of each quote, does not. An
-- erasure leaves neither.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../worker.psql
\ir ../pins.psql
\ir ../turns.psql
\ir ../runs.psql
select plan(25);

-- As if everything had arrived so many days ago.
create function tests.age(days integer) returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  moment constant timestamptz := now() - pg_catalog.make_interval(days => days);
begin
  update private.transcripts as kept set last_received_at = moment where kept.last_received_at is not null;
  update private.score_requests as request set words_since = moment where request.words_since is not null;
  alter table public.score_runs disable trigger keep_runs;
  update public.score_runs as run set words_since = moment where run.words_since is not null;
  alter table public.score_runs enable trigger keep_runs;
end
$$;
-- Everything that the database holds of runs, as text, with the rights of postgres.
create function tests.held_words() returns text
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
  select pg_catalog.concat(
    (select pg_catalog.string_agg(pg_catalog.to_jsonb(each)::text, '') from private.score_requests as each),
    (select pg_catalog.string_agg(pg_catalog.to_jsonb(each)::text, '') from private.kept_runs as each),
    (select pg_catalog.string_agg(pg_catalog.to_jsonb(each)::text, '') from private.transcripts as each),
    (select pg_catalog.string_agg(pg_catalog.to_jsonb(each)::text, '') from private.turns as each),
    (select pg_catalog.string_agg(pg_catalog.to_jsonb(each)::text, '') from private.jobs as each),
    (select pg_catalog.string_agg(pg_catalog.to_jsonb(each)::text, '') from public.score_runs as each),
    (select pg_catalog.string_agg(pg_catalog.to_jsonb(each)::text, '') from public.score_items as each)
  )
$$;
grant execute on function tests.age(integer), tests.held_words() to public;

select tests.as_service();
create function pg_temp.runs() returns jsonb
language sql
as $$
  select jsonb_build_array(tests.run('a', jsonb_build_array(
    tests.item('Clarity', 4, tests.quote(2, 'I ask the people') || '{"rationale": "The-rationale.", "note": "The-note."}')
  )))
$$;

-- A run that waits for a completion.
select public.save_run(tests.kept('talk'), pg_temp.runs() -> 0);
select is(public.prune_jobs(), 0, 'the operator prunes');
select matches(tests.held_words(), 'The-rationale', 'what is new is kept');
select doesnt_match(tests.held_words(), 'The-note', 'unknown keys never were');
select tests.age(181);
select public.prune_jobs();
select doesnt_match(tests.held_words(), 'The-rationale|the people', 'a run without a result ends with the words');
select is(public.save_run(tests.kept('talk'), pg_temp.runs() -> 0 #- '{items,0,evidence}') ->> 'runs', '1', 'a later one is kept');
select tests.age(179);
select public.prune_jobs();
select matches(tests.held_words(), 'The-rationale', 'for as many days');

-- A completion whose job has failed.
select is(
  tests.refused_runs(jsonb_set(pg_temp.runs(), '{0,key}', '"b"')), 'PT422 TURN_UNKNOWN', 'what has expired is no evidence'
);
select tests.as_user(tests.kept('owner'));
select tests.keep('session', tests.session_of(tests.kept('tenant'), tests.kept('listed')));
select tests.as_service();
select is(tests.hand_in(pg_temp.runs(), null, tests.turn(2, 'I ask the people whom it will affect.')) ->> 'queued', 'true', 'a completion waits');
select is(tests.finish('w', tests.ending(tests.claim('w') -> 0, 'failed', '{"error": "broken"}')), 'failed', 'its job fails');
select tests.age(181);
select public.prune_jobs();
select doesnt_match(tests.held_words(), 'The-rationale|the people', 'its words end too');
select matches(tests.held_words(), 'verified', 'what became of its quotes does not');
select is(
  public.retry_jobs(array(
    select id from public.job_queue
    where state = 'failed'
  )), 1, 'the operator lets it be tried again'
);
select is(tests.score(), 'succeeded', 'and it becomes a result');
select results_eq(
  'select score, quote_statuses, evidence, rationale from public.score_items',
  $$values (4.0, '{verified}'::text[], null::jsonb, null::text)$$, 'with its record'
);
select is((public.verify_result(id) ->> 'equal')::boolean, true, 'which is enough to verify it') from public.custom_assessment_results;
select is(tests.hand_in(pg_temp.runs()) ? 'differs', false, 'nobody can try what was handed in');

-- A result, and a tenant that keeps words for fewer days.
select tests.as_user(tests.kept('owner'));
insert into public.tenant_settings (tenant_id, words_days) values (tests.kept('tenant'), 30);
select tests.keep('session', tests.session_of(tests.kept('tenant'), tests.kept('listed')));
select tests.as_service();
select tests.hand_in(pg_temp.runs(), null, tests.turn(2, 'I ask the people whom it will affect.'));
select tests.score();
select tests.age(29);
select public.prune_jobs();
select matches(tests.held_words(), 'The-rationale.*|the people', 'the words of a result are kept');
select is(tests.hand_in(pg_temp.runs(), null, tests.turn(2, 'I ask the people whom it will affect.')) -> 'differs', 'false', 'and recognized');
select tests.age(31);
select public.prune_jobs();
select doesnt_match(tests.held_words(), 'The-rationale|the people', 'for as long as its tenant says');
select is((select count(*) from public.score_items), 2::bigint, 'the rows stay');
select is(
  (select bool_and((public.verify_result(id) ->> 'equal')::boolean) from public.custom_assessment_results), true, 'and are verified'
);

-- An erasure.
select tests.as_user(tests.kept('owner'));
select tests.keep('session', tests.session_of(tests.kept('tenant'), tests.kept('listed')));
select tests.as_service();
select tests.keep('talk', tests.talk_of(tests.kept('session'), 'coaching'));
select tests.save(tests.kept('talk'), tests.turn(2, 'I ask the people whom it will affect.'));
select public.save_run(tests.kept('talk'), jsonb_set(pg_temp.runs() -> 0, '{key}', '"kept"'));
select tests.hand_in(pg_temp.runs());
select tests.score();
select is(
  public.subject_export(tests.kept('session'), 'coaching') #>> '{held,0,runs,0,items,0,rationale}', 'The-rationale.',
  'a respondent can see who scored what'
);
select is(public.erase_session(tests.kept('session'), 'coaching') ->> 'runs', '2', 'an erasure counts the runs');
select doesnt_match(tests.held_words(), 'The-rationale|the people', 'and leaves none');
select is((public.erase_tenant(tests.kept('tenant')) ->> 'runs')::integer, 2, 'an erased tenant''s too');

select * from finish();
rollback;
