-- One tenant's many uploads do not delay another's single one.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../worker.psql
select plan(10);

select tests.as_service();
create function pg_temp.turn(most integer) returns text
language sql
as $$
  select string_agg(upload.source_markdown, ' ' order by job.ordinality)
    from jsonb_array_elements(tests.claim('w1', most)) with ordinality as job
    join public.assessment_uploads as upload on upload.id = (job.value ->> 'subject')::uuid
$$;

insert into public.assessment_uploads (tenant_id, source_markdown)
select
  tests.kept('tenant') as tenant_id,
  'a' || n as source_markdown
from generate_series(1, 1000) as n;
select is(pg_temp.turn(3), 'a1 a2 a3', 'one tenant''s jobs go in their order');
insert into public.assessment_uploads (tenant_id, source_markdown) values (tests.kept('others_tenant'), 'b1');
select is(pg_temp.turn(2), 'a4 b1', 'a tenant that comes later is at the front, behind those already there');
insert into public.assessment_uploads (tenant_id, source_markdown)
select
  tests.kept('others_tenant') as tenant_id,
  'b' || n as source_markdown
from generate_series(2, 4) as n;
insert into public.assessment_uploads (tenant_id, source_markdown)
select
  tests.kept('first_of_two') as tenant_id,
  'c' || n as source_markdown
from generate_series(1, 2) as n;
select is(pg_temp.turn(9), 'a5 b2 c1 a6 b3 c2 a7 b4 a8', 'then they take turns');
insert into public.assessment_uploads (tenant_id, source_markdown)
values (tests.kept('tenant'), 'a1001'), (tests.kept('second_of_two'), 'd1'), (tests.kept('tenant'), 'a1002');
select is(pg_temp.turn(3), 'a9 d1 a10', 'also within one insert; who has many waits behind their own');

-- The size of a batch.
select tests.as_postgres();
delete from private.jobs
where state = 'queued';
select tests.as_service();
insert into public.assessment_uploads (tenant_id, source_markdown)
select
  tests.kept('tenant') as tenant_id,
  repeat('x', 125000) as source_markdown
from generate_series(1, 3) as n;
select is(jsonb_array_length(tests.claim('w1')), 2, 'a batch has at most about 256 KB of text');
select is(jsonb_array_length(tests.claim('w1')), 1, 'the rest is in the next');

-- A job that was charged before is claimed alone, in its turn.
insert into public.assessment_uploads (tenant_id, source_markdown)
select
  tests.kept('tenant') as tenant_id,
  'e' || n as source_markdown
from generate_series(1, 4) as n;
select tests.as_postgres();
update
  private.jobs
set attempts = 1
where
  subject_id in
  (
    select id from public.assessment_uploads
    where source_markdown in ('e1', 'e3')
  );
select tests.as_service();
select is(pg_temp.turn(50), 'e1', 'a second try is given alone');
select is(pg_temp.turn(50), 'e2', 'and never at the end of a batch');
select is(pg_temp.turn(50), 'e3', 'but alone, in its turn');
select is(pg_temp.turn(50), 'e4', 'and the others after it');

select * from finish();
rollback;
