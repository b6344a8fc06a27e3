-- custom-assessments 0.2.0 refusals sha256:c969629ea9bb68d4d834923fe3dd1e1fd8b6b5d58034d9ea7fd3e5c6abdfba7d
-- Every refusal of the database. To add one, add a row here: private.refuse() raises it, and docs/errors.md is generated from
-- these rows. Only migrations write this table.

create table if not exists private.refusals (
  reason text not null,
  status integer not null,
  message text not null,
  hint text not null,
  constraint refusals_pkey primary key (reason),
  constraint refusal_reason_is_a_key check (reason ~ '^[A-Z]+(_[A-Z]+)*$'),
  -- Never 503: PostgREST would assume that the database is down, drop all its connections and reload the schema.
  constraint refusal_status_is_a_clients_error check (status between 400 and 499)
);
comment on table private.refusals is 'The errors that the database''s own rules raise, one row per reason.';
comment on column private.refusals.reason is 'A stable key for programs to test.';
comment on column private.refusals.status is 'The HTTP status of the response. It is raised as SQLSTATE PT followed by these digits.';
comment on column private.refusals.message is
'One constant sentence without any user''s text, because it becomes part of the HTTP status line.';
comment on column private.refusals.hint is 'What the reader can do next.';
alter table private.refusals enable row level security;
revoke all on table private.refusals from public, anon, authenticated, service_role;

