-- The rules of names: of dimensions and of categories.

-- The name of a dimension or category as names are compared; null where it has none that can be seen.
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

-- The key of each dimension or category, in their order, and the names by which they are known: as they are spelled, and as
-- they are compared.
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

-- The name of a dimension or category, whose key is this, after others that have those.
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
