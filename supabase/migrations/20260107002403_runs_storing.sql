-- custom-assessments 0.2.0 runs_storing sha256:319980137cca098c2ceb86eda168d6bf7478688a3af18094e92fa630ab145df0
-- The runs of a result are stored with it.

-- After the result, from what its session's completion left; runs that an agent had saved before that are not needed any more.
-- SECURITY DEFINER, because no role of the API may write runs or read what was submitted.
create or replace function private.store_runs()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  with submitted as (
    select gen_random_uuid() as id, run.value, run.place, request.words_since
      from private.score_requests as request
     cross join lateral jsonb_array_elements(request.runs) with ordinality as run (value, place)
     where request.session_id = new.session_id
       and request.session_type = new.session_type
       and request.tenant_id = new.tenant_id
       and request.assessment_id = new.assessment_id
       and new.provenance = 'runs'
  ),
  stored as (
    insert into public.score_runs (
      id, result_id, tenant_id, key, rater_kind, rater_name, rater_version, language, band_order, parameters, started_at,
      finished_at, words_since
    )
    select submitted.id, new.id, new.tenant_id, submitted.value ->> 'key', submitted.value #>> '{rater,kind}',
           submitted.value #>> '{rater,name}', submitted.value #>> '{rater,version}', submitted.value ->> 'language',
           submitted.value ->> 'band_order', nullif(submitted.value -> 'parameters', 'null'),
           private.time_of(submitted.value ->> 'started_at'), private.time_of(submitted.value ->> 'finished_at'),
           submitted.words_since
      from submitted
     order by submitted.place
  )
  insert into public.score_items (
    run_id, place, tenant_id, dimension, prompt_sha256, band, score, unscored, quote_statuses, evidence, rationale
  )
  select submitted.id, item.place, new.tenant_id, item.value ->> 'dimension', item.value ->> 'prompt_sha256',
         item.value ->> 'band', (item.value ->> 'score')::numeric, item.value ->> 'unscored',
         array(
           select quoted.value ->> 'status'
             from jsonb_array_elements(item.value -> 'evidence') with ordinality as quoted (value, place)
            order by quoted.place
         ),
         case when submitted.words_since is not null then item.value -> 'evidence' end, item.value ->> 'rationale'
    from submitted
   cross join lateral jsonb_array_elements(submitted.value -> 'items') with ordinality as item (value, place);
  delete from private.kept_runs as kept
   where kept.session_type = new.session_type and kept.session_id = new.session_id;
  return null;
end
$$;

create or replace trigger store_runs
after insert on public.custom_assessment_results
for each row execute function private.store_runs();

-- The runs of a result, judged again by the statuses of their quotes, which stay when the words have expired. Null without
-- runs. With the caller's rights.
create or replace function private.runs_of_result(result_id uuid, definition jsonb)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  rule constant text := private.evidence_in_force(definition -> 'metadata');
begin
  return (
    select jsonb_agg(
             jsonb_build_object('key', run.key, 'rater', jsonb_build_object('kind', run.rater_kind), 'items', (
               select coalesce(jsonb_agg(private.judged_item(rule, jsonb_build_object(
                        'dimension', item.dimension, 'score', item.score, 'unscored', item.unscored,
                        'evidence', (
                          select coalesce(jsonb_agg(jsonb_build_object('status', quoted.status)), '[]')
                            from unnest(item.quote_statuses) as quoted (status)
                        )
                      )) order by item.place), '[]')
                 from public.score_items as item
                where item.run_id = run.id
             )) order by run.key
           )
      from public.score_runs as run
     where run.result_id = runs_of_result.result_id
  );
end
$$;

-- How many runs a tenant holds, kept or stored with results: of one session, or of all, for an erasure that is about to delete
-- them.
create or replace function private.count_runs(tenant_id uuid, session_id uuid default null, session_type text default null)
returns integer
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select count(*)::integer
      from (
        select kept.session_id, kept.session_type
          from private.transcripts as kept
          join private.kept_runs as saved on saved.session_type = kept.session_type and saved.session_id = kept.session_id
         where kept.tenant_id = count_runs.tenant_id
        union all
        select result.session_id, result.session_type
          from public.custom_assessment_results as result
          join public.score_runs as run on run.result_id = result.id
         where result.tenant_id = count_runs.tenant_id
      ) as held
     where count_runs.session_id is null
        or (held.session_id, held.session_type) = (count_runs.session_id, count_runs.session_type)
  );
end
$$;

-- How long the words of runs are kept: as long as those of the transcript, from which their quotes are.

-- The runs of results whose words are due, at most batch by the operator's setting and as many by tenants' shorter ones.
create or replace function private.run_words_due(batch integer)
returns setof uuid
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  days constant integer := private.setting('words_days');
begin
  return query
    (
      select run.id
        from public.score_runs as run
       where run.words_since < now() - make_interval(days => days)
       order by run.words_since
       limit batch
    )
    union
    (
      select due.id
        from public.tenant_settings as own
       cross join lateral (
         select run.id
           from public.score_runs as run
          where run.tenant_id = own.tenant_id
            and run.words_since < now() - make_interval(days => own.words_days)
          order by run.words_since
          limit batch
       ) as due
       where own.words_days < days
       limit batch
    );
end
$$;

-- Runs without words: what became of each quote stays.
create or replace function private.wordless_runs(runs jsonb)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select jsonb_agg(run.value || jsonb_build_object('items', (
             select jsonb_agg(item.value || jsonb_build_object('rationale', null, 'evidence', (
                      select coalesce(jsonb_agg(jsonb_build_object('status', quoted.value -> 'status') order by quoted.place), '[]')
                        from jsonb_array_elements(item.value -> 'evidence') with ordinality as quoted (value, place)
                    )) order by item.place)
               from jsonb_array_elements(run.value -> 'items') with ordinality as item (value, place)
           )) order by run.place)
      from jsonb_array_elements(runs) with ordinality as run (value, place)
  );
end
$$;

-- Takes the words from runs that are due, also from those that wait for their result.
create or replace function private.expire_run_words(batch integer)
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  days constant integer := private.setting('words_days');
  due uuid[];
begin
  update private.score_requests as request
     set runs = private.wordless_runs(request.runs), words_since = null
   where request.id in (
     select waiting.id
       from private.score_requests as waiting
       left join public.tenant_settings as own on own.tenant_id = waiting.tenant_id
      where waiting.words_since < now() - make_interval(days => least(days, own.words_days))
      limit batch
        for update of waiting skip locked
   );
  due := array(
    select run.id
      from private.run_words_due(expire_run_words.batch) as found (id)
      join public.score_runs as run on run.id = found.id
       for update of run skip locked
  );
  update public.score_items as item
     set evidence = null, rationale = null
   where item.run_id = any (due) and (item.evidence is not null or item.rationale is not null);
  update public.score_runs as run set words_since = null where run.id = any (due) and run.words_since is not null;
  return cardinality(due);
end
$$;
