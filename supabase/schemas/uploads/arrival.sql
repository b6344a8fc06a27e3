-- Inserting an upload, which then cannot be changed.

create or replace function private.take_upload()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  assessment_status text;
  faults jsonb;
begin
  -- This comes first, so that nothing below reveals anything about another account's tenant. It is in a separate block,
  -- because an expression needs the right to every function in it, and trusted writers may lack the right to this one.
  if current_user in ('anon', 'authenticated') then
    if (new.tenant_id = any (array(select private.my_tenant_ids()))) is not true then
      perform private.refuse('TENANT_ACCESS_DENIED');
    end if;
  end if;
  if num_nonnulls(new.source_markdown, new.definition) <> 1 then
    perform private.refuse('UPLOAD_NEEDS_ONE_SOURCE');
  end if;
  if octet_length(new.source_markdown) > private.largest_text() then
    perform private.refuse('UPLOAD_TOO_LARGE',
      jsonb_build_object(
        'bytes', octet_length(new.source_markdown), 'expected', format('at most %s bytes', private.largest_text())));
  end if;
  -- What no worker could read safely, and no diagnostic could quote.
  faults := case when new.definition is not null then private.definition_bounds_faults(new.definition) end;
  if faults @> '[{"reason": "too-large"}]' then
    perform private.refuse('UPLOAD_TOO_LARGE',
      jsonb_build_object('expected', format('at most %s bytes', private.largest_text())));
  elsif faults is not null then
    perform private.refuse('ASSESSMENT_VALIDATION_ERROR', jsonb_build_object('faults', faults));
  end if;
  if new.assessment_id is not null then
    select assessment.status
      into assessment_status
      from public.custom_assessments as assessment
     where assessment.id = new.assessment_id
       and assessment.tenant_id = new.tenant_id;
    if not found then
      perform private.refuse('ASSESSMENT_NOT_FOUND', jsonb_build_object('assessment_id', new.assessment_id));
    elsif assessment_status = 'archived' then
      perform private.refuse('ASSESSMENT_ARCHIVED', jsonb_build_object('assessment_id', new.assessment_id));
    end if;
  end if;

  -- An upload starts in the first state, for every role.
  if current_user in ('anon', 'authenticated') or new.created_by is null then
    new.created_by := (select auth.uid());
  end if;
  new.dry_run := coalesce(new.dry_run, false);
  new.status := 'queued';
  new.diagnostics := '[]';
  new.source_definition := new.definition;
  new.definition := null;
  new.attempts := 0;
  -- The current time rather than the transaction's: an earlier edit in the same transaction must be older.
  new.created_at := clock_timestamp();
  new.started_at := null;
  new.finished_at := null;
  return new;
end
$$;

create or replace trigger take_upload
before insert on public.assessment_uploads
for each row execute function private.take_upload();

-- SECURITY DEFINER, because a tenant's insert must reach the queue, which no role of the API can write.
create or replace function private.enqueue_uploads()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.enqueue(
    'compile',
    array_agg(upload.id),
    array_agg(upload.assessment_id),
    array_agg(upload.tenant_id),
    array_agg(octet_length(coalesce(upload.source_markdown, upload.source_definition::text))))
    from added as upload
  having count(*) > 0;
  return null;
end
$$;

create or replace trigger enqueue_uploads
after insert on public.assessment_uploads
referencing new table as added
for each statement execute function private.enqueue_uploads();

-- No writer can change what was uploaded; the queue changes only the columns that show its progress.
create or replace function private.refuse_upload_change()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.refuse('UPLOAD_IMMUTABLE', jsonb_build_object('upload_id', old.id));
  return null;
end
$$;

create or replace trigger refuse_upload_change
before update of id, tenant_id, source_markdown, source_definition, dry_run, created_at on public.assessment_uploads
for each row execute function private.refuse_upload_change();
