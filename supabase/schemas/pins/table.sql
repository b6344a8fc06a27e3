-- Choices and pins: which version of an assessment a campaign or a session has chosen, and to which one it is pinned.

-- All locks on the host's tables that the following statements need, taken at once with a short wait
-- (host_check/rules.sql).
select private.lock_host_tables(
  'share row exclusive', 'public.tenant_profiles', 'public.campaigns', 'public.coaching_sessions'
);

-- The table has no foreign key to the host's rows, because they may be views, and ids may be reused. So a row counts only while
-- tenant, campaign and assessment are still those of the session; otherwise it is ignored.
create table if not exists private.pins (
  kind text not null,
  id uuid not null,
  tenant_id uuid not null,
  campaign_id uuid,
  assessment_id uuid not null,

  chosen_version_id uuid,
  chosen_at timestamptz,
  first_version_id uuid,
  pinned_version_id uuid,
  pinned_at timestamptz,
  begun_at timestamptz,
  asked_at timestamptz,
  earlier_version_ids uuid[] not null default '{}',

  constraint pins_pkey primary key (kind, id),
  constraint pins_assessment_id_fkey
  foreign key (assessment_id) references public.custom_assessments (id) on delete cascade,
  constraint pin_kind_is_known check (kind in ('campaign', 'assignment', 'coaching')),
  constraint assignment_names_its_campaign check ((kind = 'assignment') = (campaign_id is not null)),
  constraint choice_and_its_time_come_together check ((chosen_version_id is null) = (chosen_at is null)),
  constraint pin_and_its_time_come_together check ((pinned_version_id is null) = (pinned_at is null)),
  constraint only_sessions_begin check (begun_at is null or kind <> 'campaign'),
  constraint what_has_begun_was_asked_for check ((begun_at is null) = (asked_at is null))
);
comment on table private.pins is
'Choices and pins of campaigns, campaign assignments and coaching sessions. Written by the database alone.';
comment on column private.pins.kind is 'Whose id this is: campaign, assignment or coaching.';
comment on column private.pins.campaign_id is 'The campaign of an assignment.';
comment on column private.pins.chosen_version_id is
'The version that was chosen; null where the choice names the tenant''s own assessment, whose newest version counts.';
comment on column private.pins.first_version_id is
'The version in force when the first agent session was created: for agents that never call interview_context.';
comment on column private.pins.pinned_version_id is 'The version that the interview uses, from its first interview_context on.';
comment on column private.pins.begun_at is 'When the session began: the first interview_context for it.';
comment on column private.pins.asked_at is 'When interview_context was last called for the session, to the hour.';
comment on column private.pins.earlier_version_ids is
'The versions to which the session was pinned before it was moved while under way.';
alter table private.pins enable row level security;
revoke all on table private.pins from public, anon, authenticated, service_role;
create index if not exists idx_pins_assessment on private.pins (assessment_id);
create index if not exists idx_pins_tenant on private.pins (tenant_id);
create index if not exists idx_pins_campaign on private.pins (campaign_id) where campaign_id is not null;

-- Sessions are named by their type in the API, and by their kind here, where campaigns have pins too.
create or replace function private.session_kind(session_type text)
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return case session_type when 'campaign' then 'assignment' else session_type end;
end
$$;

create or replace function private.session_type(kind text)
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return case kind when 'assignment' then 'campaign' else kind end;
end
$$;

-- One row for each tenant and version that it chose or was pinned to. It decides who can read a version, who may inherit an
-- assessment, and which versions are in use.
create table if not exists private.version_uses (
  tenant_id uuid not null,
  version_id uuid not null,
  -- The clock's time, so that one of several rows in a transaction is the first.
  first_used_at timestamptz not null default clock_timestamp(),

  constraint version_uses_pkey primary key (tenant_id, version_id),
  constraint version_uses_version_id_fkey
  foreign key (version_id) references public.assessment_versions (id) on delete cascade
);
comment on table private.version_uses is 'Which tenant uses which version, and since when.';
alter table private.version_uses enable row level security;
revoke all on table private.version_uses from public, anon, authenticated, service_role;
create index if not exists idx_version_uses_version on private.version_uses (version_id);

