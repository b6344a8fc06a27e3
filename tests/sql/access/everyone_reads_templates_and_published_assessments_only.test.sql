-- The assessments that a visitor, a stranger and an owner can see.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
select plan(12);

create function tests.seen() returns setof text
language sql
set search_path = pg_catalog, pg_temp
as $$ select slug from public.custom_assessments order by slug $$;

select tests.as_service();
select
  tests.create_assessment(tests.kept(
    'tenant'), jsonb_build_object(
    'status', s, 'marketplace_status', m, 'is_template', t, 'slug',
    s || '-' || replace(m, '_', '-') || case when t then '-template' else '' end
  ))
from unnest(array['draft', 'active', 'archived']) as s,
  unnest(array['private', 'pending_review', 'published', 'rejected']) as m,
  unnest(array[false, true]) as t;

select tests.as_anon();
select results_eq(
  'select tests.seen()',
  array[
    'active-pending-review-template', 'active-private-template', 'active-published', 'active-published-template',
    'active-rejected-template'
  ],
  'a visitor reads active templates and active published assessments'
);
select tests.as_user(tests.kept('stranger'));
select is((select count(*)::integer from tests.seen()), 5, 'so does an account without a tenant');
select tests.as_user(tests.kept('other'));
select is((select count(*)::integer from tests.seen()), 5, 'and the owner of another tenant');
select tests.as_user(tests.kept('owner'));
select is((select count(*)::integer from tests.seen()), 24, 'the owner reads all of its own');
select tests.as_service();
select is((select count(*)::integer from tests.seen()), 24, 'and so does the service role');

-- A claim about a role does not change the role.
select tests.become('authenticated', jsonb_build_object('role', 'service_role', 'sub', tests.kept('stranger')));
select is((select count(*)::integer from tests.seen()), 5, 'claiming the service role gives nothing');
select tests.become('authenticated', '{"role": "authenticated"}');
select is((select count(*)::integer from tests.seen()), 5, 'nor does a token without a subject');

-- A deactivated tenant's listings are hidden, but not its templates.
select tests.as_service();
update public.tenant_profiles set is_active = false
where id = tests.kept('tenant');
select tests.as_anon();
select is_empty($$select 1 from tests.seen() as slug where slug = 'active-published'$$, 'a deactivated tenant''s listing is hidden');
select is((select count(*)::integer from tests.seen()), 4, 'templates stay');
select tests.as_user(tests.kept('other'));
select is_empty($$select 1 from tests.seen() as slug where slug = 'active-published'$$, 'hidden from accounts as well');
select tests.as_user(tests.kept('owner'));
select is((select count(*)::integer from tests.seen()), 24, 'the owner still reads it');

-- A published assessment can be read in full, on purpose.
select tests.as_service();
update public.tenant_profiles set is_active = true
where id = tests.kept('tenant');
select tests.as_anon();
select is(
  (
    select definition from public.custom_assessments
    where slug = 'active-published'
  ), tests.definition(),
  'everyone reads a published definition'
);

select * from finish();
rollback;
