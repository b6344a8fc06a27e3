-- How many versions a tenant's own edits make, and how many bytes of them there may be (limits/tenants.sql). Each edit of an assessment in use makes one, and an editor that saves on each
-- keystroke would fill the database. An upload counts as an edit by the account that uploaded it, and fails with
-- too-many-versions. What trusted writers write is not limited here.

create or replace function private.limit_versions()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  made record;
begin
  -- Versions of accounts alone have one, so that an import of thousands takes nothing from the tenant.
  select count(*) as versions,
         coalesce(sum(pg_column_size(version.definition) + coalesce(pg_column_size(version.source_markdown), 0)), 0) as bytes,
         min(version.created_at) as since
    into made
    from public.assessment_versions as version
   where version.created_by = new.created_by
     and version.tenant_id = new.tenant_id
     and version.created_at > now() - interval '1 hour';
  if made.versions >= private.setting('versions_an_hour') or made.bytes >= private.setting('version_bytes_an_hour') then
    perform private.refuse('TENANT_LIMIT', jsonb_build_object(
      'tenant_id', new.tenant_id,
      'seconds', ceil(extract(epoch from made.since + interval '1 hour' - now()))
    ) || case
      when made.versions >= private.setting('versions_an_hour') then jsonb_build_object(
        'setting', 'versions_an_hour', 'limit', private.setting('versions_an_hour'), 'used', made.versions)
      else jsonb_build_object(
        'setting', 'version_bytes_an_hour', 'limit', private.setting('version_bytes_an_hour'), 'used', made.bytes)
    end);
  end if;
  perform private.refuse_exceeded(new.tenant_id, 'versions', 1);
  return new;
end
$$;

create or replace trigger limit_versions
before insert on public.assessment_versions
for each row when (new.created_by is not null)
execute function private.limit_versions();
