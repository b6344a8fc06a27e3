-- custom-assessments 0.2.0 locks sha256:973309934677fe309336618c305b92d2cb5cb7fddef43f56933cfb134b65e5e0
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

-- The line of a tenant: who writes for it comes in turn, and nobody waits in it for long.

-- Comes into the line of a tenant: at once where nobody has it. Whoever waits here keeps a connection from everybody else:
-- so five of a tenant's at most wait, for two seconds, and five more for a tenth of one, in which a burst of small requests is
-- through. All others are refused at once. A place is let go with the transaction.
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

-- Whoever changes or deletes rows over the API comes into the line first, so that nobody waits for one of the rows, which
-- nothing would end before the statement's own time is over. In the order of the tenants' ids. SECURITY DEFINER: the series
-- is nobody's to lock.
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
