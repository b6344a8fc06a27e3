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
