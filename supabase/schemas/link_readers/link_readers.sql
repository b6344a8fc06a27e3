-- Who can read other people's links. The token of a link admits a respondent and shows the result: if a host lets everyone
-- select access_token, everyone can read every result. These functions detect that, and host_validation warns about it.
-- They change nothing, so this migration can be run in advance and rolled back (docs/upgrading.md).
create schema if not exists private;
revoke all on schema private from public;

-- Runs a query that returns one boolean as a visitor, or as an account that owns nothing; false if it is not permitted. Its
-- settings, and all effects of the host's functions, are undone.
create or replace function private.tried_as(role_name text, query text)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  answer boolean;
  nobody constant uuid := gen_random_uuid();
begin
  begin
    perform set_config('search_path', 'public, extensions', true),
            set_config('request.jwt.claims', jsonb_build_object('role', role_name)::text, true),
            set_config('request.jwt.claim.role', role_name, true);
    if role_name = 'authenticated' then
      perform set_config('request.jwt.claims', jsonb_build_object('role', role_name, 'sub', nobody)::text, true),
              set_config('request.jwt.claim.sub', nobody::text, true);
    end if;
    perform set_config('role', role_name, true);
    execute query into answer;
    raise exception 'undo';
  exception
    when others then
      return coalesce(answer, false);
  end;
end
$$;
revoke all on function private.tried_as(text, text) from public, anon, authenticated, service_role;

-- Whether a rule's text depends on the caller: through Auth's functions or the request itself, or through functions of the
-- host that do. (auth.role() identifies a kind of caller, not a caller.)
create or replace function private.names_the_caller(rule text)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  with recursive read (source) as (
    select rule collate "C"
    union
    -- A body in standard SQL is stored parsed, and its text is empty.
    select coalesce(pg_get_function_sqlbody(called.oid), called.prosrc)
      from read
      join pg_catalog.pg_proc as called
        on position(quote_ident(called.proname) || '(' in read.source) > 0
     where called.pronamespace::regnamespace::text not in ('pg_catalog', 'information_schema', 'extensions')
       and (called.pronamespace::regnamespace::text, called.proname) <> ('auth', 'role')
  )
  select exists (
    select from read where read.source ~ 'auth\.(uid|jwt|email)\(|current_setting\('
  )
$$;
revoke all on function private.names_the_caller(text) from public, anon, authenticated, service_role;

-- Whether a policy admits every caller of a role: it does not depend on the caller, reads no table that the role cannot
-- read, and is not constantly false for the role.
create or replace function private.policy_is_open(policy oid, role_name text, depth integer)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  rule text;
  own oid;
  looks_at_rows boolean;
begin
  select coalesce(pg_get_expr(given.polqual, given.polrelid), 'true'), given.polrelid
    into rule, own
    from pg_catalog.pg_policy as given
   where given.oid = policy;
  if private.names_the_caller(rule) then
    return false;
  end if;
  if exists (
    select
      from pg_catalog.pg_depend as used
     where used.classid = 'pg_catalog.pg_policy'::regclass
       and used.objid = policy
       and used.refclassid = 'pg_catalog.pg_class'::regclass
       and used.refobjid <> own
       and not private.reads_everything(used.refobjid, role_name, depth + 1)
  ) then
    return false;
  end if;
  looks_at_rows := exists (
    select
      from pg_catalog.pg_depend as used
     where used.classid = 'pg_catalog.pg_policy'::regclass
       and used.objid = policy
       and used.refobjid = own
       and used.refobjsubid > 0
  );
  if not looks_at_rows then
    return private.tried_as(role_name, format('select (%s)', rule));
  end if;
  -- Whether a policy for some roles and some rows applies is decided by the test query, if there is a row to test.
  if rule like '%auth.role()%' then
    execute format('select not exists (select from %s)', own::regclass) into looks_at_rows;
    return looks_at_rows;
  end if;
  return true;
end
$$;
revoke all on function private.policy_is_open(oid, text, integer) from public, anon, authenticated, service_role;

-- Whether every caller of a role can read a table or view, according to its definition.
create or replace function private.reads_everything(relation oid, role_name text, depth integer default 0)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  found record;
begin
  select rel.relkind, rel.relrowsecurity,
         rel.reloptions && array['security_invoker=true', 'security_invoker=on', 'security_invoker=1'] as is_invoker
    into found
    from pg_catalog.pg_class as rel
   where rel.oid = relation;
  if depth > 5 or not has_any_column_privilege(role_name, relation, 'select') then
    return false;
  elsif found.relkind = 'm' then
    return true;
  elsif found.relkind = 'v' then
    return not private.names_the_caller(pg_get_viewdef(relation))
      and not (coalesce(found.is_invoker, false) and exists (
        select
          from pg_catalog.pg_rewrite as rule
          join pg_catalog.pg_depend as used
            on used.classid = 'pg_catalog.pg_rewrite'::regclass and used.objid = rule.oid
           and used.refclassid = 'pg_catalog.pg_class'::regclass and used.refobjid <> relation
         where rule.ev_class = relation
           and not private.reads_everything(used.refobjid, role_name, depth + 1)
      ));
  elsif not found.relrowsecurity then
    return true;
  end if;
  return exists (select from private.policies_on_reading(relation, role_name, depth) as given where given.permissive and given.open)
    and not exists (
      select from private.policies_on_reading(relation, role_name, depth) as given where not given.permissive and not given.open
    );
end
$$;
revoke all on function private.reads_everything(oid, text, integer) from public, anon, authenticated, service_role;

