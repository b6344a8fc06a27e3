-- custom-assessments 0.2.0 definition_names sha256:543e17ded76920db106329a3c616c38f3c74870a0042f1fbbfead3c164cc0f61
-- The rules of names of dimensions and categories.

-- The folded name of a dimension or category; null if it has no visible name.
create or replace function private.name_key(item jsonb)
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return case when jsonb_typeof(item -> 'name') = 'string'
              then nullif(private.fold_name(private.trim_text(item ->> 'name')), '') end;
end
$$;

-- The key of each dimension or category, in order, and the names by which they are known: as spelled, and folded.
create or replace function private.names_of(items jsonb, out keys text[], out known text[])
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  item jsonb;
  key text;
begin
  keys := '{}';
  known := '{}';
  for place in 0 .. case when jsonb_typeof(items) = 'array' then least(jsonb_array_length(items), private.most_errors()) else 0 end - 1 loop
    item := items -> place;
    key := private.name_key(item);
    keys := keys || key;
    if key is not null then
      known := known || (item ->> 'name') || key;
    end if;
  end loop;
end
$$;

-- The positions (from 1) of names that are another spelling of an earlier one of the same group. known has the spelling and
-- the folded form of each thing that can be named, so only other spellings are folded.
create or replace function private.repeated_names(groups bigint[], names text[], known text[])
returns integer[]
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return array(
    select told.place
      from (
        select spelled.place, row_number() over (partition by spelled.number, spelled.thing order by spelled.place) as nth
          from (
            select listed.place::integer as place, listed.number,
                   (coalesce(array_position(known, listed.name),
                             array_position(known, private.fold_name(private.trim_text(listed.name)))) + 1) / 2 as thing
              from unnest(groups, names) with ordinality as listed (number, name, place)
          ) as spelled
         where spelled.thing is not null
      ) as told
     where told.nth > 1
     limit private.most_errors()
  );
end
$$;

-- The folded names of a list, each once, in one order; empty for no list.
create or replace function private.folded_names(names jsonb)
returns text[]
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  if jsonb_typeof(names) is distinct from 'array' or names = '[]' then
    return '{}';
  end if;
  -- A name that is repeated is folded once; a list longer than any valid one has an error of its own.
  return array(
    select distinct private.fold_name(private.trim_text(spelled.name))
      from (select distinct item.name from jsonb_array_elements_text(names) as item (name)
             limit private.most_errors()) as spelled
     order by 1
  );
end
$$;

-- The errors of a dimension's or category's name, given its key and the keys of earlier ones.
create or replace function private.name_faults(key text, others text[], path text, kind text)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return case
    when key is null
      then jsonb_build_array(private.fault(path || '.name', 'missing', 'a text that is not empty'))
    when key = any (others)
      then jsonb_build_array(private.fault(
        path || '.name', 'duplicate-name', format('a name that differs from every other %s', kind)))
    else '[]'
  end;
end
$$;

