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
