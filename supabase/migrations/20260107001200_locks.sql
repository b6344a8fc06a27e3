-- custom-assessments 0.2.0 locks sha256:6a38b59a994f3794d4488c41255ca6e49103f24093bbc10380897eb92289b1bf
-- The order of locks
--
-- A transaction that needs several of these locks takes them in this order, to prevent deadlocks:
--
--   1. the line of a tenant: the row of private.slug_series with the empty stem. One transaction has it at a time, in turn;
--      so an erasure of the tenant gets its turn, however much is inserted meanwhile
--   2. the account that creates a row, in auth.users: for key share, or for update to delete it
--   3. the tenant: for key share, or for update to delete it
--   4. jobs, in the order of their ids
--   5. the slugs
--   6. assessments, in the order of their ids
--   7. their versions
--   8. choices and pins: the campaign's before the session's
--   9. all other rows that depend on them; of listings, the requests before the decisions
--
-- A transaction that changes a tenant locks its assessments for no key update, to update or hide their listings. So a
-- transaction that changes an assessment reads the tenant without a lock: it sees the tenant either before the change, which
-- then updates this assessment, or after it. A decision about a listing locks the assessment for update.
--
-- A transaction that chooses an assessment or begins an interview locks the assessment for key share, for which no edit
-- waits. Only if it must create the first version does it lock it for no key update.
--
-- For several tenants, each of these is taken in the order of their ids. A plain `delete` of an account or a tenant begins
-- with the row itself and continues from there. Some transactions cannot keep the order, such as a trusted writer's statement
-- that changes many assessments; they are short. The erasing functions start again if they are aborted for a deadlock.

-- Takes the first three locks for a transaction that creates rows of a tenant; the line only if it creates assessments.
create or replace function private.hold_tenant(tenant_id uuid, makers uuid[], in_line boolean)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if in_line then
    perform private.lock_slug(hold_tenant.tenant_id, '');
  end if;
  perform account.id from auth.users as account where account.id = any (makers) order by account.id for key share;
  perform tenant.id from public.tenant_profiles as tenant where tenant.id = hold_tenant.tenant_id for key share;
  if in_line and not found then
    delete from private.slug_series as series where series.tenant_id = hold_tenant.tenant_id and series.stem = '';
  end if;
end
$$;

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
