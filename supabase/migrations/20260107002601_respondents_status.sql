-- custom-assessments 0.2.0 respondents_status sha256:04fc53681bbdc4f001962503adcd40d9a574d1a09e84848396dd60cad1d0f5b8
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
      perform private.broadcast(link.tenant_id, 'session', jsonb_build_object(
        'id', link.session_id, 'type', link.session_type, 'state', link.state));
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
