-- A slug is made from the name when none is given.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
select plan(19);

create function tests.slug_for(name text) returns text
language sql
set search_path = pg_catalog, pg_temp
as $$
  select tests.assessment_value(
    tests.create_assessment(tests.kept('tenant'), pg_catalog.jsonb_build_object('name', slug_for.name)), 'slug'
  )
$$;

select tests.as_user(tests.kept('owner'));

select is(tests.slug_for('Leadership Compass'), 'leadership-compass', 'words are joined by hyphens');
select is(tests.slug_for('Führungskräfte'), 'fuhrungskrafte', 'accents are folded');
select is(tests.slug_for(U&'Fu\0308hrung'), 'fuhrung', 'so are accents that stand as marks of their own');
select is(tests.slug_for('Größe & Maß'), 'grosse-mass', 'a sharp s is two');
select is(tests.slug_for('Łódź Ørsted Ævi'), 'lodz-orsted-aevi', 'letters with strokes and ligatures are folded');
select is(tests.slug_for('  --Who   am_I?! '), 'who-am-i', 'runs of other characters are one hyphen, and none at the ends');
select is(tests.slug_for('C3 2026'), 'c3-2026', 'digits stay');
select is(tests.slug_for('評価'), 'assessment', 'a name without a usable character gives assessment');
select is(tests.slug_for('!!!'), 'assessment-2', 'and the next such name is numbered');
select is(
  tests.slug_for('one two three four five six seven eight nine ten eleven twelve thirteen'),
  'one-two-three-four-five-six-seven-eight-nine-ten-eleven',
  'a long name is cut at a word'
);
select is(
  tests.slug_for(repeat('a', 50) || ' ' || repeat('b', 9) || ' c'), repeat('a', 50) || '-' || repeat('b', 9),
  'a word that ends at the sixtieth character is kept'
);
select is(tests.slug_for(repeat('x', 100)), repeat('x', 60), 'a single long word is cut at sixty characters');
select is(
  tests.slug_for(repeat('x', 99)), repeat('x', 58) || '-2', 'a numbered slug has at most sixty characters too'
);
select is(tests.slug_for(E'Two\nLines'), 'two-lines', 'a line break is one of the other characters');

select is(tests.slug_for('Leadership Compass'), 'leadership-compass-2', 'a taken slug gets the number 2');
select is(tests.slug_for('leadership   COMPASS'), 'leadership-compass-3', 'then 3, for any name that gives that slug');
select is(tests.slug_for('Leadership Compass 2'), 'leadership-compass-2-2', 'a name that gives a numbered slug is numbered');

select tests.as_user(tests.kept('other'));
select is(
  tests.assessment_value(tests.create_assessment(tests.kept('others_tenant'), '{"name": "Leadership Compass"}'), 'slug'),
  'leadership-compass', 'another tenant has its own slugs'
);
select tests.as_service();
select is(
  tests.assessment_value(tests.create_assessment(tests.kept('others_tenant'), '{"name": "Leadership Compass"}'), 'slug'),
  'leadership-compass-2', 'the service role is served alike'
);

select * from finish();
rollback;
