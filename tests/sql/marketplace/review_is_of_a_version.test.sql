-- The effect of each event on the working copy, on the listing, and on who can choose it.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../reviews.psql
select plan(66);

-- The owner asks --------------------------------------------------------------------------------------------------
select tests.keep('a', tests.asking());
select is(tests.listing(tests.kept('a')), 'pending_review at 1.0, listed -, shown -', 'who asks waits');
select is(tests.choice_of_another(tests.kept('a')), 'PT404 ASSESSMENT_NOT_FOUND', 'nobody else may choose it');
select results_eq(
  $$select slug, price_tier, tenant, definition, source_markdown, open, asks from public.listing_requests
     where version_id = tests.version_id(tests.kept('a'), '1.0')$$,
  $$values ('clear-speech', null::text, 'tenant', null::jsonb, null::text, true, 1)$$,
  'the request has what would be listed beside the content'
);

-- Approved --------------------------------------------------------------------------------------------------------
select is(tests.decide(tests.kept('a'), '1.0', 'approved'), 'done', 'a reviewer approves');
select is(tests.listing(tests.kept('a')), 'published at 1.0, listed 1.0, shown 1.0', 'what the row holds is published');
select is(tests.assessment_value(tests.kept('a'), 'listed_at')::timestamptz, now(), 'since the approval');
select is(tests.choice_of_another(tests.kept('a')), 'done', 'others may choose it');
select is(
  (
    select count(*) from public.listing_requests
    where open
  ), 0::bigint, 'and the queue is empty'
);

-- Edited ----------------------------------------------------------------------------------------------------------
select is(tests.edit(tests.kept('a'), $$name = 'Clear Speech, edited'$$), 'done', 'the owner edits');
select is(
  tests.listing(tests.kept('a')), 'pending_review at 1.1, listed 1.0, shown 1.0',
  'the working copy waits; what was approved stays listed'
);
select is(tests.choice_of_another(tests.kept('a')), 'done', 'others may choose what is listed');
select is((select name from public.marketplace_listings), 'Clear Speech', 'the page has the name that was approved');
select is(tests.edit(tests.kept('a'), $$name = 'Clear Speech, again'$$), 'done', 'the owner edits again');
select is(
  tests.decide(tests.kept('a'), '1.1', 'approved'), 'done', 'an approval of what was edited a moment before is one of that'
);
select is(
  tests.listing(tests.kept('a')), 'pending_review at 1.2, listed 1.1, shown 1.1',
  'the row stays, since it holds something else'
);
select is((select name from public.marketplace_listings), 'Clear Speech, edited', 'the page has what was read');

-- Rejected --------------------------------------------------------------------------------------------------------
select is(tests.decide(tests.kept('a'), '1.2', 'rejected'), 'done', 'a reviewer rejects');
select is(
  tests.listing(tests.kept('a')), 'rejected at 1.2, listed 1.1, shown 1.1', 'the row is rejected, what was approved stays'
);
select is(tests.choice_of_another(tests.kept('a')), 'done', 'others may choose what is listed');
select is(
  tests.edit(tests.kept('a'), $$marketplace_status = 'pending_review'$$), 'PT409 REVIEW_NEEDS_CHANGE',
  'the same is not asked again'
);
select is(tests.edit(tests.kept('a'), $$marketplace_status = 'private'$$), 'done', 'the owner makes it private');
select is(tests.listing(tests.kept('a')), 'private at 1.2, listed -, shown -', 'which takes it off');
select is(
  tests.edit(tests.kept('a'), $$marketplace_status = 'pending_review'$$), 'PT409 REVIEW_NEEDS_CHANGE',
  'by this way neither'
);
select is(
  tests.edit(tests.kept('a'), $$marketplace_status = 'pending_review', name = 'Clear Speech, better'$$), 'done',
  'changed, it is'
);
select is(tests.listing(tests.kept('a')), 'pending_review at 1.3, listed -, shown -', 'with a number of its own');
select tests.edit(tests.kept('a'), $$name = 'Clear Speech, best'$$);
select is(tests.decide(tests.kept('a'), '1.3', 'rejected'), 'done', 'what the row does not hold any more is rejected');
select is(tests.listing(tests.kept('a')), 'pending_review at 1.4, listed -, shown -', 'and the row stays');
select is(tests.decide(tests.kept('a'), '1.3', 'approved'), 'done', 'a reviewer may think again');
select is(tests.listing(tests.kept('a')), 'pending_review at 1.4, listed 1.3, shown 1.3', 'which lists it');

-- Private ---------------------------------------------------------------------------------------------------------
select is(tests.edit(tests.kept('a'), $$marketplace_status = null$$), 'done', 'null is private');
select is(tests.listing(tests.kept('a')), 'private at 1.4, listed -, shown -', 'private lists nothing');
select is(tests.choice_of_another(tests.kept('a')), 'PT404 ASSESSMENT_NOT_FOUND', 'nor may others choose it');
select is(
  tests.decide(tests.kept('a'), '1.4', 'approved'), 'PT409 NOTHING_TO_REVIEW',
  'what was made private a moment before is not approved'
);
select is(tests.listing(tests.kept('a')), 'private at 1.4, listed -, shown -', 'and stays private');

