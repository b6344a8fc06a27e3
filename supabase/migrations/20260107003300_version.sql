-- custom-assessments 0.2.0 version sha256:5afc730025956ed9392744f55795d99f8bff53504d2c7ba225963d7888f6c52f
-- The release of custom assessments that this database has. `make generate` writes its number, from pyproject.toml.
--
-- This file comes last and has the grants of its own two functions, so that a database with only some of the migrations
-- does not report a release.

create or replace function private.version()
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select '0.2.0'
$$;
comment on function private.version() is 'The release of custom assessments whose migrations this database has.';
revoke all on function private.version() from public, anon, authenticated, service_role;
grant execute on function private.version() to service_role;

-- PostgREST cannot access the schema private.
create or replace function public.custom_assessments_version()
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select private.version()
$$;
comment on function public.custom_assessments_version() is
'The release of custom assessments that this database has. For service_role: the worker compares it with its own release.';
revoke all on function public.custom_assessments_version() from public, anon, authenticated, service_role;
grant execute on function public.custom_assessments_version() to service_role;
