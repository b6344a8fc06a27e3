-- Schemas and privileges: everything is closed first and opened by name. Access to tables and to functions for clients is
-- revoked where they are created, access to functions of the schema private in access/closed.sql. access/grants.sql grants
-- access, and reads as the list of who may do what.

create schema if not exists extensions;
create schema if not exists private;
comment on schema private is 'Internal: trigger functions, validators and the job table. Never exposed through the API.';

-- Policies and invoker triggers run as the caller and call helpers in this schema, so the roles need USAGE. What they may
-- call or read is granted object by object.
revoke all on schema private from public;
grant usage on schema private to anon, authenticated, service_role;

-- A new function is executable by everyone unless the default privileges are changed globally ("in schema" has no effect
-- here). A project may have other defaults for its roles: those for the schema private are removed here, so that new
-- objects in it are closed from the start.
alter default privileges revoke execute on functions from public;
alter default privileges in schema private revoke execute on functions from anon, authenticated, service_role;
alter default privileges in schema private revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema private revoke all on sequences from anon, authenticated, service_role;

create extension if not exists unaccent with schema extensions;
