-- custom-assessments 0.2.0 backfill_results sha256:53bcd692402198f9b819dd72ad943dca39fba8fc5ccc4213bafe040a904bd6d7
-- Bringing over results and completions: each gets the version from which it was made.

-- Creates the version of an assessment that results or completions have as a copy: with its number, which may have stood for
-- several texts, so that the revision tells them apart. What the definition does not contain is taken from the first version.
create or replace function private.store_former_version(
  assessment_id uuid, version text, result_disclosure text, definition jsonb, made_at timestamptz
)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  first_id constant uuid := private.version_before_upgrade(store_former_version.assessment_id);
  former public.assessment_versions;
  content jsonb;
begin
  if not private.is_version(store_former_version.version) then
    perform private.refuse('INVALID_VERSION', '{"expected": "major.minor, such as \"1.0\""}');
  end if;
  select present.* into former from public.assessment_versions as present where present.id = first_id;
  former := private.with_definition(former, store_former_version.definition);
  former.result_disclosure := store_former_version.result_disclosure;
  content := private.content_of_version(former);
  former.id := gen_random_uuid();
  insert into public.assessment_versions (
    id, assessment_id, tenant_id, version, revision, name, description, definition, assessment_type, interview_style_default,
    interview_style_allow_override, result_disclosure, definition_sha256, scoring_sha256, dimension_hashes, created_at
  )
  values (
    former.id, former.assessment_id, former.tenant_id, store_former_version.version,
    (
      select coalesce(max(present.revision) + 1, 0)
        from public.assessment_versions as present
       where present.assessment_id = former.assessment_id and present.version = store_former_version.version
    ),
    former.name, former.description, former.definition, former.assessment_type, former.interview_style_default,
    former.interview_style_allow_override, former.result_disclosure, private.hash_of(content),
    private.hash_of(private.scoring_of(content)), private.dimension_hashes(content), made_at
  );
  insert into private.former_versions (version_id) values (former.id);
end
$$;

