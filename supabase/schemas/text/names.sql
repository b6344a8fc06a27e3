-- The identity of names. Two names of dimensions or of categories are the same if private.fold_name returns the same for
-- both: it removes invisible characters, applies Unicode's compatibility form and lower case, and unifies hyphens and
-- quotation marks of each kind. worker/names.py does the same, and a test compares both character by character.
--
-- Lower case is ICU's, because that of the database's own locale differs between projects. ICU lower-cases only the letters
-- that its Unicode version knows; case differs for newer letters in the database only.
create or replace function private.fold_name(name text)
returns text
language plpgsql
immutable
strict
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Ordering combining marks takes time proportional to the square of their number and cannot be interrupted: 500 KB of
  -- them would take minutes. No real name has a thousand characters.
  if length(name) > 1000 then
    return name;
  end if;
  -- Nearly all names are plain ASCII, and need nothing else.
  if octet_length(name) = length(name) then
    return lower(name collate "C");
  end if;
  -- Invisible characters: soft hyphen, joiners, direction marks, zero-width spaces, variation selectors.
  name := regexp_replace(
    name,
    E'[\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]',
    '', 'g'
  );
  -- Decomposed, so that single characters can be lower-cased, except sigma, which has another form at the end of a word.
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
