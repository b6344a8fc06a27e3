-- Schemas and privileges: closed first, opened by name. Tables and the functions that clients call are closed where
-- they are made, the functions of the schema private in access/closed.sql; access/grants.sql opens them, and reads as the
-- list of who may do what.

create schema if not exists extensions;
create schema if not exists private;
comment on schema private is 'Internal: trigger functions, validators and the job table. Never exposed through the API.';

-- Policies and invoker triggers run as the caller and call helpers in here, so the roles need USAGE; what they may
-- call or read is granted object by object.
revoke all on schema private from public;
grant usage on schema private to anon, authenticated, service_role;

-- A new function is executable by everyone unless this is said in its global form ("in schema" does nothing here). A
-- project may have set other defaults for its roles: those of the schema private end here, so that what is made in it from
-- now on is closed from the beginning.
alter default privileges revoke execute on functions from public;
alter default privileges in schema private revoke execute on functions from anon, authenticated, service_role;
alter default privileges in schema private revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema private revoke all on sequences from anon, authenticated, service_role;

create extension if not exists unaccent with schema extensions;
