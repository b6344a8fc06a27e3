-- Assignments may be a view of the host, so no trigger deletes their pins. Such a pin holds no assessment, gives no text to
-- the next owner of its id, and is deleted by pruning, a batch at a time.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../pins.psql
select plan(11);

create function tests.pins(kind text) returns bigint
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$ select pg_catalog.count(*) from private.pins as pin where pin.kind = pins.kind $$;
grant execute on function tests.pins(text) to public;
-- What deleting the assessment would be answered with; nothing is deleted.
create function tests.deletion() returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  answer text;
begin
  perform tests.as_user(tests.kept('owner'));
  begin
    answer := tests.refusal(pg_catalog.format('delete from public.custom_assessments where id = %L', tests.kept('listed')));
    raise exception using errcode = 'XX001', message = answer;
  exception when sqlstate 'XX001' then
    return sqlerrm;
  end;
end
$$;

select tests.as_user(tests.kept('other'));
select tests.keep('campaign', tests.campaign_of(tests.kept('others_tenant'), tests.kept('listed')));
select tests.keep(name, tests.assignment_of(tests.kept('campaign'))) from unnest(array['a', 'b', 'c']) as name;
select tests.as_service();
select public.interview_context(tests.talk_of(tests.kept(name), 'campaign')) from unnest(array['a', 'b', 'c']) as name;
select is(tests.deletion(), 'PT409 ASSESSMENT_IN_USE', 'interviews have begun');
select tests.as_user(tests.kept('other'));
delete from public.campaign_assignments
where true;
select is(tests.pins('assignment'), 3::bigint, 'their pins are left when they are deleted');
select is(tests.deletion(), 'done', 'but hold nothing');

-- The id of one of them, used again by another tenant.
select tests.as_service();
select tests.keep('theirs', tests.create_assessment(tests.kept('tenant'), '{"slug": "theirs", "status": "active"}'));
select tests.keep('their_campaign', tests.campaign_of(tests.kept('tenant'), tests.kept('theirs')));
insert into public.campaign_assignments (id, campaign_id) values (tests.kept('a'), tests.kept('their_campaign'));
select tests.keep('talk', tests.talk_of(tests.kept('a'), 'campaign'));
select is(
  public.interview_context(tests.kept('talk')) ->> 'assessment_id', tests.kept('theirs')::text,
  'the next owner of the id gets its own text'
);
select is(public.interview_context(tests.kept('talk')) ->> 'begun', 'true', 'and a pin of its own');

-- Pruning.
select is(public.prune_jobs(batch => 1), 0, 'pruning, with a batch of one,');
select is(tests.pins('assignment'), 2::bigint, 'deletes one of the two');
select is(public.prune_jobs(), 0, 'and again');
select is(tests.pins('assignment'), 1::bigint, 'the other one, but not that of a session');
select is(tests.pins('campaign'), 2::bigint, 'nor those of campaigns');
select is(public.interview_context(tests.kept('talk')) ->> 'begun', 'true', 'whose interview goes on');

select * from finish();
rollback;
