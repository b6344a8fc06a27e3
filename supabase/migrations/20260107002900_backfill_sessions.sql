-- custom-assessments 0.2.0 backfill_sessions sha256:41a0a0d15644049587a5e0bc11c1d15b57452943929c58d38dae9c27f60252a9
-- Bringing over what was there before versions were kept: a version for each assessment in use, and for each session the text
-- that it would have been served on that day. Migrations create tables and triggers only, since the CLI runs a file in one
-- transaction; the rows are brought over afterwards, in batches, each in a transaction of its own, while everything runs. A
-- campaign or session that is used before its turn is brought over first (private.bring_over_session).

create table if not exists private.backfills (
  step text not null,
  place integer not null,
  source text not null,
  after uuid not null default '00000000-0000-0000-0000-000000000000',
  examined bigint not null default 0,
  left_over bigint not null default 0,
  batch integer not null default 0,
  finished_at timestamptz,
  constraint backfills_pkey primary key (step),
  constraint backfill_place_is_unique unique (place)
);
comment on table private.backfills is 'How far each step is of bringing over what was there before versions were kept.';
comment on column private.backfills.place is 'Steps run one after the other, in this order.';
comment on column private.backfills.source is 'The table whose rows are brought over, in the order of their ids.';
comment on column private.backfills.after is 'The id of the last row that was examined.';
comment on column private.backfills.left_over is
'Rows that could not be brought over, and are read as before. The database''s log has a warning with the id of each.';
comment on column private.backfills.batch is
'How many rows were examined last. Writing the most rows that may be examined next examines them.';
alter table private.backfills enable row level security;
revoke all on table private.backfills from public, anon, authenticated, service_role;
-- Completions before results: a result made from a completion without a version has none either.
insert into private.backfills (step, place, source) values
('assessments', 1, 'public.custom_assessments'),
('campaign', 2, 'public.campaigns'),
('coaching', 3, 'public.coaching_sessions'),
('begun', 4, 'public.agent_sessions'),
('requests', 5, 'private.score_requests'),
('results', 6, 'public.custom_assessment_results')
on conflict on constraint backfills_pkey do nothing;

-- Versions that were made from results and completions: no assessment had this content while versions were kept.
create table if not exists private.former_versions (
  version_id uuid not null,
  constraint former_versions_pkey primary key (version_id),
  constraint former_versions_version_id_fkey
  foreign key (version_id) references public.assessment_versions (id) on delete cascade
);
comment on table private.former_versions is 'Versions that were made from results and completions from before versions were kept.';
alter table private.former_versions enable row level security;
revoke all on table private.former_versions from public, anon, authenticated, service_role;

-- The version that an assessment had when versions began to be kept: its first one, which is created if there is none. If the
-- assessment was edited before it was brought over, the edit has stored the former content as the first version.
create or replace function private.version_before_upgrade(assessment_id uuid)
returns uuid
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(
    (
      select version.id
        from public.assessment_versions as version
       where version.assessment_id = version_before_upgrade.assessment_id
         and not exists (select from private.former_versions as former where former.version_id = version.id)
       order by version.created_at, string_to_array(version.version, '.')::bigint[], version.revision
       limit 1
    ),
    private.newest_version(version_before_upgrade.assessment_id)
  );
end
$$;

-- Whether an assessment needs a version although it is neither active nor listed: it was active, or something names it.
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

