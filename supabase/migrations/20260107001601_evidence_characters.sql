-- custom-assessments 0.2.0 evidence_characters sha256:4533b5f8d662b2ef82c36ca67b77ece41e5b4d3c4b51a00606cf3c525600c3f2
-- Classes of characters, as the inside of a regular expression's brackets. They are those of Unicode 14, rather than of the
-- database's locale, which differs between projects.

-- Punctuation and symbols: what separates words.
create or replace function private.separators()
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return
    E'\u0021-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u007e\u00a1-\u00a9\u00ab\u00ac\u00ae-\u00b1\u00b4'
    || E'\u00b6-\u00b8\u00bb\u00bf\u00d7\u00f7\u02c2-\u02c5\u02d2-\u02df\u02e5-\u02eb\u02ed\u02ef-\u02ff\u0375'
    || E'\u037e\u0384\u0385\u0387\u03f6\u0482\u055a-\u055f\u0589-\u058f\u05be\u05c0\u05c3\u05c6\u05f3\u05f4'
    || E'\u0606-\u060f\u061b\u061d-\u061f\u066a-\u066d\u06d4\u06de\u06e9\u06fd\u06fe\u0700-\u070d\u07f6-\u07f9'
    || E'\u07fe\u07ff\u0830-\u083e\u085e\u0888\u0964\u0965\u0970\u09f2\u09f3\u09fa\u09fb\u09fd\u0a76\u0af0\u0af1'
    || E'\u0b70\u0bf3-\u0bfa\u0c77\u0c7f\u0c84\u0d4f\u0d79\u0df4\u0e3f\u0e4f\u0e5a\u0e5b\u0f01-\u0f17\u0f1a-\u0f1f'
    || E'\u0f34\u0f36\u0f38\u0f3a-\u0f3d\u0f85\u0fbe-\u0fc5\u0fc7-\u0fda\u104a-\u104f\u109e\u109f\u10fb'
    || E'\u1360-\u1368\u1390-\u1399\u1400\u166d\u166e\u169b\u169c\u16eb-\u16ed\u1735\u1736\u17d4-\u17d6'
    || E'\u17d8-\u17db\u1800-\u180a\u1940-\u1945\u19de-\u19ff\u1a1e\u1a1f\u1aa0-\u1aa6\u1aa8-\u1aad\u1b5a-\u1b6a'
    || E'\u1b74-\u1b7e\u1bfc-\u1bff\u1c3b-\u1c3f\u1c7e\u1c7f\u1cc0-\u1cc7\u1cd3\u1fbd\u1fbf-\u1fc1\u1fcd-\u1fcf'
    || E'\u1fdd-\u1fdf\u1fed-\u1fef\u1ffd\u1ffe\u2010-\u2027\u2030-\u205e\u207a-\u207e\u208a-\u208e\u20a0-\u20c0'
    || E'\u2100\u2101\u2103-\u2106\u2108\u2109\u2114\u2116-\u2118\u211e-\u2123\u2125\u2127\u2129\u212e\u213a\u213b'
    || E'\u2140-\u2144\u214a-\u214d\u214f\u218a-\u244a\u249c-\u24e9\u2500-\u2775\u2794-\u2bff\u2ce5-\u2cea'
    || E'\u2cf9-\u2cfc\u2cfe\u2cff\u2d70\u2e00-\u2e2e\u2e30-\u3004\u3008-\u3020\u3030\u3036\u3037\u303d-\u303f'
    || E'\u309b\u309c\u30a0\u30fb\u3190\u3191\u3196-\u319f\u31c0-\u31e3\u3200-\u321e\u322a-\u3247\u3250'
    || E'\u3260-\u327f\u328a-\u32b0\u32c0-\u33ff\u4dc0-\u4dff\ua490-\ua4c6\ua4fe\ua4ff\ua60d-\ua60f\ua673\ua67e'
    || E'\ua6f2-\ua716\ua720\ua721\ua789\ua78a\ua828-\ua82b\ua836-\ua839\ua874-\ua877\ua8ce\ua8cf\ua8f8-\ua8fa'
    || E'\ua8fc\ua92e\ua92f\ua95f\ua9c1-\ua9cd\ua9de\ua9df\uaa5c-\uaa5f\uaa77-\uaa79\uaade\uaadf\uaaf0\uaaf1\uab5b'
    || E'\uab6a\uab6b\uabeb\ufb29\ufbb2-\ufbc2\ufd3e-\ufd4f\ufdcf\ufdfc-\ufdff\ufe10-\ufe19\ufe30-\ufe6b'
    || E'\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\uffe0-\uffee\ufffc\ufffd\U00010100-\U00010102'
    || E'\U00010137-\U0001013f\U00010179-\U00010189\U0001018c-\U000101fc\U0001039f\U000103d0\U0001056f\U00010857'
    || E'\U00010877\U00010878\U0001091f\U0001093f\U00010a50-\U00010a58\U00010a7f\U00010ac8\U00010af0-\U00010af6'
    || E'\U00010b39-\U00010b3f\U00010b99-\U00010b9c\U00010ead\U00010f55-\U00010f59\U00010f86-\U00010f89'
    || E'\U00011047-\U0001104d\U000110bb\U000110bc\U000110be-\U000110c1\U00011140-\U00011143\U00011174\U00011175'
    || E'\U000111c5-\U000111c8\U000111cd\U000111db\U000111dd-\U000111df\U00011238-\U0001123d\U000112a9'
    || E'\U0001144b-\U0001144f\U0001145a-\U0001145d\U000114c6\U000115c1-\U000115d7\U00011641-\U00011643'
    || E'\U00011660-\U0001166c\U000116b9\U0001173c-\U0001173f\U0001183b\U00011944-\U00011946\U000119e2'
    || E'\U00011a3f-\U00011a46\U00011a9a-\U00011a9c\U00011a9e-\U00011aa2\U00011c41-\U00011c45\U00011c70\U00011c71'
    || E'\U00011ef7\U00011ef8\U00011fd5-\U00011fff\U00012470-\U00012474\U00012ff1\U00012ff2\U00016a6e\U00016a6f'
    || E'\U00016af5\U00016b37-\U00016b3f\U00016b44\U00016b45\U00016e97-\U00016e9a\U00016fe2\U0001bc9c\U0001bc9f'
    || E'\U0001cf50-\U0001d164\U0001d16a-\U0001d16c\U0001d183\U0001d184\U0001d18c-\U0001d1a9\U0001d1ae-\U0001d241'
    || E'\U0001d245\U0001d300-\U0001d356\U0001d6c1\U0001d6db\U0001d6fb\U0001d715\U0001d735\U0001d74f\U0001d76f'
    || E'\U0001d789\U0001d7a9\U0001d7c3\U0001d800-\U0001d9ff\U0001da37-\U0001da3a\U0001da6d-\U0001da74'
    || E'\U0001da76-\U0001da83\U0001da85-\U0001da8b\U0001e14f\U0001e2ff\U0001e95e\U0001e95f\U0001ecac\U0001ecb0'
    || E'\U0001ed2e\U0001eef0-\U0001f0f5\U0001f10d-\U0001fbca';
