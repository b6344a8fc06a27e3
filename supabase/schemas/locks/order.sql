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
--   6. the host's campaigns and sessions, because a transaction that writes them chooses an assessment next; a session that
--      is withdrawn or erased after its campaign, for key share, whose deletion locks the sessions' pins too
--   7. assessments, in the order of their ids; then, for agent sessions that are created and an erasure of their session, the locks
--      of private.hold_conversations()
--   8. their versions
--   9. choices and pins: the campaign's before the session's
--  10. all other rows that depend on them; of listings, the requests before the decisions
--
-- A transaction that changes a tenant locks its assessments for no key update, to update or hide their listings. So a
-- transaction that changes an assessment reads the tenant without a lock: it sees the tenant either before the change, which
-- then updates this assessment, or after it. A decision about a listing locks the assessment for update.
--
-- A transaction that chooses an assessment or begins an interview locks the assessment for key share, for which no edit
-- waits. Only if it must create the first version does it lock it for no key update.
--
-- The deletion of an assessment clears the references of campaigns and sessions, also of other tenants. So a transaction that
-- completes or scores an interview, or begins one of a coaching session, locks the session after its assessment, which it
-- knows already. And the deletion of
-- a tenant first locks the assessments that it uses for key share: either it waits there for their deletion, or the other
-- way round.
--
-- For several tenants, each of these is taken in the order of their ids. A plain `delete` of an account or a tenant begins
-- with the row itself and continues from there.
--
-- Some transactions cannot keep the order: a trusted writer's statement that changes many assessments, and the second
-- update of an assessment in one transaction, for which Postgres locks the tenant and the creator (a foreign key is checked
-- again). So the deletion or renaming of a tenant or an account takes the assessments in a way that is part of no deadlock
-- (locks/rows.sql), and is refused with BUSY if they are not available for two seconds. The erasing functions start again.

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
  if cardinality(makers) > 0 then
    perform account.id from auth.users as account where account.id = any (makers) order by account.id for key share;
  end if;
  perform tenant.id from public.tenant_profiles as tenant where tenant.id = hold_tenant.tenant_id for key share;
  if in_line and not found then
    delete from private.slug_series as series where series.tenant_id = hold_tenant.tenant_id and series.stem = '';
  end if;
end
$$;