-- What results and completions with these ids were made from, if they have no version.
create or replace function private.copies_without_version(ids uuid[])
returns table (
  id uuid, tenant_id uuid, assessment_id uuid, version text, result_disclosure text, definition jsonb, created_at timestamptz
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
    select result.id, result.tenant_id, result.assessment_id, result.assessment_version, result.result_disclosure,
           result.assessment_definition_snapshot, result.created_at
      from public.custom_assessment_results as result
     where result.id = any (ids) and result.assessment_version_id is null
    union all
    select request.id, request.tenant_id, request.assessment_id, request.assessment_version, request.result_disclosure,
           request.definition, request.created_at
      from private.score_requests as request
     where request.id = any (ids) and request.assessment_version_id is null;
end
$$;

-- Names the version of each of these results and completions that was made from one: a version with the same number, disclosure
-- and definition. Definitions are compared by bytes, because jsonb treats 1.0 and 1.00 as equal.
create or replace function private.name_versions(ids uuid[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  made record;
begin
  select array_agg(named.id) as ids, array_agg(named.version_id) as versions,
         array_agg(named.assessment_id) as assessments, array_agg(named.tenant_id) as tenants
    into made
    from (
      select distinct on (copy.id) copy.id, copy.assessment_id, copy.tenant_id, present.id as version_id
        from private.copies_without_version(name_versions.ids) as copy
        join public.assessment_versions as present
          on present.assessment_id = copy.assessment_id
         and present.version = copy.version
         and present.result_disclosure = copy.result_disclosure
         and record_image_eq(row(present.definition), row(copy.definition))
       order by copy.id, present.revision
    ) as named;
  update public.custom_assessment_results as result
     set assessment_version_id = named.version_id
    from unnest(made.ids, made.versions) as named (id, version_id)
   where result.id = named.id;
  update private.score_requests as request
     set assessment_version_id = named.version_id, assessment_version = null, definition = null, result_disclosure = null
    from unnest(made.ids, made.versions) as named (id, version_id)
   where request.id = named.id;
  perform private.note_uses(used.tenant_id, used.versions)
     from (
       select each.assessment_id, each.tenant_id, array_agg(distinct each.version_id) as versions
         from unnest(made.versions, made.assessments, made.tenants) as each (version_id, assessment_id, tenant_id)
        group by each.assessment_id, each.tenant_id
        order by each.assessment_id, each.tenant_id
     ) as used;
end
$$;

-- The versions of results or completions.
create or replace function private.backfill_results(ids uuid[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  made record;
begin
  -- A job that is making a result from a completion is awaited.
  perform request.id from private.score_requests as request where request.id = any (ids) order by request.id for update;
  perform private.name_versions(ids);
  for made in
    select copy.assessment_id, copy.version, copy.result_disclosure, (array_agg(copy.definition))[1] as definition,
           min(copy.created_at) as made_at
      from private.copies_without_version(ids) as copy
     group by copy.assessment_id, copy.version, copy.result_disclosure, copy.definition::text
     order by 1, 5
  loop
    perform private.store_former_version(
      made.assessment_id, made.version, made.result_disclosure, made.definition, made.made_at
    );
  end loop;
  if found then
    perform private.name_versions(ids);
  end if;
end
$$;

-- The one loop that brings over all steps, in batches.

-- Brings over these rows of a step.
create or replace function private.backfill_rows(step text, ids uuid[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  case backfill_rows.step
    when 'assessments' then perform private.backfill_assessments(ids);
    when 'begun' then perform private.backfill_begun(ids);
    when 'requests', 'results' then perform private.backfill_results(ids);
    else perform private.backfill_choices(backfill_rows.step, ids);
  end case;
end
$$;

-- The same for all of them at once or, if that fails, for each alone: one row that cannot be brought over does not stop the
-- others. Returns how many could not. A deadlock or a lock timeout is not the row's: it ends the batch, which is tried again.
create or replace function private.try_backfill_rows(step text, ids uuid[])
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.backfill_rows(try_backfill_rows.step, ids);
  return 0;
exception when others then
  if sqlstate like '40%' or sqlstate like '55%' then
    raise;
  elsif cardinality(ids) > 1 then
    return (select sum(private.try_backfill_rows(try_backfill_rows.step, array[alone.id])) from unnest(ids) as alone (id));
  end if;
  -- The message may quote what a tenant wrote.
  raise warning 'backfill of %: row % is left as it is (SQLSTATE %)', try_backfill_rows.step, ids[1], sqlstate;
  return 1;
end
$$;

-- Examines the next rows of a step. In a trigger, because only triggers can create versions.
create or replace function private.run_backfill()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  ids uuid[];
begin
  execute format(
    'select array(select source.id from %s as source where source.id > $1 order by source.id limit $2)', old.source
  ) into ids using old.after, new.batch;
  if cardinality(ids) > 0 then
    new.left_over := old.left_over + private.try_backfill_rows(old.step, ids);
    new.after := ids[cardinality(ids)];
    new.examined := old.examined + cardinality(ids);
  end if;
  if cardinality(ids) < new.batch then
    new.finished_at := now();
  end if;
  new.batch := cardinality(ids);
  return new;
end
$$;

create or replace trigger run_backfill
before update of batch on private.backfills
for each row execute function private.run_backfill();

-- SECURITY DEFINER, because no role can write versions, choices and pins. One caller at a time: rows that it has written stay
-- locked until its transaction ends, so it stops after a third of a second, before a statement timeout of an API would.
create or replace function public.backfill_versions(batch integer default 500)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  until constant timestamptz := clock_timestamp() + interval '0.3 seconds';
  most integer := 8;
  total integer := 0;
  newly integer;
begin
  if batch is null or batch not between 1 and 10000 then
    perform private.refuse('INVALID_ARGUMENT', '{"argument": "batch", "expected": "1 to 10000"}');
  end if;
  if pg_try_advisory_xact_lock(hashtextextended('private.backfills', 0)) then
    while total < batch and clock_timestamp() < until loop
      update private.backfills as todo
         set batch = least(most, backfill_versions.batch - total)
       where todo.step = (
         select next.step from private.backfills as next where next.finished_at is null order by next.place limit 1
       )
      returning todo.batch into newly;
      exit when not found;
      total := total + newly;
      -- The first rows show how long more of them will take.
      most := most * 2;
    end loop;
  end if;
  return (
    select jsonb_build_object(
             'examined', total, 'left_over', sum(step.left_over), 'finished', bool_and(step.finished_at is not null)
           )
      from private.backfills as step
  );
end
$$;
comment on function public.backfill_versions(integer) is
'For the worker: brings over assessments, sessions and results from before versions were kept, at most batch rows and for '
'less than a second. Returns {examined, left_over, finished}: how many rows this call has examined (0 while another call is '
'running), how many could not be brought over so far, and whether all rows were examined. Safe to call at any time.';
revoke all on function public.backfill_versions(integer) from public, anon, authenticated, service_role;
