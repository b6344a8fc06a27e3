-- The rules for a definition. One function returns all errors at once; the trigger of custom_assessments and every other
-- function that accepts a definition call it.
--
-- The rules are those of the definition models (worker/definition.py), except about what may be missing: only essential parts
-- are required. Every other key of the format is checked if present (null and an empty text count as absent).
-- worker/partial.py judges such definitions in the same way, and docs/definition-vectors.json tests that both agree. Unknown
-- keys are kept and ignored, so that a newer builder can work with an older database.

-- All errors of a definition, at most 100, in the order of the format; an empty list for a valid one. Each is {"path":
-- "$.dimensions[2].weight", "reason": "not-positive", "expected": "a number above 0"}.
create or replace function private.definition_faults(definition jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  -- In memory: a definition from a table is unpacked once here, not at every access.
  whole constant jsonb := definition #> '{}';
  written text;
  faults jsonb;
  metadata constant jsonb := whole -> 'metadata';
  dimensions constant jsonb := whole -> 'dimensions';
  categories constant jsonb := whole -> 'resultCategories';
  guidelines constant jsonb := whole -> 'interviewGuidelines';
  examples constant jsonb := whole -> 'examples';
  scale numeric[];
  dimension record;
  category record;
begin
  faults := private.definition_shape_faults(whole);
  if faults is null then
    written := whole::text;
    faults := private.definition_size_faults(written);
  end if;
  if faults is not null then
    return faults;
  end if;

  scale := private.scale_in_force(metadata);
  dimension := private.names_of(dimensions);
  category := private.names_of(categories);

  faults := case when jsonb_typeof(metadata) <> 'null' then private.metadata_faults(metadata) else '[]' end
    || private.dimensions_faults(dimensions, dimension.keys, scale[1], scale[2])
    || private.categories_faults(
         categories, category.keys, array_remove(dimension.keys, null), scale[1], scale[2]);
  if jsonb_typeof(guidelines) <> 'null' then
    faults := faults || private.guidelines_faults(guidelines, dimension.known);
  end if;
  if jsonb_typeof(examples) <> 'null' and examples <> '[]' then
    faults := faults || private.example_faults(examples, dimension.known, category.known, scale[1], scale[2]);
  end if;
  faults := faults || private.unclean_name_faults(whole, dimension.known || category.known) || private.text_faults(whole, written);
  if faults = '[]' and jsonb_typeof(examples) <> 'null' and examples <> '[]' then
    faults := private.example_outcome_faults(whole);
  end if;
  return jsonb_path_query_array(faults, '$[0 to $last]', jsonb_build_object('last', private.most_errors() - 1));
end
$$;
comment on function private.definition_faults(jsonb) is
'All errors of a definition as [{path, reason, expected}], at most 100. Empty if the definition is valid.';
