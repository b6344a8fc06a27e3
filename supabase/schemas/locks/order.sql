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
