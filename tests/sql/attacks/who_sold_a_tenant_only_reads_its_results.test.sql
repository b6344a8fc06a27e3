-- An account that has sold its tenant reads the results of campaigns that it created, and nothing else of them: no links, no
-- new assignments, no change of the campaign.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../sessions.psql
select plan(24);

select tests.keep('own_campaign', tests.create_campaign(tests.kept('tenant'), tests.kept('owner'), tests.kept('assessment')));
select tests.keep('scored', tests.create_assignment(tests.kept('own_campaign')));
select tests.keep('open', tests.create_assignment(tests.kept('own_campaign')));
select tests.create_result(tests.kept('scored'), 'campaign');

create function tests.reads(relation text) returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  seen bigint;
begin
  execute pg_catalog.format('select pg_catalog.count(*) from %s', relation) into seen;
  return seen;
end
$$;
-- How many rows a statement changes, or how it is refused.
create function tests.changes(statement text) returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  changed integer;
begin
  execute statement;
  get diagnostics changed = row_count;
  return changed::text;
exception when others then
  return sqlstate;
end
$$;

select tests.as_user(tests.kept('owner'));
select is(tests.reads('public.campaign_assignments'), 3::bigint, 'the owner has links of its campaigns');

-- The sale.
select tests.as_service();
update public.tenant_profiles set user_id = tests.kept('stranger')
where id = tests.kept('tenant');

select tests.as_user(tests.kept('owner'));
select is(tests.reads('public.custom_assessment_results'), 1::bigint, 'who sold it reads the results of campaigns that it created');
select is(tests.reads('public.campaign_assignments'), 0::bigint, 'and no links');
select is(tests.reads('public.campaigns'), 0::bigint, 'and no campaigns');
select is(tests.reads('public.session_versions'), 0::bigint, 'nor what they use');
select is(tests.changes(format(statement, tests.kept('own_campaign'), tests.kept('open'))), outcome, statement)
from (
  values
  ('update public.campaigns set name = ''Mine'' where id = %L', '0'),
  ('update public.campaigns set status = ''closed''', '0'),
  ('delete from public.campaigns where id = %L', '0'),
  ('insert into public.campaign_assignments (campaign_id, stakeholder_name) values (%L, ''A spy'')', '42501'),
  ('update public.campaign_assignments set status = ''cancelled'' where id = %2$L', '0'),
  ('delete from public.campaign_assignments where id = %2$L', '0'),
  ('select public.repin_campaign(%L)', 'PT404'),
  ('insert into public.campaigns (tenant_id, name) select tenant_id, ''Round two'' from public.custom_assessment_results', '42501')
) as tried (statement, outcome);

-- Later results of its campaign, as declared.
select tests.as_postgres();
select tests.create_result(tests.kept('open'), 'campaign');
select tests.as_user(tests.kept('owner'));
select is(tests.reads('public.custom_assessment_results'), 2::bigint, 'also those that are made later');

-- Others.
select tests.as_user(tests.kept('stranger'));
select is(tests.reads('public.campaign_assignments'), 3::bigint, 'the buyer has the links');
select is(tests.reads('public.custom_assessment_results'), 2::bigint, 'and the results');
select is(tests.changes(format('update public.campaigns set name = ''Ours'' where id = %L', tests.kept('own_campaign'))), '1', 'and changes the campaign');
select tests.as_user(tests.kept('creator'));
select is(tests.reads('public.campaign_assignments'), 1::bigint, 'who created a campaign and never owned the tenant is not concerned');
select is(tests.changes('update public.campaigns set name = ''Still'''), '1', 'nor are its changes');

-- The seller's other tenants, and campaigns of nobody's.
select tests.as_postgres();
insert into public.campaigns (created_by, name) values (tests.kept('owner'), 'Nobody''s');
select tests.as_user(tests.kept('owner'));
select is(tests.reads('public.campaigns'), 1::bigint, 'a campaign without a tenant stays its creator''s');
select tests.as_postgres();
select is((select count(*) from private.former_owners), 1::bigint, 'a sale is noted once');

-- Bought back.
select tests.as_service();
update public.tenant_profiles set user_id = tests.kept('owner')
where id = tests.kept('tenant');
select tests.as_user(tests.kept('owner'));
select is(tests.reads('public.campaign_assignments'), 3::bigint, 'who bought it back has the links');
select tests.as_user(tests.kept('stranger'));
select is(tests.reads('public.campaign_assignments'), 0::bigint, 'and who sold it back has none');
select is(tests.reads('public.custom_assessment_results'), 0::bigint, 'nor results');

select * from finish();
rollback;
