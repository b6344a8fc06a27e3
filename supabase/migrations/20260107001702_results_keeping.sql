-- custom-assessments 0.2.0 results_keeping sha256:a785d8bd5a17a87381b5529c7ca6ea2d7adeddb9910b8cad38d7d97e818c9bdd
-- Prevents deleting what has results.

-- All locks on the host's tables that the following statements need, taken at once with a short wait
-- (host_check/rules.sql).
select private.lock_host_tables('share row exclusive', 'public.tenant_profiles');

-- SECURITY DEFINER, because an owner may be unable to see the results that other tenants have of a published assessment,
-- but must get a clear refusal. It reveals this only to callers who can delete the row, since RLS hides other rows before
-- this trigger.
create or replace function private.keep_assessment_with_results()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (select from public.custom_assessment_results as result where result.assessment_id = old.id) then
    perform private.refuse('ASSESSMENT_HAS_RESULTS', jsonb_build_object('assessment_id', old.id));
  end if;
  return old;
end
$$;

create or replace trigger keep_assessment_with_results
before delete on public.custom_assessments
for each row execute function private.keep_assessment_with_results();

-- The same for a tenant, before its deletion has any effect: its results can only be erased on purpose. SECURITY DEFINER
-- for the same reason.
create or replace function private.keep_tenant_with_results()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (
    select
      from public.custom_assessments as assessment
      join public.custom_assessment_results as result on result.assessment_id = assessment.id
     where assessment.tenant_id = old.id
  ) then
    perform private.refuse('ASSESSMENT_HAS_RESULTS', jsonb_build_object('tenant_id', old.id));
  elsif exists (select from public.custom_assessment_results as result where result.tenant_id = old.id)
    or exists (select from private.score_requests as request where request.tenant_id = old.id) then
    perform private.refuse('TENANT_HAS_RESULTS', jsonb_build_object('tenant_id', old.id));
  end if;
  return old;
end
$$;

create or replace trigger keep_tenant_with_results
before delete on public.tenant_profiles
for each row execute function private.keep_tenant_with_results();

-- Which accounts have results to read, besides the owners of tenants.

-- All locks on the host's tables that the following statements need, taken at once with a short wait
-- (host_check/rules.sql).
select private.lock_host_tables('share row exclusive', 'public.tenant_profiles');

-- The tenants for which an account has created campaigns that have results. Only used to find rows: a pair left over from
-- deleted results grants no access. There is no unique constraint, so that two transactions that insert the same pair need
-- not wait for each other; both insert it.
create table if not exists private.result_creators (
  campaign_created_by uuid not null,
  tenant_id uuid not null,

  constraint result_creators_tenant_id_fkey
  foreign key (tenant_id) references public.tenant_profiles (id) on delete cascade
);
comment on table private.result_creators is
'Accounts that created campaigns, with the tenants that have results of these campaigns. Read by private.result_tenant_ids().';
alter table private.result_creators enable row level security;
revoke all on table private.result_creators from public, anon, authenticated, service_role;
create index if not exists idx_result_creators_account
on private.result_creators (campaign_created_by, tenant_id);
create index if not exists idx_result_creators_tenant on private.result_creators (tenant_id);

-- SECURITY DEFINER, because the pairs are written only through the results.
create or replace function private.note_result_creator()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into private.result_creators (campaign_created_by, tenant_id)
  select new.campaign_created_by, new.tenant_id
   where not exists (
     select
       from private.result_creators as noted
      where noted.campaign_created_by = new.campaign_created_by
        and noted.tenant_id = new.tenant_id);
  return null;
end
$$;

create or replace trigger note_result_creator
after insert on public.custom_assessment_results
for each row when (new.campaign_created_by is not null)
execute function private.note_result_creator();

-- Results that are older than this table.
insert into private.result_creators (campaign_created_by, tenant_id)
select distinct
  result.campaign_created_by,
  result.tenant_id
from public.custom_assessment_results as result
where
  result.campaign_created_by is not null
  and not exists (
    select from private.result_creators as noted
    where noted.campaign_created_by = result.campaign_created_by and noted.tenant_id = result.tenant_id
  );

