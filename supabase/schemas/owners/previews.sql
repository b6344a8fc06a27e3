-- For authors: what an interview agent would get. Nothing is stored.

-- What a preview is of, as a version that has no id: the working copy of an assessment that the caller can read, or a
-- definition that is not saved.
create or replace function private.previewed(assessment_id uuid, definition jsonb)
returns public.assessment_versions
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  shown public.assessment_versions;
  faults jsonb;
begin
  if num_nonnulls(assessment_id, definition) <> 1 then
    perform private.refuse('INVALID_ARGUMENT',
      '{"argument": "assessment_id", "expected": "an assessment, or a definition in its place, and not both"}');
  elsif assessment_id is not null then
    select present.id, present.name, present.version, present.description, present.definition, present.assessment_type,
           present.interview_style_default, present.interview_style_allow_override, present.result_disclosure
      into shown.assessment_id, shown.name, shown.version, shown.description, shown.definition, shown.assessment_type,
           shown.interview_style_default, shown.interview_style_allow_override, shown.result_disclosure
      from public.custom_assessments as present
     where present.id = previewed.assessment_id;
    if not found then
      perform private.refuse('ASSESSMENT_NOT_FOUND', jsonb_build_object('assessment_id', previewed.assessment_id));
    end if;
    return shown;
  end if;

  faults := private.definition_faults(previewed.definition);
  if faults <> '[]' then
    perform private.refuse('ASSESSMENT_VALIDATION_ERROR', jsonb_build_object('faults', faults));
  end if;
  shown := jsonb_populate_record(shown, to_jsonb(private.columns_of(previewed.definition -> 'metadata')));
  shown.definition := previewed.definition;
  return shown;
end
$$;

create or replace function public.preview_context(assessment_id uuid default null, definition jsonb default null)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  shown constant public.assessment_versions := private.previewed(preview_context.assessment_id, preview_context.definition);
begin
  return jsonb_build_object(
    'assessment_id', shown.assessment_id,
    'version', shown.version,
    'interview_style', shown.interview_style_default,
    'definition', private.asked_definition(shown)
  );
end
$$;
comment on function public.preview_context(uuid, jsonb) is
'For authors: what interview_context would return to an agent, of an assessment as it is now, or of a definition that is not '
'saved; nothing is stored, and no session begins. Returns {assessment_id, version, interview_style, definition}; the id is null '
'for a definition.';
revoke all on function public.preview_context(uuid, jsonb) from public, anon, authenticated, service_role;
