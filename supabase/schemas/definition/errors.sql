-- What the rules of a definition share. Each rule except the bounds returns a list of errors, empty if there are none. An
-- error has a JSON path, a stable reason and what was expected: {"path": "$.dimensions[2].weight", "reason":
-- "not-positive", "expected": "a number above 0"}.

-- One error: a JSON path, a stable reason and what was expected.
create or replace function private.fault(path text, reason text, expected text)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return jsonb_build_object('path', path, 'reason', reason, 'expected', expected);
end
$$;

-- A key as a step of a JSON path. A long key is cut, because a path should locate a value, not carry text.
create or replace function private.path_step(key text)
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return case when length(key) <= 100 and key ~ '^[A-Za-z_][A-Za-z0-9_]*$' then '.' || key
              else '[' || to_json(left(key, 100))::text || ']' end;
end
$$;

-- The positions (from 1) of unknown names, at most most_errors(). known contains the spellings and their folded forms, so
-- only references with another spelling must be folded.
create or replace function private.unknown_names(names text[], known text[])
returns integer[]
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  if names <@ known then
    return '{}'::integer[];
  end if;
  return array(
    select listed.place::integer
      from unnest(names) with ordinality as listed (name, place)
     where not listed.name = any (known)
       and not private.fold_name(private.trim_text(listed.name)) = any (known)
     limit private.most_errors()
  );
end
$$;

-- A list of texts: themes, strengths, questions.
create or replace function private.text_list_faults(list jsonb, path text)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  if jsonb_typeof(list) <> 'array' then
    return jsonb_build_array(private.fault(path, 'wrong-type', 'a list of texts'));
  end if;
  if not jsonb_path_exists(list, 'strict $[*] ? (@.type() != "string")') then
    return '[]';
  end if;
  return (
    select jsonb_agg(private.fault(path || '[' || found.place - 1 || ']', 'wrong-type', 'a text') order by found.place)
      from (
        select item.place
          from jsonb_array_elements(list) with ordinality as item (value, place)
         where jsonb_typeof(item.value) <> 'string'
         limit private.most_errors()
      ) as found
  );
end
$$;

-- A list of existing dimensions, each at most once. A list longer than the number of dimensions has an error among its
-- first names, so no more than those are folded.
create or replace function private.reference_list_faults(list jsonb, path text, dimension_keys text[])
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  faults jsonb := private.text_list_faults(list, path);
  seen text[] := '{}'::text[];
  key text;
begin
  if faults <> '[]' then
    return faults;
  end if;
  for place in 0 .. least(jsonb_array_length(list) - 1, cardinality(dimension_keys)) loop
    key := private.fold_name(private.trim_text(list ->> place));
    if key = any (seen) then
      faults := faults || private.fault(path || '[' || place || ']', 'duplicate-reference', 'each dimension once');
    elsif not key = any (dimension_keys) then
      faults := faults || private.fault(path || '[' || place || ']', 'unknown-dimension', 'the name of a dimension');
    else
      seen := seen || key;
    end if;
  end loop;
  return faults;
end
$$;

-- An object in a value, without members if there is none.
create or replace function private.object_at(value jsonb, path text[])
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return case when jsonb_typeof(value #> path) = 'object' then value #> path else '{}' end;
end
$$;

create or replace function private.too_precise_fault(path text)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return private.fault(path, 'too-precise', format('at most %s decimal places', private.most_decimal_places()));
end
$$;
