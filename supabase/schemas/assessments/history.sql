-- 2. Status and dates of an assessment.

-- Whether a statement is one of the API's, rather than one of the worker's through exchange_jobs, which runs as its owner.
create or replace function private.is_tenants_statement()
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return current_user in ('anon', 'authenticated', 'service_role');
end
$$;

create or replace function private.keep_assessment_history()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  before public.custom_assessments;
  is_bookkeeping boolean := false;
begin
  new.marketplace_status := coalesce(new.marketplace_status, 'private');
  if tg_op = 'INSERT' then
    if new.created_by is null then
      new.created_by := private.tenant_owner(new.tenant_id);
      if new.created_by is null then
        perform private.refuse('TENANT_NOT_FOUND', jsonb_build_object('tenant_id', new.tenant_id));
      end if;
    end if;
    if new.status = 'active' then
      new.published_at := coalesce(new.published_at, now());
    elsif new.status = 'draft' then
      new.published_at := null;
    end if;
    return new;
  end if;

  -- An upload that changes nothing, and the Markdown that the worker writes, are not changes of the row.
  if new.content_changed_at <> old.content_changed_at
    or (new.source_markdown is distinct from old.source_markdown and not private.is_tenants_statement()) then
    before := old;
    before.content_changed_at := new.content_changed_at;
    before.source_markdown := new.source_markdown;
    is_bookkeeping := record_image_eq(new, before);
  end if;

  -- created_by may be replaced when an account is deleted, and an archived listing may be taken down or made private;
  -- everything else of an archived row is read-only.
  if old.status = 'archived' and not is_bookkeeping and ((
    new.id, new.tenant_id, new.name, new.slug, new.version, new.description, new.definition, new.source_markdown,
    new.source_type, new.assessment_type, new.interview_style_default, new.interview_style_allow_override,
    new.result_disclosure, new.is_template, new.marketplace_price_tier
  ) is distinct from (
    old.id, old.tenant_id, old.name, old.slug, old.version, old.description, old.definition, old.source_markdown,
    old.source_type, old.assessment_type, old.interview_style_default, old.interview_style_allow_override,
    old.result_disclosure, old.is_template, old.marketplace_price_tier
  ) or (
    new.marketplace_status is distinct from old.marketplace_status
    and new.marketplace_status <> 'private'
    and current_user in ('anon', 'authenticated')
  )) then
    perform private.refuse('ASSESSMENT_ARCHIVED', jsonb_build_object('assessment_id', old.id));
  end if;

  new.created_at := old.created_at;
  new.derived_from := old.derived_from;
  new.updated_at := case when is_bookkeeping then old.updated_at else now() end;
  new.published_at := coalesce(old.published_at, case when new.status = 'active' then now() end);
  return new;
end
$$;

create or replace trigger assessment_2_history
before update on public.custom_assessments
for each row execute function private.keep_assessment_history();

-- Most new rows are drafts with all values set, and do not need the call.
create or replace trigger assessment_2_history_of_new
before insert on public.custom_assessments
for each row when (
  new.created_by is null
  or new.marketplace_status is null
  or new.status <> 'draft'
  or new.published_at is not null
)
execute function private.keep_assessment_history();
