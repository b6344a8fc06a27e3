-- A choice of another tenant's assessment, or of a template, refers to the version at that time; a choice of the tenant's
-- own assessment refers to the assessment.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../pins.psql
select plan(20);

select tests.as_service();
select tests.keep('template', tests.create_assessment(
  tests.kept('tenant'), '{"slug": "template", "status": "active", "is_template": true}'
));
select tests.as_user(tests.kept('other'));
select tests.keep('own', tests.create_assessment(tests.kept('others_tenant'), '{"slug": "own", "status": "active"}'));
select tests.keep('campaign', tests.campaign_of(tests.kept('others_tenant'), tests.kept('listed')));
select tests.keep('session', tests.session_of(tests.kept('others_tenant'), tests.kept('listed')));
select tests.keep('of_template', tests.session_of(tests.kept('others_tenant'), tests.kept('template')));
select tests.keep('of_own', tests.session_of(tests.kept('others_tenant'), tests.kept('own')));
select is(tests.version_of_pin('campaign', tests.kept('campaign'), 'chosen_version_id'), '1.0', 'a campaign chooses the listed version');
select is(tests.version_of_pin('coaching', tests.kept('session'), 'chosen_version_id'), '1.0', 'so does a coaching session');
select is(tests.version_of_pin('coaching', tests.kept('of_template'), 'chosen_version_id'), '1.0', 'of a template the newest');
select is(tests.version_of_pin('coaching', tests.kept('of_own'), 'chosen_version_id'), null, 'of one''s own none');

-- No edit changes a choice, approved or not.
select tests.as_service();
select tests.rename(tests.kept('listed'), 'Second');
update public.custom_assessments set marketplace_status = 'published'
where id = tests.kept('listed');
select tests.rename(tests.kept('template'), 'Second');
select is(tests.version_of_pin('coaching', tests.kept('session'), 'chosen_version_id'), '1.0', 'a choice stays where it was');
select is(tests.version_of_pin('coaching', tests.kept('of_template'), 'chosen_version_id'), '1.0', 'also a template''s');
select tests.as_user(tests.kept('other'));
select tests.keep('later', tests.session_of(tests.kept('others_tenant'), tests.kept('listed')));
select is(tests.version_of_pin('coaching', tests.kept('later'), 'chosen_version_id'), '1.1', 'a later choice names the later version');
update public.coaching_sessions set client_name = 'Kim', interview_style_override = 4
where id = tests.kept('session');
select is(tests.version_of_pin('coaching', tests.kept('session'), 'chosen_version_id'), '1.0', 'another change of the session is no choice');

-- The user moves to another version.
update public.coaching_sessions set custom_assessment_id = tests.kept('template')
where id = tests.kept('session');
select is(tests.version_of_pin('coaching', tests.kept('session'), 'chosen_version_id'), '1.1', 'another assessment is another choice');
select is(
  tests.value_of('private.pins', tests.kept('session'), 'assessment_id')::uuid, tests.kept('template'), 'of that assessment'
);
update public.coaching_sessions set custom_assessment_id = tests.kept('listed')
where id = tests.kept('session');
select is(tests.version_of_pin('coaching', tests.kept('session'), 'chosen_version_id'), '1.1', 'and back again a choice anew');
update public.campaigns set custom_assessment_id = tests.kept('own')
where id = tests.kept('campaign');
select is(tests.value_of('private.pins', tests.kept('campaign'), 'id'), null, 'one''s own assessment takes the choice away');

-- Many at once, and trusted roles.
select tests.as_service();
select tests.keep('secret', tests.create_assessment(tests.kept('tenant'), '{"slug": "secret"}'));
insert into public.coaching_sessions (tenant_id, client_name, assessment_type, custom_assessment_id)
select
  tests.kept('others_tenant') as tenant_id,
  chosen.name as client_name,
  'custom' as assessment_type,
  tests.kept(chosen.name) as custom_assessment_id
from unnest(array['listed', 'secret', 'own']) as chosen (name);
select tests.keep(
  case client_name when 'listed' then 'a' when 'secret' then 'b' else 'c' end, id
) from public.coaching_sessions
where client_name in ('listed', 'secret', 'own');
select is(tests.version_of_pin('coaching', tests.kept('a'), 'chosen_version_id'), '1.1', 'each row of a statement has its choice');
select is(
  tests.version_of_pin('coaching', tests.kept('b'), 'chosen_version_id'), '1.0',
  'what a trusted writer chooses beyond the listings gets its first version'
);
select is(tests.assessment_value(tests.kept('secret'), 'status'), 'draft', 'and stays the draft that it was');
select is(tests.version_of_pin('coaching', tests.kept('c'), 'chosen_version_id'), null, 'one''s own has none');

-- Another tenant.
update public.coaching_sessions set tenant_id = tests.kept('first_of_two')
where id = tests.kept('a');
select is(
  tests.value_of('private.pins', tests.kept('a'), 'tenant_id')::uuid, tests.kept('first_of_two'),
  'a session that is given to another tenant chooses for that one'
);

-- What goes.
delete from public.coaching_sessions
where id = tests.kept('b');
select is(tests.value_of('private.pins', tests.kept('b'), 'id'), null, 'a choice goes with its session');
delete from public.custom_assessments
where id = tests.kept('listed');
select is(tests.value_of('private.pins', tests.kept('listed'), 'id', 'assessment_id'), null, 'and with its assessment');
select tests.as_postgres();
delete from public.tenant_profiles
where id = tests.kept('others_tenant');
select is(tests.value_of('private.version_uses', tests.kept('others_tenant'), 'version_id', 'tenant_id'), null, 'and with its tenant');

select * from finish();
rollback;
