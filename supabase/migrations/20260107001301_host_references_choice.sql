-- custom-assessments 0.2.0 host_references_choice sha256:e9de75d45bbb10d4af128d885e2e4b351fe7358666232fc70afaf8f069cd7464
-- Which assessment a campaign, a coaching session or an agent session may choose.

-- A choice is judged twice. Before each row, so that a refusal comes before anything else can. And once more when all rows
-- are written, for each assessment once and under a lock, since a statement of many rows takes a while. What is then recorded
-- is a version (pins/choices.sql), which no later edit changes. So the lock is one that only a deletion waits for: several
-- statements, whose locks allow each other, would else keep the assessment's owner and reviewers from it for ever.

-- What the writer of a campaign or session may know about an assessment, and whether it may be chosen for a tenant.
-- verdict is 'chosen', 'denied' (readable, but not for this), 'inactive' or 'unknown'; the rest is null unless chosen.
--
-- SECURITY DEFINER, because a campaign's assessment may be one that its writer cannot read (a reference made by
-- somebody else), and because the answer must not depend on the host's policies. A missing assessment and one that the
-- caller may not read give the same answer by the same path.
create or replace function private.choose_assessment(assessment_id uuid, tenant_id uuid, bound boolean)
returns table (verdict text, allows_override boolean)
language plpgsql
volatile
security definer
rows 1
set search_path = pg_catalog, pg_temp
as $$
declare
  chosen record;
begin
  select assessment.status,
         assessment.tenant_id is not distinct from choose_assessment.tenant_id as is_tenants,
         assessment.is_template,
         owner.user_id is not distinct from auth.uid() and owner.user_id is not null as is_callers,
         listing.assessment_id is not null as is_listed,
         listing.price_tier,
         -- Of another tenant's, as it is listed.
         case when assessment.tenant_id is distinct from choose_assessment.tenant_id and not assessment.is_template
              then coalesce(listed.interview_style_allow_override, assessment.interview_style_allow_override)
              else assessment.interview_style_allow_override end as allows_override
    into chosen
    from public.custom_assessments as assessment
    join public.tenant_profiles as owner on owner.id = assessment.tenant_id
    left join private.listings as listing on listing.assessment_id = assessment.id and listing.shown
    left join public.assessment_versions as listed on listed.id = listing.version_id
   where assessment.id = choose_assessment.assessment_id
     and (
       not bound
       or owner.user_id = auth.uid()
       or (assessment.is_template and assessment.status = 'active')
       or listing.assessment_id is not null
     );

  verdict := case
    when not found then 'unknown'
    when not bound then 'chosen'
    when chosen.is_template and chosen.status = 'active' then 'chosen'
    when chosen.is_listed and coalesce(chosen.price_tier, 'free') = 'free' then 'chosen'
    -- A tenant's own, which only its owner may choose: whoever else may write the campaign cannot read it.
    when chosen.is_callers and chosen.is_tenants and chosen.status = 'active' then 'chosen'
    when chosen.is_callers and chosen.status <> 'active' then 'inactive'
    else 'denied'
  end;
  allows_override := case when verdict = 'chosen' then chosen.allows_override end;
  return next;
end
$$;

-- Whether a campaign or session is only cleared of references to rows that are gone, as a foreign key does it: the
-- assessment to null, the tenant to null or to the host's default. SECURITY DEFINER, because a trusted writer need not be
-- granted the host's tenants.
create or replace function private.is_cleared_by_deletion(
  assessment_before uuid, assessment_after uuid, tenant_before uuid, tenant_after uuid
)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select (
      assessment_after is not distinct from assessment_before
      or (
        assessment_after is null
        and not exists (
          select from public.custom_assessments as assessment where assessment.id = assessment_before
        )
      )
    )
    and (
      tenant_after is not distinct from tenant_before
      or (
        tenant_before is not null
        and not exists (select from public.tenant_profiles as tenant where tenant.id = tenant_before)
      )
    )
$$;

