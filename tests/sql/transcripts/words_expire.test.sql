-- Words end words_days after the last turn, whether or not there is a result; a tenant may shorten that, and not extend it.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../pins.psql
\ir ../turns.psql
select plan(24);

-- As if the last turn had arrived so many days ago.
create function tests.age(session_id uuid, days integer) returns void
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
  update private.transcripts as kept set last_received_at = now() - pg_catalog.make_interval(days => days)
   where kept.session_id = age.session_id
$$;

select tests.as_user(tests.kept('other'));
select tests.keep('theirs', tests.session_of(tests.kept('others_tenant'), tests.kept('listed')));
select tests.as_service();
select tests.keep('their_talk', tests.talk_of(tests.kept('theirs'), 'coaching'));
do $$
begin
  perform tests.save(tests.kept('talk'), tests.turn(1, 'One.', '{"dimensions": ["Clarity"]}') || tests.turn(4, 'Four.'));
  perform tests.save(tests.kept('called'), tests.turn(1, 'One.'));
  perform tests.save(tests.kept('their_talk'), tests.turn(1, 'One.'));
  perform public.complete_assessment_session(tests.kept('assignment'), 'campaign', '{"Clarity": 4}');
end $$;

select lives_ok('select public.prune_jobs()', 'the operator prunes');
select is(tests.kept_turns(tests.kept('session')), '1 respondent One., 4 respondent Four.', 'what is new stays');
select tests.as_postgres();
select tests.age(id, 179) from unnest(array[tests.kept('session'), tests.kept('assignment'), tests.kept('theirs')]) as id;
select is(private.expire_words(100), 0, 'until the last day');
select tests.age(id, 181) from unnest(array[tests.kept('session'), tests.kept('assignment')]) as id;
select tests.as_service();
select lives_ok('select public.prune_jobs()', 'the operator prunes later');
select is(tests.kept_turns(tests.kept('session')), null, 'the words of an interview without a result have expired');
select is(tests.kept_turns(tests.kept('assignment')), null, 'and of one with scores');
select is(tests.kept_turns(tests.kept('theirs')), '1 respondent One.', 'others stay');
select is(
  tests.progress(tests.kept('talk')), '{"turns": 2, "last_turn": 4, "dimensions": ["Clarity"], "words_expired": true}'::jsonb,
  'the context says so, and how far the interview was'
);
select tests.as_postgres();
select is(
  private.transcript_of(tests.kept('session'), 'coaching', tests.kept('tenant')),
  '{"words_expired": true, "last_received_at": null, "turns": []}'::jsonb, 'so does the export of the respondent'
);

-- The interview goes on.
select tests.as_service();
select is(
  tests.save(tests.kept('talk'), tests.turn(4, 'Anything.') || tests.turn(3, 'Three.')),
  '{"saved": 0, "turns": 2, "last_turn": 4}'::jsonb, 'what has expired does not come back'
);
select is(
  tests.refusal(format('select public.correct_turn(%L, 4, ''other'')', tests.kept('talk'))), 'PT422 TURN_UNKNOWN',
  'nor has it a speaker'
);
select is(
  tests.save(tests.kept('talk'), tests.turn(5, 'Five.')), '{"saved": 1, "turns": 3, "last_turn": 5}'::jsonb, 'later turns are kept'
);
select tests.as_postgres();
select is(
  private.transcript_of(tests.kept('session'), 'coaching', tests.kept('tenant')) #> '{turns,0,turn}', '5', 'and told'
);
select is(private.transcript_of(tests.kept('session'), 'coaching', tests.kept('others_tenant')), null, 'to nobody else');
select tests.age(tests.kept('session'), 181);
select is(private.expire_words(100), 1, 'and expire in turn');

-- A tenant's own days.
select tests.as_user(tests.kept('other'));
insert into public.tenant_settings (tenant_id, words_days) values (tests.kept('others_tenant'), 200);
select tests.as_postgres();
select is(private.expire_words(100), 0, 'more days than the operator''s change nothing');
select tests.age(tests.kept('theirs'), 181);
select is(tests.kept_turns(tests.kept('theirs')), '1 respondent One.', 'the words are there');
select is(private.expire_words(100), 1, 'and cannot be kept for longer');
select tests.as_service();
do $$ begin perform tests.save(tests.kept('their_talk'), tests.turn(2, 'Two.')); end $$;
select tests.as_user(tests.kept('other'));
update public.tenant_settings set words_days = 7
where tenant_id = tests.kept('others_tenant');
select tests.as_postgres();
select is(private.expire_words(100), 0, 'a tenant''s days count from the last turn');
select tests.age(tests.kept('theirs'), 8);
select is(private.expire_words(100), 1, 'fewer days end the words earlier');
select is(tests.kept_turns(tests.kept('theirs')), null, 'and they are gone');

-- What is left of a session that is gone.
insert into private.transcripts (session_type, session_id, tenant_id, assessment_id)
values ('coaching', gen_random_uuid(), tests.kept('tenant'), tests.kept('listed'));
select is(private.prune_transcripts(100), 1, 'a transcript without a session is pruned');
select is(private.prune_transcripts(100), 0, 'others are not');
select is(private.expire_words(100), 0, 'and nothing is due twice');

select * from finish();
rollback;
