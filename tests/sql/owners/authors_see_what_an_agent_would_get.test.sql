-- preview_context shows what interview_context would return, of what is stored or not saved yet, and stores nothing.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../references.psql
select plan(10);

select tests.as_postgres();
select tests.keep('agent', tests.create_row('public.agent_sessions', jsonb_build_object('custom_assessment_id', tests.kept('own_active'))));

select tests.as_user(tests.kept('owner'));
select set_config('tests.preview', public.preview_context(tests.kept('own_active'))::text, true);
select is(
  array(
    select jsonb_object_keys(current_setting('tests.preview')::jsonb)
    order by 1
  ),
  '{assessment_id,definition,interview_style,version}', 'the keys of a context that belong to no session'
);
select tests.as_service();
select is(
  current_setting('tests.preview')::jsonb,
  (
    select jsonb_object_agg(each.key, each.value)
    from jsonb_each(public.interview_context(tests.kept('agent'))) as each
    where each.key in ('assessment_id', 'definition', 'interview_style', 'version')
  ),
  'what an agent gets'
);

select tests.as_user(tests.kept('owner'));
select is(
  public.preview_context(definition => tests.definition() || '{"metadata": {"name": "N", "interviewStyle": {"default": 5}}}')
  - 'definition', '{"assessment_id": null, "version": "1.0", "interview_style": 5}', 'a definition that is not saved'
);
select is(
  public.preview_context(definition => tests.definition()) #> '{definition,metadata}',
  (public.check_definition(tests.definition()) #> '{definition,metadata}') - 'evidence' - 'minCoverage', 'with the defaults'
);
select is(
  tests.refusal($$select public.preview_context(definition => '{"dimensions": []}')$$), 'PT422 ASSESSMENT_VALIDATION_ERROR',
  'an invalid one is refused with its errors'
);
select is(tests.refusal('select public.preview_context()'), 'PT422 INVALID_ARGUMENT', 'of nothing there is no preview');
select is(
  tests.refusal(format('select public.preview_context(%L, tests.definition())', tests.kept('own_active'))),
  'PT422 INVALID_ARGUMENT', 'nor of two things'
);
select is(
  tests.refusal(format('select public.preview_context(%L)', tests.kept('their_draft'))), 'PT404 ASSESSMENT_NOT_FOUND',
  'nor of another tenant''s draft, as of one that does not exist'
);
select is(
  public.preview_context(tests.kept('published_paid')) ->> 'assessment_id', tests.kept('published_paid')::text,
  'a published one can be read by everybody'
);
select tests.as_postgres();
select is_empty(
  format('select from private.pins where assessment_id = %L', tests.kept('own_active')), 'nothing is stored'
);

select * from finish();
rollback;
