-- custom-assessments 0.2.0 marketplace_review_listing sha256:7e3237d2de184d13b157815910b84e3c464bbe76cdca962729891914e33b1d2a
-- Functions for reviewers.

-- SECURITY DEFINER, because decisions are written only here. So the role of the request, not current_user, decides who may
-- call it: the service role, the database's owner, and accounts that are reviewers.
create or replace function public.review_listing(
  version_id uuid, decision text, reason text default null, note text default null, request_id uuid default null
)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  caller constant text := coalesce(nullif(current_setting('role', true), 'none'), session_user);
  trusted constant boolean := caller in ('service_role', current_user);
  reviewed record;
  latest record;
  made uuid;
begin
  if not trusted and not private.am_reviewer() then
    perform private.refuse('VERSION_NOT_FOUND', jsonb_build_object('version_id', version_id));
  end if;
  if (decision = any (private.decisions())) is not true then
    perform private.refuse('INVALID_ARGUMENT', jsonb_build_object(
      'argument', 'decision', 'expected', private.one_of(private.decisions())));
  elsif octet_length(reason) > private.largest_text() or octet_length(note) > private.largest_text() then
    perform private.refuse('INVALID_ARGUMENT', jsonb_build_object(
      'argument', case when octet_length(reason) > private.largest_text() then 'reason' else 'note' end,
      'expected', format('at most %s bytes', private.largest_text())));
  end if;

  -- The assessment is locked first, so that the decision is about its state at that time.
  perform assessment.id
     from public.assessment_versions as version
     join public.custom_assessments as assessment on assessment.id = version.assessment_id
    where version.id = review_listing.version_id
      for update of assessment;
  select assessment.id, assessment.tenant_id, asked.id as request_id
    into reviewed
    from public.assessment_versions as version
    join public.custom_assessments as assessment on assessment.id = version.assessment_id
    left join public.listing_requests as asked on asked.version_id = version.id
   where version.id = review_listing.version_id;
  -- Accounts see what was submitted for review; the service role sees everything.
  if not found or (not trusted and reviewed.request_id is null) then
    perform private.refuse('VERSION_NOT_FOUND', jsonb_build_object('version_id', version_id));
  elsif not trusted and reviewed.tenant_id = any (array(select private.my_tenant_ids())) then
    perform private.refuse('ASSESSMENT_ACCESS_DENIED', jsonb_build_object('assessment_id', reviewed.id));
  end if;

  -- The same decision about the same request changes nothing.
  select * into latest from private.decision_about(version_id);
  if latest.decision is distinct from review_listing.decision or latest.request_id is distinct from reviewed.request_id then
    insert into public.listing_reviews (version_id, request_id, decision, reason)
    values (version_id, review_listing.request_id, decision, reason)
    returning id into made;
    if note is not null or not trusted then
      insert into public.listing_review_notes (review_id, note, reviewed_by) values (made, note, auth.uid());
    end if;
  end if;
  return (
    select jsonb_build_object(
             'review_id', made,
             'changed', made is not null,
             'assessment_id', assessment.id,
             'marketplace_status', assessment.marketplace_status,
             'listed_version_id', assessment.listed_version_id)
      from public.custom_assessments as assessment
     where assessment.id = reviewed.id
  );
end
$$;
comment on function public.review_listing(uuid, text, text, text, uuid) is
'For reviewers: decides about a version: approved, rejected or taken_down. The owner can read the reason; only reviewers can '
'read the note. request_id is the id of the row of listing_requests that was read; it is required if more than one thing was '
'requested with the version. Returns the assessment''s new state; changed is false if the decision had been made already.';
revoke all on function public.review_listing(uuid, text, text, text, uuid)
from public, anon, authenticated, service_role;
