-- Makes slugs from names.

-- Finds unaccent() in whichever schema the project has it: older projects may have the extension in public.
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

-- The slug of a name: without accents, in lower case, each run of other characters replaced by one hyphen, no hyphens at
-- the ends, cut at a word boundary to the given length. 'assessment' if nothing usable is left.
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
  -- Plain ASCII has neither accents nor compatibility forms.
  if octet_length(name) > length(name) then
    slug := private.without_accents(normalize(name, NFC));
    -- Marks without a composed character, such as a diaeresis on a q.
    slug := regexp_replace(normalize(slug, NFD), '[\u0300-\u036f]', '', 'g');
  end if;
  slug := trim(both '-' from regexp_replace(lower(slug collate "C"), '[^a-z0-9]+', '-', 'g'));
  if length(slug) > most then
    slug := case
      when substr(slug, most + 1, 1) = '-' then left(slug, most)
      -- Up to the last hyphen, or within the word if there is none.
      else coalesce(substring(left(slug, most) from '^(.*)-'), left(slug, most))
    end;
  end if;
  return coalesce(nullif(slug, ''), 'assessment');
end
$$;
