-- Only the triggers above write versions, whatever the role. Versions are deleted with their assessment, with the tenant
-- that had it, or by pruning if nothing uses them, and lose their creator when the account is deleted.
create or replace function private.guard_versions()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  forgotten public.assessment_versions := old;
begin
  if tg_op = 'INSERT' then
    if pg_trigger_depth() > 1 then
      return new;
    end if;
    perform private.refuse('VERSION_IMMUTABLE', jsonb_build_object('assessment_id', new.assessment_id));
  end if;
  -- With the assessment; and, where it has come to another tenant, by the trigger that keeps those that others use.
  if tg_op = 'DELETE' and not exists (
    select
      from public.custom_assessments as assessment
     where assessment.id = old.assessment_id
       and (assessment.tenant_id = old.tenant_id or pg_trigger_depth() = 1)
  ) then
    return old;
  end if;
  -- The rights to a function are looked at before an AND is.
  if tg_op = 'DELETE' and current_user not in ('anon', 'authenticated', 'service_role') then
    if private.is_prunable(old) then
      return old;
    end if;
  end if;
  forgotten.created_by := null;
  if tg_op = 'UPDATE' and record_image_eq(new, forgotten) then
    return new;
  end if;
  perform private.refuse('VERSION_IMMUTABLE', jsonb_build_object('assessment_id', old.assessment_id));
end
$$;

create or replace trigger guard_versions
before insert or update or delete on public.assessment_versions
for each row execute function private.guard_versions();
