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
