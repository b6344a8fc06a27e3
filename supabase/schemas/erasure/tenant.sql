-- Erasing a tenant.

-- Counts the campaigns that an erasure deleted or left, and corrects the count of the people in them if a view kept some.
create or replace function private.with_campaigns_left(counts jsonb, campaigns uuid[])
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select counts || jsonb_build_object(
    'campaigns', cardinality(campaigns) - kept.rounds,
    'campaigns_left', kept.rounds,
    'campaign_assignments', (counts ->> 'campaign_assignments')::bigint - kept.people,
    'campaign_assignments_left', kept.people)
    from (
      select
        (select count(*) from public.campaigns as campaign where campaign.id = any (campaigns)) as rounds,
        (select count(*) from public.campaign_assignments as assignment where assignment.campaign_id = any (campaigns))
          as people
    ) as kept
$$;

-- One run of erase_tenant.
create or replace function private.erase_tenant_once(tenant_id uuid)
returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  campaigns uuid[];
  participants jsonb;
  results integer;
  reviews integer;
  requests integer;
  turns integer;
  runs constant integer := private.count_runs(erase_tenant_once.tenant_id);
  jobs integer;
  uploads integer;
  handed_over integer;
  assessments integer;
  tenants integer;
begin
  -- Locks first, in the order of locks/order.sql. A worker that is finishing this tenant's jobs, and transactions that are
  -- inserting assessments, finish before this. Then nothing can be added to the tenant, and no results made with its
  -- assessments, during the erasure.
  if exists (select from public.tenant_profiles as tenant where tenant.id = erase_tenant_once.tenant_id) then
    perform private.lock_slug(erase_tenant_once.tenant_id, '');
  end if;
  perform tenant.id from public.tenant_profiles as tenant where tenant.id = erase_tenant_once.tenant_id for update;
  if not found then
    perform private.refuse('TENANT_NOT_FOUND', jsonb_build_object('tenant_id', erase_tenant_once.tenant_id));
  end if;
  perform private.hold_heirs(erase_tenant_once.tenant_id);
  perform job.id
     from private.jobs as job
    where job.tenant_id = erase_tenant_once.tenant_id
      and job.rank is not null
    order by job.id
      for update;
  perform private.hold_rows_of_tenant(erase_tenant_once.tenant_id);

  -- Jobs before their subjects, in the order in which a claim locks them.
  delete from private.jobs as job where job.tenant_id = erase_tenant_once.tenant_id;
  get diagnostics jobs = row_count;
  select count(*) into reviews from public.result_reviews as review where review.tenant_id = erase_tenant_once.tenant_id;
  delete from public.custom_assessment_results as result where result.tenant_id = erase_tenant_once.tenant_id;
  get diagnostics results = row_count;
  delete from private.score_requests as request where request.tenant_id = erase_tenant_once.tenant_id;
  get diagnostics requests = row_count;
  delete from public.assessment_uploads as upload where upload.tenant_id = erase_tenant_once.tenant_id;
  get diagnostics uploads = row_count;

  handed_over := private.hand_over_used_assessments(erase_tenant_once.tenant_id);
  -- Its own interviews that are under way go with it.
  delete from private.pins as pin where pin.tenant_id = erase_tenant_once.tenant_id;
  with held as (
    select kept.session_type, kept.session_id
      from private.transcripts as kept
     where kept.tenant_id = erase_tenant_once.tenant_id
       for update
  )
  delete from private.turns as said
   using held
   where said.session_type = held.session_type and said.session_id = held.session_id;
  get diagnostics turns = row_count;
  delete from private.transcripts as kept where kept.tenant_id = erase_tenant_once.tenant_id;
  delete from public.custom_assessments as assessment where assessment.tenant_id = erase_tenant_once.tenant_id;
  get diagnostics assessments = row_count;

  -- The host's foreign key decides whether campaigns are deleted or remain without their tenant.
  campaigns := array(
    select campaign.id from public.campaigns as campaign where campaign.tenant_id = erase_tenant_once.tenant_id
  );
  participants := private.erase_participants(campaigns, erase_tenant_once.tenant_id);
  delete from private.slug_series as series where series.tenant_id = erase_tenant_once.tenant_id;
  delete from public.tenant_profiles as tenant where tenant.id = erase_tenant_once.tenant_id;
  get diagnostics tenants = row_count;

  return private.with_campaigns_left(participants, campaigns) || jsonb_build_object(
    'tenants', tenants,
    'results', results,
    'reviews', reviews,
    'score_requests', requests,
    'turns', turns,
    'runs', runs,
    'uploads', uploads,
    'jobs', jobs,
    'assessments', assessments,
    'assessments_handed_over', handed_over);
end
$$;

-- SECURITY DEFINER, because it deletes from tables from which no role of the API may delete.
create or replace function public.erase_tenant(tenant_id uuid)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- If others cannot keep the order of locks.
  for attempt in 1 .. 4 loop
    begin
      return private.erase_tenant_once(erase_tenant.tenant_id);
    exception when deadlock_detected or sqlstate 'PT429' then
      -- No locks are held now, so waiting transactions can continue.
      perform pg_sleep(0.1 + random() * 0.2);
    end;
  end loop;
  return private.erase_tenant_once(erase_tenant.tenant_id);
end
$$;
comment on function public.erase_tenant(uuid) is
'For operators: deletes a tenant with its results, uploads, assessments and all dependent rows, in one transaction. An '
'assessment that other tenants use is transferred to the tenant that has used it for longest, as the newest version that this '
'tenant itself has used; it becomes archived and private, and loses its source and author (assessments_handed_over). Everyone '
'who was interviewed for the tenant is deleted. The host''s foreign key decides whether its campaigns are deleted or remain '
'without a tenant (campaigns_left). Returns the counts.';
revoke all on function public.erase_tenant(uuid) from public, anon, authenticated, service_role;
