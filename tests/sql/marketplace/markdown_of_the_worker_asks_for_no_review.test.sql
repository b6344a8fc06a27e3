-- The Markdown that the worker writes says what the definition says: it asks for no review, and stops no approval.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../reviews.psql
\ir ../worker.psql
select plan(13);

-- The worker writes what is due.
create function pg_temp.write(markdown text) returns text
language plpgsql
as $$
declare
  job jsonb;
  outcome text;
begin
  perform tests.as_service();
  job := public.exchange_jobs('w1', '[]', 1)::jsonb -> 'jobs' -> 0;
  outcome := tests.finish('w1', jsonb_build_object(
    'jobs', job -> 'jobs', 'attempts', job -> 'attempts', 'outcome', 'rendered', 'markdown', markdown,
    'made_from', job #> '{made_from,0}'));
  perform tests.as_postgres();
  return outcome || ' ' || coalesce(tests.assessment_value(tests.kept('a'), 'source_markdown'), '-');
end
$$;

select tests.keep('a', tests.asking());
update public.custom_assessments set source_type = 'builder', description = 'For teams.'
where id = tests.kept('a');
select is(pg_temp.write('# Written'), 'succeeded # Written', 'the worker writes while a request waits');
select is(
  (
    select request.source_markdown from public.listing_requests as request
    where request.open
  ), null, 'which the reviewer has not to read'
);
select is(
  tests.decide(tests.kept('a'), tests.assessment_value(tests.kept('a'), 'version'), 'approved'), 'done', 'a reviewer approves'
);
select matches(tests.listing(tests.kept('a')), '^published', 'and the row is published');
select tests.keep('listed', tests.assessment_value(tests.kept('a'), 'listed_version_id')::uuid);

-- Published without Markdown, as a builder's is that was approved at once -------------------------------------------
update private.jobs set rank = null, state = 'succeeded', finished_at = now()
where rank is not null;
insert into private.markdown_due (assessment_id) values (tests.kept('a'));
select is(pg_temp.write('# Written again'), 'succeeded # Written again', 'the worker writes another one');
select matches(tests.listing(tests.kept('a')), '^published', 'the row stays published');
select is(tests.assessment_value(tests.kept('a'), 'listed_version_id')::uuid, tests.kept('listed'), 'as the same version');
select is(
  (
    select count(*) from public.listing_requests
    where open
  ), 0::bigint, 'and nothing is asked'
);
select is((select count(*) from private.listings_in_hand), 0::bigint, 'nothing is left in hand');

-- What somebody writes is read ---------------------------------------------------------------------------------------
select tests.as_user(tests.kept('owner'));
update public.custom_assessments set source_markdown = '# By hand'
where id = tests.kept('a');
select tests.as_postgres();
select matches(tests.listing(tests.kept('a')), '^pending_review', 'Markdown that the owner writes asks for a review');
select is(
  (
    select request.source_markdown from public.listing_requests as request
    where request.open
  ), '# By hand', 'in which it is read'
);

-- Nor is what the worker wrote for another definition the worker's Markdown of this one ------------------------------
select tests.keep('secret', tests.asking());
select tests.keep('a', tests.kept('secret'));
update public.custom_assessments set source_type = 'builder', definition = definition || '{"note": "secret"}'
where id = tests.kept('a');
select is(pg_temp.write('# Secret'), 'succeeded # Secret', 'the worker writes what is in the definition');
select tests.as_user(tests.kept('owner'));
update public.custom_assessments set definition = definition - 'note'
where id = tests.kept('a');
update public.custom_assessments set source_markdown = '# Secret'
where id = tests.kept('a');
select tests.as_postgres();
select is(
  (
    select request.source_markdown from public.listing_requests as request
    where request.open and request.assessment_id = tests.kept('a')
  ), '# Secret', 'beside another definition a reviewer has it to read'
);

select * from finish();
rollback;
