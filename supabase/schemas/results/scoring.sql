-- The scoring rule.
--
-- Interviews are scored only here. The compiler has the same rule for an author's examples (worker/scoring.py), and
-- docs/scoring-vectors.json tests that both agree. All arithmetic is exact: division is avoided, because its digits are cut
-- somewhere, which could lose a half. Names are compared without surrounding white space, which a builder's definition may
-- have.

-- What is scored under a definition: its dimensions, in order, and the ends of the scale.
create or replace function private.scored_dimensions(
  definition jsonb, out names text[], out folded text[], out weights numeric[], out low numeric, out high numeric
)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  bounds constant numeric[] := private.scale_in_force(definition -> 'metadata');
begin
  select
    array_agg(dimension.value ->> 'name' order by dimension.ordinality),
    array_agg(private.fold_name(private.trim_text(dimension.value ->> 'name')) order by dimension.ordinality),
    array_agg((dimension.value ->> 'weight')::numeric order by dimension.ordinality)
    into names, folded, weights
    from jsonb_array_elements(definition -> 'dimensions') with ordinality as dimension;
  low := bounds[1];
  high := bounds[2];
end
$$;

-- The scores by dimension: score_of in the order of the dimensions, null for unscored ones, and named_scores with the
-- definition's spelling. If faults is not empty, the other columns are meaningless. At most 100 errors.
create or replace function private.read_scores(
  scores jsonb, names text[], folded text[], low numeric, high numeric,
  out score_of numeric[], out named_scores jsonb, out faults jsonb
)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  given record;
  place integer;
  fault text;
begin
  score_of := array_fill(null::numeric, array[cardinality(names)]);
  named_scores := '{}';
  faults := '[]';
  if scores is null or jsonb_typeof(scores) <> 'object' then
    faults := jsonb_build_array(private.fault('$', 'not-an-object', 'an object of dimension names and their scores'));
    return;
  elsif scores = '{}' then
    faults := jsonb_build_array(private.fault('$', 'no-scores', 'the score of at least one dimension'));
    return;
  end if;
  for given in select each.key, each.value from jsonb_each(scores) as each loop
    place := array_position(folded, private.fold_name(private.trim_text(given.key)));
    fault := case
      when place is null then 'unknown-dimension'
      when score_of[place] is not null then 'duplicate-dimension'
      when jsonb_typeof(given.value) <> 'number' then 'not-a-number'
      when given.value::numeric not between low and high then 'off-scale'
      -- It takes little room in jsonb, but 16,383 characters when it is read.
      when scale(given.value::numeric) > 100 then 'too-precise'
    end;
    if fault is null then
      score_of[place] := given.value::numeric;
      named_scores := jsonb_set(named_scores, array[names[place]], given.value);
    else
      faults := faults || private.fault(
        '$[' || to_json(left(given.key, 200))::text || ']', fault,
        case fault
          when 'unknown-dimension' then 'the name of a dimension of the definition'
          when 'duplicate-dimension' then 'one score for each dimension'
          when 'not-a-number' then 'a number'
          when 'too-precise' then 'at most 100 decimal places'
          else format('a number from %s to %s', low, high)
        end);
      exit when jsonb_array_length(faults) = private.most_errors();
    end if;
  end loop;
end
$$;

-- The average of a category's primary dimensions, as total over parts, of those that were scored; parts is 0 if none was. A
-- category without primary dimensions counts as the overall score. Each dimension counts once, and is folded once, however often
-- it is named.
create or replace function private.primary_average(
  category jsonb, overall numeric, folded text[], score_of numeric[], out total numeric, out parts integer
)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  primaries integer;
begin
  select sum(score_of[named.place]), count(score_of[named.place]), count(*)
    into total, parts, primaries
    from (
      select distinct array_position(folded, private.fold_name(private.trim_text(spelled.name))) as place
        from (
          select distinct primary_dimension.value as name
            from jsonb_array_elements_text(
              case when jsonb_typeof(category -> 'primaryDimensions') = 'array'
                then category -> 'primaryDimensions' else '[]' end) as primary_dimension
        ) as spelled
    ) as named;
  if primaries = 0 then
    total := overall;
    parts := 1;
  end if;
