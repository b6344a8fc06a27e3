-- What was there before versions were kept is brought over: each assessment that was in use has a version, and each session goes
-- by the text that it would have been served on that day.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
select plan(25);

-- Rows as a former release has left them: no versions, no choices, no pins.
create function tests.forget() returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  set constraints all immediate;
  alter table public.custom_assessments disable trigger user;
  alter table public.assessment_versions disable trigger user;
  delete from private.pins where true;
  delete from private.version_uses where true;
  delete from public.assessment_versions where true;
  update public.custom_assessments set newest_version_id = null, listed_version_id = null, listed_at = null where true;
  update private.backfills set after = '00000000-0000-0000-0000-000000000000', examined = 0, finished_at = null where true;
  alter table public.custom_assessments enable trigger user;
  alter table public.assessment_versions enable trigger user;
end
$$;

create function tests.first_version(assessment_id uuid) returns uuid
language sql
set search_path = pg_catalog, pg_temp
as $$
  select version.id from public.assessment_versions as version
   where version.assessment_id = first_version.assessment_id
   order by version.version limit 1
$$;

create function tests.pin_of(kind text, id uuid) returns jsonb
language sql
set search_path = pg_catalog, pg_temp
as $$
  select pg_catalog.jsonb_build_object(
    'chosen', pin.chosen_version_id = tests.first_version(pin.assessment_id),
    'pinned', pin.pinned_version_id = tests.first_version(pin.assessment_id),
    'begun', pin.begun_at is not null
  )
    from private.pins as pin
   where pin.kind = pin_of.kind and pin.id = pin_of.id
$$;

-- Assessments of `tenant`: what is in use, and what is not.
select tests.keep(made.name, tests.create_assessment(tests.kept('tenant'), made.columns || jsonb_build_object('name', made.name)))
from (
  values
  ('active', '{"status": "active"}'::jsonb),
  ('listed', '{"status": "active", "marketplace_status": "published"}'),
  ('draft', '{}'),
  ('asked', '{"marketplace_status": "pending_review"}'),
  ('archived', '{"status": "active"}'),
  ('never', '{"status": "archived"}')
) as made (name, columns);
update public.custom_assessments set status = 'archived'
where id = tests.kept('archived');

-- Sessions of `others_tenant` with what is listed, and of `tenant` with its own.
select
  tests.keep(made.name, tests.create_row('public.coaching_sessions', jsonb_build_object(
    'tenant_id', tests.kept(made.tenant), 'assessment_type', 'custom', 'custom_assessment_id', tests.kept(made.assessment)
  )))
from (
  values
  ('waiting', 'others_tenant', 'listed'),
  ('begun', 'others_tenant', 'listed'),
  ('scored', 'others_tenant', 'listed'),
  ('own', 'tenant', 'active'),
  ('own_begun', 'tenant', 'active')
) as made (name, tenant, assessment);
select tests.keep('campaign', tests.create_row('public.campaigns', jsonb_build_object(
  'tenant_id', tests.kept('tenant'), 'name', 'Own', 'created_by', tests.kept('owner'), 'assessment_type', 'custom',
  'custom_assessment_id', tests.kept('active')
)));
select tests.keep('others_campaign', tests.create_row('public.campaigns', jsonb_build_object(
  'tenant_id', tests.kept('others_tenant'), 'name', 'Guests', 'created_by', tests.kept('other'), 'assessment_type', 'custom',
  'custom_assessment_id', tests.kept('listed')
)));
select tests.keep('assignment', tests.create_row('public.campaign_assignments', jsonb_build_object(
  'campaign_id', tests.kept('campaign'), 'stakeholder_name', 'Robin'
)));
select tests.create_row('public.agent_sessions', jsonb_build_object('coaching_session_id', tests.kept(name)))
from unnest(array['begun', 'scored', 'own_begun']) as name;
select tests.create_row('public.agent_sessions', jsonb_build_object('stakeholder_session_id', tests.kept('assignment')));
select tests.create_row('public.custom_assessment_results', jsonb_build_object(
  'assessment_id', tests.kept('listed'), 'session_id', tests.kept('scored'), 'session_type', 'coaching',
  'dimension_scores', '{"Clarity": 4}'::jsonb
));
select tests.forget();

-- Meanwhile everything runs. One of them is edited before it is brought over.
update public.custom_assessments set description = 'Edited meanwhile.'
where id = tests.kept('active');
select is(tests.pin_of('coaching', tests.kept('waiting')), null, 'a session from before has no choice');
select tests.as_service();
select is(public.interview_context(
  (
    select id from public.agent_sessions
    where coaching_session_id = tests.kept('begun')
  )
) ->> 'version', '1.0', 'its interview goes on before it is brought over');
select tests.as_postgres();
select tests.forget();
update public.custom_assessments set description = 'Edited once more.'
where id = tests.kept('active');

