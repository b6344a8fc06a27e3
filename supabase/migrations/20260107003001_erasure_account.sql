-- custom-assessments 0.2.0 erasure_account sha256:bc3d3bd574b769644ae3cf980003e60ce9b447bdc628f21ff5fca6812a3aa298
-- Erasing an account.

create or replace function private.sum_of_counts(counts jsonb, more jsonb)
returns jsonb
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select counts || jsonb_object_agg(added.key, coalesce((counts ->> added.key)::bigint, 0) + added.value::bigint)
    from jsonb_each_text(more) as added
$$;

-- Whether a foreign key protects the creator of a campaign, in a column that can be null.
create or replace function private.campaigns_can_lose_their_creator()
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select exists (
    select
      from pg_catalog.pg_constraint as held
      join pg_catalog.pg_attribute as col on col.attrelid = held.conrelid and held.conkey = array[col.attnum]
     where held.conrelid = 'public.campaigns'::regclass
       and held.contype = 'f'
       and held.confdeltype in ('a', 'r')
       and col.attname = 'created_by'
       and not col.attnotnull
  )
$$;

-- One run of erase_account.
create or replace function private.erase_account_once(user_id uuid)
returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  owned uuid;
  campaigns uuid[];
  counts jsonb := '{"tenants": 0, "results": 0, "reviews": 0, "score_requests": 0, "turns": 0, "runs": 0, "uploads": 0, "jobs": 0, "assessments": 0,
                    "assessments_handed_over": 0, "campaigns": 0, "campaigns_left": 0, "campaign_assignments": 0,
                    "campaign_assignments_left": 0, "coaching_sessions": 0, "coaching_sessions_left": 0,
                    "agent_sessions": 0, "agent_sessions_left": 0}'::jsonb;
  reassigned integer := 0;
  moved integer;
  accounts integer;
begin
  -- The tenants' lines are taken before the account, as by writers who create rows for them.
  for owned in
    select tenant.id
      from public.tenant_profiles as tenant
     where tenant.user_id = erase_account_once.user_id
     order by tenant.id
  loop
    perform private.lock_slug(owned, '');
  end loop;
  perform account.id from auth.users as account where account.id = erase_account_once.user_id for update;
  if not found then
    perform private.refuse('ACCOUNT_NOT_FOUND', jsonb_build_object('user_id', erase_account_once.user_id));
  end if;

  -- With the campaigns that the account created and that belong to no tenant: nobody else is responsible for the people in
  -- them.
  campaigns := array(
    select campaign.id
      from public.campaigns as campaign
      left join public.tenant_profiles as tenant on tenant.id = campaign.tenant_id
     where tenant.user_id = erase_account_once.user_id
        or (campaign.created_by = erase_account_once.user_id and campaign.tenant_id is null)
  );
  for owned in
    select tenant.id from public.tenant_profiles as tenant where tenant.user_id = erase_account_once.user_id order by tenant.id
  loop
    counts := private.sum_of_counts(counts, private.erase_tenant_once(owned));
  end loop;
  counts := private.sum_of_counts(counts, private.erase_participants(campaigns, null));

  -- Rows that the account created for other tenants belong to those tenants, and are reassigned to their owners.
  perform private.hold_rows_of_account(erase_account_once.user_id);
  update public.custom_assessments as assessment
     set created_by = tenant.user_id
    from public.tenant_profiles as tenant
   where assessment.created_by = erase_account_once.user_id
     and tenant.id = assessment.tenant_id;
  get diagnostics reassigned = row_count;
  update public.assessment_uploads as upload
     set created_by = tenant.user_id
    from public.tenant_profiles as tenant
   where upload.created_by = erase_account_once.user_id
     and tenant.id = upload.tenant_id;
  get diagnostics moved = row_count;
  reassigned := reassigned + moved;
  update public.campaigns as campaign
     set created_by = tenant.user_id
    from public.tenant_profiles as tenant
   where campaign.created_by = erase_account_once.user_id
     and tenant.id = campaign.tenant_id;
  get diagnostics moved = row_count;
  reassigned := reassigned + moved;

  -- If a host's foreign key would protect the account because of a campaign without a tenant.
  if private.campaigns_can_lose_their_creator() then
    update public.campaigns as campaign
       set created_by = null
     where campaign.created_by = erase_account_once.user_id
       and campaign.tenant_id is null;
  end if;

  delete from private.former_owners as former where former.user_id = erase_account_once.user_id;
  delete from private.result_creators as noted where noted.campaign_created_by = erase_account_once.user_id;
  delete from auth.users as account where account.id = erase_account_once.user_id;
  get diagnostics accounts = row_count;
  return private.with_campaigns_left(counts, campaigns)
    || jsonb_build_object('accounts', accounts, 'rows_given_to_tenants', reassigned);
end
$$;

-- SECURITY DEFINER, as erase_tenant; also, the service role cannot delete accounts.
create or replace function public.erase_account(user_id uuid)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- As in erase_tenant.
  for attempt in 1 .. 4 loop
    begin
      return private.erase_account_once(erase_account.user_id);
    exception when deadlock_detected or sqlstate 'PT429' then
      -- No locks are held now, so waiting transactions can continue.
      perform pg_sleep(0.1 + random() * 0.2);
    end;
  end loop;
  return private.erase_account_once(erase_account.user_id);
