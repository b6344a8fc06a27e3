-- custom-assessments 0.2.0 worker_api_diagnostics sha256:bfd0adcfd3202cb5a0d5b73cbf161d681329c7436172196bb9f46174efc5fe6f
-- Diagnostics that only the database can make.

create or replace function private.upload_diagnostic(code text, place jsonb default null)
returns jsonb
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object(
           'severity', text.severity, 'code', text.code,
           'line', coalesce(place -> 'line', '1'), 'column', coalesce(place -> 'column', '1'),
           'end_line', coalesce(place -> 'end_line', place -> 'line', '1'),
           'end_column', coalesce(place -> 'end_column', to_jsonb(coalesce((place ->> 'column')::int, 1) + 1)),
           'section', text.section, 'message', text.message, 'hint', text.hint, 'args', '{}'::jsonb)
    from (values
      ('already-uploaded', 'warning', '', 'These exact bytes are stored already, so nothing was changed.',
       'Use the assessment that this upload names, or change the file and upload it again.'),
      ('version-conflict', 'error', 'Front matter / version',
       'The assessment has this version already, with another content.',
       'Raise the version in the front matter and upload the file again.'),
      ('version-falls', 'error', 'Front matter / version',
       'The version is lower than that of the assessment to replace.',
       'Give a version that is higher than the present one, or upload the file as a new assessment.'),
      ('version-bump-too-small', 'error', 'Front matter / version',
       'The version is too low for what changed.',
       'Raise the major version in the front matter and upload the file again.'),
      ('superseded', 'error', '', 'The assessment was changed after this file was uploaded, so it was not replaced.',
       'Look at the assessment as it is now. To have the text of this file nevertheless, upload it again.'),
      ('assessment-archived', 'error', '', 'The assessment to replace is archived and read-only.',
       'Set its status to active first, or upload the file as a new assessment.'),
      ('assessment-is-a-template', 'error', '', 'The assessment to replace is a template, which only the service changes.',
       'Upload the file without assessment_id to make an assessment of your own.'),
      ('assessment-missing', 'error', '', 'The assessment to replace does not exist any more.',
       'Upload the file without assessment_id to make a new assessment.'),
      ('database-refused', 'error', '', 'The database refused the assessment.',
       'Mend the file and upload it again; if nothing in it is wrong, tell the operator the id of this upload.'),
      ('worker-lost', 'error', '', 'The worker was lost every time it compiled this file.',
       'Simplify the file and upload it again; if it is an ordinary one, tell the operator the id of this upload.'),
      ('too-many-attempts', 'error', '', 'The file could not be handled after several attempts.',
       'The fault is not in the file: upload it again later, or tell the operator the id of this upload.'),
      ('too-slow', 'error', '', 'Storing the assessment took the database too long, at every attempt.',
       'Simplify the file and upload it again; if it is an ordinary one, tell the operator the id of this upload.')
    ) as text (code, severity, section, message, hint)
   where text.code = upload_diagnostic.code
$$;

-- A diagnostic is small text and a few numbers. A number such as 1e131071 would take ten bytes here and as many characters
-- as its exponent says in every list of the tenant's uploads.
create or replace function private.bounded_diagnostics(given jsonb)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if given is null or given = '[]' or jsonb_typeof(given) <> 'array'
    or private.definition_bounds_faults(jsonb_build_object('diagnostics', given)) is not null
    or jsonb_path_exists(given, '$[*] ? (@.type() != "object")') then
    return '[]'::jsonb;
  end if;
  return given;
end
$$;

-- What an upload says when the database refused it: each fault of its definition, or the reason alone.
create or replace function private.refused_diagnostics(code text, faults jsonb)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(
    (
      select jsonb_agg(private.upload_diagnostic('database-refused') || jsonb_build_object(
               'message', concat('The database refused the definition at ', fault.value ->> 'path', ': ',
                                 fault.value ->> 'reason', '. Expected: ', fault.value ->> 'expected', '.')))
        from jsonb_array_elements(faults) as fault
    ),
    jsonb_build_array(private.upload_diagnostic(
      case when code in ('assessment-archived', 'assessment-missing') then code else 'database-refused' end)));
end
$$;

-- What an error of the database means for a job.

-- Whether a job ended for a reason that its file's author can mend. Such files are counted as rejected: no operator needs
-- to look, and trying again would find the same.
create or replace function private.is_authors_fault(error text)
returns boolean
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(
    error in ('invalid-source', 'version-conflict', 'version-falls', 'version-bump-too-small', 'superseded',
              'assessment-archived', 'assessment-is-a-template', 'assessment-missing'),
    false
  );
end
$$;

-- What the database said against it, as the end of a job. Passing errors are tried again; a refusal or a constraint is
-- the end, with the faults that it names.
create or replace function private.ending_of_error(state text, detail text)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  facts jsonb;
  code text := 'database-refused';
begin
  -- Only what is said about the data itself lasts. A name taken in the same moment, a deadlock, a lock or resource
  -- that was not to be had, a function that is just being upgraded: all that may pass.
  -- Somebody is at the tenant or the assessment: that is nothing the job has done.
  if state = '55P03' or (state = 'PT429' and detail::jsonb ->> 'reason' = 'BUSY') then
    return '{"end": "waits", "error": "database-55p03"}'::jsonb;
  elsif state = 'P0002' then
    return '{"end": "failed", "error": "subject-deleted"}'::jsonb;
  elsif state = '23505' or state !~ '^(PT|22|23)' then
    return jsonb_build_object('end', 'retry', 'error', 'database-' || lower(state));
  end if;
  if state like 'PT%' then
    facts := detail::jsonb;
    code := case facts ->> 'reason'
      when 'ASSESSMENT_ARCHIVED' then 'assessment-archived'
      when 'ASSESSMENT_NOT_FOUND' then 'assessment-missing'
      else replace(lower(facts ->> 'reason'), '_', '-')
    end;
  end if;
  return jsonb_build_object(
    'end', 'failed', 'error', code,
    'faults', case when jsonb_typeof(facts -> 'faults') = 'array' then facts -> 'faults' else '[]' end);
end
$$;

-- How long a job waits before its next attempt: 1, 4, 16, 64, ... seconds, at most ten minutes, each within a half
-- and one and a half times that, so that jobs that failed together do not come back together.
create or replace function private.retry_delay(charged integer)
returns interval
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return least(4.0 ^ (least(greatest(charged, 1), 10) - 1), 600) * (0.5 + random()) * interval '1 second';
end
$$;
