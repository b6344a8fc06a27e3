-- What a turn may be.

-- A time with its zone, as RFC 3339 writes it; null for anything else.
create or replace function private.time_of(value text)
returns timestamptz
language plpgsql
stable
strict
set search_path = pg_catalog, pg_temp
as $$
begin
  if length(value) > 40
    or value !~ '^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$' then
    return null;
  end if;
  return value::timestamptz;
exception when data_exception then
  return null;
end
$$;

-- A number that a turn may have.
create or replace function private.is_turn_number(value jsonb)
returns boolean
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return case
    when jsonb_typeof(value) = 'number' then value::numeric between 0 and 1000000 and value::numeric = trunc(value::numeric)
    else false
  end;
end
$$;

-- The errors of one turn. dimension_keys are the folded names of the dimensions.
create or replace function private.turn_faults(item jsonb, path text, dimension_keys text[])
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  faults jsonb := '[]';
begin
  if jsonb_typeof(item) <> 'object' then
    return jsonb_build_array(private.fault(path, 'wrong-type', 'an object with turn, speaker and text'));
  end if;
  if item -> 'turn' is null then
    faults := faults || private.fault(path || '.turn', 'missing', 'the number of the turn');
  elsif not private.is_turn_number(item -> 'turn') then
    faults := faults || private.fault(path || '.turn', 'out-of-range', 'a whole number from 0 to 1,000,000');
  end if;
  if item -> 'speaker' is null then
    faults := faults || private.fault(path || '.speaker', 'missing', private.one_of(private.speakers()));
  elsif item ->> 'speaker' is null or item ->> 'speaker' <> all (private.speakers()) then
    faults := faults || private.fault(path || '.speaker', 'unknown-value', private.one_of(private.speakers()));
  end if;
  if item -> 'text' is null then
    faults := faults || private.fault(path || '.text', 'missing', 'what was said');
  elsif jsonb_typeof(item -> 'text') <> 'string' then
    faults := faults || private.fault(path || '.text', 'wrong-type', 'a text');
  end if;
  if jsonb_typeof(item -> 'at') <> 'null'
    and (jsonb_typeof(item -> 'at') <> 'string' or private.time_of(item ->> 'at') is null) then
    faults := faults || private.fault(path || '.at', 'invalid-time', 'a time such as "2026-03-01T09:30:00Z"');
  end if;
  if jsonb_typeof(item -> 'dimensions') <> 'null' then
    faults := faults || private.reference_list_faults(item -> 'dimensions', path || '.dimensions', dimension_keys);
  end if;
  return faults;
end
$$;

-- Whether these are turns as agents mostly send them, in which turn_faults would find nothing: so they are not looked at one by one,
-- which takes five times as long.
create or replace function private.are_plain_turns(turns jsonb)
returns boolean
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return jsonb_array_length(turns) = jsonb_array_length(jsonb_path_query_array(
    turns,
    'strict $[*] ? (@.turn >= 0 && @.turn <= 1000000 && @.turn.floor() == @.turn && @.speaker == $speakers[*]'
    ' && @.text.type() == "string" && (exists(@.at)) is unknown && (exists(@.dimensions)) is unknown)',
    jsonb_build_object('speakers', private.speakers())
  ));
end
$$;

-- Refuses turns that are malformed, with all errors, or too many or too long. names are those of the dimensions.
create or replace function private.check_turns(session_id uuid, turns jsonb, dimension_keys text[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  faults jsonb := '[]';
  long integer;
begin
  if jsonb_typeof(turns) is distinct from 'array' or turns = '[]' then
    faults := jsonb_build_array(private.fault('$', 'wrong-type', 'a list of at least one turn'));
  else
    -- jsonb is at most about six times as large as its text.
    perform private.refuse_long_transcript(
      check_turns.session_id, jsonb_array_length(turns),
      case when pg_column_size(turns) > 6 * private.largest_text() then private.largest_text() + 1 else 0 end
    );
    for place in 0 .. case when private.are_plain_turns(turns) then 0 else jsonb_array_length(turns) end - 1 loop
      faults := faults || private.turn_faults(turns -> place, '$[' || place || ']', dimension_keys);
      exit when jsonb_array_length(faults) >= private.most_errors();
    end loop;
    if faults = '[]' and jsonb_array_length(turns) > 1 then
      select coalesce(jsonb_agg(private.fault('$[' || said.place - 1 || '].turn', 'duplicate-turn', 'each turn once')), '[]')
        into faults
        from (
          select item.place, row_number() over (partition by (item.value -> 'turn')::integer order by item.place) as nth
            from jsonb_array_elements(turns) with ordinality as item (value, place)
        ) as said
       where said.nth > 1;
    end if;
  end if;
  if faults <> '[]' then
    perform private.refuse('TURNS_INVALID', jsonb_build_object(
      'session_id', check_turns.session_id,
      'faults', jsonb_path_query_array(faults, '$[0 to $last]', jsonb_build_object('last', private.most_errors() - 1))
    ));
  end if;
  if length(turns::text) > private.longest_turn() then
    select (item.value -> 'turn')::integer
      into long
      from jsonb_array_elements(turns) as item (value)
     where length(item.value ->> 'text') > private.longest_turn()
     limit 1;
    if found then
      perform private.refuse('TRANSCRIPT_TOO_LARGE', jsonb_build_object(
        'session_id', check_turns.session_id, 'turn', long, 'limit', 'characters of a turn', 'most', private.longest_turn()
      ));
    end if;
  end if;
end
$$;

-- Refuses a transcript of so many turns and bytes.
create or replace function private.refuse_long_transcript(session_id uuid, turns integer, bytes integer)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if turns > private.most_turns() then
    perform private.refuse('TRANSCRIPT_TOO_LARGE', jsonb_build_object(
      'session_id', refuse_long_transcript.session_id, 'limit', 'turns', 'most', private.most_turns()
    ));
  elsif bytes > private.largest_text() then
    perform private.refuse('TRANSCRIPT_TOO_LARGE', jsonb_build_object(
      'session_id', refuse_long_transcript.session_id, 'limit', 'bytes', 'most', private.largest_text()
    ));
  end if;
end
$$;
