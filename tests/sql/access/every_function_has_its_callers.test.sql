-- Who may call which function. A function that is missing here fails the test, and so does a right too many.
-- SECURITY DEFINER functions are listed with their reason in docs/security.md, which tests/py/docs holds to this list.
begin;
\ir ../helpers.psql

create table tests.expected (function_name text, definer boolean, callers text);
insert into tests.expected values
('complete_assessment_session(uuid,text,jsonb,jsonb,timestamp with time zone)', true, 'service_role'),
('custom_assessments_version()', false, 'service_role'),
('erase_account(uuid)', true, 'service_role'),
('erase_tenant(uuid)', true, 'service_role'),
('exchange_jobs(text,jsonb,integer,integer,text)', true, 'service_role'),
('extend_leases(text,bigint[],integer)', true, 'service_role'),
('interview_context(uuid)', false, 'service_role'),
('prune_jobs(interval,integer)', true, 'service_role'),
('queue_status()', true, 'service_role'),
('retry_jobs(bigint[],uuid[],timestamp with time zone)', true, 'service_role'),
('session_result(text)', true, 'anon authenticated service_role'),
('verify_result(uuid)', false, 'authenticated service_role'),
('private.change_classes()', false, ''),
('private.changes_between(jsonb,jsonb)', false, ''),
('private.class_of_change(jsonb,jsonb)', false, ''),
('private.content_categories(jsonb,text[],text[])', false, ''),
('private.content_dimensions(jsonb,text[],text[],jsonb)', false, ''),
('private.content_of(jsonb,text,text,text,integer,boolean,text)', false, ''),
('private.content_of_assessment(custom_assessments)', false, ''),
('private.content_parts(jsonb)', false, ''),
('private.differences(jsonb,jsonb)', false, ''),
('private.differing_items(jsonb,jsonb,text)', false, ''),
('private.dimension_hashes(jsonb)', false, ''),
('private.dimension_ids(jsonb)', false, ''),
('private.guard_versions()', false, ''),
('private.hash_of(jsonb)', false, ''),
('private.id_of_name(text)', false, ''),
('private.least_version(text,text)', false, ''),
('private.needs_version(text,text)', false, ''),
('private.number_of_change(uuid,text,text,text)', false, ''),
('private.primary_ids(jsonb,text[],text[])', false, ''),
('private.questions_by_name(jsonb)', false, ''),
('private.range_precision(jsonb)', false, ''),
('private.replace_assessment(uuid,jsonb,text)', false, ''),
('private.rubric_levels(jsonb)', false, ''),
('private.scored_dimensions(jsonb)', false, 'authenticated service_role'),
('private.read_scores(jsonb,text[],text[],numeric,numeric)', false, 'authenticated service_role'),
('private.matching_category(jsonb,numeric,text[],numeric[])', false, 'authenticated service_role'),
('private.check_completion(uuid,text,jsonb,jsonb,timestamp with time zone)', false, ''),
('private.check_handed_in(jsonb,jsonb)', false, 'service_role'),
('private.accepted_assessment(uuid,text,uuid,uuid)', true, 'service_role'),
('private.apply_drafts(uuid[],jsonb[])', false, ''),
('private.apply_effects(text,jsonb,bigint[],uuid[],timestamp with time zone)', false, ''),
('private.apply_requests(uuid[],uuid[],jsonb[])', false, ''),
('private.store_first_version()', true, ''),
('private.store_version(custom_assessments,jsonb,text,text)', false, ''),
('private.take_snapshot(uuid)', false, ''),
('private.apply_unit(text,uuid[],uuid[],jsonb[],timestamp with time zone)', false, ''),
('private.apply_upload(uuid,uuid,jsonb,jsonb)', false, ''),
('private.apply_uploads(uuid[],uuid[],jsonb[])', false, ''),
('private.are_new_drafts(uuid[],uuid[])', false, ''),
('private.assessment_statuses()', false, 'authenticated service_role'),
('private.assessment_types()', false, 'authenticated service_role'),
('private.assessment_with_content(uuid,bytea)', false, ''),
('private.bounded_diagnostics(jsonb)', false, ''),
('private.campaigns_can_lose_their_creator()', false, ''),
('private.categories_faults(jsonb,text[],numeric,numeric)', false, 'authenticated service_role'),
('private.category_faults(jsonb,text,text[],numeric,numeric)', false, 'authenticated service_role'),
('private.check_agent_session_assessment()', false, ''),
('private.check_assessment_content()', false, ''),
('private.check_choice(uuid,uuid,integer)', false, 'authenticated service_role'),
('private.check_held_choices(uuid[],uuid[],integer[])', false, 'authenticated service_role'),
('private.check_job_kind()', false, ''),
('private.check_refuses_custom(regclass,text)', false, ''),
('private.check_session_assessment()', false, ''),
('private.choose_assessment(uuid,uuid,boolean)', true, 'authenticated service_role'),
('private.choose_jobs(integer)', false, ''),
('private.claim_jobs(text,integer,integer,text)', false, ''),
('private.claim_slug(uuid,uuid,uuid,text,text)', true, 'authenticated service_role'),
('private.column_refuses_custom(regclass,smallint)', false, ''),
('private.columns_of(jsonb)', false, ''),
('private.columns_with_links()', false, ''),
('private.content_hash(text,jsonb)', false, 'authenticated service_role'),
('private.definition_bounds_faults(jsonb)', false, 'authenticated service_role'),
('private.definition_faults(jsonb)', false, 'authenticated service_role'),
('private.dimension_faults(jsonb,text)', false, 'authenticated service_role'),
('private.dimensions_faults(jsonb,numeric,numeric)', false, 'authenticated service_role'),
('private.disclosures()', false, 'authenticated service_role'),
('private.drop_slugs_of_tenant()', true, ''),
('private.end_jobs_without_subject()', true, ''),
('private.ending_of_error(text,text)', false, ''),
('private.enqueue(text,uuid[],uuid[],uuid[],integer[])', false, ''),
('private.enqueue_uploads()', true, ''),
('private.enter_line(uuid)', false, ''),
('private.enter_my_lines()', true, ''),
('private.erase_account_once(uuid)', false, ''),
('private.erase_participants(uuid[],uuid)', false, ''),
('private.erase_tenant_once(uuid)', false, ''),
('private.example_faults(jsonb,text[],text[],numeric,numeric)', false, 'authenticated service_role'),
('private.extend_rule(regclass,text)', false, ''),
('private.fault(text,text,text)', false, 'authenticated service_role'),
('private.final_diagnostics(private.judged_job)', false, ''),
('private.finish_jobs(text,jsonb,timestamp with time zone)', false, ''),
('private.fold_name(text)', false, 'authenticated service_role'),
('private.guard_assessment_authority()', false, ''),
('private.guidelines_faults(jsonb,text[])', false, 'authenticated service_role'),
('private.hand_over_assessments()', true, ''),
('private.hand_over_assessments_with_results(uuid)', false, ''),
('private.highest_score()', false, 'authenticated service_role'),
('private.hold_assessments(uuid[])', true, 'authenticated service_role'),
('private.hold_changed_agent_choices()', false, ''),
('private.hold_changed_choices()', false, ''),
('private.hold_jobs(bigint[])', false, ''),
('private.hold_jobs_of_tenant()', true, ''),
('private.hold_new_agent_choices()', false, ''),
('private.hold_new_choices()', false, ''),
('private.hold_owners(jsonb,timestamp with time zone)', false, ''),
('private.hold_tenant(uuid,uuid[],boolean)', false, ''),
('private.how_links_are_read(oid,name,text)', false, ''),
('private.inactive_tenant_ids()', true, 'anon authenticated'),
('private.interview_styles()', false, 'authenticated service_role'),
('private.is_authors_fault(text)', false, ''),
('private.is_cleared_by_deletion(uuid,uuid,uuid,uuid)', true, 'service_role'),
('private.is_number_pair(jsonb)', false, 'authenticated service_role'),
('private.is_version(text)', false, 'authenticated service_role'),
('private.jobs_of_request(text,text)', false, ''),
('private.jobs_with_effects(text,jsonb,bigint[])', false, ''),
('private.judge_jobs(text,jsonb,bigint[],integer[],text[],text[],integer[],bigint[],bigint[],jsonb[])', false, ''),
('private.keep_assessment_history()', false, ''),
('private.keep_assessment_version()', true, ''),
('private.keep_assessment_with_completions()', true, ''),
('private.keep_assessment_with_results()', true, ''),
('private.keep_tenant_with_results()', true, ''),
('private.largest_text()', false, 'authenticated service_role'),
('private.link_readers()', false, ''),
('private.list_assessment()', true, ''),
('private.list_assessments_of_tenant()', true, ''),
('private.load_jobs(text,bigint[],integer[],integer[],uuid[])', false, ''),
('private.load_requests(bigint[],integer[],integer[],uuid[])', false, ''),
('private.load_uploads(bigint[],integer[],integer[],uuid[])', false, ''),
('private.lock_for_requests(uuid,uuid[])', false, ''),
('private.lock_for_uploads(uuid,uuid[])', false, ''),
('private.lock_host_tables(text,text[])', false, ''),
('private.lock_slug(uuid,text)', false, ''),
('private.longest_name()', false, 'authenticated service_role'),
('private.marketplace_statuses()', false, 'authenticated service_role'),
('private.metadata_defaults()', false, 'authenticated service_role'),
('private.metadata_faults(jsonb)', false, 'authenticated service_role'),
('private.most_categories()', false, 'authenticated service_role'),
('private.most_dimensions()', false, 'authenticated service_role'),
('private.my_tenant_ids()', true, 'authenticated'),
('private.name_faults(text,text[],text,text)', false, 'authenticated service_role'),
('private.name_key(jsonb)', false, 'authenticated service_role'),
('private.names_of(jsonb)', false, 'authenticated service_role'),
('private.names_the_caller(text)', false, ''),
('private.next_claim_in_ms()', false, ''),
('private.next_numbered_slug(uuid,uuid,text)', false, ''),
('private.next_rank(uuid,bigint)', false, ''),
('private.next_ranks(uuid[])', false, ''),
('private.note_result_creator()', true, ''),
('private.one_of(text[])', false, 'authenticated service_role'),
('private.path_step(text)', false, 'authenticated service_role'),
('private.policies_on_reading(oid,text,integer)', false, ''),
('private.policy_is_open(oid,text,integer)', false, ''),
('private.price_tiers()', false, 'authenticated service_role'),
('private.queue_front()', false, ''),
('private.reads_everything(oid,text,integer)', false, ''),
('private.reference_list_faults(jsonb,text,text[])', false, 'authenticated service_role'),
('private.refresh_listings(uuid[])', false, ''),
('private.refuse(text,jsonb)', false, 'authenticated service_role'),
('private.refuse_result_update()', false, ''),
('private.refuse_upload_change()', false, ''),
('private.refused_diagnostics(text,jsonb)', false, ''),
('private.require_definition(jsonb)', false, ''),
('private.result_tenant_ids()', true, 'authenticated'),
('private.retry_delay(integer)', false, ''),
('private.rubric_faults(jsonb,numeric,numeric)', false, 'authenticated service_role'),
('private.rules_against_custom()', false, ''),
('private.scale_in_force(jsonb)', false, 'authenticated service_role'),
('private.scale_of(jsonb)', false, 'authenticated service_role'),
('private.score_assessment(jsonb,jsonb)', false, 'authenticated service_role'),
('private.scoring_of(jsonb)', false, ''),
('private.session_facts(uuid,text)', false, 'service_role'),
('private.session_types()', false, 'authenticated service_role'),
('private.set_assessment_slug()', false, ''),
('private.settle_jobs(private.judged_job[])', false, ''),
('private.settle_requests(private.judged_job[])', false, ''),
('private.settle_subjects(private.judged_job[])', false, ''),
('private.settle_uploads(private.judged_job[])', false, ''),
('private.slug_is_taken(uuid,text,uuid)', false, ''),
('private.slug_of(text,integer)', false, ''),
('private.source_types()', false, 'authenticated service_role'),
('private.sum_of_counts(jsonb,jsonb)', false, ''),
('private.take_back_jobs(bigint[])', false, ''),
('private.take_upload()', false, ''),
('private.tenant_of_agent_session(uuid,uuid)', true, 'authenticated service_role'),
('private.tenant_owner(uuid)', true, 'service_role'),
('private.text_list_faults(jsonb,text)', false, 'authenticated service_role'),
('private.tried_as(text,text)', false, ''),
('private.trim_text(text)', false, 'authenticated service_role'),
('private.unknown_names(text[],text[])', false, 'authenticated service_role'),
('private.upload_diagnostic(text,jsonb)', false, ''),
('private.version()', false, 'service_role'),
('private.weight_tolerance()', false, 'authenticated service_role'),
('private.weights_faults(jsonb)', false, 'authenticated service_role'),
('private.with_campaigns_left(jsonb,uuid[])', false, ''),
('private.without_accents(text)', false, ''),
('private.without_common_parts(jsonb,jsonb)', false, ''),
('private.write_result()', false, '');

