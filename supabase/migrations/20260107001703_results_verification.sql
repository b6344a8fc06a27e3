-- custom-assessments 0.2.0 results_verification sha256:08acf4dc2074c9fc534e088ce19669c064b2fcb4f744fe9e8eec0c3787c418df
-- For owners: checks a frozen result against its own data.

-- What a result's scores give by a definition, with its runs if it has some. A result from before coverage was recorded is
-- computed as it was then.
create or replace function private.recomputed_result(result public.custom_assessment_results, definition jsonb)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  runs constant jsonb := case when result.provenance = 'runs' then private.runs_of_result(result.id, definition) end;
  computed jsonb;
begin
  if result.coverage is null then
    select to_jsonb(scored) || jsonb_build_object('reasons', result.uncovered_reasons, 'spread', result.spread,
             'stability', result.stability, 'margin', result.margin, 'coverage', result.coverage)
      into computed
      from private.score_assessment(definition, result.dimension_scores) as scored;
  else
    select to_jsonb(judged)
      into computed
      from private.judged_scores(definition, result.dimension_scores, runs) as judged;
  end if;
  return computed;
end
$$;

create or replace function public.verify_result(result_id uuid)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  result public.custom_assessment_results;
  version record;
  definition jsonb;
  again jsonb;
  differences jsonb;
begin
  select present.* into result from public.custom_assessment_results as present where present.id = verify_result.result_id;
  if not found then
    perform private.refuse('RESULT_NOT_FOUND', jsonb_build_object('result_id', verify_result.result_id));
  end if;
  -- The caller may be unable to read the version: a campaign's creator need not be an owner.
  select stored.definition, stored.version, stored.result_disclosure as disclosure
    into version
    from public.assessment_versions as stored
   where stored.id = result.assessment_version_id;
  definition := coalesce(version.definition, result.assessment_definition_snapshot);
  again := private.recomputed_result(result, definition);
  select coalesce(jsonb_agg(to_jsonb(compared) order by compared.field), '[]')
    into differences
    from (
      select scored.*
        from (values
          ('overall_score', to_jsonb(result.overall_score), again -> 'overall'),
          ('matched_category', to_jsonb(result.matched_category), again #> '{category,name}'),
          ('matched_category_data', result.matched_category_data, again -> 'category'),
          ('uncovered_dimensions', to_jsonb(result.uncovered_dimensions), again -> 'uncovered'),
          ('uncovered_reasons', result.uncovered_reasons, again -> 'reasons'),
          ('coverage', to_jsonb(result.coverage), again -> 'coverage'),
          ('spread', result.spread, again -> 'spread'),
          ('stability', result.stability, again -> 'stability'),
          ('margin', result.margin, again -> 'margin')
        ) as scored (field, stored, computed)
       where again -> 'faults' = '[]'
      union all
      values
      ('dimension_scores', '[]'::jsonb, again -> 'faults'),
      -- A definition is up to 500 KB: its hash is enough.
      ('assessment_definition_snapshot', to_jsonb(private.hash_of(result.assessment_definition_snapshot)),
       to_jsonb(private.hash_of(definition))),
      ('assessment_version', to_jsonb(result.assessment_version), to_jsonb(coalesce(version.version, result.assessment_version))),
      ('result_disclosure', to_jsonb(result.result_disclosure), to_jsonb(coalesce(version.disclosure, result.result_disclosure)))
    ) as compared (field, stored, computed)
   where nullif(compared.stored, 'null') is distinct from nullif(compared.computed, 'null');
  differences := differences || private.review_differences(verify_result.result_id, definition);
  return jsonb_build_object('equal', differences = '[]', 'differences', differences);
end
$$;
comment on function public.verify_result(uuid) is
'For owners: computes the scores from the result''s runs, and from them the coverage, overall score and category, again, and what '
'its reviews say. Returns {equal, differences: [{field, stored, computed}]}.';
revoke all on function public.verify_result(uuid) from public, anon, authenticated, service_role;

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

-- For authors and users of an assessment: what changed between two versions, and the effect on results.

-- A version as it would be with another definition: metadata takes precedence, and missing metadata keeps the column.
create or replace function private.with_definition(version public.assessment_versions, definition jsonb)
returns public.assessment_versions
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  metadata constant jsonb := definition -> 'metadata';
  stated constant record := private.columns_of(metadata);
begin
  version.id := null;
  version.version := null;
  version.definition := definition;
  version.name := coalesce(metadata ->> 'name', version.name);
  version.description := coalesce(metadata ->> 'description', version.description);
  if metadata ->> 'type' is not null then
    version.assessment_type := stated.assessment_type;
  end if;
  if metadata #>> '{interviewStyle,default}' is not null then
    version.interview_style_default := stated.interview_style_default;
  end if;
  if metadata #>> '{interviewStyle,allowOverride}' is not null then
    version.interview_style_allow_override := stated.interview_style_allow_override;
  end if;
  if metadata ->> 'resultDisclosure' is not null then
    version.result_disclosure := stated.result_disclosure;
  end if;
  return version;
end
$$;

-- The content of a version.
create or replace function private.content_of_version(version public.assessment_versions)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return private.content_of(version.definition, private.column_values(
    version.name, version.version, version.description, version.assessment_type, version.interview_style_default,
    version.interview_style_allow_override, version.result_disclosure
  ));
end
$$;

-- A version that the caller can read. Others are treated as if they did not exist.
create or replace function private.readable_version(version_id uuid)
returns public.assessment_versions
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  found_version public.assessment_versions;
begin
  select version.* into found_version from public.assessment_versions as version where version.id = readable_version.version_id;
  if not found then
    perform private.refuse('VERSION_NOT_FOUND', jsonb_build_object('version_id', readable_version.version_id));
  end if;
  return found_version;
end
$$;

-- How the dimensions in both contents compare: the same instrument, declared to be the same, or different.
create or replace function private.compared_dimensions(assessment_id uuid, before jsonb, after jsonb)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
             'id', old.key,
             'compares', case when old.value = new.value then 'same' when declared.note is not null then 'declared' else 'no' end,
             'note', declared.note
           ) order by old.key), '[]')
      from jsonb_each_text(private.dimension_hashes(before)) as old
      join jsonb_each_text(private.dimension_hashes(after)) as new on new.key = old.key
      left join lateral (
        select declaration.note
          from public.equivalence_declarations as declaration
         where declaration.assessment_id = compared_dimensions.assessment_id
           and declaration.dimension = old.key
           and ((declaration.from_hash = old.value and declaration.to_hash = new.value)
                or (declaration.from_hash = new.value and declaration.to_hash = old.value))
         order by declaration.created_at
         limit 1
      ) as declared on old.value <> new.value
  );
