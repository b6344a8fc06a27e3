-- The rules of interviewGuidelines: opening, closing, and questions under the name of a dimension or under general.
create or replace function private.guidelines_faults(guidelines jsonb, known_dimensions text[])
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
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
      select jsonb_agg(
               private.fault(path || private.path_step(keys[listed.place]), 'duplicate-reference', 'each dimension once')
             )
        from unnest(private.repeated_names(
               array_fill(1::bigint, array[cardinality(keys)]), keys, known_dimensions || 'general'::text || 'general'::text
             )) as listed (place)
    ), '[]');
    faults := faults || coalesce((
      select jsonb_agg(found.fault)
        from (
          select fault.value as fault
            from jsonb_each(questions) as entry,
                 lateral jsonb_array_elements(
                   private.text_list_faults(entry.value, path || private.path_step(entry.key))
                 ) as fault
           -- The path of a list is made for its errors alone.
           where private.text_list_faults(entry.value, '') <> '[]'
           limit private.most_errors()
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
