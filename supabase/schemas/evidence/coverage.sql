-- How much of an assessment was scored.

-- The share of the weights whose dimensions were scored, from 0 to 1. Cut after four places rather than rounded, so that it is
-- never more than the share, and 1 only if everything was scored. scores is named as the definition has it.
create or replace function private.coverage_of(definition jsonb, scores jsonb)
returns numeric
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  dimensions record;
  scored numeric;
  whole numeric;
begin
  select * into dimensions from private.scored_dimensions(definition);
  select coalesce(sum(listed.weight) filter (where scores ? listed.name), 0), sum(listed.weight)
    into scored, whole
    from unnest(dimensions.names, dimensions.weights) as listed (name, weight);
  return div(scored * 10000, whole) * 0.0001;
end
$$;

-- The coverage below which an assessment has no overall score and no category.
create or replace function private.least_coverage(definition jsonb)
returns numeric
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  metadata constant jsonb := definition -> 'metadata';
begin
  return coalesce(
    metadata -> 'minCoverage', private.metadata_defaults() #> array['minCoverage', private.evidence_in_force(metadata)]
  )::numeric;
end
$$;
