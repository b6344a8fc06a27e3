-- custom-assessments 0.2.0 marketplace_reviews sha256:f21dff03c3ee706c19677659d0579a89408f43e252761d0976a29c6027ed8323
-- Decisions about listings: insert only, and applied by the database when they are written.

create table if not exists public.listing_reviews (
  id uuid not null default gen_random_uuid(),
  version_id uuid not null,
  assessment_id uuid not null,
  tenant_id uuid not null,
  request_id uuid not null,
  decision text not null,
  reason text,

  -- What was listed besides the version's content, if it was approved.
  slug text not null,
  price_tier text,
  tenant text not null,
  decided_at timestamptz not null,

  constraint listing_reviews_pkey primary key (id),
  constraint listing_reviews_version_id_fkey
  foreign key (version_id) references public.assessment_versions (id) on delete cascade,
  constraint decision_is_known check (decision = any(private.decisions())),
  constraint reason_is_at_most_500_kb check (octet_length(reason) <= private.largest_text())
);
comment on table public.listing_reviews is
'Reviewers'' decisions about versions, with the reason for the owner. The newest decision about a version counts. Rows never '
'change, and are deleted with their version.';
comment on column public.listing_reviews.slug is 'As requested, like price_tier and tenant (the display name).';
alter table public.listing_reviews enable row level security;
revoke all on table public.listing_reviews from public, anon, authenticated, service_role;
create index if not exists idx_listing_reviews_version on public.listing_reviews (version_id, decided_at desc);
create index if not exists idx_listing_reviews_tenant on public.listing_reviews (tenant_id, decided_at desc);

create table if not exists public.listing_review_notes (
  review_id uuid not null,
  note text,
  reviewed_by uuid,
  constraint listing_review_notes_pkey primary key (review_id),
  constraint listing_review_notes_review_id_fkey
  foreign key (review_id) references public.listing_reviews (id) on delete cascade,
  constraint note_is_at_most_500_kb check (octet_length(note) <= private.largest_text())
);
comment on table public.listing_review_notes is
'For reviewers: the note of a decision, and the account that decided; null if the service role decided, or the account was '
'deleted.';
alter table public.listing_review_notes enable row level security;
revoke all on table public.listing_review_notes from public, anon, authenticated, service_role;

-- For the deletion of an account.
create index if not exists idx_listing_review_notes_reviewed_by
on public.listing_review_notes (reviewed_by) where reviewed_by is not null;

-- The newest decision about a version; null if there is none.
create or replace function private.decision_about(version_id uuid, out decision text, out request_id uuid)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  select review.decision, review.request_id
    into decision, request_id
    from public.listing_reviews as review
   where review.version_id = decision_about.version_id
   order by review.decided_at desc
   limit 1;
end
$$;

-- Whether a version was taken down: other tenants can no longer use it.
create or replace function private.is_withdrawn(version_id uuid)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return exists (
    select from private.decision_about(is_withdrawn.version_id) as latest where latest.decision = 'taken_down'
  );
end
$$;

-- Completes a decision with the data of its request. SECURITY DEFINER, like the three below, because decisions are written
-- only through review_listing and the assessments.
create or replace function private.take_review()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  request public.listing_requests;
  present record;
begin
  -- Locked before anything is read, so that nothing changes during the decision. Interviews that begin wait for it too.
  select assessment.id, assessment.marketplace_status, assessment.listed_version_id
    into present
    from public.assessment_versions as version
    join public.custom_assessments as assessment on assessment.id = version.assessment_id
   where version.id = new.version_id
     for update of assessment;
  select * into request from public.listing_requests as asked where asked.version_id = new.version_id;
  if not found
    or (new.decision <> 'taken_down' and present.marketplace_status = 'private')
    or (new.decision = 'rejected' and request.decided_at is not null
        and present.listed_version_id is not distinct from new.version_id)
    or (new.decision = 'taken_down' and not exists (
      select from public.listing_reviews as review
       where review.version_id = new.version_id and review.decision = 'approved')) then
    perform private.refuse('NOTHING_TO_REVIEW', jsonb_build_object('version_id', new.version_id));
  end if;
  if (new.request_id is not null and new.request_id <> request.id)
    or (new.request_id is null and new.decision = 'approved' and request.decided_at is null and request.asks > 1) then
    perform private.refuse(
      'REVIEW_NEEDS_VERSION', jsonb_build_object('version_id', new.version_id, 'request_id', request.id));
  end if;
  new.assessment_id := request.assessment_id;
  new.tenant_id := request.tenant_id;
  new.request_id := request.id;
  new.slug := request.slug;
  new.price_tier := request.price_tier;
  new.tenant := request.tenant;
  -- In the order in which they were made, regardless of the clock.
  new.decided_at := greatest(clock_timestamp(), (
    select max(review.decided_at) + interval '1 microsecond'
      from public.listing_reviews as review
     where review.version_id = new.version_id));
  return new;
