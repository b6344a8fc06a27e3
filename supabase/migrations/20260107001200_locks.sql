-- custom-assessments 0.2.0 locks sha256:a36266021f55146710828b35337ffd0a5b0e920715090ed851ab82f2918d21fc
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

-- Taking many rows that other transactions may hold in another order.

-- All locks on the host's tables that the following statements need, taken at once with a short wait
-- (host_check/rules.sql).
select private.lock_host_tables('share row exclusive', 'public.tenant_profiles');

-- Locks rows of a table until the transaction ends: for update, no key update or key share. A transaction that deletes or
-- renames a tenant calls this for the rows that depend on it, while writers of these rows may be about to need the tenant: a
-- second update of a row in one transaction checks its foreign keys again, and a trusted writer's statement takes many rows in
-- any order. Postgres looks for a deadlock once a transaction has waited for deadlock_timeout. So this waits in the rows'
-- queues only while the transaction is younger than that, when nobody can have waited so long for what it has locked. After
-- that it asks again from time to time, without waiting: it is part of no deadlock then. It gives up after two seconds.
create or replace function private.take_rows(relation regclass, ids uuid[], strength text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  queues_until constant timestamptz := now() + current_setting('deadlock_timeout')::interval * 0.8;
  given constant text := current_setting('lock_timeout');
  longest constant interval := least(nullif(given, '0')::interval, interval '2 seconds');
  ends constant timestamptz := clock_timestamp() + longest;
  take constant text := format('select array(select row.id from %s as row where row.id = any ($1) order by row.id for %s', relation, strength);
  taken uuid[];
  missing uuid[];
begin
  loop
    execute take || ' skip locked)' into taken using ids;
    execute format('select array(select row.id from %s as row where row.id = any ($1) except select unnest($2) order by 1)', relation)
      into missing using ids, taken;
    exit when missing = '{}';
    if clock_timestamp() > ends then
      perform private.refuse('BUSY', jsonb_build_object('table', relation::text, 'id', missing[1]));
    elsif clock_timestamp() < queues_until then
      begin
        perform set_config('lock_timeout', ceil(1000 * extract(epoch from least(
          queues_until - clock_timestamp(), longest
        )))::text, true);
        execute take || ')' into taken using missing[1:1];
      exception when lock_not_available then
        null;
      end;
      perform set_config('lock_timeout', given, true);
    else
      perform pg_sleep(0.02);
    end if;
  end loop;
end
$$;

-- Locks the rows on which the deletion of a tenant has an effect, in the order of locks/order.sql: others' assessments that
-- it uses, whose deletion changes its campaigns and sessions as well; then these; then its own assessments.
create or replace function private.hold_rows_of_tenant(tenant_id uuid)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.take_rows('public.custom_assessments', array(
    select assessment.id
      from public.custom_assessments as assessment
     where assessment.tenant_id <> hold_rows_of_tenant.tenant_id
       and assessment.id in (
         select campaign.custom_assessment_id
           from public.campaigns as campaign
          where campaign.tenant_id = hold_rows_of_tenant.tenant_id
         union all
         select coaching.custom_assessment_id
           from public.coaching_sessions as coaching
          where coaching.tenant_id = hold_rows_of_tenant.tenant_id
         union all
         select version.assessment_id
           from private.version_uses as used
           join public.assessment_versions as version on version.id = used.version_id
          where used.tenant_id = hold_rows_of_tenant.tenant_id
       )
  ), 'key share');
  perform private.take_rows('public.campaigns', array(
    select campaign.id from public.campaigns as campaign where campaign.tenant_id = hold_rows_of_tenant.tenant_id
  ), 'update');
  perform private.take_rows('public.coaching_sessions', array(
    select coaching.id from public.coaching_sessions as coaching where coaching.tenant_id = hold_rows_of_tenant.tenant_id
  ), 'update');
  perform private.take_rows('public.custom_assessments', array(
    select assessment.id from public.custom_assessments as assessment where assessment.tenant_id = hold_rows_of_tenant.tenant_id
  ), 'update');
end
$$;

-- A plain delete of a tenant, or of the account that owns it. Its name sorts before those of the triggers that check
-- something. SECURITY DEFINER, because a role that may delete a tenant may not lock these rows.
create or replace function private.hold_rows_of_deleted_tenant()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.hold_rows_of_tenant(old.id);
  return old;
end
$$;

create or replace trigger hold_rows_of_tenant
before delete on public.tenant_profiles
for each row execute function private.hold_rows_of_deleted_tenant();
