-- custom-assessments 0.2.0 worker_api_diagnostics sha256:1688f09b83c4505cb9cc3e7bd682663eef3703ba7671c07301185c0589c53887
-- Diagnostics that only the database can create.

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
         || case when place ? 'path' then jsonb_build_object('path', place -> 'path') else '{}' end
    from (values
      ('already-uploaded', 'warning', '', 'The same file is stored already, so nothing was changed.',
       'Use the assessment of this upload, or change the file and upload it again.'),
      ('version-conflict', 'error', 'Front matter / version',
       'The assessment already has this version, with other content.',
       'Raise the version in the front matter and upload the file again.'),
      ('version-falls', 'error', 'Front matter / version',
       'The version is lower than that of the assessment to replace.',
       'Use a version that is higher than the current one, or upload the file as a new assessment.'),
      ('version-bump-too-small', 'error', 'Front matter / version',
       'The version is too low for this change.',
       'Raise the major version in the front matter and upload the file again.'),
      ('superseded', 'error', '', 'The assessment was changed after this file was uploaded, so it was not replaced.',
       'Review the current assessment. To use this file anyway, upload it again.'),
      ('assessment-archived', 'error', '', 'The assessment to replace is archived and read-only.',
       'Set its status to active first, or upload the file as a new assessment.'),
      ('assessment-is-a-template', 'error', '', 'The assessment to replace is a template, which only the service role can change.',
       'Upload the file without assessment_id to create your own assessment.'),
      ('assessment-missing', 'error', '', 'The assessment to replace no longer exists.',
       'Upload the file without assessment_id to create a new assessment.'),
      ('too-many-versions', 'error', '', 'The tenant''s edits and uploads have made too many versions within an hour.',
       'Upload the file again later, and less often.'),
      ('too-much-stored', 'error', '', 'The tenant has as many assessments, or bytes of them or their versions, as it may have.',
       'Delete assessments that are no longer needed, and upload the file again.'),
      ('database-refused', 'error', '', 'The database refused the assessment.',
       'Fix the file and upload it again. If the file has no error, report the id of this upload to the operator.'),
      ('worker-lost', 'error', '', 'The worker stopped every time it compiled this file.',
       'Simplify the file and upload it again. If it is an ordinary file, report the id of this upload to the operator.'),
      ('too-many-attempts', 'error', '', 'The file could not be processed in several attempts.',
       'The error is not in the file: upload it again later, or report the id of this upload to the operator.'),
      ('too-slow', 'error', '', 'The database took too long to store the assessment, in every attempt.',
       'Simplify the file and upload it again. If it is an ordinary file, report the id of this upload to the operator.')
    ) as text (code, severity, section, message, hint)
   where text.code = upload_diagnostic.code
$$;

-- A diagnostic is short text and a few numbers. A number such as 1e131071 would take ten bytes here, but as many characters
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

-- The diagnostics of an uploaded definition: one that is not about a certain value is about the whole.
create or replace function private.with_paths(diagnostics jsonb)
returns jsonb
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_agg('{"path": "$"}'::jsonb || each.value order by each.place)
    from jsonb_array_elements(diagnostics) with ordinality as each (value, place)
$$;

-- The diagnostics of an upload that the database refused: each error of its definition, or only the reason.
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
                                 fault.value ->> 'reason', '. Expected: ', fault.value ->> 'expected', '.'),
               'path', fault.value -> 'path'))
        from jsonb_array_elements(faults) as fault
    ),
    jsonb_build_array(private.upload_diagnostic(
      case when code in ('assessment-archived', 'assessment-missing', 'too-many-versions', 'too-much-stored') then code
           else 'database-refused' end)));
end
$$;

-- What a database error means for a job.

-- Whether a job ended for a reason that the author of its file can fix. Such files are counted as rejected: operators need
-- not look at them, and a retry would have the same result.
create or replace function private.is_authors_fault(error text)
returns boolean
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(
    error in ('invalid-source', 'version-conflict', 'version-falls', 'version-bump-too-small', 'superseded',
              'assessment-archived', 'assessment-is-a-template', 'assessment-missing', 'too-many-versions',
              'too-much-stored'),
    false
  );
end
$$;

-- The outcome of a job after a database error. Temporary errors are retried. A refusal or a violated constraint is final,
-- and the outcome has the errors that it reports.
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
  -- Only errors about the data itself are permanent. A name taken at the same time, a deadlock, an unavailable lock or
  -- resource, a function that is being replaced: all of these may pass. If the tenant or the assessment is locked, the job
  -- is not to blame.
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
      when 'TENANT_LIMIT' then case when facts ? 'seconds' then 'too-many-versions' else 'too-much-stored' end
      else replace(lower(facts ->> 'reason'), '_', '-')
    end;
  end if;
  return jsonb_build_object(
    'end', 'failed', 'error', code,
    'faults', case when jsonb_typeof(facts -> 'faults') = 'array' then facts -> 'faults' else '[]' end);
end
$$;

-- How long a job waits before its next attempt: 1, 4, 16, 64, ... seconds, at most ten minutes, each multiplied by a random
-- factor from 0.5 to 1.5, so that jobs that failed together are not retried together.
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
