-- The rules for every function: its names mean the same for every caller, only named roles can call it, and what PostgREST
-- serves has one signature per name. Each search is shown to find a function that breaks its rule.
begin;
\ir ../helpers.psql
select plan(18);

create view tests.functions as
select
  oid::regprocedure::text as function,
  pronamespace,
  proname,
  prosecdef as definer,
  proconfig as settings,
  provolatile as volatility,
  prosrc as body,
  prorettype as returns,
  proretset as returns_set,
  proowner,
  proacl
from pg_catalog.pg_proc
where pronamespace in ('public'::regnamespace, 'private'::regnamespace);

create view tests.without_search_path as
select function from tests.functions
where not coalesce('search_path=pg_catalog, pg_temp' = any(settings), false);

create view tests.open_to_everybody as
select functions.function
from tests.functions
where
  proacl is null
  or exists (
    select from aclexplode(proacl) as granted
    where granted.grantee = 0
  );

create view tests.overloaded as
select
  pronamespace,
  proname
from tests.functions
where pronamespace = 'public'::regnamespace
group by pronamespace, proname
having count(*) > 1;

-- PostgREST turns a missing row into a row of nulls.
create view tests.perhaps_a_row_of_nulls as
select function from tests.functions
inner join pg_catalog.pg_type on functions.returns = pg_type.oid
where pronamespace = 'public'::regnamespace and typtype = 'c' and not returns_set;

-- A function that writes and is not volatile fails in PostgREST, which calls it read-only.
create view tests.writing_readers as
select function from tests.functions
where volatility <> 'v' and body ~* '\m(insert\s+into|delete\s+from|for\s+(share|update)|pg_notify)\M|\mupdate\s+\w+\.\w+\M';

-- PostgREST publishes these comments: they are the documentation that a client developer meets first.
create view tests.without_comment as
select function from tests.functions
where
  pronamespace = 'public'::regnamespace
  and obj_description(to_regprocedure(function), 'pg_proc') is null;

-- PostgREST before version 16 repeats requests that fail with 40001 forever, and answers 500 to P0002, P0004 and 55000, so
-- that a client cannot distinguish its own error from the server's.
create view tests.raising_what_must_not_be_raised as
select function from tests.functions
where
  body ~* (
    '\m(raise|errcode\s*=)\s[^;]*'
    '\m(40001|p0002|p0004|55000|serialization_failure|no_data_found|assert_failure|object_not_in_prerequisite_state)\M'
  )
  or body ~* '\massert\s';

-- INTO STRICT raises P0002 if there is no row.
create view tests.strict as
select
  function,
  proname
from tests.functions
where body ~* '\minto\s+strict\M';

select cmp_ok((
  select count(*) from tests.functions
  where definer
), '>', 5::bigint, 'there are definers to look at');
select is_empty('select * from tests.without_search_path', 'every function looks for names in pg_catalog first and among temporary objects last');
select is_empty('select * from tests.open_to_everybody', 'no function is executable by everybody');
select is_empty('select * from tests.overloaded', 'no function that clients call is overloaded');
select is_empty('select * from tests.perhaps_a_row_of_nulls', 'none returns a row that may not be there');
select is_empty('select * from tests.writing_readers', 'what writes is volatile');
select is_empty('select * from tests.without_comment', 'every function that clients call says what it is for');
select is_empty('select * from tests.raising_what_must_not_be_raised', 'none raises what PostgREST makes a 500 of');
-- refuse: a reason in our code is a row. The others: apply_unit uses the code as the outcome of one job.
select is_empty(
  $$ select function from tests.strict where proname <> all (array['refuse', 'apply_upload', 'take_snapshot']) $$,
  'a row is insisted on only where it is there, or where the code is caught'
);

-- The searches find what they should.
create function public.careless() returns public.campaigns
language sql stable security definer
as $$ delete from public.campaigns where id is null returning * $$;
create function public.careless(id uuid) returns uuid
language sql
set search_path = public
as $$ select id $$;
grant execute on function public.careless() to public;
select set_eq(
  'select function from tests.without_search_path', array['careless()', 'careless(uuid)'],
  'a search_path that is missing or another is found'
);
select set_eq('select function from tests.open_to_everybody', array['careless()'], 'a function for everybody is found');
select set_eq('select proname::text from tests.overloaded', array['careless'], 'an overloaded one is found');
select set_eq(
  'select function from tests.perhaps_a_row_of_nulls', array['careless()'], 'one that returns a row is found'
);
select set_eq('select function from tests.writing_readers', array['careless()'], 'a reader that writes is found');
select set_eq(
  'select function from tests.without_comment', array['careless()', 'careless(uuid)'],
  'functions without a comment are found'
);
create function private.by_code() returns void
language plpgsql
as $$ begin raise exception 'gone' using errcode = 'P0002'; end $$;
create function private.by_name() returns void
language plpgsql
as $$ begin raise serialization_failure; end $$;
create function private.by_state() returns void
language plpgsql
as $$ begin raise sqlstate '55000'; end $$;
create function private.by_assertion() returns void
language plpgsql
as $$ begin assert 1 = 2; end $$;
create function private.careful() returns text
language plpgsql
as $$
declare
  state text := 'P0002';
begin
  perform 1;
  return case when state = 'P0002' then 'was caught' end;
exception
  when no_data_found then
    return 'was caught';
end
$$;
select set_eq(
  'select function from tests.raising_what_must_not_be_raised',
  array['private.by_code()', 'private.by_name()', 'private.by_state()', 'private.by_assertion()'],
  'one that raises such a code is found, and one that catches it is not'
);
create function private.insisting() returns void
language plpgsql
as $$
declare
  found_tenant record;
begin
  select * into strict found_tenant from public.tenant_profiles;
end
$$;
select ok(
  exists (
    select from tests.strict
    where proname = 'insisting'
  ),
  'one that insists on a row is found'
);
drop function public.careless();
select is_empty('select * from tests.open_to_everybody', 'a function that was not granted is for nobody');

select * from finish();
rollback;
