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
