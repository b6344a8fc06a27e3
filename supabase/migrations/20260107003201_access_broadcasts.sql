-- custom-assessments 0.2.0 access_broadcasts sha256:f2d8787ba5161ba0871be59ca71ee2b56ff1fb720bc3d71153442a5e95fc93f7
-- What front ends hear while they wait: ids and states of uploads, sessions and results, never a text. By Broadcast from the
-- database, where the project has Realtime. A row event of a publication would carry the whole row: for an upload of 484 KB
-- twice as much.

-- Sends an event to the owner of a tenant. A failure must not undo what it is about.
create or replace function private.broadcast(tenant_id uuid, event text, payload jsonb)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if to_regprocedure('realtime.send(jsonb,text,text,boolean)') is null then
    return;
  end if;
  execute 'select realtime.send($1, $2, $3, true)' using payload, event, 'tenant:' || broadcast.tenant_id;
exception when others then
  null;
end
$$;

-- SECURITY DEFINER, because only postgres may call realtime.send in every project.
create or replace function private.broadcast_change()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  case tg_argv[0]
    when 'upload' then
      perform private.broadcast(new.tenant_id, 'upload', jsonb_build_object('id', new.id, 'state', new.status));
    when 'scoring' then
      perform private.broadcast(new.tenant_id, 'session', jsonb_build_object(
        'id', new.session_id, 'type', new.session_type, 'state', 'scoring'));
    when 'in_progress' then
      perform private.broadcast(new.tenant_id, 'session', jsonb_build_object(
        'id', new.id, 'type', private.session_type(new.kind), 'state', 'in_progress'));
    else
      perform private.broadcast(new.tenant_id, 'session', jsonb_build_object(
        'id', new.session_id, 'type', new.session_type, 'state', 'complete'));
      perform private.broadcast(new.tenant_id, 'result', jsonb_build_object(
        'id', new.id, 'session_id', new.session_id, 'type', new.session_type));
  end case;
  return null;
end
$$;

create or replace trigger broadcast_upload
after update of status on public.assessment_uploads
for each row when (old.status is distinct from new.status)
execute function private.broadcast_change('upload');

create or replace trigger broadcast_beginning
after insert on private.pins
for each row when (new.begun_at is not null)
execute function private.broadcast_change('in_progress');

create or replace trigger broadcast_later_beginning
after update of begun_at on private.pins
for each row when (old.begun_at is null and new.begun_at is not null)
execute function private.broadcast_change('in_progress');

create or replace trigger broadcast_scoring
after insert on private.score_requests
for each row execute function private.broadcast_change('scoring');

create or replace trigger broadcast_result
after insert on public.custom_assessment_results
for each row execute function private.broadcast_change('complete');

-- Owners hear of their own tenants. Realtime asks this policy when a client joins the private channel tenant:<id>.
do $realtime$
begin
  if to_regclass('realtime.messages') is null or to_regprocedure('realtime.topic()') is null then
    return;
  end if;
  drop policy if exists "Owners hear of their tenants" on realtime.messages;
  create policy "Owners hear of their tenants" on realtime.messages
  for select to authenticated
  using (
    extension = 'broadcast'
    and realtime.topic() = any(array(select 'tenant:' || mine.id::text from private.my_tenant_ids() as mine (id)))
  );
exception
  when insufficient_privilege then
    raise warning 'owners cannot listen to their tenants: create the policy on realtime.messages (docs/upgrading.md)';
end
$realtime$;

-- What the planner's statistics tell. PostgREST answers `Prefer: count=planned` and `count=estimated` with the planner's
-- estimate, which Postgres makes from the values of all rows, readable or not: with a filter, an account can read
-- other tenants' values out of it. So columns with texts, outcomes or secrets have no statistics, and such requests are
-- refused.

-- All locks on the host's tables that the following statements need, taken at once with a short wait
-- (host_check/rules.sql).
select private.lock_host_tables(
  'share update exclusive', 'public.tenant_profiles', 'public.campaigns', 'public.campaign_assignments',
  'public.coaching_sessions', 'public.agent_sessions'
);

-- The columns of our tables, and those of the host's that we read. Words from a short list, ids, hashes and dates keep
-- theirs, since plans depend on them. Statistics also keep values when a table becomes empty, so columns with words of a private
-- table have none either. What ANALYZE has collected before remains (docs/upgrading.md).
do $statistics$
declare
  wanted record;
