-- The ids of dimensions: slugs that stay the same when a name changes. worker/ids.py has the same rules.

-- The default id of a dimension with this name: the slug of the name. It is made from the folded name, and uses neither a
-- dictionary nor a locale, so that other programs can compute it. If the name has no letter or digit for a slug, or too
-- many for an id, the id is d- and the start of its hash.
create or replace function private.id_of_name(folded text)
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  slug text := '';
begin
  if length(folded) <= private.longest_name() then
    slug := folded;
    if octet_length(slug) > length(slug) then
      -- Accents are removed; Latin letters that have no form without their mark are written out.
      slug := regexp_replace(slug, E'[\u0300-\u036f]', '', 'g');
      slug := replace(replace(replace(slug, E'\u00df', 'ss'), E'\u00e6', 'ae'), E'\u0153', 'oe');
      slug := translate(slug, E'\u00f8\u0111\u0142\u0131', 'odli');
    end if;
    slug := btrim(regexp_replace(slug, '[^a-z0-9]+', '-', 'g'), '-');
  end if;
  if length(slug) between 1 and private.longest_name() then
    return slug;
  end if;
  return 'd-' || left(encode(sha256(convert_to(folded, 'UTF8')), 'hex'), 8);
end
$$;

-- The dimensions' folded names and their ids, in order.
create or replace function private.dimension_ids(dimensions jsonb, out keys text[], out ids text[])
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  dimension jsonb;
  key text;
begin
  keys := '{}';
  ids := '{}';
  for place in 0 .. jsonb_array_length(dimensions) - 1 loop
    dimension := dimensions -> place;
    key := private.name_key(dimension);
    keys := keys || key;
    ids := ids || case when jsonb_typeof(dimension -> 'id') = 'string' then dimension ->> 'id'
                       else private.id_of_name(key) end;
  end loop;
end
$$;

-- The id with the lowest suffix number that makes it unique.
create or replace function private.free_id(wanted text, taken text[])
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  free text := wanted;
begin
  for number in 2 .. cardinality(taken) + 2 loop
    exit when free <> all (taken);
    free := wanted || '-' || number;
  end loop;
  return free;
end
$$;

-- The errors of dimensions' ids, given the folded names of the dimensions: invalid ids, and ids that belong to another
-- dimension (an earlier one, or one whose name has this default id). Of dimensions with the same name only the first is
-- considered.
create or replace function private.id_faults(dimensions jsonb, names text[])
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  faults jsonb := '[]';
  stated jsonb;
  key text;
  keys text[] := '{}';
  ids text[] := '{}';
  given text[] := '{}';
  places integer[] := '{}';
  held text[] := '{}';
begin
  for place in 0 .. least(jsonb_array_length(dimensions), 100) - 1 loop
    stated := dimensions #> array[place::text, 'id'];
    if jsonb_typeof(stated) <> 'null' and (
      jsonb_typeof(stated) <> 'string'
      or stated #>> '{}' !~ '^[a-z0-9]+(-[a-z0-9]+)*$'
      or length(stated #>> '{}') > private.longest_name()
    ) then
      faults := faults || private.fault(
        '$.dimensions[' || place || '].id', 'invalid-id',
        format('a slug of at most %s characters, such as "strategic-thinking"', private.longest_name()));
      continue;
    end if;
    key := names[place + 1];
    if key is not null and key <> all (keys) then
      keys := keys || key;
      given := given || private.id_of_name(key);
      ids := ids || coalesce(stated #>> '{}', given[cardinality(given)]);
      places := places || place;
    end if;
  end loop;
  for number in 1 .. cardinality(ids) loop
    if ids[number] = any (held) or (ids[number] <> given[number] and ids[number] = any (given)) then
      faults := faults || private.fault(
        '$.dimensions[' || places[number] || '].id', 'duplicate-id',
        format('an id of its own, such as "%s": "%s" is that of another dimension',
               private.free_id(ids[number], ids || given), ids[number]));
    else
      held := held || ids[number];
    end if;
  end loop;
  return faults;
end
$$;
