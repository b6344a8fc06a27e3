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
