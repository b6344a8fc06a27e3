-- custom-assessments 0.2.0 worker_api_markdown sha256:f92a250b67d73fafdec5fbdd0748152f48a9304a992ec3cf5ed93e594c140a58
-- The job kind markdown: the worker writes the Markdown of an assessment whose definition was changed without it. The stored
-- Markdown never differs from the definition: an edit empties it, or changes only its front matter, and Markdown that was
-- written from an earlier definition is dropped.

-- Assessments whose Markdown must be written. They become jobs later, because a job refers to its tenant: an edit that
-- locked the tenant after the assessment would deadlock with a deletion of the tenant. For the same reason there is no
-- foreign key.
create table if not exists private.markdown_due (
  assessment_id uuid not null,
  constraint markdown_due_pkey primary key (assessment_id)
);
comment on table private.markdown_due is 'Assessments whose Markdown is to be written; each becomes a job at the next claim.';
alter table private.markdown_due enable row level security;
revoke all on table private.markdown_due from public, anon, authenticated, service_role;

-- The definition of an assessment, with missing metadata filled in from its columns.
create or replace function private.whole_definition(assessment public.custom_assessments)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  metadata constant jsonb := coalesce(assessment.definition -> 'metadata', '{}');
begin
  return assessment.definition || jsonb_build_object('metadata', metadata || jsonb_strip_nulls(jsonb_build_object(
    'name', assessment.name,
    'version', assessment.version,
    'type', assessment.assessment_type,
    'description', assessment.description,
    'interviewStyle', coalesce(metadata -> 'interviewStyle', '{}') || jsonb_build_object(
      'default', assessment.interview_style_default, 'allowOverride', assessment.interview_style_allow_override),
    'resultDisclosure', assessment.result_disclosure
  )));
end
$$;

-- For each assessment, one hash of the Markdown that the worker last wrote and of the definition from which it wrote it.
-- Beside that definition, this Markdown contains nothing new and needs no review; beside another one it does.
create table if not exists private.written_markdown (
  assessment_id uuid not null,
  sha256 bytea not null,
  constraint written_markdown_pkey primary key (assessment_id),
  constraint written_markdown_assessment_id_fkey
  foreign key (assessment_id) references public.custom_assessments (id) on delete cascade
);
comment on table private.written_markdown is 'For each assessment, one hash of the Markdown that the worker last wrote and of its definition.';
alter table private.written_markdown enable row level security;
revoke all on table private.written_markdown from public, anon, authenticated, service_role;

-- That hash.
create or replace function private.hash_of_written(assessment public.custom_assessments, markdown text)
returns bytea
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return sha256(
    sha256(convert_to(private.whole_definition(assessment)::text, 'UTF8')) || sha256(convert_to(markdown, 'UTF8')));
end
$$;

-- Whether the worker wrote the Markdown of an assessment, from its present definition.
create or replace function private.has_written_markdown(assessment public.custom_assessments)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return assessment.source_markdown is not null and exists (
    select
      from private.written_markdown as written
     where written.assessment_id = assessment.id
       and written.sha256 = private.hash_of_written(assessment, assessment.source_markdown)
  );
end
$$;

-- SECURITY DEFINER, because every role that can edit an assessment must reach this table.
create or replace function private.note_markdown_due()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into private.markdown_due (assessment_id) values (new.id) on conflict do nothing;
  perform pg_notify('assessment_jobs', '');
  return null;
end
$$;

-- An assessment that was created without Markdown.
create or replace trigger note_markdown_due_of_new
after insert on public.custom_assessments
for each row when (new.source_markdown is null and new.source_type in ('builder', 'imported'))
execute function private.note_markdown_due();

-- Fires if the Markdown was emptied, or if the content changed and the Markdown is missing or did not change with it. An
-- edit with its own Markdown, such as an upload, needs none.
create or replace trigger note_markdown_due
after update on public.custom_assessments
for each row when (
  case
    when new.source_markdown is null
      then (
        old.source_markdown is not null
        or (new.source_type in ('builder', 'imported') and new.content_changed_at <> old.content_changed_at)
      )
    else new.source_markdown = old.source_markdown and new.content_changed_at <> old.content_changed_at
  end
)
execute function private.note_markdown_due();

