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
