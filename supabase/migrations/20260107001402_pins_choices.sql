-- custom-assessments 0.2.0 pins_choices sha256:3eb085094d675b7f35deb7944be5dffe59ccad1754cda232939e9b706229758f
-- Records what campaigns, coaching sessions and agent sessions choose, after the choice was checked (host_references), for
-- all rows of a statement. Triggers with the writer's rights could not write the records, and triggers with their owner's
-- rights do not see who writes. So each trigger exists twice: for clients, and for trusted roles.

-- All locks on the host's tables that the following statements need, taken at once with a short wait
-- (host_check/rules.sql).
select private.lock_host_tables(
  'share row exclusive', 'public.campaigns', 'public.coaching_sessions', 'public.agent_sessions'
);

-- The version that a choice names; null if it names the tenant's own assessment. Trusted roles can choose what is not
-- listed.
create or replace function private.version_to_choose(assessment_id uuid, tenant_id uuid, trusted boolean)
returns uuid
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  version_id uuid;
begin
  if private.is_own(version_to_choose.assessment_id, version_to_choose.tenant_id) then
    return null;
  end if;
  version_id := private.version_in_force(version_to_choose.assessment_id, version_to_choose.tenant_id);
  if version_id is null and trusted then
    version_id := private.newest_version(version_to_choose.assessment_id);
  end if;
  return version_id;
end
$$;

-- What these campaigns or coaching sessions choose now; their earlier choices no longer count.
create or replace function private.note_choices(
  kind text, ids uuid[], tenants uuid[], assessments uuid[], trusted boolean
)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  choice record;
  version_id uuid;
begin
  perform private.hold_assessments(assessments);
  delete from private.pins as pin where pin.kind = note_choices.kind and pin.id = any (ids);
  for choice in
    select distinct chosen.assessment, chosen.tenant
      from unnest(assessments, tenants) as chosen (assessment, tenant)
     order by chosen.assessment, chosen.tenant
  loop
    version_id := private.version_to_choose(choice.assessment, choice.tenant, trusted);
    if version_id is not null then
      insert into private.pins (kind, id, tenant_id, assessment_id, chosen_version_id, chosen_at)
      select note_choices.kind, chosen.id, chosen.tenant, chosen.assessment, version_id, now()
        from unnest(ids, tenants, assessments) as chosen (id, tenant, assessment)
       where chosen.assessment = choice.assessment and chosen.tenant = choice.tenant
       order by chosen.id
      on conflict on constraint pins_pkey do update
        set tenant_id = excluded.tenant_id, assessment_id = excluded.assessment_id,
            chosen_version_id = excluded.chosen_version_id, chosen_at = excluded.chosen_at, first_version_id = null,
            pinned_version_id = null, pinned_at = null, begun_at = null, asked_at = null, earlier_version_ids = '{}';
    end if;
  end loop;
end
$$;

-- Lets an erasure of a session (alone) and the creation of agent sessions for it come one after the other, also where these refer to
-- no table: where assignments are a view. Sessions share a few locks, since a statement may create any number of agent sessions.
create or replace function private.hold_conversations(session_ids uuid[], alone boolean)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  shared_lock bigint;
begin
  for shared_lock in
    select distinct hashtextextended('conversations', uuid_hash_extended(each.id, 0) & 63)
      from unnest(session_ids) as each (id)
     where each.id is not null
     order by 1
  loop
    if alone then
      perform pg_advisory_xact_lock(shared_lock);
    else
      perform pg_advisory_xact_lock_shared(shared_lock);
    end if;
  end loop;
end
$$;

-- What sessions use when these agent sessions are created for them: the current version, for agents that never ask, and the
-- agent session's own choice if it names another assessment than the session. A session that has begun keeps its pin.
create or replace function private.note_conversations(
  talks uuid[], stakeholders uuid[], clients uuid[], assessments uuid[], trusted boolean
)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  talk record;
  choice uuid;
  version_id uuid;
