-- Only the status of an archived assessment can change, for every writer and column, and its listing, which the owner can
-- end and a reviewer can take down (marketplace/review_is_of_a_version.test.sql).
begin;
\ir ../helpers.psql
\ir ../assessments.psql
select plan(34);

create table tests.changes (col text primary key, value text, tenants boolean);
grant select on tests.changes to public;
insert into tests.changes
values
('name', $$'New'$$, true),
('slug', $$'new'$$, true),
('version', $$'9.0'$$, true),
('description', $$'new'$$, true),
('definition', $$tests.definition() || '{"new": 1}'$$, true),
('source_markdown', $$'new'$$, true),
('source_type', $$'builder'$$, true),
('assessment_type', $$'comparative'$$, true),
('interview_style_default', $$5$$, true),
('interview_style_allow_override', $$false$$, true),
('result_disclosure', $$'none'$$, true),
('marketplace_status', $$'pending_review'$$, true),
('marketplace_price_tier', $$'free'$$, true),
('is_template', $$true$$, false),
('tenant_id', $$tests.kept('others_tenant')$$, false),
('id', $$gen_random_uuid()$$, false);

select tests.as_user(tests.kept('owner'));
select tests.keep('archived', tests.create_assessment(tests.kept('tenant'), '{"source_markdown": "old", "description": "old"}'));
update public.custom_assessments set status = 'archived'
where id = tests.kept('archived');


select
  is(
    tests.refusal(format('update public.custom_assessments set %I = %s where id = %L', col, value, tests.kept('archived'))),
    'PT409 ASSESSMENT_ARCHIVED', 'the owner cannot change ' || col
  )
from tests.changes
where tenants
order by col;
select
  is(
    tests.refusal(format('update public.custom_assessments set %I = %s, status = $$active$$ where id = %L', col, value, tests.kept('archived'))),
    'PT409 ASSESSMENT_ARCHIVED', 'nor together with the status: ' || col
  )
from tests.changes
where tenants
order by col;

select tests.as_service();
select
  is(
    tests.refusal(format('update public.custom_assessments set %I = %s where id = %L', col, value, tests.kept('archived'))),
    'PT409 ASSESSMENT_ARCHIVED', 'nor the service role ' || col
  )
from tests.changes
where not tenants or col = 'definition'
order by col;

-- Every writable column is either listed above or set by the database: a new column needs a decision.
select tests.as_postgres();
select set_eq(
  $$
    select attname::text
    from pg_catalog.pg_attribute
    where attrelid = 'public.custom_assessments'::regclass and attnum > 0 and not attisdropped
  $$,
  $$
    select col from tests.changes
    union all
    values ('status'), ('created_by'), ('created_at'), ('updated_at'), ('published_at'), ('newest_version_id'), ('listed_version_id'), ('listed_at'),
    ('content_changed_at'), ('derived_from')
  $$,
  'every column is decided on'
);

select tests.as_user(tests.kept('owner'));
select is(
  tests.refusal(format($$update public.custom_assessments set status = 'active', name = 'Clear Speech' where id = %L$$, tests.kept('archived'))),
  'done', 'values that are the same are no change, and the status may change'
);
select is(
  tests.refusal(format($$update public.custom_assessments set name = 'New' where id = %L$$, tests.kept('archived'))),
  'done', 'active again, it can be changed again'
);

-- Deleting is not changing.
update public.custom_assessments set status = 'archived'
where id = tests.kept('archived');
delete from public.custom_assessments
where id = tests.kept('archived');
select is(tests.assessment_value(tests.kept('archived'), 'id'), null, 'an archived assessment without results can be deleted');

select * from finish();
rollback;