-- The tenants with results that the caller may be able to read: its own, and those with results of campaigns that it
-- created. Only used to find rows: the second part of the policy decides which of them the caller can read. SECURITY
-- DEFINER, because no role can read who created campaigns for whom.
create or replace function private.result_tenant_ids()
returns setof uuid
language plpgsql
stable
security definer
rows 2
set search_path = pg_catalog, pg_temp
as $$
declare
  me constant uuid := auth.uid();
begin
  return query
    select tenant.id from public.tenant_profiles as tenant where tenant.user_id = me
    union all
    select noted.tenant_id from private.result_creators as noted where noted.campaign_created_by = me;
end
$$;

-- Which sessions were erased.

-- All locks on the host's tables that the following statements need, taken at once with a short wait
-- (host_check/rules.sql).
select private.lock_host_tables('share row exclusive', 'public.tenant_profiles');

-- What remains of an erased session: no text, nothing about a person. Without it, an agent that tries again would hand in the
-- answers of a person who was forgotten. Like a pin, a row counts only while the session is that tenant's.
create table if not exists private.erased_sessions (
  session_type text not null,
  session_id uuid not null,
  tenant_id uuid not null,
  erased_at timestamptz not null default now(),

  constraint erased_sessions_pkey primary key (session_type, session_id),
  constraint erased_sessions_tenant_id_fkey
  foreign key (tenant_id) references public.tenant_profiles (id) on delete cascade,
  constraint erased_session_type_is_known check (session_type = any(private.session_types()))
);
comment on table private.erased_sessions is 'Sessions that erase_session has erased. Written by the database alone.';
alter table private.erased_sessions enable row level security;
revoke all on table private.erased_sessions from public, anon, authenticated, service_role;
create index if not exists idx_erased_sessions_tenant on private.erased_sessions (tenant_id);

-- When a session of this tenant was erased; null if it was not. Without a tenant: when it was erased for any tenant, for
-- sessions whose row is gone.
create or replace function private.erased_at(session_id uuid, session_type text, tenant_id uuid)
returns timestamptz
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select erased.erased_at
      from private.erased_sessions as erased
     where erased.session_type = erased_at.session_type
       and erased.session_id = erased_at.session_id
       and erased.tenant_id = coalesce(erased_at.tenant_id, erased.tenant_id)
  );
end
$$;

create or replace function private.refuse_erased(session_id uuid, session_type text, tenant_id uuid)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if private.erased_at(refuse_erased.session_id, refuse_erased.session_type, refuse_erased.tenant_id) is not null then
    perform private.refuse('SESSION_ERASED', jsonb_build_object('session_id', refuse_erased.session_id));
  end if;
end
$$;

-- How sessions end: with a result, or before that because they are cancelled or withdrawn.
--
-- A session's status is a column of the host. Where it is an enum, a view or has a rule that refuses a word, that word is not
-- written; all else works alike.

-- All locks on the host's tables that the following statements need, taken at once with a short wait
-- (host_check/rules.sql).
select private.lock_host_tables('share row exclusive', 'public.campaign_assignments', 'public.coaching_sessions');

-- Keeps the status of a session as it is until the transaction ends, and returns it. Some views of a host cannot be locked:
-- their status is read alone.
create or replace function private.hold_session(session_id uuid, session_type text)
returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  status text;
begin
  if session_type = 'coaching' then
    select coaching.client_status::text
      into status
      from public.coaching_sessions as coaching
     where coaching.id = hold_session.session_id
       for share;
    return status;
  end if;
  begin
    select assignment.status::text
      into status
      from public.campaign_assignments as assignment
     where assignment.id = hold_session.session_id
       for share;
  exception
    when feature_not_supported or insufficient_privilege then
      status := private.status_of_session(hold_session.session_id, hold_session.session_type);
  end;
  return status;
end
$$;

-- The status of a session, without a lock.
create or replace function private.status_of_session(session_id uuid, session_type text)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return case session_type
    when 'coaching' then (
      select coaching.client_status::text
        from public.coaching_sessions as coaching
       where coaching.id = status_of_session.session_id
    )
    else (
      select assignment.status::text
        from public.campaign_assignments as assignment
       where assignment.id = status_of_session.session_id
    )
  end;
end
$$;

