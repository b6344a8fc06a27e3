-- custom-assessments 0.2.0 erasure sha256:5adb7a4135fb1c41039b2416ddb0cc0828bc08bc8ad650147842c6d71c662668
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

-- Erasing people who were interviewed.

-- People's rows: everybody who was interviewed in these campaigns or, as its client, by this tenant, and what agents hold of
-- them. They go also where the host's foreign keys let campaigns and sessions outlive their tenant. A view that nothing can
-- be deleted from is left to the campaigns' own keys, and counted as left where they keep its rows. So is what a trigger of
-- the host's keeps, as one does that only marks rows as deleted.
create or replace function private.erase_participants(campaigns uuid[], tenant_id uuid)
returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  clients constant uuid[] := array(
    select session.id from public.coaching_sessions as session where session.tenant_id = erase_participants.tenant_id
  );
  stakeholders constant uuid[] := array(
    select assignment.id from public.campaign_assignments as assignment where assignment.campaign_id = any (campaigns)
  );
  agents constant uuid[] := array(
    select agent.id
      from public.agent_sessions as agent
     where agent.coaching_session_id = any (clients)
        or agent.stakeholder_session_id = any (stakeholders)
  );
  agents_gone integer;
  clients_gone integer;
  can_delete constant integer := 16;  -- Of the bits of pg_relation_is_updatable.
begin
  delete from public.agent_sessions as agent where agent.id = any (agents);
  get diagnostics agents_gone = row_count;
  delete from public.coaching_sessions as session where session.id = any (clients);
  get diagnostics clients_gone = row_count;
  if pg_relation_is_updatable('public.campaign_assignments', true) & can_delete <> 0 then
    delete from public.campaign_assignments as assignment where assignment.id = any (stakeholders);
  end if;
  return jsonb_build_object(
    'agent_sessions', agents_gone,
    'agent_sessions_left', cardinality(agents) - agents_gone,
    'coaching_sessions', clients_gone,
    'coaching_sessions_left', cardinality(clients) - clients_gone,
    'campaign_assignments', cardinality(stakeholders));
end
$$;

-- Erasing a tenant.

-- What became of campaigns in an erasure, and corrects the count of the people in them, where a view kept some.
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

-- What erase_tenant does, once.
create or replace function private.erase_tenant_once(tenant_id uuid)
returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  campaigns uuid[];
  participants jsonb;
  results integer;
  requests integer;
  jobs integer;
  uploads integer;
  handed_over integer;
  assessments integer;
  tenants integer;
begin
  -- Locks first, in the order of locks/order.sql. A worker that is finishing this tenant's jobs and
  -- whoever is inserting assessments come before this. Then nothing is added to the tenant, and no result is made with
  -- its assessments, while they go.
  if exists (select from public.tenant_profiles as tenant where tenant.id = erase_tenant_once.tenant_id) then
    perform private.lock_slug(erase_tenant_once.tenant_id, '');
  end if;
  perform tenant.id from public.tenant_profiles as tenant where tenant.id = erase_tenant_once.tenant_id for update;
  if not found then
    perform private.refuse('TENANT_NOT_FOUND', jsonb_build_object('tenant_id', erase_tenant_once.tenant_id));
  end if;
  perform job.id
     from private.jobs as job
    where job.tenant_id = erase_tenant_once.tenant_id
      and job.rank is not null
    order by job.id
      for update;
  perform assessment.id
     from public.custom_assessments as assessment
    where assessment.tenant_id = erase_tenant_once.tenant_id
    order by assessment.id
      for update;

  -- Jobs before their subjects, which is the order in which a claim locks them.
  delete from private.jobs as job where job.tenant_id = erase_tenant_once.tenant_id;
  get diagnostics jobs = row_count;
  delete from public.custom_assessment_results as result where result.tenant_id = erase_tenant_once.tenant_id;
  get diagnostics results = row_count;
  delete from private.score_requests as request where request.tenant_id = erase_tenant_once.tenant_id;
  get diagnostics requests = row_count;
  delete from public.assessment_uploads as upload where upload.tenant_id = erase_tenant_once.tenant_id;
  get diagnostics uploads = row_count;

  handed_over := private.hand_over_assessments_with_results(erase_tenant_once.tenant_id);
  delete from public.custom_assessments as assessment where assessment.tenant_id = erase_tenant_once.tenant_id;
  get diagnostics assessments = row_count;

  -- Campaigns go, or stay without their tenant, as the host's foreign key says.
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
    'score_requests', requests,
    'uploads', uploads,
    'jobs', jobs,
    'assessments', assessments,
    'assessments_handed_over', handed_over);
end
$$;

-- SECURITY DEFINER: it deletes across tables that no role of the API may delete from.
create or replace function public.erase_tenant(tenant_id uuid)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Where the host's own writers, or a change of a published assessment, cannot keep the order of locks.
  for attempt in 1 .. 4 loop
    begin
      return private.erase_tenant_once(erase_tenant.tenant_id);
    exception when deadlock_detected then
      -- Nothing is locked any more: whoever waited has the time to go on.
      perform pg_sleep(0.2);
    end;
  end loop;
  return private.erase_tenant_once(erase_tenant.tenant_id);
