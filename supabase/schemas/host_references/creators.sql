-- Who a campaign names as its creator. The creator reads the results of a custom campaign, and a host's own policies may look
-- at the tenant alone.

-- All locks on the host's tables that the following statements need, taken at once with a short wait
-- (host_check/rules.sql).
select private.lock_host_tables('share row exclusive', 'public.campaigns');

-- A client that makes a campaign, turns one into a custom one, or names its creator, can only name itself. Trusted writers
-- name any account.
create or replace function private.set_campaign_creator()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if current_user not in ('anon', 'authenticated') or new.assessment_type is distinct from 'custom'
    or new.created_by is null then
    return new;
  end if;
  if tg_op = 'UPDATE'
    and (new.created_by, new.assessment_type) is not distinct from (old.created_by, old.assessment_type) then
    return new;
  end if;
  new.created_by := auth.uid();
  return new;
end
$$;

create or replace trigger set_campaign_creator
before insert or update of created_by, assessment_type on public.campaigns
for each row execute function private.set_campaign_creator();
