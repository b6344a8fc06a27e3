-- A campaign or coaching session refers to an assessment that is active and its tenant's own, a template, or published and
-- free. An assessment that the writer cannot see is treated exactly like a missing one.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../references.psql
select plan(39);

-- The two answers differ only in the id that was sent.
create function tests.answer(assessment_id uuid) returns text
language sql
set search_path = pg_catalog, pg_temp
as $$
  select replace(tests.whole_refusal(pg_catalog.format(
    'insert into public.coaching_sessions (tenant_id, custom_assessment_id, assessment_type) values (%L, %L, ''custom'')',
    tests.kept('tenant'), assessment_id
  ))::text, assessment_id::text, 'ID')
$$;

select tests.as_user(tests.kept('owner'));
select
  is(
    tests.refusal_of_choice(host.tbl, tests.kept('tenant'), tests.kept(given.name)), given.expected, host.tbl || ': ' || given.name
  )
from (values ('campaigns'), ('coaching_sessions')) as host (tbl),
  (
    values
    ('own_active', 'done'),
    ('own_draft', 'PT400 ASSESSMENT_NOT_ACTIVE'),
    ('own_archived', 'PT400 ASSESSMENT_NOT_ACTIVE'),
    ('template', 'done'),
    ('published', 'done'),
    ('published_free', 'done'),
    ('published_paid', 'PT403 ASSESSMENT_ACCESS_DENIED'),
    ('their_draft', 'PT404 ASSESSMENT_NOT_FOUND'),
    ('their_active', 'PT404 ASSESSMENT_NOT_FOUND'),
    ('their_archived', 'PT404 ASSESSMENT_NOT_FOUND'),
    ('their_pending', 'PT404 ASSESSMENT_NOT_FOUND'),
    ('their_unlisted', 'PT404 ASSESSMENT_NOT_FOUND'),
    ('template_draft', 'PT404 ASSESSMENT_NOT_FOUND'),
    ('nowhere', 'PT404 ASSESSMENT_NOT_FOUND')
  ) as given (name, expected)
order by host.tbl, given.name;

select is(
  tests.answer(tests.kept('their_draft')), tests.answer(tests.kept('nowhere')), 'the answers do not tell that another''s draft exists'
);

-- Changing a row is choosing, too.
insert into public.coaching_sessions (tenant_id, client_name) values (tests.kept('tenant'), 'Client');
select
  is(
    tests.refusal(format(
      $$update public.coaching_sessions set assessment_type = 'custom', custom_assessment_id = %L where client_name = 'Client'$$,
      tests.kept(given.name)
    )),
    given.expected, 'an update to ' || given.name
  )
from (
  values
  ('their_draft', 'PT404 ASSESSMENT_NOT_FOUND'), ('own_draft', 'PT400 ASSESSMENT_NOT_ACTIVE'), ('own_active', 'done')
) as given (name, expected);

-- An owner of two tenants: each tenant has its own.
select tests.as_user(tests.kept('twice'));
select is(
  tests.refusal_of_choice('campaigns', tests.kept('first_of_two'), tests.kept('second_active')), 'PT403 ASSESSMENT_ACCESS_DENIED',
  'an owner''s other tenant''s assessment is not this tenant''s'
);
select is(
  tests.refusal_of_choice('campaigns', tests.kept('first_of_two'), tests.kept('first_active')), 'done', 'its own is'
);

-- A listing of a deactivated tenant cannot be seen, so it cannot be chosen.
select tests.as_service();
update public.tenant_profiles set is_active = false
where id = tests.kept('others_tenant');
select tests.as_user(tests.kept('owner'));
select is(
  tests.refusal_of_choice('campaigns', tests.kept('tenant'), tests.kept('published')), 'PT404 ASSESSMENT_NOT_FOUND',
  'a deactivated tenant''s listing is not found'
);

-- A host whose policies let a campaign name any tenant must not give access to that tenant's private assessments.
select tests.as_postgres();
create policy "A careless host" on public.campaigns for insert to authenticated with check (true);
select tests.as_user(tests.kept('owner'));
select is(
  tests.refusal_of_choice('campaigns', tests.kept('others_tenant'), tests.kept('their_active')), 'PT404 ASSESSMENT_NOT_FOUND',
  'a campaign in another''s name does not reach its assessments'
);

-- The service role may make any choice that is possible at all.
select tests.as_service();
select
  is(
    tests.refusal_of_choice('campaigns', tests.kept('tenant'), tests.kept(given.name)), given.expected, 'service role: ' || given.name
  )
from (
  values
  ('own_draft', 'done'), ('their_draft', 'done'), ('nowhere', 'PT404 ASSESSMENT_NOT_FOUND')
) as given (name, expected);

select * from finish();
rollback;
