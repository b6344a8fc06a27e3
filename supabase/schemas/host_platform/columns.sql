-- What custom assessments need of the platform's own five tables on a host with older tables.
--
-- This folder adds missing columns that later folders read, and missing indexes. It changes no rows, policies or grants of
-- the host, with two exceptions for security, which are marked below: privileges that no client needs, and a view that
-- would bypass RLS.

-- All locks on the host's tables that the following statements need, taken at once with a short wait
-- (host_check/rules.sql).
select private.lock_host_tables(
  'access exclusive', 'public.tenant_profiles', 'public.campaigns', 'public.campaign_assignments',
  'public.coaching_sessions', 'public.agent_sessions'
);

alter table public.tenant_profiles
add column if not exists user_id uuid,
add column if not exists slug text,
add column if not exists display_name text,
add column if not exists tenant_type text,
add column if not exists is_active boolean not null default true,
add column if not exists subscription_tier text;

alter table public.campaigns
add column if not exists name text,
add column if not exists status text,
add column if not exists tenant_id uuid references public.tenant_profiles (id) on delete cascade,
add column if not exists created_by uuid references auth.users (id) on delete set null;

alter table public.coaching_sessions
add column if not exists tenant_id uuid references public.tenant_profiles (id) on delete cascade,
add column if not exists client_name text,
add column if not exists client_email text,
add column if not exists client_status text default 'registered',
add column if not exists access_token text,
add column if not exists access_expires_at timestamptz,
add column if not exists completed_at timestamptz,
add column if not exists metadata jsonb;

alter table public.agent_sessions
add column if not exists stakeholder_session_id uuid,
add column if not exists coaching_session_id uuid references public.coaching_sessions (id) on delete cascade,
add column if not exists agent_type text,
add column if not exists session_context jsonb;

do $assignments$
declare
  kind constant "char" := (
    select relkind from pg_catalog.pg_class where oid = 'public.campaign_assignments'::regclass
  );
  missing text;
begin
  if kind in ('r', 'p') then
    alter table public.campaign_assignments
    add column if not exists campaign_id uuid references public.campaigns (id) on delete cascade,
    add column if not exists stakeholder_name text,
    add column if not exists stakeholder_email text,
    add column if not exists status text,
    add column if not exists access_token text,
    add column if not exists access_expires_at timestamptz,
    add column if not exists started_at timestamptz,
    add column if not exists completed_at timestamptz;
    return;
  end if;

  if kind is distinct from 'v' then
    raise exception 'public.campaign_assignments must be a table or a view';
  end if;

  -- The migrations cannot add columns to a view, so it must already have those that are read.
  select string_agg(format('%I %s', needed.name, needed.type), ', ')
    into missing
    from (values
      ('id', 'uuid'), ('campaign_id', 'uuid'), ('status', 'text'), ('access_token', 'text'),
      ('access_expires_at', 'timestamp with time zone'), ('completed_at', 'timestamp with time zone')
    ) as needed (name, type)
   where not exists (
     select
       from pg_catalog.pg_attribute as present
      where present.attrelid = 'public.campaign_assignments'::regclass
        and present.attname = needed.name
        and not present.attisdropped
        and (
          format_type(present.atttypid, null) = needed.type
          or (needed.type = 'text' and format_type(present.atttypid, null) in ('character varying', 'uuid'))
        )
   );
  if missing is not null then
    raise exception 'the view public.campaign_assignments lacks columns that custom assessments need: %', missing
    using hint = 'Add them to the view (create or replace view can append columns), then run the migrations again.';
  end if;

  -- A view runs with the rights of its owner, and RLS does not apply to postgres: every role that can select from it would
  -- read every tenant's assignments and their secret links. With security_invoker it returns what the caller can read in
  -- its table.
  if not exists (
    select
      from pg_catalog.pg_class
     where oid = 'public.campaign_assignments'::regclass
       and reloptions && array['security_invoker=true', 'security_invoker=on', 'security_invoker=1']
  ) then
    alter view public.campaign_assignments set (security_invoker = true);
  end if;
end
$assignments$;
