-- 1. Authority: what the API's roles may not do with an assessment.

-- First of all triggers, so that nothing below works on a row for somebody else's tenant or tells anything about it.
create or replace function private.guard_assessment_authority()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'INSERT' then
    if (new.tenant_id = any (array(select private.my_tenant_ids()))) is not true then
      perform private.refuse('TENANT_ACCESS_DENIED');
    end if;
    -- Clients that still send a maker are not refused; they are not believed either.
    new.created_by := auth.uid();
    new.marketplace_status := coalesce(new.marketplace_status, 'private');
    if new.is_template or new.marketplace_status not in ('private', 'pending_review') then
      perform private.refuse('ASSESSMENT_ACCESS_DENIED');
    end if;
    if new.status = 'archived' then
      perform private.refuse('INVALID_STATUS_TRANSITION', jsonb_build_object('from', null, 'to', new.status));
    end if;
    return new;
  end if;

  new.marketplace_status := coalesce(new.marketplace_status, 'private');
  if (new.tenant_id, new.created_by, new.is_template) is distinct from (old.tenant_id, old.created_by, old.is_template)
    or (
      new.marketplace_status is distinct from old.marketplace_status
      and not (
        coalesce(old.marketplace_status, 'private') in ('private', 'pending_review')
        and new.marketplace_status in ('private', 'pending_review')
      )
    ) then
    perform private.refuse('ASSESSMENT_ACCESS_DENIED', jsonb_build_object('assessment_id', old.id));
  end if;
  if new.status is distinct from old.status
    and (old.status, new.status) not in (
      ('draft', 'active'), ('draft', 'archived'), ('active', 'archived'), ('archived', 'active')
    ) then
    perform private.refuse(
      'INVALID_STATUS_TRANSITION',
      jsonb_build_object('assessment_id', old.id, 'from', old.status, 'to', left(new.status, 50))
    );
  end if;
  -- What a reviewer has read is what everyone reads: whatever carries text of the tenant's is read again when it changes.
  if old.marketplace_status = 'published'
    and (new.definition, new.name, new.slug, new.description, new.source_markdown)
    is distinct from (old.definition, old.name, old.slug, old.description, old.source_markdown) then
    new.marketplace_status := 'pending_review';
  end if;
  return new;
end
$$;

create or replace trigger assessment_1_authority
before insert or update on public.custom_assessments
for each row when (current_user in ('anon', 'authenticated'))
execute function private.guard_assessment_authority();
