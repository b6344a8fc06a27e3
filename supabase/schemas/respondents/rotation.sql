-- For owners: giving a session another link.

-- What rotate_session_link does: for a trusted caller on any session, else only for the tenant's owner, so not for the creator
-- of a campaign whose tenant has another owner. SECURITY DEFINER: no client can write tokens.
create or replace function private.replace_link(session_id uuid, session_type text, trusted boolean)
returns text
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  host_table constant regclass := case session_type
    when 'coaching' then 'public.coaching_sessions'::regclass else 'public.campaign_assignments'::regclass
  end;
  tenant_id uuid;
  token record;
  link text;
begin
  select facts.tenant_id
    into tenant_id
    from private.session_facts(replace_link.session_id, replace_link.session_type) as facts
   where trusted or facts.tenant_id = any (array(select private.my_tenant_ids()));
  if not found then
    perform private.refuse('SESSION_NOT_FOUND', jsonb_build_object('session_id', replace_link.session_id));
  end if;
  perform private.refuse_erased(replace_link.session_id, replace_link.session_type, tenant_id);
  select format_type(col.atttypid, col.atttypmod) as type, col.atthasdef as has_default,
         pg_column_is_updatable(col.attrelid, col.attnum, true) as can_change
    into token
    from pg_catalog.pg_attribute as col
   where col.attrelid = host_table and col.attname = 'access_token';
  if not token.can_change then
    perform private.refuse('INVALID_ARGUMENT', jsonb_build_object(
      'argument', 'session_type', 'expected', 'sessions of a table, or of a view whose access_token can be updated'
    ));
  end if;
  -- A host makes its links in its own way, if it has one.
  execute format(
    'update %s set access_token = %s where id = $1 returning access_token::text', host_table,
    case
      when token.has_default then 'default'
      when token.type = 'uuid' then 'gen_random_uuid()'
      else format('replace(gen_random_uuid()::text || gen_random_uuid()::text, ''-'', '''')::%s', token.type)
    end
  )
     into link
    using replace_link.session_id;
  return link;
end
$$;

create or replace function public.rotate_session_link(session_id uuid, session_type text)
returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  return jsonb_build_object('access_token', private.replace_link(
    rotate_session_link.session_id, rotate_session_link.session_type, current_user not in ('anon', 'authenticated')
  ));
end
$$;
comment on function public.rotate_session_link(uuid, text) is
'For owners: gives a session another link, for example because somebody else has the present one, which ends. Returns '
'{access_token}.';
revoke all on function public.rotate_session_link(uuid, text) from public, anon, authenticated, service_role;
