-- What the worker applies for an account counts like the account's own edits: the upload that would make one version too
-- many fails, and says so.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../worker.psql
select plan(9);

update private.settings set value = 3
where name = 'versions_an_hour';

-- Uploads a file with this name as the tenant's owner, or as the service, and returns the outcome and the version then.
create function pg_temp.upload(name text, by_owner boolean default true) returns text
language plpgsql
as $$
begin
  if by_owner then
    perform tests.as_user(tests.kept('owner'));
  else
    perform tests.as_service();
  end if;
  perform tests.keep('upload', tests.upload(tests.kept('tenant'), '# ' || name, tests.kept('used')));
  perform tests.as_service();
  return concat_ws(' ',
    tests.finish('w', tests.compiled(tests.claim('w') -> 0, name) || '{"version_is_stated": false}'),
    tests.upload_value(tests.kept('upload'), 'diagnostics')::jsonb -> 0 ->> 'code',
    tests.assessment_value(tests.kept('used'), 'version'));
end
$$;
grant execute on function pg_temp.upload(text, boolean) to public;

select tests.as_service();
select tests.keep('used', tests.create_assessment(tests.kept('tenant'), '{"status": "active"}'));

select is(pg_temp.upload('T'), 'succeeded 1.1', 'an upload is an edit');
select is(
  tests.value_of('public.assessment_versions', tests.assessment_value(tests.kept('used'), 'newest_version_id')::uuid, 'created_by'),
  tests.kept('owner')::text, 'of the account that uploaded it'
);
select is(pg_temp.upload('Ty'), 'succeeded 1.2', 'so is the next');
select tests.as_user(tests.kept('owner'));
update public.custom_assessments set description = 'Typed.'
where id = tests.kept('used');
select is(pg_temp.upload('Typ'), 'rejected too-many-versions 1.3', 'with an edit it was the third: the next one fails');
select is(tests.upload_value(tests.kept('upload'), 'status'), 'failed', 'for good');
select tests.as_user(tests.kept('owner'));
select is(
  tests.refusal($$update public.custom_assessments set description = 'Typed on.' where id = tests.kept('used')$$),
  'PT429 TENANT_LIMIT', 'and so does the next edit'
);
select is(pg_temp.upload('Support', by_owner => false), 'succeeded 1.4', 'an upload of the service does not count');
select tests.as_user(tests.kept('owner'));
select tests.keep('upload', tests.upload(tests.kept('tenant'), '# New'));
select tests.as_service();
select is(tests.finish('w', tests.compiled(tests.claim('w') -> 0, 'New')), 'succeeded', 'nor does one that makes a draft');
select is(
  tests.value_of('public.assessment_versions', tests.assessment_value(tests.kept('used'), 'newest_version_id')::uuid, 'created_by'),
  null, 'a version of the service is nobody''s'
);

select * from finish();
rollback;
