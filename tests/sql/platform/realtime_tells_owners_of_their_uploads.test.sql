-- Front ends watch an upload being compiled: Realtime sends the rows of its publication to those whose policies let them
-- read the row.
begin;
\ir ../helpers.psql
select plan(3);

select results_eq(
  $$
    select tablename::text collate "default"
    from pg_catalog.pg_publication_tables
    where pubname = 'supabase_realtime' and schemaname = 'public'
  $$,
  array['assessment_uploads'],
  'uploads are in the publication, and nothing else of this schema'
);
select ok(
  (
    select relrowsecurity from pg_catalog.pg_class
    where oid = 'public.assessment_uploads'::regclass
  ),
  'under row-level security'
);
select ok(
  exists (
    select
    from pg_catalog.pg_index
    where indrelid = 'public.assessment_uploads'::regclass and indisprimary
  ),
  'with a primary key, which updates and deletes are told by'
);

select * from finish();
rollback;
