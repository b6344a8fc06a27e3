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