begin
  for wanted in
    select attribute.attrelid::regclass as tbl, attribute.attname as col
      from (values
        ('public.custom_assessments',
         'name slug description definition source_markdown version marketplace_price_tier'),
        ('public.assessment_versions', 'name description definition source_markdown version dimension_hashes'),
        ('public.assessment_uploads', 'source_markdown source_definition definition diagnostics'),
        ('public.custom_assessment_results',
         'dimension_scores overall_score matched_category matched_category_data uncovered_dimensions ai_insights '
         'assessment_version assessment_definition_snapshot coverage stability margin spread uncovered_reasons'),
        ('public.result_reviews',
         'decision reason dimension_scores overall_score matched_category matched_category_data uncovered_dimensions coverage margin'),
        ('public.score_runs', 'key rater_name rater_version language band_order parameters'),
        ('public.score_items', 'dimension band score unscored quote_statuses evidence rationale'),
        ('private.score_requests', 'dimension_scores ai_insights runs'),
        ('private.kept_runs', 'key run'),
        ('private.turns', 'text'),
        ('public.equivalence_declarations', 'dimension note'),
        ('public.listing_requests', 'slug tenant definition source_markdown'),
        ('public.listing_reviews', 'reason slug tenant definition source_markdown'),
        ('public.listing_review_notes', 'note'),
        ('public.tenant_settings', 'notice'),
        ('public.tenant_profiles', 'slug display_name'),
        ('public.campaigns', 'name'),
        ('public.campaign_assignments', 'stakeholder_name stakeholder_email access_token'),
        ('public.coaching_sessions', 'client_name client_email access_token metadata'),
        ('public.agent_sessions', 'session_context')
      ) as listed (tbl, cols)
      join pg_catalog.pg_attribute as attribute
        on attribute.attrelid = to_regclass(listed.tbl) and attribute.attname = any (string_to_array(listed.cols, ' '))
      join pg_catalog.pg_class as relation on relation.oid = attribute.attrelid and relation.relkind in ('r', 'p')
     where coalesce(attribute.attstattarget, -1) <> 0
  loop
    execute format('alter table %s alter column %I set statistics 0', wanted.tbl, wanted.col);
  end loop;
end
$statistics$;

-- Refuses a request for an estimate. PostgREST calls it before each request; a host's own function can do so too
-- (docs/upgrading.md). SECURITY DEFINER, because a visitor may not read the refusals.
create or replace function private.refuse_estimates()
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if current_setting('request.headers', true)::json ->> 'prefer' ~* '\mcount\s*=\s*"?(planned|estimated)' then
    perform private.refuse('INVALID_ARGUMENT', '{"argument": "Prefer", "expected": "count=exact, or no count"}');
  end if;
end
$$;

-- Makes PostgREST call it, in this database, unless it calls one already. Returns what it calls now.
create or replace function private.call_before_requests()
returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  present text;
begin
  select substr(setting, length('pgrst.db_pre_request=') + 1)
    into present
    from pg_catalog.pg_db_role_setting as kept
    join pg_catalog.pg_roles as role on role.oid = kept.setrole and role.rolname = 'authenticator'
    join pg_catalog.pg_database as here on here.datname = current_database() and kept.setdatabase in (0, here.oid)
   cross join lateral unnest(kept.setconfig) as setting
   where setting like 'pgrst.db_pre_request=_%'
   order by kept.setdatabase desc
   limit 1;
  if present is null then
    execute format(
      'alter role authenticator in database %I set pgrst.db_pre_request = %L', current_database(), 'private.refuse_estimates'
    );
    perform pg_notify('pgrst', 'reload config');
    present := 'private.refuse_estimates';
  end if;
  return present;
end
$$;

do $requests$
declare
  called text;
begin
  called := private.call_before_requests();
  if called <> 'private.refuse_estimates' then
    raise notice 'PostgREST calls % before each request: let it call private.refuse_estimates() too (docs/upgrading.md)', called;
  end if;
exception
  when insufficient_privilege or undefined_object then
    raise warning 'PostgREST does not refuse estimates: set pgrst.db_pre_request to private.refuse_estimates (docs/upgrading.md)';
end
$requests$;
