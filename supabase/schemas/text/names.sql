-- The identity of names. Two names of dimensions or of categories are the same when private.fold_name gives the same
-- for both: without the characters that cannot be seen, in Unicode's compatibility form, in lower case, and with one
-- hyphen and one quotation mark of each kind. worker/names.py does the same, and a test holds the two together,
-- character by character.
--
-- The lower case is ICU's, since that of the database's own locale differs from project to project. ICU lower-cases
-- what its Unicode version knows: letters that are younger than it differ in case for the database alone.
create or replace function private.fold_name(name text)
returns text
language plpgsql
immutable
strict
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Putting combining marks in order takes time in proportion to the square of their number, and nothing can interrupt
  -- it: 500 KB of them would take minutes. Nobody calls a dimension by a thousand characters.
  if length(name) > 1000 then
    return name;
  end if;
  -- Plain ASCII is nearly every name, and needs none of the rest.
  if octet_length(name) = length(name) then
    return lower(name collate "C");
  end if;
  -- What cannot be seen: soft hyphen, joiners, marks of direction, spaces without width, variation selectors.
  name := regexp_replace(
    name,
    E'[\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]',
    '', 'g'
  );
  -- Decomposed, so that lower case is a matter of single characters; but for sigma, which at the end of a word has
  -- another one.
  return translate(
    lower(normalize(name, NFKD) collate "und-x-icu"),
    E'\u03c2\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2018\u2019\u201a\u201b\u02bc\u201c\u201d\u201e\u201f',
    E'\u03c3-------''''''''''""""'
  );
end
$$;
comment on function private.fold_name(text) is
'The identity of a name. Names are the same if they differ only in case, Unicode form, invisible characters, or the kind of '
'hyphens and quotation marks.';
