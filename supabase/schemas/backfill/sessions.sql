-- Bringing over what was there before versions were kept: a version for each assessment in use, and for each session the text
-- that it would have been served on that day. Migrations make tables and triggers only, since the CLI runs a file in one
-- transaction; this is done in batches, each in a transaction of its own, while everything runs. Rows that are not brought over yet
-- are read as before: an assessment gets its first version when it is used, and a session without a choice uses the one in force.

create table if not exists private.backfills (
  step text not null,
  place integer not null,
  after uuid not null default '00000000-0000-0000-0000-000000000000',
  examined bigint not null default 0,
  -- How many rows the last batch had, and how many the next one may have.
  batch integer not null default 0,
  finished_at timestamptz,
  constraint backfills_pkey primary key (step),
  constraint backfill_place_is_unique unique (place)
);
comment on table private.backfills is 'How far each step is of bringing over what was there before versions were kept.';
comment on column private.backfills.after is 'The id of the last row that was looked at: rows are taken in the order of their ids.';
alter table private.backfills enable row level security;
revoke all on table private.backfills from public, anon, authenticated, service_role;
insert into private.backfills (step, place) values
('assessments', 1), ('campaign', 2), ('coaching', 3), ('begun', 4), ('results', 5), ('requests', 6)
on conflict on constraint backfills_pkey do nothing;

-- Versions of texts from before, which were never an assessment's present content while versions were kept.
create table if not exists private.former_versions (
  version_id uuid not null,
  constraint former_versions_pkey primary key (version_id),
  constraint former_versions_version_id_fkey
  foreign key (version_id) references public.assessment_versions (id) on delete cascade
);
comment on table private.former_versions is 'Versions that were made of results and completions from before versions were kept.';
alter table private.former_versions enable row level security;
revoke all on table private.former_versions from public, anon, authenticated, service_role;

-- The version that an assessment had when versions began to be kept: its first one. Where it was edited before it was brought over,
-- the edit has kept the former content as the first version.
create or replace function private.version_before_upgrade(assessment_id uuid)
returns uuid
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select version.id
      from public.assessment_versions as version
     where version.assessment_id = version_before_upgrade.assessment_id
       and not exists (select from private.former_versions as former where former.version_id = version.id)
     order by version.created_at, string_to_array(version.version, '.')::bigint[], version.revision
     limit 1
  );
end
$$;

-- Whether an assessment needs a version although it is not active and not listed: it was active, or something names it.
create or replace function private.was_in_use(assessment public.custom_assessments)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return private.needs_version(assessment.status, assessment.marketplace_status)
    or assessment.published_at is not null
    or assessment.marketplace_status = 'rejected'
    or exists (select from public.campaigns as named where named.custom_assessment_id = assessment.id)
    or exists (select from public.coaching_sessions as named where named.custom_assessment_id = assessment.id)
    or exists (select from public.agent_sessions as named where named.custom_assessment_id = assessment.id)
    or exists (select from private.score_requests as named where named.assessment_id = assessment.id)
    or exists (select from public.custom_assessment_results as named where named.assessment_id = assessment.id);
end
$$;

