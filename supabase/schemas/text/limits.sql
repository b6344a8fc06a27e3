-- Limits, each said here once. The definition models (worker/definition.py) have those of the format, and a test holds
-- the two together.

-- In bytes: of a Markdown file, of the definition that it is compiled to, of a description.
create or replace function private.largest_text()
returns integer
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return 512000;
end
$$;

-- In characters: of an assessment's name, and of the slug that is made from it.
create or replace function private.longest_name()
returns integer
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return 200;
end
$$;

create or replace function private.most_dimensions()
returns integer
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return 20;
end
$$;

create or replace function private.most_categories()
returns integer
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return 15;
end
$$;

-- The highest end of a scale; the lowest is 0. Results keep scores as numeric(5, 2).
create or replace function private.highest_score()
returns numeric
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return 100;
end
$$;

-- How far from 1 the weights may sum.
create or replace function private.weight_tolerance()
returns numeric
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return 0.01;
end
$$;

-- How many errors of one definition, upload or set of scores are listed.
create or replace function private.most_errors()
returns integer
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return 100;
end
$$;
