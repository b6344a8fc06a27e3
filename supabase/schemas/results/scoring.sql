-- The scoring rule.

-- The worker's worker/scoring.py follows the same rule, and both are held to docs/scoring-vectors.json. All
-- arithmetic is exact: division is avoided, since its digits end somewhere and a half could be lost there.
--
-- Names are compared without the white space at their ends, which a builder's definition may have. named_scores are
-- the scores under the definition's own spelling of the dimensions. Where faults is not empty the
-- other outputs mean nothing. At most 100 faults are listed.
create or replace function private.score_assessment(
  definition jsonb,
  scores jsonb,
  out overall numeric,
  out category jsonb,
  out uncovered text[],
  out named_scores jsonb,
  out faults jsonb
)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  names text[];
  folded text[];
  weights numeric[];
  score_of numeric[];
  bounds constant numeric[] := private.scale_in_force(definition -> 'metadata');
  low constant numeric := bounds[1];
  high constant numeric := bounds[2];
  given record;
  place integer;
  fault text;
  weighted numeric := 0;
  weight_sum numeric := 0;
  places integer := 0;
  matched numeric;
  candidate jsonb;
  total numeric;
  parts integer;
  best_total numeric;
  best_parts integer;
begin
  faults := '[]';
  named_scores := '{}';
  uncovered := '{}';

  -- What is scored ----------------------------------------------------------------------------------------
  select
    array_agg(dimension.value ->> 'name' order by dimension.ordinality),
    array_agg(private.fold_name(private.trim_text(dimension.value ->> 'name')) order by dimension.ordinality),
    array_agg((dimension.value ->> 'weight')::numeric order by dimension.ordinality)
    into names, folded, weights
    from jsonb_array_elements(definition -> 'dimensions') with ordinality as dimension;
  score_of := array_fill(null::numeric, array[cardinality(names)]);

  -- The scores, each under its dimension ------------------------------------------------------------------
  if scores is null or jsonb_typeof(scores) <> 'object' then
    faults := jsonb_build_array(jsonb_build_object(
      'path', '$', 'reason', 'not-an-object', 'expected', 'an object of dimension names and their scores'));
    return;
  end if;
  for given in select each.key, each.value from jsonb_each(scores) as each loop
    place := array_position(folded, private.fold_name(private.trim_text(given.key)));
    fault := case
      when place is null then 'unknown-dimension'
      when score_of[place] is not null then 'duplicate-dimension'
      when jsonb_typeof(given.value) <> 'number' then 'not-a-number'
      when given.value::numeric not between low and high then 'off-scale'
      -- It takes no room in jsonb, and 16,383 characters once it is read.
      when scale(given.value::numeric) > 100 then 'too-precise'
    end;
    if fault is null then
      score_of[place] := given.value::numeric;
      named_scores := jsonb_set(named_scores, array[names[place]], given.value);
    else
      faults := faults || jsonb_build_object(
        'path', '$[' || to_json(left(given.key, 200))::text || ']',
        'reason', fault,
        'expected', case fault
          when 'unknown-dimension' then 'the name of a dimension of the definition'
          when 'duplicate-dimension' then 'one score for each dimension'
          when 'not-a-number' then 'a number'
          when 'too-precise' then 'at most 100 decimal places'
          else format('a number from %s to %s', low, high)
        end);
      exit when jsonb_array_length(faults) = 100;
    end if;
  end loop;
  if scores = '{}' then
    faults := jsonb_build_array(jsonb_build_object(
      'path', '$', 'reason', 'no-scores', 'expected', 'the score of at least one dimension'));
  end if;
  if faults <> '[]' then
    return;
  end if;

  -- The overall score: the weighted mean of what was scored, half up to two places --------------------------
  for place in 1 .. cardinality(names) loop
    if score_of[place] is null then
      uncovered := uncovered || names[place];
    else
      weighted := weighted + weights[place] * score_of[place];
      weight_sum := weight_sum + weights[place];
    end if;
  end loop;
  overall := round(div(weighted * 200 + weight_sum, weight_sum * 2) / 100, 2);

  -- The category ------------------------------------------------------------------------------------------
  select coalesce(max(scale(bound.value::numeric)), 0)
    into places
    from jsonb_array_elements(definition -> 'resultCategories') as each,
         jsonb_array_elements(each.value -> 'scoreRange') as bound
   where jsonb_typeof(each.value -> 'scoreRange') = 'array';
  matched := round(overall, least(places, 2));

  for candidate in
    select each.value
      from jsonb_array_elements(definition -> 'resultCategories') with ordinality as each
     where jsonb_typeof(each.value -> 'scoreRange') = 'array'
       and matched between (each.value #>> '{scoreRange,0}')::numeric and (each.value #>> '{scoreRange,1}')::numeric
     order by each.ordinality
  loop
    -- The average of its primary dimensions, as total over parts; of the overall score where none was scored. Each counts
    -- once, and is folded once, however often it is named.
    select sum(score_of[named.place]), count(score_of[named.place])
      into total, parts
      from (
        select distinct array_position(folded, private.fold_name(private.trim_text(spelled.name))) as place
          from (
            select distinct primary_dimension.value as name
              from jsonb_array_elements_text(
                case when jsonb_typeof(candidate -> 'primaryDimensions') = 'array'
                  then candidate -> 'primaryDimensions' else '[]' end) as primary_dimension
          ) as spelled
      ) as named;
    if parts = 0 then
      total := overall;
      parts := 1;
    end if;
    if category is null or total * best_parts > best_total * parts then
      category := candidate;
      best_total := total;
      best_parts := parts;
    end if;
  end loop;
end
$$;
comment on function private.score_assessment(jsonb, jsonb) is
'The overall score, category and uncovered dimensions that these scores give under this definition; or the faults.';
