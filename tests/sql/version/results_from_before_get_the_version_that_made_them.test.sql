-- Before versions were kept one number stood for several texts: each distinct text that a result or a completion was made from
-- becomes a version of its own, told apart by the revision. Nothing else of a result changes, and nothing fills it twice.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../sessions.psql
select plan(20);

-- A result as a former release has left it: of another text, without a version.
create function tests.former_result(name text, definition jsonb, disclosure text default 'full', version text default '1.0')
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  perform tests.keep(name, tests.create_result(
    tests.create_coaching_session(tests.kept('tenant'), tests.kept('assessment')), 'coaching'
  ));
  set constraints all immediate;
  alter table public.custom_assessment_results disable trigger user;
  update public.custom_assessment_results
     set assessment_definition_snapshot = definition, result_disclosure = disclosure, assessment_version = version,
         assessment_version_id = null, coverage = null, margin = null, spread = null, stability = null,
         uncovered_reasons = null, created_at = now() - interval '1 year'
   where id = tests.kept(name);
  alter table public.custom_assessment_results enable trigger user;
end
$$;

create function tests.version_of(name text) returns text
language sql
set search_path = pg_catalog, pg_temp
as $$
  select version.version || case when version.revision > 0 then ' revision ' || version.revision else '' end
    from public.custom_assessment_results as result
    join public.assessment_versions as version on version.id = result.assessment_version_id
   where result.id = tests.kept(version_of.name)
$$;

select tests.former_result('present', tests.definition());
select tests.former_result('former', jsonb_set(tests.definition(), '{dimensions,0,description}', '"Spoke clearly."'));
select tests.former_result('same', jsonb_set(tests.definition(), '{dimensions,0,description}', '"Spoke clearly."'));
select tests.former_result('hidden', tests.definition(), 'none');
select tests.former_result('spelled', jsonb_set(tests.definition(), '{resultCategories,0,scoreRange}', '[1.00, 2.40]'));
select tests.former_result('older', tests.definition(), version => '0.9');
select tests.former_result('odd', tests.definition(), version => 'first');
select tests.keep('taken', tests.create_coaching_session(tests.kept('tenant'), tests.kept('assessment')));
insert into private.score_requests (
  session_id, session_type, tenant_id, assessment_id, assessment_version, definition, result_disclosure, dimension_scores,
  completed_at
)
values (
  tests.kept('taken'), 'coaching', tests.kept('tenant'), tests.kept('assessment'), '1.0',
  jsonb_set(tests.definition(), '{dimensions,0,description}', '"Spoke clearly."'), 'full', '{"Clarity": 4}', now()
);
create temp table before as
select
  result.id,
  to_jsonb(result) - 'assessment_version_id' as facts
from public.custom_assessment_results as result;

select is((public.verify_result(tests.kept('former')) ->> 'equal')::boolean, true, 'a result without a version is read as before');
select tests.as_service();
select is(
  public.backfill_versions() - 'examined', '{"left_over": 1, "finished": true}'::jsonb,
  'a result with an impossible number is left over, and stops no other'
);
select tests.as_postgres();
select is((
  select count(*) from private.backfills
  where finished_at is null
), 0::bigint, 'all is brought over');
select is(tests.version_of('present'), '1.0', 'the text that the assessment still has');
select is(tests.version_of('former'), '1.0 revision 1', 'another text of the same number');
select is(tests.version_of('same'), '1.0 revision 1', 'which two results have');
select is(tests.version_of('hidden') like '1.0 revision %', true, 'another disclosure');
select is(tests.version_of('spelled') like '1.0 revision %', true, 'another spelling, which rounds otherwise');
select is(tests.version_of('older'), '0.9', 'an earlier number');
select is(tests.version_of('odd'), null, 'an impossible number gets none');
select is(
  (
    select count(*) from public.assessment_versions
    where assessment_id = tests.kept('assessment')
  ), 5::bigint,
  'each text once'
);
select is(
  (
    select version.version || ' revision ' || version.revision from private.score_requests as request
    inner join public.assessment_versions as version on request.assessment_version_id = version.id
    where request.session_id = tests.kept('taken')
  ), '1.0 revision 1', 'a completion that waits has it too'
);
select is(
  (
    select count(*) from public.custom_assessment_results as result
    inner join before on result.id = before.id
    where before.facts = to_jsonb(result) - 'assessment_version_id'
  ), 7::bigint, 'nothing else of a result is changed'
);
select is(
  (select bool_and((public.verify_result(id) ->> 'equal')::boolean) from public.custom_assessment_results), true,
  'each is what its version gives'
);
select is(
  tests.assessment_value(tests.kept('assessment'), 'newest_version_id')::uuid = (
    select assessment_version_id from public.custom_assessment_results
    where id = tests.kept('present')
  ), true, 'the newest version is still the present text'
);
select tests.as_user(tests.kept('owner'));
select is((select count(*) from public.assessment_versions), 5::bigint, 'the owner reads all of them');

-- Once filled it never changes, and nobody of the API fills it ---------------------------------------------------------
select tests.as_postgres();
select is(
  tests.refusal($$update public.custom_assessment_results set assessment_version_id = null where true$$),
  'PT409 RESULT_IMMUTABLE', 'it is not emptied'
);
select tests.former_result('new', tests.definition());
select is(
  tests.refusal(format(
    'update public.custom_assessment_results set assessment_version_id = %L, overall_score = 5 where id = %L',
    tests.assessment_value(tests.kept('assessment'), 'newest_version_id'), tests.kept('new')
  )), 'PT409 RESULT_IMMUTABLE', 'nor is anything else changed on the way'
);
select is(
  tests.refusal(format(
    'update public.custom_assessment_results set assessment_version_id = %L where id = %L',
    (
      select assessment_version_id from public.custom_assessment_results
      where id = tests.kept('hidden')
    ), tests.kept('new'
    )
  )), 'PT409 RESULT_IMMUTABLE', 'nor a version named that did not make it'
);
select tests.as_service();
select is(
  tests.refusal(format(
    'update public.custom_assessment_results set assessment_version_id = %L where id = %L',
    tests.assessment_value(tests.kept('assessment'), 'newest_version_id'), tests.kept('new')
  )), 'PT409 RESULT_IMMUTABLE', 'and the service fills nothing'
);

select * from finish();
rollback;
