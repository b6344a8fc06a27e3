-- custom-assessments 0.2.0 runs_run sha256:07a2e2ac0a3e47060ad15d87f4490e2a86aaf440806a376f209bfa58361bc71f
-- Runs as a whole: how they are checked, and the form in which they are kept.

-- The errors of everything in a run but its items.
create or replace function private.rater_faults(run jsonb, path text)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  faults jsonb := private.run_text_faults(run -> 'key', path || '.key', 100, true, true);
  rater constant jsonb := run -> 'rater';
  named text;
begin
  if jsonb_typeof(rater) is distinct from 'object' then
    faults := faults || private.fault(path || '.rater', 'wrong-type', 'an object with kind, name and version');
  else
    if jsonb_typeof(rater -> 'kind') is distinct from 'string' or rater ->> 'kind' <> all (private.rater_kinds()) then
      faults := faults || private.fault(path || '.rater.kind', 'unknown-value', private.one_of(private.rater_kinds()));
    end if;
    faults := faults
      || private.run_text_faults(rater -> 'name', path || '.rater.name', private.longest_name(), true, true)
      || private.run_text_faults(
           rater -> 'version', path || '.rater.version', private.longest_name(), rater ->> 'kind' = 'model', true
         );
  end if;
  if coalesce(jsonb_typeof(run -> 'language'), 'null') <> 'null'
    and (jsonb_typeof(run -> 'language') <> 'string' or not private.is_language(run ->> 'language')) then
    faults := faults || private.fault(path || '.language', 'invalid-language', 'a BCP 47 tag, such as "en" or "de-AT"');
  end if;
  faults := faults || private.run_text_faults(run -> 'band_order', path || '.band_order', 100, false, true);
  if coalesce(jsonb_typeof(run -> 'parameters'), 'null') <> 'null' and (
    jsonb_typeof(run -> 'parameters') <> 'object' or pg_column_size(run -> 'parameters') > 8000
  ) then
    faults := faults || private.fault(path || '.parameters', 'wrong-type', 'an object of at most 8,000 bytes');
  end if;
  foreach named in array array['started_at', 'finished_at'] loop
    if coalesce(jsonb_typeof(run -> named), 'null') <> 'null'
      and (jsonb_typeof(run -> named) <> 'string' or private.time_of(run ->> named) is null) then
      faults := faults || private.fault(path || '.' || named, 'invalid-time', 'a time such as "2026-03-01T09:30:00Z"');
    end if;
  end loop;
  if private.time_of(run ->> 'finished_at') < private.time_of(run ->> 'started_at') then
    faults := faults || private.fault(path || '.finished_at', 'out-of-order', 'a time that is not before started_at');
  end if;
  return faults;
end
$$;

-- The errors of a run under these rules (private.run_rules), at most a few hundred.
create or replace function private.run_faults(run jsonb, path text, rules jsonb)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  faults jsonb;
  seen text[] := '{}';
  dimension text;
