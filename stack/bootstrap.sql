-- Makes a fresh database look like a Supabase project's, so that migrations, policies and tests find the same privileges and
-- errors as there.
--
-- Run by the superuser supabase_admin, in the database itself, before any migration. Roles belong to the whole server,
-- so they are created only if missing; everything else belongs to this database and is created again.
--
-- There are two kinds of projects. Newer ones grant the API's roles no SELECT, INSERT, UPDATE or DELETE on new tables; older
-- ones grant everything. The session's setting stack.default_privileges ('new', the default, or 'old') selects one.
--
-- Plain Postgres differs from a hosted project:
--   * safeupdate (an UPDATE or DELETE without WHERE fails in API sessions) is an extension that no registry has;
--   * there, supautils lets postgres create policies on auth and storage tables, event triggers and pgtap;
--   * there, postgres may not run `alter database ... set app.x`; here, a database's owner may.

-- ---------------------------------------------------------------------------------------------------------------------
-- Roles
-- ---------------------------------------------------------------------------------------------------------------------

do $roles$
declare
  wanted record;
begin
  for wanted in
    select *
    from (values
      ('anon',                   'nologin noinherit'),
      ('authenticated',          'nologin noinherit'),
      ('service_role',           'nologin noinherit bypassrls'),
      ('authenticator',          'login noinherit'),
      ('dashboard_user',         'nologin createrole createdb replication'),
      ('supabase_auth_admin',    'login noinherit createrole'),
      ('supabase_storage_admin', 'login noinherit createrole'),
      ('supabase_realtime_admin', 'nologin noinherit'),
      ('postgres',               'login createrole createdb replication bypassrls')
    ) as roles (name, options)
  loop
    if not exists (select from pg_catalog.pg_roles where rolname = wanted.name) then
      execute format('create role %I %s', wanted.name, wanted.options);
    end if;
  end loop;
end
$roles$;

grant anon to authenticator;
grant authenticated to authenticator;
grant service_role to authenticator;
grant anon to postgres with admin option;
grant authenticated to postgres with admin option;
grant service_role to postgres with admin option;
-- The project owner can change PostgREST's settings (`alter role authenticator set pgrst...`).
grant authenticator to postgres with admin option;
do $grant$
begin
  execute 'grant set on parameter pgrst.db_pre_request to postgres';
end
$grant$;
grant pg_monitor to postgres;
grant pg_signal_backend to postgres;
grant pg_read_all_data to postgres;

alter role anon set statement_timeout = '3s';
alter role authenticated set statement_timeout = '8s';
alter role authenticator set statement_timeout = '8s';
alter role authenticator set lock_timeout = '8s';
alter role authenticator set idle_in_transaction_session_timeout = '60s';
alter role postgres set search_path = "$user", public, extensions;
alter role supabase_admin set search_path = "$user", public, auth, extensions;
alter role supabase_auth_admin set search_path = auth;
alter role supabase_auth_admin set idle_in_transaction_session_timeout = '60s';
alter role supabase_storage_admin set search_path = storage;

do $owner$
begin
  execute format('alter database %I owner to postgres', current_database());
  execute format(
    'grant connect, create, temporary on database %I to supabase_auth_admin, supabase_storage_admin, dashboard_user',
    current_database()
  );
end
$owner$;

-- ---------------------------------------------------------------------------------------------------------------------
-- Schemas
-- ---------------------------------------------------------------------------------------------------------------------

create schema extensions;
create schema auth authorization supabase_auth_admin;
create schema storage authorization supabase_storage_admin;
create schema realtime;

grant usage on schema public to anon, authenticated, service_role;
grant usage, create on schema extensions to postgres, dashboard_user;
grant usage on schema extensions to anon, authenticated, service_role, supabase_auth_admin, supabase_storage_admin;
grant usage on schema auth to postgres, anon, authenticated, service_role, dashboard_user;
grant usage on schema storage to postgres, anon, authenticated, service_role, dashboard_user;
grant usage on schema realtime to postgres, anon, authenticated, service_role;
grant usage, create on schema realtime to supabase_realtime_admin;

create extension pgcrypto with schema extensions;
create extension "uuid-ossp" with schema extensions;

-- ---------------------------------------------------------------------------------------------------------------------
-- Default privileges of objects that postgres (and the superuser) creates in public
-- ---------------------------------------------------------------------------------------------------------------------

do $default_privileges$
declare
  kind constant text := coalesce(nullif(current_setting('stack.default_privileges', true), ''), 'new');
  -- MAINTAIN came with Postgres 17.
  leftovers constant text := 'truncate, references, trigger'
    || case when current_setting('server_version_num')::integer >= 170000 then ', maintain' else '' end;
  maker text;
