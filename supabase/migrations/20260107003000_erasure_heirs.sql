-- custom-assessments 0.2.0 erasure_heirs sha256:e458e3d7e5c55d3767871847a635c6c14087ee1e5199f5f682577942e38c62e9
-- Assessments that other tenants use outlive their tenant.

-- Which tenants use an assessment, and since when.
create or replace function private.users_of_assessment(assessment_id uuid)
returns table (tenant_id uuid, since timestamptz, id uuid)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
    select used.tenant_id, used.first_used_at, used.version_id
      from public.assessment_versions as version
      join private.version_uses as used on used.version_id = version.id
     where version.assessment_id = users_of_assessment.assessment_id
    union all
    -- Results and completions from before version history.
    select result.tenant_id, result.created_at, result.id
      from public.custom_assessment_results as result
     where result.assessment_id = users_of_assessment.assessment_id
    union all
    select request.tenant_id, request.created_at, request.id
      from private.score_requests as request
     where request.assessment_id = users_of_assessment.assessment_id;
end
$$;

-- Keeps these tenants and their accounts until one of them has inherited. One that is being deleted inherits nothing.
create or replace function private.hold_heirs(tenant_id uuid)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  heirs constant uuid[] := array(
    select distinct holder.tenant_id
      from public.custom_assessments as assessment, private.users_of_assessment(assessment.id) as holder
     where assessment.tenant_id = hold_heirs.tenant_id and holder.tenant_id <> hold_heirs.tenant_id
  );
begin
  perform private.take_rows('auth.users', array(
    select tenant.user_id from public.tenant_profiles as tenant where tenant.id = any (heirs)
  ), 'key share');
  perform private.take_rows('public.tenant_profiles', heirs, 'key share');
end
$$;

-- Other tenants use assessments of this tenant, and their results and interviews refer to them. So each is transferred to
-- the tenant with the oldest use, in the newest version that this tenant itself has used: archived, private, without source
-- and author. Later changes by the former tenant were shared with nobody, and are deleted (versions/making.sql). Returns
-- how many were handed over.
create or replace function private.hand_over_used_assessments(tenant_id uuid)
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  handed record;
  total integer := 0;
begin
  perform private.bring_over_choices_of(hand_over_used_assessments.tenant_id);
  for handed in
    select assessment.id, assessment.status, heir.tenant_id, heir.user_id
      from public.custom_assessments as assessment,
           lateral (
             select holder.tenant_id, tenant.user_id
               from private.users_of_assessment(assessment.id) as holder
               join public.tenant_profiles as tenant on tenant.id = holder.tenant_id
              where holder.tenant_id <> assessment.tenant_id
              order by holder.since, holder.id
              limit 1
           ) as heir
     where assessment.tenant_id = hand_over_used_assessments.tenant_id
     order by assessment.id
  loop
    perform private.hand_over(handed.id, handed.status, handed.tenant_id, handed.user_id);
    total := total + 1;
  end loop;
  return total;
end
$$;

-- Transfers one to the account that owns the heir, in the state of the version that the heir used last.
create or replace function private.hand_over(assessment_id uuid, status text, heir uuid, account uuid)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  known record;
begin
  select version.id, version.version, version.name, version.description, version.definition, version.assessment_type,
         version.interview_style_default, version.interview_style_allow_override, version.result_disclosure
    into known
    from private.version_uses as used
    join public.assessment_versions as version on version.id = used.version_id
   where used.tenant_id = heir
     and version.assessment_id = hand_over.assessment_id
   order by string_to_array(version.version, '.')::bigint[] desc, version.revision desc
   limit 1;
  if not found then
    -- For a result or completion from before version history.
    select null::uuid as id, made.version, coalesce(stated.name, 'Assessment') as name, stated.description, made.definition,
           stated.assessment_type, stated.interview_style_default, stated.interview_style_allow_override,
           made.result_disclosure
      into known
      from (
        select result.assessment_version as version, result.assessment_definition_snapshot as definition,
               result.result_disclosure, result.created_at
          from public.custom_assessment_results as result
         where result.assessment_id = hand_over.assessment_id and result.tenant_id = heir
        union all
        select request.assessment_version, request.definition, request.result_disclosure, request.created_at
          from private.score_requests as request
         where request.assessment_id = hand_over.assessment_id and request.tenant_id = heir
      ) as made
     cross join lateral private.columns_of(made.definition -> 'metadata') as stated
     order by made.created_at desc
     limit 1;
  end if;
  -- An archived row accepts only a change of status, and a change to an active one would raise its version.
  if hand_over.status <> 'draft' then
    update public.custom_assessments as assessment set status = 'draft' where assessment.id = hand_over.assessment_id;
  end if;
  update public.custom_assessments as assessment
     set tenant_id = heir,
         created_by = account,
         slug = null,
         name = known.name,
         version = known.version,
         description = known.description,
         definition = known.definition #- '{metadata,author}',
         assessment_type = known.assessment_type,
         interview_style_default = known.interview_style_default,
         interview_style_allow_override = known.interview_style_allow_override,
         result_disclosure = known.result_disclosure,
         newest_version_id = known.id,
         source_markdown = null,
         is_template = false,
         marketplace_status = 'private',
         marketplace_price_tier = null,
         status = 'archived'
   where assessment.id = hand_over.assessment_id;
end
$$;

-- Erasing people who were interviewed.

-- Data about people: everyone interviewed in these campaigns or as a client of this tenant, and the agents' sessions with
-- them. It is deleted even where the host's foreign keys would let campaigns and sessions outlive their tenant. A view that
-- does not support DELETE is left to the campaigns' own foreign keys; rows that remain are counted. So are rows that a
-- trigger of the host keeps, for example to mark them as deleted.
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
  can_delete constant integer := 16;  -- From the bits of pg_relation_is_updatable.
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
