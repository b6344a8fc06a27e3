-- The hashes of a content: of all of it, of what decides a category, and of what a rater reads about each dimension.
-- jsonb's text form is canonical: keys ordered by length and then by bytes, one space after each comma and colon, numbers
-- unchanged.

-- SHA-256 of a value's text, in hexadecimal digits.
create or replace function private.hash_of(value jsonb)
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return encode(sha256(convert_to(value::text, 'UTF8')), 'hex');
end
$$;

-- The part of a content that decides which category some scores lead to. The order of the categories decides ties; the
-- order of the dimensions has no effect.
create or replace function private.scoring_of(content jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return jsonb_build_object(
    'scale', content -> 'scale',
    'rangePrecision', content -> 'rangePrecision',
    'evidence', content -> 'evidence',
    'minCoverage', content -> 'minCoverage',
    'weights', (
      select jsonb_object_agg(dimension.value ->> 'id', dimension.value -> 'weight')
        from jsonb_array_elements(content -> 'dimensions') as dimension
    ),
    'categories', (
      select coalesce(jsonb_agg(
               jsonb_build_array(category.value -> 'name', category.value -> 'range', category.value -> 'primaries')
               order by category.ordinality
             ), '[]')
        from jsonb_array_elements(content -> 'categories') with ordinality as category
    )
  );
end
$$;

-- For the id of each dimension, the hash of what a rater reads: scale, name, description, themes, rubric and questions. h1
-- identifies this hashing method, so that a future one can be distinguished.
create or replace function private.dimension_hashes(content jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select jsonb_object_agg(
             dimension.value ->> 'id',
             'h1:' || private.hash_of(
               dimension.value - 'id' - 'weight' || jsonb_build_object('scale', content -> 'scale')
             )
           )
      from jsonb_array_elements(content -> 'dimensions') as dimension
  );
end
$$;
