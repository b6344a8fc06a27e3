-- Indexes of the host's tables (for foreign keys, owners and access tokens, unless an index already begins with the same
-- column), and privileges on them that no client needs.

-- On a large host table, create them in advance with `create index concurrently`, under any name: they are recognized by
-- their column. Each of these statements blocks writes while it reads its table once.
do $indexes$
declare
  wanted record;
begin
  for wanted in
    select *
      from (values
        ('tenant_profiles', 'user_id', false),
        ('campaigns', 'tenant_id', false),
        ('campaigns', 'created_by', false),
        ('campaign_assignments', 'campaign_id', false),
        ('campaign_assignments', 'access_token', true),
        ('coaching_sessions', 'tenant_id', false),
        ('coaching_sessions', 'access_token', true),
        ('agent_sessions', 'stakeholder_session_id', false),
        ('agent_sessions', 'coaching_session_id', false)
      ) as listed (tbl, col, uniq)
     where exists (
       select
         from pg_catalog.pg_class
        where oid = to_regclass(format('public.%I', listed.tbl))
          and relkind in ('r', 'p')
     )
       and not exists (
         select
           from pg_catalog.pg_index as present
           join pg_catalog.pg_attribute as led
             on led.attrelid = present.indrelid and led.attnum = present.indkey[0]
          where present.indrelid = to_regclass(format('public.%I', listed.tbl))
            and led.attname = listed.col
            and present.indpred is null
            and (present.indisunique or not listed.uniq)
       )
  loop
    begin
      execute format(
        'create %s index if not exists %I on public.%I (%I)',
        case when wanted.uniq then 'unique' else '' end,
        format('idx_%s_%s', wanted.tbl, wanted.col), wanted.tbl, wanted.col
      );
    exception
      when unique_violation then
        raise exception 'public.%.% has duplicate access tokens', wanted.tbl, wanted.col
        using hint = 'A link must lead to one session. Give each of these rows its own token, then run the migrations again.';
    end;
  end loop;
end
$indexes$;

-- Few tenants are deactivated; this index finds them, to hide their listings.
create index if not exists idx_tenant_profiles_inactive on public.tenant_profiles (id) where not is_active;

do $rights$
declare
  rights constant text := 'truncate, references, trigger'
    || case when current_setting('server_version_num')::integer >= 170000 then ', maintain' else '' end;
  host_table text;
begin
  foreach host_table in array array[
    'tenant_profiles', 'campaigns', 'campaign_assignments', 'coaching_sessions', 'agent_sessions'
  ] loop
    execute format('revoke %s on public.%I from public, anon, authenticated, service_role', rights, host_table);
  end loop;
end
$rights$;
