-- custom-assessments 0.2.0 worker_api sha256:a27fec981b92e7dafc3b8adb05e3d1beedc781eb8634a5010f1d408e149ff23e
-- What the worker calls. One request finishes the jobs in hand and claims the next ones, in one transaction, so that
-- an effect and the end of its job are one.

-- ---------------------------------------------------------------------------------------------------------
-- Diagnostics that only the database can make
-- ---------------------------------------------------------------------------------------------------------

create or replace function private.upload_diagnostic(code text, place jsonb default null)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select jsonb_build_object(
           'severity', text.severity, 'code', text.code,
           'line', coalesce(place -> 'line', '1'), 'column', coalesce(place -> 'column', '1'),
           'end_line', coalesce(place -> 'line', '1'), 'end_column', coalesce((place ->> 'column')::int, 1) + 1,
           'section', text.section, 'message', text.message, 'hint', text.hint)
    from (values
      ('already-uploaded', 'warning', '', 'These exact bytes are stored already, so nothing was changed.',
       'Use the assessment that this upload names, or change the file and upload it again.'),
      ('version-conflict', 'error', 'Front matter / version',
       'The active assessment has this version already, with another text.',
       'Raise the version in the front matter and upload the file again.'),
      ('version-falls', 'error', 'Front matter / version',
       'The version is lower than that of the assessment to replace.',
       'Give a version that is higher than the present one, or upload the file as a new assessment.'),
      ('assessment-archived', 'error', '', 'The assessment to replace is archived and read-only.',
       'Set its status to active first, or upload the file as a new assessment.'),
      ('assessment-missing', 'error', '', 'The assessment to replace does not exist any more.',
       'Upload the file without assessment_id to make a new assessment.'),
      ('database-refused', 'error', '', 'The database refused the assessment.',
       'Mend the file and upload it again; if nothing in it is wrong, tell the operator the id of this upload.'),
      ('worker-lost', 'error', '', 'The worker was lost every time it compiled this file.',
       'Simplify the file and upload it again; if it is an ordinary one, tell the operator the id of this upload.'),
      ('too-many-attempts', 'error', '', 'The file could not be handled after several attempts.',
       'The fault is not in the file: upload it again later, or tell the operator the id of this upload.'),
      ('too-slow', 'error', '', 'Storing the assessment took the database too long, at every attempt.',
       'Simplify the file and upload it again; if it is an ordinary one, tell the operator the id of this upload.')
    ) as text (code, severity, section, message, hint)
   where text.code = upload_diagnostic.code
$$;
revoke all on function private.upload_diagnostic(text, jsonb) from public, anon, authenticated, service_role;

-- ---------------------------------------------------------------------------------------------------------
-- Applying what a worker found
-- ---------------------------------------------------------------------------------------------------------

-- Whether a job ended for a reason that its file's author can mend. Such files are counted as rejected: no operator needs
-- to look, and trying again would find the same.
create or replace function private.is_authors_fault(error text)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
begin
  return coalesce(
    error in ('invalid-source', 'version-conflict', 'version-falls', 'assessment-archived', 'assessment-missing'), false
  );
end
$$;
revoke all on function private.is_authors_fault(text) from public, anon, authenticated, service_role;