end
$$;

-- Letters, digits and marks of scripts that write no spaces between words: Thai, Lao, Myanmar, Khmer, Hiragana, Katakana, Han.
create or replace function private.unspaced_letters()
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return E'\u0e01-\u0e3a\u0e40-\u0e4e\u0e50-\u0e59\u0e81-\u0edf\u1000-\u1049\u1050-\u109d\u1780-\u17d3\u17d7\u17dc-\u17e9'
    || E'\u3005-\u3007\u3021-\u302f\u3031-\u3035\u3038-\u303c\u3041-\u309a\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff'
    || E'\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua9e0-\ua9fe\uaa60-\uaa76\uaa7a-\uaa7f\uf900-\ufaff\uff66-\uff9f'
    || E'\U0001aff0-\U0001b16f\U00020000-\U000323af';
end
$$;

-- What belongs to the character before it: the marks of these scripts, those that any letter may have, joiners and selectors.
create or replace function private.attached_marks()
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return E'\u0300-\u036f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u1056-\u1059\u105e-\u1060'
    || E'\u1062-\u1064\u1067-\u106d\u1071-\u1074\u1082-\u108d\u108f\u109a-\u109d\u17b4-\u17d3\u17dd\u200c\u200d\u20d0-\u20f0'
    || E'\u302a-\u302f\u3099\u309a\ua9e5\uaa7b-\uaa7d\ufe00-\ufe0f\uff9e\uff9f\U000e0100-\U000e01ef';
