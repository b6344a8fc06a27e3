-- A tenant may store one text any number of times, with any number of definitions: whether an upload's bytes are stored
-- already is decided by one index entry, and no stored text is read.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../worker.psql
select plan(10);

-- How many assessments this transaction has fetched, and pages of their long texts.
create function tests.assessments_read() returns bigint
language sql
set search_path = pg_catalog, pg_temp
as $$
  select sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::bigint
    from pg_catalog.pg_stat_xact_all_tables
   where relid in (
     'public.custom_assessments'::regclass,
     (select reltoastrelid from pg_catalog.pg_class where oid = 'public.custom_assessments'::regclass)
   )
$$;
grant execute on all functions in schema tests to public;

-- One text of 60 KB that does not compress, as the source of many, each with a definition of its own.
select set_config('tests.long_text', string_agg(md5(n::text), ''), true) from generate_series(1, 1900) as n;
set constraints all immediate;
alter table public.custom_assessments disable trigger user;
insert into public.custom_assessments (tenant_id, created_by, name, slug, definition, source_markdown)
select
  tests.kept('tenant') as tenant_id,
  tests.kept('owner') as created_by,
  'Stored' as name,
  'stored-' || n as slug,
  tests.definition() || jsonb_build_object('n', n) as definition,
  current_setting('tests.long_text') as source_markdown
from generate_series(1, 300) as n;
alter table public.custom_assessments enable trigger user;

select tests.as_service();
select tests.keep('upload', tests.upload(tests.kept('tenant'), current_setting('tests.long_text')));
create temporary table cost (what text, rows_read bigint) on commit drop;
insert into cost values ('before', tests.assessments_read());
select is(
  tests.finish('w1', tests.compiled(tests.claim('w1') -> 0, 'Mine')), 'succeeded', 'the same text with a definition of its own'
);
insert into cost values ('new', tests.assessments_read());
select is(
  tests.upload_value(tests.kept('upload'), 'diagnostics'), '[]', 'is none of those that are stored'
);
select tests.keep('mine', tests.upload_value(tests.kept('upload'), 'assessment_id')::uuid);
select cmp_ok(
  (
    select max(rows_read) - min(rows_read) from cost
    where what in ('before', 'new')
  ), '<', 80::bigint,
  'and is found to be new by reading next to nothing: the three hundred have thirty pages of text each'
);

-- The same file again, besides many copies of the same row.
select tests.as_postgres();
alter table public.custom_assessments disable trigger user;
insert into public.custom_assessments (tenant_id, created_by, name, slug, definition, source_markdown, created_at)
select
  mine.tenant_id,
  mine.created_by,
  mine.name,
  'copy-' || n as slug,
  mine.definition,
  mine.source_markdown,
  now() + n * interval '1 second' as created_at
from public.custom_assessments as mine, generate_series(1, 200) as n
where mine.id = tests.kept('mine');
alter table public.custom_assessments enable trigger user;
select tests.as_service();
select tests.keep('again', tests.upload(tests.kept('tenant'), current_setting('tests.long_text')));
insert into cost values ('copies', tests.assessments_read());
select is(tests.finish('w1', tests.compiled(tests.claim('w1') -> 0, 'Mine')), 'succeeded', 'the same file again');
insert into cost values ('found', tests.assessments_read());
select is(
  tests.upload_value(tests.kept('again'), 'diagnostics')::jsonb -> 0 ->> 'code', 'already-uploaded', 'is known to be stored'
);
select is(
  tests.upload_value(tests.kept('again'), 'assessment_id')::uuid, tests.kept('mine'), 'as the oldest of the two hundred'
);
select cmp_ok(
  (
    select max(rows_read) - min(rows_read) from cost
    where what in ('copies', 'found')
  ), '<', 80::bigint, 'which is one look'
);

-- Equal is what is spelled alike to the last byte, and has the same settings.
create function pg_temp.hash(source text, definition jsonb, disclosure text default 'full') returns bytea
language sql
as $$ select private.content_hash(source, definition, 'Mine', null, 'multi-dimensional', 3, true, disclosure) $$;
select isnt(pg_temp.hash('a', '{"b": 1}', 'none'), pg_temp.hash('a', '{"b": 1}'), 'another disclosure is another content');
select is(
  pg_temp.hash('a', '{"b": 1}') = pg_temp.hash('a', '{"b": 1.0}'), false, 'another spelling is another content'
);
select is(pg_temp.hash(null, '{}'), null, 'without a source there is nothing to find');

select * from finish();
rollback;