-- Locks a session whose status is about to be written, before its status is read, so that two who end it wait in turn instead
-- of for each other. Its campaign comes first: the deletion of a campaign locks its sessions, and their pins, after it. For
-- update, so that a transaction that inserts an agent session for it comes before or after this one.
create or replace function private.hold_session_to_write(session_id uuid, session_type text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  perform campaign.id
     from public.campaigns as campaign
    where hold_session_to_write.session_type = 'campaign'
      and campaign.id = (
        select assignment.campaign_id from public.campaign_assignments as assignment where assignment.id = hold_session_to_write.session_id
      )
      for key share;
  execute format(
    'select from public.%I where id = $1 for update',
    case session_type when 'coaching' then 'coaching_sessions' else 'campaign_assignments' end
  ) using hold_session_to_write.session_id;
exception
  when feature_not_supported or insufficient_privilege then
    null;  -- Some views of a host cannot be locked.
end
$$;

create or replace function private.refuse_ended(session_id uuid, status text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if status = any (private.ended_statuses()) then
    perform private.refuse('SESSION_CANCELLED', jsonb_build_object('session_id', session_id, 'status', status));
  end if;
end
$$;

-- Writes the status that a session ends with, and when it was completed, or only that, as far as the host allows. A later
-- status stays. Whatever rule or trigger of the host refuses it, a finished interview is not lost for that.
create or replace function private.end_session(
  session_id uuid, session_type text, status text, completed_at timestamptz
)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  host_table constant text := case session_type when 'coaching' then 'coaching_sessions' else 'campaign_assignments' end;
  col constant text := case session_type when 'coaching' then 'client_status' else 'status' end;
  later constant text[] := case end_session.status
    when 'completed' then array['completed', 'contacted', 'converted', 'archived'] || private.ended_statuses()
    else private.ended_statuses()
  end;
  writing text;
begin
  foreach writing in array array[
    'update public.%I set completed_at = coalesce(completed_at, $1),
       %2$I = case when %2$I::text = any ($2) then %2$I else %3$L end
      where id = $3',
    'update public.%I set completed_at = coalesce(completed_at, $1) where id = $3'
  ] loop
    begin
      execute format(writing, host_table, col, end_session.status)
        using end_session.completed_at, later, end_session.session_id;
      return;
    exception
      when transaction_rollback or operator_intervention or insufficient_resources or lock_not_available then
        raise;
      when others then
        null;
    end;
  end loop;
end
$$;

-- A result completes its session. Its scores were accepted while the session was open, or it must be open now. SECURITY
-- DEFINER, because writers of results may lack privileges on the host's tables, and have none on the requests.
create or replace function private.complete_session()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (
    select
      from private.score_requests as request
     where request.session_id = new.session_id
       and request.session_type = new.session_type
       and request.tenant_id = new.tenant_id
  ) then
    perform private.refuse_ended(new.session_id, private.hold_session(new.session_id, new.session_type));
    perform private.refuse_erased(new.session_id, new.session_type, new.tenant_id);
  end if;
  perform private.end_session(new.session_id, new.session_type, 'completed', new.completed_at);
  return null;
end
$$;

create or replace trigger session_is_complete
after insert on public.custom_assessment_results
for each row execute function private.complete_session();

-- A session whose scores were accepted is not cancelled any more, and what a respondent withdrew stays withdrawn. The update
-- has locked the row before this looks for scores. SECURITY DEFINER, because no role of the API can read the requests.
create or replace function private.check_session_status()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  former constant text := to_jsonb(old) ->> tg_argv[1];
begin
  if former = 'withdrawn' then
    perform private.refuse_ended(old.id, former);
  elsif to_jsonb(new) ->> tg_argv[1] = any (private.ended_statuses()) and private.is_scored(old.id, tg_argv[0]) then
    perform private.refuse('SESSION_ALREADY_SCORED', jsonb_build_object('session_id', old.id));
  end if;
  return new;
end
$$;

create or replace trigger check_session_status
before update of client_status on public.coaching_sessions
for each row when (old.client_status is distinct from new.client_status)
execute function private.check_session_status('coaching', 'client_status');

do $assignments$
begin
  if (select relkind from pg_catalog.pg_class where oid = 'public.campaign_assignments'::regclass) in ('r', 'p') then
    create or replace trigger check_session_status
    before update of status on public.campaign_assignments
    for each row when (old.status is distinct from new.status)
    execute function private.check_session_status('campaign', 'status');
  end if;
end
$assignments$;
