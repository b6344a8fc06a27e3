-- A tenant writes tenant_id, source_markdown or definition, assessment_id and dry_run; the queue writes the rest of an upload.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
select plan(32);

select tests.keep('draft', tests.create_assessment(tests.kept('tenant')));
select tests.keep('archived', tests.create_assessment(tests.kept('tenant'), '{"status": "archived"}'));
select tests.keep('theirs', tests.create_assessment(
  tests.kept('others_tenant'),
  '{"status": "active", "marketplace_status": "published"}'
));

select tests.as_user(tests.kept('owner'));
insert into public.assessment_uploads (tenant_id, source_markdown) values (tests.kept('tenant'), '# One');
select results_eq(
  $$select created_by, status, diagnostics, definition, attempts, dry_run,
           created_at between now() and clock_timestamp(), started_at, finished_at
      from public.assessment_uploads$$,
  $$values (tests.kept('owner'), 'queued', '[]'::jsonb, null::jsonb, 0, false, true, null::timestamptz,
            null::timestamptz)$$,
  'an upload begins queued, in the caller''s name'
);
select is((select count(*) from public.assessment_uploads), 1::bigint, 'and its owner reads it');

select
  is(
    tests.refusal(format(
      'insert into public.assessment_uploads (tenant_id, source_markdown, %I) values (%L, ''#'', null)',
      col, tests.kept('tenant')
    )),
    '42501', col || ' is not the tenant''s to write'
  )
from unnest(array[
  'id', 'created_by', 'status', 'diagnostics', 'source_definition', 'attempts', 'created_at', 'started_at',
  'finished_at'
]) as col;
select is(
  tests.refusal($$update public.assessment_uploads set source_markdown = '# Two'$$), '42501',
  'an upload is not changed'
);

select is(
  tests.refusal($$insert into public.assessment_uploads (tenant_id, source_markdown)
                  values (tests.kept('others_tenant'), '# One')$$),
  '42501 TENANT_ACCESS_DENIED', 'an upload for another tenant has a clear answer'
);
select is(
  tests.refusal($$insert into public.assessment_uploads (source_markdown) values ('# One')$$),
  '42501 TENANT_ACCESS_DENIED', 'and so has one for no tenant'
);
select is(
  tests.refusal(format(
    $$insert into public.assessment_uploads (tenant_id, source_markdown) values (%L, %L)$$,
    tests.kept('tenant'), repeat('x', 512001)
  )),
  'PT413 UPLOAD_TOO_LARGE', 'an upload has at most 500 KB'
);
select is(
  tests.refusal(format(
    $$insert into public.assessment_uploads (tenant_id, source_markdown) values (%L, %L)$$,
    tests.kept('tenant'), repeat('ü', 256001)
  )),
  'PT413 UPLOAD_TOO_LARGE', 'in bytes, not characters'
);
select is(
  tests.refusal(format(
    $$insert into public.assessment_uploads (tenant_id, source_markdown) values (%L, %L)$$,
    tests.kept('tenant'), repeat('ü', 256000)
  )),
  'done', '512,000 bytes are accepted'
);
select is(
  tests.refusal($$insert into public.assessment_uploads (tenant_id, source_markdown, assessment_id)
                  values (tests.kept('tenant'), '# One', gen_random_uuid())$$),
  'PT404 ASSESSMENT_NOT_FOUND', 'an assessment to replace must exist'
);
select is(
  tests.refusal($$insert into public.assessment_uploads (tenant_id, source_markdown, assessment_id)
                  values (tests.kept('tenant'), '# One', tests.kept('theirs'))$$),
  'PT404 ASSESSMENT_NOT_FOUND', 'and be the tenant''s own: another''s answers as none'
);
select is(
  tests.refusal($$insert into public.assessment_uploads (tenant_id, source_markdown, assessment_id)
                  values (tests.kept('tenant'), '# One', tests.kept('archived'))$$),
  'PT409 ASSESSMENT_ARCHIVED', 'and not archived'
);
select is(
  tests.refusal($$insert into public.assessment_uploads (tenant_id, source_markdown, assessment_id)
                  values (tests.kept('tenant'), '# One', tests.kept('draft'))$$),
  'done', 'a draft can be replaced'
);

-- A definition in place of Markdown.
select is(
  tests.refusal($$insert into public.assessment_uploads (tenant_id, source_markdown, definition)
                  values (tests.kept('tenant'), '# One', tests.definition())$$),
  'PT422 UPLOAD_NEEDS_ONE_SOURCE', 'an upload has not both'
);
select is(
  tests.refusal($$insert into public.assessment_uploads (tenant_id) values (tests.kept('tenant'))$$),
  'PT422 UPLOAD_NEEDS_ONE_SOURCE', 'and not neither'
);
select is(
  tests.refusal($$insert into public.assessment_uploads (tenant_id, definition)
                  values (tests.kept('others_tenant'), tests.definition())$$),
  '42501 TENANT_ACCESS_DENIED', 'nor is it for another tenant'
);
select is(
  tests.refusal(format(
    $$insert into public.assessment_uploads (tenant_id, definition) values (%L, '{"dimensions": "%s"}')$$,
    tests.kept('tenant'), repeat('x', 512000)
  )),
  'PT413 UPLOAD_TOO_LARGE', 'a definition has at most 500 KB'
);
select
  is(
    tests.refusal(format(
      'insert into public.assessment_uploads (tenant_id, definition) values (%L, %L)', tests.kept('tenant'), refused
    )),
    'PT422 ASSESSMENT_VALIDATION_ERROR', 'what no worker could read safely is refused: ' || left(refused, 20)
  )
from unnest(array[
  '7', 'null', '{"dimensions": ' || repeat('[', 50) || repeat(']', 50) || '}', '{"dimensions": [1e131071]}'
]) as refused;
insert into public.assessment_uploads (tenant_id, definition) values (tests.kept('tenant'), '{"anything": 1}');
select results_eq(
  $$select source_markdown, source_definition, definition, status
      from public.assessment_uploads where source_definition is not null$$,
  $$values (null::text, '{"anything": 1}'::jsonb, null::jsonb, 'queued')$$,
  'any other object is kept as it was sent, until it is compiled'
);

select tests.as_user(tests.kept('other'));
select is_empty('select from public.assessment_uploads', 'another tenant reads none of it');
select tests.as_anon();
select is(tests.refusal('select from public.assessment_uploads'), '42501', 'nor does a visitor');

select * from finish();
rollback;
