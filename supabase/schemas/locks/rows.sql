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
