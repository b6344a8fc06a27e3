-- custom-assessments 0.2.0 platform_tables sha256:ad98fc7f7eeb14ca66a805c127dd5bd7ec111c26ff104c74a2d8d361ef4e2467
-- The platform's tenants: coaches, consultants and schools. Created only if the host has no such table.
--
-- The policies and grants of each of the platform's five tables are inside the block that creates the table. If the host
-- has created it, only the host's access rules apply; its rows, policies and grants stay as they are.

-- Adding foreign keys to accounts briefly blocks writes to them. While this migration waits for its lock, readers and
-- writers of that table wait behind it, so the wait is short, as in the later migrations (private.lock_host_tables).
do $wait$
begin
  perform set_config('lock_timeout', '5s', true);
  if to_regclass('public.tenant_profiles') is null or to_regclass('public.campaigns') is null then
    lock table auth.users in share row exclusive mode;
  end if;
exception
  when insufficient_privilege then
    null;  -- We may lack the right to lock Auth's tables in advance; the timeout then applies to the foreign keys.
  when lock_not_available then
    raise exception 'auth.users is locked by another transaction, and this migration would block its other users while it waits'
    using errcode = 'lock_not_available',
          hint = 'This migration changed nothing. pg_stat_activity shows the open transactions. Wait until they have ended, '
                 'then run the migrations again.';
end
$wait$;

do $tenant_profiles$
begin
  if to_regclass('public.tenant_profiles') is not null then
    return;
  end if;

  create table public.tenant_profiles (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references auth.users (id) on delete cascade,
    slug text not null constraint tenant_slug_is_unique unique
      constraint tenant_slug_format check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    display_name text not null,
    tenant_type text not null default 'coach'
      constraint tenant_type_is_known check (tenant_type in ('coach', 'consultant', 'school')),
    is_active boolean not null default true,
    subscription_tier text not null default 'free',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
  );
  comment on table public.tenant_profiles is 'A coach, consultant or school. Its owner is user_id.';

  alter table public.tenant_profiles enable row level security;
  revoke all on public.tenant_profiles from public, anon, authenticated, service_role;
  grant select, insert, update, delete on public.tenant_profiles to service_role;
  -- The owner of a tenant cannot set whether it is active, what it pays for, or who owns it.
  grant select, update (slug, display_name, tenant_type) on public.tenant_profiles to authenticated;

  create policy "Owners read their tenants" on public.tenant_profiles
  for select to authenticated using (user_id = (select auth.uid()));
  create policy "Owners describe their tenants" on public.tenant_profiles
  for update to authenticated using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
end
$tenant_profiles$;

-- The platform's campaigns: rounds of interviews. Created only if the host has no such table.

do $campaigns$
begin
  if to_regclass('public.campaigns') is not null then
    return;
  end if;

  create table public.campaigns (
    id uuid primary key default gen_random_uuid(),
    tenant_id uuid references public.tenant_profiles (id) on delete cascade,
    created_by uuid default auth.uid() references auth.users (id) on delete set null,
    name text not null,
    status text not null default 'draft',
    assessment_type text not null default 'industry4'
      constraint campaigns_assessment_type_check check (assessment_type in ('industry4', 'archetype', 'education')),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
  );
  comment on table public.campaigns is 'A round of interviews with many stakeholders.';

  alter table public.campaigns enable row level security;
  revoke all on public.campaigns from public, anon, authenticated, service_role;
  grant select, insert, update, delete on public.campaigns to service_role;
  -- The columns of custom assessments are granted where they are added.
  grant select, delete, insert (tenant_id, created_by, name, status, assessment_type),
  update (name, status, assessment_type) on public.campaigns to authenticated;

  create policy "Owners and creators read campaigns" on public.campaigns
  for select to authenticated using (
    created_by = (select auth.uid())
    or tenant_id = any(array(
      select tenant.id from public.tenant_profiles as tenant where tenant.user_id = (select auth.uid())
    ))
  );
  create policy "Owners make campaigns in their own name" on public.campaigns
  for insert to authenticated with check (
    created_by = (select auth.uid())
    and tenant_id = any(array(
      select tenant.id from public.tenant_profiles as tenant where tenant.user_id = (select auth.uid())
    ))
  );
  create policy "Owners and creators change campaigns" on public.campaigns
  for update to authenticated using (
    created_by = (select auth.uid())
    or tenant_id = any(array(
      select tenant.id from public.tenant_profiles as tenant where tenant.user_id = (select auth.uid())
    ))
  ) with check (
    created_by = (select auth.uid())
    or tenant_id = any(array(
      select tenant.id from public.tenant_profiles as tenant where tenant.user_id = (select auth.uid())
    ))
  );
  create policy "Owners delete campaigns" on public.campaigns
  for delete to authenticated using (
    tenant_id = any(array(
      select tenant.id from public.tenant_profiles as tenant where tenant.user_id = (select auth.uid())
    ))
  );
