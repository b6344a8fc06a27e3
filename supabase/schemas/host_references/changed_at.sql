-- The platform's tables say when a row last changed, where they have the column updated_at.

-- All locks on the host's tables that the following statements need, taken at once with a short wait
-- (host_check/rules.sql).
select private.lock_host_tables(
  'share row exclusive', 'public.tenant_profiles', 'public.campaigns', 'public.campaign_assignments',
  'public.coaching_sessions', 'public.agent_sessions'
);

create or replace function private.note_change()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  new.updated_at := now();
  return new;
end
$$;

-- Under a name that no host uses: many have a trigger set_updated_at, which sets the same.
do $changed$
declare
  host_table regclass;
begin
  for host_table in
    select present.oid::regclass
      from unnest(array[
        'public.tenant_profiles', 'public.campaigns', 'public.campaign_assignments', 'public.coaching_sessions',
        'public.agent_sessions'
      ]) as listed (name)
      join pg_catalog.pg_class as present on present.oid = listed.name::regclass and present.relkind in ('r', 'p')
      join pg_catalog.pg_attribute as changed
        on changed.attrelid = present.oid and changed.attname = 'updated_at' and changed.attgenerated = ''
       and format_type(changed.atttypid, null) like 'timestamp%'
     order by present.oid
  loop
    execute format(
      'create or replace trigger row_changed_at before update on %s
       for each row when (old is distinct from new) execute function private.note_change()', host_table
    );
  end loop;
end
$changed$;
