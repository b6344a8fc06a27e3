-- The bounds of a definition. They are checked first, because all other rules rely on them.

-- The definition as a whole: far too large, nested too deep, extreme numbers. Everything else that traverses a definition runs
-- after this and relies on it. The order matters: a number such as 1e131071 or 0e-16383 takes ten bytes in jsonb, but as
-- many characters as its exponent says once it is text.
create or replace function private.definition_shape_faults(definition jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  if jsonb_typeof(definition) is distinct from 'object' then
    return jsonb_build_array(private.fault('$', 'wrong-type', 'an object with dimensions and resultCategories'));
  end if;
  -- jsonb is at most about six times as large as its text.
  if pg_column_size(definition) > 4000000 then
    return jsonb_build_array(private.fault('$', 'too-large', format('at most %s bytes', private.largest_text())));
  end if;
  if jsonb_path_exists(definition, 'strict $.**{40}') then
    return jsonb_build_array(private.fault('$', 'too-deep', 'at most 40 levels of lists and objects'));
  end if;
  if exists (
    select
      -- As an array: jsonb_path_query() alone shifts its whole list for each number that it returns.
      from jsonb_array_elements(
             jsonb_path_query_array(definition, 'strict $.**{1 to 39} ? (@.type() == "number")')
           ) as found (number)
     where scale(found.number::numeric) > 100 or abs(found.number::numeric) >= 1e100
  ) then
    return coalesce(
      (
        select jsonb_agg(private.fault(found.path, 'number-out-of-range', found.expected))
          from (
            select '$.dimensions[' || listed.place - 1 || '].weight' as path,
                   'a number above 0, at most 1' as expected
              from jsonb_array_elements(jsonb_path_query_array(definition, 'lax $.dimensions[*]'))
                   with ordinality as listed (value, place)
             where jsonb_typeof(listed.value -> 'weight') = 'number'
               and (scale((listed.value -> 'weight')::numeric) > 100 or abs((listed.value -> 'weight')::numeric) >= 1e100)
             limit private.most_errors()
          ) as found
      ),
      jsonb_build_array(
        private.fault('$', 'number-out-of-range', 'numbers below 1e100 with at most 100 decimal places')
      )
    );
  end if;
  return null;
end
$$;

-- The size of a definition, given its JSON, which takes as long to write as everything above.
create or replace function private.definition_size_faults(written text)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  if octet_length(written) > private.largest_text() then
    return jsonb_build_array(private.fault('$', 'too-large', format('at most %s bytes', private.largest_text())));
  end if;
  return null;
end
$$;

create or replace function private.definition_bounds_faults(definition jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(
    private.definition_shape_faults(definition),
    -- No value's text takes more than 17 times its room in jsonb.
    case when pg_column_size(definition) > private.largest_text() / 25
         then private.definition_size_faults(definition::text) end);
end
$$;