create temporary table found on commit drop as
select
  p.oid::regprocedure::text collate "default" as function_name,
  p.prosecdef as definer,
  coalesce((
    select string_agg(r.role_name, ' ' order by r.place)
    from unnest(array['anon', 'authenticated', 'service_role']) with ordinality as r (role_name, place)
    where has_function_privilege(r.role_name, p.oid, 'execute')
  ), '') as callers,
  p.proconfig
from pg_catalog.pg_proc as p
where
  p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)
  and not exists (
    select from pg_catalog.pg_depend as d
    where d.objid = p.oid and d.deptype = 'e'
  );

select plan((select count(*)::integer from tests.expected) + 3);

select
  is(
    (
      select f.callers || case when f.definer then ' (definer)' else '' end from found as f
      where f.function_name = e.function_name
    ),
    e.callers || case when e.definer then ' (definer)' else '' end,
    e.function_name || ' is executable by: ' || coalesce(nullif(e.callers, ''), 'nobody')
  )
from tests.expected as e;

select is_empty(
  'select f.function_name from found as f where f.function_name not in (select e.function_name from tests.expected as e)',
  'every function has its line'
);
select is_empty(
  $$select f.function_name from found as f where not coalesce(f.proconfig, '{}') @> array['search_path=pg_catalog, pg_temp']$$,
  'no function lets its caller say what a name means'
);
select is_empty(
  $$
    select p.oid::regprocedure
    from pg_catalog.pg_proc as p
    where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)
      and exists (
        select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as a where a.grantee = 0
      )
      and not exists (select from pg_catalog.pg_depend as d where d.objid = p.oid and d.deptype = 'e')
  $$,
  'no function is executable by PUBLIC'
);

select * from finish();
rollback;
