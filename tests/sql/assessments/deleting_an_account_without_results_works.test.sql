-- An account is deleted, as Auth does it: its tenants are deleted with their assessments, and what it created for other
-- people's tenants is reassigned to the owners of those tenants.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
select plan(9);

select tests.as_service();
select tests.keep('own', tests.create_assessment(tests.kept('tenant'), '{"slug": "own"}'));
select tests.keep('made_for_other', tests.create_assessment(
  tests.kept('others_tenant'), jsonb_build_object('slug', 'for-other', 'created_by', tests.kept('owner'))
));
select tests.keep('made_for_twice', tests.create_assessment(
  tests.kept('first_of_two'), jsonb_build_object('slug', 'for-twice', 'created_by', tests.kept('owner'), 'status', 'archived')
));
select tests.keep('others_own', tests.create_assessment(tests.kept('others_tenant'), '{"slug": "own"}'));
select is(
  tests.assessment_value(tests.kept('own'), 'created_by')::uuid, tests.kept('owner'),
  'a trusted writer that names no maker makes the row for the tenant''s owner'
);
insert into public.campaigns (tenant_id, created_by, name) values (tests.kept('others_tenant'), tests.kept('owner'), 'Campaign');

select tests.as_postgres();
set constraints all immediate;
set constraints all deferred;
select is(
  tests.refusal(format('delete from auth.users where id = %L', tests.kept('owner'))), 'done', 'the account is deleted'
);
select is(tests.refusal('set constraints all immediate'), 'done', 'and the transaction can be committed');

select is(tests.assessment_value(tests.kept('own'), 'id'), null, 'its own assessment is gone');
select is(
  (
    select count(*)::integer from public.tenant_profiles
    where id = tests.kept('tenant')
  ), 0, 'and its tenant'
);
select is(
  tests.assessment_value(tests.kept('made_for_other'), 'created_by')::uuid, tests.kept('other'),
  'an assessment that it made for another tenant is that tenant''s owner''s'
);
select is(
  tests.assessment_value(tests.kept('made_for_twice'), 'created_by')::uuid, tests.kept('twice'), 'an archived one too'
);
select is(
  tests.assessment_value(tests.kept('others_own'), 'created_by')::uuid, tests.kept('other'), 'others'' rows are as they were'
);
select is(
  (
    select created_by from public.campaigns
    where name = 'Campaign'
  ), null, 'a campaign of another tenant has lost its creator'
);

select * from finish();
rollback;
