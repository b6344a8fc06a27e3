-- custom-assessments 0.2.0 evidence_spans sha256:56c9b03bf0f54118a72df5fabcbb6214ed7510423ea28b19ae73535c3fb09ca8
-- Where words are in the text as it was said.

-- Of the characters of a text in normal form, how many there are in each of its words, and how many in the words of the text
-- itself; blanks do not count. The normal form is NFC, or the folded one.
create or replace function private.word_lengths(source text, folded boolean)
returns table (place bigint, source_length integer, normal_length integer)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
    select split.place, length(split.word),
           case
             when octet_length(split.word) = length(split.word) and strpos(split.word, '--') = 0 then length(split.word)
             else length(translate(
               case when folded then private.folded_text(split.word) else normalize(split.word, NFC) end, ' ', ''
             ))
           end
      from string_to_table(btrim(replace(private.spaced_text(source), E'\u0002', ''), ' '), ' ')
           with ordinality as split (word, place);
end
$$;

-- Where the places of normalised words are in the source, as code points from 0, the end exclusive. firsts and lasts count the
-- characters before and up to the end of the words, without blanks, in the source's normal form: NFC, or the folded one. They
-- are widened to whole words of the source, one of whose characters may have become several.
create or replace function private.source_spans(source text, folded boolean, firsts integer[], lasts integer[])
returns table (first integer, last integer)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  -- The parts of the source between single blanks: where they begin, and how many characters are before them without blanks.
  starts integer[];
  before integer[];
  -- The words of the source: how many characters are before them in normal form, and in the source, with the end of the last.
  normal_before integer[];
  source_before integer[];
begin
  source := regexp_replace(source collate "C", '[' || private.blanks() || E'\u001e]', ' ', 'g');
  select array_agg((part.ends - length(part.said) + part.place - 1)::integer order by part.place),
         array_agg((part.ends - length(part.said))::integer order by part.place)
    into starts, before
    from (
      select split.said, split.place, sum(length(split.said)) over (order by split.place) as ends
        from string_to_table(source, ' ') with ordinality as split (said, place)
    ) as part;
  if not private.is_normal(source) or (folded and source collate "C" ~ ('[' || private.dashes() || private.hyphens() || ']{2}')) then
    select array_agg(word.normal_end - word.normal_length order by word.place),
           array_agg(word.source_end - word.source_length order by word.place) || max(word.source_end)
      into normal_before, source_before
      from (
        select listed.*, sum(listed.source_length) over (order by listed.place)::integer as source_end,
               sum(listed.normal_length) over (order by listed.place)::integer as normal_end
          from private.word_lengths(source, folded) as listed
      ) as word;
    firsts := array(
      select source_before[width_bucket(asked.first, normal_before)]
        from unnest(firsts) with ordinality as asked (first, place) order by asked.place
    );
    lasts := array(
      select source_before[width_bucket(asked.last - 1, normal_before) + 1]
        from unnest(lasts) with ordinality as asked (last, place) order by asked.place
    );
  end if;
  return query
    select starts[begins.part] + asked.first - before[begins.part], starts[ends.part] + asked.last - before[ends.part]
      from unnest(firsts, lasts) with ordinality as asked (first, last, place),
           width_bucket(asked.first, before) as begins (part),
           width_bucket(asked.last - 1, before) as ends (part)
     order by asked.place;
end
$$;

-- The check of quotes: whether a respondent said the words, and where. docs/evidence.md states the rule.

-- Whether a quote has twelve columns of letters and digits, of which wide ones take two.
create or replace function private.is_long_quote(quote text)
returns boolean
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  letters text;
begin
  if quote collate "C" ~ '([0-9A-Za-z][^0-9A-Za-z]*){12}' then
    return true;
  end if;
  letters := regexp_replace(normalize(quote, NFC) collate "und-x-icu", '[^[:alnum:]]+', '', 'g');
  return length(letters)
    + length(regexp_replace(letters collate "C", '[^' || private.wide_letters() || ']+', '', 'g')) >= 12;
end
$$;

