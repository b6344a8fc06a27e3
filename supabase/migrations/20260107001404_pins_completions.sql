-- custom-assessments 0.2.0 pins_completions sha256:56ec2a7285c89f53637da8898a9d74b508b96f399db91cc61a9088e0aa19aa59
-- By which version the scores of a session are judged.

-- Whether a tenant may use a version: of its own assessments, one that it has used, or the one in force.
create or replace function private.may_use(tenant_id uuid, version_id uuid)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return exists (
    select
      from public.assessment_versions as version
      join public.custom_assessments as assessment on assessment.id = version.assessment_id
     where version.id = may_use.version_id
       and (
         (version.tenant_id = may_use.tenant_id and assessment.tenant_id = may_use.tenant_id)
         or private.has_used(may_use.tenant_id, version.id)
         or private.version_in_force(assessment.id, may_use.tenant_id) = version.id
       )
  );
end
$$;

-- The version by which a session's scores are judged, and its assessment: those to which the session is pinned. If it has
-- not begun: the named version; else the version is assumed, to be the one in force when the session's first agent session
-- was created, or the one in force now. of_assessment is the assessment that a trusted writer names, who can use any version
-- of it.
create or replace function private.version_of_scores(
  session_id uuid, session_type text, of_assessment uuid, named uuid,
  out version_id uuid, out assessment_id uuid, out assumed boolean
)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  session_kind constant text := private.session_kind(session_type);
  trusted constant boolean := of_assessment is not null;
  session record;
  earlier uuid[];
begin
  select facts.tenant_id, facts.campaign_id, facts.assessment_id as present, facts.assessment_ids
    into session
    from private.session_facts(version_of_scores.session_id, version_of_scores.session_type) as facts;
  perform private.bring_over_session(session_kind, version_of_scores.session_id, session.campaign_id);

  -- Begun: only a version that interview_context returned for this session can be named -------------------------------
  select pin.pinned_version_id, pin.assessment_id, pin.earlier_version_ids
    into version_id, assessment_id, earlier
    from private.pin_of_session(
           session_kind, version_of_scores.session_id, session.tenant_id, session.campaign_id, session.present
         ) as pin;
  if found then
    assumed := false;
    if of_assessment <> assessment_id then
      perform private.refuse('SESSION_ASSESSMENT_MISMATCH', jsonb_build_object(
        'session_id', version_of_scores.session_id, 'assessment_id', of_assessment,
        'session_assessment_id', version_of_scores.assessment_id
      ));
    elsif named <> all (version_id || earlier) then
      perform private.refuse('VERSION_MISMATCH', jsonb_build_object(
        'session_id', version_of_scores.session_id, 'version_id', named,
        'session_version_id', version_of_scores.version_id
      ));
    end if;
    return;
  end if;

  -- Not begun -------------------------------------------------------------------------------------------------
  if not trusted then
    perform private.refuse_inactive(session.tenant_id);
  end if;
  version_id := named;
  assessment_id := coalesce(
    of_assessment,
    (select version.assessment_id from public.assessment_versions as version where version.id = named),
    session.assessment_ids[1]
  );
  perform private.hold_assessments(array[assessment_id]);
  if named is not null and not (
    exists (
      select
        from public.assessment_versions as version
       where version.id = named and version.assessment_id = version_of_scores.assessment_id
    )
    and (trusted or private.may_use(session.tenant_id, named))
  ) then
    perform private.refuse('VERSION_NOT_FOUND', jsonb_build_object('version_id', named));
  elsif assessment_id is not null and assessment_id <> all (session.assessment_ids) then
    perform private.refuse('SESSION_ASSESSMENT_MISMATCH', jsonb_build_object(
      'session_id', version_of_scores.session_id, 'assessment_id', version_of_scores.assessment_id
    ));
  end if;
  assumed := named is null;
  if assumed then
    version_id := coalesce(
      (
        select pin.first_version_id
          from private.pins as pin
         where pin.kind = session_kind
           and pin.id = version_of_scores.session_id
           and pin.tenant_id = session.tenant_id
           and pin.campaign_id is not distinct from session.campaign_id
           and pin.assessment_id = version_of_scores.assessment_id
      ),
      private.version_to_use(
        session_kind, version_of_scores.session_id, session.tenant_id, session.campaign_id, session.present,
        version_of_scores.assessment_id
      ),
      case when trusted then private.newest_version(version_of_scores.assessment_id) end
    );
    if version_id is null and assessment_id is not null then
      perform private.refuse(
        'ASSESSMENT_NOT_FOUND', jsonb_build_object('assessment_id', version_of_scores.assessment_id)
      );
    end if;
  end if;
end
$$;