-- The first version of each assessment that was in use.
create or replace function private.backfill_assessments(after uuid, batch integer)
returns uuid[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  ids constant uuid[] := array(
    select assessment.id
      from public.custom_assessments as assessment
     where assessment.id > backfill_assessments.after
     order by assessment.id
     limit backfill_assessments.batch
  );
begin
  perform private.newest_version(chosen.id)
     from (
       select assessment.id
         from public.custom_assessments as assessment
        where assessment.id = any (ids) and assessment.newest_version_id is null and private.was_in_use(assessment)
        order by assessment.id
     ) as chosen;
  -- A published assessment was approved before versions existed, so it counts as approved.
  perform private.record_former_listing(listed.id)
     from (
       select assessment.id
         from public.custom_assessments as assessment
        where assessment.id = any (ids)
          and assessment.marketplace_status = 'published'
          and assessment.listed_version_id is null
        order by assessment.id
     ) as listed;
  return ids;
end
$$;

-- The choices of campaigns or coaching sessions that were made before choices were recorded. Of a tenant's own assessment a choice
-- names the assessment, and needs no row.
create or replace function private.backfill_choices(kind text, after uuid, batch integer)
returns uuid[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  ids uuid[];
begin
  if backfill_choices.kind = 'campaign' then
    ids := array(
      select campaign.id from public.campaigns as campaign
       where campaign.id > backfill_choices.after order by campaign.id limit backfill_choices.batch
    );
  else
    ids := array(
      select session.id from public.coaching_sessions as session
       where session.id > backfill_choices.after order by session.id limit backfill_choices.batch
    );
  end if;
  insert into private.pins (kind, id, tenant_id, assessment_id, chosen_version_id, chosen_at)
  select backfill_choices.kind, named.id, named.tenant_id, named.custom_assessment_id, former.id, now()
    from (
      select campaign.id, campaign.tenant_id, campaign.custom_assessment_id
        from public.campaigns as campaign
       where backfill_choices.kind = 'campaign' and campaign.id = any (ids)
      union all
      select session.id, session.tenant_id, session.custom_assessment_id
        from public.coaching_sessions as session
       where backfill_choices.kind = 'coaching' and session.id = any (ids)
    ) as named
    join public.custom_assessments as assessment on assessment.id = named.custom_assessment_id
   cross join lateral private.version_before_upgrade(assessment.id) as former (id)
   where named.tenant_id is not null and assessment.tenant_id <> named.tenant_id and former.id is not null
   order by named.id
  on conflict on constraint pins_pkey do nothing;
  return ids;
end
$$;

-- Sessions that an agent talks to, and that have no result yet, count as begun: they go by the text that they began with. Their
-- campaigns are pinned to it as a whole, so that their people stay comparable.
create or replace function private.backfill_begun(after uuid, batch integer)
returns uuid[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  ids constant uuid[] := array(
    select talk.id
      from public.agent_sessions as talk
     where talk.id > backfill_begun.after
     order by talk.id
     limit backfill_begun.batch
  );
begin
  insert into private.pins as pin (
    kind, id, tenant_id, campaign_id, assessment_id, pinned_version_id, pinned_at, begun_at, asked_at
  )
  select distinct on (talk.kind, talk.id)
         talk.kind, talk.id, facts.tenant_id, facts.campaign_id, talk.assessment_id, former.id, now(), now(), now()
    from (
      select case when each.coaching_session_id is not null then 'coaching' else 'assignment' end as kind,
             case when each.coaching_session_id is not null then 'coaching' else 'campaign' end as session_type,
             coalesce(each.coaching_session_id, each.stakeholder_session_id) as id,
             each.custom_assessment_id as assessment_id
        from public.agent_sessions as each
       where each.id = any (ids)
    ) as talked
   cross join lateral private.session_facts(talked.id, talked.session_type) as facts
   cross join lateral (
     select talked.kind, talked.session_type, talked.id, coalesce(talked.assessment_id, facts.assessment_id) as assessment_id
   ) as talk
   cross join lateral private.version_before_upgrade(talk.assessment_id) as former (id)
   where former.id is not null
     and not exists (
       select
         from public.custom_assessment_results as result
        where result.session_id = talk.id and result.session_type = talk.session_type
     )
   order by talk.kind, talk.id
  on conflict on constraint pins_pkey do update
    set pinned_version_id = excluded.pinned_version_id, pinned_at = excluded.pinned_at, begun_at = excluded.begun_at,
        asked_at = excluded.asked_at
    where pin.pinned_version_id is null
      and pin.first_version_id is null
      and (pin.tenant_id, pin.assessment_id) = (excluded.tenant_id, excluded.assessment_id);
  insert into private.pins as pin (kind, id, tenant_id, assessment_id, pinned_version_id, pinned_at)
  select distinct 'campaign', begun.campaign_id, begun.tenant_id, begun.assessment_id, begun.pinned_version_id, now()
    from public.agent_sessions as talk
    join private.pins as begun on begun.kind = 'assignment' and begun.id = talk.stakeholder_session_id
    join public.campaigns as campaign
      on campaign.id = begun.campaign_id and campaign.custom_assessment_id = begun.assessment_id
   where talk.id = any (ids)
     and begun.pinned_version_id = private.version_before_upgrade(begun.assessment_id)
  on conflict on constraint pins_pkey do update
    set pinned_version_id = excluded.pinned_version_id, pinned_at = excluded.pinned_at
    where pin.pinned_version_id is null
      and pin.assessment_id = excluded.assessment_id
      and coalesce(pin.chosen_version_id, excluded.pinned_version_id) = excluded.pinned_version_id;
  return ids;
end
$$;