-- Creates jobs for the assessments that are due. A job that is already open will receive their state at that time.
create or replace function private.enqueue_due_markdown(most integer)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  due uuid[];
begin
  with taken as (
    delete from private.markdown_due as mark
     where mark.assessment_id = any (array(
             select next.assessment_id from private.markdown_due as next
              order by next.assessment_id limit enqueue_due_markdown.most for update skip locked))
    returning mark.assessment_id
  )
  select array_agg(taken.assessment_id) into due from taken;
  if due is null then
    return;
  end if;
  delete from private.jobs as job where job.subject_id = any (due) and job.rank is null;
  perform private.enqueue(
    'markdown',
    array_agg(assessment.id order by assessment.id),
    array_fill(null::uuid, array[count(*)::integer]),
    array_agg(assessment.tenant_id order by assessment.id),
    array_agg(
      octet_length(assessment.definition::text) + coalesce(octet_length(assessment.source_markdown), 0)
      order by assessment.id))
    from public.custom_assessments as assessment
   where assessment.id = any (due)
     and not exists (select from private.jobs as open where open.subject_id = assessment.id)
  having count(*) > 0;
end
$$;

-- A token for the state from which Markdown is written: the content, everything else in the definition, and the Markdown
-- before.
create or replace function private.markdown_basis(assessment public.custom_assessments)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return private.hash_of(private.content_of_assessment(assessment))
    || encode(sha256(convert_to(
         private.whole_definition(assessment)::text || coalesce(assessment.source_markdown, ''), 'UTF8')), 'hex');
end
$$;

create or replace function private.load_markdown(jobs bigint[], attempts integer[], tries integer[], subjects uuid[])
returns json
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Not when the assessment is deleted: the deletion has locked the assessment and would wait for the job, while a worker
  -- that has locked the job waits for the assessment.
  delete from private.jobs as job
   where job.id = any (jobs)
     and not exists (select from public.custom_assessments as assessment where assessment.id = job.subject_id);
  return (
    select json_build_object(
             'kind', 'markdown',
             'jobs', json_agg(given.job order by given.place),
             'attempts', json_agg(given.attempt order by given.place),
             'tries', json_agg(given.tries order by given.place),
             'definitions', json_agg(private.whole_definition(assessment)::text order by given.place),
             'sources', json_agg(coalesce(assessment.source_markdown, '') order by given.place),
             'made_from', json_agg(private.markdown_basis(assessment) order by given.place))
      from unnest(jobs, attempts, load_markdown.tries, subjects)
             with ordinality as given (job, attempt, tries, subject, place)
      join public.custom_assessments as assessment on assessment.id = given.subject
     where assessment.id = any (subjects)
    having count(*) > 0);
end
$$;

