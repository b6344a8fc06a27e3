-- copy_assessment makes a draft from what its caller may use, says from which version, and changes nothing of the source.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../references.psql
select plan(17);

create function tests.copy_of(name text, tenant text default 'tenant') returns public.custom_assessments
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  made constant jsonb := public.copy_assessment(tests.kept(copy_of.name), tests.kept(copy_of.tenant), 'Copy');
  copied public.custom_assessments;
begin
  select present.* into copied from public.custom_assessments as present where present.id = (made ->> 'id')::uuid;
  return copied;
end
$$;
create function tests.refusal_of_copy(name text, tenant text default 'tenant') returns text
language sql
set search_path = pg_catalog, pg_temp
as $$
  select tests.refusal(pg_catalog.format('select public.copy_assessment(%L, %L)', tests.kept(refusal_of_copy.name), tests.kept(refusal_of_copy.tenant)))
$$;

select tests.as_user(tests.kept('owner'));
update public.custom_assessments
set definition = definition || '{"metadata": {"name": "Clear Speech", "version": "4.2"}}', version = '4.2'
where id = tests.kept('own_draft');
select is(
  public.copy_assessment(tests.kept('own_draft'), tests.kept('tenant')) - 'id',
  '{"name": "Clear Speech", "slug": "clear-speech", "version": "1.0", "status": "draft", "derived_from": null}',
  'a draft of the same name, with a number of its own'
);
select is(
  (
    select (copied.source_type, copied.created_by, copied.definition -> 'metadata', copied.definition -> 'dimensions')::text
    from tests.copy_of('own_draft') as copied
  ),
  ('imported', tests.kept('owner'), '{"name": "Copy", "version": "1.0"}'::jsonb, tests.definition() -> 'dimensions')::text,
  'name and number in the definition are those of the copy'
);
select is(
  (tests.copy_of('own_active')).derived_from,
  (
    select newest_version_id from public.custom_assessments
    where id = tests.kept('own_active')
  ),
  'it names the version that it came from'
);
select is((tests.copy_of('own_archived')).status, 'draft', 'an archived one can be copied');
select isnt((tests.copy_of('template')).derived_from, null, 'a template');
select isnt((tests.copy_of('published')).derived_from, null, 'a listing without a price');
select isnt((tests.copy_of('published_free')).derived_from, null, 'a free listing');

select is(tests.refusal_of_copy('published_paid'), 'PT403 ASSESSMENT_ACCESS_DENIED', 'not what has a price');
select is(
  array(select tests.refusal_of_copy(each.name) from unnest(
    '{their_draft,their_active,their_archived,their_pending,their_unlisted,template_draft,nowhere}'::text[]
  ) as each (name)),
  array_fill('PT404 ASSESSMENT_NOT_FOUND'::text, array[7]), 'nor what nobody else may use, which does not exist for them'
);
select is(tests.refusal_of_copy('template', 'others_tenant'), '42501 TENANT_ACCESS_DENIED', 'nor into another tenant');
select is(
  tests.refusal(format('select public.copy_assessment(%L, null)', tests.kept('own_draft'))), 'PT422 INVALID_ARGUMENT',
  'nor into none'
);
select is(
  tests.refusal(format(
    $$insert into public.custom_assessments (tenant_id, name, definition, derived_from) values (%L, 'N', tests.definition(), %L)$$,
    tests.kept('tenant'), tests.kept('nowhere')
  )), 'PT404 VERSION_NOT_FOUND', 'a row cannot claim a source that its author cannot read'
);
select is(
  tests.refusal('update public.custom_assessments set derived_from = gen_random_uuid()'), '42501', 'nor change it later'
);

select tests.as_user(tests.kept('other'));
update public.custom_assessments
set description = 'Not reviewed.', definition = jsonb_set(definition, '{dimensions,0,description}', '"Not reviewed."')
where id = tests.kept('published');
select tests.as_user(tests.kept('owner'));
select is(
  (select copied.definition::text || coalesce(copied.description, '') from tests.copy_of('published') as copied)
  like '%Not reviewed%', false, 'of a listing only what was reviewed'
);
select tests.as_user(tests.kept('twice'));
select is(
  (tests.copy_of('first_active', 'second_of_two')).tenant_id, tests.kept('second_of_two'), 'from one own tenant to another'
);
select tests.as_user(tests.kept('stranger'));
select is(tests.refusal_of_copy('template'), '42501 TENANT_ACCESS_DENIED', 'an account without a tenant copies nothing');
select tests.as_anon();
select is(tests.refusal_of_copy('template'), '42501', 'a visitor neither');

select * from finish();
rollback;
