-- The queries of front ends use their indexes under the policies, and read as many rows with ten times as many other
-- tenants as with one.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
select plan(36);

-- The queries, as a client sends them: PostgREST adds nothing that matters here.
create table tests.paths (path text primary key, role text not null, query text not null, index text not null);
grant select on tests.paths to public;
insert into tests.paths
values
(
  'my assessments', 'authenticated',
  'select id, name from public.custom_assessments where tenant_id = tests.kept(''tenant'') order by created_at desc limit 50',
  'idx_custom_assessments_tenant_id'
),
(
  'my active assessments', 'authenticated',
  'select id, name from public.custom_assessments
   where tenant_id = tests.kept(''tenant'') and status = ''active'' order by name limit 50',
  'idx_custom_assessments_status'
),
(
  'one assessment', 'authenticated', 'select * from public.custom_assessments where id = tests.kept(''one'')',
  'custom_assessments_pkey'
),
(
  'one assessment by slug', 'authenticated',
  'select * from public.custom_assessments where tenant_id = tests.kept(''tenant'') and slug = ''s-1-1''',
  'slug_is_unique_in_its_tenant'
),
(
  'a page of the marketplace', 'anon',
  'select id, name from public.custom_assessments where marketplace_status = ''published'' order by published_at desc limit 10',
  'idx_custom_assessments_marketplace'
),
(
  'the templates', 'anon', 'select id, name from public.custom_assessments where is_template', 'idx_custom_assessments_templates'
),
(
  'my results by date', 'authenticated',
  'select id from public.custom_assessment_results where tenant_id = tests.kept(''tenant'') order by created_at desc limit 50',
  'idx_custom_assessment_results_tenant'
),
(
  'count of my results, no tenant named', 'authenticated', 'select count(*) from public.custom_assessment_results',
  'idx_custom_assessment_results_tenant'
),
(
  'my last results, no tenant named', 'authenticated',
  'select id from public.custom_assessment_results order by created_at desc limit 20',
  'idx_custom_assessment_results_tenant'
),
(
  'the last results of each of my tenants', 'authenticated',
  'select tenant.id, latest.id from public.tenant_profiles as tenant left join lateral
   (select result.id from public.custom_assessment_results as result
     where result.tenant_id = tenant.id order by result.created_at desc limit 10) as latest on true',
  'idx_custom_assessment_results_tenant'
),
(
  'results of one assessment', 'authenticated',
  'select id from public.custom_assessment_results where assessment_id = tests.kept(''one'') order by created_at desc limit 50',
  'idx_custom_assessment_results_assessment'
),
(
  'one result by session', 'authenticated',
  'select * from public.custom_assessment_results where session_id = tests.kept(''one'') and session_type = ''coaching''',
  'idx_custom_assessment_results_session'
),
(
  'my effective results by date', 'authenticated',
  'select id, overall_score from public.effective_results where tenant_id = tests.kept(''tenant'') order by created_at desc limit 20',
  'idx_custom_assessment_results_tenant'
),
(
  'the reviews of an effective result', 'authenticated',
  'select corrected from public.effective_results where session_id = tests.kept(''one'') and session_type = ''coaching''',
  'reviews_of_a_result_are_numbered'
),
(
  'my uploads', 'authenticated',
  'select id, status from public.assessment_uploads where tenant_id = tests.kept(''tenant'') order by created_at desc limit 20',
  'idx_assessment_uploads_tenant'
),
(
  'a respondent''s link, campaign', 'postgres',
  'select id from public.campaign_assignments where access_token::text = ''token-1-1''', 'idx_campaign_assignments_access_token'
),
(
  'a respondent''s link, coaching', 'postgres',
  'select id from public.coaching_sessions where access_token::text = ''token-1-1''', 'idx_coaching_sessions_access_token'
);

