-- declare_equivalent: the owner's declaration is made once, never changes, and can be read with the versions.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
select plan(28);

create function tests.hash_of(version text) returns text
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
  select stored.dimension_hashes ->> 'clarity'
    from public.assessment_versions as stored
   where stored.assessment_id = tests.kept('assessment') and stored.version = hash_of.version
$$;

create function tests.declare(from_version text, to_version text, note text default 'A typo.') returns jsonb
language sql
set search_path = pg_catalog, pg_temp
as $$
  select public.declare_equivalent(
    tests.kept('assessment'), 'clarity', tests.hash_of(from_version), tests.hash_of(to_version), note
  )
$$;

create function tests.version_numbered(version text) returns uuid
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
  select stored.id from public.assessment_versions as stored
   where stored.assessment_id = tests.kept('assessment') and stored.version = version_numbered.version
$$;
grant execute on all functions in schema tests to public;

select tests.as_service();
select tests.keep('assessment', tests.create_assessment(tests.kept('tenant'), '{"status": "active"}'));
update public.custom_assessments
set definition = jsonb_set(definition, '{dimensions,0,description}', '"Says what is mean."')
where id = tests.kept('assessment');
update public.custom_assessments
set definition = jsonb_set(definition, '{dimensions,0,description}', '"Says nothing."')
where id = tests.kept('assessment');

select tests.as_user(tests.kept('owner'));
create temp table said as select tests.declare('1.0', '1.1') as declared;
select is(
  (select declared - 'id' - 'created_at' from said),
  jsonb_build_object(
    'assessment_id', tests.kept('assessment'), 'tenant_id', tests.kept('tenant'), 'dimension', 'clarity',
    'from_hash', tests.hash_of('1.0'), 'to_hash', tests.hash_of('1.1'), 'note', 'A typo.'
  ), 'the owner declares two hashes equivalent'
);
select is(tests.declare('1.0', '1.1', 'Another reason.'), (select declared from said), 'said again, nothing changes');
select is(
  public.version_changes(tests.version_numbered('1.0'), tests.version_numbered('1.1')) #> '{dimensions,0}',
  '{"id": "clarity", "compares": "declared", "note": "A typo."}'::jsonb, 'it is shown where the versions are compared'
);
select is(
  public.version_changes(tests.version_numbered('1.1'), tests.version_numbered('1.0')) #>> '{dimensions,0,compares}',
  'declared', 'in both directions'
);
select is(
  public.version_changes(tests.version_numbered('1.0'), tests.version_numbered('1.2')) #>> '{dimensions,0,compares}',
  'no', 'for these two hashes alone'
);

-- What is refused ------------------------------------------------------------------------------------------------------
select is(tests.refusal($$select tests.declare('1.0', '1.0')$$), 'PT422 INVALID_ARGUMENT', 'a hash and itself');
select is(tests.refusal($$select tests.declare('1.0', '9.9')$$), 'PT422 INVALID_ARGUMENT', 'no hash');
select is(
  tests.refusal($$select public.declare_equivalent(
    tests.kept('assessment'), 'courage', tests.hash_of('1.0'), tests.hash_of('1.1'), 'x')$$),
  'PT422 INVALID_ARGUMENT', 'hashes of another dimension'
);
select is(
  tests.refusal($$select public.declare_equivalent(
    tests.kept('assessment'), 'clarity', tests.hash_of('1.0'), 'h1:0', 'x')$$),
  'PT422 INVALID_ARGUMENT', 'a hash that no version has'
);
select is(tests.refusal($$select tests.declare('1.1', '1.2', ' ')$$), 'PT422 INVALID_ARGUMENT', 'no reason');
select is(tests.refusal($$select tests.declare('1.1', '1.2', null)$$), 'PT422 INVALID_ARGUMENT', 'none at all');
select is(
  tests.refusal($$select tests.declare('1.1', '1.2', repeat('x', 2001))$$), 'PT422 INVALID_ARGUMENT', 'or a long one'
);
select is(
  tests.refusal($$insert into public.equivalence_declarations (id, assessment_id, dimension, from_hash, to_hash, note)
    values (gen_random_uuid(), tests.kept('assessment'), 'clarity', 'a', 'b', 'c')$$),
  '42501', 'only what is said can be written'
);
select tests.as_user(tests.kept('other'));
select is(tests.refusal($$select tests.declare('1.1', '1.2')$$), 'PT404 ASSESSMENT_NOT_FOUND', 'another tenant''s');
select is((select count(*) from public.equivalence_declarations), 0::bigint, 'which are not even read');
select tests.as_service();
update public.custom_assessments set is_template = true
where id = tests.kept('assessment');
select is(tests.refusal($$select tests.declare('1.1', '1.2')$$), '42501', 'the service has no word for an owner');
select tests.as_user(tests.kept('other'));
select is(
  tests.refusal($$select tests.declare('1.1', '1.2')$$), 'PT403 ASSESSMENT_ACCESS_DENIED', 'who only reads has none either'
);
select is((select count(*) from public.equivalence_declarations), 0::bigint, 'the newest version is not in it');
select tests.as_user(tests.kept('owner'));
select is(tests.refusal($$select tests.declare('1.1', '1.2')$$), 'done', 'the owner has');
select tests.as_user(tests.kept('other'));
select is((select count(*) from public.equivalence_declarations), 1::bigint, 'and now everyone who reads the version reads it');
select tests.as_anon();
select is(tests.refusal($$select tests.declare('1.1', '1.2')$$), '42501', 'a visitor says nothing');

-- It never changes -----------------------------------------------------------------------------------------------------
select tests.as_user(tests.kept('owner'));
select is(tests.refusal($$delete from public.equivalence_declarations where true$$), '42501', 'the owner takes nothing back');
select is(
  tests.refusal($$update public.equivalence_declarations set note = 'x' where true$$), '42501', 'and changes nothing'
);
select tests.as_postgres();
select is(
  tests.refusal($$update public.equivalence_declarations set note = 'x' where true$$), 'PT409 DECLARATION_IMMUTABLE',
  'nor does anybody else'
);
select is(
  tests.refusal($$delete from public.equivalence_declarations where true$$), 'PT409 DECLARATION_IMMUTABLE', 'by deleting either'
);
select is((select count(*) from public.equivalence_declarations), 2::bigint, 'both are there');

-- It is the declaration of an owner, and is deleted with the tenant's ownership.
update public.custom_assessments set tenant_id = tests.kept('others_tenant'), is_template = false
where id = tests.kept('assessment');
select is((select count(*) from public.equivalence_declarations), 0::bigint, 'another owner has said nothing');
select is(
  tests.refusal($$delete from public.custom_assessments where id = tests.kept('assessment')$$), 'done',
  'and an assessment is deleted with what was said of it'
);

select * from finish();
rollback;
