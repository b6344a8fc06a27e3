-- Versions that nothing uses, beyond the newest of each assessment, are taken away with the jobs.

-- Whether something uses a version, or is shown with it.
create or replace function private.is_version_used(version_id uuid)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return exists (
    select from private.version_uses as used where used.version_id = is_version_used.version_id
  ) or exists (
    select from public.listing_requests as request where request.version_id = is_version_used.version_id and request.open
  ) or exists (
    select from public.listing_reviews as review where review.version_id = is_version_used.version_id
  ) or exists (
    select
      from public.assessment_versions as version
      join public.custom_assessments as assessment on assessment.id = version.assessment_id
     where version.id = is_version_used.version_id
       and version.id in (assessment.newest_version_id, assessment.listed_version_id)
  );
end
$$;

-- Versions that may go: unused, with at least so many newer ones of their assessment.
create or replace function private.prunable_versions(batch integer)
returns uuid[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  kept constant bigint := private.setting('versions_kept');
begin
  return array(
    select numbered.id
      from (
        select many.assessment_id
          from public.assessment_versions as many
         group by many.assessment_id
        having count(*) > kept
      ) as crowded,
           lateral (
             select version.id,
                    row_number() over (
                      order by string_to_array(version.version, '.')::bigint[] desc, version.revision desc
                    ) as place
               from public.assessment_versions as version
              where version.assessment_id = crowded.assessment_id
           ) as numbered
     where numbered.place > kept
       and not private.is_version_used(numbered.id)
     order by numbered.place desc
     limit batch
  );
end
$$;

-- Whether a version may go, for the guard.
create or replace function private.is_prunable(version public.assessment_versions)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return not private.is_version_used(version.id) and exists (
    select
      from public.assessment_versions as newer
     where newer.assessment_id = version.assessment_id
       and (string_to_array(newer.version, '.')::bigint[], newer.revision)
           > (string_to_array(version.version, '.')::bigint[], version.revision)
    offset private.setting('versions_kept')::bigint - 1
     limit 1
  );
end
$$;

-- Takes away so many of them at most, and returns how many. Their assessments are held first, as those who begin to use a
-- version hold them: what is used by then stays. Assessments that somebody else holds are left for the next time.
create or replace function private.prune_versions(batch integer)
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  candidates constant uuid[] := private.prunable_versions(batch);
  held uuid[];
  pruned integer;
begin
  held := array(
    select assessment.id
      from public.custom_assessments as assessment
     where assessment.id in (
       select version.assessment_id from public.assessment_versions as version where version.id = any (candidates)
     )
     order by assessment.id
       for update skip locked
  );
  delete from public.assessment_versions as candidate
   where candidate.id = any (candidates)
     and candidate.assessment_id = any (held)
     and private.is_prunable(candidate);
  get diagnostics pruned = row_count;
  return pruned;
end
$$;