-- In batches -----------------------------------------------------------------------------------------------------------
select tests.as_service();
select is(
  public.backfill_versions(4), '{"examined": 4, "left_over": 0, "finished": false}'::jsonb, 'four at a time'
);
select tests.as_postgres();
select is((
  select examined from private.backfills
  where step = 'assessments'
), 4::bigint, 'it is known how far it is');
select tests.as_service();
create temp table calls as
with recursive calls as (
  select
    1 as number,
    public.backfill_versions(4) as answer
  union all
  select
    number + 1 as number,
    public.backfill_versions(4) as answer
  from calls
  where not (answer ->> 'finished')::boolean and number < 100
)

select * from calls;
select is(
  (
    select answer ->> 'finished' from calls
    order by number desc
    limit 1
  ), 'true', 'until nothing is left'
);
select is(
  public.backfill_versions(), '{"examined": 0, "left_over": 0, "finished": true}'::jsonb, 'and then nothing more is done'
);
select tests.as_postgres();
select is((
  select count(*) from private.backfills
  where finished_at is null
), 0::bigint, 'every step is finished');

select is(
  (
    select string_agg(assessment.name, ' ' order by assessment.name)
    from public.custom_assessments as assessment
    where assessment.newest_version_id is not null
  ),
  'active archived asked listed', 'what was in use has a version, drafts have none'
);
select is(
  (
    select count(*) from public.custom_assessments as assessment
    where
      assessment.newest_version_id is not null
      and not exists (
        select from public.assessment_versions as version
        where version.id = assessment.newest_version_id
      )
  ), 0::bigint, 'each names a version that is there'
);
select is(
  (
    select string_agg(version.description, ', ' order by version.version) from public.assessment_versions as version
    where version.assessment_id = tests.kept('active')
  ),
  'Edited meanwhile., Edited once more.', 'an edit before it has kept the former text'
);
select is(tests.pin_of('coaching', tests.kept('waiting')), '{"chosen": true, "pinned": null, "begun": false}', 'a choice');
select is(tests.pin_of('coaching', tests.kept('begun')), '{"chosen": true, "pinned": true, "begun": true}', 'an interview that runs');
select is(
  tests.pin_of('coaching', tests.kept('scored')), '{"chosen": true, "pinned": null, "begun": false}',
  'one with a result needs no pin'
);
select is(tests.pin_of('coaching', tests.kept('own')), null, 'one''s own assessment is chosen as such');
select is(
  tests.pin_of('coaching', tests.kept('own_begun')), '{"chosen": null, "pinned": true, "begun": true}',
  'and an interview that runs keeps the text from before the edit'
);
select is(
  tests.pin_of('assignment', tests.kept('assignment')), '{"chosen": null, "pinned": true, "begun": true}', 'in campaigns too'
);
select is(
  tests.pin_of('campaign', tests.kept('campaign')), '{"chosen": null, "pinned": true, "begun": false}',
  'whose people stay comparable'
);
select is(
  tests.pin_of('campaign', tests.kept('others_campaign')), '{"chosen": true, "pinned": null, "begun": false}',
  'a campaign that nobody began has its choice'
);
select is(
  (
    select count(*) from private.version_uses
    where tenant_id = tests.kept('others_tenant')
  ), 1::bigint,
  'a tenant reads the versions that its sessions use'
);

-- What was listed is listed, as approved before.
select is(
  (
    select row(marketplace_status, listed_version_id = newest_version_id)::text as listing from public.custom_assessments
    where id = tests.kept('listed')
  ), '(published,t)', 'what was listed stays so'
);
select is(
  (
    select string_agg(review.decision || ' ' || review.reason, ', ') from public.listing_reviews as review
    where review.version_id = tests.first_version(tests.kept('listed'))
  ), 'approved before-upgrade', 'and the reason is on record'
);

-- Who may call it ------------------------------------------------------------------------------------------------------
select is(tests.refusal($$select public.backfill_versions(0)$$), 'PT422 INVALID_ARGUMENT', 'a batch holds something');
select is(tests.refusal($$select public.backfill_versions(null)$$), 'PT422 INVALID_ARGUMENT', 'and so many at most');
select tests.as_user(tests.kept('owner'));
select is(tests.refusal($$select public.backfill_versions()$$), '42501', 'no account brings anything over');
select tests.as_anon();
select is(tests.refusal($$select public.backfill_versions()$$), '42501', 'nor a visitor');

select * from finish();
rollback;
