-- custom-assessments 0.2.0 results_version_changes sha256:0892ca5c7aa7f8e7330783054504564792ce03dcf7ee7dba4bb129c57f692a4b
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
