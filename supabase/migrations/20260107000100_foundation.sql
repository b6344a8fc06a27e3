-- custom-assessments 0.2.0 foundation sha256:a9201c844330672abf8aaf3acd28b66be0fb096011b406ca981726a5423a3128
-- What every later migration stands on: the private schema, privileges that start closed, the catalogue of
-- refusals, the identity of names, and the set of tenants that the caller owns.

-- ---------------------------------------------------------------------------------------------------------
-- Schemas and privileges: closed first, opened by name
-- ---------------------------------------------------------------------------------------------------------

create schema if not exists extensions;
create schema if not exists private;
comment on schema private is 'Internal: trigger functions, validators, the job table. Never exposed through the API.';

-- Policies and invoker triggers run as the caller and call helpers in here, so the roles need USAGE; what they may
-- call or read is granted object by object.
revoke all on schema private from public;
grant usage on schema private to anon, authenticated, service_role;

-- A new function is executable by everyone unless this is said in its global form ("in schema" does nothing here).
-- Each function is followed by its own grants all the same, since a project may have set other defaults.
alter default privileges revoke execute on functions from public;
alter default privileges in schema private revoke execute on functions from anon, authenticated, service_role;
alter default privileges in schema private revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema private revoke all on sequences from anon, authenticated, service_role;

create extension if not exists unaccent with schema extensions;

-- ---------------------------------------------------------------------------------------------------------
-- Refusals
-- ---------------------------------------------------------------------------------------------------------

-- One row a reason: the HTTP status that PostgREST makes of SQLSTATE 'PT' || status, the constant message (never
-- text of a user, since it travels in the HTTP status line) and the hint for a person. docs/errors.md is generated
-- from this function.
create or replace function private.refusal_catalogue()
returns table (reason text, http_status integer, message text, hint text)
language sql
immutable
set search_path = ''
as $$
  values
    ('ASSESSMENT_VALIDATION_ERROR', 422, 'The assessment definition is not valid.',
     'Mend every fault listed in details.faults; each has its JSON path, the reason and what was expected.'),
    ('ASSESSMENT_NOT_FOUND', 404, 'The assessment does not exist.',
     'Check the id; it must be an assessment that you may see.'),
    ('ASSESSMENT_NOT_ACTIVE', 400, 'The assessment is not active.',
     'Activate the assessment first, or choose one that is active.'),
    ('ASSESSMENT_ARCHIVED', 409, 'The assessment is archived and read-only.',
     'Set its status to active before you change anything else.'),
    ('ASSESSMENT_HAS_RESULTS', 409, 'The assessment has results and cannot be deleted.',
     'Archive it instead: archived assessments keep their results and are offered to nobody.'),
    ('ASSESSMENT_ACCESS_DENIED', 403, 'This is not yours to do with the assessment.',
     'Tenants move marketplace_status between private and pending_review, and use their own assessments, templates, '
     'and published assessments that are free. The rest is for reviewers.'),
    ('TENANT_ACCESS_DENIED', 403, 'The tenant does not exist or is not yours.',
     'Send the id of a tenant that the signed-in account owns.'),
    ('TENANT_REQUIRED', 422, 'A custom assessment needs a campaign that belongs to a tenant.',
     'Set tenant_id on the campaign.'),
    ('ASSESSMENT_REQUIRED', 422, 'The assessment type custom needs a custom assessment.',
     'Set custom_assessment_id together with assessment_type = custom.'),
    ('ASSESSMENT_TYPE_MISMATCH', 422, 'A custom assessment needs the assessment type custom.',
     'Set assessment_type to custom, or leave custom_assessment_id empty.'),
    ('INVALID_STATUS_TRANSITION', 409, 'The assessment cannot go from its present status to this one.',
     'Allowed are draft to active or archived, active to archived, and archived to active.'),
    ('INVALID_SLUG', 422, 'The slug is not valid.',
     'Use lower-case letters a to z, digits and single hyphens between them, or leave the slug out.'),
    ('SLUG_TAKEN', 409, 'The slug is taken by another assessment of this tenant.',
     'Choose another slug, or leave it out to have a free one made from the name.'),
    ('INVALID_VERSION', 422, 'The version is not valid here.',
     'Use major.minor without leading zeros, and never a lower version than the present one.'),
    ('INTERVIEW_STYLE_OVERRIDE_DENIED', 400, 'The interview style cannot be overridden here.',
     'Leave interview_style_override empty: only an assessment that allows it takes a style from 1 to 5.'),
    ('RESULT_IMMUTABLE', 409, 'A finished result never changes.',
     'Read the result as it is; a new interview makes a new result.'),
    ('SESSION_NOT_FOUND', 404, 'The session does not exist.',
     'Check the id: for session_type campaign it is a campaign assignment''s, for coaching a coaching session''s; '
     'agent_session_id is an agent session''s.'),
    ('SESSION_ALREADY_SCORED', 409, 'The session already has a result.',
     'Read the present result; one session has one result.'),
    ('SCORES_INVALID', 422, 'The scores are not valid for this assessment.',
     'Score at least one dimension of the definition, each by its name and with a number on the scale.'),
    ('SESSION_ASSESSMENT_MISMATCH', 422, 'The session did not use this assessment.',
     'Name the assessment that the session''s campaign, coaching session or agent session refers to.'),
    ('UPLOAD_TOO_LARGE', 413, 'The upload is larger than 500 KB.',
     'Shorten the Markdown to at most 512,000 bytes of UTF-8.'),
    ('UPLOAD_IMMUTABLE', 409, 'An upload never changes.',
     'Upload the new text as another upload.'),
    ('RESULT_NOT_FOUND', 404, 'The result does not exist.',
     'Check the id; it must be a result that you may see.'),
    ('TENANT_NOT_FOUND', 404, 'The tenant does not exist.',
     'Check the id; it is the id of a row of tenant_profiles.'),
    ('TENANT_HAS_RESULTS', 409, 'The tenant has results and cannot be deleted.',
     'To erase a tenant together with its results, call erase_tenant.'),
    ('ACCOUNT_NOT_FOUND', 404, 'The account does not exist.',
     'Check the id; it is the id of a user of Auth.'),
    ('BUSY', 503, 'Too much of this tenant is being written at once.',
     'Nothing was changed: try again in a few seconds. Many rows are written sooner by one request than by one each.'),
    ('INVALID_ARGUMENT', 422, 'An argument is missing or out of range.',
     'See details: the argument''s name and what was expected.')
