-- The owner can read every version; everyone can read the listed version, and the newest of a template.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
select plan(13);

create function tests.numbers(assessment_id uuid) returns text
language sql
set search_path = pg_catalog, pg_temp
as $$
  select pg_catalog.string_agg(version.version, ' ' order by version.version)
    from public.assessment_versions as version
   where version.assessment_id = numbers.assessment_id
$$;

select tests.as_service();
select tests.keep('secret', tests.create_assessment(tests.kept('tenant'), '{"slug": "secret", "status": "active"}'));
select tests.keep('listed', tests.create_assessment(
  tests.kept('tenant'), '{"slug": "listed", "status": "active", "marketplace_status": "published"}'
));
select tests.keep('template', tests.create_assessment(
  tests.kept('tenant'), '{"slug": "template", "status": "active", "is_template": true}'
));
update public.custom_assessments set name = 'Second'
where tenant_id = tests.kept('tenant');
select is(tests.numbers(tests.kept('secret')), '1.0 1.1', 'the service reads all');

select tests.as_user(tests.kept('owner'));
select is(tests.numbers(tests.kept('secret')), '1.0 1.1', 'the owner reads all of a private one');
select is(tests.numbers(tests.kept('listed')), '1.0 1.1', 'and of a listed one');
select tests.as_user(tests.kept('other'));
select is(tests.numbers(tests.kept('secret')), null, 'another tenant reads none of a private one');
select is(tests.numbers(tests.kept('listed')), '1.0', 'the listed one, whatever came after it');
select is(tests.numbers(tests.kept('template')), '1.1', 'and of a template');
select tests.as_anon();
select is(tests.numbers(tests.kept('secret')), null, 'a visitor reads none of a private one');
select is(tests.numbers(tests.kept('listed')), '1.0', 'the listed one, whatever came after it');
select is(tests.numbers(tests.kept('template')), '1.1', 'and of a template');

select tests.as_service();
update public.custom_assessments set marketplace_status = 'published'
where id = tests.kept('listed');
select tests.as_anon();
select is(tests.numbers(tests.kept('listed')), '1.1', 'until the next one is approved');
select tests.as_service();
update public.custom_assessments set status = 'archived'
where id = tests.kept('template');
update public.tenant_profiles set is_active = false
where id = tests.kept('tenant');
select tests.as_anon();
select is(tests.numbers(tests.kept('listed')), null, 'a deactivated tenant''s are hidden');
select is(tests.numbers(tests.kept('template')), null, 'and so are archived templates''');
select tests.as_user(tests.kept('owner'));
select is(tests.numbers(tests.kept('listed')), '1.0 1.1', 'the owner reads on');

select * from finish();
rollback;