begin
  if cardinality(talks) > 0 then
    perform private.hold_conversations(coalesce(clients, '{}') || stakeholders, false);
  end if;
  for talk in
    select given.kind, given.id, facts.tenant_id, facts.campaign_id, facts.assessment_id as present,
           coalesce(given.assessment, facts.assessment_id) as assessment_id
      from (
        select distinct
               case when made.client is not null then 'coaching' else 'assignment' end as kind,
               coalesce(made.client, made.stakeholder) as id, made.assessment
          from unnest(stakeholders, clients, assessments) as made (stakeholder, client, assessment)
      ) as given
     cross join lateral private.session_facts(given.id, private.session_type(given.kind)) as facts
     where coalesce(given.assessment, facts.assessment_id) is not null
     order by 6, 1, 2
  loop
    -- An agent that starts over would write down again what was erased.
    perform private.refuse_erased(talk.id, private.session_type(talk.kind), talk.tenant_id);
    perform private.bring_over_session(talk.kind, talk.id, talk.campaign_id, talks);
    perform private.hold_assessments(array[talk.assessment_id]);
    perform pin.id
       from private.pins as pin
      where pin.kind = talk.kind
        and pin.id = talk.id
        and pin.tenant_id = talk.tenant_id
        and pin.campaign_id is not distinct from talk.campaign_id
        and (
          pin.pinned_version_id is not null
          or (pin.first_version_id is not null and pin.assessment_id = talk.assessment_id)
        );
    continue when found;
    delete from private.pins as pin
     where pin.kind = talk.kind
       and pin.id = talk.id
       and (pin.tenant_id, pin.campaign_id, pin.assessment_id)
           is distinct from (talk.tenant_id, talk.campaign_id, talk.assessment_id);
    choice := case when talk.assessment_id is distinct from talk.present
                   then private.version_to_choose(talk.assessment_id, talk.tenant_id, trusted) end;
    version_id := coalesce(
      private.version_to_use(
        talk.kind, talk.id, talk.tenant_id, talk.campaign_id, talk.present, talk.assessment_id
      ),
      choice
    );
    continue when version_id is null;
    insert into private.pins as pin (
      kind, id, tenant_id, campaign_id, assessment_id, chosen_version_id, chosen_at, first_version_id
    )
    values (
      talk.kind, talk.id, talk.tenant_id, talk.campaign_id, talk.assessment_id, choice,
      case when choice is not null then now() end, version_id
    )
    on conflict on constraint pins_pkey do update
      set first_version_id = coalesce(pin.first_version_id, excluded.first_version_id)
      where pin.assessment_id = excluded.assessment_id;
  end loop;
end
$$;

-- The rows that a statement has inserted. SECURITY DEFINER, because no role can write choices.
create or replace function private.note_new_choices()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.note_choices(
            case tg_table_name when 'campaigns' then 'campaign' else 'coaching' end,
            array_agg(added.id), array_agg(added.tenant_id), array_agg(added.custom_assessment_id),
            tg_argv[0] = 'trusted'
          )
     from added
    where added.custom_assessment_id is not null
   having count(*) > 0;
  return null;
end
$$;

-- The rows that got another assessment or another tenant in a statement. private.hold_changed_choices() explains why the
-- query groups. SECURITY DEFINER, as above.
create or replace function private.note_changed_choices()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Deleting an assessment clears the reference in thousands of rows at once, and deletes their choices and pins: no
  -- choice is made here.
  if not exists (select from added where added.custom_assessment_id is not null) then
    return null;
  end if;
  perform private.note_choices(
            case tg_table_name when 'campaigns' then 'campaign' else 'coaching' end,
            array_agg(changed.id), array_agg(changed.tenant), array_agg(changed.assessment), tg_argv[0] = 'trusted'
          )
     from (
       select seen.id,
              (array_agg(seen.assessment) filter (where seen.is_new))[1] as assessment,
              (array_agg(seen.assessment) filter (where not seen.is_new))[1] as former_assessment,
              (array_agg(seen.tenant) filter (where seen.is_new))[1] as tenant,
              (array_agg(seen.tenant) filter (where not seen.is_new))[1] as former_tenant
         from (
           select added.id, true as is_new, added.custom_assessment_id as assessment, added.tenant_id as tenant
             from added
           union all
           select removed.id, false, removed.custom_assessment_id, removed.tenant_id
             from removed
         ) as seen
        group by seen.id
     ) as changed
    where changed.assessment is not null
      and changed.tenant is not null
      and (changed.assessment, changed.tenant) is distinct from (changed.former_assessment, changed.former_tenant)
   having count(*) > 0;
  return null;
