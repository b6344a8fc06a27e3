-- Reviewers: the accounts that can decide what the marketplace lists, besides the service role.

-- All locks on the host's tables that the following statements need, taken at once with a short wait
-- (host_check/rules.sql).
select private.lock_host_tables('share row exclusive', 'auth.users', 'public.tenant_profiles');

create table if not exists private.reviewers (
  user_id uuid not null,
  named_at timestamptz not null default now(),
  constraint reviewers_pkey primary key (user_id),
  constraint reviewers_user_id_fkey foreign key (user_id) references auth.users (id) on delete cascade
);
comment on table private.reviewers is 'The accounts that an operator has appointed as reviewers.';
alter table private.reviewers enable row level security;
revoke all on table private.reviewers from public, anon, authenticated, service_role;

-- Whether the caller is a reviewer. SECURITY DEFINER, because no role can read who else is one.
create or replace function private.am_reviewer()
returns boolean
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  me constant uuid := auth.uid();
begin
  return exists (select from private.reviewers as reviewer where reviewer.user_id = me);
end
$$;

-- The versions whose review was requested, for reviewers; others get none. SECURITY DEFINER, so that the policy of the versions
-- does not bring in that of the requests. Computed once per query, and only if it is reached.
create or replace function private.requested_version_ids()
returns setof uuid
language plpgsql
stable
security definer
rows 100
set search_path = pg_catalog, pg_temp
as $$
begin
  if private.am_reviewer() then
    return query select request.version_id from public.listing_requests as request;
  end if;
end
$$;

-- SECURITY DEFINER, because the table is written only here.
create or replace function public.name_reviewer(user_id uuid, remove boolean default false)
returns text
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (select from auth.users as account where account.id = name_reviewer.user_id) then
    return 'no-account';
  end if;
  if remove then
    delete from private.reviewers as reviewer where reviewer.user_id = name_reviewer.user_id;
    return case when found then 'removed' else 'unchanged' end;
  end if;
  insert into private.reviewers (user_id) values (name_reviewer.user_id)
  on conflict on constraint reviewers_pkey do nothing;
  return case when found then 'named' else 'unchanged' end;
end
$$;
comment on function public.name_reviewer(uuid, boolean) is
'For operators: appoints an account as a reviewer of listings or, with remove, removes it. Returns named, removed, unchanged, '
'or no-account if the account does not exist.';
revoke all on function public.name_reviewer(uuid, boolean) from public, anon, authenticated, service_role;

-- SECURITY DEFINER, as above.
create or replace function public.list_reviewers()
returns table (user_id uuid, named_at timestamptz)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
    select reviewer.user_id, reviewer.named_at
      from private.reviewers as reviewer
     order by reviewer.named_at, reviewer.user_id;
end
$$;
comment on function public.list_reviewers() is 'For operators: the accounts that are reviewers, and since when.';
revoke all on function public.list_reviewers() from public, anon, authenticated, service_role;
