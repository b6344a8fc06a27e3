-- What changed between two contents, and the class of the change. worker/changes.py applies the same rules.

-- A content as rows: the path (with * for an item), the item, the part of the item, and the value. An item is the id of a
-- dimension, or the folded name of a category; its own row has its position.
create or replace function private.content_parts(content jsonb)
returns table (pattern text, item text, part text, value jsonb)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select field.key, '', '', field.value
    from jsonb_each(content - array['interviewStyle', 'dimensions', 'categories']) as field
  union all
  select 'interviewStyle/' || field.key, '', '', field.value
    from jsonb_each(content -> 'interviewStyle') as field
  union all
  select 'dimensions/*', dimension.value ->> 'id', '', to_jsonb(dimension.place)
    from jsonb_array_elements(content -> 'dimensions') with ordinality as dimension (value, place)
  union all
  select 'dimensions/*/' || field.key, dimension.value ->> 'id', '', field.value
    from jsonb_array_elements(content -> 'dimensions') as dimension,
         lateral jsonb_each(dimension.value - array['id', 'rubric']) as field
  union all
  select 'dimensions/*/rubric/*', dimension.value ->> 'id',
         (level.value ->> 0) || case when level.value -> 0 <> level.value -> 1 then '-' || (level.value ->> 1) else '' end,
         level.value -> 2
    from jsonb_array_elements(content -> 'dimensions') as dimension,
         lateral jsonb_array_elements(dimension.value -> 'rubric') as level
  union all
  select 'categories/*', private.name_key(category.value), '', to_jsonb(category.place)
    from jsonb_array_elements(content -> 'categories') with ordinality as category (value, place)
  union all
  select 'categories/*/' || field.key, private.name_key(category.value), '', field.value
    from jsonb_array_elements(content -> 'categories') as category,
         lateral jsonb_each(category.value) as field;
end
$$;

-- The items of two lists that differ from those at the same position, if both have the same items in the same order; otherwise
-- all.
create or replace function private.differing_items(key text, inout items jsonb, inout others jsonb)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  item jsonb;
  other jsonb;
  differing jsonb := '[]';
  differing_others jsonb := '[]';
begin
  if jsonb_array_length(items) <> jsonb_array_length(others) then
    return;
  end if;
  for place in 0 .. jsonb_array_length(items) - 1 loop
    item := items -> place;
    other := others -> place;
    if item -> key <> other -> key then
      return;
    elsif item <> other then
      differing := differing || item;
      differing_others := differing_others || other;
    end if;
  end loop;
  items := differing;
  others := differing_others;
end
$$;

-- Two contents without the parts in which they are equal, so that little has to be compared.
create or replace function private.without_common_parts(inout before jsonb, inout after jsonb)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  dimensions constant record := private.differing_items('id', before -> 'dimensions', after -> 'dimensions');
  categories constant record := private.differing_items('name', before -> 'categories', after -> 'categories');
begin
  select coalesce(jsonb_object_agg(field.key, field.value), '{}'), coalesce(jsonb_object_agg(field.key, after -> field.key), '{}')
    into before, after
    from jsonb_each(before - array['dimensions', 'categories']) as field
   where field.value <> after -> field.key;
  before := before || jsonb_build_object('dimensions', dimensions.items, 'categories', categories.items);
  after := after || jsonb_build_object('dimensions', dimensions.others, 'categories', categories.others);
end
$$;

-- Where two contents differ, by the patterns of the rules. Parts of an added or removed item are not listed separately.
-- Positions are compared only among items in both.
create or replace function private.differences(before jsonb, after jsonb)
returns table (pattern text, item text, part text, old_value jsonb, new_value jsonb)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  with rest as materialized (
    select part.before, part.after from private.without_common_parts(before, after) as part
  ),
  compared as materialized (
    select coalesce(one.pattern, other.pattern) as pattern,
           coalesce(one.item, other.item) as item,
           coalesce(one.part, other.part) as part,
           one.value as old_value,
           other.value as new_value
      from private.content_parts((select rest.before from rest)) as one
      full join private.content_parts((select rest.after from rest)) as other
        on other.pattern = one.pattern and other.item = one.item and other.part = one.part
  ),
  kept as (
    select compared.pattern, compared.item, compared.old_value, compared.new_value
      from compared
     where compared.pattern in ('dimensions/*', 'categories/*')
       and compared.old_value is not null
       and compared.new_value is not null
  )
  -- Parts of items that are in both contents.
  select compared.pattern, compared.item, compared.part, compared.old_value, compared.new_value
    from compared
   where compared.pattern not in ('dimensions/*', 'categories/*')
     and compared.old_value <> compared.new_value
  union all
  -- Added or removed items, and rubric ranges of dimensions in both contents.
  select compared.pattern || case when compared.old_value is null then '/added' else '/removed' end,
         compared.item, compared.part, compared.old_value, compared.new_value
    from compared
   where (compared.old_value is null or compared.new_value is null)
     and (
       compared.pattern in ('dimensions/*', 'categories/*')
       or (
         compared.pattern = 'dimensions/*/rubric/*'
         and compared.item in (select kept.item from kept where kept.pattern = 'dimensions/*')
       )
     )
  union all
  select replace(kept.pattern, '*', 'order'), '', '',
         jsonb_agg(kept.item order by kept.old_value), jsonb_agg(kept.item order by kept.new_value)
    from kept
   group by kept.pattern
  having array_agg(kept.item order by kept.old_value) <> array_agg(kept.item order by kept.new_value)
  union all
  -- The id of a dimension whose name another dimension had before.
  select 'dimensions/*/moved', moved.item, '', moved.old_value, moved.new_value
    from compared as moved
   where moved.pattern = 'dimensions/*/name'
     and moved.old_value is not null
     and exists (
       select from compared as other
        where other.pattern = 'dimensions/*/name'
          and other.item <> moved.item
          and private.fold_name(private.trim_text(other.old_value #>> '{}'))
              = private.fold_name(private.trim_text(moved.new_value #>> '{}'))
     );
end
$$;

-- The changes between two contents, highest class first.
create or replace function private.changes_between(before jsonb, after jsonb)
returns table (rule text, class text, item text, part text, old_value jsonb, new_value jsonb)
language plpgsql
stable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select listed.rule, listed.class, found.item, found.part, found.old_value, found.new_value
    from private.differences(before, after) as found
    left join private.change_rules as listed on listed.pattern = found.pattern
   order by array_position(private.change_classes(), listed.class) desc,
            listed.rule collate "C", found.item collate "C", found.part collate "C";
end
$$;

-- The class of a change of content: the highest class of its parts; null if nothing changed.
create or replace function private.class_of_change(before jsonb, after jsonb)
returns text
language plpgsql
stable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select listed.class
      from private.differences(before, after) as found
      left join private.change_rules as listed on listed.pattern = found.pattern
     order by array_position(private.change_classes(), listed.class) desc
     limit 1
  );
end
$$;
