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
