-- custom-assessments 0.2.0 respondents sha256:f8566829ce87afc978837d941f1a2bef037daa979b6dde75122d5e2674833855
-- Which session a link leads to, and how far that is.

-- Always one row: for an unknown or expired link with ids that nothing has, so that its callers search like for others.
create or replace function private.session_of_link(
  access_token text,
  out session_type text, out session_id uuid, out tenant_id uuid, out campaign_id uuid, out present uuid, out status text,
  out expires_at timestamptz
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  nothing constant uuid := '00000000-0000-0000-0000-000000000000';
begin
  select found.*
    into session_type, session_id, tenant_id, campaign_id, present, status, expires_at
    from (
      select 'campaign', assignment.id, campaign.tenant_id, campaign.id, campaign.custom_assessment_id,
             assignment.status::text, assignment.access_expires_at
        from public.campaign_assignments as assignment
        join public.campaigns as campaign on campaign.id = assignment.campaign_id
       where assignment.access_token::text = session_of_link.access_token
         and (assignment.access_expires_at is null or assignment.access_expires_at > now())
      union all
      select 'coaching', coaching.id, coaching.tenant_id, null, coaching.custom_assessment_id,
             coaching.client_status::text, coaching.access_expires_at
        from public.coaching_sessions as coaching
       where coaching.access_token::text = session_of_link.access_token
         and (coaching.access_expires_at is null or coaching.access_expires_at > now())
    ) as found
   limit 1;
  if not found then
    session_type := 'coaching';
    session_id := nothing;
    tenant_id := nothing;
    present := nothing;
  end if;
end
$$;

-- The state of the session with this link, and the version that it uses: that of its result, of its accepted scores, of its
-- pin, or the one with which it would begin now. A session that cannot begin, because it has no custom assessment or because
-- its version was taken down, is unavailable. What a session of the same id and another tenant or campaign left does not
-- count. Nothing returns early: unknown, expired and unavailable links take the same look-ups.
create or replace function private.state_of_link(
  access_token text,
  out session_type text, out session_id uuid, out tenant_id uuid, out expires_at timestamptz, out state text,
  out assessment_id uuid, out version_id uuid, out disclosure text
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  link record;
  result record;
  request record;
  used record;
  can_begin boolean;
begin
  select found.* into link from private.session_of_link(state_of_link.access_token) as found;
  select scored.tenant_id, scored.campaign_id, scored.assessment_id, scored.assessment_version_id as version_id,
         scored.result_disclosure
    into result
    from public.custom_assessment_results as scored
   where scored.session_id = link.session_id and scored.session_type = link.session_type;
  select accepted.tenant_id, accepted.assessment_id, accepted.assessment_version_id as version_id
    into request
    from private.score_requests as accepted
   where accepted.session_id = link.session_id and accepted.session_type = link.session_type;
  select version.assessment_id, version.version_id, version.begun_at
    into used
    from private.session_version(
           private.session_kind(link.session_type), link.session_id, link.tenant_id, link.campaign_id,
           coalesce(link.present, (
             select facts.assessment_ids[1] from private.session_facts(link.session_id, link.session_type) as facts
           ))
         ) as version;
  can_begin := not private.is_inactive(link.tenant_id) and case
    when used.version_id is null then private.can_make_version(used.assessment_id, link.tenant_id)
    else private.is_own(used.assessment_id, link.tenant_id) or not private.is_withdrawn(used.version_id)
  end;
  state := case
    when private.erased_at(link.session_id, link.session_type, link.tenant_id) is not null then 'unavailable'
    when result.tenant_id = link.tenant_id and result.campaign_id is not distinct from link.campaign_id then 'complete'
    when request.tenant_id = link.tenant_id then 'scoring'
    when used.assessment_id is null then 'unavailable'
    when link.status in ('cancelled', 'withdrawn') then link.status
    when used.begun_at is not null then 'in_progress'
    when can_begin then 'open'
    else 'unavailable'
  end;
  session_type := link.session_type;
  session_id := link.session_id;
  tenant_id := link.tenant_id;
  expires_at := link.expires_at;
  case state
    when 'complete' then
      assessment_id := result.assessment_id;
      version_id := result.version_id;
      disclosure := result.result_disclosure;
    when 'scoring' then
      assessment_id := request.assessment_id;
      version_id := request.version_id;
    else
      assessment_id := used.assessment_id;
      version_id := used.version_id;
  end case;
end
$$;

-- For respondents: the result behind a link.

-- SECURITY DEFINER, because a respondent has no account: the link's token grants access, and RLS does not know it.
--
-- Unknown, expired and unfinished sessions get the same answer after the same look-ups. The result must belong to the
-- session's own tenant and campaign, so that a session created with the id of a deleted one shows nothing. The disclosure
-- was fixed when the result was written.
create or replace function public.session_result(access_token text)
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  session record;
  result record;
begin
  select found.* into session from private.session_of_link(session_result.access_token) as found;
  select present.tenant_id, present.campaign_id, present.overall_score, present.dimension_scores,
         present.uncovered_dimensions, present.matched_category_data, present.ai_insights, present.completed_at,
         present.result_disclosure, present.assessment_definition_snapshot -> 'metadata' as metadata
    into result
    from public.custom_assessment_results as present
   where present.session_id = session.session_id and present.session_type = session.session_type;

  if result.tenant_id is distinct from session.tenant_id
     or result.campaign_id is distinct from session.campaign_id then
    return '{"complete": false}'::jsonb;
  end if;
  return case result.result_disclosure
    when 'full' then jsonb_build_object(
      'complete', true,
      'disclosure', result.result_disclosure,
      'completed_at', result.completed_at,
      'scale', to_jsonb(private.scale_in_force(result.metadata)),
      'overall_score', result.overall_score,
      'dimension_scores', result.dimension_scores,
      'uncovered_dimensions', result.uncovered_dimensions,
      'category', result.matched_category_data,
      'insights', result.ai_insights)
    when 'teaser' then jsonb_build_object(
      'complete', true,
      'disclosure', result.result_disclosure,
      'category', case when result.matched_category_data is not null then jsonb_build_object(
        'name', result.matched_category_data -> 'name',
        'description', result.matched_category_data -> 'description') end)
    else '{"complete": true}'
  end;
end
$$;
comment on function public.session_result(text) is
'For respondents: the result of the session with this link, as far as the assessment discloses it. full: {complete, '
'disclosure, completed_at, scale, overall_score, dimension_scores, uncovered_dimensions, category, insights}; teaser: '
'{complete, disclosure, category: {name, description}}; none: {complete}. For an unknown, expired or unfinished session: '
'{complete: false}.';
revoke all on function public.session_result(text) from public, anon, authenticated, service_role;

-- For respondents: how far the session is, what a welcome page shows, and the withdrawal of a session.

-- The sentences of the notice for respondents, by the disclosure and the tenant.
create or replace function private.notice(tenant_id uuid, disclosure text)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  days numeric;
  sentence text;
begin
  select own.words_days, own.notice
    into days, sentence
    from public.tenant_settings as own
   where own.tenant_id = notice.tenant_id;
  days := least(days, private.setting('words_days'));
  return (
    select jsonb_object_agg(
             case when told.name = notice.disclosure then 'shown' else told.name end,
             replace(told.value, '{words_days}', days::text)
           )
      from private.notice_texts as told
     where told.name = notice.disclosure or told.name <> all (private.disclosures())
  ) || jsonb_build_object('tenant', sentence, 'words_days', days);
end
$$;

-- SECURITY DEFINER, because a respondent has no account: the link's token grants access, and RLS does not know it.
create or replace function public.session_status(access_token text)
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  link record;
  shown jsonb;
begin
  select found.* into link from private.state_of_link(session_status.access_token) as found;
  select jsonb_build_object(
           'state', link.state,
           'tenant', tenant.display_name,
           'name', text.name,
           'description', text.description,
           'opening', text.definition #> '{interviewGuidelines,opening}',
           'disclosure', coalesce(link.disclosure, text.result_disclosure),
           'expires_at', link.expires_at,
           'notice', private.notice(tenant.id, coalesce(link.disclosure, text.result_disclosure))
         )
    into shown
    from public.tenant_profiles as tenant
    cross join lateral (
      select version.name, version.description, version.definition, version.result_disclosure
        from public.assessment_versions as version
       where version.id = link.version_id
      union all
      -- Its first version is not made before it is used.
      select assessment.name, assessment.description, assessment.definition, assessment.result_disclosure
        from public.custom_assessments as assessment
       where link.version_id is null and assessment.id = link.assessment_id
    ) as text
   where tenant.id = link.tenant_id;
  -- Nothing is shown of an ended session whose assessment was deleted either.
  return case when link.state = 'unavailable' or shown is null then '{"state": "unavailable"}'::jsonb else shown end;
end
$$;
comment on function public.session_status(text) is
'For respondents: {state, tenant, name, description, opening, disclosure, expires_at, notice} of the session with this link, by '
'the version that the session uses. state: open, in_progress (the interview has begun), scoring, complete, cancelled, withdrawn. '
'notice: {machine, kept, readers, shown, contact, tenant, words_days}. For an unknown, expired or erased link, and for a '
'session that cannot begin: {state: unavailable}.';
revoke all on function public.session_status(text) from public, anon, authenticated, service_role;

-- Ends a session that is open or in progress, and deletes its transcript; others stay as they are. Its assessment and its row
-- are locked first, and then read again: meanwhile its assessment may have been deleted, its link replaced, or its scores
-- accepted. A host whose rule refuses the word withdrawn may have cancelled. SECURITY DEFINER, as above.
create or replace function public.withdraw_session(access_token text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  link record;
  status text;
begin
  select found.* into link from private.state_of_link(withdraw_session.access_token) as found;
  if link.state in ('open', 'in_progress') then
    perform private.hold_assessments(facts.assessment_ids)
       from private.session_facts(link.session_id, link.session_type) as facts;
    perform private.hold_session_to_write(link.session_id, link.session_type);
    foreach status in array array['withdrawn', 'cancelled'] loop
      select found.* into link from private.state_of_link(withdraw_session.access_token) as found;
      exit when link.state not in ('open', 'in_progress');
      perform private.end_session(link.session_id, link.session_type, status, null);
    end loop;
    select found.* into link from private.state_of_link(withdraw_session.access_token) as found;
    if link.state in ('withdrawn', 'cancelled') then
      perform private.remove_transcript(link.session_id, link.session_type, link.tenant_id);
    end if;
  end if;
  return jsonb_build_object('state', link.state);
end
$$;
comment on function public.withdraw_session(text) is
'For respondents: withdraws the session with this link, if it is open or in progress: it can then neither begin nor be completed, and '
'its transcript is deleted at once. '
'Returns {state}, as session_status then has it: withdrawn, or the state of a session that was not open any more.';
revoke all on function public.withdraw_session(text) from public, anon, authenticated, service_role;

-- For owners: giving a session another link.

-- What rotate_session_link does: for a trusted caller on any session, else only for the tenant's owner, so not for the creator
-- of a campaign whose tenant has another owner. SECURITY DEFINER: no client can write tokens.
create or replace function private.replace_link(session_id uuid, session_type text, trusted boolean)
returns text
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  host_table constant regclass := case session_type
    when 'coaching' then 'public.coaching_sessions'::regclass else 'public.campaign_assignments'::regclass
  end;
  tenant_id uuid;
  token record;
  link text;
begin
  select facts.tenant_id
    into tenant_id
    from private.session_facts(replace_link.session_id, replace_link.session_type) as facts
   where trusted or facts.tenant_id = any (array(select private.my_tenant_ids()));
  if not found then
    perform private.refuse('SESSION_NOT_FOUND', jsonb_build_object('session_id', replace_link.session_id));
  end if;
  perform private.refuse_erased(replace_link.session_id, replace_link.session_type, tenant_id);
  select format_type(col.atttypid, col.atttypmod) as type, col.atthasdef as has_default,
         pg_column_is_updatable(col.attrelid, col.attnum, true) as can_change
    into token
    from pg_catalog.pg_attribute as col
   where col.attrelid = host_table and col.attname = 'access_token';
  if not token.can_change then
    perform private.refuse('INVALID_ARGUMENT', jsonb_build_object(
      'argument', 'session_type', 'expected', 'sessions of a table, or of a view whose access_token can be updated'
    ));
  end if;
  -- A host makes its links in its own way, if it has one.
  execute format(
    'update %s set access_token = %s where id = $1 returning access_token::text', host_table,
    case
      when token.has_default then 'default'
      when token.type = 'uuid' then 'gen_random_uuid()'
      else format('replace(gen_random_uuid()::text || gen_random_uuid()::text, ''-'', '''')::%s', token.type)
    end
  )
     into link
    using replace_link.session_id;
  return link;
end
$$;

create or replace function public.rotate_session_link(session_id uuid, session_type text)
returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  return jsonb_build_object('access_token', private.replace_link(
    rotate_session_link.session_id, rotate_session_link.session_type, current_user not in ('anon', 'authenticated')
  ));
end
$$;
comment on function public.rotate_session_link(uuid, text) is
'For owners: gives a session another link, for example because somebody else has the present one, which ends. Returns '
'{access_token}.';
revoke all on function public.rotate_session_link(uuid, text) from public, anon, authenticated, service_role;
