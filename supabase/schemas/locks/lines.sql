-- The line of a tenant: its writers take turns, and none waits in it for long.

-- Enters the line of a tenant; immediately if it is free. Every waiting request occupies a connection: so per tenant at
-- most five wait for two seconds, and five more for a tenth of a second, which is enough for a burst of small requests. All
-- others are refused at once. The place is released with the transaction.
create or replace function private.enter_line(tenant_id uuid)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
declare
  places constant integer := 10;
  for_long constant integer := 5;
  given constant text := current_setting('lock_timeout');
  place integer;
  longest interval;
begin
  perform from private.slug_series as series
   where series.tenant_id = enter_line.tenant_id
     and series.stem = ''
     for update skip locked;
  if found then
    return;
  end if;
  select each.place
    into place
    from generate_series(1, places) as each (place)
   where pg_try_advisory_xact_lock(hashtextextended('line of ' || enter_line.tenant_id, each.place))
   limit 1;
  if place is null then
    perform private.refuse('BUSY', jsonb_build_object('tenant_id', enter_line.tenant_id));
  end if;
  longest := case when place <= for_long then interval '2 seconds' else interval '100 milliseconds' end;
  if given = '0' or given::interval > longest then
    perform set_config('lock_timeout', extract(milliseconds from longest)::integer::text, true);
  end if;
  begin
    perform private.lock_slug(enter_line.tenant_id, '');
  exception when lock_not_available then
    perform private.refuse('BUSY', jsonb_build_object('tenant_id', enter_line.tenant_id));
  end;
  perform set_config('lock_timeout', given, true);
end
$$;

-- Requests that change or delete rows over the API enter the line first, so that none waits for a row lock, which only the
-- statement timeout would end. Tenants are taken in the order of their ids. SECURITY DEFINER, because no role can lock the
-- series.
create or replace function private.enter_my_lines()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.enter_line(mine.id) from (select id from private.my_tenant_ids() as id order by id) as mine;
  return null;
end
$$;

create or replace trigger assessment_0_line
before update or delete on public.custom_assessments
for each statement when (current_user in ('anon', 'authenticated'))
execute function private.enter_my_lines();