end
$$;

-- Letters and digits that are two columns wide.
create or replace function private.wide_letters()
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return E'\u1100-\u115f\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303c\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff'
    || E'\u3105-\u312f\u3131-\u318e\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\ua48c\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff'
    || E'\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\U00016fe0-\U0001b2fb\U00020000-\U0003fffd';
end
$$;

-- Hyphens, which are part of a word between two letters; and dashes, which never are.
create or replace function private.hyphens()
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return E'\u2010\u2011\ufe63\uff0d-';
end
$$;

create or replace function private.dashes()
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return E'\u2012-\u2015\u2212\u2e3a\u2e3b\ufe58';
end
$$;

-- White space and control characters but for the space and U+001E, and the space of no width.
create or replace function private.blanks()
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return E'\u0001-\u001d\u001f\u007f-\u00a0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff';
end
$$;

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

-- In which turn words are.

-- Whether some piece of a text comes so often that a plain search could take long. One in three pieces is looked at.
create or replace function private.is_repetitive(value text)
returns boolean
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  bytes constant bytea := convert_to(value, 'UTF8');
begin
  return exists (
    select from generate_series(1, length(bytes), 96) as piece (place)
     group by substr(bytes, piece.place, 32)
    having count(*) > 20
  );
end
$$;

-- Where words begin in a text, from 1; 0 if nowhere. A plain search compares backwards from each place where the end of the words
-- fits. Where these may be many, as in "a a a a ...", they are counted, and an automaton searches, whose time is linear.
create or replace function private.place_of(words text, spaced text, repetitive boolean)
returns integer
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  ends integer;
begin
  if repetitive and octet_length(words) > 64 then
    ends := cardinality(string_to_array(spaced, right(words, 32))) - 1;
    if ends <= 0 then
      return 0;
    elsif ends > 100 then
      return regexp_instr(spaced collate "C", '***=' || words);
    end if;
  end if;
  return strpos(spaced collate "C", words);
end
$$;

-- Turns to search in: those of some speakers, with their texts as they are searched. together has all of them in one text, where
-- they begin at starts.
create or replace function private.searched_turns(
  spaced text[], wanted boolean[], out turns text[], out together text, out starts integer[], out repetitive boolean
)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  select array_agg(listed.turn order by listed.place),
         string_agg(listed.turn, E'\u001e' order by listed.place),
         array_agg(listed.ends - length(listed.turn) order by listed.place)
    into turns, together, starts
    from (
      select given.place, chosen.turn, sum(length(chosen.turn) + 1) over (order by given.place)::integer as ends
        from unnest(spaced, wanted) with ordinality as given (turn, is_wanted, place),
             lateral (select case when given.is_wanted then given.turn else '' end) as chosen (turn)
    ) as listed;
  repetitive := private.is_repetitive(together);
end
$$;

-- The first turn that has the words: the named one, else the nearest of two to each side, else the first of all. Null if none.
create or replace function private.turn_with(
  words text, named integer, turns text[], together text, starts integer[], repetitive boolean
)
returns integer
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  away integer;
  found integer;
begin
  if named is not null then
    foreach away in array array[0, -1, 1, -2, 2] loop
      if private.place_of(words, turns[named + away], repetitive) > 0 then
        return named + away;
      end if;
    end loop;
  end if;
  found := private.place_of(words, together, repetitive);
  return case when found > 0 then width_bucket(found, starts) end;
end
$$;
