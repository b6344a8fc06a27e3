-- The creator of a campaign reads its results. On a host whose policies look at the tenant alone, its owner must not be
-- able to name another account as the creator and so fill that account's list of results.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../sessions.psql
select plan(9);

-- Such a host.
alter policy "Owners make campaigns in their own name" on public.campaigns
with check (tenant_id = any(array(
  select tenant.id from public.tenant_profiles as tenant
  where tenant.user_id = (select auth.uid())
)));
grant update (created_by) on public.campaigns to authenticated;

create function tests.creator_of(campaign_name text) returns text
language sql security definer
set search_path = pg_catalog, pg_temp
as $$
  select case campaign.created_by
           when tests.kept('owner') then 'owner' when tests.kept('stranger') then 'stranger'
           when tests.kept('creator') then 'creator' end
    from public.campaigns as campaign
   where campaign.name = campaign_name
$$;

select tests.as_user(tests.kept('owner'));
insert into public.campaigns (tenant_id, created_by, name, assessment_type, custom_assessment_id)
values (tests.kept('tenant'), tests.kept('stranger'), 'Forged', 'custom', tests.kept('assessment'));
select is(tests.creator_of('Forged'), 'owner', 'the creator of a new campaign is the caller');

update public.campaigns set created_by = tests.kept('stranger')
where name = 'Forged';
select is(tests.creator_of('Forged'), 'owner', 'and stays it');

insert into public.campaigns (tenant_id, created_by, name, assessment_type)
values (tests.kept('tenant'), tests.kept('stranger'), 'Turned', 'archetype');
select is(tests.creator_of('Turned'), 'stranger', 'other types of campaigns are the host''s affair');
update public.campaigns set assessment_type = 'custom', custom_assessment_id = tests.kept('assessment')
where name = 'Turned';
select is(tests.creator_of('Turned'), 'owner', 'until one becomes custom');
update public.campaigns set assessment_type = 'archetype', custom_assessment_id = null
where name = 'Turned';
update public.campaigns
set assessment_type = 'custom', custom_assessment_id = tests.kept('assessment'), created_by = tests.kept('stranger')
where name = 'Turned';
select is(tests.creator_of('Turned'), 'owner', 'also in one statement');

-- What is no forgery
update public.campaigns set interview_style_override = 2
where name = 'Round one';
select is(tests.creator_of('Round one'), 'creator', 'a change by another account leaves the creator');
update public.campaigns set created_by = null
where name = 'Turned';
select is(tests.creator_of('Turned'), null, 'a name may be taken off');

select tests.as_service();
update public.campaigns set created_by = tests.kept('creator')
where name = 'Turned';
select is(tests.creator_of('Turned'), 'creator', 'trusted writers name the creator');
select tests.as_postgres();
insert into public.campaigns (tenant_id, created_by, name, assessment_type, custom_assessment_id)
values (tests.kept('tenant'), tests.kept('creator'), 'Imported', 'custom', tests.kept('assessment'));
select is(tests.creator_of('Imported'), 'creator', 'of a new campaign too');

select * from finish();
rollback;
