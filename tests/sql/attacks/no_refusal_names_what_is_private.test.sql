-- A trusted writer's row without a tenant, or for one that does not exist, is refused in terms that the writer knows,
-- without naming a table or function of the schema private.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
select plan(12);

select tests.keep('draft', tests.create_assessment(tests.kept('tenant')));

create function tests.told(statement text) returns text
language sql
set search_path = pg_catalog, pg_temp
as $$
  select pg_catalog.concat_ws(' ', refusal ->> 'state', refusal ->> 'message', refusal ->> 'details', refusal ->> 'hint')
    from tests.whole_refusal(told.statement) as refusal
$$;

create temporary table tried (place integer, what text, expected text, statement text);
grant select on tried to public;
insert into tried values
(1, 'a new row without a tenant', 'PT404 .*TENANT_NOT_FOUND', 'select tests.create_assessment(null)'),
(
  2, 'one with a maker', '23502 .*"tenant_id" of relation "custom_assessments"',
  format('select tests.create_assessment(null, %L)', jsonb_build_object('created_by', tests.kept('owner')))
),
(
  3, 'a new row for no tenant that exists', 'PT404 .*TENANT_NOT_FOUND',
  'select tests.create_assessment(gen_random_uuid())'
),
(
  4, 'one with a maker for no tenant that exists', '23503 .*tenant_id',
  format('select tests.create_assessment(gen_random_uuid(), %L)', jsonb_build_object('created_by', tests.kept('owner')))
),
(
  5, 'a row that loses its tenant', '23502 .*"tenant_id" of relation "custom_assessments"',
  'update public.custom_assessments set tenant_id = null'
),
(
  6, 'a row that moves to no tenant that exists', '23503 .*tenant_id',
  'update public.custom_assessments set tenant_id = gen_random_uuid()'
);

select tests.as_service();
select matches(tests.told(tried.statement), tried.expected, tried.what)
from tried
order by tried.place;
select
  doesnt_match(
    tests.told(tried.statement), 'private[.]|slug_series|"created_by"', tried.what || ': nothing inside is named'
  )
from tried
order by tried.place;

select * from finish();
rollback;
