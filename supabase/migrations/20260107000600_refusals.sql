-- custom-assessments 0.2.0 refusals sha256:a308b7052f376433151dfd2cdf89e9186c5b19f725efbf15bf8ee4c2a781d482
-- Every refusal of the database: a new one is a row here. private.refuse() raises them, and docs/errors.md is generated from
-- them. Migrations alone write this table.

create table if not exists private.refusals (
  reason text not null,
  status integer not null,
  message text not null,
  hint text not null,
  constraint refusals_pkey primary key (reason),
  constraint refusal_reason_is_a_key check (reason ~ '^[A-Z]+(_[A-Z]+)*$'),
  constraint refusal_status_is_an_error check (status between 400 and 599)
);
comment on table private.refusals is 'What the rules refuse: one row a reason.';
comment on column private.refusals.reason is 'The stable key, by which programs decide.';
comment on column private.refusals.status is 'The HTTP status that PostgREST makes of SQLSTATE PT and these digits.';
comment on column private.refusals.message is
'One constant sentence, never text of a user: it travels in the HTTP status line.';
comment on column private.refusals.hint is 'What to do next, for a person.';
alter table private.refusals enable row level security;
revoke all on table private.refusals from public, anon, authenticated, service_role;

-- What is not listed any more goes.
delete from private.refusals;
insert into private.refusals (reason, status, message, hint) values
(
  'ASSESSMENT_VALIDATION_ERROR', 422, 'The assessment definition is not valid.',
  'Mend every fault listed in details.faults; each has its JSON path, the reason and what was expected.'
),
(
  'ASSESSMENT_NOT_FOUND', 404, 'The assessment does not exist.',
  'Check the id; it must be an assessment that you may see.'
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
  'Archive it instead: archived assessments keep their results and are offered to nobody.'
),
(
  'ASSESSMENT_ACCESS_DENIED', 403, 'This is not yours to do with the assessment.',
  'Tenants move marketplace_status between private and pending_review, and use their own assessments, templates, '
  'and published assessments that are free. The rest is for reviewers.'
),
(
  'TENANT_ACCESS_DENIED', 403, 'The tenant does not exist or is not yours.',
  'Send the id of a tenant that the signed-in account owns.'
),
(
  'TENANT_REQUIRED', 422, 'A custom assessment needs a campaign that belongs to a tenant.',
  'Set tenant_id on the campaign.'
),
(
  'ASSESSMENT_REQUIRED', 422, 'The assessment type custom needs a custom assessment.',
  'Set custom_assessment_id together with assessment_type = custom.'
),
(
  'ASSESSMENT_TYPE_MISMATCH', 422, 'A custom assessment needs the assessment type custom.',
  'Set assessment_type to custom, or leave custom_assessment_id empty.'
),
(
  'INVALID_STATUS_TRANSITION', 409, 'The assessment cannot go from its present status to this one.',
  'Allowed are draft to active or archived, active to archived, and archived to active.'
),
(
  'INVALID_SLUG', 422, 'The slug is not valid.',
  'Use lower-case letters a to z, digits and single hyphens between them, or leave the slug out.'
),
(
  'SLUG_TAKEN', 409, 'The slug is taken by another assessment of this tenant.',
  'Choose another slug, or leave it out to have a free one made from the name.'
),
(
  'INVALID_VERSION', 422, 'The version is not valid here.',
  'Use major.minor without leading zeros, never a lower version than the present one, and at least the one in details.expected. '
  'Leave it out, and the change gets the right one.'
),
(
  'VERSION_IMMUTABLE', 409, 'Versions are made by the database and never change.',
  'Change the assessment: the database keeps what it becomes as its next version.'
),
(
  'INTERVIEW_STYLE_OVERRIDE_DENIED', 400, 'The interview style cannot be overridden here.',
  'Leave interview_style_override empty: only an assessment that allows it takes a style from 1 to 5.'
),
(
  'RESULT_IMMUTABLE', 409, 'A finished result never changes.',
  'Read the result as it is; a new interview makes a new result.'
),
(
  'SESSION_NOT_FOUND', 404, 'The session does not exist.',
  'Check the id: for session_type campaign it is a campaign assignment''s, for coaching a coaching session''s; '
  'agent_session_id is an agent session''s.'
),
(
  'SESSION_ALREADY_SCORED', 409, 'The session already has a result.',
  'Read the present result; one session has one result.'
),
(
  'SCORES_INVALID', 422, 'The scores are not valid for this assessment.',
  'Score at least one dimension of the definition, each by its name and with a number on the scale.'
),
(
  'SESSION_ASSESSMENT_MISMATCH', 422, 'The session did not use this assessment.',
  'Name the assessment that the session''s campaign, coaching session or agent session refers to.'
),
(
  'UPLOAD_TOO_LARGE', 413, 'The upload is larger than 500 KB.',
  'Shorten the Markdown to at most 512,000 bytes of UTF-8.'
),
(
  'UPLOAD_IMMUTABLE', 409, 'An upload never changes.',
  'Upload the new text as another upload.'
),
(
  'RESULT_NOT_FOUND', 404, 'The result does not exist.',
  'Check the id; it must be a result that you may see.'
),
(
  'TENANT_NOT_FOUND', 404, 'The tenant does not exist.',
  'Check the id; it is the id of a row of tenant_profiles.'
),
(
  'TENANT_HAS_RESULTS', 409, 'The tenant has results and cannot be deleted.',
  'To erase a tenant together with its results, call erase_tenant.'
),
(
  'ACCOUNT_NOT_FOUND', 404, 'The account does not exist.',
  'Check the id; it is the id of a user of Auth.'
),
(
  'BUSY', 503, 'Too much of this tenant is being written at once.',
  'Nothing was changed: try again in a few seconds. Many rows are written sooner by one request than by one each.'
),
(
  'INVALID_ARGUMENT', 422, 'An argument is missing or out of range.',
  'See details: the argument''s name and what was expected.'
);

-- How a rule refuses.

-- Raises the refusal with that reason. details is a JSON object as text: the reason and the facts a program needs.
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
    -- A row for somebody else's tenant is refused with the code that row-level security has for it, since it stands
    -- behind this: the client gets the same code from either, and from this one a reason and a hint as well.
    errcode = case when refuse.reason = 'TENANT_ACCESS_DENIED' then '42501' else 'PT' || refusal.status end,
    message = refusal.message,
    detail = (jsonb_build_object('reason', refuse.reason) || coalesce(facts, '{}'::jsonb))::text,
    hint = refusal.hint;
end
$$;
