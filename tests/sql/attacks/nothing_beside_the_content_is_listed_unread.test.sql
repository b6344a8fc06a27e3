-- What can change without a new version is reviewed as well: slug, price, the tenant's name, unknown keys, and comments in
-- the Markdown.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../reviews.psql
select plan(38);

create function tests.page() returns text
language sql
set search_path = pg_catalog, pg_temp
as $$
  select pg_catalog.string_agg(pg_catalog.concat_ws(' ', slug, price_tier, tenant), ', ' order by slug)
    from public.marketplace_listings
$$;
create function tests.request(assessment_id uuid) returns uuid
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
  select request.id from public.listing_requests as request
    join public.custom_assessments as assessment on assessment.newest_version_id = request.version_id
   where assessment.id = request.assessment_id and assessment.id = $1
$$;
grant execute on all functions in schema tests to public;

select tests.keep('a', tests.approved());
select is(tests.page(), 'clear-speech tenant', 'as it was approved');

-- The address -----------------------------------------------------------------------------------------------------------
select is(tests.edit(tests.kept('a'), $$slug = 'buy-my-other-thing'$$), 'done', 'the owner changes the address');
select is(tests.listing(tests.kept('a')), 'pending_review at 1.0, listed 1.0, shown 1.0', 'which asks again, with the same version');
select is(tests.page(), 'clear-speech tenant', 'the page has what was read');
select is(tests.decide(tests.kept('a'), '1.0', 'approved'), 'done', 'once approved');
select is(tests.page(), 'buy-my-other-thing tenant', 'it has the new one');
select is(tests.listing(tests.kept('a')), 'published at 1.0, listed 1.0, shown 1.0', 'and the row is published');

-- Changed a moment before the approval --------------------------------------------------------------------------------------
select tests.edit(tests.kept('a'), $$slug = 'read'$$);
select tests.keep('read', tests.request(tests.kept('a')));
select tests.edit(tests.kept('a'), $$slug = 'not-read'$$);
select is(
  tests.decide(tests.kept('a'), '1.0', 'approved'), 'PT409 REVIEW_NEEDS_VERSION', 'which of the two was read, nobody knows'
);
select is(
  tests.decide(tests.kept('a'), '1.0', 'approved', tests.kept('read')), 'PT409 REVIEW_NEEDS_VERSION',
  'a reviewer who names what was read is sent back'
);
select is(tests.page(), 'buy-my-other-thing tenant', 'and the page stays');
select is(
  tests.decide(tests.kept('a'), '1.0', 'approved', tests.request(tests.kept('a'))), 'done', 'to read what is asked now'
);
select is(tests.page(), 'not-read tenant', 'and to approve that');

-- The price -------------------------------------------------------------------------------------------------------------
select tests.edit(tests.kept('a'), $$marketplace_price_tier = 'professional'$$);
select is(tests.listing(tests.kept('a')), 'pending_review at 1.0, listed 1.0, shown 1.0', 'another price asks again');
select is(tests.choice_of_another(tests.kept('a')), 'done', 'until then it is free');
select tests.decide(tests.kept('a'), '1.0', 'approved');
select is(tests.choice_of_another(tests.kept('a')), 'PT403 ASSESSMENT_ACCESS_DENIED', 'and then it is not');
select tests.edit(tests.kept('a'), $$marketplace_price_tier = 'free'$$);
select is(tests.choice_of_another(tests.kept('a')), 'PT403 ASSESSMENT_ACCESS_DENIED', 'nor is it free again at once');

-- A rejected price leaves the listing --------------------------------------------------------------------------------------
select is(tests.decide(tests.kept('a'), '1.0', 'rejected'), 'done', 'the price is rejected');
select is(tests.listing(tests.kept('a')), 'rejected at 1.0, listed 1.0, shown 1.0', 'the listing stays as it was');
select is(
  tests.edit(tests.kept('a'), $$marketplace_status = 'pending_review'$$), 'PT409 REVIEW_NEEDS_CHANGE', 'the same is not asked again'
);
select is(
  tests.edit(tests.kept('a'), $$marketplace_status = 'pending_review', marketplace_price_tier = 'starter'$$), 'done',
  'another price is'
);
select tests.decide(tests.kept('a'), '1.0', 'approved');

