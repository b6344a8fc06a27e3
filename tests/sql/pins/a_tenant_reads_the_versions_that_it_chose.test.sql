-- A tenant can read each version that it chose, whatever happened to the assessment, and none that it did not choose.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../pins.psql
select plan(11);

create function tests.read_versions() returns text
language sql
set search_path = pg_catalog, pg_temp
as $$
  select pg_catalog.string_agg(version.version || ' ' || version.name, ', ' order by version.version)
    from public.assessment_versions as version
   where version.assessment_id = tests.kept('listed')
$$;

select tests.as_user(tests.kept('other'));
select tests.keep('session', tests.session_of(tests.kept('others_tenant'), tests.kept('listed')));
select is(tests.read_versions(), '1.0 Clear Speech', 'what is listed is read by everybody');

-- The author continues to write, and nobody has reviewed it.
select tests.as_user(tests.kept('owner'));
select is(tests.rename(tests.kept('listed'), 'A secret plan'), '1.1', 'the author writes on');
select tests.as_user(tests.kept('other'));
select is(tests.read_versions(), '1.0 Clear Speech', 'who has chosen reads what was chosen, and nothing else');
select tests.as_user(tests.kept('twice'));
select is(tests.read_versions(), '1.0 Clear Speech', 'and so does everybody, while it is listed');
select tests.as_user(tests.kept('owner'));
update public.custom_assessments set marketplace_status = 'private'
where id = tests.kept('listed');
update public.custom_assessments set status = 'archived'
where id = tests.kept('listed');
select tests.as_user(tests.kept('other'));
select is(tests.read_versions(), '1.0 Clear Speech', 'also when it is private and archived');
delete from public.coaching_sessions
where id = tests.kept('session');
select is(tests.read_versions(), '1.0 Clear Speech', 'and when the session is gone');
select tests.as_anon();
select is(tests.read_versions(), null, 'a visitor reads nothing of it');
select tests.as_service();
update public.custom_assessments set status = 'draft'
where id = tests.kept('listed');
update public.custom_assessments set tenant_id = tests.kept('first_of_two'), slug = 'theirs'
where id = tests.kept('listed');
select tests.as_user(tests.kept('other'));
select is(tests.read_versions(), '1.0 Clear Speech', 'also when the assessment has come to another tenant');
select tests.as_user(tests.kept('twice'));
select is(tests.read_versions(), null, 'which reads nothing of what the former one had');
update public.custom_assessments set status = 'active'
where id = tests.kept('listed');
select is(tests.read_versions(), '1.1 A secret plan', 'but for what it makes of it');

-- No role can read which tenant uses what.
select is(tests.refusal('select from private.version_uses'), '42501', 'nobody reads who uses what');

select * from finish();
rollback;
