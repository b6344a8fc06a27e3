-- custom-assessments 0.2.0 definition_rules sha256:7654d1e99d235b8a77c460dbe43922054e93fec8d5949449ef8859606f34ec91
-- What a definition must be. One function answers with every fault at once; the trigger of custom_assessments and
-- whatever else takes a definition call it.
--
-- The rules are those of the definition models (worker/definition.py), or laxer: what the models accept is accepted
-- here, what is refused here the models refuse. Required are the parts without which nothing works; every other key
-- that the format names is checked where it stands (null counts as absent), and keys that it does not name are kept
-- and ignored, so that a newer builder can work with an older database.

-- ---------------------------------------------------------------------------------------------------------------------
-- Small parts
-- ---------------------------------------------------------------------------------------------------------------------

-- A text without the white space at its ends, as Python's str.strip() sees it, whatever the database's locale.
create or replace function private.trim_text(value text)
returns text
language plpgsql
immutable
strict
parallel safe
set search_path = ''
as $$
begin
  return btrim(
    value,
    E'\t\n\u000b\f\r\u001c\u001d\u001e\u001f \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006'
    || E'\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000'
  );
end
$$;
revoke all on function private.trim_text(text) from public, anon, authenticated, service_role;
grant execute on function private.trim_text(text) to authenticated, service_role;

-- Whether a text is a version: major.minor without leading zeros, each of at most nine digits.
create or replace function private.is_version(value text)
returns boolean
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
  return coalesce(value ~ '^(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})$', false);
end
$$;
revoke all on function private.is_version(text) from public, anon, authenticated, service_role;
grant execute on function private.is_version(text) to authenticated, service_role;

-- Whether a value is a list of two numbers.
create or replace function private.is_number_pair(value jsonb)
returns boolean
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
  return coalesce(
    jsonb_typeof(value) = 'array'
    and jsonb_array_length(value) = 2
    and jsonb_typeof(value -> 0) = 'number'
    and jsonb_typeof(value -> 1) = 'number',
    false
  );
end
$$;
revoke all on function private.is_number_pair(jsonb) from public, anon, authenticated, service_role;
grant execute on function private.is_number_pair(jsonb) to authenticated, service_role;

-- One fault: where (a JSON path), why (a stable key) and what was expected.
create or replace function private.fault(path text, reason text, expected text)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
  return jsonb_build_object('path', path, 'reason', reason, 'expected', expected);
end
$$;
revoke all on function private.fault(text, text, text) from public, anon, authenticated, service_role;
grant execute on function private.fault(text, text, text) to authenticated, service_role;

-- A key as a step of a JSON path. A long key is cut: a path is for finding, not for carrying text.
create or replace function private.path_step(key text)
returns text
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
  return case when length(key) <= 100 and key ~ '^[A-Za-z_][A-Za-z0-9_]*$' then '.' || key
              else '[' || to_json(left(key, 100))::text || ']' end;
end
$$;
revoke all on function private.path_step(text) from public, anon, authenticated, service_role;
grant execute on function private.path_step(text) to authenticated, service_role;

-- Of some names, the places (from 1) of those that are not among the known ones, at most 100. known holds both the
-- spellings and their folded forms, so that only a reference which is spelled otherwise has to be folded.
create or replace function private.unknown_names(names text[], known text[])
returns integer[]
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
  if names <@ known then
    return '{}'::integer[];
  end if;
  return array(
    select listed.place::integer
      from unnest(names) with ordinality as listed (name, place)
     where not listed.name = any (known)
       and not private.fold_name(private.trim_text(listed.name)) = any (known)
     limit 100
  );
end
$$;
revoke all on function private.unknown_names(text[], text[]) from public, anon, authenticated, service_role;
grant execute on function private.unknown_names(text[], text[]) to authenticated, service_role;

-- ---------------------------------------------------------------------------------------------------------------------
-- Parts of a definition. Each answers a list of faults, but for the bounds of the whole.
-- ---------------------------------------------------------------------------------------------------------------------

