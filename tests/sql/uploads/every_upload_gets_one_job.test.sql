-- Every upload starts in the first state and has one job, for every writer and any number at once.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
select plan(10);

select tests.as_user(tests.kept('owner'));
insert into public.assessment_uploads (tenant_id, source_markdown)
select
  tests.kept('tenant') as tenant_id,
  '# ' || n as source_markdown
from generate_series(1, 3) as n;

select tests.as_service();
insert into public.assessment_uploads (tenant_id, source_markdown, created_by, status, attempts, started_at, finished_at)
values (tests.kept('others_tenant'), '# Imported', tests.kept('other'), 'succeeded', 7, now(), now());
select results_eq(
  $$select status, attempts, created_by, started_at from public.assessment_uploads
     where tenant_id = tests.kept('others_tenant')$$,
  $$values ('queued', 0, tests.kept('other'), null::timestamptz)$$,
  'a trusted writer names whom it uploads for, and can skip nothing'
);
select is(
  tests.refusal($$insert into public.assessment_uploads (tenant_id, source_markdown) values (tests.kept('tenant'),
    repeat('x', 512001))$$),
  'PT413 UPLOAD_TOO_LARGE', 'sizes bind trusted writers too'
);
select is(
  tests.refusal($$update public.assessment_uploads set status = 'succeeded'$$), '42501',
  'the service role does not move an upload by hand'
);
insert into public.assessment_uploads (tenant_id, source_markdown) select
  tests.kept('tenant') as tenant_id,
  '#' as source_markdown
where false;
select is((select count(*) from public.job_queue), 4::bigint, 'four uploads, four jobs');
select is_empty(
  $$select from public.assessment_uploads as upload
     where not exists (select from public.job_queue as job where job.subject_id = upload.id
                        and job.kind = 'compile' and job.state = 'queued' and job.tenant_id = upload.tenant_id)$$,
  'each has its own'
);

select tests.as_postgres();
select is(
  tests.refusal($$update public.assessment_uploads set source_markdown = '# Other' where tenant_id = tests.kept('tenant')$$),
  'PT409 UPLOAD_IMMUTABLE', 'what was uploaded stays what it was, for every role'
);
select is(
  tests.refusal($$update public.assessment_uploads set source_definition = '{}' where tenant_id = tests.kept('tenant')$$),
  'PT409 UPLOAD_IMMUTABLE', 'and does not become a definition'
);
select is(
  tests.refusal($$update public.assessment_uploads set status = 'processing'$$),
  '23514 upload_columns_agree_with_its_status', 'status and times agree'
);

-- The job of a deleted upload is no longer processed.
delete from public.assessment_uploads
where tenant_id = tests.kept('others_tenant');
select results_eq(
  $$select state, last_error from private.jobs where tenant_id = tests.kept('others_tenant')$$,
  $$values ('failed', 'subject-deleted')$$, 'a deleted upload''s job is at its end'
);
delete from public.tenant_profiles
where id = tests.kept('tenant');
select is((select count(*) from private.jobs), 1::bigint, 'a deleted tenant''s jobs are gone');

select * from finish();
rollback;
