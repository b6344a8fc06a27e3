-- A foreign key clears a reference to a deleted row. Clearing it while the row exists is checked as usual, even for the
-- trusted roles that foreign keys use.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../references.psql
select plan(16);

-- A campaign that chose an assessment, and one that has had the type custom since before assessments existed.
select tests.refusal_of_choice('campaigns', tests.kept('tenant'), tests.kept('own_active'));
select tests.refusal_of_choice('campaigns', tests.kept('tenant'), null, 'industry4');
set constraints all immediate;
alter table public.campaigns disable trigger check_session_assessment;
update public.campaigns set assessment_type = 'custom', name = 'Older'
where custom_assessment_id is null;
alter table public.campaigns enable trigger check_session_assessment;
grant update (tenant_id) on public.campaigns to authenticated;
create policy "Everybody changes campaigns" on public.campaigns to authenticated using (true) with check (true);

create function tests.clearings() returns table (clearing text, campaign text, expected text)
language sql
set search_path = pg_catalog, pg_temp
as $$
  values
    ('tenant_id = null', 'N', 'PT422 TENANT_REQUIRED'),
    ('custom_assessment_id = null', 'N', 'PT422 ASSESSMENT_REQUIRED'),
    ('tenant_id = null, custom_assessment_id = null', 'N', 'PT422 ASSESSMENT_REQUIRED'),
    ('tenant_id = null', 'Older', 'PT422 ASSESSMENT_REQUIRED')
$$;
grant execute on function tests.clearings() to public;

select tests.as_user(tests.kept('owner'));
select
  is(
    tests.refusal(format('update public.campaigns set %s where name = %L', clearing, campaign)), expected,
    concat_ws(' ', 'owner:', campaign, clearing)
  )
from tests.clearings();
select tests.as_service();
select
  is(
    tests.refusal(format('update public.campaigns set %s where name = %L', clearing, campaign)), expected,
    concat_ws(' ', 'service role:', campaign, clearing)
  )
from tests.clearings();
select tests.as_postgres();
select
  is(
    tests.refusal(format('update public.campaigns set %s where name = %L', clearing, campaign)), expected,
    concat_ws(' ', 'postgres:', campaign, clearing)
  )
from tests.clearings();
select results_eq(
  'select name, tenant_id, custom_assessment_id from public.campaigns order by name',
  $$values ('N', tests.kept('tenant'), tests.kept('own_active')), ('Older', tests.kept('tenant'), null)$$,
  'nothing was changed'
);

-- Nor does a deletion let any other change bypass the rules.
select tests.as_service();
select is(
  tests.refusal(format(
    $$update public.campaigns set custom_assessment_id = %L where name = 'N'$$, tests.kept('nowhere')
  )), 'PT404 ASSESSMENT_NOT_FOUND', 'a reference cannot be changed to what is gone'
);
delete from public.custom_assessments
where id = tests.kept('own_active');
select is(
  tests.refusal($$update public.campaigns set interview_style_override = 3 where name = 'N'$$),
  'PT422 ASSESSMENT_REQUIRED', 'nor anything be chosen with it'
);
select results_eq(
  'select name, custom_assessment_id, interview_style_override from public.campaigns order by name',
  $$values ('N', null::uuid, null::integer), ('Older', null, null)$$, 'the assessment was cleared and nothing else'
);

select * from finish();
rollback;