end
$campaigns$;

-- The platform's campaign assignments: one interview of a stakeholder each. Created only if the host has no such table.

do $campaign_assignments$
begin
  if to_regclass('public.campaign_assignments') is not null then
    return;
  end if;

  create table public.campaign_assignments (
    id uuid primary key default gen_random_uuid(),
    campaign_id uuid not null references public.campaigns (id) on delete cascade,
    stakeholder_name text,
    stakeholder_email text,
    status text not null default 'invited'
      constraint status_is_known check (status in ('invited', 'in_progress', 'completed', 'cancelled', 'withdrawn')),
    -- Two random UUIDs have 244 bits, which nobody can guess.
    access_token text not null default replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''),
    access_expires_at timestamptz,
    started_at timestamptz,
    completed_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
  );
  comment on table public.campaign_assignments is 'One stakeholder''s interview in a campaign: a session of type campaign.';
  comment on column public.campaign_assignments.access_token is 'The secret in the respondent''s link. Made by the database.';

  alter table public.campaign_assignments enable row level security;
  revoke all on public.campaign_assignments from public, anon, authenticated, service_role;
  grant select, insert, update, delete on public.campaign_assignments to service_role;
  -- Clients set neither id nor access_token: a chosen id could repeat that of a deleted session, and a chosen token could
  -- be guessed.
  grant select, delete, insert (campaign_id, stakeholder_name, stakeholder_email, status, access_expires_at),
  update (stakeholder_name, stakeholder_email, status, access_expires_at)
  on public.campaign_assignments to authenticated;

  -- The policies of campaigns apply to the subquery, so it returns exactly the campaigns that the caller can read.
  create policy "Readers of a campaign read its assignments" on public.campaign_assignments
  for select to authenticated using (campaign_id = any(array(select campaign.id from public.campaigns as campaign)));
  create policy "Readers of a campaign make its assignments" on public.campaign_assignments
  for insert to authenticated with check (campaign_id = any(array(select campaign.id from public.campaigns as campaign)));
  create policy "Readers of a campaign change its assignments" on public.campaign_assignments
  for update to authenticated using (campaign_id = any(array(select campaign.id from public.campaigns as campaign)))
  with check (campaign_id = any(array(select campaign.id from public.campaigns as campaign)));
  create policy "Readers of a campaign delete its assignments" on public.campaign_assignments
  for delete to authenticated using (campaign_id = any(array(select campaign.id from public.campaigns as campaign)));
end
$campaign_assignments$;

-- The platform's coaching sessions: one interview of a client each. Created only if the host has no such table.

