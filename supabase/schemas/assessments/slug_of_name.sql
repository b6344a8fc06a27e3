-- The slug that a name gives.

-- unaccent() wherever the project has it: a project that enabled the extension long ago may have it in public.
do $unaccent$
begin
  execute format(
    $create$
      create or replace function private.without_accents(value text)
      returns text
      language sql
      stable
      strict
      parallel safe
      set search_path = pg_catalog, pg_temp
      as $body$ select %I.unaccent(value) $body$
    $create$,
    (
      select nspname
      from pg_catalog.pg_extension
      inner join pg_catalog.pg_namespace on pg_namespace.oid = extnamespace
      where extname = 'unaccent'
    )
  );
end
$unaccent$;

-- The slug that a name gives: accents folded, lower case, every run of other characters one hyphen, none at the ends,
-- cut at a word to the given length. 'assessment' where nothing usable is left.
create or replace function private.slug_of(name text, most integer default 60)
returns text
language plpgsql
stable
strict
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  slug text := name;
begin
  -- Plain ASCII has neither accents nor forms.
  if octet_length(name) > length(name) then
    slug := private.without_accents(normalize(name, NFC));
    -- Marks that no composed character has, such as a diaeresis on a q.
    slug := regexp_replace(normalize(slug, NFD), '[\u0300-\u036f]', '', 'g');
  end if;
  slug := trim(both '-' from regexp_replace(lower(slug collate "C"), '[^a-z0-9]+', '-', 'g'));
  if length(slug) > most then
    slug := case
      when substr(slug, most + 1, 1) = '-' then left(slug, most)
      -- Up to the last hyphen, or through the word where it is the only one.
      else coalesce(substring(left(slug, most) from '^(.*)-'), left(slug, most))
    end;
  end if;
  return coalesce(nullif(slug, ''), 'assessment');
end
$$;
