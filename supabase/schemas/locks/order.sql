-- The order of locks
--
-- Whoever needs several of these takes them in this order, so that nobody waits for somebody who waits for them:
--
--   1. the line of a tenant: the row of private.slug_series with the empty stem. Only one has it, and those who ask for
--      it get it in turn; so whoever erases a tenant comes to it, however much is inserted meanwhile
--   2. the account that makes a row, in auth.users: for key share, or for update to delete it
--   3. the tenant: for key share, or for update to delete it
--   4. jobs, in the order of their ids
--   5. the slugs
--   6. assessments, in the order of their ids
--   7. their versions
--   8. choices and pins: the campaign's before the session's
--   9. everything else that hangs on them: of listings the requests before the decisions
--
-- Whoever changes a tenant takes its assessments for no key update, to list them anew or hide them. So whoever changes an
-- assessment reads the tenant without a lock: it is as before the change, which then comes to this assessment, or as after it.
-- A decision about a listing takes the assessment for update.
--
-- Whoever chooses an assessment or begins an interview takes the assessment for key share, which no edit waits for; only whoever
-- has to make its first version takes it for no key update.
--
-- Of several tenants each of these in the order of their ids. A plain `delete` of an account or a tenant begins with the
-- row itself and goes on from there. What cannot keep the order, such as a change of many assessments in one statement of a
-- trusted writer's, is short, and ends by itself; the functions that erase begin again when they are ended for such a wait.

-- Takes the first three for whoever makes rows of a tenant; the line only where assessments are made.
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
