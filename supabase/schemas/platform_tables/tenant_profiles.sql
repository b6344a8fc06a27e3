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
