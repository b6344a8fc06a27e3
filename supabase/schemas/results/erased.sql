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
