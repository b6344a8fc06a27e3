-- Moving on: not begun, to the newest version that is offered; begun, only where nothing changes for the respondent.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../pins.psql
select plan(34);

create function tests.version(talk uuid) returns text
language sql
set search_path = pg_catalog, pg_temp
as $$ select public.interview_context(talk) ->> 'version' $$;
create function tests.moved(id uuid, kind text default 'coaching') returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  refused text;
  message text;
  answer jsonb;
begin
  answer := case when kind = 'round' then public.repin_campaign(id) else public.repin_session(id, kind) end;
  return answer ->> 'version';
exception when others then
  get stacked diagnostics refused = pg_exception_detail, message = message_text;
  return coalesce(nullif(refused, '')::jsonb ->> 'reason', message);
end
$$;
create function tests.used(session_id uuid) returns text
language sql
set search_path = pg_catalog, pg_temp
as $$
  select pg_catalog.concat_ws(
           ' ', used.version, case when used.begun_at is not null then 'begun' end,
           case when used.newer_version_id is not null then 'newer' end
         )
    from public.session_versions as used
   where used.session_id = $1
$$;

-- Not begun.
select tests.as_user(tests.kept('other'));
select tests.keep('session', tests.session_of(tests.kept('others_tenant'), tests.kept('listed')));
select tests.keep('begun', tests.session_of(tests.kept('others_tenant'), tests.kept('listed')));
select tests.as_service();
select tests.keep('talk', tests.talk_of(tests.kept('begun'), 'coaching'));
select is(tests.version(tests.kept('talk')), '1.0', 'one has begun');
select tests.as_user(tests.kept('other'));
select is(tests.used(tests.kept('session')), '1.0', 'a session shows what it chose');
select is(tests.used(tests.kept('begun')), '1.0 begun', 'and that it has begun');
select is(tests.moved(tests.kept('session')), '1.0', 'where nothing is newer, nothing changes');
select tests.as_service();
update public.custom_assessments set name = 'Second'
where id = tests.kept('listed');
update public.custom_assessments set marketplace_status = 'published'
where id = tests.kept('listed');
select tests.as_user(tests.kept('other'));
select is(tests.used(tests.kept('session')), '1.0 newer', 'a newer version is shown');
select is(tests.moved(tests.kept('session')), '1.1', 'a session that has not begun moves on');
select is(tests.used(tests.kept('session')), '1.1', 'which is shown');