-- Archived, or the tenant deactivated -------------------------------------------------------------------------------
select tests.keep('b', tests.approved());
select tests.edit(tests.kept('b'), $$status = 'archived'$$);
select is(tests.listing(tests.kept('b')), 'published at 1.0, listed 1.0, shown -', 'an archived one is hidden');
select is(tests.choice_of_another(tests.kept('b')), 'PT404 ASSESSMENT_NOT_FOUND', 'and not chosen');
select tests.edit(tests.kept('b'), $$status = 'active'$$);
select is(tests.listing(tests.kept('b')), 'published at 1.0, listed 1.0, shown 1.0', 'until it is back');
update public.tenant_profiles set is_active = false
where id = tests.kept('tenant');
select is(tests.listing(tests.kept('b')), 'published at 1.0, listed 1.0, shown -', 'so is a deactivated tenant''s');
select is(tests.choice_of_another(tests.kept('b')), 'PT404 ASSESSMENT_NOT_FOUND', 'which is not chosen either');
update public.tenant_profiles set is_active = true
where id = tests.kept('tenant');
select is(tests.listing(tests.kept('b')), 'published at 1.0, listed 1.0, shown 1.0', 'until the tenant is back');
select tests.edit(tests.kept('b'), $$status = 'archived'$$);
select is(
  tests.edit(tests.kept('b'), $$marketplace_status = 'private', name = 'Other'$$), 'PT409 ASSESSMENT_ARCHIVED',
  'of an archived one nothing else changes'
);
select is(tests.edit(tests.kept('b'), $$marketplace_status = 'private'$$), 'done', 'but that the owner makes it private');
select is(tests.listing(tests.kept('b')), 'private at 1.0, listed -, shown -', 'so that it is not listed when it is back');
select is(
  tests.edit(tests.kept('b'), $$marketplace_status = 'pending_review'$$), 'PT409 ASSESSMENT_ARCHIVED', 'it asks for nothing'
);

-- Taken down --------------------------------------------------------------------------------------------------------
select tests.keep('c', tests.approved());
select tests.edit(tests.kept('c'), $$name = 'Waits'$$);
select is(tests.decide(tests.kept('c'), '1.1', 'taken_down'), 'PT409 NOTHING_TO_REVIEW', 'what never was up is not taken down');
select ok(not private.is_withdrawn(tests.version_id(tests.kept('c'), '1.0')), 'what is listed is not withdrawn');
select is(tests.decide(tests.kept('c'), '1.0', 'rejected'), 'PT409 NOTHING_TO_REVIEW', 'nor is it rejected any more');
select is(tests.decide(tests.kept('c'), '1.0', 'taken_down'), 'done', 'a reviewer takes it down');
select is(tests.listing(tests.kept('c')), 'rejected at 1.1, listed -, shown -', 'which takes off the listing and the request');
select ok(private.is_withdrawn(tests.version_id(tests.kept('c'), '1.0')), 'and withdraws the version');
select is(tests.choice_of_another(tests.kept('c')), 'PT404 ASSESSMENT_NOT_FOUND', 'which nobody else may choose');
select is(tests.edit(tests.kept('c'), $$marketplace_status = 'pending_review'$$), 'done', 'another version may ask');
select is(tests.decide(tests.kept('c'), '1.1', 'approved'), 'done', 'and be approved');
select is(tests.listing(tests.kept('c')), 'published at 1.1, listed 1.1, shown 1.1', 'as the one that is listed');
select ok(private.is_withdrawn(tests.version_id(tests.kept('c'), '1.0')), 'the one that was taken down stays withdrawn');

select tests.keep('d', tests.approved());
select tests.edit(tests.kept('d'), $$status = 'archived'$$);
select is(tests.decide(tests.kept('d'), '1.0', 'taken_down'), 'done', 'an archived one is taken down, too');
select is(tests.listing(tests.kept('d')), 'rejected at 1.0, listed -, shown -', 'so');
select is(tests.edit(tests.kept('d'), $$status = 'active'$$), 'done', 'its owner brings it back');
select is(tests.listing(tests.kept('d')), 'rejected at 1.0, listed -, shown -', 'and it is not listed');
select is(
  tests.edit(tests.kept('d'), $$marketplace_status = 'pending_review', slug = 'another'$$), 'PT409 REVIEW_NEEDS_CHANGE',
  'nor is it asked for under another address'
);

-- Versions that came before the listed one -----------------------------------------------------------------------------
select tests.keep('e', tests.asking());
select tests.edit(tests.kept('e'), $$name = 'Later'$$);
select tests.decide(tests.kept('e'), '1.1', 'approved');
select is(tests.decide(tests.kept('e'), '1.0', 'approved'), 'done', 'an older version is approved');
select is(tests.listing(tests.kept('e')), 'published at 1.1, listed 1.1, shown 1.1', 'the newest approved one is listed');
select is(tests.decide(tests.kept('e'), '1.0', 'taken_down'), 'done', 'the older one is taken down');
select is(tests.listing(tests.kept('e')), 'published at 1.1, listed 1.1, shown 1.1', 'which takes nothing off');
select ok(private.is_withdrawn(tests.version_id(tests.kept('e'), '1.0')), 'but withdraws it');
select is(
  (
    select count(*) from public.listing_reviews
    where version_id = tests.version_id(tests.kept('e'), '1.1')
  ), 1::bigint,
  'each decision is one row'
);

select * from finish();
rollback;
