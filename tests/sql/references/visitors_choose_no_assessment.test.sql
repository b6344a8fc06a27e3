-- A host may let visitors write sessions, through a form on its site. That still works, but only signed-in accounts can
-- choose an assessment.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../references.psql
select plan(5);

grant select, insert, update on public.coaching_sessions to anon;
create policy "Visitors book" on public.coaching_sessions for all to anon using (true) with check (true);

select tests.as_anon();
select is(
  tests.refusal(format($$insert into public.coaching_sessions (tenant_id, client_name) values (%L, 'V')$$, tests.kept('tenant'))),
  'done', 'a visitor makes a session without an assessment'
);
select is(
  tests.refusal($$update public.coaching_sessions set client_name = 'W', assessment_type = 'archetype' where client_name = 'V'$$),
  'done', 'and changes it'
);
select throws_ok(
  format(
    $$insert into public.coaching_sessions (tenant_id, assessment_type, custom_assessment_id) values (%L, 'custom', %L)$$,
    tests.kept('tenant'), tests.kept('template')
  ),
  '42501', null, 'a visitor chooses no assessment'
);
select throws_ok(
  format(
    $$update public.coaching_sessions set assessment_type = 'custom', custom_assessment_id = %L$$, tests.kept('template')
  ),
  '42501', null, 'in no session that is there either'
);
select tests.as_postgres();
select results_eq(
  'select client_name, custom_assessment_id from public.coaching_sessions', $$values ('W'::text, null::uuid)$$,
  'the session is what the visitor was allowed to make it'
);

select * from finish();
rollback;
