-- prune_jobs deletes versions that nothing uses, except the newest 50 of each assessment.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
select plan(15);

create function tests.numbers(assessment_id uuid) returns text
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
  select pg_catalog.string_agg(version.version, ' ' order by pg_catalog.string_to_array(version.version, '.')::bigint[])
    from public.assessment_versions as version
   where version.assessment_id = numbers.assessment_id
$$;

create function tests.edit(assessment_id uuid, edits integer) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  for number in 1 .. edits loop
    update public.custom_assessments set description = pg_catalog.gen_random_uuid()::text where id = edit.assessment_id;
  end loop;
end
$$;
grant execute on all functions in schema tests to public;

select tests.as_service();
select tests.keep('edited', tests.create_assessment(tests.kept('tenant'), '{"status": "active"}'));
select tests.keep('few', tests.create_assessment(tests.kept('tenant'), '{"status": "active", "name": "Few"}'));
select tests.edit(tests.kept('edited'), 59);
select tests.edit(tests.kept('few'), 3);
select tests.keep('second', (
  select id from public.assessment_versions
  where assessment_id = tests.kept('edited') and version = '1.1'
));
select is(
  tests.refusal($$delete from public.assessment_versions where id = tests.kept('second')$$), 'PT409 VERSION_IMMUTABLE',
  'nobody of the API deletes a version, used or not'
);
select is(public.prune_jobs(), 0, 'there is no job to be pruned');
select is(
  tests.numbers(tests.kept('edited')),
  (select string_agg('1.' || number, ' ' order by number) from generate_series(10, 59) as number),
  'the newest fifty stay'
);
select is(tests.numbers(tests.kept('few')), '1.0 1.1 1.2 1.3', 'and all of those that are fewer');
select public.prune_jobs();
select is(
  tests.numbers(tests.kept('edited')),
  (select string_agg('1.' || number, ' ' order by number) from generate_series(10, 59) as number),
  'pruning again takes nothing'
);

-- An operator keeps fewer.
select tests.as_postgres();
update private.settings set value = 2
where name = 'versions_kept';
select is(
  tests.refusal($$delete from public.assessment_versions where assessment_id = tests.kept('few') and version = '1.2'$$),
  'PT409 VERSION_IMMUTABLE', 'the guard knows which may go'
);
select tests.as_service();
select public.prune_jobs();
select is(tests.numbers(tests.kept('few')), '1.2 1.3', 'as many as the setting says');
select is(tests.numbers(tests.kept('edited')), '1.58 1.59', 'of each assessment');
select tests.edit(tests.kept('few'), 3);
select public.prune_jobs(batch => 2);
select is(tests.numbers(tests.kept('few')), '1.4 1.5 1.6', 'as many at a time as one says');

-- The listed version is kept, however old it is, and so are versions with a decision.
select tests.as_postgres();
update public.custom_assessments set marketplace_status = 'published'
where id = tests.kept('edited');
select tests.as_service();
select tests.edit(tests.kept('edited'), 3);
select public.prune_jobs();
select is(tests.numbers(tests.kept('edited')), '1.59 1.61 1.62', 'the listed version is not pruned');
select tests.as_postgres();
select is(
  tests.refusal($$
    delete from public.assessment_versions where assessment_id = tests.kept('edited') and version = '1.59'
  $$),
  'PT409 VERSION_IMMUTABLE', 'nor deleted by hand'
);
select is(tests.numbers(tests.kept('edited')), '1.59 1.61 1.62', 'it is there');
update public.custom_assessments set marketplace_status = 'private'
where id = tests.kept('edited');
select public.prune_jobs();
select is(tests.numbers(tests.kept('edited')), '1.59 1.61 1.62', 'a review keeps its version');

-- A version that another tenant chose is kept from then on.
select tests.keep('template', tests.create_assessment(
  tests.kept('tenant'), '{"status": "active", "name": "Template", "is_template": true}'
));
select tests.as_user(tests.kept('other'));
select tests.keep('session', tests.create_row('public.coaching_sessions', jsonb_build_object(
  'tenant_id', tests.kept('others_tenant'), 'assessment_type', 'custom',
  'custom_assessment_id', tests.kept('template')
)));
select tests.as_service();
select tests.edit(tests.kept('template'), 3);
select public.prune_jobs();
select is(tests.numbers(tests.kept('template')), '1.0 1.2 1.3', 'what somebody chose is kept');
update public.coaching_sessions set custom_assessment_id = null, assessment_type = 'archetype'
where id = tests.kept('session');
select public.prune_jobs();
select is(tests.numbers(tests.kept('template')), '1.0 1.2 1.3', 'also for a tenant that has moved on');

select * from finish();
rollback;
