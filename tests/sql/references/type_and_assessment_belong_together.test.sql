-- The type custom needs an assessment, an assessment needs the type custom, and an interview style can only be overridden
-- if the assessment allows it: for every writer, when the row is created and when these columns change.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../references.psql
select plan(45);

create function tests.cases() returns table (host_table text, type text, assessment text, style integer, expected text)
language sql
set search_path = pg_catalog, pg_temp
as $$
  select host.tbl, given.type, given.assessment, given.style, given.expected
    from (values ('campaigns', 'industry4'), ('coaching_sessions', 'archetype')) as host (tbl, plain_type),
         lateral (values
           (host.plain_type, null, null, 'done'),
           ('archetype', null, null, 'done'),
           ('custom', null, null, 'PT422 ASSESSMENT_REQUIRED'),
           (host.plain_type, 'own_active', null, 'PT422 ASSESSMENT_TYPE_MISMATCH'),
           ('custom', 'own_active', null, 'done'),
           ('custom', 'own_active', 1, 'done'),
           ('custom', 'own_active', 5, 'done'),
           ('custom', 'own_active', 0, '23514 interview_style_override_is_1_to_5'),
           ('custom', 'own_active', 6, '23514 interview_style_override_is_1_to_5'),
           ('custom', 'own_fixed_style', 3, 'PT400 INTERVIEW_STYLE_OVERRIDE_DENIED'),
           ('custom', 'own_fixed_style', null, 'done'),
           (host.plain_type, null, 3, 'PT400 INTERVIEW_STYLE_OVERRIDE_DENIED'),
           ('nonsense', null, null, '23514 ' || host.tbl || '_assessment_type_check')
         ) as given (type, assessment, style, expected)
$$;

select tests.as_user(tests.kept('owner'));
select
  is(
    tests.refusal_of_choice(host_table, tests.kept('tenant'), case when assessment is not null then tests.kept(assessment) end, type, style),
    expected, concat_ws(' ', 'owner:', host_table, type, coalesce(assessment, 'without assessment'), style)
  )
from tests.cases()
where (host_table, type) <> ('coaching_sessions', 'industry4');

select tests.as_service();
select
  is(
    tests.refusal_of_choice(host_table, tests.kept('tenant'), case when assessment is not null then tests.kept(assessment) end, type, style),
    expected, concat_ws(' ', 'service role:', host_table, type, coalesce(assessment, 'without assessment'), style)
  )
from tests.cases()
where expected <> 'done' and expected not like '23514%';

-- Unchanged columns are not checked.
select tests.as_user(tests.kept('owner'));
insert into public.campaigns (tenant_id, name, assessment_type, custom_assessment_id, interview_style_override)
values (tests.kept('tenant'), 'Campaign', 'custom', tests.kept('own_active'), 2);
update public.custom_assessments set status = 'archived', interview_style_allow_override = false
where id = tests.kept('own_active');
select is(
  tests.refusal($$
    update public.campaigns
    set name = 'Campaign', status = 'running', assessment_type = 'custom', custom_assessment_id = custom_assessment_id
    where name = 'Campaign'
  $$),
  'done', 'a campaign goes on with an assessment that has been archived since'
);
select is(
  tests.refusal($$update public.campaigns set interview_style_override = 3 where name = 'Campaign'$$),
  'PT400 INTERVIEW_STYLE_OVERRIDE_DENIED', 'another style is judged by what the campaign uses, which allows none by now'
);
-- Removing the override needs no permission from the assessment.
select is(
  tests.refusal($$update public.campaigns set interview_style_override = null where name = 'Campaign'$$),
  'done', 'an override can be taken back, also once the assessment is archived'
);
select tests.as_postgres();
select is(
  (
    select interview_style_override from public.campaigns
    where name = 'Campaign'
  ), null, 'and is gone'
);
select tests.as_user(tests.kept('owner'));
select is(
  tests.refusal($$update public.campaigns set interview_style_override = 2 where name = 'Campaign'$$),
  'PT400 INTERVIEW_STYLE_OVERRIDE_DENIED', 'which does not bring it back'
);
select is(
  tests.refusal($$
    update public.campaigns set interview_style_override = null, assessment_type = 'archetype' where name = 'Campaign'
  $$),
  'PT422 ASSESSMENT_TYPE_MISMATCH', 'nor passes another type'
);
select is(
  tests.refusal(format(
    $$update public.campaigns set interview_style_override = null, custom_assessment_id = %L where name = 'Campaign'$$,
    tests.kept('their_active')
  )),
  'PT404 ASSESSMENT_NOT_FOUND', 'or another assessment along'
);
select is(
  tests.refusal($$update public.campaigns set custom_assessment_id = null where name = 'Campaign'$$),
  'PT422 ASSESSMENT_REQUIRED', 'the reference cannot just be cleared'
);
select is(
  tests.refusal($$
    update public.campaigns set assessment_type = 'archetype', custom_assessment_id = null, interview_style_override = null
    where name = 'Campaign'
  $$),
  'done', 'with the type it can'
);

-- Results of a campaign without a tenant would belong to nobody.
select tests.as_service();
select is(
  tests.refusal_of_choice('campaigns', null, tests.kept('template')), 'PT422 TENANT_REQUIRED',
  'a custom assessment needs a campaign with a tenant'
);
select is(tests.refusal_of_choice('campaigns', null, null, 'industry4'), 'done', 'other campaigns do not');

select * from finish();
rollback;
