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