end
$$;

-- Agent sessions that a statement has inserted, or given another assessment. SECURITY DEFINER, as above.
create or replace function private.note_new_conversations()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.note_conversations(
            array_agg(added.id), array_agg(added.stakeholder_session_id), array_agg(added.coaching_session_id),
            array_agg(added.custom_assessment_id), tg_argv[0] = 'trusted'
          )
     from added
    where coalesce(added.stakeholder_session_id, added.coaching_session_id) is not null
   having count(*) > 0;
  return null;
end
$$;

create or replace function private.note_changed_conversations()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (select from private.erased_sessions) then
    perform private.refuse_words_again(seen.session_id, seen.session_type, to_jsonb(seen.before), to_jsonb(seen.after))
       from (
         select (array_agg(stored.talk) filter (where not stored.is_new))[1] as before,
                (array_agg(stored.talk) filter (where stored.is_new))[1] as after,
                erased.session_id, erased.session_type
           from (
             select added.id, true as is_new, added as talk,
                    coalesce(added.coaching_session_id, added.stakeholder_session_id) as session_id,
                    case when added.coaching_session_id is not null then 'coaching' else 'campaign' end as session_type
               from added
             union all
             select removed.id, false, removed,
                    coalesce(removed.coaching_session_id, removed.stakeholder_session_id),
                    case when removed.coaching_session_id is not null then 'coaching' else 'campaign' end
               from removed
           ) as stored
           join private.erased_sessions as erased
             on erased.session_type = stored.session_type and erased.session_id = stored.session_id
          group by stored.id, erased.session_id, erased.session_type
       ) as seen;
  end if;
  if not exists (select from added where added.custom_assessment_id is not null) then
    return null;
  end if;
  perform private.note_conversations(
            '{}', array_agg(changed.stakeholder), array_agg(changed.client), array_agg(changed.assessment),
            tg_argv[0] = 'trusted'
          )
     from (
       select (array_agg(seen.assessment) filter (where seen.is_new))[1] as assessment,
              (array_agg(seen.assessment) filter (where not seen.is_new))[1] as former_assessment,
              (array_agg(seen.stakeholder) filter (where seen.is_new))[1] as stakeholder,
              (array_agg(seen.client) filter (where seen.is_new))[1] as client
         from (
           select added.id, true as is_new, added.custom_assessment_id as assessment,
                  added.stakeholder_session_id as stakeholder, added.coaching_session_id as client
             from added
           union all
           select removed.id, false, removed.custom_assessment_id, null, null
             from removed
         ) as seen
        group by seen.id
     ) as changed
    where changed.assessment is not null
      and changed.assessment is distinct from changed.former_assessment
   having count(*) > 0;
  return null;
end
$$;

do $triggers$
declare
  wanted record;
begin
  for wanted in
    select noted.*, event.*, writer.*
      from (
        values ('campaigns', 'choices'), ('coaching_sessions', 'choices'), ('agent_sessions', 'conversations')
      ) as noted (host_table, what),
           (
        values ('insert', 'new', 'new table as added'), ('update', 'changed', 'old table as removed new table as added')
      ) as event (statement, how, tables),
           (
        values ('clients', 'in'), ('trusted', 'not in')
      ) as writer (writers, compared)
  loop
    execute format(
      'create or replace trigger note_%1$s_%2$s_of_%3$s after %4$s on public.%5$I referencing %6$s'
      ' for each statement when (current_user %7$s (''anon'', ''authenticated''))'
      ' execute function private.note_%1$s_%2$s(%3$L)',
      wanted.how, wanted.what, wanted.writers, wanted.statement, wanted.host_table, wanted.tables, wanted.compared
    );
  end loop;
end
$triggers$;