begin
  if kind not in ('new', 'old') then
    raise exception 'stack.default_privileges is %, and must be new or old', kind;
  end if;

  foreach maker in array array['postgres', 'supabase_admin'] loop
    if kind = 'old' then
      execute format(
        'alter default privileges for role %I in schema public grant all on tables
         to postgres, anon, authenticated, service_role', maker
      );
      execute format(
        'alter default privileges for role %I in schema public grant all on sequences
         to postgres, anon, authenticated, service_role', maker
      );
      execute format(
        'alter default privileges for role %I in schema public grant all on functions
         to postgres, anon, authenticated, service_role', maker
      );
    else
      execute format(
        'alter default privileges for role %I in schema public grant %s on tables to anon, authenticated, service_role',
        maker, leftovers
      );
      execute format(
        'alter default privileges for role %I in schema public grant update on sequences
         to anon, authenticated, service_role', maker
      );
      -- Functions need no line: Postgres grants EXECUTE to PUBLIC, and no revoke `in schema` changes that.
    end if;
  end loop;
end
$default_privileges$;

alter default privileges for role supabase_admin in schema extensions
grant all on functions to postgres with grant option;

-- ---------------------------------------------------------------------------------------------------------------------
-- Auth: the tables that sign-in needs, with GoTrue's columns, and the functions that policies call
-- ---------------------------------------------------------------------------------------------------------------------

set role supabase_auth_admin;

create type auth.aal_level as enum ('aal1', 'aal2', 'aal3');

create table auth.users (
  instance_id uuid,
  id uuid not null primary key,
  aud varchar(255),
  role varchar(255),
  email varchar(255),
  encrypted_password varchar(255),
  email_confirmed_at timestamptz,
  invited_at timestamptz,
  confirmation_token varchar(255),
  confirmation_sent_at timestamptz,
  recovery_token varchar(255),
  recovery_sent_at timestamptz,
  email_change_token_new varchar(255),
  email_change varchar(255),
  email_change_sent_at timestamptz,
  last_sign_in_at timestamptz,
  raw_app_meta_data jsonb,
  raw_user_meta_data jsonb,
  is_super_admin boolean,
  created_at timestamptz,
  updated_at timestamptz,
  phone text default null unique,
  phone_confirmed_at timestamptz,
  phone_change text default '',
  phone_change_token varchar(255) default '',
  phone_change_sent_at timestamptz,
  confirmed_at timestamptz generated always as (least(email_confirmed_at, phone_confirmed_at)) stored,
  email_change_token_current varchar(255) default '',
  email_change_confirm_status smallint default 0,
  banned_until timestamptz,
  reauthentication_token varchar(255) default '',
  reauthentication_sent_at timestamptz,
  is_sso_user boolean not null default false,
  deleted_at timestamptz,
  is_anonymous boolean not null default false,
  constraint users_email_change_confirm_status_check check (email_change_confirm_status between 0 and 2)
);

create index users_instance_id_idx on auth.users (instance_id);
create index users_instance_id_email_idx on auth.users (instance_id, lower(email));
create unique index users_email_partial_key on auth.users (email) where is_sso_user = false;

create table auth.identities (
  provider_id text not null,
  user_id uuid not null references auth.users (id) on delete cascade,
  identity_data jsonb not null,
  provider text not null,
  last_sign_in_at timestamptz,
  created_at timestamptz,
  updated_at timestamptz,
  email text generated always as (lower(identity_data ->> 'email')) stored,
  id uuid not null default gen_random_uuid() primary key,
  constraint identities_provider_id_provider_unique unique (provider_id, provider)
);

create index identities_user_id_idx on auth.identities (user_id);

create table auth.sessions (
  id uuid not null primary key,
  user_id uuid not null references auth.users (id) on delete cascade,
  created_at timestamptz,
  updated_at timestamptz,
  factor_id uuid,
  aal auth.aal_level,
  not_after timestamptz,
  refreshed_at timestamp,
  user_agent text,
  ip inet,
  tag text
);

create index user_id_created_at_idx on auth.sessions (user_id, created_at);

create table auth.refresh_tokens (
  instance_id uuid,
  id bigserial primary key,
  token varchar(255) constraint refresh_tokens_token_unique unique,
  user_id varchar(255),
  revoked boolean,
  created_at timestamptz,
  updated_at timestamptz,
  parent varchar(255),
  session_id uuid references auth.sessions (id) on delete cascade
);

