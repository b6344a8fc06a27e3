-- Accounts that go leave their assessments to the tenants.

-- The locks that what follows needs on the host's tables: all at once, and waited for briefly (host_check/rules.sql).
select private.lock_host_tables('share row exclusive', 'auth.users', 'public.tenant_profiles');

-- Rows that the account made for other people's tenants go to those tenants' owners; the account's own tenants go with
-- it. The trigger runs as whoever deletes the account (Auth's own role), so it is SECURITY DEFINER.
create or replace function private.hand_over_assessments()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update public.custom_assessments as assessment
     set created_by = tenant.user_id
    from public.tenant_profiles as tenant
   where assessment.created_by = old.id
     and tenant.id = assessment.tenant_id
     and tenant.user_id <> old.id;
  update public.assessment_versions as version set created_by = null where version.created_by = old.id;
  update public.listing_review_notes as note set reviewed_by = null where note.reviewed_by = old.id;
  return old;
end
$$;

create or replace trigger hand_over_assessments
before delete on auth.users
for each row execute function private.hand_over_assessments();