-- The table is filled anew, so a row that was removed from this list is removed from the database too.
delete from private.refusals;
insert into private.refusals (reason, status, message, hint) values
(
  'ASSESSMENT_VALIDATION_ERROR', 422, 'The assessment definition is not valid.',
  'Fix every error listed in details.faults; each has its JSON path, a reason and what was expected.'
),
(
  'ASSESSMENT_NOT_FOUND', 404, 'The assessment does not exist.',
  'Check that the id belongs to an assessment that you can read.'
),
(
  'ASSESSMENT_NOT_ACTIVE', 400, 'The assessment is not active.',
  'Activate the assessment first, or choose one that is active.'
),
(
  'ASSESSMENT_ARCHIVED', 409, 'The assessment is archived and read-only.',
  'Set its status to active before you change anything else.'
),
(
  'ASSESSMENT_HAS_RESULTS', 409, 'The assessment has results and cannot be deleted.',
  'Archive it instead: an archived assessment keeps its results and can no longer be used.'
),
(
  'ASSESSMENT_ACCESS_DENIED', 403, 'You do not have permission to do this with the assessment.',
  'A tenant can set marketplace_status to private or pending_review, and can use its own assessments, templates, and free '
  'listed assessments. Only the service changes a template: copy it. Reviewers cannot review their own tenants'' listings.'
),
(
  'TENANT_ACCESS_DENIED', 403, 'The tenant does not exist, or you do not own it.',
  'Use the id of a tenant that the signed-in account owns.'
),
(
  'TENANT_EXISTS', 409, 'The account already owns a tenant.',
  'Read tenant_profiles. Ask the operator for a second tenant.'
),
(
  'TENANT_REQUIRED', 422, 'A custom assessment can only be used in a campaign that belongs to a tenant.',
  'Set tenant_id on the campaign.'
),
(
  'ASSESSMENT_REQUIRED', 422, 'The assessment type custom requires a custom assessment.',
  'Set custom_assessment_id together with assessment_type = custom.'
),
(
  'ASSESSMENT_TYPE_MISMATCH', 422, 'A custom assessment requires the assessment type custom.',
  'Set assessment_type to custom, or leave custom_assessment_id empty.'
),
(
  'INVALID_STATUS_TRANSITION', 409, 'The assessment cannot change from its current status to this one.',
  'A draft can become active or archived, an active assessment archived, and an archived one active.'
),
(
  'INVALID_SLUG', 422, 'The slug is not valid.',
  'Use the lower-case letters a to z and digits, separated by single hyphens, or omit the slug.'
),
(
  'SLUG_TAKEN', 409, 'This slug is taken.',
  'Choose another slug, or omit it to get a free one made from the name.'
),
(
  'INVALID_VERSION', 422, 'The version is malformed or too low.',
  'Use major.minor without leading zeros, no lower than the current version and than details.expected. '
  'Omit it to get the lowest version that the change allows.'
),
(
  'REVIEW_NEEDS_VERSION', 409, 'More than one request for review is open.',
  'Read listing_requests, then call review_listing with the version_id and the id of the request that you have read.'
),
(
  'REVIEW_NEEDS_CHANGE', 409, 'A reviewer has rejected this content.',
  'Read the reason in listing_reviews, change the assessment, then set marketplace_status to pending_review.'
),
(
  'NOTHING_TO_REVIEW', 409, 'This decision is not possible for this version.',
  'Approve or reject a version that requests review, unless its assessment is private; take down one that was approved.'
),
(
  'REVIEW_IMMUTABLE', 409, 'A decision about a listing cannot be changed.',
  'Call review_listing again: the newest decision about a version counts.'
),
(
  'VERSION_IMMUTABLE', 409, 'Versions are created by the database and cannot be changed.',
  'Edit the assessment instead: the database stores the new content as its next version.'
),
(
  'VERSION_NOT_FOUND', 404, 'The version does not exist.',
  'Check the id; it must be a version that you may see.'
),
(
  'DECLARATION_IMMUTABLE', 409, 'A declaration of equivalence cannot be changed.',
  'It is deleted with its assessment. Its note is shown wherever it is used.'
),
(
  'INTERVIEW_STYLE_OVERRIDE_DENIED', 400, 'The assessment does not allow this interview style override.',
  'Set interview_style_override to null, or use an assessment that allows overrides and a style from 1 to 5.'
),
(
  'VERSION_MISMATCH', 409, 'The interview did not use this version.',
  'Use the version that interview_context returned, or omit version_id.'
),
(
  'ASSESSMENT_IN_USE', 409, 'Interviews that have begun use the assessment, so it cannot be deleted.',
  'Archive it instead, or wait until the interviews are completed or their links have expired.'
),
(
  'ASSESSMENT_WITHDRAWN', 409, 'A reviewer took this version of the assessment down.',
  'An interview that has begun can still be completed. Otherwise move on to a later version with repin_session or '
  'repin_campaign once one is listed, or choose another assessment.'
),
(
  'VERSION_PINNED', 409, 'The interview has begun, and the newer version would change it.',
  'Let it end with its version. Sessions that have not begun can use the newer one, in a new campaign if this one has begun.'
),
(
  'CAMPAIGN_NOT_FOUND', 404, 'The campaign does not exist.',
  'Check that the id belongs to a campaign of a tenant that you own.'
),
(
  'RESULT_IMMUTABLE', 409, 'A result cannot be changed, nor a review of it.',
  'Correct or withdraw the result with review_result, or run a new interview.'
),
(
  'SESSION_NOT_FOUND', 404, 'The session does not exist.',
  'Check the id. For session_type campaign, session_id is the id of a campaign assignment; for coaching, the id of a '
  'coaching session. agent_session_id is the id of an agent session.'
),
(
  'SESSION_CANCELLED', 409, 'The session was cancelled or withdrawn.',
  'Create a new session. An owner can reopen a cancelled one by its status, but not one that the respondent has withdrawn.'
),
(
  'SESSION_ERASED', 409, 'The session was erased.',
  'Forget what you hold of it. Create a new session for a new interview.'
),
(
  'SESSION_ALREADY_SCORED', 409, 'The session already has a result, or scores from which it is made.',
  'Read the existing result: a session has only one, and can no longer be cancelled.'
),
(
  'TRANSCRIPT_TOO_LARGE', 413, 'The transcript is too large.',
  'A transcript has at most 2,000 turns of 20,000 characters each, and 500 KB together. See details for the limit.'
),
(
  'TURNS_INVALID', 422, 'The turns are not valid.',
  'Fix every error listed in details.faults; each has its JSON path, a reason and what was expected. Nothing was saved.'
),
(
  'TURN_DIFFERS', 409, 'The turn was saved with another text.',
  'Give the new text the next number: a turn that was saved does not change. Nothing was saved.'
),
(
  'TURN_UNKNOWN', 422, 'The transcript does not have this turn.',
  'Use the number of a turn that save_progress has kept, and whose words have not expired.'
),
(
  'RUNS_INVALID', 422, 'The runs or quotes are not valid.',
  'Fix every error listed in details.faults; each has its JSON path, a reason and what was expected. Nothing was saved.'
),
(
  'RUN_DIFFERS', 409, 'A run was saved with other content under this key.',
  'Give the run another key: a run that was saved does not change. Nothing was saved.'
),
(
  'EVIDENCE_INSUFFICIENT', 422, 'Too little of the assessment is scored for a result.',
  'See details for each dimension without a score, and why. Score more of them, or set accept_insufficient for a result without an '
  'overall score and category, if at least one dimension is scored.'
),
(
  'SCORES_INVALID', 422, 'The scores are not valid for this assessment.',
  'Score at least one dimension of the definition. Name each as in the definition, and give it a number on the scale.'
),
(
  'SESSION_ASSESSMENT_MISMATCH', 409, 'The session did not use this assessment.',
  'Use the assessment that the session''s campaign, coaching session or agent session refers to.'
),
(
  'UPLOAD_TOO_LARGE', 413, 'The upload is larger than 500 KB.',
  'Shorten it to at most 512,000 bytes of UTF-8.'
),
(
  'UPLOAD_NEEDS_ONE_SOURCE', 422, 'An upload has either source_markdown or definition.',
  'Insert one of the two, and omit the other.'
),
(
  'UPLOAD_IMMUTABLE', 409, 'An upload cannot be changed.',
  'Insert a new upload with the new content.'
),
(
  'RESULT_NOT_FOUND', 404, 'The result does not exist.',
  'Check that the id belongs to a result that you can read.'
),
(
  'TENANT_INACTIVE', 403, 'The tenant is deactivated.',
  'Interviews that have begun can be completed, and everything can be read. Ask the operator to activate the tenant.'
),
(
  'RESULT_ACCESS_DENIED', 403, 'Only the owner of the tenant can review its results.',
  'Ask the owner of the tenant that held the interview; a campaign''s creator only reads its results.'
),
(
  'RESULT_WITHDRAWN', 409, 'The result was withdrawn.',
  'A withdrawal is final. Run a new interview to get a new result.'
),
(
  'TENANT_NOT_FOUND', 404, 'The tenant does not exist.',
  'Check that the id belongs to a row of tenant_profiles.'
),
(
  'TENANT_HAS_RESULTS', 409, 'The tenant has results and cannot be deleted.',
  'To erase a tenant together with its results, call erase_tenant.'
),
(
  'ACCOUNT_NOT_FOUND', 404, 'The account does not exist.',
  'Check that the id belongs to a row of auth.users.'
),
(
  'TENANT_LIMIT', 429, 'The tenant has reached a limit.',
  'See details: setting names the limit, limit is its value and used what the tenant has. With seconds, try again after them, and save '
  'less often: edits of a draft that was never used make no versions. Otherwise wait until uploads are processed, or delete some.'
),
(
  'BUSY', 429, 'Too many requests are writing to this tenant at the same time.',
  'Nothing was changed. Try again in a few seconds, and write many rows in one request rather than one request per row.'
),
(
  'INVALID_ARGUMENT', 422, 'An argument is missing or out of range.',
  'See details for the name of the argument and what was expected.'
);

-- How a rule refuses a request.

-- Raises the refusal with this reason. details is a JSON object as text: the reason, and facts for programs.
create or replace function private.refuse(reason text, facts jsonb default '{}'::jsonb)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  refusal record;
begin
  select listed.status, listed.message, listed.hint
    into strict refusal
    from private.refusals as listed
   where listed.reason = refuse.reason;
  raise exception using
    -- A row for another account's tenant is refused with the code that row-level security uses, because that policy applies
    -- too: clients get the same code from both, and from this refusal a reason and a hint as well.
    errcode = case when refuse.reason = 'TENANT_ACCESS_DENIED' then '42501' else 'PT' || refusal.status end,
    message = refusal.message,
    detail = (jsonb_build_object('reason', refuse.reason) || coalesce(facts, '{}'::jsonb))::text,
    hint = refusal.hint;
end
$$;

-- Refuses what a deactivated tenant may not do: upload, and begin interviews.
create or replace function private.refuse_inactive(tenant_id uuid)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if private.is_inactive(refuse_inactive.tenant_id) then
    perform private.refuse('TENANT_INACTIVE', jsonb_build_object('tenant_id', refuse_inactive.tenant_id));
  end if;
end
$$;
