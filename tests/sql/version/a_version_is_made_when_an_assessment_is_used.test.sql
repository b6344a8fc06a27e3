-- A version is created when an assessment becomes active or requests a listing, and then by each change of its content.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
select plan(24);

-- The versions of an assessment, in the order of their creation, read without access checks.
create function tests.versions(assessment_id uuid) returns text
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(pg_catalog.string_agg(
           version.version || coalesce(' ' || version.change_class, ''), ', '
           order by pg_catalog.string_to_array(version.version, '.')::integer[]
         ), 'none')
    from public.assessment_versions as version
   where version.assessment_id = versions.assessment_id
$$;

create function tests.newest_holds_the_row(assessment_id uuid) returns boolean
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
  select (version.name, version.description, version.definition::text, version.assessment_type, version.result_disclosure,
          version.interview_style_default, version.interview_style_allow_override, version.tenant_id,
          version.definition_sha256)
         = (row_now.name, row_now.description, row_now.definition::text, row_now.assessment_type, row_now.result_disclosure,
            row_now.interview_style_default, row_now.interview_style_allow_override, row_now.tenant_id,
            private.hash_of(private.content_of_assessment(row_now)))
    from public.custom_assessments as row_now
    join public.assessment_versions as version on version.id = row_now.newest_version_id
   where row_now.id = assessment_id
$$;

select tests.as_user(tests.kept('owner'));
select tests.keep('one', tests.create_assessment(tests.kept('tenant'), '{"slug": "one", "description": "d"}'));
update public.custom_assessments set name = 'Another'
where id = tests.kept('one');
select is(tests.versions(tests.kept('one')), 'none', 'a draft has none, and its edits are kept nowhere');
select is(tests.assessment_value(tests.kept('one'), 'version'), '1.0', 'nor do they raise its number');
select is(tests.assessment_value(tests.kept('one'), 'newest_version_id'), null, 'and it names none');

update public.custom_assessments set status = 'active'
where id = tests.kept('one');
select is(tests.versions(tests.kept('one')), '1.0', 'activation makes the first');
select ok(tests.newest_holds_the_row(tests.kept('one')), 'which holds the row, and its hash');
select is(
  (
    select created_by from public.assessment_versions
    where assessment_id = tests.kept('one')
  ), tests.kept('owner'
  ),
  'and who did it'
);
select ok(
  (
    select dimension_hashes ->> 'clarity' like 'h1:%' from public.assessment_versions
    where assessment_id = tests.kept('one')
  ),
  'and a hash of each dimension, by its id'
);

-- What leaves the content as it is ----------------------------------------------------------------------------
update public.custom_assessments set slug = 'renamed', marketplace_price_tier = 'free', source_markdown = '# One'
where id = tests.kept('one');
update public.custom_assessments set name = 'Another', definition = definition || '{"edition": 2, "examples": []}'
where id = tests.kept('one');
update public.custom_assessments set status = 'archived'
where id = tests.kept('one');
update public.custom_assessments set status = 'active'
where id = tests.kept('one');
update public.custom_assessments set version = '1.3'
where id = tests.kept('one');
select is(
  tests.versions(tests.kept('one')), '1.0',
  'slug, price, Markdown, unknown keys, archiving, reactivating and the number alone make none'
);

-- What changes it ---------------------------------------------------------------------------------------------
update public.custom_assessments set description = 'Other words'
where id = tests.kept('one');
select is(tests.versions(tests.kept('one')), '1.0, 1.4 presentation', 'a description makes one, with a number of its own');
select is(tests.assessment_value(tests.kept('one'), 'version'), '1.4', 'which the row has');
update public.custom_assessments set result_disclosure = 'none', interview_style_default = 5
where id = tests.kept('one');
select is(
  tests.versions(tests.kept('one')), '1.0, 1.4 presentation, 1.5 instrument', 'disclosure and style of one statement make one'
);
update public.custom_assessments set definition = jsonb_set(definition, '{dimensions,0,description}', '"Other."'), status = 'archived'
where id = tests.kept('one');
select is(
  tests.versions(tests.kept('one')), '1.0, 1.4 presentation, 1.5 instrument, 1.6 instrument',
  'so does an edit on the way into the archive'
);
select ok(tests.newest_holds_the_row(tests.kept('one')), 'the newest holds the row');

-- Others who write --------------------------------------------------------------------------------------------
select tests.as_service();
select tests.keep('served', tests.create_assessment(tests.kept('tenant'), '{"slug": "served", "status": "active"}'));
select is(tests.versions(tests.kept('served')), '1.0', 'one that is active from the beginning has one');
select is(
  tests.value_of('public.assessment_versions', tests.kept('served'), 'created_by', 'assessment_id'), null,
  'which names no account where none made it'
);
insert into public.custom_assessments (id, tenant_id, slug, name, definition)
values (tests.kept('served'), tests.kept('tenant'), 'served', 'By upsert', tests.definition())
on conflict (id) do update set name = excluded.name, newest_version_id = gen_random_uuid();
select is(tests.versions(tests.kept('served')), '1.0, 1.1 presentation', 'an upsert makes one, like any other edit');
select ok(tests.newest_holds_the_row(tests.kept('served')), 'and which is the newest, nobody else can say');

select tests.as_postgres();
update public.custom_assessments set name = 'By hand'
where id = tests.kept('served');
select is(
  tests.versions(tests.kept('served')), '1.0, 1.1 presentation, 1.2 presentation', 'the migrations'' owner is served alike'
);

-- Listings ----------------------------------------------------------------------------------------------------
select tests.as_user(tests.kept('owner'));
select tests.keep('asked', tests.create_assessment(tests.kept('tenant'), '{"slug": "asked"}'));
update public.custom_assessments set marketplace_status = 'pending_review'
where id = tests.kept('asked');
select is(tests.versions(tests.kept('asked')), '1.0', 'a draft that asks to be listed has one');
update public.custom_assessments set marketplace_status = 'private'
where id = tests.kept('asked');
update public.custom_assessments set name = 'Asked and changed'
where id = tests.kept('asked');
select is(tests.versions(tests.kept('asked')), '1.0, 1.1 presentation', 'and one for each edit from then on, in every status');

-- An assessment from before versions were kept ------------------------------------------------------------------
select tests.as_postgres();
set constraints all immediate;
alter table public.custom_assessments disable trigger assessment_4_version_of_new;
select tests.keep('old', tests.create_assessment(tests.kept('tenant'), '{"slug": "old", "status": "active"}'));
set constraints all immediate;
alter table public.custom_assessments enable trigger assessment_4_version_of_new;
select is(tests.versions(tests.kept('old')), 'none', 'an active one from before has none');
select tests.as_user(tests.kept('owner'));
update public.custom_assessments set name = 'Old and changed'
where id = tests.kept('old');
select is(tests.versions(tests.kept('old')), '1.0, 1.1 presentation', 'its next edit keeps what it was, too');
select is(
  (
    select array_agg(name order by version) from public.assessment_versions
    where assessment_id = tests.kept('old')
  ),
  array['Clear Speech', 'Old and changed'], 'each with its content'
);
select ok(tests.newest_holds_the_row(tests.kept('old')), 'and the newest holds the row');

select * from finish();
rollback;