-- Whether a name carries the spelling around it, as pasted from a document: several lines, no-break spaces, emphasis of the
-- whole, a final colon, an anchor such as {#x}, backslashes that nothing needs; or whether nothing of it is visible. The
-- compiler removes these (clean_name in worker/definition.py), so the models refuse what is left of them.
create or replace function private.is_unclean_name(name text)
returns boolean
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  value constant text := private.trim_text(name);
begin
  return value ~ E'[\n\r\u00a0\u2007\u202f]|[:\uff1a]$'
    or private.fold_name(value) = ''
    or (value ~ '\}$' and value ~ '\{[#.][^\s{}][^{}\n]*\}$'
        and value !~ '^(?:\{[#.][^\s{}][^{}\n]*|\[\]\{[^{}\n]*)\}$')
    or (value ~ '^\[\]\{' and value ~ '^\[\]\{[^{}\n]*\}\s*\S')
    or (strpos(value, '\') > 0
        and value ~ '(?<![\\\]])\\(?:[.+#=:;,''"/?@$%^|>)(-]|&(?!#?\w+;)|!(?!\[))|\w\\_\w')
    or (value ~ '^[*_`].*[*_`]$' and (
         value ~ '^(?:\*[^*]*[^* \\][^*]*\*|\*\*[^*]*[^* \\][^*]*\*\*|\*\*\*[^*]*[^* \\][^*]*\*\*\*)$'
         or value ~ '^(?:_[^_]*[^_ \\][^_]*_|__[^_]*[^_ \\][^_]*__|___[^_]*[^_ \\][^_]*___)$'
         or value ~ '^`[^`]*[^` \\][^`]*`$'));
end
$$;

-- The names that are not only a name, given those of dimensions and categories. Nearly none has a character that makes it
-- worth a look.
create or replace function private.unclean_name_faults(definition jsonb, known text[])
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  suspicious constant text := E'[\\\\*_`{}:\uff1a\n\r\u00a0\u2007\u202f\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f]'
    || E'|[\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]';
  names constant jsonb := to_jsonb(known)
    || jsonb_path_query_array(definition, 'lax $.resultCategories[*].primaryDimensions[*]')
    || jsonb_path_query_array(definition, 'lax $.interviewGuidelines.probingQuestions.keyvalue().key', silent => true)
    || case when definition #> '{examples,0}' is null then '[]' else
         jsonb_path_query_array(definition, 'lax $.examples[*].name')
         || jsonb_path_query_array(definition, 'lax $.examples[*].category')
         || jsonb_path_query_array(definition, 'lax $.examples[*].scores.keyvalue().key', silent => true)
       end;
  faults jsonb;
begin
  if names::text !~ suspicious then
    return '[]';
  end if;
  with named as (
    select '$.dimensions[' || item.ordinality - 1 || '].name' as path, item.value ->> 'name' as name
      from jsonb_path_query(definition, 'lax $.dimensions[*]') with ordinality as item (value, ordinality)
     where jsonb_typeof(item.value -> 'name') = 'string'
    union all
    select '$.resultCategories[' || item.ordinality - 1 || '].name', item.value ->> 'name'
      from jsonb_path_query(definition, 'lax $.resultCategories[*]') with ordinality as item (value, ordinality)
     where jsonb_typeof(item.value -> 'name') = 'string'
    union all
    select '$.resultCategories[' || category.ordinality - 1 || '].primaryDimensions[' || item.ordinality - 1 || ']',
           item.value #>> '{}'
      from jsonb_path_query(definition, 'lax $.resultCategories[*]') with ordinality as category (value, ordinality),
           jsonb_path_query(category.value, 'lax $.primaryDimensions[*]') with ordinality as item (value, ordinality)
     where jsonb_typeof(item.value) = 'string'
    union all
    select '$.interviewGuidelines.probingQuestions' || private.path_step(question.key), question.key
      from jsonb_object_keys(private.object_at(definition, '{interviewGuidelines,probingQuestions}')) as question (key)
    union all
    select '$.examples[' || example.ordinality - 1 || '].' || known.key, example.value ->> known.key
      from jsonb_path_query(definition, 'lax $.examples[*]') with ordinality as example (value, ordinality),
           unnest(array['name', 'category']) as known (key)
     where jsonb_typeof(example.value -> known.key) = 'string'
    union all
    select '$.examples[' || example.ordinality - 1 || '].scores' || private.path_step(score.key), score.key
      from jsonb_path_query(definition, 'lax $.examples[*]') with ordinality as example (value, ordinality),
           jsonb_object_keys(private.object_at(example.value, '{scores}')) as score (key)
  )
  select coalesce(jsonb_agg(private.fault(listed.path, 'unclean-name',
           'a name on one line, without emphasis, anchor or backslashes, and without a final colon')), '[]')
    into faults
    from (
      select named.path from named
       where named.name ~ suspicious and private.trim_text(named.name) <> '' and private.is_unclean_name(named.name)
       limit private.most_errors()
    ) as listed;
  return faults;
end
$$;

-- The rules of texts: no HTML, no links except to http, https and mailto, no characters that change what is shown without
-- being seen. worker/markup.py has the same expressions, and says why they refuse a little more than a parser of Markdown.

-- A character class: control characters except tabs and line ends, zero-width spaces, bidirectional overrides and isolates,
-- invisible operators, tag characters. Joiners, direction marks and variation selectors stay.
create or replace function private.unseen_controls()
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return E'[\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200b\u202a-\u202e\u2061-\u2064\u2066-\u206f\ufeff'
    || E'\U000e0000-\U000e007f]';
end
$$;

-- What is wrong with the Markdown of a text: raw-html, unsafe-link, or null.
create or replace function private.markup_fault(value text)
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  escape constant text := '\\[\\`<\[\]]';
  safe_address constant text := '<(?:(?:https?://|mailto:)[^<>\\` \t\r\n]*'
    || '|[a-z0-9][-a-z0-9.!#$%&''*+/=?^_{|}~]*@[-a-z0-9]+(?:\.[-a-z0-9]+)*)>';
  code constant text := '(?<!`)(?:`[^`\r\n]+`|``[^`\r\n]+``|```[^`\r\n]+```)(?!`)';
  unsafe constant text := '(?![ \t\r\n]*<?(?:https?://|mailto:))[ \t\r\n]*';
  with_code constant text := regexp_replace(value, escape || '|' || safe_address, '.', 'gi');
  bare text := case when strpos(value, '`') = 0 then with_code
                    else regexp_replace(value, escape || '|' || code || '|' || safe_address, '.', 'gi') end;
begin
  -- A backtick without a partner may begin code in one program and not in another.
  if strpos(bare, '`') > 0 then
    bare := with_code;
  end if;
  return case
    when bare ~* '<[a-z][-a-z0-9+.]+:[^<> \t\r\n]*>' then 'unsafe-link'
    -- Text that is not an element, and a tag without a letter before it on its line, need no end.
    when bare ~ '<[A-Za-z/!?]'
      and (bare ~ '<[/!?]|(?:^|[\r\n])[^A-Za-z<\r\n]*<[A-Za-z]' or value ~ '<[A-Za-z/!?].*>') then 'raw-html'
    when strpos(bare, '](') > 0
      and with_code ~* ('\]\(' || unsafe || '(?:<|[^ \t\r\n]*\)|[^ \t\r\n]+[ \t\r\n]+["''()])') then 'unsafe-link'
    -- A definition of a link does nothing unless its label is in brackets a second time.
    when with_code ~ '\].*\]' and with_code ~* ('(?:^|[\r\n])[- \t>*+0-9.)]*\[[^\[\]]*\]:' || unsafe
      || '(?:<|[^ \t\r\n]+[ \t]*(?:[\r\n]|$)|[^ \t\r\n]+[ \t\r\n]+["''(])') then 'unsafe-link'
  end;
end
$$;

-- The errors of all texts of a definition, given its JSON, which one expression searches first: it begins HTML or a link, is
-- such a character, or is how JSON writes one.
create or replace function private.text_faults(definition jsonb, written text)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  controls constant text := private.unseen_controls();
  faults jsonb;
begin
  if written !~ (controls || '|<|\][(:]|\\[ubf]') then
    return '[]';
  end if;
  with dimension as (
    select item.value, '$.dimensions[' || item.ordinality - 1 || ']' as path
      from jsonb_path_query(definition, 'lax $.dimensions[*]') with ordinality as item (value, ordinality)
  ),
  category as (
    select item.value, '$.resultCategories[' || item.ordinality - 1 || ']' as path
      from jsonb_path_query(definition, 'lax $.resultCategories[*]') with ordinality as item (value, ordinality)
  ),
  example as (
    select item.value, '$.examples[' || item.ordinality - 1 || ']' as path
      from jsonb_path_query(definition, 'lax $.examples[*]') with ordinality as item (value, ordinality)
  ),
  question as (
    select entry.key, entry.value, '$.interviewGuidelines.probingQuestions' as path
      from jsonb_each(private.object_at(definition, '{interviewGuidelines,probingQuestions}')) as entry
  ),
  list as (
    select dimension.path || '.interviewThemes' as path, dimension.value -> 'interviewThemes' as items from dimension
    union all
    select category.path || '.' || known.key, category.value -> known.key
      from category, unnest(array['primaryDimensions', 'strengths', 'growthAreas', 'recommendations']) as known (key)
    union all
    select question.path || private.path_step(question.key), question.value from question
  ),
  part as (
    select '$.metadata.' || known.key as path, definition #> array['metadata', known.key] as value
      from unnest(array['name', 'author', 'description']) as known (key)
    union all
    select dimension.path || '.' || known.key, dimension.value -> known.key
      from dimension, unnest(array['name', 'description']) as known (key)
    union all
    select dimension.path || '.scoringRubric' || private.path_step(level.key), level.value
      from dimension, jsonb_each(private.object_at(dimension.value, '{scoringRubric}')) as level
    union all
    select category.path || '.' || known.key, category.value -> known.key
      from category, unnest(array['name', 'description']) as known (key)
    union all
    select '$.interviewGuidelines.' || known.key, definition #> array['interviewGuidelines', known.key]
      from unnest(array['opening', 'closing']) as known (key)
    union all
    select question.path || private.path_step(question.key), to_jsonb(question.key) from question
    union all
    select list.path || '[' || item.ordinality - 1 || ']', item.value
      from list, jsonb_path_query(list.items, 'lax $[*]') with ordinality as item (value, ordinality)
    union all
    select example.path || '.' || known.key, example.value -> known.key
      from example, unnest(array['name', 'category']) as known (key)
    union all
    select example.path || '.scores' || private.path_step(score.key), to_jsonb(score.key)
      from example, jsonb_object_keys(private.object_at(example.value, '{scores}')) as score (key)
  ),
  found as (
    select part.path,
           case
             when part.value #>> '{}' ~ controls then 'forbidden-character'
             when part.value #>> '{}' ~ '<[A-Za-z/!?]|\]\(|\]:' then private.markup_fault(part.value #>> '{}')
           end as reason
      from part
     where jsonb_typeof(part.value) = 'string'
       and (part.value #>> '{}' ~ '<[A-Za-z/!?]|\]\(|\]:' or part.value #>> '{}' ~ controls)
  )
  select coalesce(jsonb_agg(private.fault(listed.path, listed.reason, case listed.reason
           when 'raw-html' then 'Markdown without HTML; `\<` is the character itself'
           when 'unsafe-link' then 'complete addresses with http, https or mailto'
           else 'no control characters, zero-width spaces, bidirectional overrides, isolates or tag characters'
         end)), '[]')
    into faults
    from (select found.path, found.reason from found where found.reason is not null limit private.most_errors()) as listed;
  return faults;
end
$$;
