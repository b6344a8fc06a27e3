-- Texts as they are compared with quotes.

-- Whether a text has only characters that no normalisation changes: nearly all texts of many languages, which then need none.
create or replace function private.is_normal(value text)
returns boolean
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return octet_length(value) = length(value) or value !~ (
    E'[^\u0001-\u007f\u00bf-\u012f\u0131\u0134-\u013e\u0141-\u0148\u014a-\u017e\u0391-\u03a1\u03a3-\u03c9\u0400-\u045f\u05d0-\u05ea'
    || E'\u0621-\u063a\u0641-\u064a\u0905-\u0939\u0e01-\u0e30\u0e32\u0e40-\u0e46\u2010\u2012-\u2015\u2018-\u201e'
    || E'\u3001\u3002\u300a-\u3011\u3041-\u3096\u30a1-\u30fa\u30fc\u4e00-\u9fff\uac00-\ud7a3]' collate "C"
  );
end
$$;

-- A text with one kind of single quotation mark, of double ones, of hyphens, of dashes between words, and of the letter sigma. Two
-- hyphens or more are a dash.
create or replace function private.plain_marks(value text)
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  value := regexp_replace(
    value collate "C", E'[`\u00b4\u02bb\u02bc\u2018-\u201b\u2032\u2039\u203a\uff07]', '''', 'g'
  );
  value := regexp_replace(
    value collate "C", E'[\u00ab\u00bb\u201c-\u201f\u2033\u300c-\u300f\u301d-\u301f\uff02\uff62\uff63]', '"', 'g'
  );
  value := regexp_replace(
    value collate "C",
    format('[%1$s]*[%2$s][%2$s%1$s]*|[%1$s]{2,}', private.hyphens(), private.dashes()), ' - ', 'g'
  );
  value := regexp_replace(value collate "C", '[' || private.hyphens() || ']', '-', 'g');
  return replace(value, E'\u03c2', E'\u03c3');
end
$$;

-- A text as a repaired quote is compared: compatibility form, lower case, plain marks, and no invisible characters. Lower case is ICU's, as in private.fold_name.
create or replace function private.folded_text(value text)
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  if octet_length(value) = length(value) then
    value := lower(replace(value, '`', '''') collate "C");
    if strpos(value, '--') > 0 then
      value := regexp_replace(value collate "C", '--+', ' - ', 'g');
    end if;
  else
    value := regexp_replace(
      value collate "C",
      E'[\u00ad\u034f\u061c\u180b-\u180f\u200c-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\U000e0100-\U000e01ef]', '', 'g'
    );
    value := private.plain_marks(value);
    if not private.is_normal(value) then
      value := private.plain_marks(normalize(value, NFKC));
    end if;
    value := replace(lower(value collate "und-x-icu"), E'\u03c2', E'\u03c3');
  end if;
  return value;
end
$$;

-- A text as its words, each between two spaces, so that one text is found in another only at the boundaries of words. A mark of
-- punctuation is a word of its own, and so is each character of a script that writes no spaces, with the marks that belong to it.
-- An apostrophe or hyphen beside a letter and between two letters or digits is part of the word, and so are a point, comma or
-- apostrophe between two digits: "I can" is not found in "I can't", nor "technical" in "non-technical". U+0002 follows them.
create or replace function private.spaced_text(value text)
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  mark constant text := '[' || private.attached_marks() || ']*';
  unspaced constant text := private.unspaced_letters();
  separators constant text := private.separators();
begin
  value := ' ' || regexp_replace(value collate "C", '[' || private.blanks() || ']', ' ', 'g') || ' ';
  value := regexp_replace(
    value collate "C",
    format(
      E'([^ %1$s0-9])([''\u2019%2$s])(?=[^ %1$s])|([0-9])([''\u2019%2$s])(?=[^ %1$s0-9])|([0-9])([.,''\u2019])(?=[0-9])',
      unspaced || separators, private.hyphens()
    ), E'\\1\\2\\3\\4\\5\\6\u0002', 'g'
  );
  value := regexp_replace(
    value collate "C",
    format(
      E'[%1$s]%2$s|[%3$s%4$s]+(?!\u0002)|[%5$s]%2$s(?!\u0002)',
      unspaced, mark, private.dashes(), private.hyphens(), separators
    ), ' \& ', 'g'
  );
  while strpos(value, '  ') > 0 loop
    value := replace(value, '  ', ' ');
  end loop;
  return value;
end
$$;

-- The texts of turns as they are compared with repaired quotes.
create or replace function private.spaced_turns(texts text[])
returns text[]
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  -- All at once, with U+001E between them, because each step takes longer to begin than to go through a turn.
  return string_to_array(
    private.spaced_text(private.folded_text(
      (select string_agg(replace(listed.said, E'\u001e', ' '), E' \u001e ' order by listed.place)
         from unnest(texts) with ordinality as listed (said, place))
    )), E'\u001e'
  );
end
$$;
