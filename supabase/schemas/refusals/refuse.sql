-- How a rule refuses a request.

-- Raises the refusal with this reason. details is a JSON object as text: the reason, and facts for programs.
create or replace function private.refuse(reason text, facts jsonb default '{}'::jsonb)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  refusal record;
begin
  select listed.status, listed.message, listed.hint
    into strict refusal
    from private.refusals as listed
   where listed.reason = refuse.reason;
  raise exception using
    -- A row for another account's tenant is refused with the code that row-level security uses, because that policy applies
    -- too: clients get the same code from both, and from this refusal a reason and a hint as well.
    errcode = case when refuse.reason = 'TENANT_ACCESS_DENIED' then '42501' else 'PT' || refusal.status end,
    message = refusal.message,
    detail = (jsonb_build_object('reason', refuse.reason) || coalesce(facts, '{}'::jsonb))::text,
    hint = refusal.hint;
end
$$;

-- Refuses what a deactivated tenant may not do: upload, and begin interviews.
create or replace function private.refuse_inactive(tenant_id uuid)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if private.is_inactive(refuse_inactive.tenant_id) then
    perform private.refuse('TENANT_INACTIVE', jsonb_build_object('tenant_id', refuse_inactive.tenant_id));
  end if;
end
$$;
