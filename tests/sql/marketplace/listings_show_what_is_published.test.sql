begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../worker.psql
select plan(23);

create function tests.listed() returns text
language sql
as $$ select string_agg(name, ', ' order by name) from public.marketplace_listings $$;
grant execute on all functions in schema tests to public;

select tests.as_service();
select tests.keep('listed', tests.create_assessment(tests.kept('tenant'), '{"name": "Listed", "status": "active",
  "marketplace_status": "published", "marketplace_price_tier": "starter", "description": "For leaders.",
  "assessment_type": "comparative"}'));
select tests.create_assessment(tests.kept('tenant'), '{"name": "Private", "status": "active"}');
select tests.create_assessment(tests.kept('tenant'), '{"name": "Pending", "status": "active",
  "marketplace_status": "pending_review"}');
select tests.create_assessment(tests.kept('tenant'), '{"name": "Rejected", "status": "active",
  "marketplace_status": "rejected"}');
select tests.create_assessment(tests.kept('tenant'), '{"name": "Template", "status": "active", "is_template": true}');
select tests.keep('draft', tests.create_assessment(tests.kept('others_tenant'), '{"name": "Draft",
  "marketplace_status": "published"}'));

select tests.as_anon();
select results_eq(
  'select id, name, slug, tenant, description, type, dimension_names, price_tier, version, listed_at from public.marketplace_listings',
  $$values (tests.kept('listed'), 'Listed', 'listed', 'tenant', 'For leaders.', 'comparative',
            array['Clarity', 'Courage'], 'starter', '1.0', now())$$,
  'a visitor reads what is published and active, whatever its price'
);
select tests.as_user(tests.kept('stranger'));
select is(tests.listed(), 'Listed', 'so does every signed-in account');
select is(tests.refusal(call), '42501', 'nobody writes it: ' || call)
from unnest(array[
  'update public.marketplace_listings set name = name', 'delete from public.marketplace_listings',
  'insert into private.listings select * from private.listings', 'update private.listings set name = name',
  'delete from private.listings'
]) as call;

-- It follows the assessment.
select tests.as_service();
update public.custom_assessments set status = 'active'
where id = tests.kept('draft');
select is(tests.listed(), 'Draft, Listed', 'a published draft that is activated');
update
  public.custom_assessments set
  name = 'Renamed', marketplace_price_tier = 'free',
  definition = jsonb_set(definition, '{dimensions,0,name}', '"Candour"')
where id = tests.kept('listed');
update public.custom_assessments set marketplace_status = 'published'
where id = tests.kept('listed');
select results_eq(
  $$select name, price_tier, dimension_names from public.marketplace_listings where id = tests.kept('listed')$$,
  $$values ('Renamed', 'free', array['Candour', 'Courage'])$$, 'a changed one'
);
update public.custom_assessments set status = 'archived'
where id = tests.kept('draft');
select is(tests.listed(), 'Renamed', 'an archived one is gone');
update public.custom_assessments set status = 'active'
where id = tests.kept('draft');
select is(tests.listed(), 'Draft, Renamed', 'and back');
select tests.as_user(tests.kept('owner'));
update public.custom_assessments set description = 'New.'
where id = tests.kept('listed');
select is((
  select description from public.marketplace_listings
  where name = 'Renamed'
), 'For leaders.', 'a tenant''s edit changes nothing');
select tests.as_service();
update public.custom_assessments set marketplace_status = 'published'
where id = tests.kept('listed');
select is((
  select description from public.marketplace_listings
  where name = 'Renamed'
), 'New.', 'until a reviewer has read it');
select tests.as_user(tests.kept('other'));
delete from public.custom_assessments
where id = tests.kept('draft');
select is(tests.listed(), 'Renamed', 'a deleted one is gone');

-- It follows the tenant.
select tests.as_service();
update public.tenant_profiles set display_name = 'Tenant & Co.'
where id = tests.kept('tenant');
select is((select tenant from public.marketplace_listings), 'tenant', 'the tenant''s name is the one that was read');
update public.tenant_profiles set is_active = false
where id = tests.kept('tenant');
select is(tests.listed(), null, 'a deactivated tenant''s listings are not shown');
select tests.keep('hidden', tests.create_assessment(tests.kept('tenant'), '{"name": "Hidden", "status": "active",
  "marketplace_status": "published"}'));
select is(tests.listed(), null, 'nor what is published for it meanwhile');
update public.tenant_profiles set is_active = true
where id = tests.kept('tenant');
select is(tests.listed(), 'Hidden, Renamed', 'until it is active again');
delete from public.tenant_profiles
where id = tests.kept('tenant');
select is(tests.listed(), null, 'a deleted tenant''s are gone');

-- A replacement by the worker is an edit of the tenant.
select tests.keep('theirs', tests.create_assessment(tests.kept('others_tenant'), '{"name": "Theirs", "status": "active",
  "marketplace_status": "published"}'));
select tests.as_service();
select tests.upload(tests.kept('others_tenant'), '# New', tests.kept('theirs'));
select is(tests.finish('w1', tests.compiled(tests.claim('w1') -> 0, 'Theirs', '2.0')), 'succeeded', 'an upload replaces it');
select is(tests.assessment_value(tests.kept('theirs'), 'marketplace_status'), 'pending_review', 'which sends it to review');
select is(tests.listed(), 'Theirs', 'and leaves on the page what was approved');
select is(
  (select count(*) from private.listings), 1::bigint, 'nothing is left over'
);

select * from finish();
rollback;
