-- Limits, each defined once. The definition models (worker/definition.py) contain those of the format, and a test compares
-- both.

-- In bytes: of a Markdown file, of the compiled definition, of a description.
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

-- In characters: of an assessment's name, and of the slug made from it.
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

-- The highest upper end of a scale; the lowest end is 0. Results store scores as numeric(5, 2).
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

-- How far the sum of the weights may be from 1.
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

-- How many errors of a definition, an upload or a set of scores are listed.
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

-- Of a number of a definition, behind its point.
create or replace function private.most_decimal_places()
returns integer
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return 30;
end
$$;

-- Of a transcript: its turns, and the characters of a turn. Together they have at most largest_text() bytes.
create or replace function private.most_turns()
returns integer
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return 2000;
end
$$;

create or replace function private.longest_turn()
returns integer
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return 20000;
end
$$;

-- Of the runs of a session: how many, and their bytes together.
create or replace function private.most_runs()
returns integer
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return 10;
end
$$;

create or replace function private.largest_runs()
returns integer
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return 1024000;
end
$$;

-- Of an item of a run: its quotes, and the characters of a quote and of a rationale.
create or replace function private.most_quotes()
returns integer
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return 5;
end
$$;

create or replace function private.longest_quote()
returns integer
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return 1000;
end
$$;

create or replace function private.longest_rationale()
returns integer
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return 4000;
end
$$;
