-- custom-assessments 0.2.0 definition_errors sha256:7f910917a4696f98fbb8ef8fb682d4322c6a2bda386febf543637fd7ffc5d6f3
-- What the rules of a definition share. Each rule except the bounds returns a list of errors, empty if there are none. An
-- error has a JSON path, a stable reason and what was expected: {"path": "$.dimensions[2].weight", "reason":
-- "not-positive", "expected": "a number above 0"}.

-- One error: a JSON path, a stable reason and what was expected.
create or replace function private.fault(path text, reason text, expected text)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return jsonb_build_object('path', path, 'reason', reason, 'expected', expected);
end
$$;

-- A key as a step of a JSON path. A long key is cut, because a path should locate a value, not carry text.
create or replace function private.path_step(key text)
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return case when length(key) <= 100 and key ~ '^[A-Za-z_][A-Za-z0-9_]*$' then '.' || key
              else '[' || to_json(left(key, 100))::text || ']' end;
end
$$;

-- The positions (from 1) of unknown names, at most most_errors(). known contains the spellings and their folded forms, so
-- only references with another spelling must be folded.
create or replace function private.unknown_names(names text[], known text[])
returns integer[]
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
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
     limit private.most_errors()
  );
end
$$;

-- A list of texts: themes, strengths, questions.
create or replace function private.text_list_faults(list jsonb, path text)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
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
         limit private.most_errors()
      ) as found
  );
end
$$;

-- A list of existing dimensions, each at most once. A list longer than the number of dimensions has an error among its
-- first names, so no more than those are folded.
create or replace function private.reference_list_faults(list jsonb, path text, dimension_keys text[])
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
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

-- An object in a value, without members if there is none.
create or replace function private.object_at(value jsonb, path text[])
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return case when jsonb_typeof(value #> path) = 'object' then value #> path else '{}' end;
end
$$;

create or replace function private.too_precise_fault(path text)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return private.fault(path, 'too-precise', format('at most %s decimal places', private.most_decimal_places()));
end
$$;

-- The bounds of a definition. They are checked first, because all other rules rely on them.

-- The definition as a whole: far too large, nested too deep, extreme numbers. Everything else that traverses a definition runs
-- after this and relies on it. The order matters: a number such as 1e131071 or 0e-16383 takes ten bytes in jsonb, but as
-- many characters as its exponent says once it is text.
create or replace function private.definition_shape_faults(definition jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  if jsonb_typeof(definition) is distinct from 'object' then
    return jsonb_build_array(private.fault('$', 'wrong-type', 'an object with dimensions and resultCategories'));
  end if;
  -- jsonb is at most about six times as large as its text.
  if pg_column_size(definition) > 4000000 then
    return jsonb_build_array(private.fault('$', 'too-large', format('at most %s bytes', private.largest_text())));
  end if;
  if jsonb_path_exists(definition, 'strict $.**{40}') then
    return jsonb_build_array(private.fault('$', 'too-deep', 'at most 40 levels of lists and objects'));
  end if;
  if exists (
    select
      -- As an array: jsonb_path_query() alone shifts its whole list for each number that it returns.
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
             limit private.most_errors()
          ) as found
      ),
      jsonb_build_array(
        private.fault('$', 'number-out-of-range', 'numbers below 1e100 with at most 100 decimal places')
      )
    );
  end if;
  return null;
end
$$;

-- The size of a definition, given its JSON, which takes as long to write as everything above.
create or replace function private.definition_size_faults(written text)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  if octet_length(written) > private.largest_text() then
    return jsonb_build_array(private.fault('$', 'too-large', format('at most %s bytes', private.largest_text())));
  end if;
  return null;
end
$$;

