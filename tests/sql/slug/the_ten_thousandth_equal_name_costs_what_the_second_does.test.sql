-- Ten thousand assessments with one name in one tenant: finding a slug for the last reads as much as for the second.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
select plan(5);

-- Rows that this transaction has read so far, in the tables that are searched for slugs.
create function tests.rows_read() returns bigint
language sql
set search_path = pg_catalog, pg_temp
as $$
  select sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::bigint
    from pg_catalog.pg_stat_xact_all_tables
   where relid in ('public.custom_assessments'::regclass, 'private.slug_series'::regclass)
$$;

create table tests.costs (nth integer primary key, slug text, rows_read bigint);

create function tests.measure(nth integer) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  before constant bigint := tests.rows_read();
  made uuid;
begin
  made := tests.create_assessment(tests.kept('tenant'), '{"name": "Compass"}');
  insert into tests.costs values (nth, tests.assessment_value(made, 'slug'), tests.rows_read() - before);
end
$$;

select tests.create_assessment(tests.kept('tenant'), '{"name": "Compass"}');
select tests.measure(2);
select tests.measure(3);

-- The same as if each had been created separately, which would take half a minute.
set constraints all immediate;
alter table public.custom_assessments disable trigger user;
insert into public.custom_assessments (tenant_id, created_by, name, slug, definition)
select
  tests.kept('tenant') as tenant_id,
  tests.kept('owner') as created_by,
  'Compass' as name,
  'compass-' || n as slug,
  tests.definition() as definition
from generate_series(4, 10000) as n;
alter table public.custom_assessments enable trigger user;
update private.slug_series set last_number = 10000
where stem = 'compass';
analyze public.custom_assessments, private.slug_series;

select tests.measure(10001);
select tests.measure(10002);

select is((
  select slug from tests.costs
  where nth = 3
), 'compass-3', 'the third');
select is((
  select slug from tests.costs
  where nth = 10002
), 'compass-10002', 'and the ten thousand and second');
select cmp_ok(
  (
    select rows_read from tests.costs
    where nth = 3
  ), '>', 0::bigint, 'what is read is counted'
);
select cmp_ok(
  (
    select rows_read from tests.costs
    where nth = 10002), '<=', (
    select rows_read + 20 from tests.costs
    where nth = 3
  ),
  'ten thousand rows later, no more than a few versions of the same rows are read'
);

-- How it is looked up, with any plan.
create function tests.plan_of(query text) returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  line text;
  lines text := '';
begin
  for line in execute 'explain (costs off) ' || query loop
    lines := lines || line || E'\n';
  end loop;
  return lines;
end
$$;
select matches(
  tests.plan_of(
    'select taken.id from public.custom_assessments as taken
     where taken.tenant_id = tests.kept(''tenant'') and taken.slug between ''compass-10001'' and ''compass-10001''
     order by taken.slug limit 1'
  ),
  'Index.* Scan using slug_is_unique_in_its_tenant', 'a slug is looked up by the index of the unique constraint'
);

select * from finish();
rollback;