do $coaching_sessions$
begin
  if to_regclass('public.coaching_sessions') is not null then
    return;
  end if;

  create table public.coaching_sessions (
    id uuid primary key default gen_random_uuid(),
    tenant_id uuid not null references public.tenant_profiles (id) on delete cascade,
    client_name text,
    client_email text,
    client_status text not null default 'registered'
      constraint client_status_is_known check (
        client_status in (
          'registered', 'started', 'completed', 'contacted', 'converted', 'archived', 'cancelled', 'withdrawn'
        )
      ),
    access_token text not null default replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''),
    access_expires_at timestamptz,
    completed_at timestamptz,
    metadata jsonb not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
  );
  comment on table public.coaching_sessions is 'One client''s interview with a coach: a session of type coaching.';
  comment on column public.coaching_sessions.access_token is 'The secret in the client''s link. Made by the database.';

  alter table public.coaching_sessions enable row level security;
  revoke all on public.coaching_sessions from public, anon, authenticated, service_role;
  grant select, insert, update, delete on public.coaching_sessions to service_role;
  grant select, delete,
  insert (tenant_id, client_name, client_email, client_status, access_expires_at, metadata),
  update (client_name, client_email, client_status, access_expires_at, metadata)
  on public.coaching_sessions to authenticated;

  create policy "Owners read their coaching sessions" on public.coaching_sessions
  for select to authenticated using (
    tenant_id = any(array(
      select tenant.id from public.tenant_profiles as tenant where tenant.user_id = (select auth.uid())
    ))
  );
  create policy "Owners make coaching sessions" on public.coaching_sessions
  for insert to authenticated with check (
    tenant_id = any(array(
      select tenant.id from public.tenant_profiles as tenant where tenant.user_id = (select auth.uid())
    ))
  );
  create policy "Owners change their coaching sessions" on public.coaching_sessions
  for update to authenticated using (
    tenant_id = any(array(
      select tenant.id from public.tenant_profiles as tenant where tenant.user_id = (select auth.uid())
    ))
  ) with check (
    tenant_id = any(array(
      select tenant.id from public.tenant_profiles as tenant where tenant.user_id = (select auth.uid())
    ))
  );
  create policy "Owners delete their coaching sessions" on public.coaching_sessions
  for delete to authenticated using (
    tenant_id = any(array(
      select tenant.id from public.tenant_profiles as tenant where tenant.user_id = (select auth.uid())
    ))
  );
end
$coaching_sessions$;

-- The platform's agent sessions: conversations of interview agents. Created only if the host has no such table.

do $agent_sessions$
begin
  if to_regclass('public.agent_sessions') is not null then
    return;
  end if;

  create table public.agent_sessions (
    id uuid primary key default gen_random_uuid(),
    stakeholder_session_id uuid,
    coaching_session_id uuid references public.coaching_sessions (id) on delete cascade,
    agent_type text not null default 'interview',
    session_context jsonb not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
  );
  comment on table public.agent_sessions is 'A conversation that an interview agent holds for one session.';
  comment on column public.agent_sessions.stakeholder_session_id is 'The campaign assignment that is interviewed.';
  comment on column public.agent_sessions.coaching_session_id is 'The coaching session that is interviewed.';

  -- A foreign key cannot reference a view.
  if (select relkind from pg_catalog.pg_class where oid = 'public.campaign_assignments'::regclass) in ('r', 'p') then
    alter table public.agent_sessions add constraint agent_sessions_stakeholder_session_id_fkey
    foreign key (stakeholder_session_id) references public.campaign_assignments (id) on delete cascade;
  end if;

  alter table public.agent_sessions enable row level security;
  revoke all on public.agent_sessions from public, anon, authenticated, service_role;
  grant select, insert, update, delete on public.agent_sessions to service_role;
  grant select on public.agent_sessions to authenticated;

  create policy "Readers of a session read its conversations" on public.agent_sessions
  for select to authenticated using (
    coaching_session_id = any(array(select session.id from public.coaching_sessions as session))
    or stakeholder_session_id = any(array(select session.id from public.campaign_assignments as session))
  );
end
$agent_sessions$;
