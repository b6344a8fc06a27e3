-- A given slug is used unchanged, or refused.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
select plan(24);

create function tests.refusal_of_slug(slug text) returns text
language sql
set search_path = pg_catalog, pg_temp
as $$
  select tests.refusal(pg_catalog.format(
    'select tests.create_assessment(%L, %L)', tests.kept('tenant'),
    pg_catalog.jsonb_build_object('slug', refusal_of_slug.slug)
  ))
$$;

select tests.as_user(tests.kept('owner'));

select is(tests.refusal_of_slug(given.slug), 'PT422 INVALID_SLUG', 'refused: ' || to_json(given.slug)::text)
from (
  values
  (''), (' '), ('Upper'), ('two words'), ('-first'), ('last-'), ('two--hyphens'), ('under_score'), ('ümlaut'),
  (E'new\nline'), (E'ends\n'), ('../up'), ('a/b'), (repeat('a', 201)), ('naïve')
) as given (slug);

select is(tests.refusal_of_slug('my-own-1'), 'done', 'a well-formed slug is taken as it is');
select is(tests.refusal_of_slug('my-own-1'), 'PT409 SLUG_TAKEN', 'a taken slug is refused');
select is(
  (
    select count(*)::integer from public.custom_assessments
    where slug = 'my-own-1'
  ), 1, 'and nothing was written'
);
select is(tests.refusal_of_slug(repeat('a', 200)), 'done', 'a given slug may have two hundred characters');

select tests.keep('mine', tests.create_assessment(tests.kept('tenant'), '{"slug": "second"}'));
select is(
  tests.refusal(format($$update public.custom_assessments set slug = 'my-own-1' where id = %L$$, tests.kept('mine'))),
  'PT409 SLUG_TAKEN', 'an update cannot take a taken slug'
);
select is(
  tests.refusal(format($$update public.custom_assessments set slug = 'No Good' where id = %L$$, tests.kept('mine'))),
  'PT422 INVALID_SLUG', 'an update cannot set a malformed one'
);
select is(tests.assessment_value(tests.kept('mine'), 'slug'), 'second', 'and the slug is as it was');
select is(
  tests.refusal(format(
    $$update public.custom_assessments set slug = 'second', name = 'Renamed' where id = %L$$, tests.kept('mine')
  )),
  'done', 'sending the present slug again is no change'
);

select tests.as_service();
select is(tests.refusal_of_slug('my-own-1'), 'PT409 SLUG_TAKEN', 'the rule holds for the service role too');

select * from finish();
rollback;