$$;
revoke all on function private.refusal_catalogue() from public, anon, authenticated, service_role;
grant execute on function private.refusal_catalogue() to authenticated, service_role;

-- Raises the refusal with that reason. details is a JSON object as text: the reason and the facts a program needs.
create or replace function private.refuse(reason text, facts jsonb default '{}'::jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  refusal record;
begin
  select c.http_status, c.message, c.hint
    into strict refusal
    from private.refusal_catalogue() as c
   where c.reason = refuse.reason;
  raise exception using
    -- A row for somebody else's tenant is refused with the code that row-level security has for it, since it stands
    -- behind this: the client gets the same code from either, and from this one a reason and a hint as well.
    errcode = case when refuse.reason = 'TENANT_ACCESS_DENIED' then '42501' else 'PT' || refusal.http_status end,
    message = refusal.message,
    detail = (jsonb_build_object('reason', refuse.reason) || coalesce(facts, '{}'::jsonb))::text,
    hint = refusal.hint;
end
$$;
revoke all on function private.refuse(text, jsonb) from public, anon, authenticated, service_role;
grant execute on function private.refuse(text, jsonb) to authenticated, service_role;

-- ---------------------------------------------------------------------------------------------------------
-- Who calls
-- ---------------------------------------------------------------------------------------------------------

-- The tenants whose owner is the caller; nothing for anon. SECURITY DEFINER, because policies must not depend on
-- what the host's own policies on tenant_profiles let the caller see. Policies write it as
-- tenant_id = any (array(select private.my_tenant_ids())), which is computed once a query and can use an index.
-- In plpgsql, which keeps the plan for the session: a SQL function that is SECURITY DEFINER cannot be inlined and is
-- planned anew in every statement, which costs more than the look-up. Few accounts own more than two tenants.
create or replace function private.my_tenant_ids()
returns setof uuid
language plpgsql
stable
security definer
rows 2
set search_path = ''
as $$
declare
  me constant uuid := auth.uid();
begin
  return query
    select tenant.id from public.tenant_profiles as tenant where tenant.user_id = me;
end
$$;
revoke all on function private.my_tenant_ids() from public, anon, authenticated, service_role;
grant execute on function private.my_tenant_ids() to authenticated;
