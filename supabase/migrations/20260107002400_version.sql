-- custom-assessments 0.2.0 version sha256:5acd2599545e39fca290aeb032a1f62507c91f5808472aa233453e69c6277cea
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
comment on function private.version() is 'The release of custom assessments that this database''s migrations came with.';
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
'The release of custom assessments that this database has. For service_role: the worker compares it with its own.';
revoke all on function public.custom_assessments_version() from public, anon, authenticated, service_role;
grant execute on function public.custom_assessments_version() to service_role;