-- Begun: presentation, and a stricter disclosure.
select is(tests.moved(tests.kept('begun')), '1.1', 'so does one that has begun, where only what is shown changed');
select is(tests.used(tests.kept('begun')), '1.1 begun', 'and stays begun');
select tests.as_service();
select is(public.interview_context(tests.kept('talk')) #>> '{definition,metadata,name}', 'Second', 'its agent gets the newer one');
select is(
  tests.refusal(format(
    $$select public.complete_assessment_session(%L, 'coaching', '{"Clarity": 3}', version_id => %L)$$, tests.kept('begun'),
    (
      select id from public.assessment_versions
      where assessment_id = tests.kept('listed') and version = '1.0'
    )
  )), 'done', 'and may still name the one that it was given before'
);
select tests.as_user(tests.kept('other'));
select is(tests.moved(tests.kept('begun')), 'SESSION_ALREADY_SCORED', 'what is scored does not move any more');
select tests.keep('open', tests.session_of(tests.kept('others_tenant'), tests.kept('listed')));
select tests.as_service();
select tests.keep('open_talk', tests.talk_of(tests.kept('open'), 'coaching'));
select is(tests.version(tests.kept('open_talk')), '1.1', 'another begins');
update public.custom_assessments set result_disclosure = 'teaser'
where id = tests.kept('listed');
update public.custom_assessments set marketplace_status = 'published'
where id = tests.kept('listed');
select tests.as_user(tests.kept('other'));
select is(tests.moved(tests.kept('open')), 'VERSION_PINNED', 'a disclosure that shows more is refused');
select tests.as_service();
update public.custom_assessments set result_disclosure = 'none', definition = definition || '{"resultCategories": []}'
where id = tests.kept('listed');
update public.custom_assessments set marketplace_status = 'published'
where id = tests.kept('listed');
select tests.as_user(tests.kept('other'));
select is(tests.moved(tests.kept('open')), 'VERSION_PINNED', 'and so is another scoring');
select is(
  (
    select jsonb_agg(distinct changed.value ->> 'rule')
    from jsonb_array_elements(
      (tests.whole_refusal(format('select public.repin_session(%L, ''coaching'')', tests.kept('open'))) ->> 'details')::jsonb
      -> 'changes'
    ) as changed
  ), '["category-removed", "precision-changed"]', 'with the changes'
);
select is(tests.used(tests.kept('open')), '1.1 begun newer', 'it stays where it is');
select tests.as_service();
select is(tests.version(tests.kept('open_talk')), '1.1', 'for its agent too');

-- Own: a disclosure that shows less.
select tests.as_user(tests.kept('owner'));
select tests.keep('own', tests.create_assessment(tests.kept('tenant'), '{"slug": "own", "status": "active"}'));
select tests.keep('mine', tests.session_of(tests.kept('tenant'), tests.kept('own')));
select tests.as_service();
select tests.keep('my_talk', tests.talk_of(tests.kept('mine'), 'coaching'));
select is(tests.version(tests.kept('my_talk')), '1.0', 'an owner''s own begins');
select tests.as_user(tests.kept('owner'));
update public.custom_assessments set result_disclosure = 'none'
where id = tests.kept('own');
select is(tests.moved(tests.kept('mine')), '1.1', 'and moves on to a disclosure that shows less');

-- A campaign moves as a whole.
select tests.keep('campaign', tests.campaign_of(tests.kept('tenant'), tests.kept('own')));
select tests.keep('robin', tests.assignment_of(tests.kept('campaign')));
select tests.keep('sam', tests.assignment_of(tests.kept('campaign')));
select tests.as_service();
select tests.keep('robins_talk', tests.talk_of(tests.kept('robin'), 'campaign'));
select is(tests.version(tests.kept('robins_talk')), '1.1', 'a campaign begins');
select tests.as_user(tests.kept('owner'));
select is(tests.rename(tests.kept('own'), 'Renamed'), '1.2', 'its assessment is renamed');
select is(tests.used(tests.kept('sam')), '1.1 newer', 'its other sessions use what it is pinned to');
select is(tests.moved(tests.kept('campaign'), 'round'), '1.2', 'it moves on');
select is(tests.used(tests.kept('robin')) || ', ' || tests.used(tests.kept('sam')), '1.2 begun, 1.2', 'with all of its sessions');
update public.custom_assessments set interview_style_default = 5
where id = tests.kept('own');
select is(tests.moved(tests.kept('campaign'), 'round'), 'VERSION_PINNED', 'but not to another instrument');
select is(tests.moved(tests.kept('sam'), 'campaign'), '1.3', 'one of its sessions may, that has not begun');
select is(tests.used(tests.kept('robin')) || ', ' || tests.used(tests.kept('sam')), '1.2 begun newer, 1.3', 'alone');

-- Whose they are.
select tests.as_user(tests.kept('other'));
select is(tests.moved(tests.kept('mine')), 'SESSION_NOT_FOUND', 'another tenant''s session');
select is(tests.moved(tests.kept('campaign'), 'round'), 'CAMPAIGN_NOT_FOUND', 'and campaign do not exist');
select is(tests.moved(gen_random_uuid()) || ' ' || tests.moved(gen_random_uuid(), 'round'), 'SESSION_NOT_FOUND CAMPAIGN_NOT_FOUND', 'as those that do not');
select is(tests.used(tests.kept('mine')), null, 'nor are they shown');
select tests.as_anon();
select is(tests.refusal('select from public.session_versions'), '42501', 'a visitor sees none');
select is(tests.refusal(format('select public.repin_session(%L, ''coaching'')', tests.kept('mine'))), '42501', 'and moves none');

select * from finish();
rollback;