begin
  if jsonb_typeof(run) <> 'object' then
    return jsonb_build_array(private.fault(path, 'wrong-type', 'an object with key, rater and items'));
  end if;
  faults := private.rater_faults(run, path);
  if jsonb_typeof(run -> 'items') is distinct from 'array' or run -> 'items' = '[]' then
    return faults || private.fault(path || '.items', 'wrong-type', 'a list of at least one item');
  elsif jsonb_array_length(run -> 'items') > private.most_dimensions() then
    return faults || private.fault(path || '.items', 'too-many', 'one item for each dimension');
  end if;
  for place in 0 .. jsonb_array_length(run -> 'items') - 1 loop
    exit when jsonb_array_length(faults) >= private.most_errors();
    faults := faults || private.run_item_faults(run #> array['items', place::text], path || '.items[' || place || ']', rules);
    -- Only names of dimensions are short enough to be folded.
    continue when faults <> '[]';
    dimension := private.fold_name(private.trim_text(run #>> array['items', place::text, 'dimension']));
    if dimension = any (seen) then
      faults := faults || private.fault(path || '.items[' || place || '].dimension', 'duplicate-dimension', 'each dimension once');
    end if;
    seen := seen || dimension;
  end loop;
  return faults;
end
$$;

-- Valid quotes as they are kept, in their order.
create or replace function private.clean_quotes(evidence jsonb)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select coalesce(
             jsonb_agg(
               jsonb_build_object('turn', (quoted.value ->> 'turn')::numeric::integer, 'quote', quoted.value -> 'quote')
               order by quoted.place
             ),
             '[]'
           )
      from jsonb_array_elements(nullif(evidence, 'null')) with ordinality as quoted (value, place)
  );
end
$$;

-- A valid run as it is kept: its known keys alone, names spelled as in the definition.
create or replace function private.clean_run(run jsonb, rules jsonb)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return jsonb_build_object(
    'key', run -> 'key',
    'rater', jsonb_build_object(
      'kind', run #> '{rater,kind}', 'name', run #> '{rater,name}', 'version', run #> '{rater,version}'
    ),
    'language', run -> 'language',
    'band_order', run -> 'band_order',
    'parameters', run -> 'parameters',
    'started_at', run -> 'started_at',
    'finished_at', run -> 'finished_at',
    'items', (
      select jsonb_agg(jsonb_build_object(
               'dimension', rule.dimension -> 'name',
               'prompt_sha256', item.value -> 'prompt_sha256',
               'evidence', private.clean_quotes(item.value -> 'evidence'),
               'rationale', item.value -> 'rationale',
               'band', rule.dimension #> array['bands', private.band_key(item.value ->> 'band'), 'band'],
               'score', item.value -> 'score',
               'unscored', item.value -> 'unscored'
             ) order by item.place)
        from jsonb_array_elements(run -> 'items') with ordinality as item (value, place)
       cross join lateral (
         select rules #> array['dimensions', private.fold_name(private.trim_text(item.value ->> 'dimension'))]
       ) as rule (dimension)
    )
  );
end
$$;

-- Refuses runs that are no list, too many, too large, or nested too deep, before anything in them is read.
create or replace function private.check_shape_of_runs(session_id uuid, runs jsonb)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  fault jsonb;
begin
  if jsonb_typeof(runs) <> 'array' or runs = '[]' then
    fault := private.fault('$', 'wrong-type', 'a list of at least one run');
  elsif jsonb_array_length(runs) > private.most_runs() then
    fault := private.fault('$', 'too-many', format('at most %s runs of a session', private.most_runs()));
  else
    fault := private.definition_shape_faults(jsonb_build_object('runs', runs)) -> 0;
    -- No value's text takes more than 17 times its room in jsonb.
    if fault is null and pg_column_size(runs) > private.largest_runs() / 25
      and octet_length(runs::text) > private.largest_runs() then
      fault := private.fault('$', 'too-large', format('at most %s bytes in all runs of a session', private.largest_runs()));
    end if;
  end if;
  if fault is not null then
    perform private.refuse('RUNS_INVALID', jsonb_build_object(
      'session_id', check_shape_of_runs.session_id, 'faults', jsonb_build_array(fault)
    ));
  end if;
end
$$;

-- The runs of a session in the form in which they are kept: those that were kept and those handed in, each key once. Refuses
-- what is malformed under this definition, a key with two contents, and too much together. Null if there are none.
create or replace function private.checked_runs(session_id uuid, kept jsonb, runs jsonb, definition jsonb)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  rules jsonb;
  faults jsonb;
  clean jsonb;
  differing text;
begin
  if kept || runs = '[]' then
    return null;
  end if;
  rules := private.run_rules(definition);
  -- Those that were kept are checked again: the session may have been moved to another version.
  select coalesce(jsonb_agg(each.fault), '[]')
    into faults
    from (
      select '$kept[' || run.place - 1 || ']' as path, run.value from jsonb_array_elements(kept) with ordinality as run (value, place)
      union all
      select '$[' || run.place - 1 || ']', run.value from jsonb_array_elements(runs) with ordinality as run (value, place)
    ) as run
   cross join lateral jsonb_array_elements(private.run_faults(run.value, run.path, rules)) as each (fault);
  if faults = '[]' then
    select jsonb_agg(distinct private.clean_run(run.value, rules))
      into clean
      from jsonb_array_elements(kept || runs) as run;
    select '$[' || max(run.place) - 1 || ']'
      into differing
      from jsonb_array_elements(runs) with ordinality as run (value, place)
     where run.value ->> 'key' in (
       select each.value ->> 'key' from jsonb_array_elements(clean) as each group by each.value ->> 'key' having count(*) > 1
     );
    if differing is not null then
      perform private.refuse('RUN_DIFFERS', jsonb_build_object('session_id', checked_runs.session_id, 'path', differing));
    end if;
    perform private.check_shape_of_runs(checked_runs.session_id, clean);
    return clean;
  end if;
  perform private.refuse('RUNS_INVALID', jsonb_build_object(
    'session_id', checked_runs.session_id, 'faults', jsonb_path_query_array(faults, '$[0 to $most]', jsonb_build_object(
      'most', private.most_errors() - 1
    ))
  ));
  return null;
end
$$;
