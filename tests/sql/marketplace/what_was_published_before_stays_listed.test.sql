-- What was published before decisions were stored is recorded as approved for that reason, and listed.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../reviews.psql
select plan(5);

set constraints all immediate;
alter table public.custom_assessments disable trigger assessment_6_listing_of_new;
alter table public.custom_assessments disable trigger take_new_listing;
select tests.keep('old', tests.create_assessment(tests.kept('tenant'), '{"status": "active", "marketplace_status": "published"}'));
set constraints all immediate;
alter table public.custom_assessments enable trigger assessment_6_listing_of_new;
alter table public.custom_assessments enable trigger take_new_listing;
select is(tests.listing(tests.kept('old')), 'published at 1.0, listed -, shown -', 'as it was');
select private.record_former_listing(tests.kept('old'));
select is(tests.listing(tests.kept('old')), 'published at 1.0, listed 1.0, shown 1.0', 'it is listed');
select private.record_former_listing(tests.kept('old'));
select results_eq(
  'select decision, reason from public.listing_reviews', $$values ('approved', 'before-upgrade')$$, 'as approved, once'
);
select tests.keep('asks', tests.asking());
select private.record_former_listing(tests.kept('asks'));
select is(tests.listing(tests.kept('asks')), 'pending_review at 1.0, listed -, shown -', 'what asks is not');
select is(tests.choice_of_another(tests.kept('old')), 'done', 'and others go on choosing it');

select * from finish();
rollback;
