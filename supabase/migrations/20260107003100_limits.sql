-- custom-assessments 0.2.0 limits sha256:b9dd31f79240786fef058b7b061e3e19f84135b2583eb37e7c16d64f8b8f8c79
-- What each tenant stores: how many uploads, assessments and versions, and their bytes.

-- All locks on the host's tables that the following statements need, taken at once with a short wait
-- (host_check/rules.sql).
select private.lock_host_tables('share row exclusive', 'public.tenant_profiles');

-- Every change adds a row, and the sum of a tenant's rows is its use. So writers never wait for each other, as they would
-- for one row with the sum; each sees what others have committed. A reader of more than a hundred rows replaces them by
-- their sum. No foreign key, because it would lock the tenant after the assessment (locks/order.sql).
create table if not exists private.tenant_use (
  id bigint generated always as identity,
  tenant_id uuid not null,
  kind text not null,
  items bigint not null,
  bytes bigint not null,
  constraint tenant_use_pkey primary key (id),
  constraint use_is_of_a_known_kind check (kind in ('uploads', 'assessments', 'versions'))
);
comment on table private.tenant_use is
'Changes to what a tenant stores; their sum is what it stores. private.recount_use() makes the sums again from the rows.';
comment on column private.tenant_use.bytes is
'As the texts and definitions are stored, compressed, and 1,000 for each row, its indexes and its job.';
alter table private.tenant_use enable row level security;
revoke all on table private.tenant_use from public, anon, authenticated, service_role;

create index if not exists idx_tenant_use_tenant on private.tenant_use (tenant_id, kind) include (items, bytes);

-- The bytes of a row with values of these sizes.
create or replace function private.stored_bytes(first integer, second integer, third integer, fourth integer default 0)
returns integer
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return 1000 + coalesce(first, 0) + coalesce(second, 0) + coalesce(third, 0) + coalesce(fourth, 0);
end
$$;

-- After each row, because only then a row's values have the size with which they are stored. SECURITY DEFINER, because no
-- role can write the use.
create or replace function private.count_use()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  kind constant text := tg_argv[0];
  gone bigint := 0;
  came bigint := 0;
begin
  if kind = 'uploads' then
    if tg_op <> 'INSERT' then
      gone := private.stored_bytes(
        pg_column_size(old.source_markdown), pg_column_size(old.source_definition), pg_column_size(old.definition),
        pg_column_size(old.diagnostics));
    end if;
    if tg_op <> 'DELETE' then
      came := private.stored_bytes(
        pg_column_size(new.source_markdown), pg_column_size(new.source_definition), pg_column_size(new.definition),
        pg_column_size(new.diagnostics));
    end if;
  else
    if tg_op <> 'INSERT' then
      gone := private.stored_bytes(
        pg_column_size(old.source_markdown), pg_column_size(old.definition), pg_column_size(old.description));
    end if;
    if tg_op <> 'DELETE' then
      came := private.stored_bytes(
        pg_column_size(new.source_markdown), pg_column_size(new.definition), pg_column_size(new.description));
    end if;
  end if;
  if tg_op = 'UPDATE' and new.tenant_id = old.tenant_id then
    if came <> gone then
      insert into private.tenant_use (tenant_id, kind, items, bytes) values (new.tenant_id, kind, 0, came - gone);
    end if;
    return null;
  end if;
  if tg_op <> 'INSERT' then
    -- The rows of a deleted tenant are deleted after it.
    insert into private.tenant_use (tenant_id, kind, items, bytes)
    select old.tenant_id, kind, -1, -gone
     where exists (select from public.tenant_profiles as tenant where tenant.id = old.tenant_id);
  end if;
  if tg_op <> 'DELETE' then
    insert into private.tenant_use (tenant_id, kind, items, bytes) values (new.tenant_id, kind, 1, came);
  end if;
  return null;
end
$$;

create or replace trigger count_use
after insert or update or delete on public.custom_assessments
for each row execute function private.count_use('assessments');

create or replace trigger count_use
after insert or delete on public.assessment_versions
for each row execute function private.count_use('versions');

-- A claim changes neither of the two columns.
create or replace trigger count_use
after insert or update of definition, diagnostics or delete on public.assessment_uploads
for each row execute function private.count_use('uploads');

-- SECURITY DEFINER, as above.
create or replace function private.drop_use_of_tenant()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from private.tenant_use as noted where noted.tenant_id = old.id;
  return null;
end
$$;

create or replace trigger drop_use_of_tenant
after delete on public.tenant_profiles
for each row execute function private.drop_use_of_tenant();

-- Replaces the rows of a tenant by their sum; those that another transaction replaces stay.
create or replace function private.fold_use(tenant_id uuid, kind text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  with folded as (
    delete from private.tenant_use as noted
     where noted.id = any (array(
       select each.id
         from private.tenant_use as each
        where each.tenant_id = fold_use.tenant_id and each.kind = fold_use.kind
          for update skip locked
     ))
    returning noted.items, noted.bytes
  )
  insert into private.tenant_use (tenant_id, kind, items, bytes)
  select fold_use.tenant_id, fold_use.kind, sum(folded.items), sum(folded.bytes)
    from folded
  having count(*) > 0;
end
$$;

-- For operators: counts everything again, after data was loaded without triggers. Writers wait meanwhile.
create or replace function private.recount_use()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  lock table public.custom_assessments, public.assessment_versions, public.assessment_uploads in share mode;
  delete from private.tenant_use as noted where noted.id is not null;
  insert into private.tenant_use (tenant_id, kind, items, bytes)
  select counted.tenant_id, counted.kind, count(*), sum(counted.bytes)
    from (
      select upload.tenant_id, 'uploads' as kind,
             private.stored_bytes(
               pg_column_size(upload.source_markdown), pg_column_size(upload.source_definition),
               pg_column_size(upload.definition), pg_column_size(upload.diagnostics)) as bytes
        from public.assessment_uploads as upload
      union all
      select assessment.tenant_id, 'assessments',
             private.stored_bytes(
               pg_column_size(assessment.source_markdown), pg_column_size(assessment.definition),
               pg_column_size(assessment.description))
        from public.custom_assessments as assessment
      union all
      select version.tenant_id, 'versions',
             private.stored_bytes(
               pg_column_size(version.source_markdown), pg_column_size(version.definition),
               pg_column_size(version.description))
        from public.assessment_versions as version
    ) as counted
   group by counted.tenant_id, counted.kind;
end
$$;

-- What was stored before it was counted.
select private.recount_use()
where not exists (select from private.tenant_use);

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
