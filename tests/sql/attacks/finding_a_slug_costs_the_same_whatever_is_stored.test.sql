-- A tenant cannot slow down the search for its next slug: neither by long names that are cut to one stem, each of which
-- would count through the others' numbers again, nor by given slugs that are in the way. One upload whose slug is searched
-- among thousands would block all workers.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
select plan(8);

-- Rows that this transaction has read so far, in the tables that are searched for slugs.
create function tests.rows_read() returns bigint
language sql
set search_path = pg_catalog, pg_temp
as $$
  select sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::bigint
    from pg_catalog.pg_stat_xact_all_tables
   where relid in ('public.custom_assessments'::regclass, 'private.slug_series'::regclass)
$$;

-- Creates an assessment, and returns its slug and how many rows were read for it.
create function tests.make(name text, out slug text, out rows_read bigint)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  before constant bigint := tests.rows_read();
begin
  slug := tests.assessment_value(
    tests.create_assessment(tests.kept('tenant'), pg_catalog.jsonb_build_object('name', name)), 'slug');
  rows_read := tests.rows_read() - before;
end
$$;

-- 60 characters, whose last word is dropped when a number is added: aaa ... aaa-b00012.
create function tests.long_name(n integer) returns text
language sql
set search_path = pg_catalog, pg_temp
as $$ select pg_catalog.repeat('a', 53) || ' b' || pg_catalog.lpad(n::text, 5, '0') $$;
grant execute on all functions in schema tests to public;

select tests.as_user(tests.kept('owner'));

-- Long names that are cut to one stem -------------------------------------------------------------------------------------
create temporary table made on commit drop as
select
  given.n,
  first.slug,
  second.slug as numbered,
  second.rows_read
from generate_series(1, 60) as given (n),
  lateral tests.make(tests.long_name(given.n)) as first,
  lateral tests.make(tests.long_name(given.n)) as second;
select is((
  select slug from made
  where n = 60
), repeat('a', 53) || '-b00060', 'a long name that is free is its slug');
select is(
  (
    select numbered from made
    where n = 1
  ), repeat('a', 53) || '-2',
  'the second is cut at the word before its number'
);
select is(
  (
    select numbered from made
    where n = 60
  ), repeat('a', 53) || '-61',
  'and all that are cut to one stem count on from one another'
);
select cmp_ok(
  (
    select max(rows_read) from made
    where n > 50
  ), '<=', (
    select 10 + max(rows_read) from made
    where n < 10
  ),
  'so that the sixtieth is found by reading what the first was'
);

-- Given slugs in the way --------------------------------------------------------------------------------------------------
select tests.make('Compass');
select tests.as_postgres();
set constraints all immediate;
alter table public.custom_assessments disable trigger user;
insert into public.custom_assessments (tenant_id, created_by, name, slug, definition)
select
  tests.kept('tenant') as tenant_id,
  tests.kept('owner') as created_by,
  'Compass' as name,
  'compass-' || n as slug,
  tests.definition() as definition
from generate_series(2, 3001) as n;
alter table public.custom_assessments enable trigger user;
analyze public.custom_assessments, private.slug_series;
select tests.as_user(tests.kept('owner'));
create temporary table behind on commit drop as
select
  given.n,
  made.*
from generate_series(1, 20) as given (n), lateral tests.make(left('Compass', 10 + n)) as made;
select ok(
  (select bool_and(slug ~ '^compass-[0-9]{4,5}$') from behind), 'a free number is found beyond three thousand given slugs'
);
select cmp_ok(
  (select max(rows_read) from behind), '<', 200::bigint, 'without walking over them one by one'
);
select is(
  (
    select count(*) from behind as earlier
    inner join behind as later on earlier.n + 1 = later.n
    where substring(later.slug from '[0-9]+')::integer = substring(earlier.slug from '[0-9]+')::integer + 1
  ), 19::bigint,
  'and the next ones count on from there'
);
select is(
  (select slug from tests.make('Compass Rose')), 'compass-rose', 'other names are not concerned'
);

select * from finish();
rollback;
