-- When an account is deleted, its assessments are reassigned to the owners of their tenants.

-- All locks on the host's tables that the following statements need, taken at once with a short wait
-- (host_check/rules.sql).
select private.lock_host_tables('share row exclusive', 'auth.users', 'public.tenant_profiles');

-- Locks the rows of other people's tenants that name an account, in the order of locks/order.sql: the accounts that get its
-- assessments, and the assessments, which come before their versions and reviews.
create or replace function private.hold_rows_of_account(account_id uuid)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  named constant uuid[] := array(
    select assessment.id from public.custom_assessments as assessment where assessment.created_by = account_id
    union
    select version.assessment_id from public.assessment_versions as version where version.created_by = account_id
    union
    select review.assessment_id
      from public.listing_review_notes as note
      join public.listing_reviews as review on review.id = note.review_id
     where note.reviewed_by = account_id
  );
begin
  perform private.take_rows('auth.users', array(
    select distinct tenant.user_id
      from public.custom_assessments as assessment
      join public.tenant_profiles as tenant on tenant.id = assessment.tenant_id
     where assessment.created_by = account_id and tenant.user_id <> account_id
  ), 'key share');
  perform private.take_rows('public.custom_assessments', array(
    select assessment.id
      from public.custom_assessments as assessment
      join public.tenant_profiles as tenant on tenant.id = assessment.tenant_id
     where assessment.id = any (named) and tenant.user_id <> account_id
  ), 'no key update');
end
$$;

-- Rows that the account created for other people's tenants are reassigned to the owners of those tenants; the account's own
-- tenants are deleted with it. The trigger runs as the role that deletes the account (Auth's own role), so it is SECURITY
-- DEFINER.
create or replace function private.hand_over_assessments()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.hold_rows_of_account(old.id);
  update public.custom_assessments as assessment
     set created_by = tenant.user_id
    from public.tenant_profiles as tenant
   where assessment.created_by = old.id
     and tenant.id = assessment.tenant_id
     and tenant.user_id <> old.id;
  update public.assessment_versions as version set created_by = null where version.created_by = old.id;
  update public.listing_review_notes as note set reviewed_by = null where note.reviewed_by = old.id;
  update public.result_reviews as review set reviewed_by = null where review.reviewed_by = old.id;
  return old;
end
$$;

create or replace trigger hand_over_assessments
before delete on auth.users
for each row execute function private.hand_over_assessments();
