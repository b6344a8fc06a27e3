-- custom-assessments 0.2.0 backfill_sessions sha256:a847dced4ab10b73f4ef262cb57126644c3d841726b6cdb597482d1b5a72eada
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

-- Bringing over results and completions: each gets the version that it was made from.

-- The version of an assessment with this number, disclosure and definition, to the letter: a result is compared with it. It is made
-- where there is none: a number stood for several texts before, which the revision tells apart. What the definition does not say
-- is taken from the first version.
create or replace function private.former_version(
  assessment_id uuid, version text, result_disclosure text, definition jsonb, made_at timestamptz
)
returns uuid
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  former public.assessment_versions;
  found_id uuid;
  content jsonb;
begin
  select present.id into found_id
    from public.assessment_versions as present
   where present.assessment_id = former_version.assessment_id
     and present.version = former_version.version
     and present.result_disclosure = former_version.result_disclosure
     and present.definition::text = former_version.definition::text
   order by present.revision
   limit 1;
  if found then
    return found_id;
  end if;
  select present.* into former
    from public.assessment_versions as present
   where present.id = private.version_before_upgrade(former_version.assessment_id);
  if not found then
    return null;
  end if;
  former := private.with_definition(former, former_version.definition);
  former.result_disclosure := former_version.result_disclosure;
  content := private.content_of_version(former);
  insert into public.assessment_versions (
    id, assessment_id, tenant_id, version, revision, name, description, definition, assessment_type, interview_style_default,
    interview_style_allow_override, result_disclosure, definition_sha256, scoring_sha256, dimension_hashes, created_at
  )
  values (
    gen_random_uuid(), former.assessment_id, former.tenant_id, former_version.version,
    (
      select coalesce(max(present.revision) + 1, 0)
        from public.assessment_versions as present
       where present.assessment_id = former.assessment_id and present.version = former_version.version
    ),
    former.name, former.description, former.definition, former.assessment_type, former.interview_style_default,
    former.interview_style_allow_override, former.result_disclosure, private.hash_of(content),
    private.hash_of(private.scoring_of(content)), private.dimension_hashes(content),
    made_at
  )
  returning id into found_id;
  insert into private.former_versions (version_id) values (found_id);
  return found_id;
end
$$;

-- The version of each result that has none.
create or replace function private.backfill_results(after uuid, batch integer)
returns uuid[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  ids constant uuid[] := array(
    select result.id
      from public.custom_assessment_results as result
     where result.id > backfill_results.after
     order by result.id
     limit backfill_results.batch
  );
  made record;
  version_id uuid;
begin
  for made in
    select result.assessment_id, result.assessment_version, result.result_disclosure,
           (array_agg(result.assessment_definition_snapshot))[1] as definition,
           min(result.created_at) as made_at, array_agg(result.id order by result.id) as results, array_agg(distinct result.tenant_id) as tenants
      from public.custom_assessment_results as result
     where result.id = any (ids) and result.assessment_version_id is null
     group by result.assessment_id, result.assessment_version, result.result_disclosure,
              sha256(convert_to(result.assessment_definition_snapshot::text, 'UTF8'))
     order by result.assessment_id, result.assessment_version
  loop
    version_id := private.former_version(
      made.assessment_id, made.assessment_version, made.result_disclosure, made.definition, made.made_at
    );
    continue when version_id is null;
    update public.custom_assessment_results as result
       set assessment_version_id = version_id
     where result.id = any (made.results);
    perform private.note_uses(tenant.id, array[version_id])
       from unnest(made.tenants) as tenant (id)
      order by tenant.id;
  end loop;
  return ids;
end
$$;

-- The version of each completion that has a copy.
create or replace function private.backfill_requests(after uuid, batch integer)
returns uuid[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  ids constant uuid[] := array(
    select request.id
      from private.score_requests as request
     where request.id > backfill_requests.after
     order by request.id
     limit backfill_requests.batch
  );
  accepted record;
  version_id uuid;
begin
  for accepted in
    select request.id, request.tenant_id, request.assessment_id, request.assessment_version, request.result_disclosure,
           request.definition, request.created_at
      from private.score_requests as request
     where request.id = any (ids) and request.assessment_version_id is null
     order by request.assessment_id, request.id
       for update
  loop
    version_id := private.former_version(
      accepted.assessment_id, accepted.assessment_version, accepted.result_disclosure, accepted.definition,
      accepted.created_at
    );
    continue when version_id is null;
    update private.score_requests as request
       set assessment_version_id = version_id, assessment_version = null, definition = null, result_disclosure = null
     where request.id = accepted.id;
    perform private.note_uses(accepted.tenant_id, array[version_id]);
  end loop;
  return ids;
end
$$;
