-- Which roles can call which function. A function of private that is not listed here must be executable by no role and must
-- not be SECURITY DEFINER. No role may call more than the list says. docs/security.md lists the SECURITY DEFINER functions
-- with their reasons, which tests/py/docs compares with this list.
begin;
\ir ../helpers.psql

create table tests.expected (function_name text, definer boolean, callers text);
insert into tests.expected values
('complete_assessment_session(uuid,text,jsonb,jsonb,timestamp with time zone,uuid,jsonb)', true, 'service_role'),
('correct_turn(uuid,integer,text)', true, 'service_role'),
('custom_assessments_version()', false, 'service_role'),
('erase_account(uuid)', true, 'service_role'),
('erase_tenant(uuid)', true, 'service_role'),
('exchange_jobs(text,jsonb,integer,integer,text)', true, 'service_role'),
('extend_leases(text,bigint[],integer)', true, 'service_role'),
('interview_context(uuid)', true, 'service_role'),
('prune_jobs(interval,integer)', true, 'service_role'),
('queue_status()', true, 'service_role'),
('retry_jobs(bigint[],uuid[],timestamp with time zone)', true, 'service_role'),
('save_progress(uuid,jsonb)', true, 'service_role'),
('session_result(text)', true, 'anon authenticated service_role'),
('session_status(text)', true, 'anon authenticated service_role'),
('withdraw_session(text)', true, 'anon authenticated service_role'),
('rotate_session_link(uuid,text)', false, 'authenticated service_role'),
('private.replace_link(uuid,text,boolean)', true, 'authenticated service_role'),
('verify_result(uuid)', false, 'authenticated service_role'),
('declare_equivalent(uuid,text,text,text,text)', false, 'authenticated'),
('version_changes(uuid,uuid,jsonb)', false, 'authenticated service_role'),
('check_definition(jsonb)', false, 'authenticated service_role'),
('preview_context(uuid,jsonb)', false, 'authenticated service_role'),
('copy_assessment(uuid,uuid,text)', false, 'authenticated service_role'),
('create_tenant(text,text)', true, 'authenticated'),
('private.previewed(uuid,jsonb)', false, 'authenticated service_role'),
('private.asked_definition(assessment_versions)', false, 'authenticated service_role'),
('private.asked_dimensions(jsonb)', false, 'authenticated service_role'),
('private.asked_categories(jsonb)', false, 'authenticated service_role'),
('private.content_to_copy(uuid,uuid)', false, 'authenticated service_role'),
('private.drop_equivalences_of_former_tenant()', true, ''),
('private.change_classes()', false, 'authenticated service_role'),
('private.ambiguous_category_faults(jsonb,numeric,numeric)', false, 'authenticated service_role'),
('private.definition_shape_faults(jsonb)', false, 'authenticated service_role'),
('private.definition_size_faults(text)', false, 'authenticated service_role'),
('private.example_outcome_faults(jsonb)', false, 'authenticated service_role'),
('private.filled_definition(jsonb)', false, 'authenticated service_role'),
('private.folded_names(jsonb)', false, 'authenticated service_role'),
('private.is_unclean_name(text)', false, 'authenticated service_role'),
('private.markup_fault(text)', false, 'authenticated service_role'),
('private.most_decimal_places()', false, 'authenticated service_role'),
('private.object_at(jsonb,text[])', false, 'authenticated service_role'),
('private.refuse_scores(uuid,jsonb,jsonb)', false, 'authenticated service_role'),
('private.repeated_example_faults(jsonb,text[])', false, 'authenticated service_role'),
('private.repeated_names(bigint[],text[],text[])', false, 'authenticated service_role'),
('private.text_faults(jsonb,text)', false, 'authenticated service_role'),
('private.too_precise_fault(text)', false, 'authenticated service_role'),
('private.unclean_name_faults(jsonb,text[])', false, 'authenticated service_role'),
('private.unseen_controls()', false, 'authenticated service_role'),
('private.changes_between(jsonb,jsonb)', false, 'authenticated service_role'),
('private.class_of_change(jsonb,jsonb)', false, 'authenticated service_role'),
('private.columns_of(jsonb)', false, 'authenticated service_role'),
('private.compared_dimensions(uuid,jsonb,jsonb)', false, 'authenticated service_role'),
('private.content_categories(jsonb,text[],text[])', false, 'authenticated service_role'),
('private.content_dimensions(jsonb,text[],text[],jsonb)', false, 'authenticated service_role'),
('private.content_of(jsonb,jsonb)', false, 'authenticated service_role'),
('private.content_of_version(assessment_versions)', false, 'authenticated service_role'),
('private.content_parts(jsonb)', false, 'authenticated service_role'),
('private.differences(jsonb,jsonb)', false, 'authenticated service_role'),
('private.differing_items(text,jsonb,jsonb)', false, 'authenticated service_role'),
('private.dimension_hashes(jsonb)', false, 'authenticated service_role'),
('private.dimension_ids(jsonb)', false, 'authenticated service_role'),
('private.hash_of(jsonb)', false, 'authenticated service_role'),
('private.ids_by_name(jsonb)', false, 'authenticated service_role'),
('private.least_version(text,text)', false, 'authenticated service_role'),
('private.measured_part(jsonb)', false, 'authenticated service_role'),
('private.primary_ids(jsonb,text[],text[])', false, 'authenticated service_role'),
('private.questions_by_name(jsonb)', false, 'authenticated service_role'),
('private.range_precision(jsonb)', false, 'authenticated service_role'),
('private.readable_version(uuid)', false, 'authenticated service_role'),
('private.restated(uuid,jsonb,integer)', false, 'authenticated service_role'),
('private.restated_differences(uuid,jsonb,jsonb)', false, 'authenticated service_role'),
('private.overall_of(numeric[],numeric[])', false, 'authenticated service_role'),
('private.primary_average(jsonb,numeric,text[],numeric[])', false, 'authenticated service_role'),
('private.weighted_sums(numeric[],numeric[])', false, 'authenticated service_role'),
('private.with_definition(assessment_versions,jsonb)', false, 'authenticated service_role'),
('private.without_common_parts(jsonb,jsonb)', false, 'authenticated service_role'),
('repin_campaign(uuid)', false, 'authenticated service_role'),
('repin_session(uuid,text)', false, 'authenticated service_role'),
('erase_session(uuid,text)', false, 'authenticated service_role'),
('private.forget_session(uuid,text,boolean)', true, 'authenticated service_role'),
('subject_export(uuid,text)', false, 'authenticated service_role'),
('private.export_session(uuid,text,boolean)', true, 'authenticated service_role'),
('private.answer_of_move(uuid)', false, 'authenticated service_role'),
('private.move_campaign(uuid,boolean)', true, 'authenticated service_role'),
('private.move_session(uuid,text,boolean)', true, 'authenticated service_role'),
('private.session_version(text,uuid,uuid,uuid,uuid)', true, 'authenticated service_role'),
('private.drop_transcripts()', true, ''),
('private.note_former_owner()', true, ''),
('private.former_tenant_ids()', true, 'authenticated'),
('private.former_campaign_ids()', true, 'authenticated'),
('private.drop_pins_of_tenant()', true, ''),
('private.check_session_status()', true, ''),
('private.complete_session()', true, ''),
('private.keep_assessment_in_use()', true, ''),
('private.drop_pins_of_sessions()', true, ''),
('private.my_version_ids()', true, 'authenticated'),
('private.note_new_choices()', true, ''),
('private.note_changed_choices()', true, ''),
('private.note_new_conversations()', true, ''),
('private.note_changed_conversations()', true, ''),
('private.check_style(text,uuid,uuid,uuid)', true, 'authenticated service_role'),
('backfill_versions(integer)', true, 'service_role'),
('private.scored_dimensions(jsonb)', false, 'authenticated service_role'),
('private.read_scores(jsonb,text[],text[],numeric,numeric)', false, 'authenticated service_role'),
('private.matching_category(jsonb,numeric,text[],numeric[])', false, 'authenticated service_role'),
('private.check_handed_in(jsonb,jsonb)', false, 'service_role'),
('private.basis_of_result(uuid,text,uuid,uuid,uuid)', true, 'service_role'),
('private.hash_of(jsonb)', false, 'authenticated service_role'),
('private.store_first_version()', true, ''),
('private.id_faults(jsonb,text[])', false, 'authenticated service_role'),
('private.free_id(text,text[])', false, 'authenticated service_role'),
('private.id_of_name(text)', false, 'authenticated service_role'),
('private.column_values(text,text,text,text,integer,boolean,text)', false, 'authenticated service_role'),
('private.columns_of(jsonb)', false, 'authenticated service_role'),
('private.differing_metadata(jsonb,jsonb)', false, 'authenticated service_role'),
('private.is_higher_version(text,text)', false, 'authenticated service_role'),
('private.note_markdown_due()', true, ''),
('private.metadata_columns()', false, 'authenticated service_role'),
('private.refuse_contradictions(text[])', false, 'authenticated service_role'),
('private.with_metadata(jsonb,text[],jsonb)', false, 'authenticated service_role'),
('private.is_tenants_statement()', false, 'authenticated service_role'),
('private.assessment_statuses()', false, 'authenticated service_role'),
('private.assessment_types()', false, 'authenticated service_role'),
('private.categories_faults(jsonb,text[],text[],numeric,numeric)', false, 'authenticated service_role'),
('private.category_faults(jsonb,text,text[],numeric,numeric)', false, 'authenticated service_role'),
('private.check_choice(uuid,uuid,integer)', false, 'authenticated service_role'),
('private.check_held_choices(uuid[],uuid[],integer[])', false, 'authenticated service_role'),
('private.choose_assessment(uuid,uuid,boolean)', true, 'authenticated service_role'),
('private.claim_slug(uuid,uuid,uuid,text,text)', true, 'authenticated service_role'),
('private.content_hash(text,jsonb,text,text,text,integer,boolean,text)', false, 'authenticated service_role'),
('private.count_use()', true, ''),
('private.definition_bounds_faults(jsonb)', false, 'authenticated service_role'),
('private.definition_faults(jsonb)', false, 'authenticated service_role'),
('private.dimension_faults(jsonb,text)', false, 'authenticated service_role'),
('private.dimensions_faults(jsonb,text[],numeric,numeric)', false, 'authenticated service_role'),
('private.disclosures()', false, 'authenticated service_role'),
('private.drop_slugs_of_tenant()', true, ''),
('private.drop_use_of_tenant()', true, ''),
('private.end_jobs_without_subject()', true, ''),
('private.enqueue_uploads()', true, ''),
('private.enter_my_lines()', true, ''),
('private.evidence_rules()', false, 'authenticated service_role'),
('private.example_faults(jsonb,text[],text[],numeric,numeric)', false, 'authenticated service_role'),
('private.fault(text,text,text)', false, 'authenticated service_role'),
('private.fold_name(text)', false, 'authenticated service_role'),
('private.guidelines_faults(jsonb,text[])', false, 'authenticated service_role'),
('private.hand_over_assessments()', true, ''),
('private.hold_job_of_upload()', true, ''),
('private.hold_rows_of_deleted_tenant()', true, ''),
('private.highest_score()', false, 'authenticated service_role'),
('private.hold_assessments(uuid[])', true, 'authenticated service_role'),
('private.hold_jobs_of_tenant()', true, ''),
('private.inactive_tenant_ids()', true, 'anon authenticated'),
('private.interview_styles()', false, 'authenticated service_role'),
('private.is_cleared_by_deletion(uuid,uuid,uuid,uuid)', true, 'service_role'),
('private.limit_added()', true, ''),
('private.limit_changed()', true, ''),
('private.limit_row()', true, ''),
('private.is_language(text)', false, 'authenticated service_role'),
('private.is_number_pair(jsonb)', false, 'authenticated service_role'),
('private.is_share(jsonb)', false, 'authenticated service_role'),
('private.is_version(text)', false, 'authenticated service_role'),
('private.keep_assessment_version()', true, ''),
('list_reviewers()', true, 'service_role'),
('name_reviewer(uuid,boolean)', true, 'service_role'),
('review_listing(uuid,text,text,text,uuid)', true, 'authenticated service_role'),
('private.am_reviewer()', true, 'authenticated'),
('private.apply_review()', true, ''),
('private.ask_for_review(custom_assessments)', false, ''),
('private.asks_the_same(listing_requests,listing_requests)', false, ''),
('private.check_asking()', true, ''),
('private.check_display_name()', true, ''),
('private.close_requests(custom_assessments)', false, ''),
('private.decision_about(uuid)', false, ''),
('private.decisions()', false, ''),
('private.guard_reviews()', true, ''),
('private.is_older_version(uuid,uuid)', false, ''),
('private.is_withdrawn(uuid)', false, 'service_role'),
('private.record_former_listing(uuid)', false, ''),
('private.keep_listing()', true, ''),
('private.listed_name(text,text)', false, ''),
('private.may_move_listing(custom_assessments,custom_assessments)', false, 'authenticated'),
('private.request_of(custom_assessments)', false, ''),
('private.take_listing()', true, ''),
('private.take_review()', true, ''),
('private.keep_assessment_with_completions()', true, ''),
('private.keep_assessment_with_results()', true, ''),
('private.keep_tenant_with_results()', true, ''),
('private.largest_text()', false, 'authenticated service_role'),
('private.list_assessments_of_tenant()', true, ''),
('private.longest_name()', false, 'authenticated service_role'),
('private.marketplace_statuses()', false, 'authenticated service_role'),
('private.metadata_defaults()', false, 'authenticated service_role'),
('private.metadata_faults(jsonb)', false, 'authenticated service_role'),
('private.most_categories()', false, 'authenticated service_role'),
('private.most_dimensions()', false, 'authenticated service_role'),
('private.most_errors()', false, 'authenticated service_role'),
('private.my_tenant_ids()', true, 'authenticated service_role'),
('private.name_faults(text,text[],text,text)', false, 'authenticated service_role'),
('private.name_key(jsonb)', false, 'authenticated service_role'),
('private.names_of(jsonb)', false, 'authenticated service_role'),
('private.note_result_creator()', true, ''),
('private.one_of(text[])', false, 'authenticated service_role'),
('private.path_step(text)', false, 'authenticated service_role'),
('private.price_tiers()', false, 'authenticated service_role'),
('private.reference_list_faults(jsonb,text,text[])', false, 'authenticated service_role'),
('private.refuse(text,jsonb)', false, 'authenticated service_role'),
('private.result_tenant_ids()', true, 'authenticated'),
('private.rubric_faults(jsonb,text,numeric,numeric)', false, 'authenticated service_role'),
('private.rubrics_faults(jsonb,numeric,numeric)', false, 'authenticated service_role'),
('private.scale_in_force(jsonb)', false, 'authenticated service_role'),
('private.scale_of(jsonb)', false, 'authenticated service_role'),
('private.score_assessment(jsonb,jsonb)', false, 'authenticated service_role'),
('private.session_facts(uuid,text)', false, 'service_role'),
('private.session_types()', false, 'authenticated service_role'),
('private.source_types()', false, 'authenticated service_role'),
('private.tenant_of_agent_session(uuid,uuid)', true, 'authenticated service_role'),
('private.tenant_owner(uuid)', true, 'service_role'),
('private.text_list_faults(jsonb,text)', false, 'authenticated service_role'),
('private.trim_text(text)', false, 'authenticated service_role'),
('private.unknown_names(text[],text[])', false, 'authenticated service_role'),
('private.version()', false, 'service_role'),
('private.weight_tolerance()', false, 'authenticated service_role'),
('private.weights_faults(jsonb)', false, 'authenticated service_role');

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
  $$
    select f.function_name
    from found as f
    where f.function_name not in (select e.function_name from tests.expected as e)
      and (f.definer or f.callers <> '' or f.function_name not like 'private.%')
  $$,
  'a function without a line is internal: nobody may call it, and it has the rights of its caller'
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
