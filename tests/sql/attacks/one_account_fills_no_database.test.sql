-- One account stores as much as its tenant may have, and no more: uploads that wait, and bytes of uploads, assessments and
-- versions. What is deleted makes room again.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../worker.psql
select plan(37);

-- The lowest values that the settings allow are too high for a test.
create function tests.limit_to(name text, number numeric) returns void
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$ update private.settings set least = 0, value = number where settings.name = limit_to.name $$;

-- What the details of a refusal name: the limit and the use.
create function tests.limit_named(statement text) returns text
language sql
set search_path = pg_catalog, pg_temp
as $$
  select concat_ws(' ', facts ->> 'setting', facts ->> 'limit', facts ->> 'used')
    from (select (tests.whole_refusal(statement) ->> 'details')::jsonb as facts) as refused
$$;

create function tests.use_of(tenant_id uuid, kind text) returns text
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
  select concat_ws(' ', coalesce(sum(items), 0), coalesce(sum(bytes), 0) > 0)
    from private.tenant_use as noted
   where noted.tenant_id = use_of.tenant_id and noted.kind = use_of.kind
$$;
grant execute on all functions in schema tests to public;

create function pg_temp.insert_uploads(amount integer, source text default '# One') returns text
language sql
as $$
  select format(
    'insert into public.assessment_uploads (tenant_id, source_markdown)
     select %L, %L from generate_series(1, %s)', tests.kept('tenant'), source, amount
  )
$$;
create function pg_temp.insert_assessments(amount integer, definition jsonb default tests.definition()) returns text
language sql
as $$
  select format(
    'insert into public.custom_assessments (tenant_id, name, definition)
     select %L, ''Clear Speech'', %L from generate_series(1, %s)', tests.kept('tenant'), definition, amount
  )
$$;
grant execute on function pg_temp.insert_uploads(integer, text), pg_temp.insert_assessments(integer, jsonb) to public;

-- Applies the upload that was kept, as a worker.
create function pg_temp.apply_upload(name text, version text default '1.0') returns text
language sql
as $$
  select tests.finish('w', tests.compiled(job, name, version))
    from jsonb_array_elements(tests.claim('w', 100)) as job
   where job ->> 'subject' = tests.kept('upload')::text
$$;
grant execute on function pg_temp.apply_upload(text, text) to public;

-- A text that is as long when it is stored.
create function pg_temp.noise(blocks integer) returns text
language sql
as $$ select string_agg(md5(number::text), '') from generate_series(1, blocks) as number $$;
grant execute on function pg_temp.noise(integer) to public;

-- Uploads that wait -------------------------------------------------------------------------------------------------------
select tests.limit_to('open_uploads', 5);
select tests.as_user(tests.kept('owner'));
select is(tests.refusal(pg_temp.insert_uploads(4)), 'done', 'four uploads may wait');
select is(tests.refusal(pg_temp.insert_uploads(2)), 'PT429 TENANT_LIMIT', 'two more at once would be one too many');
select is(tests.refusal(pg_temp.insert_uploads(1)), 'done', 'one more is the fifth');
select is(tests.limit_named(pg_temp.insert_uploads(1)), 'open_uploads 5 5', 'the next refusal names the limit and the use');
select is((select count(*) from public.assessment_uploads), 5::bigint, 'nothing more was stored');
select tests.as_user(tests.kept('other'));
select is(
  tests.refusal($$insert into public.assessment_uploads (tenant_id, source_markdown) values (tests.kept('others_tenant'), '# Two')$$),
  'done', 'the neighbour uploads'
);
select tests.as_service();
select is(tests.refusal(pg_temp.insert_uploads(3)), 'done', 'so does the service');
select tests.keep('upload', (tests.claim('w') -> 0 ->> 'subject')::uuid);
select tests.as_user(tests.kept('owner'));
select is(tests.refusal(pg_temp.insert_uploads(1)), 'PT429 TENANT_LIMIT', 'what a worker has taken is still open');
select tests.as_postgres();
delete from public.assessment_uploads
where tenant_id = tests.kept('tenant') and id <> tests.kept('upload');
select tests.as_user(tests.kept('owner'));
select is(tests.refusal(pg_temp.insert_uploads(1)), 'done', 'deleted ones make room');
select tests.limit_to('open_uploads', 500);

-- Their bytes --------------------------------------------------------------------------------------------------------------
select tests.limit_to('upload_bytes', 200000);
select is(tests.refusal(pg_temp.insert_uploads(1, pg_temp.noise(6000))), 'done', '192 KB are stored');
select is(tests.refusal(pg_temp.insert_uploads(1, pg_temp.noise(1000))), 'PT429 TENANT_LIMIT', '32 KB more are not');
select is(tests.refusal(pg_temp.insert_uploads(10)), 'PT429 TENANT_LIMIT', 'a row counts for more than its text');
select is(tests.refusal(pg_temp.insert_uploads(1)), 'done', 'a small one fits');
select tests.limit_to('upload_bytes', 100000);
select matches(
  tests.limit_named(pg_temp.insert_uploads(1)), '^upload_bytes 100000 [12][0-9]{5}$', 'the refusal names the bytes'
);
select tests.as_postgres();
delete from public.assessment_uploads
where tenant_id = tests.kept('tenant') and octet_length(source_markdown) > 1000;
select tests.as_user(tests.kept('owner'));
select is(tests.refusal(pg_temp.insert_uploads(1)), 'done', 'deleted bytes make room');

