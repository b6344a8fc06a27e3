-- Every foreign key has an index that begins with its columns, every index of the specification exists under its name, and
-- no index is redundant.
begin;
\ir ../helpers.psql
select plan(4);

select is_empty(
  $$
    select con.conrelid::regclass || ': ' || con.conname
    from pg_catalog.pg_constraint as con
    inner join pg_catalog.pg_class on pg_class.oid = con.conrelid
    inner join pg_catalog.pg_namespace on pg_namespace.oid = pg_class.relnamespace
    where con.contype = 'f'
      and pg_namespace.nspname in ('public', 'private')
      and not exists (
        select
        from pg_catalog.pg_index as ind
        where ind.indrelid = con.conrelid
          and (ind.indkey::smallint[])[0:cardinality(con.conkey) - 1] = con.conkey
          -- A partial index suffices if it omits only rows without the reference.
          and (
            ind.indpred is null
            or pg_get_expr(ind.indpred, ind.indrelid) ~ 'IS NOT NULL\)?$'
          )
      )
  $$,
  'every foreign key has an index'
);

select is_empty(
  $$
    select wanted.name
    from (values
      ('idx_custom_assessments_tenant_id'), ('idx_custom_assessments_status'), ('idx_custom_assessments_marketplace'),
      ('idx_custom_assessment_results_assessment'), ('idx_custom_assessment_results_session'),
      ('idx_campaigns_custom_assessment'), ('idx_coaching_sessions_custom_assessment')
    ) as wanted (name)
    where to_regclass('public.' || wanted.name) is null
  $$,
  'every index of the specification is there'
);

-- An index is redundant if its columns are the first columns of another one with the same condition.
select is_empty(
  $$
    select less.indexrelid::regclass || ' is served by ' || more.indexrelid::regclass
    from pg_catalog.pg_index as less
    inner join pg_catalog.pg_class on pg_class.oid = less.indrelid
    inner join pg_catalog.pg_namespace on pg_namespace.oid = pg_class.relnamespace
    inner join pg_catalog.pg_index as more on more.indrelid = less.indrelid and more.indexrelid <> less.indexrelid
    where pg_namespace.nspname in ('public', 'private')
      and not less.indisunique
      and less.indexprs is null
      and more.indexprs is null
      and (more.indkey::smallint[])[0:less.indnkeyatts - 1] = (less.indkey::smallint[])[0:less.indnkeyatts - 1]
      and pg_get_expr(less.indpred, less.indrelid) is not distinct from pg_get_expr(more.indpred, more.indrelid)
  $$,
  'no index repeats another''s work'
);

select is_empty(
  $$
    select conrelid::regclass || ': ' || conname
    from pg_catalog.pg_constraint
    inner join pg_catalog.pg_namespace on pg_namespace.oid = connamespace
    where nspname in ('public', 'private') and not convalidated
  $$,
  'every constraint is validated'
);

select * from finish();
rollback;