-- Adds tenants first to last, each with the same amount of everything. The triggers are off, because they are tested
-- elsewhere and would take minutes.
create function tests.fill(first integer, last integer) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  rows_of constant integer := 20;
begin
  set constraints all immediate;
  alter table public.custom_assessments disable trigger user;
  alter table public.custom_assessment_results disable trigger user;
  alter table public.assessment_uploads disable trigger user;

  insert into auth.users (id, email)
  select pg_catalog.md5('user ' || n)::uuid, 'user-' || n || '@example.test'
    from pg_catalog.generate_series(first, last) as n;
  insert into public.tenant_profiles (id, user_id, slug, display_name)
  select pg_catalog.md5('tenant ' || n)::uuid, pg_catalog.md5('user ' || n)::uuid, 'tenant-' || n, 'Tenant'
    from pg_catalog.generate_series(first, last) as n;
  insert into public.custom_assessments (
    id, tenant_id, created_by, name, slug, definition, status, marketplace_status, is_template, published_at, created_at
  )
  select pg_catalog.md5('assessment ' || n || ' ' || m)::uuid, pg_catalog.md5('tenant ' || n)::uuid,
         pg_catalog.md5('user ' || n)::uuid, 'Name ' || m, 's-' || n || '-' || m, tests.definition(),
         case when m % 4 = 0 then 'draft' else 'active' end, case when m = 1 then 'published' else 'private' end,
         false, pg_catalog.now() - m * interval '1 hour', pg_catalog.now() - m * interval '1 day'
    from pg_catalog.generate_series(first, last) as n, pg_catalog.generate_series(1, rows_of) as m;
  insert into public.coaching_sessions (id, tenant_id, access_token)
  select pg_catalog.md5('coaching ' || n || ' ' || m)::uuid, pg_catalog.md5('tenant ' || n)::uuid, 'token-' || n || '-' || m
    from pg_catalog.generate_series(first, last) as n, pg_catalog.generate_series(1, rows_of) as m;
  insert into public.campaigns (id, tenant_id, name)
  select pg_catalog.md5('campaign ' || n)::uuid, pg_catalog.md5('tenant ' || n)::uuid, 'Campaign'
    from pg_catalog.generate_series(first, last) as n;
  insert into public.campaign_assignments (campaign_id, access_token)
  select pg_catalog.md5('campaign ' || n)::uuid, 'token-' || n || '-' || m
    from pg_catalog.generate_series(first, last) as n, pg_catalog.generate_series(1, rows_of) as m;
  insert into public.custom_assessment_results (
    assessment_id, session_id, session_type, tenant_id, dimension_scores, assessment_version,
    assessment_definition_snapshot, result_disclosure, created_at
  )
  select pg_catalog.md5('assessment ' || n || ' 2')::uuid, pg_catalog.md5('coaching ' || n || ' ' || m)::uuid, 'coaching',
         pg_catalog.md5('tenant ' || n)::uuid, '{"Clarity": 4}', '1.0', tests.definition(), 'full',
         pg_catalog.now() - m * interval '1 day'
    from pg_catalog.generate_series(first, last) as n, pg_catalog.generate_series(1, rows_of) as m;
  insert into public.result_reviews (result_id, tenant_id, number, decision)
  select result.id, result.tenant_id, 1, 'confirmed'
    from public.custom_assessment_results as result
   where not exists (select from public.result_reviews as review where review.result_id = result.id);
  insert into public.assessment_uploads (tenant_id, source_markdown, created_at)
  select pg_catalog.md5('tenant ' || n)::uuid, 'text', pg_catalog.now() - m * interval '1 day'
    from pg_catalog.generate_series(first, last) as n, pg_catalog.generate_series(1, rows_of) as m;

  alter table public.custom_assessments enable trigger user;
  alter table public.custom_assessment_results enable trigger user;
  alter table public.assessment_uploads enable trigger user;
  analyze public.tenant_profiles, public.custom_assessments, public.custom_assessment_results, public.assessment_uploads,
    public.campaigns, public.campaign_assignments, public.coaching_sessions, public.result_reviews;
end
$$;

-- A query's plan as JSON, after running it.
create function tests.plan_of(query text) returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  answer jsonb;
begin
  execute 'explain (analyze, costs off, timing off, summary off, format json) ' || query into answer;
  return answer #> '{0,Plan}';
end
$$;

-- How many rows of tables a plan read, including those that it discarded.
create function tests.rows_read(plan jsonb) returns bigint
language sql
set search_path = pg_catalog, pg_temp
as $$
  select pg_catalog.sum(
           ((node ->> 'Actual Rows')::numeric + coalesce((node ->> 'Rows Removed by Filter')::numeric, 0)
             + coalesce((node ->> 'Rows Removed by Index Recheck')::numeric, 0)) * (node ->> 'Actual Loops')::numeric
         )::bigint
    from pg_catalog.jsonb_path_query(plan, 'strict $.** ? (exists (@."Relation Name"))') as node
$$;

create table tests.observed (path text, tenants integer, plan jsonb, rows_read bigint);
grant select, insert on tests.observed to public;

create function tests.read_all(tenants integer) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  wanted record;
  plan jsonb;
begin
  for wanted in select * from tests.paths loop
    perform case wanted.role
      when 'authenticated' then tests.as_user(pg_catalog.md5('user 1')::uuid)
      when 'anon' then tests.as_anon()
      else tests.as_postgres()
    end;
    -- Once to fill the caches.
    plan := tests.plan_of(wanted.query);
    perform tests.as_postgres();
    insert into tests.observed values (wanted.path, read_all.tenants, plan, tests.rows_read(plan));
  end loop;
end
$$;

select tests.keep('tenant', md5('tenant 1')::uuid);
select tests.keep('one', md5('assessment 1 2')::uuid);
select tests.fill(1, 100);
update public.custom_assessments set is_template = true
where id = md5('assessment 1 3')::uuid;
select tests.read_all(100);
select tests.fill(101, 1000);
select tests.read_all(1000);

select
  ok(
    jsonb_path_exists(observed.plan, 'strict $.** ? (@."Index Name" == $index)', jsonb_build_object('index', paths.index)),
    paths.path || ' uses ' || paths.index
  )
from tests.observed
inner join tests.paths on observed.path = paths.path
where observed.tenants = 1000
order by paths.path;

select
  ok(
    many.rows_read <= few.rows_read + 1,
    format('%s touches %s rows with 100 tenants and %s with 1000', many.path, few.rows_read, many.rows_read)
  )
from tests.observed as many
inner join tests.observed as few on many.path = few.path
where many.tenants = 1000 and few.tenants = 100
order by many.path;

select is(
  (
    select observed.rows_read from tests.observed
    where observed.path = 'the last results of each of my tenants' and observed.tenants = 1000
  ),
  11::bigint, 'the last ten of twenty results are read in the index''s order: one tenant and ten results'
);

-- Tenant sets are computed once per query, not once per row.
select tests.as_user(md5('user 1')::uuid);
select is(
  (
    select max((node ->> 'Actual Loops')::integer)
    from jsonb_path_query(
      tests.plan_of('select id from public.custom_assessments'),
      'strict $.** ? (@."Parent Relationship" == "InitPlan" || @."Parent Relationship" == "SubPlan")'
    ) as node
  ),
  1, 'the sets of tenants in the policy are computed once, however many rows are read'
);

select * from finish();
rollback;
