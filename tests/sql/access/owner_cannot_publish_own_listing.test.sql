-- A tenant cannot approve its own marketplace listing or overrule a rejection. It can only make its listing private, and
-- request review.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
select plan(22);

create function tests.refusal_of_listing(came_from text, went_to text) returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  made uuid;
  answer text;
begin
  perform tests.as_service();
  made := tests.create_assessment(
    tests.kept('tenant'), pg_catalog.jsonb_build_object('status', 'active', 'marketplace_status', came_from)
  );
  perform tests.as_user(tests.kept('owner'));
  answer := tests.refusal(pg_catalog.format(
    'update public.custom_assessments set marketplace_status = %L where id = %L', went_to, made
  ));
  return answer || ', then ' || tests.assessment_value(made, 'marketplace_status');
end
$$;

select
  is(
    tests.refusal_of_listing(way.came_from, way.went_to), way.expected,
    way.came_from || ' to ' || coalesce(way.went_to, 'null')
  )
from (
  values
  ('private', 'pending_review', 'done, then pending_review'),
  ('pending_review', 'private', 'done, then private'),
  ('private', null, 'done, then private'),
  ('published', 'published', 'done, then published'),
  ('private', 'published', 'PT403 ASSESSMENT_ACCESS_DENIED, then private'),
  ('private', 'rejected', 'PT403 ASSESSMENT_ACCESS_DENIED, then private'),
  ('pending_review', 'published', 'PT403 ASSESSMENT_ACCESS_DENIED, then pending_review'),
  ('pending_review', 'rejected', 'PT403 ASSESSMENT_ACCESS_DENIED, then pending_review'),
  ('rejected', 'pending_review', 'PT409 REVIEW_NEEDS_CHANGE, then rejected'),
  ('rejected', 'published', 'PT403 ASSESSMENT_ACCESS_DENIED, then rejected'),
  ('rejected', 'private', 'done, then private'),
  ('rejected', null, 'done, then private'),
  ('published', 'pending_review', 'PT403 ASSESSMENT_ACCESS_DENIED, then published'),
  ('published', 'private', 'done, then private')
) as way (came_from, went_to, expected);

select tests.as_user(tests.kept('owner'));
select
  is(
    tests.refusal(format(
      'select tests.create_assessment(%L, %L)', tests.kept('tenant'), jsonb_build_object('marketplace_status', given.status)
    )),
    given.expected, 'born as ' || coalesce(given.status, 'null')
  )
from (
  values
  ('private', 'done'), ('pending_review', 'done'), (null, 'done'),
  ('published', 'PT403 ASSESSMENT_ACCESS_DENIED'), ('rejected', 'PT403 ASSESSMENT_ACCESS_DENIED')
) as given (status, expected);
select is(
  (
    select count(*)::integer
    from public.custom_assessments
    where tenant_id = tests.kept('tenant') and marketplace_status is null
  ),
  0, 'a missing marketplace status is stored as private'
);

select tests.as_service();
select tests.keep('reviewed', tests.create_assessment(tests.kept('tenant'), '{"marketplace_status": "pending_review"}'));
update public.custom_assessments set marketplace_status = 'published'
where id = tests.kept('reviewed');
select is(tests.assessment_value(tests.kept('reviewed'), 'marketplace_status'), 'published', 'a reviewer''s tool publishes');
update public.custom_assessments set marketplace_status = null
where id = tests.kept('reviewed');
select is(tests.assessment_value(tests.kept('reviewed'), 'marketplace_status'), 'private', 'null is private for it too');

select * from finish();
rollback;