-- The whole: too large, nested too deep, numbers out of all proportion. Everything else that walks a definition comes
-- after this and relies on its bounds. The order matters: a number such as 1e131071 or 0e-16383 takes ten bytes in
-- jsonb, and as many characters as its exponent says once it is text.
create or replace function private.definition_bounds_faults(definition jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
  if jsonb_typeof(definition) is distinct from 'object' then
    return jsonb_build_array(private.fault('$', 'wrong-type', 'an object with dimensions and resultCategories'));
  end if;
  -- jsonb takes at most some six times the room of its text.
  if pg_column_size(definition) > 4000000 then
    return jsonb_build_array(private.fault('$', 'too-large', format('at most %s bytes', private.largest_text())));
  end if;
  if jsonb_path_exists(definition, 'strict $.**{40}') then
    return jsonb_build_array(private.fault('$', 'too-deep', 'at most 40 levels of lists and objects'));
  end if;
  if exists (
    select
      -- As an array: jsonb_path_query() alone moves its whole list up for each number that it gives.
      from jsonb_array_elements(
             jsonb_path_query_array(definition, 'strict $.**{1 to 39} ? (@.type() == "number")')
           ) as found (number)
     where scale(found.number::numeric) > 100 or abs(found.number::numeric) >= 1e100
  ) then
    return coalesce(
      (
        select jsonb_agg(private.fault(found.path, 'number-out-of-range', found.expected))
          from (
            select '$.dimensions[' || listed.place - 1 || '].weight' as path,
                   'a number above 0, at most 1' as expected
              from jsonb_array_elements(jsonb_path_query_array(definition, 'lax $.dimensions[*]'))
                   with ordinality as listed (value, place)
             where jsonb_typeof(listed.value -> 'weight') = 'number'
               and (scale((listed.value -> 'weight')::numeric) > 100 or abs((listed.value -> 'weight')::numeric) >= 1e100)
             limit 100
          ) as found
      ),
      jsonb_build_array(
        private.fault('$', 'number-out-of-range', 'numbers below 1e100 with at most 100 decimal places')
      )
    );
  end if;
  if octet_length(definition::text) > private.largest_text() then
    return jsonb_build_array(private.fault('$', 'too-large', format('at most %s bytes', private.largest_text())));
  end if;
  return null;
end
$$;
revoke all on function private.definition_bounds_faults(jsonb) from public, anon, authenticated, service_role;
grant execute on function private.definition_bounds_faults(jsonb) to authenticated, service_role;

-- A list of texts: themes, strengths, questions.
create or replace function private.text_list_faults(list jsonb, path text)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
  if jsonb_typeof(list) <> 'array' then
    return jsonb_build_array(private.fault(path, 'wrong-type', 'a list of texts'));
  end if;
  if not jsonb_path_exists(list, 'strict $[*] ? (@.type() != "string")') then
    return '[]';
  end if;
  return (
    select jsonb_agg(private.fault(path || '[' || found.place - 1 || ']', 'wrong-type', 'a text') order by found.place)
      from (
        select item.place
          from jsonb_array_elements(list) with ordinality as item (value, place)
         where jsonb_typeof(item.value) <> 'string'
         limit 100
      ) as found
  );
end
$$;
revoke all on function private.text_list_faults(jsonb, text) from public, anon, authenticated, service_role;
grant execute on function private.text_list_faults(jsonb, text) to authenticated, service_role;

-- A list of dimensions, each of them one there is, and each once. A longer list than there are dimensions has a fault among
-- its first names, so that no more than those are folded.
create or replace function private.reference_list_faults(list jsonb, path text, dimension_keys text[])
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
  faults jsonb := private.text_list_faults(list, path);
  seen text[] := '{}'::text[];
  key text;
begin
  if faults <> '[]' then
    return faults;
  end if;
  for place in 0 .. least(jsonb_array_length(list) - 1, cardinality(dimension_keys)) loop
    key := private.fold_name(private.trim_text(list ->> place));
    if key = any (seen) then
      faults := faults || private.fault(path || '[' || place || ']', 'duplicate-reference', 'each dimension once');
    elsif not key = any (dimension_keys) then
      faults := faults || private.fault(path || '[' || place || ']', 'unknown-dimension', 'the name of a dimension');
    else
      seen := seen || key;
    end if;
  end loop;
  return faults;
end
$$;
revoke all on function private.reference_list_faults(jsonb, text, text[]) from public, anon, authenticated, service_role;
grant execute on function private.reference_list_faults(jsonb, text, text[]) to authenticated, service_role;

-- The rubrics of all dimensions, {"1-2": "...", "3": "..."} each: ranges on the scale that do not overlap. One query
-- for all of them, since a query for each would take longer than everything else together.
create or replace function private.rubric_faults(dimensions jsonb, low numeric, high numeric)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
  faults jsonb;
begin
  with level as (
    select dimension.place,
           entry.key,
           entry.value,
           -- A bound on the length keeps the cast from meeting more digits than numeric holds. Without captures the
           -- expression is matched many times faster.
           case when length(entry.key) <= 100 and entry.key ~ '^ *[0-9]*\.?[0-9]+ *(?:[-–] *[0-9]*\.?[0-9]+ *)?$'
             then string_to_array(translate(entry.key, '–', '-'), '-')
           end as bounds
      from jsonb_array_elements(dimensions) with ordinality as dimension (value, place),
           lateral jsonb_each(
             case when jsonb_typeof(dimension.value -> 'scoringRubric') = 'object'
               then dimension.value -> 'scoringRubric' end
           ) as entry
  ),
  range as (
    select level.place,
           level.key,
           level.value,
           level.bounds[1]::numeric as first,
           coalesce(level.bounds[2], level.bounds[1])::numeric as last
      from level
  ),
  checked as (
    select range.place,
           range.key,
           range.first,
           case
             when range.first is null then 'invalid-range'
             when range.first > range.last then 'out-of-order'
             when range.first < low or range.last > high then 'outside-scale'
             when range.first <= max(range.last) over (
               partition by range.place
               order by range.first, range.last, range.key rows between unbounded preceding and 1 preceding
             ) then 'overlapping-range'
             when jsonb_typeof(range.value) <> 'string' then 'wrong-type'
           end as reason
      from range
  )
  select coalesce(jsonb_agg(
           private.fault(
             '$.dimensions[' || found.place - 1 || '].scoringRubric' || private.path_step(found.key), found.reason,
             case found.reason
               when 'invalid-range' then 'a range such as 3 or 3-4'
               when 'out-of-order' then 'the lower number first'
               when 'outside-scale' then 'numbers on the scale from ' || low || ' to ' || high
               when 'overlapping-range' then 'a range that shares no score with another'
               else 'a text'
             end
           ) order by found.place, found.first, found.key
         ), '[]')
    into faults
    from (select checked.* from checked where checked.reason is not null limit 100) as found;
  return faults;
end
$$;
revoke all on function private.rubric_faults(jsonb, numeric, numeric) from public, anon, authenticated, service_role;
grant execute on function private.rubric_faults(jsonb, numeric, numeric) to authenticated, service_role;

-- metadata: what the front matter says about the whole.
create or replace function private.metadata_faults(metadata jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
  faults jsonb := '[]'::jsonb;
  part jsonb;
begin
  if jsonb_typeof(metadata) <> 'object' then
    return jsonb_build_array(private.fault('$.metadata', 'wrong-type', 'an object'));
  end if;
  -- Indentation does not count: it goes when the name is read.
  part := metadata -> 'name';
  if jsonb_typeof(part) <> 'null'
    and (
      jsonb_typeof(part) <> 'string'
      or length(regexp_replace(private.trim_text(metadata ->> 'name'), '[\r\n][\r\n \t]*', E'\n', 'g'))
      not between 1 and private.longest_name()
    ) then
    faults := faults || private.fault(
      '$.metadata.name', 'invalid-text', format('a text of 1 to %s characters', private.longest_name())
    );
  end if;
  part := metadata -> 'version';
  if jsonb_typeof(part) <> 'null'
    and (jsonb_typeof(part) <> 'string' or not private.is_version(metadata ->> 'version')) then
    faults := faults || private.fault('$.metadata.version', 'invalid-version', 'a text major.minor, such as "1.0"');
  end if;
  part := metadata -> 'type';
  if jsonb_typeof(part) <> 'null' and not to_jsonb(private.assessment_types()) @> jsonb_build_array(part) then
    faults := faults
      || private.fault('$.metadata.type', 'unknown-value', private.one_of(private.assessment_types()));
  end if;
  if jsonb_typeof(metadata -> 'author') not in ('string', 'null') then
    faults := faults || private.fault('$.metadata.author', 'wrong-type', 'a text');
  end if;
  if jsonb_typeof(metadata -> 'description') not in ('string', 'null') then
    faults := faults || private.fault('$.metadata.description', 'wrong-type', 'a text');
  end if;
  part := metadata -> 'interviewStyle';
  if jsonb_typeof(part) = 'object' then
    if jsonb_typeof(part -> 'default') <> 'null'
      and not to_jsonb(private.interview_styles()) @> jsonb_build_array(part -> 'default') then
      faults := faults || private.fault(
        '$.metadata.interviewStyle.default', 'out-of-range',
        private.one_of(private.interview_styles()::text[])
      );
    end if;
    if jsonb_typeof(part -> 'allowOverride') not in ('boolean', 'null') then
      faults := faults || private.fault('$.metadata.interviewStyle.allowOverride', 'wrong-type', 'true or false');
    end if;
  elsif jsonb_typeof(part) <> 'null' then
    faults := faults
      || private.fault('$.metadata.interviewStyle', 'wrong-type', 'an object with default and allowOverride');
  end if;
  part := metadata -> 'resultDisclosure';
  if jsonb_typeof(part) <> 'null' and not to_jsonb(private.disclosures()) @> jsonb_build_array(part) then
    faults := faults
      || private.fault('$.metadata.resultDisclosure', 'unknown-value', private.one_of(private.disclosures()));
  end if;
  if jsonb_typeof(metadata -> 'scale') <> 'null' and private.scale_of(metadata) is null then
    faults := faults || private.fault(
      '$.metadata.scale', 'invalid-scale',
      format('two numbers [low, high] with 0 <= low < high <= %s', private.highest_score())
    );
  end if;
  return faults;
end
$$;
revoke all on function private.metadata_faults(jsonb) from public, anon, authenticated, service_role;
grant execute on function private.metadata_faults(jsonb) to authenticated, service_role;

-- The scale that metadata states, as {low,high}; null where it states none or a wrong one.
create or replace function private.scale_of(metadata jsonb)
returns numeric[]
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
  scale constant jsonb := metadata -> 'scale';
begin
  if private.is_number_pair(scale) and (scale -> 0)::numeric >= 0
    and (scale -> 0)::numeric < (scale -> 1)::numeric and (scale -> 1)::numeric <= private.highest_score() then
    return array[(scale -> 0)::numeric, (scale -> 1)::numeric];
  end if;
  return null;
end
$$;
revoke all on function private.scale_of(jsonb) from public, anon, authenticated, service_role;
grant execute on function private.scale_of(jsonb) to authenticated, service_role;

-- The scale that counts: the one that metadata states, or else the default.
create or replace function private.scale_in_force(metadata jsonb)
returns numeric[]
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
  return coalesce(private.scale_of(metadata), private.scale_of(private.metadata_defaults()));
end
$$;
revoke all on function private.scale_in_force(jsonb) from public, anon, authenticated, service_role;
grant execute on function private.scale_in_force(jsonb) to authenticated, service_role;

-- interviewGuidelines: opening, closing, and questions under the name of a dimension or under general.
create or replace function private.guidelines_faults(guidelines jsonb, known_dimensions text[])
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
  path constant text := '$.interviewGuidelines.probingQuestions';
  faults jsonb := '[]'::jsonb;
  questions jsonb;
  keys text[];
begin
  if jsonb_typeof(guidelines) <> 'object' then
    return jsonb_build_array(private.fault('$.interviewGuidelines', 'wrong-type', 'an object'));
  end if;
  if jsonb_typeof(guidelines -> 'opening') not in ('string', 'null') then
    faults := faults || private.fault('$.interviewGuidelines.opening', 'wrong-type', 'a text');
  end if;
  questions := guidelines -> 'probingQuestions';
  if questions = '{}' then
    null;
  elsif jsonb_typeof(questions) = 'object' then
    keys := array(select jsonb_object_keys(questions));
    faults := faults || coalesce((
      select jsonb_agg(
               private.fault(path || private.path_step(keys[listed.place]), 'unknown-dimension',
                             'the name of a dimension, or general')
             )
        from unnest(private.unknown_names(keys, known_dimensions || 'general'::text)) as listed (place)
    ), '[]');
    faults := faults || coalesce((
      select jsonb_agg(found.fault)
        from (
          select fault.value as fault
            from jsonb_each(questions) as entry,
                 lateral jsonb_array_elements(
                   private.text_list_faults(entry.value, path || private.path_step(entry.key))
                 ) as fault
           where jsonb_typeof(entry.value) <> 'array'
              or jsonb_path_exists(entry.value, 'strict $[*] ? (@.type() != "string")')
           limit 100
        ) as found
    ), '[]');
  elsif jsonb_typeof(questions) <> 'null' then
    faults := faults || private.fault(path, 'wrong-type', 'an object of lists of questions');
  end if;
  if jsonb_typeof(guidelines -> 'closing') not in ('string', 'null') then
    faults := faults || private.fault('$.interviewGuidelines.closing', 'wrong-type', 'a text');
  end if;
  return faults;
end
$$;
revoke all on function private.guidelines_faults(jsonb, text[]) from public, anon, authenticated, service_role;
grant execute on function private.guidelines_faults(jsonb, text[]) to authenticated, service_role;

-- examples: the author's own test cases. Whether they are met is the compiler's to say; here their types, ranges and
-- references count.
create or replace function private.example_faults(
  examples jsonb, known_dimensions text[], known_categories text[], low numeric, high numeric
)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
  faults jsonb;
  paths text[];
  names text[];
begin
  if jsonb_typeof(examples) <> 'array' then
    return jsonb_build_array(private.fault('$.examples', 'wrong-type', 'a list of examples'));
  end if;

  -- Shapes and numbers.
  select jsonb_agg(private.fault('$.examples[' || found.place - 1 || ']' || found.step, found.reason, found.expected)
                   order by found.place)
    into faults
    from (
      select example.place, rule.step, rule.reason, rule.expected
        from jsonb_array_elements(examples) with ordinality as example (value, place),
             lateral (values
               ('', 'wrong-type', 'an object with scores', jsonb_typeof(example.value) <> 'object'),
               ('.name', 'wrong-type', 'a text', jsonb_typeof(example.value -> 'name') not in ('string', 'null')),
               ('.scores', 'wrong-type', 'an object of scores',
                jsonb_typeof(example.value -> 'scores') not in ('object', 'null')),
               ('.overall', 'outside-scale', 'a number on the scale from ' || low || ' to ' || high,
                case jsonb_typeof(example.value -> 'overall')
                  when 'null' then false
                  -- Rounding to two places may step over the end of a scale that is written in more.
                  when 'number' then (example.value -> 'overall')::numeric not between low - 0.01 and high + 0.01
                  else example.value ? 'overall'
                end),
               ('.category', 'wrong-type', 'the name of a category, or none',
                jsonb_typeof(example.value -> 'category') not in ('string', 'null'))
             ) as rule (step, reason, expected, broken)
       where rule.broken
       limit 100
    ) as found;
  faults := coalesce(faults, '[]');

  -- Scores: each a number on the scale.
  select faults || coalesce(jsonb_agg(private.fault(found.path, 'outside-scale', found.expected)), '[]')
    into faults
    from (
      select '$.examples[' || example.place - 1 || '].scores' || private.path_step(score.key) as path,
             'a number on the scale from ' || low || ' to ' || high as expected
        from jsonb_array_elements(examples) with ordinality as example (value, place),
             lateral jsonb_each(
               case when jsonb_typeof(example.value -> 'scores') = 'object' then example.value -> 'scores' end
             ) as score
       where case when jsonb_typeof(score.value) = 'number' then score.value::numeric not between low and high
                  else true end
       limit 100
    ) as found;

  -- References: every name of a dimension, then of a category, once each, where it stands first.
  select array_agg(spelled.name), array_agg('$.examples[' || spelled.place - 1 || '].scores')
    into names, paths
    from (
      select score.name, min(example.place) as place
        from jsonb_array_elements(examples) with ordinality as example (value, place),
             lateral jsonb_object_keys(
               case when jsonb_typeof(example.value -> 'scores') = 'object' then example.value -> 'scores' end
             ) as score (name)
       group by score.name
    ) as spelled;
  select faults || coalesce(jsonb_agg(
           private.fault(paths[unknown.place] || private.path_step(names[unknown.place]), 'unknown-dimension',
                         'the name of a dimension')
         ), '[]')
    into faults
    from unnest(private.unknown_names(names, known_dimensions)) as unknown (place);

  select array_agg(spelled.name), array_agg('$.examples[' || spelled.place - 1 || '].category')
    into names, paths
    from (
      select example.value ->> 'category' as name, min(example.place) as place
        from jsonb_array_elements(examples) with ordinality as example (value, place)
       where jsonb_typeof(example.value -> 'category') = 'string'
       group by example.value ->> 'category'
    ) as spelled;
  select faults || coalesce(jsonb_agg(
           private.fault(paths[unknown.place], 'unknown-category', 'the name of a category, or none')
         ), '[]')
    into faults
    from unnest(private.unknown_names(names, known_categories || 'none'::text)) as unknown (place);

  return faults;
end
$$;
revoke all on function private.example_faults(jsonb, text[], text[], numeric, numeric)
from public, anon, authenticated, service_role;
grant execute on function private.example_faults(jsonb, text[], text[], numeric, numeric)
to authenticated, service_role;

-- ---------------------------------------------------------------------------------------------------------------------
-- Dimensions and categories. The loops run over at most a hundred items, and what can be long inside an item is one pass
-- in C: the whole takes time in proportion to the definition's size, whatever it holds.
-- ---------------------------------------------------------------------------------------------------------------------

-- The name of a dimension or category as names are compared; null where it has none.
create or replace function private.name_key(item jsonb)
returns text
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
  return case when jsonb_typeof(item -> 'name') = 'string'
              then private.fold_name(nullif(private.trim_text(item ->> 'name'), '')) end;
end
$$;
revoke all on function private.name_key(jsonb) from public, anon, authenticated, service_role;
grant execute on function private.name_key(jsonb) to authenticated, service_role;

-- The names of dimensions or categories, as they are spelled and as they are compared.
create or replace function private.names_of(items jsonb, out spelled text[], out keys text[])
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
  key text;
begin
  spelled := '{}';
  keys := '{}';
  for place in 0 .. case when jsonb_typeof(items) = 'array' then least(jsonb_array_length(items), 100) else 0 end - 1 loop
    key := private.name_key(items -> place);
    if key is not null then
      spelled := spelled || (items -> place ->> 'name');
      keys := keys || key;
    end if;
  end loop;
end
$$;
revoke all on function private.names_of(jsonb) from public, anon, authenticated, service_role;
grant execute on function private.names_of(jsonb) to authenticated, service_role;

-- The name of a dimension or category, whose key is this, after others that have those.
create or replace function private.name_faults(key text, others text[], path text, kind text)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
  return case
    when key is null
      then jsonb_build_array(private.fault(path || '.name', 'missing', 'a text that is not empty'))
    when key = any (others)
      then jsonb_build_array(private.fault(
        path || '.name', 'duplicate-name', format('a name that no other %s has, in any letter case', kind)))
    else '[]'
  end;
end
$$;
revoke all on function private.name_faults(text, text[], text, text) from public, anon, authenticated, service_role;
grant execute on function private.name_faults(text, text[], text, text) to authenticated, service_role;

-- One dimension, but for its name and the ranges of its rubric.
create or replace function private.dimension_faults(dimension jsonb, path text)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
  faults jsonb := '[]'::jsonb;
begin
  if jsonb_typeof(dimension -> 'weight') is distinct from 'number' then
    faults := faults || private.fault(path || '.weight', 'missing', 'a number above 0');
  elsif (dimension -> 'weight')::numeric <= 0 then
    faults := faults || private.fault(path || '.weight', 'not-positive', 'a number above 0');
  end if;
  if jsonb_typeof(dimension -> 'description') is distinct from 'string'
    or private.trim_text(dimension ->> 'description') = '' then
    faults := faults || private.fault(path || '.description', 'missing', 'a text that is not empty');
  end if;
  if jsonb_typeof(dimension -> 'interviewThemes') <> 'null' then
    faults := faults || private.text_list_faults(dimension -> 'interviewThemes', path || '.interviewThemes');
  end if;
  if jsonb_typeof(dimension -> 'scoringRubric') not in ('object', 'null') then
    faults := faults || private.fault(
      path || '.scoringRubric', 'wrong-type', 'an object of ranges and texts, such as {"1-2": "..."}'
    );
  end if;
  return faults;
end
$$;
revoke all on function private.dimension_faults(jsonb, text) from public, anon, authenticated, service_role;
grant execute on function private.dimension_faults(jsonb, text) to authenticated, service_role;

-- The sum of the weights. A weight that is missing or wrong has its own fault and does not also spoil the sum.
create or replace function private.weights_faults(dimensions jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
  weight_sum numeric := 0;
begin
  if jsonb_array_length(dimensions) not between 1 and 100 then
    return '[]';
  end if;
  for place in 0 .. jsonb_array_length(dimensions) - 1 loop
    -- Null, and with it the sum, where there is no weight above 0.
    weight_sum := weight_sum + case
      when jsonb_typeof(dimensions -> place -> 'weight') = 'number'
        then nullif(greatest((dimensions -> place -> 'weight')::numeric, 0), 0)
    end;
  end loop;
  if abs(weight_sum - 1) > private.weight_tolerance() then
    return jsonb_build_array(private.fault(
      '$.dimensions', 'weights-sum',
      format('weights that sum to 1.0 within %s, not to %s', private.weight_tolerance(), weight_sum)
    ));
  end if;
  return '[]';
end
$$;
revoke all on function private.weights_faults(jsonb) from public, anon, authenticated, service_role;
grant execute on function private.weights_faults(jsonb) to authenticated, service_role;

create or replace function private.dimensions_faults(dimensions jsonb, low numeric, high numeric)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
  expected constant text := format('a list of 1 to %s dimensions', private.most_dimensions());
  faults jsonb := '[]'::jsonb;
  path text;
  key text;
  keys text[] := '{}'::text[];
begin
  if jsonb_typeof(dimensions) is distinct from 'array' then
    return jsonb_build_array(private.fault('$.dimensions', 'missing', expected));
  end if;
  if jsonb_array_length(dimensions) not between 1 and private.most_dimensions() then
    faults := faults || private.fault('$.dimensions', 'wrong-count', expected);
  end if;
  for place in 0 .. least(jsonb_array_length(dimensions), 100) - 1 loop
    path := '$.dimensions[' || place || ']';
    if jsonb_typeof(dimensions -> place) <> 'object' then
      faults := faults || private.fault(path, 'wrong-type', 'an object with name, weight and description');
      continue;
    end if;
    key := private.name_key(dimensions -> place);
    faults := faults
      || private.name_faults(key, keys, path, 'dimension')
      || private.dimension_faults(dimensions -> place, path);
    keys := keys || key;
  end loop;
  return faults || private.rubric_faults(dimensions, low, high) || private.weights_faults(dimensions);
end
$$;
revoke all on function private.dimensions_faults(jsonb, numeric, numeric) from public, anon, authenticated, service_role;
grant execute on function private.dimensions_faults(jsonb, numeric, numeric) to authenticated, service_role;

-- One category, but for its name.
create or replace function private.category_faults(
  category jsonb, path text, dimension_keys text[], low numeric, high numeric
)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
  score_range constant jsonb := category -> 'scoreRange';
  faults jsonb := '[]'::jsonb;
  list text;
begin
  if jsonb_typeof(score_range) <> 'null' then
    if not private.is_number_pair(score_range) then
      faults := faults || private.fault(path || '.scoreRange', 'wrong-type', 'two numbers [low, high]');
    elsif (score_range -> 0)::numeric > (score_range -> 1)::numeric then
      faults := faults || private.fault(path || '.scoreRange', 'out-of-order', 'the lower number first');
    elsif (score_range -> 0)::numeric < low or (score_range -> 1)::numeric > high then
      faults := faults
        || private.fault(path || '.scoreRange', 'outside-scale', 'numbers on the scale from ' || low || ' to ' || high);
    end if;
  end if;
  if jsonb_typeof(category -> 'primaryDimensions') <> 'null' then
    faults := faults || private.reference_list_faults(
      category -> 'primaryDimensions', path || '.primaryDimensions', dimension_keys
    );
  end if;
  if jsonb_typeof(category -> 'description') not in ('string', 'null') then
    faults := faults || private.fault(path || '.description', 'wrong-type', 'a text');
  end if;
  foreach list in array array['strengths', 'growthAreas', 'recommendations'] loop
    if jsonb_typeof(category -> list) <> 'null' then
      faults := faults || private.text_list_faults(category -> list, path || '.' || list);
    end if;
  end loop;
  return faults;
end
$$;
revoke all on function private.category_faults(jsonb, text, text[], numeric, numeric) from public, anon, authenticated, service_role;
grant execute on function private.category_faults(jsonb, text, text[], numeric, numeric) to authenticated, service_role;

create or replace function private.categories_faults(
  categories jsonb, dimension_keys text[], low numeric, high numeric
)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
  expected constant text := format('a list of at most %s categories', private.most_categories());
  faults jsonb := '[]'::jsonb;
  path text;
  key text;
  keys text[] := '{}'::text[];
begin
  if jsonb_typeof(categories) is distinct from 'array' then
    return jsonb_build_array(private.fault('$.resultCategories', 'missing', expected));
  end if;
  if jsonb_array_length(categories) > private.most_categories() then
    faults := faults || private.fault('$.resultCategories', 'wrong-count', expected);
  end if;
  for place in 0 .. least(jsonb_array_length(categories), 100) - 1 loop
    path := '$.resultCategories[' || place || ']';
    if jsonb_typeof(categories -> place) <> 'object' then
      faults := faults || private.fault(path, 'wrong-type', 'an object with a name');
      continue;
    end if;
    key := private.name_key(categories -> place);
    faults := faults
      || private.name_faults(key, keys, path, 'category')
      || private.category_faults(categories -> place, path, dimension_keys, low, high);
    keys := keys || key;
  end loop;
  return faults;
end
$$;
revoke all on function private.categories_faults(jsonb, text[], numeric, numeric) from public, anon, authenticated, service_role;
grant execute on function private.categories_faults(jsonb, text[], numeric, numeric) to authenticated, service_role;

-- ---------------------------------------------------------------------------------------------------------------------
-- The whole
-- ---------------------------------------------------------------------------------------------------------------------

-- Every fault of a definition, at most 100, in the order in which the format names the parts; an empty list for a
-- valid one. Each is {"path": "$.dimensions[2].weight", "reason": "not-positive", "expected": "a number above 0"}.
create or replace function private.definition_faults(definition jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
  -- As it is in memory: one that comes out of a table is unpacked here, and not at every look.
  whole constant jsonb := definition #> '{}';
  faults jsonb;
  metadata constant jsonb := whole -> 'metadata';
  guidelines constant jsonb := whole -> 'interviewGuidelines';
  examples constant jsonb := whole -> 'examples';
  bounds constant numeric[] := private.scale_in_force(metadata);
  dimension record;
  category record;
begin
  faults := private.definition_bounds_faults(whole);
  if faults is not null then
    return faults;
  end if;

  dimension := private.names_of(whole -> 'dimensions');
  category := private.names_of(whole -> 'resultCategories');

  faults := case when jsonb_typeof(metadata) <> 'null' then private.metadata_faults(metadata) else '[]' end
    || private.dimensions_faults(whole -> 'dimensions', bounds[1], bounds[2])
    || private.categories_faults(whole -> 'resultCategories', dimension.keys, bounds[1], bounds[2]);
  if jsonb_typeof(guidelines) <> 'null' then
    faults := faults || private.guidelines_faults(guidelines, dimension.spelled || dimension.keys);
  end if;
  if jsonb_typeof(examples) <> 'null' and examples <> '[]' then
    faults := faults || private.example_faults(
      examples, dimension.spelled || dimension.keys, category.spelled || category.keys, bounds[1], bounds[2]
    );
  end if;
  return jsonb_path_query_array(faults, '$[0 to 99]');
end
$$;
comment on function private.definition_faults(jsonb) is
'Every fault of a definition as [{path, reason, expected}], at most 100; an empty list for a valid one.';
revoke all on function private.definition_faults(jsonb) from public, anon, authenticated, service_role;
grant execute on function private.definition_faults(jsonb) to authenticated, service_role;
