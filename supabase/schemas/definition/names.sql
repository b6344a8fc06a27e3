-- The rules of names of dimensions and categories.

-- The folded name of a dimension or category; null if it has no visible name.
create or replace function private.name_key(item jsonb)
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return case when jsonb_typeof(item -> 'name') = 'string'
              then nullif(private.fold_name(private.trim_text(item ->> 'name')), '') end;
end
$$;

-- The key of each dimension or category, in order, and the names by which they are known: as spelled, and folded.
create or replace function private.names_of(items jsonb, out keys text[], out known text[])
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  key text;
begin
  keys := '{}';
  known := '{}';
  for place in 0 .. case when jsonb_typeof(items) = 'array' then least(jsonb_array_length(items), private.most_errors()) else 0 end - 1 loop
    key := private.name_key(items -> place);
    keys := keys || key;
    if key is not null then
      known := known || (items -> place ->> 'name') || key;
    end if;
  end loop;
end
$$;

-- The errors of a dimension's or category's name, given its key and the keys of earlier ones.
create or replace function private.name_faults(key text, others text[], path text, kind text)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return case
    when key is null
      then jsonb_build_array(private.fault(path || '.name', 'missing', 'a text that is not empty'))
    when key = any (others)
      then jsonb_build_array(private.fault(
        path || '.name', 'duplicate-name', format('a name that differs from every other %s', kind)))
    else '[]'
  end;
end
$$;