-- The rules of a choice, for all three tables; raises the refusal. style is the override that is asked for.
create or replace function private.check_choice(assessment_id uuid, tenant_id uuid, style integer)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  chosen record;
begin
  select * into chosen
    from private.choose_assessment(assessment_id, tenant_id, current_user in ('anon', 'authenticated'));
  case chosen.verdict
    when 'unknown' then
      perform private.refuse('ASSESSMENT_NOT_FOUND', jsonb_build_object('assessment_id', assessment_id));
    when 'inactive' then
      perform private.refuse('ASSESSMENT_NOT_ACTIVE', jsonb_build_object('assessment_id', assessment_id));
    when 'denied' then
      perform private.refuse('ASSESSMENT_ACCESS_DENIED', jsonb_build_object('assessment_id', assessment_id));
    else
      -- A style outside 1 to 5 is the constraint's to refuse.
      if style between 1 and 5 and not chosen.allows_override then
        perform private.refuse('INTERVIEW_STYLE_OVERRIDE_DENIED', jsonb_build_object('assessment_id', assessment_id));
      end if;
  end case;
end
$$;

-- Refuses an override of the interview style where the version that a campaign or session uses does not allow one, whatever
-- became of the assessment since it was chosen. SECURITY DEFINER: what is in use, only the database knows.
create or replace function private.check_style(kind text, id uuid, tenant_id uuid, assessment_id uuid)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  used constant uuid := private.version_in_use(
    check_style.kind, check_style.id, check_style.tenant_id, null, check_style.assessment_id, check_style.assessment_id
  );
begin
  if coalesce(
    (select version.interview_style_allow_override from public.assessment_versions as version where version.id = used),
    (
      select assessment.interview_style_allow_override
        from public.custom_assessments as assessment
       where assessment.id = check_style.assessment_id and assessment.tenant_id = check_style.tenant_id
    )
  ) is not true then
    perform private.refuse(
      'INTERVIEW_STYLE_OVERRIDE_DENIED', jsonb_build_object('assessment_id', check_style.assessment_id)
    );
  end if;
end
$$;

-- Locks assessments until the transaction ends, in the order that everybody keeps. SECURITY DEFINER, because a lock needs
-- the right to write. Only assessments that were just judged as chosen come here.
create or replace function private.hold_assessments(assessments uuid[])
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform assessment.id
     from public.custom_assessments as assessment
    where assessment.id = any (assessments)
    order by assessment.id
      for key share;
end
$$;

