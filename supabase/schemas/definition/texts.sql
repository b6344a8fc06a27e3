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