-- Records that a tenant uses these versions.
create or replace function private.note_uses(tenant_id uuid, versions uuid[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Most are recorded already: no transaction waits for another that records the same.
  insert into private.version_uses (tenant_id, version_id)
  select note_uses.tenant_id, used.version_id
    from unnest(versions) as used (version_id)
   where used.version_id is not null
     and not exists (
       select
         from private.version_uses as noted
        where noted.tenant_id = note_uses.tenant_id and noted.version_id = used.version_id
     )
   group by used.version_id
   order by used.version_id
  on conflict on constraint version_uses_pkey do nothing;
end
$$;

-- Locks and returns the row of a campaign or session, which is created if there is none. Null if it was deleted meanwhile.
create or replace function private.lock_pin(kind text, id uuid, tenant_id uuid, campaign_id uuid, assessment_id uuid)
returns private.pins
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  noted private.pins;
begin
  for attempt in 1 .. 2 loop
    select pin.*
      into noted
      from private.pins as pin
     where pin.kind = lock_pin.kind and pin.id = lock_pin.id
       for update;
    exit when found;
    insert into private.pins (kind, id, tenant_id, campaign_id, assessment_id)
    values (lock_pin.kind, lock_pin.id, lock_pin.tenant_id, lock_pin.campaign_id, lock_pin.assessment_id)
    on conflict on constraint pins_pkey do nothing;
  end loop;
  return noted;
end
$$;

-- A row can only name versions of its own assessment, for every role.
create or replace function private.note_versions_of_pin()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  named constant uuid[] := array_remove(array[new.chosen_version_id, new.first_version_id, new.pinned_version_id], null);
begin
  -- The versions that a row names were checked and recorded when it first named them.
  if tg_op = 'UPDATE' and (new.tenant_id, new.assessment_id) = (old.tenant_id, old.assessment_id)
    and named <@ array[old.chosen_version_id, old.first_version_id, old.pinned_version_id] then
    return null;
  end if;
  if exists (
    select
      from unnest(named) as each (id)
     where not exists (
       select
         from public.assessment_versions as version
        where version.id = each.id and version.assessment_id = new.assessment_id
     )
  ) then
    perform private.refuse('VERSION_NOT_FOUND', jsonb_build_object('assessment_id', new.assessment_id));
  end if;
  perform private.note_uses(new.tenant_id, named);
  return null;
end
$$;

create or replace trigger note_versions_of_pin
after insert or update on private.pins
for each row execute function private.note_versions_of_pin();

-- Choices and pins are deleted with their row. SECURITY DEFINER, because no role of the API may write
-- them, not even the one that deletes the row.
create or replace function private.drop_pins_of_tenant()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from private.pins as pin where pin.tenant_id = old.id;
  delete from private.version_uses as used where used.tenant_id = old.id;
  return null;
end
$$;

create or replace trigger drop_pins_of_tenant
after delete on public.tenant_profiles
for each row execute function private.drop_pins_of_tenant();

-- SECURITY DEFINER, as above.
create or replace function private.drop_pins_of_sessions()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  gone constant uuid[] := array(select removed.id from removed);
begin
  if tg_table_name = 'campaigns' then
    delete from private.pins as pin where pin.kind = 'campaign' and pin.id = any (gone);
    delete from private.pins as pin where pin.campaign_id = any (gone);
  else
    delete from private.pins as pin where pin.kind = 'coaching' and pin.id = any (gone);
  end if;
  return null;
end
$$;

create or replace trigger drop_pins_of_sessions
after delete on public.campaigns
referencing old table as removed
for each statement execute function private.drop_pins_of_sessions();

create or replace trigger drop_pins_of_sessions
after delete on public.coaching_sessions
referencing old table as removed
for each statement execute function private.drop_pins_of_sessions();

-- Choices and pins whose row is gone: of assignments, for which there is no trigger, because they may be a view; and those
-- that a session left which began while it was deleted. They count for nothing, and are deleted with the jobs, at most
-- batch of them. Returns how many.
create or replace function private.prune_pins(batch integer)
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  pruned integer;
begin
  delete from private.pins as pin
   where (pin.kind, pin.id) in (
     select present.kind, present.id
       from private.pins as present
      where case present.kind
        when 'campaign' then not exists (select from public.campaigns as campaign where campaign.id = present.id)
        when 'coaching' then not exists (select from public.coaching_sessions as coaching where coaching.id = present.id)
        else not exists (select from public.campaign_assignments as assignment where assignment.id = present.id)
      end
      limit batch
        for update skip locked
   );
  get diagnostics pruned = row_count;
  return pruned;
end
$$;