-- The words of a quote without outer punctuation; empty if it has nothing else.
create or replace function private.inner_words(spaced text)
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return regexp_replace(
    regexp_replace(spaced collate "und-x-icu", '^( [[:punct:]][^ ]*)+(?= )', ''),
    '( [[:punct:]][^ ]*)+ $' collate "und-x-icu", ' '
  );
end
$$;

-- Whether a turn has a quote literally, between white space, or before a mark of punctuation and white space: its place from 1,
-- else 0. Most quotes are found by this, for which nothing needs to be normalised.
create or replace function private.literal_place(quote text, said text)
returns integer
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  place constant integer := strpos(said collate "C", quote);
  following text;
begin
  if place = 0 or substr(said, place - 1, 1) not in ('', ' ', E'\n') then
    return 0;
  end if;
  following := substr(said, place + length(quote), 2);
  if following = '' or left(following, 1) in (' ', E'\n')
    or (left(following, 1) in ('.', ',', ';', ':', '!', '?') and substr(following, 2) in ('', ' ', E'\n')) then
    return place;
  end if;
  return 0;
end
$$;

-- Turns of few words as a whole, without outer punctuation, each between two signs: a shorter quote must be the whole of one.
create or replace function private.whole_turns(spaced text[])
returns text[]
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return array(
    select case when length(listed.turn) <= 200 then E'\u001d' || private.inner_words(listed.turn) || E'\u001d' else '' end
      from unnest(spaced) with ordinality as listed (turn, place)
     order by listed.place
  );
end
$$;

-- Searches quotes in all turns. For each one that is found: its number, the place of its turn, its status, and where its words
-- are, as private.source_spans reads it. named has the places of the turns in which to search first.
create or replace function private.sought_quotes(speakers text[], texts text[], named integer[], quotes text[])
returns table (nth integer, place integer, status text, folded boolean, first integer, last integer)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  spaced constant text[] := private.spaced_turns(texts);
  sought constant text[] := private.spaced_turns(quotes);
  exact text[] := array_fill(null::text, array[cardinality(texts)]);
  own constant boolean[] := array(select each = 'respondent' from unnest(speakers) as each);
  others constant boolean[] := array(select each <> 'respondent' from unnest(speakers) as each);
  whole text[];
  own_turns record;
  other_turns record;
  own_whole record;
  other_whole record;
  repetitive boolean;
  words text;
  given text;
begin
  own_turns := private.searched_turns(spaced, own);
  other_turns := private.searched_turns(spaced, others);
  repetitive := own_turns.repetitive or other_turns.repetitive;
  for number in 1 .. cardinality(quotes) loop
    nth := number;
    folded := true;
    words := private.inner_words(sought[nth]);
    continue when words = ' ';
    if private.is_long_quote(quotes[nth]) then
      status := 'repaired';
      place := private.turn_with(words, named[nth], own_turns.turns, own_turns.together, own_turns.starts, own_turns.repetitive);
      if place is null then
        place := private.turn_with(words, named[nth], other_turns.turns, other_turns.together, other_turns.starts, other_turns.repetitive);
        status := 'other';
      end if;
    else
      if whole is null then
        whole := private.whole_turns(spaced);
        own_whole := private.searched_turns(whole, own);
        other_whole := private.searched_turns(whole, others);
      end if;
      given := E'\u001d' || words || E'\u001d';
      status := 'short';
      place := private.turn_with(given, named[nth], own_whole.turns, own_whole.together, own_whole.starts, own_whole.repetitive);
      if place is null then
        place := private.turn_with(given, named[nth], other_whole.turns, other_whole.together, other_whole.starts, other_whole.repetitive);
        status := 'other';
      end if;
    end if;
    continue when place is null;
    if status = 'repaired' then
      if exact[place] is null then
        exact[place] := private.spaced_text(normalize(texts[place], NFC));
      end if;
      given := private.spaced_text(normalize(quotes[nth], NFC));
      if private.place_of(given, exact[place], repetitive) > 0 then
        status := 'verified';
        folded := false;
        words := given;
      end if;
    elsif status = 'other' and speakers[place] = 'interviewer' then
      status := 'interviewer';
    end if;
    given := case when folded then spaced[place] else exact[place] end;
    first := length(replace(replace(left(given, private.place_of(words, given, repetitive)), ' ', ''), E'\u0002', ''));
    last := first + length(replace(replace(words, ' ', ''), E'\u0002', ''));
    return next;
  end loop;
