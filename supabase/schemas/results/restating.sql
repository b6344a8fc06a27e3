-- Results under another scoring than the one that produced them: the outcome of the same scores. Never stored.

-- The part of a definition that decides which dimensions are scored, and on which scale.
create or replace function private.measured_part(definition jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  scale constant numeric[] := private.scale_in_force(definition -> 'metadata');
begin
  return jsonb_build_object(
    'scale', jsonb_build_array(trim_scale(scale[1]), trim_scale(scale[2])),
    'dimensions', (
      select jsonb_agg(jsonb_build_object('name', dimension.value -> 'name', 'id', dimension.value -> 'id')
                       order by dimension.ordinality)
        from jsonb_array_elements(definition -> 'dimensions') with ordinality as dimension
    )
  );
end
$$;

-- The ids of a definition's dimensions, by their names as spelled.
create or replace function private.ids_by_name(dimensions jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  ids constant text[] := (select found.ids from private.dimension_ids(dimensions) as found);
begin
  return (
    select jsonb_object_agg(dimension.value ->> 'name', ids[dimension.ordinality])
      from jsonb_array_elements(dimensions) with ordinality as dimension
  );
end
$$;

-- The newest results of an assessment that the caller can read, each as this definition scores it. If a scored dimension is
-- not in it (by id), or the scale differs, is_restated is false, and the result has no score here.
create or replace function private.restated(assessment_id uuid, definition jsonb, most integer)
returns table (result_id uuid, is_restated boolean, overall numeric, category text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  -- In memory: a definition from a table is unpacked once here, not for every result.
  categories constant jsonb := definition #> '{resultCategories}';
  target constant jsonb := private.measured_part(definition);
  ids constant text[] := (select found.ids from private.dimension_ids(target -> 'dimensions') as found);
  dimensions record;
begin
  select * into dimensions from private.scored_dimensions(definition);
  return query
  with newest as materialized (
    select result.id, result.dimension_scores as scores,
           private.measured_part(result.assessment_definition_snapshot) as measured
      from public.effective_results as result
     where result.assessment_id = restated.assessment_id
     order by result.created_at desc
     limit restated.most
  ),
  -- How the results' own definitions spell the dimensions, in the order of this one.
  spellings as materialized (
    select made.measured,
           array(select known.name
                   from unnest(ids) with ordinality as wanted (id, place)
                   left join jsonb_each_text(private.ids_by_name(made.measured -> 'dimensions')) as known (name, id)
                     on known.id = wanted.id
                  order by wanted.place) as names
      from (select distinct newest.measured from newest) as made
     where made.measured -> 'scale' = target -> 'scale'
  ),
  -- Each set of scores once.
  answers as materialized (
    select given.measured, given.scores,
           array(select (given.scores ->> spelled.name)::numeric
                   from unnest(spellings.names) with ordinality as spelled (name, place)
                  order by spelled.place) as score_of
      from (select distinct newest.measured, newest.scores from newest) as given
      join spellings on spellings.measured = given.measured
     where given.scores - array_remove(spellings.names, null) = '{}'
  ),
  scored as materialized (
    select means.measured, means.scores, means.overall,
           private.matching_category(categories, means.overall, dimensions.folded, means.score_of) ->> 'name' as category
      from (select answers.*, private.overall_of(dimensions.weights, answers.score_of) as overall from answers) as means
  )
  select newest.id, scored.scores is not null, scored.overall, scored.category
    from newest
    left join scored on scored.measured = newest.measured and scored.scores = newest.scores;
end
$$;
