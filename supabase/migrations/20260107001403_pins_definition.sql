-- custom-assessments 0.2.0 pins_definition sha256:cd8f0615fd2269730c5b5de375f9b11848147b71ab6a40e994b5f153bf995c6f
-- The definition as interview agents get it: exactly the keys that the format knows, with defaults for missing ones, but
-- without the examples, from which an agent would learn the scores that the author expects.

-- Computed once for each version, when a session first begins with it: most versions are never asked for, and an agent asks
-- again and again. A release that changes private.asked_definition() empties the table.
create table if not exists private.asked_definitions (
  version_id uuid not null,
  definition jsonb not null,

  constraint asked_definitions_pkey primary key (version_id),
  constraint asked_definitions_version_id_fkey
  foreign key (version_id) references public.assessment_versions (id) on delete cascade
);
comment on table private.asked_definitions is
'The definitions of versions as interview_context returns them, for versions with which a session has begun.';
alter table private.asked_definitions enable row level security;
revoke all on table private.asked_definitions from public, anon, authenticated, service_role;

-- The dimensions, with their ids.
create or replace function private.asked_dimensions(dimensions jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  ids text[] := array(
    select dimension.value ->> 'id' from jsonb_array_elements(dimensions) with ordinality as dimension order by dimension.ordinality
  );
begin
  -- Most definitions contain them, and deriving an id from a name is slow.
  if array_position(ids, null) is not null then
    ids := (select named.ids from private.dimension_ids(dimensions) as named);
  end if;
  return (
    select jsonb_agg(
             jsonb_build_object(
               'id', ids[dimension.ordinality],
               'name', dimension.value -> 'name',
               'weight', dimension.value -> 'weight',
               'description', dimension.value -> 'description',
               'interviewThemes', coalesce(nullif(dimension.value -> 'interviewThemes', 'null'), '[]'),
               'scoringRubric', coalesce(nullif(dimension.value -> 'scoringRubric', 'null'), '{}')
             )
             order by dimension.ordinality
           )
      from jsonb_array_elements(dimensions) with ordinality as dimension
  );
end
$$;

create or replace function private.asked_categories(categories jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select coalesce(
             jsonb_agg(
               jsonb_strip_nulls(jsonb_build_object(
                 'name', category.value -> 'name',
                 'scoreRange', category.value -> 'scoreRange',
                 'primaryDimensions', coalesce(nullif(category.value -> 'primaryDimensions', 'null'), '[]'),
                 'description', category.value -> 'description',
                 'strengths', coalesce(nullif(category.value -> 'strengths', 'null'), '[]'),
                 'growthAreas', coalesce(nullif(category.value -> 'growthAreas', 'null'), '[]'),
                 'recommendations', coalesce(nullif(category.value -> 'recommendations', 'null'), '[]')
               ))
               order by category.ordinality
             ),
             '[]'
           )
      from jsonb_array_elements(categories) with ordinality as category
  );
end
$$;

-- The whole definition of a version. Its columns take precedence over the metadata.
create or replace function private.asked_definition(version public.assessment_versions)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  -- In memory: a definition from a table is unpacked once here, not at every access.
  whole constant jsonb := version.definition #> '{}';
  metadata constant jsonb := whole -> 'metadata';
  guidelines constant jsonb := whole -> 'interviewGuidelines';
  bounds constant numeric[] := private.scale_in_force(metadata);
begin
  -- Optional texts have no default: their keys are left out, because null is not a text.
  return jsonb_build_object(
    'metadata', jsonb_strip_nulls(jsonb_build_object(
      'name', version.name,
      'version', version.version,
      'type', version.assessment_type,
      'author', metadata -> 'author',
      'description', version.description,
      'interviewStyle', jsonb_build_object(
        'default', version.interview_style_default, 'allowOverride', version.interview_style_allow_override
      ),
      'resultDisclosure', version.result_disclosure,
      'scale', jsonb_build_array(bounds[1], bounds[2]),
      -- Only if stated, because the definition's JSON Schema does not contain them yet.
      'language', metadata -> 'language',
      'evidence', metadata -> 'evidence',
      'minCoverage', metadata -> 'minCoverage'
    )),
    'dimensions', private.asked_dimensions(whole -> 'dimensions'),
    'resultCategories', private.asked_categories(whole -> 'resultCategories'),
    'interviewGuidelines', jsonb_strip_nulls(jsonb_build_object(
      'opening', guidelines -> 'opening',
      'closing', guidelines -> 'closing',
      'probingQuestions', coalesce(nullif(guidelines -> 'probingQuestions', 'null'), '{}')
    ))
  );
end
$$;

-- Stores the definition of a version for later calls. The caller has locked the assessment, so that the version cannot be
-- deleted. Of several sessions that begin with the version at the same time one stores it, and none waits.
create or replace function private.keep_asked_definition(version_id uuid, definition jsonb)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if pg_try_advisory_xact_lock(hashtextextended('definition of ' || keep_asked_definition.version_id, 0)) then
    insert into private.asked_definitions (version_id, definition)
    values (keep_asked_definition.version_id, keep_asked_definition.definition)
    on conflict on constraint asked_definitions_pkey do nothing;
  end if;
end
$$;

-- Pins of sessions: the first interview_context pins a session to a version, which the session uses from then on.

-- Whether a row is the pin of a session, which now has this tenant and campaign, and has begun. present is the assessment
-- that the campaign or coaching session names now: a coaching session that was given another assessment begins anew, while a
-- campaign's sessions keep the one with which they began.
create or replace function private.is_pin_of(pin private.pins, tenant_id uuid, campaign_id uuid, present uuid)
returns boolean
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return pin.tenant_id = is_pin_of.tenant_id
     and pin.campaign_id is not distinct from is_pin_of.campaign_id
     and pin.pinned_version_id is not null
     and (pin.kind = 'assignment' or present is null or pin.assessment_id = present);
end
$$;

-- The pin of a session; no row before it has begun.
create or replace function private.pin_of_session(
  kind text, id uuid, tenant_id uuid, campaign_id uuid, present uuid
)
returns setof private.pins
language plpgsql
stable
rows 1
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
    select pin.*
      from private.pins as pin
     where pin.kind = pin_of_session.kind
       and pin.id = pin_of_session.id
       and private.is_pin_of(pin, pin_of_session.tenant_id, pin_of_session.campaign_id, present);
end
$$;

-- Pins a whole campaign when its first interview begins. False if it has chosen another assessment meanwhile, or another
-- transaction has pinned it: the caller then reads it again.
create or replace function private.pin_campaign(campaign_id uuid, tenant_id uuid, assessment_id uuid)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  noted private.pins;
begin
  -- An update that gives the campaign another assessment waits for this row, or has already committed.
  noted := private.lock_pin(
    'campaign', pin_campaign.campaign_id, pin_campaign.tenant_id, null, pin_campaign.assessment_id
  );
  if noted.id is null or not exists (
    select
      from public.campaigns as campaign
     where campaign.id = pin_campaign.campaign_id
       and campaign.tenant_id = pin_campaign.tenant_id
       and campaign.custom_assessment_id = pin_campaign.assessment_id
  ) then
    return false;
  end if;
  -- A row for another assessment, or from another tenant's campaign that had this id, no longer counts.
  update private.pins as pin
     set tenant_id = pin_campaign.tenant_id, assessment_id = pin_campaign.assessment_id,
         chosen_version_id = null, chosen_at = null, pinned_version_id = null, pinned_at = null
   where pin.kind = 'campaign'
     and pin.id = pin_campaign.campaign_id
     and (pin.tenant_id, pin.assessment_id) is distinct from (pin_campaign.tenant_id, pin_campaign.assessment_id);
  update private.pins as pin
     set pinned_version_id = private.version_to_use(
           'campaign', pin.id, pin.tenant_id, null, pin.assessment_id, pin.assessment_id
         ),
         pinned_at = now()
   where pin.kind = 'campaign'
     and pin.id = pin_campaign.campaign_id
     and pin.pinned_version_id is null;
  return found;
end
$$;

-- Locks the pin of a campaign against changes while a session begins with it. False if the campaign is not pinned yet.
create or replace function private.hold_campaign_pin(campaign_id uuid, tenant_id uuid, assessment_id uuid)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  perform pin.id
     from private.pins as pin
    where pin.kind = 'campaign'
      and pin.id = hold_campaign_pin.campaign_id
      and pin.tenant_id = hold_campaign_pin.tenant_id
      and pin.assessment_id = hold_campaign_pin.assessment_id
      and pin.pinned_version_id is not null
      for share;
  return found;
end
$$;

-- Begins a session that is not pinned, by pinning it to the version that it uses. The caller has read tenant_id, campaign_id
-- and present; named is the assessment that the agent session names. Without an assessment both results are null. Only
-- version_id is null if the session has changed or was pinned meanwhile: the caller then reads it again.
create or replace function private.begin_session(
  kind text, id uuid, tenant_id uuid, campaign_id uuid, present uuid, named uuid,
  out assessment_id uuid, out version_id uuid
)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  noted private.pins;
  session record;
begin
  if private.bring_over_session(begin_session.kind, begin_session.id, begin_session.campaign_id) then
    assessment_id := (
      select pin.assessment_id
        from private.pin_of_session(
               begin_session.kind, begin_session.id, begin_session.tenant_id, begin_session.campaign_id, present
             ) as pin
    );
    if assessment_id is not null then
      return;
    end if;
  end if;
  perform private.refuse_inactive(begin_session.tenant_id);
  -- Locks, in their order: the assessment, the coaching session, the campaign's pin, the session's ------------------
  assessment_id := coalesce(named, present);
  perform held.id from public.custom_assessments as held where held.id = begin_session.assessment_id for key share;
  if not found then
    perform private.refuse_erased(begin_session.id, private.session_type(begin_session.kind), begin_session.tenant_id);
    assessment_id := null;
    return;
  end if;
  if begin_session.kind = 'coaching' then
    -- Not an assignment: the deletion of its campaign's creator locks it after the campaign's pin.
    select coaching.tenant_id, null::uuid as campaign_id, coaching.custom_assessment_id as present,
           coaching.client_status::text as status
      into session
      from public.coaching_sessions as coaching
     where coaching.id = begin_session.id
       for share;
  end if;
  -- A session without a choice of its own uses its campaign's version.
  if begin_session.campaign_id is not null and assessment_id = present and not exists (
    select
      from private.pins as pin
     where pin.kind = begin_session.kind
       and pin.id = begin_session.id
       and pin.tenant_id = begin_session.tenant_id
       and pin.campaign_id = begin_session.campaign_id
       and pin.assessment_id = begin_session.assessment_id
       and pin.chosen_version_id is not null
  ) then
    if not private.hold_campaign_pin(begin_session.campaign_id, begin_session.tenant_id, assessment_id)
      and not private.pin_campaign(begin_session.campaign_id, begin_session.tenant_id, assessment_id) then
      return;
    end if;
  end if;
  noted := private.lock_pin(
    begin_session.kind, begin_session.id, begin_session.tenant_id, begin_session.campaign_id, begin_session.assessment_id
  );

  -- Read again, now that it cannot change: an erasure or a withdrawal locks the pin. One just cancelled begins before that.
  -- An erased session has no pin, and gets none from before versions either.
  if private.erased_at(begin_session.id, private.session_type(begin_session.kind), begin_session.tenant_id) is not null then
    perform private.refuse_erased(begin_session.id, private.session_type(begin_session.kind), begin_session.tenant_id);
  end if;
  if begin_session.kind = 'assignment' then
    select campaign.tenant_id, campaign.id as campaign_id, campaign.custom_assessment_id as present,
           assignment.status::text as status
      into session
      from public.campaign_assignments as assignment
      join public.campaigns as campaign on campaign.id = assignment.campaign_id
     where assignment.id = begin_session.id;
  end if;
  if session.status = any (private.ended_statuses()) then
    perform private.refuse_ended(begin_session.id, session.status);
  elsif noted.id is null
    or private.is_pin_of(noted, begin_session.tenant_id, begin_session.campaign_id, present)
    or (session.tenant_id, session.campaign_id, session.present)
       is distinct from (begin_session.tenant_id, begin_session.campaign_id, begin_session.present) then
    return;
  end if;
  -- A row for another assessment, or from another session that had this id, no longer counts.
  if (noted.tenant_id, noted.campaign_id, noted.assessment_id)
     is distinct from (begin_session.tenant_id, begin_session.campaign_id, begin_session.assessment_id) then
    delete from private.pins as pin where pin.kind = begin_session.kind and pin.id = begin_session.id;
    insert into private.pins (kind, id, tenant_id, campaign_id, assessment_id)
    values (begin_session.kind, begin_session.id, begin_session.tenant_id, begin_session.campaign_id, assessment_id);
  end if;
  version_id := private.version_to_use(
    begin_session.kind, begin_session.id, begin_session.tenant_id, begin_session.campaign_id, present,
    begin_session.assessment_id
  );
  if version_id is null then
    perform private.refuse('ASSESSMENT_NOT_FOUND', jsonb_build_object('assessment_id', begin_session.assessment_id));
  end if;
  update private.pins as pin
     set pinned_version_id = begin_session.version_id, pinned_at = now(), begun_at = now(), asked_at = now()
   where pin.kind = begin_session.kind and pin.id = begin_session.id;
end
$$;
