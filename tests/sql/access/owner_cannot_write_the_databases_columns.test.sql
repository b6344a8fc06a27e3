-- Forged id, creator, dates, template flag and tenant: each is refused or overwritten, on insert and on update.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
select plan(17);

select tests.as_user(tests.kept('twice'));
select
  is(
    tests.refusal(format('select tests.create_assessment(%L, %L)', tests.kept('first_of_two'), jsonb_build_object(given.col, given.value))),
    '42501', 'insert with ' || given.col
  )
from (
  values
  ('id', '00000000-0000-0000-0000-000000000001'), ('is_template', 'true'), ('published_at', '2020-01-01'),
  ('created_at', '2020-01-01'), ('updated_at', '2020-01-01')
) as given (col, value);
select is((select count(*)::integer from public.custom_assessments), 0, 'nothing was written');

select tests.keep('mine', tests.create_assessment(
  tests.kept('first_of_two'), jsonb_build_object('created_by', tests.kept('other'))
));
select is(
  tests.assessment_value(tests.kept('mine'), 'created_by')::uuid, tests.kept('twice'), 'the maker is the caller, whatever is sent'
);

select
  is(
    tests.refusal(format('update public.custom_assessments set %I = %L where id = %L', given.col, given.value, tests.kept('mine'))),
    '42501', 'update of ' || given.col
  )
from (
  values
  ('id', '00000000-0000-0000-0000-000000000001'), ('is_template', 'true'), ('created_by', '00000000-0000-0000-0000-000000000001'),
  ('published_at', '2020-01-01'), ('created_at', '2020-01-01'), ('updated_at', '2020-01-01'),
  ('tenant_id', '00000000-0000-0000-0000-000000000001')
) as given (col, value);
select is(
  tests.refusal(format(
    'update public.custom_assessments set tenant_id = %L where id = %L', tests.kept('second_of_two'), tests.kept('mine')
  )),
  '42501', 'an owner of two tenants cannot move an assessment between them'
);
select is(tests.assessment_value(tests.kept('mine'), 'tenant_id')::uuid, tests.kept('first_of_two'), 'and it is where it was');

-- The trigger is a second defence, if the host grants the whole table.
select tests.as_postgres();
grant insert, update on public.custom_assessments to authenticated;
select tests.as_user(tests.kept('twice'));
select is(
  tests.refusal(format(
    'update public.custom_assessments set is_template = true where id = %L', tests.kept('mine')
  )),
  'PT403 ASSESSMENT_ACCESS_DENIED', 'a wider grant does not make a template'
);

select * from finish();
rollback;
