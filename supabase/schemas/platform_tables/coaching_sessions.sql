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
