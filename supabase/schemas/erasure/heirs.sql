-- Assessments that other tenants have results of outlive their tenant.

-- Other tenants' results were made with assessments of this tenant: those results are not this tenant's to erase, and
-- they hold on to the assessment. So it goes to the tenant with the oldest of them: archived, private, without source
-- and author. Returns how many were handed over.
create or replace function private.hand_over_assessments_with_results(tenant_id uuid)
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  handed record;
  total integer := 0;
begin
  for handed in
    select assessment.id, assessment.status, heir.tenant_id, heir.user_id
      from public.custom_assessments as assessment,
           lateral (
             select holder.tenant_id, tenant.user_id
               from (
                 select result.tenant_id, result.created_at, result.id
                   from public.custom_assessment_results as result
                  where result.assessment_id = assessment.id
                 union all
                 -- Interviews that wait to be scored will be results.
                 select request.tenant_id, request.created_at, request.id
                   from private.score_requests as request
                   join private.jobs as job on job.subject_id = request.id
                  where request.assessment_id = assessment.id
                    and job.rank is not null
               ) as holder
               join public.tenant_profiles as tenant on tenant.id = holder.tenant_id
              where holder.tenant_id <> assessment.tenant_id
              order by holder.created_at, holder.id
              limit 1
           ) as heir
     where assessment.tenant_id = hand_over_assessments_with_results.tenant_id
  loop
    -- An archived row takes no change but that of its status, and an active one would raise its version.
    if handed.status <> 'draft' then
      update public.custom_assessments as assessment set status = 'draft' where assessment.id = handed.id;
    end if;
    update public.custom_assessments as assessment
       set tenant_id = handed.tenant_id,
           created_by = handed.user_id,
           slug = null,
           definition = assessment.definition #- '{metadata,author}',
           source_markdown = null,
           is_template = false,
           marketplace_status = 'private',
           marketplace_price_tier = null,
           status = 'archived'
     where assessment.id = handed.id;
    total := total + 1;
  end loop;
  return total;
end
$$;