end
$$;
comment on function public.erase_account(uuid) is
'For operators: deletes an account and calls erase_tenant for each tenant that it owns. Rows that it created for other '
'tenants are reassigned to the owners of those tenants (rows_given_to_tenants). Runs in one transaction. Returns the counts.';
revoke all on function public.erase_account(uuid) from public, anon, authenticated, service_role;

-- Emptying the host's rows about a person, whatever columns the host has added.

-- The columns of a host's table that can contain words about a person: every text, JSON document, array and address, but
-- for words that the platform itself chose. What each becomes, as an expression: null where that is possible, else its
-- default. is_fixed: whether it is the same each time, unlike a link's token.
create or replace function private.personal_columns(host_table regclass)
returns table (name text, kind text, neutral text, is_fixed boolean)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
    select col.attname::text, format_type(col.atttypid, col.atttypmod), given.expression,
           col.attname <> 'access_token' and given.expression !~ '\('
      from pg_catalog.pg_attribute as col
      join pg_catalog.pg_type as kind on kind.oid = col.atttypid
      left join pg_catalog.pg_attrdef as stated on stated.adrelid = col.attrelid and stated.adnum = col.attnum
     cross join lateral (
       values (
         case
           when not col.attnotnull then 'null'
           when stated.oid is not null then pg_get_expr(stated.adbin, stated.adrelid)
           when col.attname = 'access_token' then format('gen_random_uuid()::text::%s', format_type(col.atttypid, col.atttypmod))
           when kind.typcategory = 'S' then quote_literal('')
           else quote_literal('{}')
         end
       )
     ) as given (expression)
     where col.attrelid = host_table
       and col.attnum > 0
       and not col.attisdropped
       and col.attgenerated = ''
       and (
         kind.typcategory in ('S', 'A', 'C', 'I')
         or (kind.typcategory = 'U' and kind.typname <> 'uuid')
         or col.attname = 'access_token'
       )
       and col.attname not in ('status', 'client_status', 'assessment_type', 'agent_type')
     order by col.attnum;
end
$$;

-- Empties the personal columns of these rows. Returns how many rows had something in them, and the columns that the host
-- did not let go. anew: whether rows are changed that only have a token.
create or replace function private.empty_rows(host_table regclass, ids uuid[], anew boolean, out emptied bigint, out kept text[])
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  columns constant text[] := array(select col.name from private.personal_columns(host_table) as col);
  setting text;
  filled text;
  changed bigint;
begin
  emptied := 0;
  kept := '{}';
  if columns = '{}' or cardinality(ids) = 0 then
    return;
  end if;
  select string_agg(format('%I = %s', col.name, col.neutral), ', '),
         string_agg(
           format(
             'coalesce(%I::text, '''') not in ('''', ''{}'', coalesce((%s)::%s::text, ''''))', col.name, col.neutral, col.kind
           ), ' or '
         ) filter (where anew or col.is_fixed)
    into setting, filled
    from private.personal_columns(host_table) as col;
  execute format('select count(*) from %s where id = any ($1) and (%s)', host_table, coalesce(filled, 'false'))
     into emptied
    using ids;
  if emptied = 0 then
    return;
  end if;
  begin
    execute format('update %s set %s where id = any ($1) and (%s)', host_table, setting, filled) using ids;
    get diagnostics changed = row_count;
    if changed = emptied then
      return;
    end if;
  exception
    when transaction_rollback or operator_intervention or insufficient_resources or lock_not_available then
      raise;
    when others then
      null;
  end;
  -- A rule or trigger of the host refuses one of the values: each column alone, so that the others are emptied.
  for place in 1 .. cardinality(columns) loop
    if not private.empty_column(host_table, columns[place], ids) then
      kept := kept || columns[place];
    end if;
  end loop;
  if kept = columns then
    emptied := 0;
  end if;
end
$$;

-- Empties one column of these rows, in the first way that the host allows. Whether there is one.
create or replace function private.empty_column(host_table regclass, col text, ids uuid[])
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  neutral text;
  changed bigint;
begin
  foreach neutral in array array[
    'null', 'default', quote_literal(''), quote_literal('{}'), 'gen_random_uuid()::text', 'gen_random_uuid()'
  ] loop
    -- Nobody may have a link with an empty token.
    continue when col = 'access_token' and neutral like '''%';
    begin
      execute format('update %s set %I = %s where id = any ($1)', host_table, col, neutral) using ids;
      get diagnostics changed = row_count;
      if changed = cardinality(ids) then
        return true;
      end if;
    exception
      when transaction_rollback or operator_intervention or insufficient_resources or lock_not_available then
        raise;
      when others then
        null;
    end;
  end loop;
  return false;
end
$$;

-- Refuses an update by which an agent session of an erased session gets words again. Its status, its dates and its references may
-- change, and words may be removed.
create or replace function private.refuse_words_again(session_id uuid, session_type text, before jsonb, after jsonb)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (
    select
      from private.personal_columns('public.agent_sessions') as col
     where after -> col.name is distinct from before -> col.name
       and coalesce(after ->> col.name, '') not in ('', '{}', '[]')
  ) then
    perform private.refuse_erased(refuse_words_again.session_id, refuse_words_again.session_type, (
      select facts.tenant_id
        from private.session_facts(refuse_words_again.session_id, refuse_words_again.session_type) as facts
    ));
  end if;
end
$$;
