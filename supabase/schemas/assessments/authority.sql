-- 1. Authority: what the API's roles may not do with an assessment.

-- Whether a tenant can change the status of its listing in this way: to private at any time; to pending_review unless it is
-- already published as it is. Whether a rejected version is submitted again is checked once the content is final
-- (marketplace/transitions.sql).
create or replace function private.may_move_listing(old public.custom_assessments, new public.custom_assessments)
returns boolean
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return new.marketplace_status = 'private'
    or (
      new.marketplace_status = 'pending_review'
      and (
        old.marketplace_status is distinct from 'published'
        or not record_image_eq(
          row(new.definition, new.name, new.slug, new.description, new.source_markdown, new.assessment_type,
              new.interview_style_default, new.interview_style_allow_override, new.result_disclosure,
              new.marketplace_price_tier),
          row(old.definition, old.name, old.slug, old.description, old.source_markdown, old.assessment_type,
              old.interview_style_default, old.interview_style_allow_override, old.result_disclosure,
              old.marketplace_price_tier)
        )
      )
    );
end
$$;

-- This trigger fires first, so that no later one handles a row for another account's tenant or reveals anything about it.
create or replace function private.guard_assessment_authority()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'DELETE' then
    if old.is_template then
      perform private.refuse('ASSESSMENT_ACCESS_DENIED', jsonb_build_object('assessment_id', old.id, 'template', true));
    end if;
    return old;
  end if;
  if tg_op = 'INSERT' then
    if (new.tenant_id = any (array(select private.my_tenant_ids()))) is not true then
      perform private.refuse('TENANT_ACCESS_DENIED');
    end if;
    -- A created_by sent by a client is not refused, but overwritten.
    new.created_by := auth.uid();
    new.marketplace_status := coalesce(new.marketplace_status, 'private');
    if new.is_template or new.marketplace_status not in ('private', 'pending_review') then
      perform private.refuse('ASSESSMENT_ACCESS_DENIED');
    end if;
    if new.status = 'archived' then
      perform private.refuse('INVALID_STATUS_TRANSITION', jsonb_build_object('from', null, 'to', new.status));
    end if;
    -- Only what the caller can read can be named as a source.
    if new.derived_from is not null then
      perform private.readable_version(new.derived_from);
    end if;
    return new;
  end if;

  -- Other tenants' agents receive its text.
  if old.is_template then
    perform private.refuse('ASSESSMENT_ACCESS_DENIED', jsonb_build_object('assessment_id', old.id, 'template', true));
  end if;
  new.marketplace_status := coalesce(new.marketplace_status, 'private');
  if (new.tenant_id, new.created_by, new.is_template) is distinct from (old.tenant_id, old.created_by, old.is_template)
    or (
      new.marketplace_status is distinct from coalesce(old.marketplace_status, 'private')
      and not private.may_move_listing(old, new)
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
  return new;
end
$$;

create or replace trigger assessment_1_authority
before insert or update or delete on public.custom_assessments
for each row when (current_user in ('anon', 'authenticated'))
execute function private.guard_assessment_authority();