end
$$;

-- For how many of the newest results that the caller can read the category would differ.
create or replace function private.restated_differences(assessment_id uuid, before jsonb, after jsonb)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select jsonb_build_object(
             'considered', count(*),
             'restated', count(*) filter (where old.is_restated and new.is_restated),
             'differ', count(*) filter (
               where old.is_restated and new.is_restated and old.category is distinct from new.category)
           )
      from private.restated(restated_differences.assessment_id, before, 5000) as old
      join private.restated(restated_differences.assessment_id, after, 5000) as new on new.result_id = old.result_id
  );
end
$$;

create or replace function public.version_changes(
  from_version_id uuid, to_version_id uuid default null, definition jsonb default null
)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  older constant public.assessment_versions := private.readable_version(from_version_id);
  newer public.assessment_versions;
  faults jsonb;
  before jsonb;
  after jsonb;
  class text;
begin
  if num_nonnulls(to_version_id, version_changes.definition) <> 1 then
    perform private.refuse('INVALID_ARGUMENT',
      '{"argument": "to_version_id", "expected": "a version, or a definition in its place, and not both"}');
  elsif to_version_id is not null then
    newer := private.readable_version(to_version_id);
    if newer.assessment_id <> older.assessment_id then
      perform private.refuse('INVALID_ARGUMENT',
        '{"argument": "to_version_id", "expected": "a version of the same assessment"}');
    end if;
  else
    -- Only the author can see a definition that is not saved yet.
    if not exists (
      select from public.custom_assessments as assessment
       where assessment.id = older.assessment_id
         and assessment.tenant_id = any (array(select private.my_tenant_ids()))
    ) then
      perform private.refuse('ASSESSMENT_ACCESS_DENIED', jsonb_build_object('assessment_id', older.assessment_id));
    end if;
    faults := private.definition_faults(version_changes.definition);
    if faults <> '[]' then
      perform private.refuse('ASSESSMENT_VALIDATION_ERROR', jsonb_build_object('faults', faults));
    end if;
    newer := private.with_definition(older, version_changes.definition);
  end if;

  before := private.content_of_version(older);
  after := private.content_of_version(newer);
  class := private.class_of_change(before, after);
  return jsonb_build_object(
    'from', jsonb_build_object('id', older.id, 'version', older.version),
    'to', jsonb_build_object('id', newer.id, 'version', newer.version),
    'class', class,
    'least_version', case when class is not null then private.least_version(older.version, class) end,
    'changes', (
      select coalesce(jsonb_agg(jsonb_build_object(
               'rule', change.rule,
               'class', change.class,
               'sentence', replace(replace(listed.sentence, '{item}', change.item), '{part}', change.part),
               'item', nullif(change.item, ''),
               'part', nullif(change.part, ''),
               'old', change.old_value,
               'new', change.new_value
             ) order by change.ordinality), '[]')
        from private.changes_between(before, after)
             with ordinality as change (rule, class, item, part, old_value, new_value, ordinality)
        join private.change_rules as listed on listed.rule = change.rule
    ),
    'dimensions', private.compared_dimensions(older.assessment_id, before, after),
    'results', private.restated_differences(older.assessment_id, older.definition, newer.definition)
  );
end
$$;
comment on function public.version_changes(uuid, uuid, jsonb) is
'With the caller''s rights: what changed between two versions of an assessment or, for its owner, between a version and an '
'unsaved definition; how its dimensions compare; and for how many of the newest 5,000 results that the caller can read the '
'category would differ. Returns {from, to, class, least_version, changes, dimensions, results}.';
revoke all on function public.version_changes(uuid, uuid, jsonb) from public, anon, authenticated, service_role;