-- Assessments --------------------------------------------------------------------------------------------------------------
select tests.limit_to('stored_assessments', 3);
select is(tests.refusal(pg_temp.insert_assessments(4)), 'PT429 TENANT_LIMIT', 'four at once are too many');
select is(tests.refusal(pg_temp.insert_assessments(3)), 'done', 'three are stored');
select is(tests.limit_named(pg_temp.insert_assessments(1)), 'stored_assessments 3 3', 'the fourth is refused');
select is((select count(*) from public.custom_assessments), 3::bigint, 'and not stored');
select is(
  tests.refusal($$update public.custom_assessments set name = 'Renamed' where tenant_id = tests.kept('tenant')$$),
  'done', 'those that there are can be edited'
);
select tests.as_service();
select tests.keep('upload', tests.upload(tests.kept('tenant'), '# By the service'));
select is(
  pg_temp.apply_upload('Support'),
  'succeeded', 'an upload of the service makes a fourth'
);
select tests.as_user(tests.kept('owner'));
select tests.keep('upload', tests.upload(tests.kept('tenant'), '# By the owner'));
select tests.as_service();
select is(
  pg_temp.apply_upload('Mine'),
  'rejected', 'one of the owner does not'
);
select is(
  (tests.upload_value(tests.kept('upload'), 'diagnostics')::jsonb -> 0) ->> 'code', 'too-much-stored', 'and says why'
);
select is((select count(*) from public.custom_assessments), 4::bigint, 'none was made');
select tests.as_user(tests.kept('owner'));
delete from public.custom_assessments
where tenant_id = tests.kept('tenant');
select is(tests.refusal(pg_temp.insert_assessments(3)), 'done', 'deleted assessments make room');

-- Their bytes, by edits too
select tests.limit_to('stored_assessments', 100);
select tests.limit_to('assessment_bytes', 100000);
select is(
  tests.refusal(pg_temp.insert_assessments(1, tests.definition() || jsonb_build_object('notes', pg_temp.noise(4000)))),
  'PT429 TENANT_LIMIT', 'a definition of 128 KB is refused'
);
select is(
  tests.refusal($$update public.custom_assessments set definition = definition || jsonb_build_object('notes', pg_temp.noise(2000))
                   where tenant_id = tests.kept('tenant')$$),
  'PT429 TENANT_LIMIT', 'edits that make three of 64 KB too'
);
select is(
  tests.refusal($$update public.custom_assessments set definition = definition || jsonb_build_object('notes', pg_temp.noise(500))
                   where tenant_id = tests.kept('tenant')$$),
  'done', 'three of 16 KB are accepted'
);
select tests.limit_to('assessment_bytes', 20000);
select is(
  tests.refusal($$update public.custom_assessments set definition = definition || jsonb_build_object('notes', pg_temp.noise(501))
                   where tenant_id = tests.kept('tenant')$$),
  'PT429 TENANT_LIMIT', 'above the limit nothing grows'
);
select is(
  tests.refusal($$update public.custom_assessments set definition = definition || jsonb_build_object('notes', pg_temp.noise(499))
                   where tenant_id = tests.kept('tenant')$$),
  'done', 'but may shrink'
);
select is(
  tests.refusal($$update public.custom_assessments set status = 'archived' where tenant_id = tests.kept('tenant')$$),
  'done', 'or be archived'
);
select tests.as_service();
select tests.keep('used', tests.create_assessment(tests.kept('others_tenant'), '{"status": "active"}'));
select tests.as_user(tests.kept('other'));
select tests.keep('upload', tests.upload(
  tests.kept('others_tenant'), '# ' || pg_temp.noise(2000), tests.kept('used')
));
select tests.as_service();
select is(
  pg_temp.apply_upload('Longer', '2.0'),
  'rejected', 'an upload that makes an assessment too long is rejected'
);
select is(
  (tests.upload_value(tests.kept('upload'), 'diagnostics')::jsonb -> 0) ->> 'code', 'too-much-stored', 'with the reason'
);
select tests.limit_to('assessment_bytes', 100000000);

-- Versions -----------------------------------------------------------------------------------------------------------------
select tests.limit_to('version_bytes', 1100);
select tests.as_user(tests.kept('other'));
select is(
  tests.refusal($$update public.custom_assessments set description = 'Typed.' where id = tests.kept('used')$$),
  'PT429 TENANT_LIMIT', 'no version is added to too many bytes of versions'
);
select matches(
  tests.limit_named($$update public.custom_assessments set description = 'Typed.' where id = tests.kept('used')$$),
  '^version_bytes 1100 [12][0-9]{3}$', 'the refusal names them'
);

-- The counts are those of the rows, and go with the tenant ------------------------------------------------------------------
select tests.as_postgres();
create temporary table counted as
select
  tenant_id,
  kind,
  sum(items) as items,
  sum(bytes) as bytes
from private.tenant_use
group by tenant_id, kind;
select private.recount_use();
select set_eq(
  $$select tenant_id, kind, sum(items) as items, sum(bytes) as bytes from private.tenant_use group by 1, 2$$,
  $$select * from counted where items > 0$$, 'they are what counting again gives'
);
delete from public.tenant_profiles
where id in (tests.kept('tenant'), tests.kept('others_tenant'));
select is_empty($$select from private.tenant_use$$, 'a deleted tenant''s are gone');

select * from finish();
rollback;
