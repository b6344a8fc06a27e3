-- Reviewers decide, but not about their own tenants; owners can read decisions and reasons; for all others they do not
-- exist.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../reviews.psql
select plan(45);

create function tests.decision(of uuid, decision text default 'approved', reason text default null) returns text
language sql
set search_path = pg_catalog, pg_temp
as $$ select tests.refusal(pg_catalog.format('select public.review_listing(%L, %L, %L)', of, decision, reason)) $$;

select tests.keep('asked', tests.asking());
select tests.keep('v', tests.version_id(tests.kept('asked'), '1.0'));
select tests.keep('private', tests.create_assessment(tests.kept('tenant'), '{"name": "Private", "status": "active"}'));
select tests.keep('private_v', tests.version_id(tests.kept('private'), '1.0'));
select tests.keep('nothing', gen_random_uuid());

-- Who may decide ------------------------------------------------------------------------------------------------------
select tests.as_anon();
select is(tests.decision(tests.kept('v')), '42501', 'a visitor calls nothing');
select tests.as_user(tests.kept('other'));
select is(tests.decision(tests.kept('v')), 'PT404 VERSION_NOT_FOUND', 'who is not a reviewer sees no version');
select is(tests.decision(tests.kept('nothing')), 'PT404 VERSION_NOT_FOUND', 'as of one that does not exist');
select is(tests.decision(tests.kept('v'), 'nonsense'), 'PT404 VERSION_NOT_FOUND', 'whatever is sent');
select tests.as_user(tests.kept('owner'));
select is(tests.decision(tests.kept('v')), 'PT404 VERSION_NOT_FOUND', 'nor does its owner');
select is(tests.refusal('select public.name_reviewer(auth.uid())'), '42501', 'who cannot name a reviewer');
select is(tests.refusal('select * from public.list_reviewers()'), '42501', 'nor read who is one');
select is(
  tests.refusal('insert into public.listing_reviews (version_id, decision) values (gen_random_uuid(), ''approved'')'), '42501',
  'nor write a decision'
);
select is(tests.refusal('update public.listing_requests set slug = slug'), '42501', 'nor a request');

select tests.as_service();
select is(public.name_reviewer(tests.kept('owner')), 'named', 'an operator names the owner a reviewer');
select is(public.name_reviewer(tests.kept('owner')), 'unchanged', 'twice is once');
select is(public.name_reviewer(gen_random_uuid()), 'no-account', 'whom nobody knows is none');
select results_eq(
  'select user_id from public.list_reviewers() order by 1',
  $$select unnest(array[tests.kept('owner'), tests.kept('reviewer')]) order by 1$$, 'an operator sees who is one'
);
select tests.as_user(tests.kept('owner'));
select is(tests.decision(tests.kept('v')), 'PT403 ASSESSMENT_ACCESS_DENIED', 'nobody decides on a tenant of their own');
select is(tests.listing(tests.kept('asked')), 'pending_review at 1.0, listed -, shown -', 'and nothing has happened');

select tests.as_user(tests.kept('reviewer'));
select is(tests.decision(tests.kept('nothing')), 'PT404 VERSION_NOT_FOUND', 'a reviewer finds no version that is none');
select is(tests.decision(tests.kept('private_v')), 'PT404 VERSION_NOT_FOUND', 'nor one that never asked');
select is(tests.decision(tests.kept('v'), 'published'), 'PT422 INVALID_ARGUMENT', 'there are three decisions');
select is(tests.decision(tests.kept('v'), null), 'PT422 INVALID_ARGUMENT', 'and none is none');
select is(
  tests.decision(tests.kept('v'), 'rejected', repeat('x', 512001)), 'PT422 INVALID_ARGUMENT', 'a reason has its limit'
);
select is(tests.decision(tests.kept('v'), 'taken_down'), 'PT409 NOTHING_TO_REVIEW', 'what is not up is not taken down');
select results_eq(
  $$select answer ->> 'changed', answer ->> 'marketplace_status'
      from public.review_listing(tests.kept('v'), 'rejected', 'Too short.', 'A known seller.') as answer$$,
  $$values ('true', 'rejected')$$, 'a reviewer decides'
);
select results_eq(
  $$select answer ->> 'changed', answer ->> 'review_id'
      from public.review_listing(tests.kept('v'), 'rejected', 'Too long.', null) as answer$$,
  $$values ('false', null)$$, 'once'
);

-- Who reads it --------------------------------------------------------------------------------------------------------
select results_eq(
  'select decision, reason, note, reviewed_by from public.listing_reviews join public.listing_review_notes on review_id = id',
  $$values ('rejected', 'Too short.', 'A known seller.', tests.kept('reviewer'))$$, 'reviewers read all of it'
);
select is((select count(*) from public.listing_requests), 1::bigint, 'and what asks');
select is(
  (select string_agg(version, ' ') from public.assessment_versions), '1.0', 'of the versions, those that asked for review'
);
select tests.as_service();
select public.name_reviewer(tests.kept('owner'), true);
select tests.as_user(tests.kept('owner'));
select results_eq(
  'select decision, reason from public.listing_reviews', $$values ('rejected', 'Too short.')$$, 'the owner reads what and why'
);
select is((select count(*) from public.listing_requests), 1::bigint, 'and what was asked');
select is_empty('select * from public.listing_review_notes', 'but not the note, nor who decided');
select tests.as_user(tests.kept('other'));
select is_empty('select id from public.listing_reviews', 'others read no decisions');
select is_empty('select id from public.listing_requests', 'nor requests');
select is_empty('select * from public.listing_review_notes', 'nor notes');
select is_empty($$select id from public.assessment_versions where assessment_id = tests.kept('asked')$$, 'nor the version');
select tests.as_anon();
select is(tests.refusal('select id from public.listing_reviews'), '42501', 'visitors least of all');

-- What is decided stays ------------------------------------------------------------------------------------------------
select tests.as_service();
select is(tests.refusal('delete from public.listing_reviews'), 'PT409 REVIEW_IMMUTABLE', 'the service takes no decision back');
select tests.as_postgres();
select is(tests.refusal('update public.listing_reviews set reason = null'), 'PT409 REVIEW_IMMUTABLE', 'the owner of the tables changes none');
select is(tests.refusal('delete from public.listing_reviews'), 'PT409 REVIEW_IMMUTABLE', 'nor takes one away');
select is(tests.refusal('update public.listing_review_notes set note = null'), 'PT409 REVIEW_IMMUTABLE', 'nor a note');
select is(tests.refusal('delete from public.listing_review_notes'), 'PT409 REVIEW_IMMUTABLE', 'by neither way');
select is(
  tests.refusal(format($$insert into public.listing_reviews (version_id, decision) values (%L, 'approved')$$, tests.kept('private_v'))),
  'PT409 NOTHING_TO_REVIEW', 'and writes only what can be decided'
);
delete from auth.users
where id = tests.kept('reviewer');
select results_eq(
  'select note, reviewed_by from public.listing_review_notes', $$values ('A known seller.', null::uuid)$$,
  'a reviewer who goes is forgotten'
);
select is_empty('select * from public.list_reviewers()', 'and none any more');

-- The service ----------------------------------------------------------------------------------------------------------
select tests.as_service();
select is(tests.decision(tests.kept('v')), 'done', 'the service decides without an account');
select is(tests.decision(tests.kept('private_v')), 'PT409 NOTHING_TO_REVIEW', 'but not about what never asked');
select tests.as_postgres();
delete from public.custom_assessments
where id = tests.kept('asked');
select is((select count(*) from public.listing_reviews), 0::bigint, 'decisions go with their assessment');

select * from finish();
rollback;
