-- custom-assessments 0.2.0 version sha256:3ef6d91d658a740d73e1fef3b6915b50f4d1c2a9ad3e4b741a172fed6fce7dc6
-- Which release of custom assessments this database has. `make generate` writes its number in here, from pyproject.toml.
--
-- It comes last, with the grants of its own two functions, so that a database into which only some of the migrations got
-- does not claim to be whole.

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

-- PostgREST does not reach the schema private.
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
