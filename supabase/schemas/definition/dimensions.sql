-- The rules of dimensions.

-- One dimension, except its name and the ranges of its rubric.
create or replace function private.dimension_faults(dimension jsonb, path text)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  faults jsonb := '[]'::jsonb;
begin
  if jsonb_typeof(dimension -> 'weight') is distinct from 'number' then
    faults := faults || private.fault(path || '.weight', 'missing', 'a number above 0');
  elsif (dimension -> 'weight')::numeric <= 0 then
    faults := faults || private.fault(path || '.weight', 'not-positive', 'a number above 0');
  elsif (dimension -> 'weight')::numeric > 1 then
    faults := faults || private.fault(path || '.weight', 'out-of-range', 'a number of at most 1');
  elsif scale((dimension -> 'weight')::numeric) > private.most_decimal_places() then
    faults := faults || private.too_precise_fault(path || '.weight');
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

-- The sum of the weights. A missing or invalid weight has its own error and does not cause a second one here.
create or replace function private.weights_faults(dimensions jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  weight_sum numeric := 0;
  weight jsonb;
begin
  if jsonb_array_length(dimensions) not between 1 and private.most_errors() then
    return '[]';
  end if;
  for place in 0 .. jsonb_array_length(dimensions) - 1 loop
    weight := dimensions #> array[place::text, 'weight'];
    -- If any weight is missing or out of range, this is null, and so is the sum.
    weight_sum := weight_sum + case
      when jsonb_typeof(weight) = 'number' and weight::numeric > 0 and weight::numeric <= 1 then weight::numeric
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

create or replace function private.dimensions_faults(dimensions jsonb, keys text[], low numeric, high numeric)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  expected constant text := format('a list of 1 to %s dimensions', private.most_dimensions());
  faults jsonb := '[]'::jsonb;
  path text;
  dimension jsonb;
begin
  if jsonb_typeof(dimensions) is distinct from 'array' then
    return jsonb_build_array(private.fault('$.dimensions', 'missing', expected));
  end if;
  if jsonb_array_length(dimensions) not between 1 and private.most_dimensions() then
    faults := faults || private.fault('$.dimensions', 'wrong-count', expected);
  end if;
  for place in 0 .. least(jsonb_array_length(dimensions), private.most_errors()) - 1 loop
    path := '$.dimensions[' || place || ']';
    dimension := dimensions -> place;
    if jsonb_typeof(dimension) <> 'object' then
      faults := faults || private.fault(path, 'wrong-type', 'an object with name, weight and description');
      continue;
    end if;
    faults := faults
      || private.name_faults(keys[place + 1], keys[: place], path, 'dimension')
      || private.dimension_faults(dimension, path);
  end loop;
  return faults
    || private.id_faults(dimensions, keys)
    || private.rubrics_faults(dimensions, low, high)
    || private.weights_faults(dimensions);
end
$$;
