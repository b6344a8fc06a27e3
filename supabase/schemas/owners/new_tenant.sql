-- For new accounts: their first tenant.

-- On a host that has tenants of its own the setting is off: who may become one is the host's rule. Our own table is recognised
-- by its policy.
insert into private.settings (name, value, least, most, meaning) values
(
  'create_tenant',
  (
    select count(*)
    from pg_catalog.pg_policy as policy
    where policy.polrelid = 'public.tenant_profiles'::regclass and policy.polname = 'Owners describe their tenants'
  ),
  0, 1, 'Whether an account without a tenant may create one (create_tenant): 1 for yes, 0 for no. Off on a host with its own table.'
)
on conflict on constraint settings_pkey do update
  set least = excluded.least, most = excluded.most, meaning = excluded.meaning;

-- SECURITY DEFINER, because an account has no right to insert tenants: whether one is active and what it pays for are the
-- host's to say. One for each account, since limits and turns in the queue are a tenant's.
create or replace function public.create_tenant(display_name text, slug text default null)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  me constant uuid := auth.uid();
  called constant text := private.trim_text(display_name);
  wanted text := nullif(slug, '');
  made uuid;
begin
  if private.setting('create_tenant') <> 1 or me is null then
    perform private.refuse('TENANT_ACCESS_DENIED');
  elsif coalesce(called, '') = '' or length(called) > private.longest_name()
    or called ~ E'[\n\r]' or called ~ private.unseen_controls() or private.markup_fault(called) is not null then
    perform private.refuse('INVALID_ARGUMENT', jsonb_build_object(
      'argument', 'display_name',
      'expected', format('1 to %s characters on one line, no HTML and none of them hidden', private.longest_name())
    ));
  elsif wanted !~ '^[a-z0-9]+(-[a-z0-9]+)*$' or length(wanted) > private.longest_name() then
    perform private.refuse('INVALID_SLUG', jsonb_build_object('slug', left(wanted, private.longest_name())));
  end if;
  perform pg_advisory_xact_lock(hashtextextended('first tenant of ' || me, 0));
  if exists (select from public.tenant_profiles as tenant where tenant.user_id = me) then
    perform private.refuse('TENANT_EXISTS');
  end if;

  wanted := coalesce(wanted, private.slug_of(called));
  if slug is null and exists (select from public.tenant_profiles as tenant where tenant.slug = wanted) then
    wanted := wanted || '-' || left(me::text, 8);
  end if;
  insert into public.tenant_profiles as tenant (user_id, slug, display_name)
  values (me, wanted, called)
  returning tenant.id into made;
  return jsonb_build_object('id', made, 'slug', wanted, 'display_name', called);
exception
  when unique_violation then
    perform private.refuse('SLUG_TAKEN');
    return null;
end
$$;
comment on function public.create_tenant(text, text) is
'For accounts that own no tenant: creates one, if the operator allows it (the setting create_tenant). A slug that is omitted is '
'made from the name. Returns {id, slug, display_name}.';
revoke all on function public.create_tenant(text, text) from public, anon, authenticated, service_role;
