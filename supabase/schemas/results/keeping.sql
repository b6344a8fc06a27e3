-- Prevents deleting what has results.

-- All locks on the host's tables that the following statements need, taken at once with a short wait
-- (host_check/rules.sql).
select private.lock_host_tables('share row exclusive', 'public.tenant_profiles');

-- SECURITY DEFINER, because an owner may be unable to see the results that other tenants have of a published assessment,
-- but must get a clear refusal. It reveals this only to callers who can delete the row, since RLS hides other rows before
-- this trigger.
create or replace function private.keep_assessment_with_results()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (select from public.custom_assessment_results as result where result.assessment_id = old.id) then
    perform private.refuse('ASSESSMENT_HAS_RESULTS', jsonb_build_object('assessment_id', old.id));
  end if;
  return old;
end
$$;

create or replace trigger keep_assessment_with_results
before delete on public.custom_assessments
for each row execute function private.keep_assessment_with_results();

-- The same for a tenant, before its deletion has any effect: its results can only be erased on purpose. SECURITY DEFINER
-- for the same reason.
create or replace function private.keep_tenant_with_results()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (
    select
      from public.custom_assessments as assessment
      join public.custom_assessment_results as result on result.assessment_id = assessment.id
     where assessment.tenant_id = old.id
  ) then
    perform private.refuse('ASSESSMENT_HAS_RESULTS', jsonb_build_object('tenant_id', old.id));
  elsif exists (select from public.custom_assessment_results as result where result.tenant_id = old.id)
    or exists (select from private.score_requests as request where request.tenant_id = old.id) then
    perform private.refuse('TENANT_HAS_RESULTS', jsonb_build_object('tenant_id', old.id));
  end if;
  return old;
end
$$;

create or replace trigger keep_tenant_with_results
before delete on public.tenant_profiles
for each row execute function private.keep_tenant_with_results();
