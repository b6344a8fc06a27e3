-- The attack: an account creates a temporary domain with the name of a type that a SECURITY DEFINER function uses. If the
-- function searches temporary objects first, the domain's check is the account's code and runs as postgres.
begin;
\ir ../helpers.psql
select plan(4);

select tests.keep('owner', tests.create_user('owner@example.test'));
select tests.keep('tenant', tests.create_tenant(tests.kept('owner'), 'tenant'));

-- A function as they were written before, and as they are written now.
create function public.with_an_empty_path() returns pg_catalog.text
language plpgsql security definer set search_path = ''
as $$
declare
  id uuid := '11111111-1111-1111-1111-111111111111';
begin
  return id;
end
$$;
create function public.with_our_path() returns pg_catalog.text
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  id uuid := '11111111-1111-1111-1111-111111111111';
begin
  return id;
end
$$;
grant execute on function public.with_an_empty_path(), public.with_our_path() to authenticated;

create function tests.code_ran_as() returns pg_catalog.text
language sql
as $$ select pg_catalog.current_setting('attack.ran_as', true) $$;
create function tests.forget() returns pg_catalog.text
language sql
as $$ select pg_catalog.set_config('attack.ran_as', 'nobody', true) $$;
grant execute on function tests.code_ran_as(), tests.forget() to public;

select tests.as_user(tests.kept('owner'));
create function pg_temp.attack(value pg_catalog.uuid) returns pg_catalog.bool
language plpgsql
as $$
begin
  perform pg_catalog.set_config('attack.ran_as', current_user, true);
  return true;
end
$$;
create domain pg_temp.uuid as pg_catalog.uuid check (pg_temp.attack(value));

select tests.forget();
select public.with_an_empty_path();
select is(tests.code_ran_as(), 'postgres', 'under an empty path the account''s code runs as postgres');

select tests.forget();
select public.with_our_path();
select is(tests.code_ran_as(), 'nobody', 'with temporary objects last it does not run');

select tests.forget();
select is((select count(*) from private.my_tenant_ids()), 1::pg_catalog.int8, 'the tenants of an account are found');
select is(tests.code_ran_as(), 'nobody', 'and its code is not run for it');

select * from finish();
rollback;