-- Changed after a rejection, which a reviewer then takes back ----------------------------------------------------------------
select tests.keep('c', tests.asking());
select tests.decide(tests.kept('c'), '1.0', 'rejected');
select is(
  tests.edit(tests.kept('c'), $$definition = definition || '{"note": "Buy it"}', slug = 'buy-it'$$), 'done',
  'nobody looks at a rejected one'
);
select is(tests.decide(tests.kept('c'), '1.0', 'approved'), 'done', 'until a reviewer thinks again');
select is(tests.listing(tests.kept('c')), 'rejected at 1.0, listed 1.0, shown 1.0', 'what was read is listed, and the row is not published');
select is(
  (
    select slug from public.marketplace_listings
    where id = tests.kept('c')
  ), 'clear-speech', 'nor its address'
);
select tests.edit(tests.kept('c'), $$marketplace_status = 'private'$$);

-- The name of the tenant -----------------------------------------------------------------------------------------------------
select tests.as_user(tests.kept('owner'));
update public.tenant_profiles set display_name = 'BUY NOW'
where id = tests.kept('tenant');
select tests.as_postgres();
select is(tests.listing(tests.kept('a')), 'pending_review at 1.0, listed 1.0, shown 1.0', 'the tenant''s name asks again');
select is(tests.page(), 'not-read starter tenant', 'and is not on the page');
select tests.decide(tests.kept('a'), '1.0', 'approved');
select is(tests.page(), 'not-read starter BUY NOW', 'until it was read');
select tests.edit(tests.kept('a'), $$slug = 'asks'$$);
update public.tenant_profiles set display_name = 'BUY LATER'
where id = tests.kept('tenant');
select is(
  tests.decide(tests.kept('a'), '1.0', 'approved'), 'PT409 REVIEW_NEEDS_VERSION', 'nor does it slip into what asks already'
);
select tests.as_user(tests.kept('owner'));
select is(
  tests.refusal(format('update public.tenant_profiles set display_name = %L where id = %L', repeat('x', 201), tests.kept('tenant'))),
  'PT422 INVALID_ARGUMENT', 'it has at most 200 characters'
);
select is(
  tests.refusal(format('update public.tenant_profiles set slug = %L where id = %L', repeat('x', 201), tests.kept('tenant'))),
  'PT422 INVALID_ARGUMENT', 'so has the slug'
);
select tests.as_service();
select is(
  tests.refusal(format(
    'insert into public.tenant_profiles (user_id, slug, display_name) values (%L, %L, %L)',
    tests.kept('stranger'), 'stranger', repeat('x', 201)
  )),
  'PT422 INVALID_ARGUMENT', 'the service included'
);

-- What everyone reads of the row, and no version has ---------------------------------------------------------------------------
select tests.as_postgres();
select tests.keep('b', tests.approved());
select tests.edit(tests.kept('b'), $$definition = definition || '{"note": "Buy my other thing"}'$$);
select is(tests.listing(tests.kept('b')), 'pending_review at 1.0, listed 1.0, shown 1.0', 'a key that is no content asks again');
select tests.as_user(tests.kept('reviewer'));
select is(
  (
    select definition ->> 'note' from public.listing_requests
    where assessment_id = tests.kept('b')
  ), 'Buy my other thing',
  'and a reviewer reads it'
);
select tests.decide(tests.kept('b'), '1.0', 'approved');
select is(tests.edit(tests.kept('b'), $$source_markdown = '<!-- Buy my other thing -->'$$), 'done', 'the same of Markdown');
select is(tests.listing(tests.kept('b')), 'pending_review at 1.0, listed 1.0, shown 1.0', 'that says what the definition does not');
select tests.as_user(tests.kept('reviewer'));
select is(
  (
    select source_markdown from public.listing_requests
    where assessment_id = tests.kept('b')
  ), '<!-- Buy my other thing -->',
  'which is in the request'
);
select tests.as_postgres();
select is(tests.edit(tests.kept('b'), $$result_disclosure = 'none'$$), 'done', 'what a respondent sees is content');
select is(tests.listing(tests.kept('b')), 'pending_review at 1.1, listed 1.0, shown 1.0', 'and a version');

select * from finish();
rollback;