end
$$;

-- The category for an overall score; null if no range contains it. The score is rounded to the precision of the ranges. Of
-- several categories, the one whose primary dimensions have the highest average is chosen, and of equal ones the first.
create or replace function private.matching_category(
  categories jsonb, overall numeric, folded text[], score_of numeric[]
)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  matched numeric;
  candidate jsonb;
  total numeric;
  parts integer;
  unscored jsonb;
  best jsonb;
  best_total numeric;
  best_parts integer;
begin
  matched := round(overall, least(private.range_precision(categories), 2));

  for candidate in
    select each.value
      from jsonb_array_elements(categories) with ordinality as each
     where jsonb_typeof(each.value -> 'scoreRange') = 'array'
       and matched between (each.value #>> '{scoreRange,0}')::numeric and (each.value #>> '{scoreRange,1}')::numeric
     order by each.ordinality
  loop
    select average.total, average.parts
      into total, parts
      from private.primary_average(candidate, overall, folded, score_of) as average;
    if parts = 0 then
      -- None of its primary dimensions was scored, so it is the last resort.
      unscored := coalesce(unscored, candidate);
      continue;
    end if;
    if best is null or total * best_parts > best_total * parts then
      best := candidate;
      best_total := total;
      best_parts := parts;
    end if;
  end loop;
  return coalesce(best, unscored);
end
$$;

-- The sum of the weighted scores, and that of their weights. score_of is in the order of the weights.
create or replace function private.weighted_sums(
  weights numeric[], score_of numeric[], out weighted numeric, out weight_sum numeric
)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  weighted := 0;
  weight_sum := 0;
  for place in 1 .. cardinality(weights) loop
    if score_of[place] is not null then
      weighted := weighted + weights[place] * score_of[place];
      weight_sum := weight_sum + weights[place];
    end if;
  end loop;
end
$$;

-- The weighted mean of the scored dimensions, rounded half up to two places.
create or replace function private.overall_of(weights numeric[], score_of numeric[])
returns numeric
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  sums constant record := private.weighted_sums(weights, score_of);
begin
  return round(div(sums.weighted * 200 + sums.weight_sum, sums.weight_sum * 2) / 100, 2);
end
$$;

-- If faults is not empty, the other outputs are meaningless.
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
  dimensions record;
  given record;
begin
  select * into dimensions from private.scored_dimensions(definition);
  select * into given
    from private.read_scores(scores, dimensions.names, dimensions.folded, dimensions.low, dimensions.high);
  named_scores := given.named_scores;
  faults := given.faults;
  uncovered := '{}';
  if faults <> '[]' then
    return;
  end if;

  for place in 1 .. cardinality(dimensions.names) loop
    if given.score_of[place] is null then
      uncovered := uncovered || dimensions.names[place];
    end if;
  end loop;
  overall := private.overall_of(dimensions.weights, given.score_of);
  category := private.matching_category(definition -> 'resultCategories', overall, dimensions.folded, given.score_of);
end
$$;
comment on function private.score_assessment(jsonb, jsonb) is
'The overall score, category and uncovered dimensions for these scores under this definition, or the errors.';

-- Refuses scores. Where a name is unknown, all that would have been right are listed, once.
create or replace function private.refuse_scores(session_id uuid, definition jsonb, faults jsonb)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.refuse(
    'SCORES_INVALID',
    jsonb_build_object('session_id', refuse_scores.session_id, 'faults', faults)
    || case when faults @> '[{"reason": "unknown-dimension"}]'
            then jsonb_build_object('dimensions', jsonb_path_query_array(definition, '$.dimensions[*].name')) else '{}' end);
end
$$;