create index refresh_tokens_session_id_revoked_idx on auth.refresh_tokens (session_id, revoked);
create index refresh_tokens_parent_idx on auth.refresh_tokens (parent);

alter table auth.users enable row level security;
alter table auth.identities enable row level security;
alter table auth.sessions enable row level security;
alter table auth.refresh_tokens enable row level security;

-- postgres can write here (seeds do), but can only grant SELECT to others.
grant all on all tables in schema auth to postgres, dashboard_user;
grant all on all sequences in schema auth to postgres, dashboard_user;
revoke select on all tables in schema auth from postgres;
grant select on all tables in schema auth to postgres with grant option;

-- PostgREST puts a request's token into one setting, request.jwt.claims; the older settings, one per claim, take precedence,
-- as on Supabase.
create function auth.uid() returns uuid
language sql stable
as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.sub', true), ''),
    (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')
  )::uuid
$$;

create function auth.role() returns text
language sql stable
as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.role', true), ''),
    (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role')
  )::text
$$;

create function auth.email() returns text
language sql stable
as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.email', true), ''),
    (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'email')
  )::text
$$;

create function auth.jwt() returns jsonb
language sql stable
as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')
  )::jsonb
$$;

reset role;

-- ---------------------------------------------------------------------------------------------------------------------
-- Storage: tables for references and permission tests, without the service
-- ---------------------------------------------------------------------------------------------------------------------

set role supabase_storage_admin;

create table storage.buckets (
  id text not null primary key,
  name text not null,
  owner uuid,
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  public boolean default false,
  file_size_limit bigint,
  allowed_mime_types text[],
  owner_id text
);

create unique index bname on storage.buckets (name);

create table storage.objects (
  id uuid not null default gen_random_uuid() primary key,
  bucket_id text references storage.buckets (id),
  name text,
  owner uuid,
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  last_accessed_at timestamptz default now(),
  metadata jsonb,
  version text,
  owner_id text,
  user_metadata jsonb
);

create unique index bucketid_objname on storage.objects (bucket_id, name);

alter table storage.buckets enable row level security;
alter table storage.objects enable row level security;
grant all on all tables in schema storage to postgres, anon, authenticated, service_role;

reset role;

-- ---------------------------------------------------------------------------------------------------------------------
-- Realtime's publication, and the notification to PostgREST that the schema has changed
-- ---------------------------------------------------------------------------------------------------------------------

-- A stand-in for Realtime's Broadcast from the database, with Supabase's signatures: it keeps what it was given. There,
-- supautils lets postgres create policies on the table; here postgres owns it.
create table realtime.messages (
  topic text not null,
  extension text not null,
  payload jsonb,
  event text,
  private boolean default false,
  updated_at timestamp not null default now(),
  inserted_at timestamp not null default now(),
  id uuid not null default gen_random_uuid(),
  primary key (id, inserted_at)
);
alter table realtime.messages enable row level security;
grant select, insert on realtime.messages to anon, authenticated, service_role;
grant all on schema realtime to postgres;
alter table realtime.messages owner to postgres;
revoke create on schema realtime from postgres;

create function realtime.topic() returns text
language sql
stable
as $$ select nullif(current_setting('realtime.topic', true), '') $$;

create function realtime.send(payload jsonb, event text, topic text, private boolean default true) returns void
language sql
as $$
  insert into realtime.messages (payload, event, topic, private, extension)
  values (send.payload, send.event, send.topic, send.private, 'broadcast')
$$;

create publication supabase_realtime;
alter publication supabase_realtime owner to postgres;

create function extensions.pgrst_ddl_watch() returns event_trigger
language plpgsql
set search_path = ''
as $$
begin
  if exists (
    select
    from pg_catalog.pg_event_trigger_ddl_commands() as command
    where command.schema_name is distinct from 'pg_temp'
  ) then
    notify pgrst, 'reload schema';
  end if;
end
$$;

create function extensions.pgrst_drop_watch() returns event_trigger
language plpgsql
set search_path = ''
as $$
begin
  if exists (select from pg_catalog.pg_event_trigger_dropped_objects() as dropped where not dropped.is_temporary) then
    notify pgrst, 'reload schema';
  end if;
end
$$;

-- Executed as text, because the linter cannot read this statement.
do $event_triggers$
begin
  execute 'create event trigger pgrst_ddl_watch on ddl_command_end
    execute function extensions.pgrst_ddl_watch()';
  execute 'create event trigger pgrst_drop_watch on sql_drop
    execute function extensions.pgrst_drop_watch()';
end
$event_triggers$;
