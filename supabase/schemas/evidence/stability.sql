-- How many runs agree with a result.

-- How many of the runs have the category of the result, each scored alone: {runs, same}. A run that covers less than the
-- assessment requires has no category. Null below three runs, which say nothing about certainty.
create or replace function private.stability_of(definition jsonb, runs jsonb, category text)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  least constant numeric := private.least_coverage(definition);
  same integer := 0;
  run jsonb;
  scores jsonb;
  found text;
begin
  if jsonb_array_length(runs) < 3 then
    return null;
  end if;
  for run in select listed.value from jsonb_array_elements(runs) as listed loop
    scores := (private.combined_runs(definition, jsonb_build_array(run))).scores;
    found := case when private.coverage_of(definition, scores) >= least and scores <> '{}' then
      (private.score_assessment(definition, scores)).category ->> 'name' end;
    if found is not distinct from stability_of.category then
      same := same + 1;
    end if;
  end loop;
  return jsonb_build_object('runs', jsonb_array_length(runs), 'same', same);
end
$$;
