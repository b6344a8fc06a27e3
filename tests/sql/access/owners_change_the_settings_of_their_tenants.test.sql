-- tenant_settings: an owner writes them with an upsert, for every tenant of theirs, active or not. Texts are checked as others
-- that are shown.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
select plan(19);

create function tests.save(columns jsonb) returns text
language sql
set search_path = pg_catalog, pg_temp
as $$
  select tests.refusal(pg_catalog.format(
    'insert into public.tenant_settings as present select * from jsonb_populate_record(null::public.tenant_settings, %L)
     on conflict (tenant_id) do update
       set tenant_id = excluded.tenant_id, notice = excluded.notice, words_days = excluded.words_days',
    pg_catalog.jsonb_build_object('tenant_id', tests.kept('first_of_two')) || columns
  ))
$$;
create function tests.settings() returns text
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
  select pg_catalog.string_agg(pg_catalog.concat_ws(' ', coalesce(present.notice, '-'), coalesce(present.words_days::text, '-')), '; ')
  from public.tenant_settings as present
$$;
grant execute on all functions in schema tests to public;

select tests.as_user(tests.kept('twice'));
select is(tests.save('{"notice": "Ask Kim.", "words_days": 30}'), 'done', 'an owner makes the settings of a tenant');
select is(tests.save('{"notice": "  Ask Robin. ", "words_days": 36500}'), 'done', 'and changes them in the same way');
select is(tests.settings(), 'Ask Robin. 36500', 'white space around the sentence goes');

select is(tests.save(jsonb_build_object('notice', repeat('ä', 1000))), 'done', '1,000 characters');
select is(
  tests.save(jsonb_build_object('notice', repeat('ä', 1001))),
  'PT422 INVALID_ARGUMENT', '1,001 are refused'
);
select is(tests.save('{"notice": "Ask <b>Kim</b>."}'), 'PT422 INVALID_ARGUMENT', 'HTML');
select is(tests.save('{"notice": "[Ask](javascript:alert(1))"}'), 'PT422 INVALID_ARGUMENT', 'an unsafe link');
select is(tests.save('{"notice": "Ask \u202ekim."}'), 'PT422 INVALID_ARGUMENT', 'a bidirectional override');
select is(tests.save('{"notice": "Ask \u0007kim."}'), 'PT422 INVALID_ARGUMENT', 'a control character');
select is(tests.save('{"words_days": 0}'), 'PT422 INVALID_ARGUMENT', 'no days');
select is(tests.save('{"words_days": 36501}'), 'PT422 INVALID_ARGUMENT', 'more than a hundred years');
select is(length(split_part(tests.settings(), ' ', 1)), 1000, 'nothing that was refused is stored');
select is(tests.save('{"notice": " "}'), 'done', 'a blank sentence');
select is(tests.settings(), '- -', 'is none');

select is(
  tests.refusal(format('update public.tenant_settings set tenant_id = %L', tests.kept('second_of_two'))),
  'PT422 INVALID_ARGUMENT', 'settings stay with their tenant, also for an owner of two'
);

select tests.as_postgres();
update public.tenant_profiles set is_active = false
where id = tests.kept('first_of_two');
select tests.as_user(tests.kept('twice'));
select is(tests.save('{"words_days": 1}'), 'done', 'the owner of a deactivated tenant');

select tests.as_user(tests.kept('other'));
select is(tests.save('{"words_days": 2}'), '42501', 'another tenant''s owner writes nothing');
select is(tests.settings(), '- 1', 'and it is as it was');

select tests.as_postgres();
delete from public.tenant_profiles
where id = tests.kept('first_of_two');
select is(tests.settings(), null, 'settings go with their tenant');

select * from finish();
rollback;
