-- How much a tenant's accounts may store. What trusted writers store counts, but is not refused: imports and support can do
-- their work. Writers do not wait for each other, so each may go over a limit by what others write at the same moment; those
-- that create assessments take turns anyway (locks/lines.sql), and never do.

-- How many uploads of a tenant wait or are being processed; at most one more than may.
create or replace function private.open_uploads(tenant_id uuid)
returns bigint
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select count(*)
      from (
        select
          from private.jobs as job
         where job.tenant_id = open_uploads.tenant_id and job.rank is not null and job.kind = 'compile'
         limit private.setting('open_uploads')::bigint + 1
      ) as open
  );
end
$$;

-- The limits that a tenant's rows of a kind exceed, or would exceed with so many more.
create or replace function private.exceeded_limits(tenant_id uuid, kind text, coming integer)
returns table (setting text, most numeric, used numeric)
language plpgsql
rows 1
set search_path = pg_catalog, pg_temp
as $$
declare
  stored record;
begin
  select sum(noted.items) as items, sum(noted.bytes) as bytes, count(*) as parts
    into stored
    from private.tenant_use as noted
   where noted.tenant_id = exceeded_limits.tenant_id and noted.kind = exceeded_limits.kind;
  if stored.parts > 100 then
    perform private.fold_use(exceeded_limits.tenant_id, exceeded_limits.kind);
  end if;
  return query
    select limited.setting, private.setting(limited.setting), limited.used
      from (values
        ('uploads', 'open_uploads',
         case when exceeded_limits.kind = 'uploads' then private.open_uploads(exceeded_limits.tenant_id) end),
        ('uploads', 'upload_bytes', stored.bytes),
        ('assessments', 'stored_assessments', stored.items),
        ('assessments', 'assessment_bytes', stored.bytes),
        ('versions', 'version_bytes', stored.bytes)
      ) as limited (kind, setting, used)
     where limited.kind = exceeded_limits.kind
       and coalesce(limited.used, 0) + coming > private.setting(limited.setting);
end
$$;

-- Refuses what exceeds a limit; with setting, only what exceeds that one.
create or replace function private.refuse_exceeded(tenant_id uuid, kind text, coming integer, setting text default null)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.refuse('TENANT_LIMIT', jsonb_build_object(
            'tenant_id', refuse_exceeded.tenant_id, 'setting', exceeded.setting, 'limit', exceeded.most, 'used', exceeded.used))
     from private.exceeded_limits(refuse_exceeded.tenant_id, refuse_exceeded.kind, coming) as exceeded
    where refuse_exceeded.setting is null or exceeded.setting = refuse_exceeded.setting;
end
$$;

-- How long the texts of an assessment are.
create or replace function private.length_of(assessment public.custom_assessments)
returns bigint
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return octet_length(assessment.definition::text)
    + coalesce(octet_length(assessment.source_markdown), 0) + coalesce(octet_length(assessment.description), 0);
end
$$;

-- Before a row, so that a tenant that is full writes nothing. SECURITY DEFINER, because no role can read the use; the
-- triggers before it have checked that the tenant is the caller's.
create or replace function private.limit_row()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_argv[0] = 'uploads' then
    perform private.refuse_inactive(new.tenant_id);
  end if;
  perform private.refuse_exceeded(new.tenant_id, tg_argv[0], 1);
  return new;
end
$$;

create or replace trigger assessment_1_limits
before insert on public.custom_assessments
for each row when (current_user in ('anon', 'authenticated'))
execute function private.limit_row('assessments');

create or replace trigger take_upload_within_limits
before insert on public.assessment_uploads
for each row when (current_user in ('anon', 'authenticated'))
execute function private.limit_row('uploads');

-- After a statement that added rows, when all are counted. SECURITY DEFINER, as above.
create or replace function private.limit_added()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.refuse_exceeded(tenant.id, tg_argv[0], 0)
     from (select distinct each.tenant_id as id from added as each) as tenant;
  return null;
end
$$;

create or replace trigger limit_added
after insert on public.custom_assessments
referencing new table as added
for each statement when (current_user in ('anon', 'authenticated'))
execute function private.limit_added('assessments');

create or replace trigger limit_added
after insert on public.assessment_uploads
referencing new table as added
for each statement when (current_user in ('anon', 'authenticated'))
execute function private.limit_added('uploads');

-- After a statement that changed rows: in a tenant that is over the limit, nothing may become longer. SECURITY DEFINER, as
-- above.
create or replace function private.limit_changed()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  tenant uuid;
begin
  for tenant in select distinct each.tenant_id from changed as each loop
    if exists (
      select from private.exceeded_limits(tenant, 'assessments', 0) as exceeded where exceeded.setting = 'assessment_bytes'
    ) and (select sum(private.length_of(each)) from changed as each where each.tenant_id = tenant)
        > (select sum(private.length_of(each)) from former as each where each.tenant_id = tenant) then
      perform private.refuse_exceeded(tenant, 'assessments', 0, 'assessment_bytes');
    end if;
  end loop;
  return null;
end
$$;

create or replace trigger limit_changed
after update on public.custom_assessments
referencing old table as former new table as changed
for each statement when (current_user in ('anon', 'authenticated'))
execute function private.limit_changed();
