-- Sessions that were cancelled, withdrawn or scored take no turns, and those of other sessions with the same id count for nothing.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../pins.psql
\ir ../turns.psql
select plan(22);

select tests.as_service();
select is(tests.save(tests.kept('talk'), tests.turn(1, 'One.')) ->> 'saved', '1', 'an open session keeps turns');
select is(tests.save(tests.kept('called'), tests.turn(1, 'One.')) ->> 'saved', '1', 'that of a campaign too');

-- Cancelled, and open again.
select tests.as_user(tests.kept('owner'));
update public.coaching_sessions set client_status = 'cancelled'
where id = tests.kept('session');
select tests.as_service();
select is(tests.refused(tests.kept('talk'), tests.turn(2, 'Two.')), 'PT409 SESSION_CANCELLED', 'a cancelled one does not');
select is(
  tests.refusal(format('select public.correct_turn(%L, 1, ''other'')', tests.kept('talk'))), 'PT409 SESSION_CANCELLED',
  'nor is a speaker corrected'
);
select tests.as_user(tests.kept('owner'));
update public.coaching_sessions set client_status = 'registered'
where id = tests.kept('session');
select tests.as_service();
select is(tests.save(tests.kept('talk'), tests.turn(2, 'Two.')) ->> 'turns', '2', 'one that is open again goes on');

-- Withdrawn.
select tests.as_postgres();
update public.campaign_assignments set status = 'withdrawn'
where id = tests.kept('assignment');
select tests.as_service();
select is(tests.refused(tests.kept('called'), tests.turn(2, 'Two.')), 'PT409 SESSION_CANCELLED', 'a withdrawn one takes no more');

-- Scores that wait for their result.
select is(
  public.complete_assessment_session(tests.kept('session'), 'coaching', '{"Clarity": 4}') ->> 'queued', 'true', 'scores are accepted'
);
select is(tests.refused(tests.kept('talk'), tests.turn(3, 'Three.')), 'PT409 SESSION_ALREADY_SCORED', 'nothing is said after them');
select is(
  tests.refusal(format('select public.correct_turn(%L, 1, ''other'')', tests.kept('talk'))), 'PT409 SESSION_ALREADY_SCORED',
  'nor corrected'
);
select is(tests.kept_turns(tests.kept('session')), '1 respondent One., 2 respondent Two.', 'what was said is kept');

-- A version that was taken down.
select tests.as_user(tests.kept('other'));
select tests.keep('begun', tests.session_of(tests.kept('others_tenant'), tests.kept('listed')));
select tests.keep('later', tests.session_of(tests.kept('others_tenant'), tests.kept('listed')));
select tests.as_service();
select tests.keep('begun_talk', tests.talk_of(tests.kept('begun'), 'coaching'));
select tests.keep('later_talk', tests.talk_of(tests.kept('later'), 'coaching'));
select is(tests.save(tests.kept('begun_talk'), tests.turn(1, 'One.')) ->> 'saved', '1', 'another tenant''s session begins');
select lives_ok(
  format('select public.review_listing(%L, ''taken_down'', ''Harmful.'')', tests.assessment_value(tests.kept('listed'), 'newest_version_id')),
  'the version is taken down'
);
select is(
  tests.refused(tests.kept('later_talk'), tests.turn(1, 'One.')), 'PT409 ASSESSMENT_WITHDRAWN', 'no session begins with it any more'
);
select is(tests.version_of_pin('coaching', tests.kept('later'), 'pinned_version_id'), null, 'and none is pinned by trying');
select is(tests.save(tests.kept('begun_talk'), tests.turn(2, 'Two.')) ->> 'saved', '1', 'what had begun can end');

-- Turns that are left over, under an id that is another tenant's by now.
select tests.as_postgres();
create temporary table transcripts_of_then on commit drop as select * from private.transcripts
where session_id = tests.kept('begun');
create temporary table turns_of_then on commit drop as select * from private.turns
where session_id = tests.kept('begun');
select tests.as_user(tests.kept('other'));
delete from public.coaching_sessions
where id = tests.kept('begun');
select is(tests.kept_turns(tests.kept('begun')), null, 'turns are deleted with their session');
select tests.as_postgres();
insert into private.transcripts select * from transcripts_of_then;
insert into private.turns select * from turns_of_then;
insert into public.coaching_sessions (id, tenant_id, assessment_type, custom_assessment_id)
values (tests.kept('begun'), tests.kept('tenant'), 'custom', tests.kept('listed'));
select tests.as_service();
select tests.keep('taken', tests.talk_of(tests.kept('begun'), 'coaching'));
select is(tests.progress(tests.kept('taken')) ->> 'turns', '0', 'another tenant''s turns do not count');
select is(tests.save(tests.kept('taken'), tests.turn(1, 'Not the same.')) ->> 'turns', '1', 'nor does what was said in them');
select is(tests.kept_turns(tests.kept('begun')), '1 respondent Not the same.', 'they are gone');

-- Deletion.
select tests.as_user(tests.kept('owner'));
delete from public.campaigns
where id = (
  select campaign_id from public.campaign_assignments
  where id = tests.kept('assignment')
);
select is(tests.kept_turns(tests.kept('assignment')), null, 'and with its campaign');
select tests.as_service();
select is(public.erase_tenant(tests.kept('tenant')) ->> 'turns', '3', 'an erased tenant''s turns are counted');
select is(tests.kept_turns(tests.kept('session')), null, 'and gone');

select * from finish();
rollback;