end
$$;

create or replace trigger review_1_take
before insert on public.listing_reviews
for each row execute function private.take_review();

-- Whether one version of an assessment comes before another one.
create or replace function private.is_older_version(version_id uuid, other_id uuid)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select (string_to_array(one.version, '.')::bigint[], one.revision)
           < (string_to_array(other.version, '.')::bigint[], other.revision)
      from public.assessment_versions as one, public.assessment_versions as other
     where one.id = version_id and other.id = other_id
  );
end
$$;

-- Applies the decision to the assessment. A status that was written by hand is already set, and stays.
create or replace function private.apply_review()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  present public.custom_assessments;
  holds boolean;
  listed uuid;
  listed_since timestamptz;
  new_status text;
begin
  update public.listing_requests as request
     set decided_at = now(), open = false
   where request.assessment_id = new.assessment_id
     and request.decided_at is null
     and (request.version_id = new.version_id or private.is_older_version(request.version_id, new.version_id));

  select * into present from public.custom_assessments as assessment where assessment.id = new.assessment_id;
  -- Slug, price and the other values beside the content are compared too: they may have changed since the request.
  holds := present.newest_version_id is not distinct from new.version_id
    and private.asks_the_same(private.request_of(present), (
      select request from public.listing_requests as request where request.version_id = new.version_id));
  listed := present.listed_version_id;
  new_status := present.marketplace_status;
  if new.decision = 'approved' then
    if listed is null or not private.is_older_version(new.version_id, listed) then
      listed := new.version_id;
    end if;
    if holds then
      new_status := 'published';
    end if;
  elsif new.decision = 'rejected' then
    if holds and new_status <> 'published' then
      new_status := 'rejected';
    end if;
  elsif holds or listed is not distinct from new.version_id then
    new_status := case when new_status = 'private' then new_status else 'rejected' end;
    listed := nullif(listed, new.version_id);
  end if;

  listed_since := case when listed = new.version_id and new.decision = 'approved' then now()
                       when listed is not null then present.listed_at end;

  if (new_status, listed, listed_since)
    is distinct from (present.marketplace_status, present.listed_version_id, present.listed_at) then
    insert into private.listings_in_hand (assessment_id) values (present.id);
    update public.custom_assessments as assessment
       set marketplace_status = new_status, listed_version_id = listed, listed_at = listed_since
     where assessment.id = present.id
    returning * into present;
    delete from private.listings_in_hand as held where held.assessment_id = present.id;
  end if;
  perform private.close_requests(present);
  perform private.refresh_listings(array[present.id]);
  return null;
end
$$;

create or replace trigger review_2_apply
after insert on public.listing_reviews
for each row execute function private.apply_review();

-- Records as approved what was published before decisions were stored, with everything that everyone could read of it.
create or replace function private.record_former_listing(assessment_id uuid)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  published public.custom_assessments;
begin
  select * into published
    from public.custom_assessments as assessment
   where assessment.id = record_former_listing.assessment_id
     and assessment.marketplace_status = 'published'
     and assessment.newest_version_id is not null
     and assessment.listed_version_id is null
     for update;
  if found then
    perform private.ask_for_review(published);
    insert into public.listing_reviews (version_id, decision, reason)
    values (published.newest_version_id, 'approved', 'before-upgrade');
  end if;
end
$$;

-- Decisions and notes never change. Decisions are deleted with their version, notes with their decision; a note loses its
-- reviewer when that account is deleted. The argument names the column with the decision's id.
create or replace function private.guard_reviews()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'DELETE' then
    if tg_table_name = 'listing_reviews' then
      perform version.id from public.assessment_versions as version where version.id = old.version_id;
    else
      perform review.id from public.listing_reviews as review where review.id = old.review_id;
    end if;
    if not found then
      return old;
    end if;
  end if;
  perform private.refuse('REVIEW_IMMUTABLE', jsonb_build_object('review_id', to_jsonb(old) -> tg_argv[0]));
end
$$;

create or replace trigger guard_reviews
before update or delete on public.listing_reviews
for each row execute function private.guard_reviews('id');

create or replace trigger guard_review_notes
before update on public.listing_review_notes
for each row when (
  (new.review_id, new.note, new.reviewed_by) is distinct from (old.review_id, old.note, null)
)
execute function private.guard_reviews('review_id');

create or replace trigger guard_deleted_review_notes
before delete on public.listing_review_notes
for each row execute function private.guard_reviews('review_id');