-- The second judgement, of all choices that a statement has made.
create or replace function private.check_held_choices(assessments uuid[], tenants uuid[], styles integer[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.hold_assessments(assessments);
  for place in 1 .. cardinality(assessments) loop
    perform private.check_choice(assessments[place], tenants[place], styles[place]);
  end loop;
end
$$;

-- The choice of campaigns and coaching sessions, which have the same columns.

-- The locks that what follows needs on the host's tables: all at once, and waited for briefly (host_check/rules.sql).
select private.lock_host_tables(
  'share row exclusive', 'public.campaigns', 'public.coaching_sessions', 'public.agent_sessions'
);

-- Campaigns and coaching sessions, which have the same columns.
create or replace function private.check_session_assessment()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  -- An override that is taken back asks nothing of the assessment, which may be archived by now.
  if tg_op = 'UPDATE'
    and (new.custom_assessment_id, new.assessment_type, new.tenant_id)
    is not distinct from (old.custom_assessment_id, old.assessment_type, old.tenant_id)
    and (new.interview_style_override is null or new.interview_style_override = old.interview_style_override) then
    return new;
  end if;

  -- Deleting an assessment or a tenant clears the references to it and is not stopped here, in whatever order the
  -- foreign keys do it. They run as the table's owner, never as a client. The call is in a block of its own: an
  -- expression needs the right to every function in it.
  if tg_op = 'UPDATE' and current_user not in ('anon', 'authenticated')
    and (new.assessment_type, new.interview_style_override)
    is not distinct from (old.assessment_type, old.interview_style_override) then
    if private.is_cleared_by_deletion(
      old.custom_assessment_id, new.custom_assessment_id, old.tenant_id, new.tenant_id
    ) then
      return new;
    end if;
  end if;

  if new.custom_assessment_id is null then
    if new.assessment_type = 'custom' then
      perform private.refuse('ASSESSMENT_REQUIRED');
    end if;
    if new.interview_style_override between 1 and 5 then
      perform private.refuse('INTERVIEW_STYLE_OVERRIDE_DENIED');
    end if;
    return new;
  end if;

  if new.assessment_type is distinct from 'custom' then
    perform private.refuse('ASSESSMENT_TYPE_MISMATCH');
  end if;
  if new.tenant_id is null then
    perform private.refuse('TENANT_REQUIRED');
  end if;
  -- Another style for what is used already asks nothing of the assessment as it is by now.
  if tg_op = 'UPDATE'
    and (new.custom_assessment_id, new.assessment_type, new.tenant_id)
    is not distinct from (old.custom_assessment_id, old.assessment_type, old.tenant_id) then
    if new.interview_style_override between 1 and 5 then
      perform private.check_style(
        case tg_table_name when 'campaigns' then 'campaign' else 'coaching' end,
        new.id, new.tenant_id, new.custom_assessment_id
      );
    end if;
    return new;
  end if;
  perform private.check_choice(new.custom_assessment_id, new.tenant_id, new.interview_style_override);
  return new;
end
$$;

create or replace trigger check_session_assessment
before insert or update of custom_assessment_id, assessment_type, interview_style_override, tenant_id
on public.campaigns
for each row execute function private.check_session_assessment();

create or replace trigger check_session_assessment
before insert or update of custom_assessment_id, assessment_type, interview_style_override, tenant_id
on public.coaching_sessions
for each row execute function private.check_session_assessment();

-- The chosen assessments of the rows that a statement has made, each once for a tenant. Of the styles one is enough: the
-- assessment allows all or none.
create or replace function private.hold_new_choices()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  made record;
begin
  select array_agg(choice.assessment) as assessments, array_agg(choice.tenant) as tenants,
         array_agg(choice.style) as styles
    into made
    from (
      select added.custom_assessment_id as assessment, added.tenant_id as tenant,
             max(added.interview_style_override) filter (where added.interview_style_override between 1 and 5) as style
        from added
       where added.custom_assessment_id is not null
       group by added.custom_assessment_id, added.tenant_id
    ) as choice;
  if made.assessments is not null then
    perform private.check_held_choices(made.assessments, made.tenants, made.styles);
  end if;
  return null;
end
$$;

create or replace trigger hold_new_choices
after insert on public.campaigns
referencing new table as added
for each statement execute function private.hold_new_choices();

create or replace trigger hold_new_choices
after insert on public.coaching_sessions
referencing new table as added
for each statement execute function private.hold_new_choices();

-- The same of the rows that a statement has changed. A trigger for some columns only could not see all rows at once, so
-- this comes after every update, and looks first for rows that are not what they were. A campaign that only has another
-- tenant chooses nothing anew, and was judged before: so a foreign key that clears the tenant is not stopped, which comes
-- here as the client who deleted the tenant. By one grouping: a join, whose plan is kept from an update of one row, would
-- compare each of many rows with each.
create or replace function private.hold_changed_choices()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  bound constant boolean := current_user in ('anon', 'authenticated');
  made record;
begin
  -- A deleted assessment is taken off thousands of rows at once: nothing is chosen there.
  if not exists (select from added where added.custom_assessment_id is not null) then
    return null;
  end if;
  select array_agg(choice.assessment) as assessments, array_agg(choice.tenant) as tenants,
         array_agg(choice.style) as styles
    into made
    from (
      select changed.assessment, changed.tenant, max(changed.style) filter (where changed.style between 1 and 5) as style
        from (
          select (array_agg(seen.assessment) filter (where seen.is_new))[1] as assessment,
                 (array_agg(seen.tenant) filter (where seen.is_new))[1] as tenant,
                 max(seen.style) filter (where seen.is_new) as style
            from (
              select added.id, true as is_new, added.custom_assessment_id as assessment, added.assessment_type::text as type,
                     added.interview_style_override as style, case when bound then added.tenant_id end as tenant
                from added
              union all
              select removed.id, false, removed.custom_assessment_id, removed.assessment_type::text,
                     removed.interview_style_override, null
                from removed
            ) as seen
           group by seen.id
          having (array_agg(seen.assessment) filter (where seen.is_new))[1]
                 is distinct from (array_agg(seen.assessment) filter (where not seen.is_new))[1]
              or max(seen.type) filter (where seen.is_new) is distinct from max(seen.type) filter (where not seen.is_new)
        ) as changed
       where changed.assessment is not null
       group by changed.assessment, changed.tenant
    ) as choice;
  if made.assessments is not null then
    perform private.check_held_choices(made.assessments, made.tenants, made.styles);
  end if;
  return null;
end
$$;

create or replace trigger hold_changed_choices
after update on public.campaigns
referencing old table as removed new table as added
for each statement execute function private.hold_changed_choices();

create or replace trigger hold_changed_choices
after update on public.coaching_sessions
referencing old table as removed new table as added
for each statement execute function private.hold_changed_choices();