-- Only the tenant, because no row is created.
create or replace function private.lock_for_markdown(tenant_id uuid, subjects uuid[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.hold_tenant(lock_for_markdown.tenant_id, null, false);
end
$$;

-- Stores Markdown, unless the assessment has changed since it was written: in that case the job starts again.
create or replace function private.apply_markdown(subjects uuid[], targets uuid[], elements jsonb[])
returns jsonb[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  endings jsonb[] := '{}';
  assessment public.custom_assessments;
  markdown text;
begin
  for place in 1 .. cardinality(subjects) loop
    select present.* into assessment
      from public.custom_assessments as present
     where present.id = subjects[place]
       for no key update;
    markdown := elements[place] ->> 'markdown';
    if not found then
      endings := endings || '{"end": "failed", "error": "subject-deleted"}'::jsonb;
    elsif private.markdown_basis(assessment) is distinct from elements[place] ->> 'made_from' then
      endings := endings || '{"end": "release"}'::jsonb;
    elsif octet_length(markdown) > private.largest_text() then
      endings := endings || '{"end": "failed", "error": "markdown-too-large"}'::jsonb;
    else
      if markdown is distinct from assessment.source_markdown then
        -- The listing stays, because the Markdown contains nothing that the definition does not.
        insert into private.written_markdown (assessment_id, sha256)
        values (assessment.id, private.hash_of_written(assessment, markdown))
        on conflict (assessment_id) do update set sha256 = excluded.sha256;
        insert into private.listings_in_hand (assessment_id) values (assessment.id);
        update public.custom_assessments as present set source_markdown = markdown where present.id = assessment.id;
        delete from private.listings_in_hand as held where held.assessment_id = assessment.id;
      end if;
      endings := endings || '{"end": "succeeded"}'::jsonb;
    end if;
  end loop;
  return endings;
end
$$;

-- The assessment shows nothing about its job.
create or replace function private.settle_markdown(judged private.judged_job[])
returns uuid[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return array(
    select assessment.id
      from public.custom_assessments as assessment
     where assessment.id = any (array(select each.subject_id from unnest(judged) as each)));
end
$$;

-- The kinds of jobs and their functions. The comments of the columns in queue/kinds.sql define these functions.

-- A kind that was removed from this list is removed from the database too.
delete from private.job_kinds;
insert into private.job_kinds (kind, turn, outcome, needs, loads, locks, groups, applies, settles) values
-- An upload becomes a draft or replaces an assessment.
(
  'compile', 1, 'compiled', 'definition', 'private.load_uploads', 'private.lock_for_uploads', 'private.are_new_drafts',
  'private.apply_uploads', 'private.settle_uploads'
),
-- A completed session becomes a result.
(
  'score', 2, 'snapshot', null, 'private.load_requests', 'private.lock_for_requests', null, 'private.apply_requests',
  'private.settle_requests'
),
-- An assessment that was edited without its Markdown gets it.
(
  'markdown', 5, 'rendered', 'markdown', 'private.load_markdown', 'private.lock_for_markdown', null,
  'private.apply_markdown', 'private.settle_markdown'
),
-- Does nothing: benchmarks use it to measure the queue alone.
('probe', 3, 'done', null, null, null, null, null, null);

-- One transaction finishes the jobs of many tenants, and no tenant may delay the others.
--
-- So that no job waits for one whose rows are locked elsewhere, lock_timeout limits every wait in the functions of this
-- file and of effects.sql: first half a second for all locks together, then 20 milliseconds for each. A job whose tenant or
-- assessment is not available is retried later.
--
-- No effect may take long either. exchange_jobs sets its own statement_timeout, which PostgREST applies: the interrupted
-- effect is undone, and its job is retried later, alone. The timer does not fire a second time, so the request then
-- finishes at once: effects applied before are kept, and jobs not started are returned. An interrupted effect has had at
-- least two seconds, because only the first effect may start after one second. Over a direct connection the timeout does
-- not apply, and only this check of the clock limits the time.

-- Locks the rows to which the effects of these elements refer, before any job (see the order in locks/order.sql). Returns
-- the tenants that were not available.
create or replace function private.hold_owners(finished jsonb, until timestamptz)
returns uuid[]
language plpgsql
set search_path = pg_catalog, pg_temp
set lock_timeout = '500ms'
as $$
declare
  ids constant bigint[] := array(
    select given.job::bigint
      from jsonb_array_elements(hold_owners.finished) as element
      join private.job_kinds as kind
        on kind.outcome = element.value ->> 'outcome'
       and (kind.needs is null or jsonb_typeof(element.value -> kind.needs) = 'string')
     cross join lateral jsonb_array_elements(element.value -> 'jobs') as given (job)
     where kind.locks is not null);
  owners cursor for
    select job.tenant_id, format('select %s($1, $2)', kind.locks) as lock, array_agg(job.subject_id) as subjects
      from private.jobs as job
      join private.job_kinds as kind on kind.kind = job.kind
     where job.id = any (ids)
       and kind.locks is not null
     group by job.tenant_id, kind.kind
     order by job.tenant_id, kind.turn;
  busy uuid[] := '{}'::uuid[];
begin
  begin
    for owner in owners loop
      execute owner.lock using owner.tenant_id, owner.subjects;
    end loop;
  exception when lock_not_available then
    perform set_config('lock_timeout', '20ms', true);
    for owner in owners loop
      if clock_timestamp() >= until then
        busy := busy || owner.tenant_id;
        continue;
      end if;
      begin
        execute owner.lock using owner.tenant_id, owner.subjects;
      exception when lock_not_available then
        busy := busy || owner.tenant_id;
      end;
    end loop;
  end;
  return busy;
end
$$;

-- Locks the jobs in an order that prevents deadlocks between workers. Returns those that were available: a locked job is
-- being deleted, or another worker has it.
create or replace function private.hold_jobs(ids bigint[])
returns bigint[]
language plpgsql
set search_path = pg_catalog, pg_temp
set lock_timeout = '500ms'
as $$
begin
  return array(select job.id from private.jobs as job where job.id = any (ids) order by job.id for update);
exception when lock_not_available then
  return array(select job.id from private.jobs as job where job.id = any (ids) order by job.id for update skip locked);
end
$$;
