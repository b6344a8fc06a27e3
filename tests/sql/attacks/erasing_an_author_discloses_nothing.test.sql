-- An author who takes a shared assessment back, writes something private into it and is erased leaves to others what they used, and
-- nothing of what was written since.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../pins.psql
select plan(21);

-- The first to use it has 1.0 of it, another one 1.1.
select tests.as_user(tests.kept('other'));
select tests.keep('session', tests.session_of(tests.kept('others_tenant'), tests.kept('listed')));
select tests.as_user(tests.kept('owner'));
select is(tests.rename(tests.kept('listed'), 'Clearer Speech'), '1.1', 'the author writes on');
select tests.as_service();
update public.custom_assessments set marketplace_status = 'published'
where id = tests.kept('listed');
select tests.as_user(tests.kept('twice'));
select tests.keep('later', tests.session_of(tests.kept('first_of_two'), tests.kept('listed')));
select tests.as_service();
select tests.keep('talk', tests.talk_of(tests.kept('session'), 'coaching'));
select tests.keep('later_talk', tests.talk_of(tests.kept('later'), 'coaching'));
select is(public.interview_context(tests.kept('later_talk')) ->> 'version', '1.1', 'an interview begins with the second');
select tests.as_user(tests.kept('owner'));
update public.custom_assessments set marketplace_status = 'private'
where id = tests.kept('listed');
update public.custom_assessments
set
  name = 'A secret plan', description = 'Nobody else reads this.', source_markdown = '# A secret plan', result_disclosure = 'full',
  definition = jsonb_set(definition, '{dimensions,0,description}', '"How to win."')
where id = tests.kept('listed');
select tests.as_service();
select is(
  public.erase_tenant(tests.kept('tenant')) ->> 'assessments_handed_over', '1', 'the author is erased, and what others use is handed over'
);

select tests.as_user(tests.kept('other'));
select is(
  (
    select (name, description, version, status, marketplace_status, is_template, source_markdown, result_disclosure)::text
    from public.custom_assessments
    where id = tests.kept('listed')
  ), '("Clear Speech",,1.0,archived,private,f,,none)', 'the tenant with the oldest use has the version that it used'
);
select is(
  (
    select definition from public.custom_assessments
    where id = tests.kept('listed')
  ), tests.definition(), 'with its definition'
);
select is(
  (
    select string_agg(version, ' ' order by version) from public.assessment_versions
    where assessment_id = tests.kept('listed')
  ), '1.0', 'and reads no other one'
);
select is(
  tests.assessment_value(tests.kept('listed'), 'newest_version_id'),
  (
    select id::text from public.assessment_versions
    where assessment_id = tests.kept('listed')
  ), 'which is the newest'
);
select tests.as_user(tests.kept('twice'));
select is(
  (
    select string_agg(version || ' ' || name, ' ') from public.assessment_versions
    where assessment_id = tests.kept('listed')
  ), '1.1 Clearer Speech', 'the other one reads the version that it used'
);
select is_empty(
  format('select from public.custom_assessments where id = %L', tests.kept('listed')), 'and not the assessment'
);
select tests.as_service();
select is(
  (
    select count(*) from public.assessment_versions
    where assessment_id = tests.kept('listed')
  ), 2::bigint, 'what nobody used is gone'
);

-- Both go on, and nobody takes the other's version away.
select is(public.interview_context(tests.kept('talk')) ->> 'version', '1.0', 'the heir''s interview begins with its version');
select is(public.interview_context(tests.kept('later_talk')) ->> 'version', '1.1', 'the other one goes on');
select is(
  tests.refusal(format(
    'delete from public.assessment_versions where assessment_id = %L and version = %L', tests.kept('listed'), '1.1'
  )), 'PT409 VERSION_IMMUTABLE', 'whose version nobody deletes'
);
select tests.as_user(tests.kept('other'));
update public.custom_assessments set status = 'active'
where id = tests.kept('listed');
select is(tests.rename(tests.kept('listed'), 'Of my own'), '1.1', 'the heir may write on');
select tests.as_service();
select is(
  (
    select string_agg(concat_ws(' ', version, revision, name), ', ' order by version, revision) from public.assessment_versions
    where assessment_id = tests.kept('listed')
  ), '1.0 0 Clear Speech, 1.1 0 Clearer Speech, 1.1 1 Of my own', 'beside the other one''s version of that number'
);
select is(
  public.interview_context(tests.kept('later_talk')) #>> '{definition,metadata,name}', 'Clearer Speech', 'which stays what it was'
);
select is(
  public.complete_assessment_session(tests.kept('later'), 'coaching', '{"Clarity": 4}') ->> 'queued', 'true', 'and is completed'
);

-- Accepted scores whose job failed are handed over too.
select tests.as_postgres();
update private.jobs set state = 'failed', last_error = 'broken', rank = null, finished_at = now();
select tests.as_service();
select is(public.erase_tenant(tests.kept('others_tenant')) ->> 'assessments_handed_over', '1', 'the heir is erased');
select is(
  tests.assessment_value(tests.kept('listed'), 'tenant_id')::uuid, tests.kept('first_of_two'), 'what is left of it goes to the other one'
);
select is(public.retry_jobs(array(select id from public.job_queue)), 1, 'whose interview can be tried again');
select tests.as_postgres();
delete from private.score_requests;
select tests.as_service();
select is(
  public.erase_tenant(tests.kept('first_of_two')) ->> 'assessments', '1', 'and the last one takes it along'
);

select * from finish();
rollback;
