-- published_at is set at the first activation and never again; updated_at at every change; created_at once.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
select plan(14);

select tests.as_user(tests.kept('owner'));
select tests.keep('draft', tests.create_assessment(tests.kept('tenant')));
select tests.keep('born', tests.create_assessment(tests.kept('tenant'), '{"status": "active"}'));
select is(tests.assessment_value(tests.kept('draft'), 'published_at'), null, 'a draft has not been published');
select is(tests.assessment_value(tests.kept('born'), 'published_at'), now()::text, 'one that is born active has');

-- Move the dates back, as only the tables' owner can, to see them change within one transaction.
select tests.as_postgres();
set constraints all immediate;
alter table public.custom_assessments disable trigger user;
update public.custom_assessments set created_at = '2020-01-01', updated_at = '2020-01-01'
where tenant_id = tests.kept('tenant');
update public.custom_assessments set published_at = '2020-02-02'
where id = tests.kept('born');
alter table public.custom_assessments enable trigger user;

select tests.as_user(tests.kept('owner'));
update public.custom_assessments set name = 'Renamed'
where tenant_id = tests.kept('tenant');
select is(tests.assessment_value(tests.kept('draft'), 'updated_at'), now()::text, 'a change sets updated_at');
select is(
  tests.assessment_value(tests.kept('draft'), 'created_at')::timestamptz, timestamptz '2020-01-01', 'and leaves created_at'
);
update public.custom_assessments set status = 'active'
where id = tests.kept('draft');
select is(tests.assessment_value(tests.kept('draft'), 'published_at'), now()::text, 'the first activation sets published_at');

update public.custom_assessments set status = 'archived'
where id = tests.kept('born');
update public.custom_assessments set status = 'active'
where id = tests.kept('born');
select is(
  tests.assessment_value(tests.kept('born'), 'published_at')::timestamptz, timestamptz '2020-02-02', 'a later one does not'
);

select
  is(
    tests.refusal(format('update public.custom_assessments set %I = now() where id = %L', col, tests.kept('born'))),
    '42501', 'the owner cannot write ' || col
  )
from unnest(array['created_at', 'published_at', 'updated_at']) as col;

select tests.as_service();
update public.custom_assessments set published_at = now(), created_at = now()
where id = tests.kept('born');
select is(
  tests.assessment_value(tests.kept('born'), 'published_at')::timestamptz, timestamptz '2020-02-02',
  'published_at stands for the service role too'
);
select is(tests.assessment_value(tests.kept('born'), 'created_at')::timestamptz, timestamptz '2020-01-01', 'and created_at');
update public.custom_assessments set status = 'draft', published_at = null
where id = tests.kept('born');
select is(
  tests.assessment_value(tests.kept('born'), 'published_at')::timestamptz, timestamptz '2020-02-02',
  'it stays when the service role takes the assessment back to draft'
);
select is(
  tests.assessment_value(tests.create_assessment(tests.kept('tenant'), '{"published_at": "2020-01-01"}'), 'published_at'), null,
  'a draft is never born as published'
);
select is(
  tests.assessment_value(
    tests.create_assessment(tests.kept('tenant'), '{"status": "active", "published_at": "2020-01-01T00:00:00Z"}'), 'published_at'
  )::timestamptz,
  timestamptz '2020-01-01 00:00+00', 'an import brings the date of the first activation'
);

select * from finish();
rollback;