end
$$;
comment on function public.erase_tenant(uuid) is
'For operators: deletes a tenant with its results, uploads, assessments and all dependent rows, in one transaction. An '
'assessment for which other tenants have results is transferred to the tenant with the oldest of these results; it becomes '
'archived and private, and loses its source and author (assessments_handed_over). Everyone who was interviewed for the tenant '
'is deleted. The host''s foreign key decides whether its campaigns are deleted or remain without a tenant (campaigns_left). '
'Returns the counts.';
revoke all on function public.erase_tenant(uuid) from public, anon, authenticated, service_role;

-- Erasing an account.

create or replace function private.sum_of_counts(counts jsonb, more jsonb)
returns jsonb
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select counts || jsonb_object_agg(added.key, coalesce((counts ->> added.key)::bigint, 0) + added.value::bigint)
    from jsonb_each_text(more) as added
$$;

-- Whether the creator of a campaign is held by a foreign key that refuses, in a column that can be empty.
create or replace function private.campaigns_can_lose_their_creator()
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select exists (
    select
      from pg_catalog.pg_constraint as held
      join pg_catalog.pg_attribute as col on col.attrelid = held.conrelid and held.conkey = array[col.attnum]
     where held.conrelid = 'public.campaigns'::regclass
       and held.contype = 'f'
       and held.confdeltype in ('a', 'r')
       and col.attname = 'created_by'
       and not col.attnotnull
  )
$$;

-- What erase_account does, once.
create or replace function private.erase_account_once(user_id uuid)
returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  owned uuid;
  campaigns uuid[];
  counts jsonb := '{"tenants": 0, "results": 0, "score_requests": 0, "uploads": 0, "jobs": 0, "assessments": 0,
                    "assessments_handed_over": 0, "campaigns": 0, "campaigns_left": 0, "campaign_assignments": 0,
                    "campaign_assignments_left": 0, "coaching_sessions": 0, "coaching_sessions_left": 0,
                    "agent_sessions": 0, "agent_sessions_left": 0}'::jsonb;
  reassigned integer := 0;
  moved integer;
  accounts integer;
begin
  -- The tenants' lines before the account, as whoever makes rows for them takes these.
  for owned in
    select tenant.id
      from public.tenant_profiles as tenant
     where tenant.user_id = erase_account_once.user_id
     order by tenant.id
  loop
    perform private.lock_slug(owned, '');
  end loop;
  perform account.id from auth.users as account where account.id = erase_account_once.user_id for update;
  if not found then
    perform private.refuse('ACCOUNT_NOT_FOUND', jsonb_build_object('user_id', erase_account_once.user_id));
  end if;

  -- With the campaigns that the account made and that no tenant has: nobody else answers for the people in them.
  campaigns := array(
    select campaign.id
      from public.campaigns as campaign
      left join public.tenant_profiles as tenant on tenant.id = campaign.tenant_id
     where tenant.user_id = erase_account_once.user_id
        or (campaign.created_by = erase_account_once.user_id and campaign.tenant_id is null)
  );
  for owned in
    select tenant.id from public.tenant_profiles as tenant where tenant.user_id = erase_account_once.user_id order by tenant.id
  loop
    counts := private.sum_of_counts(counts, private.erase_tenant_once(owned));
  end loop;
  counts := private.sum_of_counts(counts, private.erase_participants(campaigns, null));

  -- What the account made for other tenants is theirs, and goes to their owners.
  update public.custom_assessments as assessment
     set created_by = tenant.user_id
    from public.tenant_profiles as tenant
   where assessment.created_by = erase_account_once.user_id
     and tenant.id = assessment.tenant_id;
  get diagnostics reassigned = row_count;
  update public.assessment_uploads as upload
     set created_by = tenant.user_id
    from public.tenant_profiles as tenant
   where upload.created_by = erase_account_once.user_id
     and tenant.id = upload.tenant_id;
  get diagnostics moved = row_count;
  reassigned := reassigned + moved;
  update public.campaigns as campaign
     set created_by = tenant.user_id
    from public.tenant_profiles as tenant
   where campaign.created_by = erase_account_once.user_id
     and tenant.id = campaign.tenant_id;
  get diagnostics moved = row_count;
  reassigned := reassigned + moved;

  -- Where a host's foreign key would keep the account for a campaign that no tenant has.
  if private.campaigns_can_lose_their_creator() then
    update public.campaigns as campaign
       set created_by = null
     where campaign.created_by = erase_account_once.user_id
       and campaign.tenant_id is null;
  end if;

  delete from private.result_creators as noted where noted.campaign_created_by = erase_account_once.user_id;
  delete from auth.users as account where account.id = erase_account_once.user_id;
  get diagnostics accounts = row_count;
  return private.with_campaigns_left(counts, campaigns)
    || jsonb_build_object('accounts', accounts, 'rows_given_to_tenants', reassigned);
end
$$;

-- SECURITY DEFINER: as erase_tenant; and the service role cannot delete accounts.
create or replace function public.erase_account(user_id uuid)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- As in erase_tenant.
  for attempt in 1 .. 4 loop
    begin
      return private.erase_account_once(erase_account.user_id);
    exception when deadlock_detected then
      -- Nothing is locked any more: whoever waited has the time to go on.
      perform pg_sleep(0.2);
    end;
  end loop;
  return private.erase_account_once(erase_account.user_id);
end
$$;
comment on function public.erase_account(uuid) is
'For operators: deletes an account and calls erase_tenant for each tenant that it owns. Rows that it created for other '
'tenants are reassigned to the owners of those tenants (rows_given_to_tenants). Runs in one transaction. Returns the counts.';
revoke all on function public.erase_account(uuid) from public, anon, authenticated, service_role;