-- The first version of each of these assessments that was in use. A published one was approved before versions were kept, so
-- that version is recorded as approved.
create or replace function private.backfill_assessments(ids uuid[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.newest_version(chosen.id)
     from (
       select assessment.id
         from public.custom_assessments as assessment
        where assessment.id = any (ids) and assessment.newest_version_id is null and private.was_in_use(assessment)
        order by assessment.id
     ) as chosen;
  perform private.record_former_listing(listed.id)
     from (
       select assessment.id
         from public.custom_assessments as assessment
        where assessment.id = any (ids)
          and assessment.marketplace_status = 'published'
          and assessment.listed_version_id is null
        order by assessment.id
     ) as listed;
end
$$;

-- The choices of campaigns or coaching sessions. A tenant's own assessment needs no row: such a choice names no version. Rows are
-- written in the order in which private.note_choices() writes them.
create or replace function private.backfill_choices(kind text, ids uuid[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into private.pins as pin (kind, id, tenant_id, assessment_id, chosen_version_id, chosen_at)
  select backfill_choices.kind, named.id, named.tenant_id, named.custom_assessment_id,
         private.version_before_upgrade(named.custom_assessment_id), now()
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
   where named.tenant_id is not null and assessment.tenant_id <> named.tenant_id
   order by named.custom_assessment_id, named.tenant_id, named.id
  on conflict on constraint pins_pkey do nothing;
end
$$;

-- The sessions of these agent sessions that have no result yet count as begun: they use the text with which they began. Their
-- campaigns are pinned to it as a whole, so that their people stay comparable; a campaign's pin is written before its sessions'.
create or replace function private.backfill_begun(ids uuid[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  began record;
  version_id uuid;
begin
  for began in
    select distinct facts.campaign_id, talk.kind, talk.id, facts.tenant_id, facts.assessment_id as present,
           coalesce(talk.assessment_id, facts.assessment_id) as assessment_id
      from (
        select case when each.coaching_session_id is not null then 'coaching' else 'assignment' end as kind,
               coalesce(each.coaching_session_id, each.stakeholder_session_id) as id,
               each.custom_assessment_id as assessment_id
          from public.agent_sessions as each
         where each.id = any (ids)
      ) as talk
     cross join lateral private.session_facts(talk.id, private.session_type(talk.kind)) as facts
      left join private.pins as pin on pin.kind = talk.kind and pin.id = talk.id
     where coalesce(talk.assessment_id, facts.assessment_id) is not null
       and pin.pinned_version_id is null
       and pin.first_version_id is null
       and not exists (
         select
           from public.custom_assessment_results as result
          where result.session_id = talk.id and result.session_type = private.session_type(talk.kind)
       )
       and private.erased_at(talk.id, private.session_type(talk.kind), facts.tenant_id) is null
     order by 1, 2, 3, 6
  loop
    version_id := private.version_before_upgrade(began.assessment_id);
    if began.campaign_id is not null and began.assessment_id = began.present then
      insert into private.pins as pin (kind, id, tenant_id, assessment_id, pinned_version_id, pinned_at)
      values ('campaign', began.campaign_id, began.tenant_id, began.assessment_id, version_id, now())
      on conflict on constraint pins_pkey do update
        set pinned_version_id = excluded.pinned_version_id, pinned_at = excluded.pinned_at
        where pin.pinned_version_id is null
          and (pin.tenant_id, pin.assessment_id) = (excluded.tenant_id, excluded.assessment_id)
          and coalesce(pin.chosen_version_id, excluded.pinned_version_id) = excluded.pinned_version_id;
    end if;
    insert into private.pins as pin (
      kind, id, tenant_id, campaign_id, assessment_id, pinned_version_id, pinned_at, begun_at, asked_at
    )
    values (
      began.kind, began.id, began.tenant_id, began.campaign_id, began.assessment_id, version_id, now(), now(), now()
    )
    on conflict on constraint pins_pkey do update
      set pinned_version_id = excluded.pinned_version_id, pinned_at = excluded.pinned_at, begun_at = excluded.begun_at,
          asked_at = excluded.asked_at
      where pin.pinned_version_id is null
        and pin.first_version_id is null
        and (pin.tenant_id, pin.assessment_id) = (excluded.tenant_id, excluded.assessment_id);
  end loop;
end
$$;

-- Brings over a campaign (kind and campaign_id are then its own) or a session that is used before its turn, and with a session
-- everything that its campaign has: from then on it is read as it is after all rows were brought over. talks are the agent
-- sessions that were inserted just now, which do not mean that an interview had begun. False if that was done before.
create or replace function private.bring_over_session(kind text, id uuid, campaign_id uuid, talks uuid[] default '{}')
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  begun uuid[];
begin
  if not exists (
    select from private.backfills as step
     where step.step in ('assessments', 'campaign', 'coaching', 'begun') and step.finished_at is null
  ) or exists (
    select from private.pins as pin
     where pin.kind = bring_over_session.kind and pin.id = bring_over_session.id and pin.pinned_version_id is not null
  ) then
    return false;
  end if;
  -- Each part is found by its index: a condition with OR would read all agent sessions.
  begun := array(
    select talk.id
      from public.agent_sessions as talk
     where bring_over_session.kind = 'coaching' and talk.coaching_session_id = bring_over_session.id
    union
    select talk.id
      from public.agent_sessions as talk
     where bring_over_session.kind = 'assignment' and talk.stakeholder_session_id = bring_over_session.id
    union
    select talk.id
      from public.campaign_assignments as assignment
      join public.agent_sessions as talk on talk.stakeholder_session_id = assignment.id
     where assignment.campaign_id = bring_over_session.campaign_id
       and not exists (
         select
           from private.pins as pin
          where pin.kind = 'campaign' and pin.id = bring_over_session.campaign_id and pin.pinned_version_id is not null
       )
    except
    select unnest(talks)
  );
  -- Assessments are locked before pins are.
  perform private.newest_version(named.id)
     from (
       select campaign.custom_assessment_id as id
         from public.campaigns as campaign
        where campaign.id = bring_over_session.campaign_id
       union
       select session.custom_assessment_id
         from public.coaching_sessions as session
        where bring_over_session.kind = 'coaching' and session.id = bring_over_session.id
       union
       select talk.custom_assessment_id from public.agent_sessions as talk where talk.id = any (begun)
        order by 1
     ) as named
    where named.id is not null;
  if bring_over_session.campaign_id is not null then
    perform private.backfill_choices('campaign', array[bring_over_session.campaign_id]);
  elsif bring_over_session.kind = 'coaching' then
    perform private.backfill_choices('coaching', array[bring_over_session.id]);
  end if;
  perform private.backfill_begun(begun);
  return true;
end
$$;

-- Brings over the choices of a tenant's assessments before their turn: when the tenant is erased, they decide who inherits what.
create or replace function private.bring_over_choices_of(tenant_id uuid)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  assessments uuid[];
begin
  if not exists (
    select from private.backfills as step where step.step in ('campaign', 'coaching') and step.finished_at is null
  ) then
    return;
  end if;
  assessments := array(
    select assessment.id from public.custom_assessments as assessment where assessment.tenant_id = bring_over_choices_of.tenant_id
  );
  perform private.backfill_choices('campaign', array(
    select campaign.id from public.campaigns as campaign where campaign.custom_assessment_id = any (assessments)
  ));
  perform private.backfill_choices('coaching', array(
    select session.id from public.coaching_sessions as session where session.custom_assessment_id = any (assessments)
  ));
end
$$;
