-- draft to active or archived, active to archived, archived to active; everything else is refused to the API's roles.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
select plan(20);

create function tests.refusal_of_way(came_from text, went_to text) returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  made uuid;
begin
  made := tests.create_assessment(tests.kept('tenant'), '{"status": "draft"}');
  if came_from in ('active', 'archived') then
    update public.custom_assessments as a set status = came_from where a.id = made;
  end if;
  return tests.refusal(pg_catalog.format(
    'update public.custom_assessments set status = %L where id = %L', went_to, made
  ));
end
$$;

select tests.as_user(tests.kept('owner'));
select is(tests.refusal_of_way(way.came_from, way.went_to), way.expected, way.came_from || ' to ' || way.went_to)
from (
  values
  ('draft', 'draft', 'done'),
  ('draft', 'active', 'done'),
  ('draft', 'archived', 'done'),
  ('active', 'active', 'done'),
  ('active', 'archived', 'done'),
  ('active', 'draft', 'PT409 INVALID_STATUS_TRANSITION'),
  ('archived', 'archived', 'done'),
  ('archived', 'active', 'done'),
  ('archived', 'draft', 'PT409 INVALID_STATUS_TRANSITION'),
  ('draft', 'retired', 'PT409 INVALID_STATUS_TRANSITION'),
  ('active', 'ACTIVE', 'PT409 INVALID_STATUS_TRANSITION')
) as way (came_from, went_to, expected);

select
  is(
    tests.refusal(format('select tests.create_assessment(%L, %L)', tests.kept('tenant'), jsonb_build_object('status', given.status))),
    given.expected, 'born as ' || coalesce(given.status, 'null')
  )
from (
  values
  ('draft', 'done'), ('active', 'done'), ('archived', 'PT409 INVALID_STATUS_TRANSITION'), ('other', '23514 status_is_known'),
  (null, '23502')
) as given (status, expected);

-- Reviewers, imports and support may use other transitions, but only to valid statuses.
select tests.as_service();
select is(tests.refusal_of_way('active', 'draft'), 'done', 'the service role may take an assessment back to draft');
select is(tests.refusal_of_way('draft', 'retired'), '23514 status_is_known', 'but not to a status that is none');
select is(
  tests.refusal(format('select tests.create_assessment(%L, %L)', tests.kept('tenant'), '{"status": "archived"}')),
  'done', 'an import may bring archived ones'
);
select is(
  (
    tests.whole_refusal(format(
      $$update public.custom_assessments set status = 'x' || chr(10) || 'Set-Cookie: y' where id = %L$$,
      tests.create_assessment(tests.kept('tenant'))
    )) ->> 'message'
  ) ~ '\n', false, 'no line break of a client''s comes back in a message'
);

select * from finish();
rollback;
