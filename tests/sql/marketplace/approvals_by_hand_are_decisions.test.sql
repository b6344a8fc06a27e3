-- Trusted writers set published and rejected by hand, as before: each is a decision about the newest version.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../reviews.psql
select plan(25);

-- Writes as the service role, then switches to postgres.
create function tests.by_hand(assessment_id uuid, assignments text) returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  answer text;
begin
  perform tests.as_service();
  answer := tests.refusal(pg_catalog.format('update public.custom_assessments set %s where id = %L', assignments, assessment_id));
  perform tests.as_postgres();
  return answer;
end
$$;
create function tests.decisions(assessment_id uuid) returns text
language sql
set search_path = pg_catalog, pg_temp
as $$
  select pg_catalog.string_agg(review.decision || ' ' || version.version, ', ' order by review.decided_at)
    from public.listing_reviews as review
    join public.assessment_versions as version on version.id = review.version_id
   where version.assessment_id = decisions.assessment_id
$$;
grant execute on all functions in schema tests to public;

select tests.keep('a', tests.asking());
select is(tests.by_hand(tests.kept('a'), $$marketplace_status = 'published'$$), 'done', 'published by hand');
select is(tests.listing(tests.kept('a')), 'published at 1.0, listed 1.0, shown 1.0', 'is an approval');
select is(tests.decisions(tests.kept('a')), 'approved 1.0', 'and kept as one');
select is(tests.by_hand(tests.kept('a'), $$name = 'Edited by support'$$), 'done', 'an edit by a trusted writer');
select is(tests.listing(tests.kept('a')), 'pending_review at 1.1, listed 1.0, shown 1.0', 'asks for review');
select is(
  tests.by_hand(tests.kept('a'), $$name = 'Edited and read', marketplace_status = 'published'$$), 'done',
  'what is published as it is written'
);
select is(tests.listing(tests.kept('a')), 'published at 1.2, listed 1.2, shown 1.2', 'was read by who wrote it');

-- More than one has asked -----------------------------------------------------------------------------------------------
select tests.edit(tests.kept('a'), $$name = 'Third'$$);
select tests.edit(tests.kept('a'), $$name = 'Fourth'$$);
select is(
  tests.by_hand(tests.kept('a'), $$marketplace_status = 'published'$$), 'PT409 REVIEW_NEEDS_VERSION',
  'which of two was read, nobody knows'
);
select tests.edit(tests.kept('a'), $$marketplace_status = 'private'$$);
select is(
  tests.by_hand(tests.kept('a'), $$marketplace_status = 'published'$$), 'PT409 REVIEW_NEEDS_VERSION',
  'nor when the owner went private and came back'
);
select tests.edit(tests.kept('a'), $$marketplace_status = 'pending_review'$$);
select is(tests.decide(tests.kept('a'), '1.4', 'approved'), 'done', 'a decision about the newer one');
select tests.edit(tests.kept('a'), $$name = 'Fifth'$$);
select is(tests.by_hand(tests.kept('a'), $$marketplace_status = 'published'$$), 'done', 'settles both');

-- Rejected --------------------------------------------------------------------------------------------------------------
select tests.keep('b', tests.approved());
select tests.edit(tests.kept('b'), $$name = 'Not this'$$);
select is(tests.by_hand(tests.kept('b'), $$marketplace_status = 'rejected'$$), 'done', 'rejected by hand');
select is(tests.listing(tests.kept('b')), 'rejected at 1.1, listed 1.0, shown 1.0', 'leaves what was approved');
select is(tests.decisions(tests.kept('b')), 'approved 1.0, rejected 1.1', 'as a rejection of the newest');
select is(
  tests.edit(tests.kept('b'), $$marketplace_status = 'pending_review'$$), 'PT409 REVIEW_NEEDS_CHANGE', 'which counts like any'
);
select is(tests.by_hand(tests.kept('b'), $$marketplace_status = 'pending_review'$$), 'done', 'a trusted writer may ask again');
select is(tests.by_hand(tests.kept('b'), $$marketplace_status = 'published'$$), 'done', 'and approve after all');
select is(tests.by_hand(tests.kept('b'), $$status = 'archived'$$), 'done', 'archived by its owner');
select is(
  tests.by_hand(tests.kept('b'), $$marketplace_status = 'rejected'$$), 'done', 'a published one is rejected while it is archived'
);
select is(tests.edit(tests.kept('b'), $$status = 'active'$$), 'done', 'its owner brings it back');
select is(tests.listing(tests.kept('b')), 'rejected at 1.1, listed -, shown -', 'and it was taken down');
select is(
  tests.decisions(tests.kept('b')), 'approved 1.0, rejected 1.1, approved 1.1, taken_down 1.1', 'as the decisions say'
);

-- From the beginning, and to another tenant ----------------------------------------------------------------------------
select tests.as_service();
select tests.keep('c', tests.create_assessment(
  tests.kept('tenant'), '{"status": "active", "marketplace_status": "published", "slug": "c"}'
));
select is(tests.listing(tests.kept('c')), 'published at 1.0, listed 1.0, shown 1.0', 'an import may be published from the beginning');
select tests.as_postgres();
select is(tests.decisions(tests.kept('c')), 'approved 1.0', 'which is an approval');
update public.custom_assessments set tenant_id = tests.kept('others_tenant'), created_by = tests.kept('other')
where id = tests.kept('c');
select is(
  tests.listing(tests.kept('c')), 'private at 1.0, listed -, shown -', 'what was one tenant''s listing is not the next one''s'
);

select * from finish();
rollback;
