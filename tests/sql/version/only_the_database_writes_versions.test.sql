-- Only the database writes versions: no role can create, change or delete one.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
select plan(26);

create function tests.count_of_versions() returns bigint
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$ select count(*) from public.assessment_versions $$;

create function tests.tries() returns table (verb text, statement text)
language sql
set search_path = pg_catalog, pg_temp
as $$
  values
  ('insert', format(
    'insert into public.assessment_versions select (pg_catalog.jsonb_populate_record(stored, %L)).*'
    ' from public.assessment_versions as stored where stored.id = %L',
    pg_catalog.jsonb_build_object('id', pg_catalog.gen_random_uuid(), 'version', '9.9'), tests.kept('version')
  )),
  ('update', format('update public.assessment_versions set name = %L where id = %L', 'Forged', tests.kept('version'))),
  ('update to itself', format('update public.assessment_versions set name = name, created_by = %L where id = %L',
                              tests.kept('other'), tests.kept('version'))),
  ('delete', format('delete from public.assessment_versions where id = %L', tests.kept('version')))
$$;

select tests.as_user(tests.kept('owner'));
select tests.keep('one', tests.create_assessment(tests.kept('tenant'), '{"status": "active"}'));
select tests.keep('version', tests.assessment_value(tests.kept('one'), 'newest_version_id')::uuid);

select is(tests.refusal(tried.statement), '42501', 'the owner may not ' || tried.verb) from tests.tries() as tried;
select tests.as_user(tests.kept('other'));
select is(tests.refusal(tried.statement), '42501', 'another account may not ' || tried.verb) from tests.tries() as tried;
select tests.as_service();
select
  is(
    tests.refusal(tried.statement), case tried.verb when 'delete' then 'PT409 VERSION_IMMUTABLE' else '42501' end,
    'the service role may not ' || tried.verb
  )
from tests.tries() as tried;
select tests.as_postgres();
select is(tests.refusal(tried.statement), 'PT409 VERSION_IMMUTABLE', 'the migrations'' owner is refused: ' || tried.verb)
from tests.tries() as tried;
select is(tests.count_of_versions(), 1::bigint, 'there is the one version');
select is(tests.value_of('public.assessment_versions', tests.kept('version'), 'name'), 'Clear Speech', 'as it was made');

-- Naming the newest -------------------------------------------------------------------------------------------
select tests.as_user(tests.kept('owner'));
select is(
  tests.refusal(format(
    'update public.custom_assessments set newest_version_id = gen_random_uuid() where id = %L', tests.kept('one')
  )), '42501', 'the owner does not say which is the newest'
);
select tests.as_service();
update public.custom_assessments set newest_version_id = null
where id = tests.kept('one');
select is(
  tests.assessment_value(tests.kept('one'), 'newest_version_id')::uuid, tests.kept('version'), 'what the service says is not taken'
);

-- What goes ---------------------------------------------------------------------------------------------------
select tests.as_postgres();
update public.custom_assessments set tenant_id = tests.kept('others_tenant'), slug = 'moved'
where id = tests.kept('one');
select is(tests.count_of_versions(), 1::bigint, 'with another tenant, an active assessment begins anew');
select is(
  tests.value_of('public.assessment_versions', tests.kept('one'), 'tenant_id', 'assessment_id')::uuid, tests.kept('others_tenant'),
  'with a version of the new tenant''s'
);
select tests.as_user(tests.kept('other'));
select tests.keep('mine', tests.create_assessment(tests.kept('others_tenant'), '{"status": "active", "slug": "mine"}'));
select tests.as_postgres();
select is(
  tests.value_of('public.assessment_versions', tests.kept('mine'), 'created_by', 'assessment_id')::uuid, tests.kept('other'),
  'a version says who made it'
);
update public.tenant_profiles set user_id = tests.kept('stranger')
where id = tests.kept('others_tenant');
delete from auth.users
where id = tests.kept('other');
select is(
  tests.value_of('public.assessment_versions', tests.kept('mine'), 'created_by', 'assessment_id'), null,
  'and forgets it when the account goes'
);
select tests.as_user(tests.kept('stranger'));
delete from public.custom_assessments
where id = tests.kept('mine');
select is(tests.count_of_versions(), 1::bigint, 'versions go with their assessment');
select tests.as_postgres();
delete from public.tenant_profiles
where id = tests.kept('others_tenant');
select is(tests.count_of_versions(), 0::bigint, 'and with its tenant');

select * from finish();
rollback;
