-- Another interview style is checked against the version in use: it does not matter what happened to the assessment since
-- it was chosen.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../pins.psql
select plan(8);

create function tests.style(relation text, id uuid, style integer) returns text
language sql
set search_path = pg_catalog, pg_temp
as $$
  select tests.refusal(pg_catalog.format(
    'update public.%I set interview_style_override = %L where id = %L', relation, style.style, style.id
  ))
$$;
select tests.as_user(tests.kept('other'));
select tests.keep('session', tests.session_of(tests.kept('others_tenant'), tests.kept('listed')));
select tests.keep('campaign', tests.campaign_of(tests.kept('others_tenant'), tests.kept('listed')));
select tests.as_user(tests.kept('owner'));
update public.custom_assessments set interview_style_allow_override = false
where id = tests.kept('listed');
select tests.as_user(tests.kept('other'));
select is(tests.style('coaching_sessions', tests.kept('session'), 2), 'done', 'an edit in review takes nothing from a session');
select is(tests.style('campaigns', tests.kept('campaign'), 2), 'done', 'nor from a campaign');
select tests.as_service();
update public.custom_assessments set marketplace_status = 'published'
where id = tests.kept('listed');
select tests.as_user(tests.kept('other'));
select is(tests.style('coaching_sessions', tests.kept('session'), 4), 'done', 'nor does an approved one');
select tests.keep('later', tests.session_of(tests.kept('others_tenant'), tests.kept('listed')));
select is(
  tests.style('coaching_sessions', tests.kept('later'), 4), 'PT400 INTERVIEW_STYLE_OVERRIDE_DENIED',
  'a campaign that chooses it after the edit may not'
);
select tests.as_service();
update public.custom_assessments set marketplace_status = 'private'
where id = tests.kept('listed');
select tests.as_user(tests.kept('other'));
select is(tests.style('coaching_sessions', tests.kept('session'), 1), 'done', 'a private one is used on');
select is(tests.style('coaching_sessions', tests.kept('session'), null), 'done', 'and taken back');
select is(
  tests.style('coaching_sessions', tests.kept('session'), 9), '23514 interview_style_override_is_1_to_5', 'within bounds'
);
select is(
  tests.value_of('public.coaching_sessions', tests.kept('later'), 'interview_style_override'), null, 'what was refused changed nothing'
);

select * from finish();
rollback;