end
$$;

-- The status of each quote, in their order: {status, turn, start, end, quote}, with "moved" if the words are not in the turn that
-- the quote names. start and end are code points of the turn's text, from 0, and quote has the source's words there. Of one that
-- was not found there is only {status, quote}. turns is [{turn, speaker, text}], quotes [{turn, quote}], whose turn may be null.
create or replace function private.located_quotes(turns jsonb, quotes jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  numbers integer[];
  speakers text[];
  texts text[];
  asked record;
  named integer[];
  literal integer[];
  answers jsonb;
begin
  select coalesce(array_agg(said.turn order by said.turn), '{}'), coalesce(array_agg(said.speaker order by said.turn), '{}'),
         coalesce(array_agg(said.text order by said.turn), '{}')
    into numbers, speakers, texts
    from jsonb_to_recordset(turns) as said (turn integer, speaker text, text text);
  -- Each quote once.
  select array_agg(listed.turn) as turns, array_agg(listed.quote) as quotes
    into asked
    from (
      select distinct given.turn, given.quote collate "C" as quote
        from jsonb_to_recordset(quotes) as given (turn integer, quote text)
    ) as listed;
  for nth in 1 .. coalesce(cardinality(asked.quotes), 0) loop
    named[nth] := array_position(numbers, asked.turns[nth]);
    literal[nth] := case
      when speakers[named[nth]] = 'respondent' and private.is_long_quote(asked.quotes[nth])
        then private.literal_place(btrim(asked.quotes[nth], E' \n'), texts[named[nth]])
      else 0
    end;
  end loop;

  with quote as (
    select listed.nth::integer as nth, listed.turn, listed.quote, listed.named, listed.literal
      from unnest(asked.turns, asked.quotes, named, literal) with ordinality as listed (turn, quote, named, literal, nth)
  ),
  remaining as (
    select array_agg(quote.nth order by quote.nth) as nths, array_agg(quote.named order by quote.nth) as named,
           array_agg(quote.quote order by quote.nth) as quotes
      from quote
     where quote.literal = 0
    having count(*) > 0
  ),
  found as (
    select remaining.nths[hit.nth] as nth, hit.place, hit.status, hit.folded, hit.first, hit.last
      from remaining, private.sought_quotes(speakers, texts, remaining.named, remaining.quotes) as hit
  ),
  -- The characters of a turn are counted once for all quotes in it.
  spanned as (
    select grouped.place, hit.nth, hit.status, hit.first, hit.last
      from (
        select found.place, found.folded, array_agg(found.nth) as nths, array_agg(found.status) as statuses,
               array_agg(found.first) as firsts, array_agg(found.last) as lasts
          from found
         group by found.place, found.folded
      ) as grouped,
           lateral rows from (
             unnest(grouped.nths), unnest(grouped.statuses),
             private.source_spans(texts[grouped.place], grouped.folded, grouped.firsts, grouped.lasts)
           ) as hit (nth, status, first, last)
    union all
    select quote.named, quote.nth, 'verified', quote.literal - 1, quote.literal - 1 + length(btrim(quote.quote, E' \n'))
      from quote
     where quote.literal > 0
  ),
  answer as (
    select quote.turn, quote.quote,
           case when spanned.nth is null then jsonb_build_object('status', 'unverified', 'quote', quote.quote)
             else jsonb_build_object(
               'status', spanned.status, 'turn', numbers[spanned.place], 'start', spanned.first, 'end', spanned.last,
               'quote', substr(texts[spanned.place], spanned.first + 1, spanned.last - spanned.first)
             ) || case when quote.turn <> numbers[spanned.place] then '{"moved": true}'::jsonb else '{}' end
           end as value
      from quote
      left join spanned on spanned.nth = quote.nth
  )
  select coalesce(jsonb_agg(answer.value order by given.place), '[]')
    into answers
    from rows from (jsonb_to_recordset(quotes) as (turn integer, quote text)) with ordinality as given (turn, quote, place)
    join answer on answer.quote = given.quote and answer.turn is not distinct from given.turn;
  return answers;
end
$$;