create or replace function private.policies_on_reading(relation oid, role_name text, depth integer)
returns table (name text, permissive boolean, open boolean)
language sql
set search_path = pg_catalog, pg_temp
as $$
  select given.polname, given.polpermissive, private.policy_is_open(given.oid, role_name, depth)
    from pg_catalog.pg_policy as given
   where given.polrelid = relation
     and given.polcmd in ('r', '*')
     and exists (
       select from unnest(given.polroles) as named (role) where named.role = 0 or pg_has_role(role_name, named.role, 'member')
     )
$$;
revoke all on function private.policies_on_reading(oid, text, integer) from public, anon, authenticated, service_role;

-- The columns that contain links: those of the platform's two tables, of the tables under a view, and of views over them.
-- If a view renames the column, it is not found here.
create or replace function private.columns_with_links()
returns table (relation oid, col name)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  with recursive linked (relation, col) as (
    select held.attrelid, held.attname
      from pg_catalog.pg_attribute as held
     where held.attrelid in (to_regclass('public.coaching_sessions'), to_regclass('public.campaign_assignments'))
       and held.attname = 'access_token'
    union
    select case when rule.ev_class = linked.relation then used.refobjid else rule.ev_class end,
           case when rule.ev_class = linked.relation then shown.attname else same.attname end
      from linked
      join pg_catalog.pg_depend as used
        on used.classid = 'pg_catalog.pg_rewrite'::regclass and used.refclassid = 'pg_catalog.pg_class'::regclass
      join pg_catalog.pg_rewrite as rule on rule.oid = used.objid
      join pg_catalog.pg_attribute as shown on shown.attrelid = used.refobjid and shown.attnum = used.refobjsubid
      left join pg_catalog.pg_attribute as same on same.attrelid = rule.ev_class and same.attname = shown.attname
     where shown.attname = 'access_token'
       and linked.relation in (used.refobjid, rule.ev_class)
       and used.refobjid <> rule.ev_class
  )
  select linked.relation, linked.col from linked
$$;
revoke all on function private.columns_with_links() from public, anon, authenticated, service_role;

-- How a role can read everyone's links in one table or view, and the statement that prevents it; no row if it cannot.
create or replace function private.how_links_are_read(relation oid, col name, role_name text)
returns table (reason text, remedy text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  found record;
  open_policies text[];
  token_hashes text[];
  places tid[];
  attempt text;
begin
  select rel.relkind, rel.relrowsecurity, rel.oid::regclass as name,
         coalesce(rel.reloptions && array['security_invoker=true', 'security_invoker=on', 'security_invoker=1'], false)
           as is_invoker
    into found
    from pg_catalog.pg_class as rel
   where rel.oid = relation;
  -- Such a view returns what its tables return, and those are checked themselves.
  if found.is_invoker then
    return;
  end if;
  remedy := format('revoke select on %s from public, %I;', found.name, role_name);
  if col is not null and private.reads_everything(relation, role_name) then
    if found.relkind = 'm' then
      reason := 'a materialized view has no policies';
    elsif found.relkind = 'v' then
      reason := 'the view runs with the rights of its owner';
      remedy := format('alter view %s set (security_invoker = true);', found.name);
    elsif not found.relrowsecurity then
      reason := 'row level security is off';
      remedy := format('alter table %s enable row level security;', found.name);
    else
      open_policies := array(
        select given.name from private.policies_on_reading(relation, role_name, 0) as given
         where given.permissive and given.open order by given.name
      );
      select format('the policy %s does not depend on the caller', string_agg(quote_ident(name), ', ')),
             string_agg(format('drop policy %I on %s;', name, found.name), ' ')
        into reason, remedy
        from unnest(open_policies) as name;
    end if;
    return next;
    return;
  end if;

  if col is null then
    -- Some links of each kind, because the view may show only one kind, or only some rows.
    token_hashes := array(
      (select md5(access_token::text) from public.coaching_sessions where access_token is not null limit 1000)
      union all
      (select md5(access_token::text) from public.campaign_assignments where access_token is not null limit 1000)
    );
    if private.tried_as(role_name, format(
      'select exists (select from %s as shown, jsonb_each_text(to_jsonb(shown)) as cell where md5(cell.value) = any (%L))',
      found.name, token_hashes
    )) then
      reason := 'a test query found a link';
      return next;
    end if;
    return;
  end if;
  -- Only some rows of a large table, because its policies may call a function for each row.
  if found.relkind = 'v' then
    attempt := format('select exists (select from %s where %I is not null)', found.name, col);
  else
    execute format('select array(select ctid from %s where %I is not null limit 1000)', found.name, col) into places;
    attempt := format('select exists (select from %s where ctid = any (%L))', found.name, places);
  end if;
  if private.tried_as(role_name, attempt) then
    reason := 'a test query read a link';
    return next;
  end if;
end
$$;
revoke all on function private.how_links_are_read(oid, name, text) from public, anon, authenticated, service_role;

-- Who can read other people's links: visitors (anon), or any account (authenticated).
create or replace function private.link_readers()
returns table (reader text, relation text, reason text, remedy text)
language sql
set search_path = pg_catalog, pg_temp
as $$
  select who.role_name, linked.relation::regclass::text, how.reason, how.remedy
    from private.columns_with_links() as linked
    join pg_catalog.pg_class as rel on rel.oid = linked.relation
    cross join (values ('anon'), ('authenticated')) as who (role_name)
    cross join lateral private.how_links_are_read(linked.relation, linked.col, who.role_name) as how
   where has_schema_privilege(who.role_name, rel.relnamespace, 'usage')
     and case
           when linked.col is null then has_any_column_privilege(who.role_name, linked.relation, 'select')
           else has_column_privilege(who.role_name, linked.relation, linked.col, 'select')
         end
   order by 2, 1
$$;
revoke all on function private.link_readers() from public, anon, authenticated, service_role;
