-- How a result is written: once, with values from the database.

create or replace function private.write_result()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  session record;
  agreed record;
  outcome record;
begin
  -- The size is checked first, so that nothing below processes megabytes of scores.
  perform private.check_handed_in(new.dimension_scores, new.ai_insights);

  -- Guards: the session, its owner, and that it has no result yet -------------------------------------------
  select facts.tenant_id, facts.campaign_id, facts.campaign_created_by, facts.assessment_ids
    into session
    from private.session_facts(new.session_id, new.session_type) as facts;
  if not found then
    perform private.refuse('SESSION_NOT_FOUND',
      jsonb_build_object('session_id', new.session_id));
  end if;
  -- Two concurrent writers do not see each other's result here. In that case the unique constraint decides: the second
  -- writer waits and gets 23505, which is the same HTTP status. (With an advisory lock per session it would get this
  -- refusal, but an import of tens of thousands of results in one transaction would fill the lock table.)
  if exists (select from public.custom_assessment_results as result
              where result.session_id = new.session_id and result.session_type = new.session_type) then
    perform private.refuse('SESSION_ALREADY_SCORED', jsonb_build_object('session_id', new.session_id));
  end if;

  -- The version: what the scores were accepted for, else what the session uses -------------------------------
  if not exists (select from public.custom_assessments as source where source.id = new.assessment_id) then
    perform private.refuse('ASSESSMENT_NOT_FOUND', jsonb_build_object('assessment_id', new.assessment_id));
  end if;
  select basis.version_id, basis.assumed, basis.definition, basis.version, basis.result_disclosure,
         basis.transcript_source, basis.runs, basis.accept_insufficient
    into agreed
    from private.basis_of_result(
           new.session_id, new.session_type, session.tenant_id, new.assessment_id, new.assessment_version_id
         ) as basis;

  -- The scores ---------------------------------------------------------------------------------------------
  select judged.*
    into outcome
    from private.judged_scores(agreed.definition, new.dimension_scores, agreed.runs) as judged;
  if outcome.faults = '[]' then
    outcome.faults := '[]'::jsonb
      || case when new.overall_score is distinct from outcome.overall and new.overall_score is not null then jsonb_build_object(
           'path', '$.overall_score', 'reason', 'not-the-computed-one', 'expected', coalesce(outcome.overall::text, 'none'))
         else '[]' end
      || case when new.matched_category is distinct from outcome.category ->> 'name'
               and new.matched_category is not null then jsonb_build_object(
           'path', '$.matched_category', 'reason', 'not-the-computed-one',
           'expected', outcome.category -> 'name')
         else '[]' end;
  end if;
  if outcome.faults <> '[]' then
    perform private.refuse_scores(new.session_id, agreed.definition, outcome.faults);
  end if;
  if outcome.scores = '{}' or not (outcome.is_sufficient or agreed.accept_insufficient is true) then
    perform private.refuse_insufficient(
      new.session_id, agreed.definition, outcome.coverage, outcome.uncovered, outcome.reasons
    );
  end if;

  -- The row: the caller's values stay, and the database sets the rest ----------------------------------------
  new.tenant_id := session.tenant_id;
  new.campaign_id := session.campaign_id;
  new.campaign_created_by := session.campaign_created_by;
  new.dimension_scores := outcome.scores;
  new.overall_score := outcome.overall;
  new.matched_category := outcome.category ->> 'name';
  new.matched_category_data := outcome.category;
  new.uncovered_dimensions := outcome.uncovered;
  new.uncovered_reasons := outcome.reasons;
  new.coverage := outcome.coverage;
  new.spread := outcome.spread;
  new.stability := outcome.stability;
  new.margin := outcome.margin;
  new.provenance := case when agreed.runs is null then 'unsupported' else 'runs' end;
  new.ai_insights := nullif(new.ai_insights, 'null');
  new.assessment_version_id := agreed.version_id;
  new.version_assumed := agreed.assumed;
  new.assessment_version := agreed.version;
  new.assessment_definition_snapshot := agreed.definition;
  new.transcript_source := agreed.transcript_source;
  new.result_disclosure := agreed.result_disclosure;
  new.created_at := now();
  new.completed_at := coalesce(new.completed_at, now());
  return new;
end
$$;

create or replace trigger write_result
before insert on public.custom_assessment_results
for each row execute function private.write_result();

-- Refuses every update, except that a result from before versions were kept gets the version from which it was made, once.
create or replace function private.refuse_result_update()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  unnamed public.custom_assessment_results := new;
begin
  unnamed.assessment_version_id := null;
  if current_user not in ('anon', 'authenticated', 'service_role')
    and old.assessment_version_id is null
    and record_image_eq(unnamed, old)
    and exists (
      select
        from public.assessment_versions as version
       where version.id = new.assessment_version_id
         and version.assessment_id = new.assessment_id
         and version.version = new.assessment_version
         and version.result_disclosure = new.result_disclosure
    ) then
    return new;
  end if;
  perform private.refuse('RESULT_IMMUTABLE', jsonb_build_object('result_id', old.id));
  return null;
end
$$;

create or replace trigger refuse_result_update
before update on public.custom_assessment_results
for each row execute function private.refuse_result_update();