create or replace function private.definition_bounds_faults(definition jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(
    private.definition_shape_faults(definition),
    -- No value's text takes more than 17 times its room in jsonb.
    case when pg_column_size(definition) > private.largest_text() / 25
         then private.definition_size_faults(definition::text) end);
end
$$;

-- The rules of a definition's metadata, which comes from the front matter.

create or replace function private.metadata_faults(metadata jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  faults jsonb := '[]'::jsonb;
  part jsonb;
  key text;
begin
  if jsonb_typeof(metadata) <> 'object' then
    return jsonb_build_array(private.fault('$.metadata', 'wrong-type', 'an object'));
  end if;
  -- Null would state that the value is absent, which a missing key already does.
  faults := faults || coalesce((
    select jsonb_agg(private.fault('$.metadata.' || known.key, 'null', 'a value, or no such key') order by known.place)
      from unnest(array[
        'name', 'version', 'type', 'author', 'description', 'interviewStyle', 'interviewStyle.default',
        'interviewStyle.allowOverride', 'resultDisclosure', 'scale', 'evidence', 'minCoverage', 'language'
      ]) with ordinality as known (key, place)
     where metadata #> string_to_array(known.key, '.') = 'null'
  ), '[]');
  -- Indentation does not count, because it is removed when the name is read.
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
  foreach key in array array['author', 'description'] loop
    if jsonb_typeof(metadata -> key) not in ('string', 'null') then
      faults := faults || private.fault('$.metadata.' || key, 'wrong-type', 'a text');
    end if;
  end loop;
  -- A language tag is well-formed by BCP 47 and has two or three letters, because no longer ones are registered.
  part := metadata -> 'language';
  if jsonb_typeof(part) <> 'null'
    and (jsonb_typeof(part) <> 'string' or not private.is_language(metadata ->> 'language')) then
    faults := faults
      || private.fault('$.metadata.language', 'invalid-language', 'a BCP 47 tag, such as "en" or "de-AT"');
  end if;
  part := metadata -> 'interviewStyle';
  if jsonb_typeof(part) = 'object' then
    if jsonb_typeof(part -> 'default') <> 'null'
      and (jsonb_typeof(part -> 'default') <> 'number'
           or part ->> 'default' <> all (private.interview_styles()::text[])) then
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
  part := metadata -> 'evidence';
  if jsonb_typeof(part) <> 'null' and not to_jsonb(private.evidence_rules()) @> jsonb_build_array(part) then
    faults := faults
      || private.fault('$.metadata.evidence', 'unknown-value', private.one_of(private.evidence_rules()));
  end if;
  part := metadata -> 'minCoverage';
  if jsonb_typeof(part) <> 'null' and not private.is_share(part) then
    faults := faults || private.fault('$.metadata.minCoverage', 'out-of-range', 'a number from 0 to 1');
  end if;
  return faults;
end
$$;

-- Whether a text is the tag of a language.
create or replace function private.is_language(tag text)
returns boolean
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return length(tag) <= 35
    and tag ~ ('^[A-Za-z]{2,3}(-[A-Za-z]{3}){0,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?'
      || '(-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*(-[0-9A-WYZa-wyz](-[A-Za-z0-9]{2,8})+)*'
      || '(-[Xx](-[A-Za-z0-9]{1,8})+)?$');
end
$$;

-- Whether a value is a number from 0 to 1.
create or replace function private.is_share(value jsonb)
returns boolean
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return jsonb_typeof(value) = 'number' and value::numeric between 0 and 1
    and scale(value::numeric) <= private.most_decimal_places();
end
$$;

-- The scale that metadata states, as {low,high}; null if it states none or an invalid one.
create or replace function private.scale_of(metadata jsonb)
returns numeric[]
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  scale constant jsonb := metadata -> 'scale';
begin
  if private.is_number_pair(scale) and (scale -> 0)::numeric >= 0
    and greatest(scale((scale -> 0)::numeric), scale((scale -> 1)::numeric)) <= private.most_decimal_places()
    and (scale -> 0)::numeric < (scale -> 1)::numeric and (scale -> 1)::numeric <= private.highest_score() then
    return array[(scale -> 0)::numeric, (scale -> 1)::numeric];
  end if;
  return null;
end
$$;

-- The effective scale: the one that metadata states, or the default.
create or replace function private.scale_in_force(metadata jsonb)
returns numeric[]
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(private.scale_of(metadata), private.scale_of(private.metadata_defaults()));
end
$$;
