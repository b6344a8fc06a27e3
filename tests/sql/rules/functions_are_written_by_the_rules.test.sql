-- The rules that every function keeps: its names mean the same whoever calls, nobody calls it who was not named, and
-- what PostgREST serves has one form under one name. Each search is shown to find a function that breaks its rule.
begin;
\ir ../helpers.psql
select plan(14);

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
where not coalesce('search_path=""' = any(settings), false);

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

-- Of a row that is not there PostgREST makes a row of nulls.
create view tests.perhaps_a_row_of_nulls as
select function from tests.functions
inner join pg_catalog.pg_type on functions.returns = pg_type.oid
where pronamespace = 'public'::regnamespace and typtype = 'c' and not returns_set;

-- A function that writes and is not volatile fails when PostgREST calls it, which it does read-only.
create view tests.writing_readers as
select function from tests.functions
where volatility <> 'v' and body ~* '\m(insert\s+into|delete\s+from|for\s+(share|update)|pg_notify)\M|\mupdate\s+\w+\.\w+\M';

-- PostgREST publishes these comments: they are the documentation that a client developer meets first.
create view tests.without_comment as
select function from tests.functions
where
  pronamespace = 'public'::regnamespace
  and obj_description(to_regprocedure(function), 'pg_proc') is null;

select cmp_ok((
  select count(*) from tests.functions
  where definer
), '>', 5::bigint, 'there are definers to look at');
select is_empty('select * from tests.without_search_path', 'every function sets an empty search_path');
select is_empty('select * from tests.open_to_everybody', 'no function is executable by everybody');
select is_empty('select * from tests.overloaded', 'no function that clients call is overloaded');
select is_empty('select * from tests.perhaps_a_row_of_nulls', 'none returns a row that may not be there');
select is_empty('select * from tests.writing_readers', 'what writes is volatile');
select is_empty('select * from tests.without_comment', 'every function that clients call says what it is for');

-- The searches find what they are for.
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
  'a search_path that is missing or not empty is found'
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
drop function public.careless();
select is_empty('select * from tests.open_to_everybody', 'a function that was not granted is for nobody');

select * from finish();
rollback;
