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