-- What an upload keeps is a definition, whatever the worker says. Where an assessment is written, its trigger looks.
create or replace function private.require_definition(definition jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  faults constant jsonb := private.definition_faults(definition);
begin
  if faults <> '[]' then
    perform private.refuse('ASSESSMENT_VALIDATION_ERROR', jsonb_build_object('faults', faults));
  end if;
end
$$;
revoke all on function private.require_definition(jsonb) from public, anon, authenticated, service_role;

-- The oldest assessment of a tenant that was made of these bytes and still has that source and definition. The first entry
-- of the hash in its index is the answer: no text is compared, so it costs the same whatever the tenant has stored. Without
-- sorting, a plan that was made and kept while the table was small cannot read all rows of the tenant.
create or replace function private.assessment_with_content(tenant_id uuid, hash bytea)
returns uuid
language plpgsql
stable
set search_path = ''
set enable_sort = off
as $$
begin
  return (
    select assessment.id
      from public.custom_assessments as assessment
     where assessment.tenant_id = assessment_with_content.tenant_id
       and private.content_hash(assessment.source_markdown, assessment.definition) = hash
       and assessment.source_markdown is not null
       and assessment.status <> 'archived'
     order by assessment.created_at
     limit 1
  );
end
$$;
revoke all on function private.assessment_with_content(uuid, bytea) from public, anon, authenticated, service_role;

-- New drafts, or the assessments that hold the same bytes already: these uploads' ends, in their order, each as
-- apply_upload() gives it. All rows by one statement: to set up a row's checks and triggers takes as long as the row.
-- The uploads are looked up by their keys, for a plan that is kept must not read all there are; one that is missing fails
-- for want of a tenant, so that no end is given to another. The caller holds the locks on the tenants.
create or replace function private.apply_drafts(uploads uuid[], definitions jsonb[])
returns jsonb[]
language plpgsql
set search_path = ''
as $$
declare
  hashes constant bytea[] := array(
    select private.content_hash(upload.source_markdown, given.definition)
      from unnest(uploads, definitions) with ordinality as given (upload_id, definition, ordinality)
      left join public.assessment_uploads as upload on upload.id = given.upload_id and upload.id = any (uploads)
     order by given.ordinality);
  stored constant uuid[] := array(
    select private.assessment_with_content(upload.tenant_id, given.hash)
      from unnest(uploads, hashes) with ordinality as given (upload_id, hash, ordinality)
      left join public.assessment_uploads as upload on upload.id = given.upload_id and upload.id = any (uploads)
     order by given.ordinality);
  held uuid[];
  endings jsonb[];
begin
  if array_remove(stored, null) <> '{}' then
    -- As the uploads' references to them will: one that is being deleted in this moment is not waited for there.
    held := array(
      select assessment.id
        from public.custom_assessments as assessment
       where assessment.id = any (stored)
       order by assessment.id
         for key share);
  end if;
  with given as materialized (
    select each.ordinality, each.definition, each.hash,
           upload.tenant_id, upload.created_by, upload.source_markdown,
           case when each.stored = any (held) then each.stored end as stored, gen_random_uuid() as fresh
      from unnest(uploads, definitions, hashes, stored)
             with ordinality as each (upload_id, definition, hash, stored, ordinality)
      left join public.assessment_uploads as upload on upload.id = each.upload_id and upload.id = any (uploads)
  ),
  -- The same bytes twice among them make one.
  placed as materialized (
    select given.*,
           coalesce(given.stored, first_value(given.fresh) over (
             partition by given.stored, given.tenant_id, given.hash order by given.ordinality)) as assessment_id
      from given
  ),
  made as (
    insert into public.custom_assessments (
      id, tenant_id, created_by, name, version, description, definition, source_markdown, source_type, status,
      assessment_type, interview_style_default, interview_style_allow_override, result_disclosure
    )
    select placed.fresh, placed.tenant_id, placed.created_by, stated.name, stated.version, stated.description,
           placed.definition, placed.source_markdown, 'upload', 'draft', stated.assessment_type,
           stated.interview_style_default, stated.interview_style_allow_override, stated.result_disclosure
      from placed, lateral private.columns_of(placed.definition -> 'metadata') as stated
     where placed.assessment_id = placed.fresh
     order by placed.ordinality
  )
  select array_agg(
           jsonb_build_object('end', 'succeeded', 'assessment_id', placed.assessment_id)
           || case when placed.assessment_id = placed.fresh then '{}'
                else jsonb_build_object('diagnostics', jsonb_build_array(private.upload_diagnostic('already-uploaded')))
              end
           order by placed.ordinality)
    into endings
    from placed;
  return endings;
end
$$;
revoke all on function private.apply_drafts(uuid[], jsonb[]) from public, anon, authenticated, service_role;

-- The end of a compiled upload: a new draft, a replaced assessment, or the reason why not. Gives
-- {"end", "error", "assessment_id", "definition", "diagnostics"}; no definition where the assessment has it. The caller
-- holds the lock on the upload's tenant.
create or replace function private.apply_upload(
  upload_id uuid, target_id uuid, definition jsonb, version_place jsonb
)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  stated_version constant numeric[] := string_to_array(definition #>> '{metadata,version}', '.')::numeric[];
  upload record;
  target record;
  fault text;
begin
  select present.tenant_id, present.created_by, present.source_markdown, present.dry_run
    into strict upload
    from public.assessment_uploads as present
   where present.id = apply_upload.upload_id;
  if upload.dry_run then
    perform private.require_definition(apply_upload.definition);
    return jsonb_build_object('end', 'succeeded', 'definition', apply_upload.definition);
  end if;

  if apply_upload.target_id is null then
    return (private.apply_drafts(array[apply_upload.upload_id], array[apply_upload.definition]))[1];
  end if;

  -- A replacement ----------------------------------------------------------------------------------------
  select assessment.status, assessment.version, assessment.source_markdown, assessment.definition
    into target
    from public.custom_assessments as assessment
   where assessment.id = apply_upload.target_id
     and assessment.tenant_id = upload.tenant_id
     for update;
  if not found then
    fault := 'assessment-missing';
  elsif target.status = 'archived' then
    fault := 'assessment-archived';
  elsif target.source_markdown = upload.source_markdown and target.definition = apply_upload.definition then
    return jsonb_build_object('end', 'succeeded', 'assessment_id', apply_upload.target_id,
      'diagnostics', jsonb_build_array(private.upload_diagnostic('already-uploaded')));
  elsif stated_version < string_to_array(target.version, '.')::numeric[] then
    fault := 'version-falls';
  elsif target.status = 'active' and stated_version = string_to_array(target.version, '.')::numeric[] then
    fault := 'version-conflict';
  end if;
  if fault is not null then
    perform private.require_definition(apply_upload.definition);
    return jsonb_build_object('end', 'failed', 'error', fault, 'definition', apply_upload.definition,
      'diagnostics', jsonb_build_array(
      private.upload_diagnostic(fault, case when fault like 'version-%' then version_place end)));
  end if;
  update public.custom_assessments as assessment
     set name = stated.name,
         version = stated.version,
         description = stated.description,
         definition = apply_upload.definition,
         source_markdown = upload.source_markdown,
         source_type = 'upload',
         assessment_type = stated.assessment_type,
         interview_style_default = stated.interview_style_default,
         interview_style_allow_override = stated.interview_style_allow_override,
         result_disclosure = stated.result_disclosure,
         -- The upload is the tenant's edit: what a reviewer has not read is not listed.
         marketplace_status = case
           when assessment.marketplace_status = 'published'
             and (apply_upload.definition, stated.name, stated.description, upload.source_markdown)
               is distinct from
               (assessment.definition, assessment.name, assessment.description, assessment.source_markdown)
           then 'pending_review' else assessment.marketplace_status end
    from private.columns_of(apply_upload.definition -> 'metadata') as stated
   where assessment.id = apply_upload.target_id;
  return jsonb_build_object('end', 'succeeded', 'assessment_id', apply_upload.target_id);
end
$$;
revoke all on function private.apply_upload(uuid, uuid, jsonb, jsonb) from public, anon, authenticated, service_role;

-- The end of a scored session: its result, by the definition that its scores were accepted for.
-- What the worker worked out must be what the database works out; a difference between the two versions of the rule
-- (workers upgraded before migrations) passes when both are upgraded, so it is tried again.
create or replace function private.apply_score(request_id uuid, element jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  request record;
  result record;
begin
  select present.session_id, present.session_type, present.tenant_id, present.assessment_id, present.dimension_scores,
         present.ai_insights, present.completed_at
    into strict request
    from private.score_requests as present
   where present.id = apply_score.request_id;
  insert into public.custom_assessment_results (
    assessment_id, session_id, session_type, dimension_scores, ai_insights, completed_at
  )
  values (
    request.assessment_id, request.session_id, request.session_type, request.dimension_scores, request.ai_insights,
    request.completed_at
  )
  returning tenant_id, overall_score, matched_category, uncovered_dimensions into result;
  -- The session that was interviewed is gone, and another tenant's has its id.
  if result.tenant_id <> request.tenant_id then
    perform private.refuse('SESSION_NOT_FOUND', jsonb_build_object('session_id', request.session_id));
  end if;
  if result.overall_score is distinct from (element ->> 'overall_score')::numeric
     or result.matched_category is distinct from element ->> 'matched_category'
     or to_jsonb(result.uncovered_dimensions) is distinct from element -> 'uncovered_dimensions' then
    raise exception using errcode = 'CAS01', message = 'The worker and the database score differently.';
  end if;
  return '{"end": "succeeded"}'::jsonb;
end
$$;
revoke all on function private.apply_score(uuid, jsonb) from public, anon, authenticated, service_role;

-- What the database said against it, as the end of a job. Passing faults are tried again; a refusal or a constraint
-- is the end, with a diagnostic that the tenant can read.
create or replace function private.ending_of_error(kind text, state text, detail text)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
declare
  facts jsonb;
  code text := 'database-refused';
  diagnostics jsonb;
begin
  -- Only what is said about the data itself lasts. A name taken in the same moment, a deadlock, a lock or resource
  -- that was not to be had, a function that is just being upgraded: all that may pass.
  -- Somebody is at the tenant or the assessment: that is nothing the job has done.
  if state in ('55P03', 'PT503') then
    return '{"end": "waits", "error": "database-55p03"}'::jsonb;
  elsif state = 'CAS01' then
    return '{"end": "retry", "error": "scored-differently"}'::jsonb;
  elsif state = 'P0002' then
    return '{"end": "failed", "error": "subject-deleted"}'::jsonb;
  elsif state = '23505' or state !~ '^(PT|22|23)' then
    return jsonb_build_object('end', 'retry', 'error', 'database-' || lower(state));
  end if;
  if state like 'PT%' then
    facts := detail::jsonb;
    code := case facts ->> 'reason'
      when 'ASSESSMENT_ARCHIVED' then 'assessment-archived'
      when 'ASSESSMENT_NOT_FOUND' then 'assessment-missing'
      else replace(lower(facts ->> 'reason'), '_', '-')
    end;
  end if;
  if kind = 'compile' then
    select jsonb_agg(private.upload_diagnostic('database-refused') || jsonb_build_object(
             'message', concat('The database refused the definition at ', fault.value ->> 'path', ': ',
                               fault.value ->> 'reason', '. Expected: ', fault.value ->> 'expected', '.')))
      into diagnostics
      from jsonb_array_elements(case when jsonb_typeof(facts -> 'faults') = 'array' then facts -> 'faults' end) as fault;
    diagnostics := coalesce(diagnostics, jsonb_build_array(private.upload_diagnostic(
      case when code in ('assessment-archived', 'assessment-missing') then code else 'database-refused' end)));
  end if;
  return jsonb_build_object('end', 'failed', 'error', code, 'diagnostics', coalesce(diagnostics, '[]'));
end
$$;
revoke all on function private.ending_of_error(text, text, text) from public, anon, authenticated, service_role;

create or replace function private.apply_finish(kind text, subject_id uuid, target_id uuid, element jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  if kind = 'compile' then
    return private.apply_upload(
      subject_id, target_id, (element ->> 'definition')::jsonb, element -> 'version_at');
  end if;
  return private.apply_score(subject_id, element);
end
$$;
revoke all on function private.apply_finish(text, uuid, uuid, jsonb) from public, anon, authenticated, service_role;

-- ---------------------------------------------------------------------------------------------------------
-- Finishing
-- ---------------------------------------------------------------------------------------------------------

-- How long a job waits before its next attempt: 1, 4, 16, 64, ... seconds, at most ten minutes, each within a half
-- and one and a half times that, so that jobs that failed together do not come back together.
create or replace function private.retry_delay(charged integer)
returns interval
language plpgsql
volatile
set search_path = ''
as $$
begin
  return least(4.0 ^ (least(greatest(charged, 1), 10) - 1), 600) * (0.5 + random()) * interval '1 second';
end
$$;
revoke all on function private.retry_delay(integer) from public, anon, authenticated, service_role;

-- A diagnostic is small text and a few numbers. A number such as 1e131071 would take ten bytes here and as many characters
-- as its exponent says in every list of the tenant's uploads.
create or replace function private.bounded_diagnostics(given jsonb)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  if given is null or given = '[]' or jsonb_typeof(given) <> 'array'
    or private.definition_bounds_faults(jsonb_build_object('diagnostics', given)) is not null
    or jsonb_path_exists(given, '$[*] ? (@.type() != "object")') then
    return '[]'::jsonb;
  end if;
  return given;
end
$$;
revoke all on function private.bounded_diagnostics(jsonb) from public, anon, authenticated, service_role;

-- One transaction finishes the jobs of many tenants, and none of them may keep the others.
--
-- So that none waits for one whose rows somebody else keeps locked, nobody is waited for longer than lock_timeout says in the
-- functions below: first once for half a second, then, each for itself, for 20 milliseconds. A job whose tenant or assessment
-- is not to be had comes again later.
--
-- And no effect may take long. exchange_jobs has a statement_timeout of its own, which PostgREST arms: the effect that it
-- interrupts is undone, and its job comes again later, alone. The timer does not fire a second time, so everything is brought
-- to its end at once: what was done before stays, and what was not begun is given back. What is interrupted has had two
-- seconds at least, since no effect but the first is begun when one second is over. Over a direct connection nothing is
-- armed, and that look at the clock is all there is.

-- Locks the tenants and makers that the effects of these elements refer to, before any job: the order of locks is in
-- 20260107000200_custom_assessments.sql. Gives the tenants that were not to be had.
create or replace function private.hold_owners(finished jsonb, until timestamptz)
returns uuid[]
language plpgsql
set search_path = ''
set lock_timeout = '500ms'
as $$
declare
  ids constant bigint[] := array(
    select given.job::bigint
      from jsonb_array_elements(hold_owners.finished) as element
     cross join lateral jsonb_array_elements(element.value -> 'jobs') as given (job)
     where jsonb_typeof(element.value -> 'definition') = 'string'
        or element.value ->> 'outcome' = 'scored');
  -- Each row is looked up by its key: the plan of a join, or of what the index of tenants' jobs could answer, is kept for a
  -- session, may have been made for a queue in which there was no upload yet, and then reads all jobs there ever were.
  owners cursor for
    select job.tenant_id, bool_or(job.kind = 'compile') as writes,
           array_agg(distinct coalesce(
             (select upload.created_by from public.assessment_uploads as upload where upload.id = job.subject_id),
             (select tenant.user_id from public.tenant_profiles as tenant where tenant.id = job.tenant_id)
           )) filter (where job.kind = 'compile') as makers
      from private.jobs as job
     where job.id = any (ids)
       and job.kind <> 'probe'
     group by job.tenant_id
     order by job.tenant_id;
  busy uuid[] := '{}'::uuid[];
begin
  begin
    for owner in owners loop
      perform private.hold_tenant(owner.tenant_id, owner.makers, owner.writes);
    end loop;
  exception when lock_not_available then
    perform set_config('lock_timeout', '20ms', true);
    for owner in owners loop
      if clock_timestamp() >= until then
        busy := busy || owner.tenant_id;
        continue;
      end if;
      begin
        perform private.hold_tenant(owner.tenant_id, owner.makers, owner.writes);
      exception when lock_not_available then
        busy := busy || owner.tenant_id;
      end;
    end loop;
  end;
  return busy;
end
$$;
revoke all on function private.hold_owners(jsonb, timestamptz) from public, anon, authenticated, service_role;

-- Locks the jobs, in an order that two workers cannot cross. Gives those that were to be had: one that somebody keeps
-- locked is being deleted, or another worker has it.
create or replace function private.hold_jobs(ids bigint[])
returns bigint[]
language plpgsql
set search_path = ''
set lock_timeout = '500ms'
as $$
begin
  return array(select job.id from private.jobs as job where job.id = any (ids) order by job.id for update);
exception when lock_not_available then
  return array(select job.id from private.jobs as job where job.id = any (ids) order by job.id for update skip locked);
end
$$;
revoke all on function private.hold_jobs(bigint[]) from public, anon, authenticated, service_role;

-- The effects of some jobs of one tenant, all or each for itself: an end for each. More than one are uploads that make new
-- drafts; where one of them fails, each is tried by itself, so that each has its own end.
create or replace function private.apply_unit(
  kind text, subjects uuid[], targets uuid[], places integer[], finished jsonb, until timestamptz
)
returns jsonb[]
language plpgsql
set search_path = ''
as $$
declare
  state text;
  detail text;
  endings jsonb[];
begin
  begin
    if cardinality(subjects) > 1 then
      return private.apply_drafts(subjects, array(
        select (finished #>> array[given.place::text, 'definition'])::jsonb
          from unnest(places) with ordinality as given (place, ordinality)
         order by given.ordinality));
    end if;
    return array[private.apply_finish(apply_unit.kind, subjects[1], targets[1], finished -> places[1])];
  exception
    when query_canceled then
      return array_fill('{"end": "retry", "error": "too-slow"}'::jsonb, array[cardinality(subjects)]);
    when others then
      get stacked diagnostics state = returned_sqlstate, detail = pg_exception_detail;
  end;
  if state = '55P03' then
    perform set_config('lock_timeout', '20ms', true);
  end if;
  if cardinality(subjects) = 1 then
    return array[private.ending_of_error(apply_unit.kind, state, detail)];
  end if;
  for place in 1 .. cardinality(subjects) loop
    endings := endings || case
      when place > 1 and clock_timestamp() >= until then array['{"end": "release"}'::jsonb]
      else private.apply_unit(
        apply_unit.kind, subjects[place:place], targets[place:place], places[place:place], finished, until)
    end;
  end loop;
  return endings;
end
$$;
revoke all on function private.apply_unit(text, uuid[], uuid[], integer[], jsonb, timestamptz)
from public, anon, authenticated, service_role;

-- The effects of those elements that go beyond their own upload: a definition, or a score. Gives their jobs and, for
-- each, its end. The caller holds the jobs, and all tenants that are not busy.
create or replace function private.apply_effects(
  worker text, finished jsonb, ids bigint[], busy uuid[], until timestamptz, out ended bigint[], out endings jsonb[]
)
language plpgsql
set search_path = ''
set lock_timeout = '500ms'
as $$
declare
  -- The new drafts of one tenant are one unit, and everything else is one by itself. A tenant's uploads that replace
  -- something may change what its new ones find: then all are one by one, in their turn.
  units cursor for
    select effect.tenant_id, effect.kind,
           array_agg(effect.id order by effect.rank, effect.id) as jobs,
           array_agg(effect.subject_id order by effect.rank, effect.id) as subjects,
           array_agg(effect.target_id order by effect.rank, effect.id) as targets,
           array_agg(effect.place order by effect.rank, effect.id) as places
      from (
        select job.id, job.kind, job.subject_id, job.target_id, job.tenant_id, job.rank, first.place,
               job.kind = 'compile'
                 and not bool_or(job.target_id is not null) over (partition by job.tenant_id)
                 and not (select upload.dry_run from public.assessment_uploads as upload where upload.id = job.subject_id)
                 as drafts
          from (
            -- What is said first of a claim counts.
            select distinct on (job.id)
                   job.id, told.ordinality::integer - 1 as place, told.outcome
              from rows from (jsonb_to_recordset(apply_effects.finished) as (
                     jobs bigint[], attempts integer[], outcome text
                   )) with ordinality as told (jobs, attempts, outcome, ordinality)
             cross join lateral unnest(told.jobs, told.attempts) with ordinality as given (job, attempt, ordinality)
              join private.jobs as job on job.id = given.job
             where job.id = any (ids)
               and job.state = 'running'
               and job.worker = apply_effects.worker
               and job.attempts = given.attempt
             order by job.id, told.ordinality, given.ordinality
          ) as first
          join private.jobs as job on job.id = first.id
         where job.id = any (ids)
           and case job.kind
                 when 'compile' then
                   first.outcome = 'compiled'
                   and jsonb_typeof(apply_effects.finished #> array[first.place::text, 'definition']) = 'string'
                 when 'score' then first.outcome = 'scored'
               end
      ) as effect
     group by effect.tenant_id, effect.kind, case when effect.drafts then 0 else effect.id end
     order by effect.tenant_id, min(effect.rank), min(effect.id);
  late boolean := false;
begin
  for unit in units loop
    ended := ended || unit.jobs;
    if unit.tenant_id = any (busy) then
      endings := endings
        || array_fill(private.ending_of_error(unit.kind, '55P03', null), array[cardinality(unit.jobs)]);
    elsif late then
      endings := endings || array_fill('{"end": "release"}'::jsonb, array[cardinality(unit.jobs)]);
    else
      endings := endings
        || private.apply_unit(unit.kind, unit.subjects, unit.targets, unit.places, finished, until);
      late := clock_timestamp() >= until;
    end if;
  end loop;
end
$$;
revoke all on function private.apply_effects(text, jsonb, bigint[], uuid[], timestamptz)
from public, anon, authenticated, service_role;

-- Writes the ends of these jobs, in one statement: of the one at each place, the claim that is told of, its outcome and
-- error, and the element of finished that tells it. Gives what became of them, as finish_jobs does.
create or replace function private.settle_jobs(
  worker text, finished jsonb, ids bigint[], attempts integer[], outcomes text[], errors text[], elements integer[],
  mine bigint[], ended bigint[], endings jsonb[]
)
returns json
language plpgsql
set search_path = ''
as $$
declare
  -- Of so many claims those that found the tenant or the assessment locked are not charged: then the job has had hours.
  patience constant integer := 20;
  -- Those that name a claim which another before them names.
  repeats bigint[];
  answers json;
  wakes boolean;
  scored boolean;
begin
  if cardinality(mine) < cardinality(ids) then
    repeats := array(
      select given.ordinality
        from (
          select told.ordinality, row_number() over (partition by told.job, told.attempt order by told.ordinality) as time
            from unnest(ids, attempts) with ordinality as told (job, attempt, ordinality)
        ) as given
       where given.time > 1);
  end if;
  -- The rows are found by an array, so that no estimate can talk the planner into reading
  -- the whole table.
  with held as materialized (
    select job.id, job.kind, job.subject_id, job.state, job.worker, job.attempts, job.max_attempts,
           job.attempts - job.releases as charged
      from private.jobs as job
     where job.id = any (mine)
  ),
  judged as materialized (
    select element.ordinality, element.job, element.kind, element.subject_id, element.charged, element.attempts,
           element.place, element.ending, element.claimed,
           case
             when not element.held then null
             when element.found = 'retry' and element.charged >= element.max_attempts then 'exhausted'
             else element.found
           end as verdict,
           coalesce(element.ending ->> 'error',
                    substring(element.error from '^[a-z0-9-]{1,64}$'),
                    case when element.outcome = 'compiled' then 'invalid-source' else 'unspecified' end) as code
      from (
        select given.ordinality, given.job, given.outcome, given.error, given.place, effect.ending,
               held.kind, held.subject_id, held.charged, held.attempts, held.max_attempts,
               held.worker = settle_jobs.worker and held.attempts = given.attempt as claimed,
               (held.state = 'running' and held.worker = settle_jobs.worker and held.attempts = given.attempt
                and (repeats is null or given.ordinality <> all (repeats))) is true as held,
               case
                 when effect.ending ->> 'end' = 'waits' and held.attempts >= patience then 'retry'
                 when effect.ending is not null then effect.ending ->> 'end'
                 when given.outcome = 'done' and held.kind = 'probe' then 'succeeded'
                 when given.outcome = 'compiled' and held.kind = 'compile' then 'failed'
                 when given.outcome in ('failed', 'release') then given.outcome
                 else 'retry'
               end as found
          from unnest(ids, attempts, outcomes, errors, elements)
                 with ordinality as given (job, attempt, outcome, error, place, ordinality)
          left join held on held.id = given.job
          left join unnest(ended, endings) as effect (job, ending) on effect.job = given.job
      ) as element
  ),
  uploads as (
    update public.assessment_uploads as upload
       set status = case when judged.verdict = 'succeeded' then 'succeeded'
                         when judged.verdict in ('failed', 'exhausted') then 'failed' else 'queued' end,
           diagnostics = case
             when judged.verdict in ('succeeded', 'failed') then
               private.bounded_diagnostics(settle_jobs.finished #> array[judged.place::text, 'diagnostics'])
               || coalesce(judged.ending -> 'diagnostics', '[]')
             when judged.verdict = 'exhausted' then jsonb_build_array(private.upload_diagnostic(
               case judged.code when 'too-slow' then 'too-slow' else 'too-many-attempts' end))
             else '[]' end,
           -- The assessment's as it is stored: it need not be compressed a second time.
           definition = coalesce(judged.ending -> 'definition', (
             select assessment.definition
               from public.custom_assessments as assessment
              where assessment.id = (judged.ending ->> 'assessment_id')::uuid)),
           assessment_id = coalesce((judged.ending ->> 'assessment_id')::uuid, upload.assessment_id),
           attempts = judged.charged - case when judged.verdict in ('release', 'waits') then 1 else 0 end,
           started_at = case when judged.verdict in ('succeeded', 'failed', 'exhausted') then upload.started_at end,
           finished_at = case when judged.verdict in ('succeeded', 'failed', 'exhausted') then now() end
      from judged
     where judged.kind = 'compile'
       and judged.verdict is not null
       and upload.id = judged.subject_id
       and upload.id = any (array(
             select subject.subject_id from judged as subject where subject.kind = 'compile'))
  ),
  jobs as (
    update private.jobs as job
       set state = case when judged.verdict = 'succeeded' then 'succeeded'
                        when judged.verdict in ('failed', 'exhausted') then 'failed' else 'queued' end,
           rank = case when judged.verdict not in ('succeeded', 'failed', 'exhausted') then job.rank end,
           releases = job.releases + case when judged.verdict in ('release', 'waits') then 1 else 0 end,
           not_before = case judged.verdict
             -- What took too long leaves its neighbours the time to come before it.
             when 'retry' then case judged.code
               when 'too-slow' then clock_timestamp() + greatest(private.retry_delay(judged.charged), interval '10 seconds')
               else now() + private.retry_delay(judged.charged) end
             -- From now on, not from the beginning of the transaction, which has waited itself.
             when 'waits' then clock_timestamp() + private.retry_delay(judged.attempts)
           end,
           lease_expires_at = null,
           last_error = case when judged.verdict = 'succeeded' then null
                             when judged.verdict = 'release' then job.last_error
                             else judged.code end,
           finished_at = case when judged.verdict in ('succeeded', 'failed', 'exhausted') then now() end
      from judged
     where job.id = judged.job
       and judged.verdict is not null
       and job.id = any (ids)
  )
  select json_agg(json_build_object('outcome', settled.outcome, 'error', settled.error, 'jobs', settled.jobs)),
         coalesce(bool_or(settled.outcome = 'released'), false),
         coalesce(bool_or(settled.scored), false)
    into answers, wakes, scored
    from (
      select case
               when judged.verdict is null then case when judged.claimed then 'repeated' else 'lost' end
               when judged.verdict in ('retry', 'waits') then 'retried'
               when judged.verdict = 'release' then 'released'
               when judged.verdict = 'failed' and private.is_authors_fault(judged.code) then 'rejected'
               when judged.verdict = 'exhausted' then 'failed'
               else judged.verdict
             end as outcome,
             case when judged.verdict in ('failed', 'exhausted', 'retry', 'waits') then judged.code end as error,
             array_agg(judged.job) as jobs,
             bool_or(judged.verdict = 'succeeded' and judged.kind = 'score') as scored
        from judged
       group by 1, 2
    ) as settled;

  -- Once the result has them, the answers need not be kept a second time.
  if scored then
    delete from private.score_requests as request
     where request.id = any (array(
             select job.subject_id
               from private.jobs as job
              where job.id = any (ids)
                and job.kind = 'score'
                and job.state = 'succeeded'));
  end if;
  if wakes then
    perform pg_notify('assessment_jobs', '');
  end if;
  return coalesce(answers, '[]');
end
$$;
revoke all on function private.settle_jobs(
  text, jsonb, bigint[], integer[], text[], text[], integer[], bigint[], bigint[], jsonb[]
) from public, anon, authenticated, service_role;

-- Ends, delays or gives back each job that the worker still holds, with its effects. Gives what became of them, those of
-- one outcome and one error together: succeeded, rejected (the author's fault), failed, retried, released; repeated where
-- this claim was finished before; lost where the worker does not hold the job any more. No effect but the first is begun
-- after until.
create or replace function private.finish_jobs(worker text, finished jsonb, until timestamptz)
returns json
language plpgsql
set search_path = ''
as $$
declare
  -- What is told, one place a job.
  ids bigint[];
  attempts integer[];
  outcomes text[];
  errors text[];
  -- The element that tells it, counted from 0.
  elements integer[];
  mine bigint[];
  busy uuid[];
  effective boolean;
  ended bigint[];
  endings jsonb[];
begin
  select array_agg(given.job), array_agg(given.attempt), array_agg(told.outcome), array_agg(told.error),
         array_agg(told.ordinality - 1)
    into ids, attempts, outcomes, errors, elements
    from rows from (jsonb_to_recordset(finish_jobs.finished) as (
           jobs bigint[], attempts integer[], outcome text, error text
         )) with ordinality as told (jobs, attempts, outcome, error, ordinality)
   cross join lateral unnest(told.jobs, told.attempts) as given (job, attempt);
  if cardinality(ids) > 1000 then
    perform private.refuse('INVALID_ARGUMENT', '{"argument": "handed_back", "expected": "at most 1000 jobs in all"}');
  end if;
  effective := outcomes && array['compiled', 'scored'];
  if effective then
    busy := private.hold_owners(finish_jobs.finished, until);
  end if;
  mine := private.hold_jobs(ids);
  if effective then
    select effects.ended, effects.endings
      into ended, endings
      from private.apply_effects(finish_jobs.worker, finish_jobs.finished, mine, busy, until) as effects;
  end if;
  begin
    return private.settle_jobs(
      finish_jobs.worker, finish_jobs.finished, ids, attempts, outcomes, errors, elements, mine, ended, endings);
  exception when query_canceled then
    -- The last effect came to its end just before its time was over. The timer does not fire a second time.
    return private.settle_jobs(
      finish_jobs.worker, finish_jobs.finished, ids, attempts, outcomes, errors, elements, mine, ended, endings);
  end;
end
$$;
revoke all on function private.finish_jobs(text, jsonb, timestamptz) from public, anon, authenticated, service_role;

-- ---------------------------------------------------------------------------------------------------------
-- Claiming
-- ---------------------------------------------------------------------------------------------------------

-- Takes back jobs whose lease has run out, which the caller has locked: their worker died or hangs. Each was charged its
-- attempt; after the last one it ends. A worker that comes back later finds its claim lost.
create or replace function private.take_back_jobs(expired bigint[])
returns void
language plpgsql
set search_path = ''
as $$
begin
  update public.assessment_uploads as upload
     set status = case when job.attempts - job.releases >= job.max_attempts then 'failed' else 'queued' end,
         diagnostics = case when job.attempts - job.releases >= job.max_attempts
           then jsonb_build_array(private.upload_diagnostic('worker-lost')) else '[]' end,
         started_at = case when job.attempts - job.releases >= job.max_attempts then upload.started_at end,
         finished_at = case when job.attempts - job.releases >= job.max_attempts then now() end
    from private.jobs as job
   where job.id = any (expired)
     and job.kind = 'compile'
     and upload.id = job.subject_id;
  update private.jobs as job
     set state = case when job.attempts - job.releases >= job.max_attempts then 'failed' else 'queued' end,
         rank = case when job.attempts - job.releases < job.max_attempts then job.rank end,
         finished_at = case when job.attempts - job.releases >= job.max_attempts then now() end,
         last_error = 'worker-lost',
         worker = null,
         lease_expires_at = null
   where job.id = any (expired);
end
$$;
revoke all on function private.take_back_jobs(bigint[]) from public, anon, authenticated, service_role;

-- The jobs next in line, locked. At most about 4 MB of text at once. A job that has been charged an attempt before is
-- chosen alone, so that one that kills its worker takes no neighbour along. Jobs whose lease has run out stand in the
-- line too: they are taken back on the way. Without sorting, so that the index is read in its order whatever the plan was
-- made for.
create or replace function private.choose_jobs(most integer)
returns bigint[]
language plpgsql
set search_path = ''
set enable_sort = off
as $$
declare
  size_limit constant bigint := 4194304;
  ids bigint[];
  sizes integer[];
  charged boolean[];
  total bigint;
  any_charged boolean;
  lost bigint[];
begin
  loop
    with candidate as materialized (
      select job.id, job.size_bytes, job.attempts > job.releases as charged, job.state = 'running' as expired
        from private.jobs as job
       where job.rank is not null
         and job.not_before is null
         -- Once taken back, those that are left with another attempt are queued.
         and (job.state = 'queued' or (job.lease_expires_at <= now() and lost is null))
       order by job.rank, job.id
       limit choose_jobs.most
         for update skip locked
    )
    select array_agg(candidate.id), array_agg(candidate.size_bytes), array_agg(candidate.charged),
           sum(candidate.size_bytes), bool_or(candidate.charged),
           array_agg(candidate.id) filter (where candidate.expired)
      into ids, sizes, charged, total, any_charged, lost
      from candidate;
    exit when lost is null;
    perform private.take_back_jobs(lost);
  end loop;
  if any_charged or total > size_limit then
    -- Cut off where the batch is full, or before and after the charged one.
    ids := array(
      select counted.id
        from (
          select given.id, given.ordinality,
                 sum(given.size) over first_to_this as total,
                 bool_or(given.charged) over first_to_this as after_charged
            from unnest(ids, sizes, charged) with ordinality as given (id, size, charged, ordinality)
          window first_to_this as (order by given.ordinality rows unbounded preceding)
        ) as counted
       where counted.ordinality = 1 or (counted.total <= size_limit and not counted.after_charged)
       order by counted.ordinality);
  end if;
  return ids;
end
$$;
revoke all on function private.choose_jobs(integer) from public, anon, authenticated, service_role;

-- The next jobs in line, given to this worker.
create or replace function private.claim_jobs(
  worker text, claim_limit integer, lease_seconds integer, request text, out jobs json, out number integer
)
language plpgsql
set search_path = ''
as $$
declare
  last_claim record;
  chosen bigint[];
begin
  if claim_jobs.request is not null then
    -- The same request again, because its answer was lost: the same jobs again, also where the first is still at it.
    insert into private.claims (worker, request, jobs, claimed_at)
    values (claim_jobs.worker, '', '{}', now())
    on conflict on constraint claims_pkey do nothing;
    select claim.request, claim.jobs
      into last_claim
      from private.claims as claim
     where claim.worker = claim_jobs.worker
       for update;
    if last_claim.request = claim_jobs.request then
      chosen := array(
        select job.id
          from private.jobs as job
         where job.id = any (last_claim.jobs)
           and job.state = 'running'
           and job.worker = claim_jobs.worker
         order by job.id
           for update);
      -- The claim below counts it once more; that is not charged twice.
      update private.jobs as job set releases = job.releases + 1 where job.id = any (chosen);
    end if;
  end if;

  if coalesce(cardinality(chosen), 0) = 0 then
    update private.jobs as job
       set not_before = null
     where job.id = any (array(
             select due.id
               from private.jobs as due
              where due.not_before <= now()
              order by due.not_before
              limit 1000
                for update skip locked));
    chosen := private.choose_jobs(claim_jobs.claim_limit);
  end if;
  jobs := '[]';
  number := coalesce(cardinality(chosen), 0);
  if number = 0 then
    return;
  end if;
  if claim_jobs.request is not null then
    update private.claims as claim
       set request = claim_jobs.request, jobs = chosen, claimed_at = now()
     where claim.worker = claim_jobs.worker;
  end if;

  with claimed as (
    update private.jobs as job
       set state = 'running',
           attempts = job.attempts + 1,
           worker = claim_jobs.worker,
           lease_expires_at = now() + claim_jobs.lease_seconds * interval '1 second',
           started_at = coalesce(job.started_at, now())
     where job.id = any (chosen)
    returning job.id, job.kind, job.subject_id, job.attempts, job.attempts - job.releases as charged, job.rank
  ),
  compiling as (
    update public.assessment_uploads as upload
       set status = 'processing', started_at = now(), attempts = claimed.charged
      from claimed
     where claimed.kind = 'compile'
       and upload.id = claimed.subject_id
       and upload.id = any (array(select subject.subject_id from claimed as subject where subject.kind = 'compile'))
    returning upload.id, upload.source_markdown
  ),
  scoring as materialized (
    select claimed.id, request.definition::text as definition, request.dimension_scores::text as dimension_scores
      from claimed
      join private.score_requests as request on request.id = claimed.subject_id
     where claimed.kind = 'score'
       and request.id = any (array(select subject.subject_id from claimed as subject where subject.kind = 'score'))
  )
  -- One list a member and kind, for a batch holds hundreds of jobs; the kind that takes longest comes last.
  select coalesce(json_agg(
           case given.kind
             when 'compile' then json_build_object('kind', given.kind, 'jobs', given.jobs, 'attempts', given.attempts,
               'tries', given.tries, 'subjects', given.subjects, 'sources', given.sources)
             when 'score' then json_build_object('kind', given.kind, 'jobs', given.jobs, 'attempts', given.attempts,
               'tries', given.tries, 'subjects', given.subjects, 'definitions', given.definitions,
               'dimension_scores', given.dimension_scores)
             else json_build_object('kind', given.kind, 'jobs', given.jobs, 'attempts', given.attempts,
               'tries', given.tries)
           end
           order by given.kind desc), '[]')
    into claim_jobs.jobs
    from (
      select claimed.kind,
             array_agg(claimed.id order by claimed.rank, claimed.id) as jobs,
             array_agg(claimed.attempts order by claimed.rank, claimed.id) as attempts,
             array_agg(claimed.charged order by claimed.rank, claimed.id) as tries,
             array_agg(claimed.subject_id order by claimed.rank, claimed.id) as subjects,
             array_agg(compiling.source_markdown order by claimed.rank, claimed.id) as sources,
             array_agg(scoring.definition order by claimed.rank, claimed.id) as definitions,
             array_agg(scoring.dimension_scores order by claimed.rank, claimed.id) as dimension_scores
        from claimed
        left join compiling on compiling.id = claimed.subject_id
        left join scoring on scoring.id = claimed.id
       -- A subject that is being deleted in this moment is nobody's work any more.
       where claimed.kind = 'probe' or compiling.id is not null or scoring.id is not null
       group by claimed.kind
    ) as given;
end
$$;
revoke all on function private.claim_jobs(text, integer, integer, text) from public, anon, authenticated, service_role;

-- Milliseconds until there may be something to claim; null while nothing is open.
create or replace function private.next_claim_in_ms()
returns bigint
language plpgsql
stable
set search_path = ''
as $$
begin
  return case
    when exists (
      select from private.jobs as job where job.rank is not null and job.not_before is null and job.state = 'queued'
    ) then 0
    else (
      select ceil(extract(epoch from greatest(min(due.time) - now(), interval '0')) * 1000)::bigint
        from (
          (select job.not_before as time from private.jobs as job
            where job.not_before is not null order by job.not_before limit 1)
          union all
          -- None is queued: what is open and not waiting is in workers' hands.
          (select min(job.lease_expires_at) from private.jobs as job
            where job.rank is not null and job.not_before is null)
        ) as due
      having min(due.time) is not null
    )
  end;
end
$$;
revoke all on function private.next_claim_in_ms() from public, anon, authenticated, service_role;

-- ---------------------------------------------------------------------------------------------------------
-- The functions that the worker calls
-- ---------------------------------------------------------------------------------------------------------

-- SECURITY DEFINER: the service role has no rights of its own on the queue, nor to write what only the queue may.
--
-- handed_back: [{"jobs": [1, 2], "attempts": [1, 1], "outcome": ..., and what belongs to it}], those that ended alike in one element.
-- Answered: {"settled": [{"outcome", "error", "jobs": [1, 2]}], "jobs": [{"kind", "jobs": [3], "attempts": [1],
-- "tries": [1], and a list for each member that this kind has}], "next_in_ms"}. An object for each job would take as long to
-- write and to read, on its way through PostgREST, as the job's row does.
--
-- Planning costs a small request more than the work: each statement in here is planned once a session, and so that it
-- stays good whatever the tables held then: none may read a whole table, nor gather the rows of a batch once for each.
create or replace function public.exchange_jobs(
  worker text,
  handed_back jsonb default '[]',
  claim_limit integer default 0,
  lease_seconds integer default 60,
  request text default null
)
returns json
language plpgsql
security definer
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_bitmapscan = off
-- Armed by PostgREST; private.apply_unit tells what for.
set statement_timeout = '3s'
as $$
declare
  until constant timestamptz := clock_timestamp() + interval '1 second';
  answers json := '[]'::json;
  claimed json := '[]'::json;
  next_in_ms bigint;
begin
  if worker is null or worker !~ '^[!-~]{1,200}$' then
    perform private.refuse('INVALID_ARGUMENT',
      '{"argument": "worker", "expected": "1 to 200 printable ASCII characters without spaces"}');
  elsif handed_back is null or jsonb_typeof(handed_back) <> 'array' or jsonb_array_length(handed_back) > 1000
        or jsonb_path_exists(handed_back,
             '$[*] ? (@.type() != "object" || !(@.jobs.type() == "array") || !(@.attempts.type() == "array")
                      || @.jobs.size() != @.attempts.size()
                      || @.jobs[*].type() != "number" || @.attempts[*].type() != "number")') then
    perform private.refuse('INVALID_ARGUMENT',
      '{"argument": "handed_back", "expected": "at most 1000 objects, each with jobs and attempts: two arrays of numbers, '
      'equally long"}');
  elsif claim_limit is null or claim_limit not between 0 and 1000 then
    perform private.refuse('INVALID_ARGUMENT', '{"argument": "claim_limit", "expected": "0 to 1000"}');
  elsif lease_seconds is null or lease_seconds not between 1 and 3600 then
    perform private.refuse('INVALID_ARGUMENT', '{"argument": "lease_seconds", "expected": "1 to 3600"}');
  elsif length(request) > 200 then
    perform private.refuse('INVALID_ARGUMENT', '{"argument": "request", "expected": "at most 200 characters"}');
  end if;

  if handed_back <> '[]' then
    answers := private.finish_jobs(worker, handed_back, until);
  end if;
  if claim_limit > 0 and clock_timestamp() >= until then
    -- An answer that is late already is not kept back for a claim.
    next_in_ms := 0;
  elsif claim_limit > 0 then
    select claim.jobs, case when claim.number = claim_limit then 0 else private.next_claim_in_ms() end
      into claimed, next_in_ms
      from private.claim_jobs(worker, claim_limit, lease_seconds, request) as claim;
  end if;
  return json_build_object('settled', answers, 'jobs', claimed, 'next_in_ms', next_in_ms);
end
$$;
comment on function public.exchange_jobs(text, jsonb, integer, integer, text) is
'For workers: finishes the jobs in hand and claims the next ones in one transaction. Safe to repeat: a finish that '
'was applied before answers "repeated", and the same request id claims the same jobs. worker names one process, and is '
'never used again by another: a name that was would be given a dead process''s jobs without an attempt being charged.';
revoke all on function public.exchange_jobs(text, jsonb, integer, integer, text)
from public, anon, authenticated, service_role;
grant execute on function public.exchange_jobs(text, jsonb, integer, integer, text) to service_role;

-- SECURITY DEFINER: as exchange_jobs.
create or replace function public.extend_leases(worker text, jobs bigint[], lease_seconds integer default 60)
returns bigint[]
language plpgsql
security definer
set search_path = ''
as $$
declare
  held bigint[];
begin
  if lease_seconds is null or lease_seconds not between 1 and 3600 then
    perform private.refuse('INVALID_ARGUMENT', '{"argument": "lease_seconds", "expected": "1 to 3600"}');
  end if;
  with extended as (
    update private.jobs as job
       set lease_expires_at = now() + extend_leases.lease_seconds * interval '1 second'
     where job.id = any (array(
             select mine.id
               from private.jobs as mine
              where mine.id = any (extend_leases.jobs)
                and mine.state = 'running'
                and mine.worker = extend_leases.worker
              order by mine.id
                for update))
    returning job.id
  )
  select coalesce(array_agg(extended.id order by extended.id), '{}') into held from extended;
  return held;
end
$$;
comment on function public.extend_leases(text, bigint[], integer) is
'For workers: keeps the jobs in hand for longer. Returns those that the worker still holds; the others are lost.';
revoke all on function public.extend_leases(text, bigint[], integer) from public, anon, authenticated, service_role;
grant execute on function public.extend_leases(text, bigint[], integer) to service_role;

-- ---------------------------------------------------------------------------------------------------------
-- The functions that operators call
-- ---------------------------------------------------------------------------------------------------------

-- SECURITY DEFINER: as exchange_jobs.
create or replace function public.queue_status()
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  with kind as (
    select name from (values ('compile'), ('score')) as known (name)
  ),
  open as (
    select job.kind,
           count(*) filter (where job.state = 'queued' and job.not_before is null) as queued,
           count(*) filter (where job.not_before is not null) as waiting,
           count(*) filter (where job.state = 'running') as running,
           count(*) filter (where job.state = 'running' and job.lease_expires_at <= now()) as expired,
           min(job.created_at) filter (where job.state = 'queued') as oldest
      from private.jobs as job
     where job.rank is not null
     group by job.kind
  ),
  ended as (
    select job.kind,
           count(*) filter (where not private.is_authors_fault(job.last_error)) as failed,
           count(*) filter (where private.is_authors_fault(job.last_error)) as rejected
      from private.jobs as job
     where job.last_error is not null
       and job.finished_at > now() - interval '1 hour'
     group by job.kind
  )
  select jsonb_object_agg(kind.name, jsonb_build_object(
           'queued', coalesce(open.queued, 0),
           'waiting', coalesce(open.waiting, 0),
           'running', coalesce(open.running, 0),
           'expired_leases', coalesce(open.expired, 0),
           'failed_last_hour', coalesce(ended.failed, 0),
           'rejected_last_hour', coalesce(ended.rejected, 0),
           'oldest_queued_seconds', round(extract(epoch from now() - open.oldest), 3)))
    from kind
    left join open on open.kind = kind.name
    left join ended on ended.kind = kind.name
$$;
comment on function public.queue_status() is
'For operators: for each kind of job how many are queued, waiting for another attempt, running, held by a lost '
'worker; how many failed in the last hour and how many files were rejected as invalid; the age of the oldest queued.';
revoke all on function public.queue_status() from public, anon, authenticated, service_role;
grant execute on function public.queue_status() to service_role;

-- SECURITY DEFINER: as exchange_jobs.
create or replace function public.retry_jobs(
  jobs bigint[] default null, uploads uuid[] default null, failed_since timestamptz default null
)
returns integer
language plpgsql
security definer
set search_path = ''
as $$
declare
  retried bigint[];
begin
  if jobs is null and uploads is null and failed_since is null then
    perform private.refuse('INVALID_ARGUMENT',
      '{"argument": "jobs", "expected": "at least one of jobs, uploads and failed_since"}');
  end if;
  retried := array(
    select job.id
      from private.jobs as job
     where job.state = 'failed'
       and (job.id = any (retry_jobs.jobs)
            or job.subject_id = any (retry_jobs.uploads)
            or job.finished_at >= retry_jobs.failed_since)
       and (exists (select from public.assessment_uploads as upload where upload.id = job.subject_id)
            or exists (select from private.score_requests as request where request.id = job.subject_id))
     order by job.id
       for update);
  update public.assessment_uploads as upload
     set status = 'queued', diagnostics = '[]', definition = null, attempts = 0, started_at = null, finished_at = null
    from private.jobs as job
   where job.id = any (retried)
     and upload.id = job.subject_id;
  update private.jobs as job
     set state = 'queued', releases = job.attempts, finished_at = null, worker = null, rank = given.rank
    from unnest(retried, private.next_ranks(array(
           select failed.tenant_id from private.jobs as failed where failed.id = any (retried) order by failed.id)))
      as given (id, rank)
   where job.id = given.id;
  if cardinality(retried) > 0 then
    perform pg_notify('assessment_jobs', '');
  end if;
  return cardinality(retried);
end
$$;
comment on function public.retry_jobs(bigint[], uuid[], timestamptz) is
'For operators: puts failed jobs back into the queue, by job, by upload, or all that failed since a time. Returns '
'how many.';
revoke all on function public.retry_jobs(bigint[], uuid[], timestamptz) from public, anon, authenticated, service_role;
grant execute on function public.retry_jobs(bigint[], uuid[], timestamptz) to service_role;

-- SECURITY DEFINER: as exchange_jobs.
create or replace function public.prune_jobs(keep interval default '30 days', batch integer default 10000)
returns integer
language plpgsql
security definer
set search_path = ''
as $$
declare
  pruned integer;
begin
  if keep is null or keep < interval '0' then
    perform private.refuse('INVALID_ARGUMENT', '{"argument": "keep", "expected": "an interval of zero or more"}');
  elsif batch is null or batch not between 1 and 1000000 then
    perform private.refuse('INVALID_ARGUMENT', '{"argument": "batch", "expected": "1 to 1000000"}');
  end if;
  with old as materialized (
    select job.id, job.kind, job.subject_id
      from private.jobs as job
     where job.finished_at < now() - prune_jobs.keep
     order by job.finished_at
     limit prune_jobs.batch
       for update skip locked
  ),
  requests as (
    delete from private.score_requests as request
     where request.id in (select old.subject_id from old where old.kind = 'score')
  ),
  gone as (
    delete from private.jobs as job
     where job.id = any (array(select old.id from old))
    returning job.id
  )
  select count(*) into pruned from gone;
  -- Workers that are gone ask for nothing again.
  delete from private.claims as claim where claim.claimed_at < now() - greatest(prune_jobs.keep, interval '1 day');
  return pruned;
end
$$;
comment on function public.prune_jobs(interval, integer) is
'For operators: deletes finished jobs that are older than keep, oldest first, at most batch of them. Returns how '
'many; call it again while it returns as many as batch. Uploads and results stay.';
revoke all on function public.prune_jobs(interval, integer) from public, anon, authenticated, service_role;
grant execute on function public.prune_jobs(interval, integer) to service_role;

create or replace view public.job_queue
with (security_invoker = true) as
select
  job.id,
  job.kind,
  job.subject_id,
  job.tenant_id,
  job.state,
  job.rank,
  job.attempts - job.releases as attempts,
  job.max_attempts,
  job.not_before,
  job.worker,
  job.lease_expires_at,
  job.last_error,
  now() - job.created_at as age,
  job.created_at,
  job.started_at,
  job.finished_at
from private.jobs as job;
comment on view public.job_queue is 'For operators: one row a job, open and finished. No text that a tenant wrote. An agent reads here how the job that '
'complete_assessment_session named has ended.';
revoke all on table public.job_queue from public, anon, authenticated, service_role;
grant select on table public.job_queue to service_role;
grant select on table private.jobs to service_role;
