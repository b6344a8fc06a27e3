-- A builder that saves on each keystroke creates a version of an assessment in use each time. It is stopped after 120 in an
-- hour.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
select plan(18);

-- Types a text, one character after the other, and returns the refusal, and after how many characters.
create function tests.type_text(assessment_id uuid, typed text) returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  facts text;
begin
  for characters in 1 .. pg_catalog.length(typed) loop
    begin
      update public.custom_assessments set description = pg_catalog.left(typed, characters)
       where id = type_text.assessment_id;
    exception
      when sqlstate 'PT429' then
        get stacked diagnostics facts = pg_exception_detail;
        return pg_catalog.format('%s at %s', facts::jsonb ->> 'setting', characters);
    end;
  end loop;
  return 'done';
end
$$;

create function tests.versions(assessment_id uuid) returns bigint
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
  select pg_catalog.count(*) from public.assessment_versions as version where version.assessment_id = versions.assessment_id
$$;
grant execute on all functions in schema tests to public;

select tests.as_service();
select tests.keep('used', tests.create_assessment(tests.kept('tenant'), '{"status": "active"}'));
select tests.keep('second', tests.create_assessment(tests.kept('tenant'), '{"status": "active", "name": "Second"}'));
select tests.keep('draft', tests.create_assessment(tests.kept('tenant'), '{"name": "Draft"}'));
select tests.keep('neighbour', tests.create_assessment(tests.kept('others_tenant'), '{"status": "active"}'));

select tests.as_user(tests.kept('owner'));
select is(tests.type_text(tests.kept('used'), repeat('key ', 100)), 'versions_an_hour at 121', 'the 121st edit is refused');
select is(tests.versions(tests.kept('used')), 121::bigint, 'with those that there are, and the first one');
select is(tests.assessment_value(tests.kept('used'), 'description'), left(repeat('key ', 100), 120), 'and the text is the last one');
select is(
  tests.refusal($$update public.custom_assessments set description = 'One more.' where id = tests.kept('used')$$),
  'PT429 TENANT_LIMIT', 'also one more'
);
select is(
  tests.refusal($$update public.custom_assessments set description = 'One more.' where id = tests.kept('second')$$),
  'PT429 TENANT_LIMIT', 'it counts for all of the tenant''s'
);
select is(
  tests.refusal($$update public.custom_assessments set status = 'active' where id = tests.kept('draft')$$),
  'PT429 TENANT_LIMIT', 'activating makes a version too'
);
select is(
  tests.refusal($$update public.custom_assessments set status = 'archived' where id = tests.kept('second')$$), 'done',
  'what makes none is not refused'
);
select is(tests.type_text(tests.kept('draft'), repeat('key ', 50)), 'done', 'a draft may be saved on each keystroke');
select tests.as_user(tests.kept('other'));
select is(tests.type_text(tests.kept('neighbour'), 'hello'), 'done', 'others are not concerned');
select tests.as_service();
select is(tests.type_text(tests.kept('used'), 'support'), 'done', 'nor are trusted writers');
select is(tests.versions(tests.kept('used')), 128::bigint, 'whose versions are kept as well');

-- An operator may change the limits ------------------------------------------------------------------------------------
select is(
  tests.refusal($$update private.settings set value = 10 where true$$), '42501', 'the service may not change the limits'
);
select tests.as_user(tests.kept('owner'));
select is(tests.refusal($$select value from private.settings$$), '42501', 'nor an account read them');
select tests.as_postgres();
update private.settings set value = 130
where name = 'versions_an_hour';
select tests.as_user(tests.kept('owner'));
select is(tests.type_text(tests.kept('used'), repeat('again', 10)), 'versions_an_hour at 11', 'a changed limit counts at once');
select tests.as_postgres();
update private.settings set value = 1000000
where name in ('versions_an_hour', 'version_bytes_an_hour');
update public.custom_assessments
set
  definition = definition || jsonb_build_object('notes', (
    select string_agg(md5(number::text), '') from generate_series(1, 15000) as number
  )), status = 'active'
where id = tests.kept('draft');
select tests.as_user(tests.kept('owner'));
select is(tests.type_text(tests.kept('draft'), repeat('long', 10)), 'version_bytes_an_hour at 3', 'bytes count as well');
select tests.as_postgres();
select is(
  tests.refusal($$update private.settings set value = 0 where name = 'versions_an_hour'$$),
  '23514 setting_is_within_its_bounds', 'no setting leaves its bounds'
);
select is(
  tests.refusal($$update private.settings set value = 10.5 where name = 'versions_an_hour'$$),
  '23514 setting_is_a_whole_number', 'or is a fraction'
);

-- An hour later. The test cannot wait, so it makes the versions older.
alter table public.assessment_versions disable trigger guard_versions;
update public.assessment_versions set created_at = now() - interval '61 minutes'
where true;
alter table public.assessment_versions enable trigger guard_versions;
select tests.as_user(tests.kept('owner'));
select is(tests.type_text(tests.kept('used'), 'later'), 'done', 'an hour later the owner goes on');

select * from finish();
rollback;
