-- custom-assessments 0.2.0 access_grants sha256:8763db51d01d13c7210da0adb0b4d4d440c2e0eda0c4edef4a99848487f9d841
-- Which role can read which table and call which function: every grant, in one place.
--
-- All access is revoked before, so the result does not depend on a project's default privileges. Grants name the verb and,
-- if a client can write only some columns, the column. No role of the API can do anything that is not listed here.
-- (version/version.sql, which comes last, has its own grants.)

-- Assessments. policies.sql decides which rows.
grant select on table public.custom_assessments to anon;
grant select, delete on table public.custom_assessments to authenticated;
-- The database or reviewers set id, is_template, published_at, created_at and updated_at. Clients have always sent
-- created_by, so it is accepted, but overwritten.
grant insert (
  tenant_id, created_by, name, slug, version, description, definition, source_markdown, source_type, assessment_type,
  interview_style_default, interview_style_allow_override, result_disclosure, status, marketplace_status,
  marketplace_price_tier, derived_from
) on table public.custom_assessments to authenticated;
grant update (
  name, slug, version, description, definition, source_markdown, source_type, assessment_type,
  interview_style_default, interview_style_allow_override, result_disclosure, status, marketplace_status,
  marketplace_price_tier
) on table public.custom_assessments to authenticated;
grant select, insert, update, delete on table public.custom_assessments to service_role;

-- Versions, which only the database writes. The service role may try a DELETE, so that the trigger can explain the refusal.
grant select on table public.assessment_versions to anon, authenticated;
grant select, delete on table public.assessment_versions to service_role;

-- What owners declare about their dimensions, through declare_equivalent. The database writes the rest. The service role
-- may try a DELETE, so that the trigger can explain the refusal.
grant select, insert (assessment_id, dimension, from_hash, to_hash, note)
on table public.equivalence_declarations to authenticated;
grant select, delete on table public.equivalence_declarations to service_role;
-- Requests to be listed and decisions about them, which reviewers and owners read. The service may name a decision in a DELETE,
-- so that the trigger can answer why not.
grant select on table public.listing_requests to authenticated, service_role;
grant select on table public.listing_reviews to authenticated;
grant select, delete on table public.listing_reviews to service_role;
grant select on table public.listing_review_notes to authenticated, service_role;

-- Results.
grant select on table public.custom_assessment_results to authenticated;
grant select, insert, update, delete on table public.custom_assessment_results to service_role;
-- Their runs, which the database alone writes.
grant select on table public.score_runs, public.score_items to authenticated, service_role;

-- Reviews of results, which review_result alone writes, and the results as they count after them.
grant select on table public.result_reviews to authenticated, service_role;
grant select on table public.effective_results to authenticated, service_role;
grant execute on function public.review_result(uuid, text, jsonb, text) to authenticated, service_role;
grant execute on function private.check_review(text, jsonb, text) to authenticated, service_role;
grant execute on function private.review_decisions() to authenticated, service_role;
grant execute on function private.keep_review(uuid, text, jsonb, text) to authenticated, service_role;
grant execute on function private.review_differences(uuid, jsonb) to authenticated, service_role;
grant execute on function private.corrected_outcome(jsonb, jsonb) to authenticated, service_role;
grant execute on function private.coverage_of(jsonb, jsonb) to authenticated, service_role;
grant execute on function private.least_coverage(jsonb) to authenticated, service_role;
grant execute on function private.evidence_in_force(jsonb) to authenticated, service_role;

-- Uploads.
grant select, delete, insert (tenant_id, source_markdown, definition, assessment_id, dry_run)
on table public.assessment_uploads to authenticated;
-- Only the queue sets an upload's progress. An UPDATE of the uploaded columns is permitted, so that the trigger can explain
-- that an upload cannot be changed.
grant select, insert, delete, update (tenant_id, source_markdown, source_definition, dry_run)
on table public.assessment_uploads to service_role;

-- A tenant's own settings. An upsert also writes the column that it looks the row up by.
grant select, insert, update, delete on table public.tenant_settings to authenticated, service_role;

-- The marketplace, which everyone can read.
grant select on table private.listings to anon, authenticated, service_role;
grant select on table public.marketplace_listings to anon, authenticated, service_role;

-- The refusals, which triggers look up as the caller.
grant select on table private.refusals to authenticated, service_role;

-- The rules of change, likewise.
grant select on table private.change_rules to authenticated, service_role;

-- The queue, for operators.
grant select on table public.job_queue to service_role;
grant select on table private.jobs to service_role;

-- Authors and users, with their own rights.
grant execute on function public.version_changes(uuid, uuid, jsonb) to authenticated, service_role;
grant execute on function public.check_definition(jsonb) to authenticated, service_role;
grant execute on function private.filled_definition(jsonb) to authenticated, service_role;
grant execute on function public.declare_equivalent(uuid, text, text, text, text) to authenticated;
grant execute on function public.preview_context(uuid, jsonb) to authenticated, service_role;
grant execute on function private.previewed(uuid, jsonb) to authenticated, service_role;
grant execute on function private.asked_definition(public.assessment_versions) to authenticated, service_role;
grant execute on function private.asked_dimensions(jsonb) to authenticated, service_role;
grant execute on function private.asked_categories(jsonb) to authenticated, service_role;
grant execute on function public.copy_assessment(uuid, uuid, text) to authenticated, service_role;
grant execute on function private.content_to_copy(uuid, uuid) to authenticated, service_role;
grant execute on function public.create_tenant(text, text) to authenticated;

-- PostgREST, as the role of each request.
grant execute on function private.refuse_estimates() to anon, authenticated, service_role;

-- Everyone, with or without an account. A respondent has no account: the link's token grants access.
grant execute on function public.session_explanation(text) to anon, authenticated, service_role;
grant execute on function public.session_result(text) to anon, authenticated, service_role;
grant execute on function public.session_status(text) to anon, authenticated, service_role;
grant execute on function public.withdraw_session(text) to anon, authenticated, service_role;

-- Reviewers, who are accounts, and the service.
grant execute on function public.review_listing(uuid, text, text, text, uuid) to authenticated, service_role;

-- Owners, for their own results.
grant execute on function public.explanation(uuid, text) to authenticated, service_role;
grant execute on function private.explain_session(uuid, text, boolean) to authenticated, service_role;
grant execute on function public.verify_result(uuid) to authenticated, service_role;

-- Owners, for their own campaigns and sessions.
grant execute on function public.repin_campaign(uuid) to authenticated, service_role;
grant execute on function public.repin_session(uuid, text) to authenticated, service_role;
grant select on table public.session_versions to authenticated, service_role;
grant execute on function private.answer_of_move(uuid) to authenticated, service_role;
grant execute on function private.move_campaign(uuid, boolean) to authenticated, service_role;
grant execute on function private.move_session(uuid, text, boolean) to authenticated, service_role;
grant execute on function public.erase_session(uuid, text) to authenticated, service_role;
grant execute on function private.forget_session(uuid, text, boolean) to authenticated, service_role;
grant execute on function public.rotate_session_link(uuid, text) to authenticated, service_role;
grant execute on function private.replace_link(uuid, text, boolean) to authenticated, service_role;
grant execute on function public.subject_export(uuid, text) to authenticated, service_role;
grant execute on function private.export_session(uuid, text, boolean) to authenticated, service_role;
grant execute on function private.session_version(text, uuid, uuid, uuid, uuid) to authenticated, service_role;

-- The worker, interview agents and operators, who have a service key.
grant execute on function public.backfill_versions(integer) to service_role;
grant execute on function public.complete_assessment_session(
  uuid, text, jsonb, jsonb, timestamptz, uuid, jsonb, jsonb, boolean
) to service_role;
grant execute on function public.check_evidence(uuid, jsonb) to service_role;
grant execute on function public.correct_turn(uuid, integer, text) to service_role;
grant execute on function public.erase_account(uuid) to service_role;
grant execute on function public.erase_tenant(uuid) to service_role;
grant execute on function public.exchange_jobs(text, jsonb, integer, integer, text) to service_role;
grant execute on function public.extend_leases(text, bigint[], integer) to service_role;
grant execute on function public.interview_context(uuid) to service_role;
grant execute on function public.list_reviewers() to service_role;
grant execute on function public.name_reviewer(uuid, boolean) to service_role;
grant execute on function public.prune_jobs(interval, integer) to service_role;
grant execute on function public.queue_status() to service_role;
grant execute on function public.retry_jobs(bigint[], uuid[], timestamptz) to service_role;
grant execute on function public.save_progress(uuid, jsonb) to service_role;
grant execute on function public.save_run(uuid, jsonb) to service_role;
grant execute on function public.scoring_schema(uuid, text, text) to service_role;
grant execute on function private.band_reach(jsonb, numeric, numeric) to service_role;
grant execute on function private.ordered_bands(jsonb, numeric, numeric, text) to service_role;

-- Functions that policies call for visitors and accounts.
grant execute on function private.inactive_tenant_ids() to anon, authenticated;

-- Functions that policies call for accounts only.
grant execute on function private.my_tenant_ids() to authenticated, service_role;
grant execute on function private.my_version_ids() to authenticated;
grant execute on function private.am_reviewer() to authenticated;
grant execute on function private.requested_version_ids() to authenticated;
grant execute on function private.template_version_ids() to anon, authenticated;
grant execute on function private.result_tenant_ids() to authenticated;
grant execute on function private.former_tenant_ids() to authenticated;
grant execute on function private.former_campaign_ids() to authenticated;

-- What triggers, which run as the caller, ask of accounts.
grant execute on function private.may_move_listing(public.custom_assessments, public.custom_assessments) to authenticated;

-- What interviews ask.
grant execute on function private.is_withdrawn(uuid) to service_role;

-- Functions that triggers call, as the writer, for every writer.
grant execute on function private.ambiguous_category_faults(jsonb, numeric, numeric) to authenticated, service_role;
grant execute on function private.assessment_statuses() to authenticated, service_role;
grant execute on function private.assessment_types() to authenticated, service_role;
grant execute on function private.categories_faults(jsonb, text[], text[], numeric, numeric) to authenticated, service_role;
grant execute on function private.category_faults(jsonb, text, text[], numeric, numeric) to authenticated, service_role;
grant execute on function private.check_choice(uuid, uuid, integer) to authenticated, service_role;
grant execute on function private.check_held_choices(uuid[], uuid[], integer[]) to authenticated, service_role;
grant execute on function private.check_style(text, uuid, uuid, uuid) to authenticated, service_role;
grant execute on function private.choose_assessment(uuid, uuid, boolean) to authenticated, service_role;
grant execute on function private.claim_slug(uuid, uuid, uuid, text, text) to authenticated, service_role;
grant execute on function private.content_hash(
  text, jsonb, text, text, text, integer, boolean, text
) to authenticated, service_role;
grant execute on function private.definition_bounds_faults(jsonb) to authenticated, service_role;
grant execute on function private.definition_faults(jsonb) to authenticated, service_role;
grant execute on function private.definition_shape_faults(jsonb) to authenticated, service_role;
grant execute on function private.definition_size_faults(text) to authenticated, service_role;
grant execute on function private.dimension_faults(jsonb, text) to authenticated, service_role;
grant execute on function private.dimensions_faults(jsonb, text[], numeric, numeric) to authenticated, service_role;
grant execute on function private.disclosures() to authenticated, service_role;
grant execute on function private.evidence_rules() to authenticated, service_role;
grant execute on function private.example_faults(jsonb, text[], text[], numeric, numeric) to authenticated, service_role;
grant execute on function private.example_outcome_faults(jsonb) to authenticated, service_role;
grant execute on function private.fault(text, text, text) to authenticated, service_role;
grant execute on function private.fold_name(text) to authenticated, service_role;
grant execute on function private.folded_names(jsonb) to authenticated, service_role;
grant execute on function private.free_id(text, text[]) to authenticated, service_role;
grant execute on function private.guidelines_faults(jsonb, text[]) to authenticated, service_role;
grant execute on function private.hash_of(jsonb) to authenticated, service_role;
grant execute on function private.highest_score() to authenticated, service_role;
grant execute on function private.hold_assessments(uuid[]) to authenticated, service_role;
grant execute on function private.id_faults(jsonb, text[]) to authenticated, service_role;
grant execute on function private.id_of_name(text) to authenticated, service_role;
grant execute on function private.interview_styles() to authenticated, service_role;
grant execute on function private.is_language(text) to authenticated, service_role;
grant execute on function private.is_number_pair(jsonb) to authenticated, service_role;
grant execute on function private.is_share(jsonb) to authenticated, service_role;
grant execute on function private.is_tenants_statement() to authenticated, service_role;
grant execute on function private.is_unclean_name(text) to authenticated, service_role;
grant execute on function private.is_version(text) to authenticated, service_role;
grant execute on function private.largest_text() to authenticated, service_role;
grant execute on function private.longest_name() to authenticated, service_role;
grant execute on function private.markup_fault(text) to authenticated, service_role;
grant execute on function private.marketplace_statuses() to authenticated, service_role;
grant execute on function private.matching_category(jsonb, numeric, text[], numeric[]) to authenticated, service_role;
grant execute on function private.column_values(text, text, text, text, integer, boolean, text) to authenticated, service_role;
grant execute on function private.columns_of(jsonb) to authenticated, service_role;
grant execute on function private.differing_metadata(jsonb, jsonb) to authenticated, service_role;
grant execute on function private.is_higher_version(text, text) to authenticated, service_role;
grant execute on function private.metadata_columns() to authenticated, service_role;
grant execute on function private.refuse_contradictions(text[]) to authenticated, service_role;
grant execute on function private.with_metadata(jsonb, text[], jsonb) to authenticated, service_role;
grant execute on function private.metadata_defaults() to authenticated, service_role;
grant execute on function private.metadata_faults(jsonb) to authenticated, service_role;
grant execute on function private.most_categories() to authenticated, service_role;
grant execute on function private.most_decimal_places() to authenticated, service_role;
grant execute on function private.most_dimensions() to authenticated, service_role;
grant execute on function private.most_errors() to authenticated, service_role;
grant execute on function private.name_faults(text, text[], text, text) to authenticated, service_role;
grant execute on function private.name_key(jsonb) to authenticated, service_role;
grant execute on function private.names_of(jsonb) to authenticated, service_role;
grant execute on function private.object_at(jsonb, text[]) to authenticated, service_role;
grant execute on function private.one_of(text[]) to authenticated, service_role;
grant execute on function private.path_step(text) to authenticated, service_role;
grant execute on function private.price_tiers() to authenticated, service_role;
grant execute on function private.read_scores(jsonb, text[], text[], numeric, numeric) to authenticated, service_role;
grant execute on function private.reference_list_faults(jsonb, text, text[]) to authenticated, service_role;
grant execute on function private.refuse(text, jsonb) to authenticated, service_role;
grant execute on function private.refuse_scores(uuid, jsonb, jsonb) to authenticated, service_role;
grant execute on function private.repeated_example_faults(jsonb, text[]) to authenticated, service_role;
grant execute on function private.repeated_names(bigint[], text[], text[]) to authenticated, service_role;
grant execute on function private.rubric_faults(jsonb, text, numeric, numeric) to authenticated, service_role;
grant execute on function private.rubrics_faults(jsonb, numeric, numeric) to authenticated, service_role;
grant execute on function private.scale_in_force(jsonb) to authenticated, service_role;
grant execute on function private.scale_of(jsonb) to authenticated, service_role;
grant execute on function private.score_assessment(jsonb, jsonb) to authenticated, service_role;
grant execute on function private.scored_dimensions(jsonb) to authenticated, service_role;
grant execute on function private.session_types() to authenticated, service_role;
grant execute on function private.source_types() to authenticated, service_role;
grant execute on function private.tenant_of_agent_session(uuid, uuid) to authenticated, service_role;
grant execute on function private.text_faults(jsonb, text) to authenticated, service_role;
grant execute on function private.text_list_faults(jsonb, text) to authenticated, service_role;
grant execute on function private.too_precise_fault(text) to authenticated, service_role;
grant execute on function private.trim_text(text) to authenticated, service_role;
grant execute on function private.unclean_name_faults(jsonb, text[]) to authenticated, service_role;
grant execute on function private.unknown_names(text[], text[]) to authenticated, service_role;
grant execute on function private.unseen_controls() to authenticated, service_role;
grant execute on function private.weight_tolerance() to authenticated, service_role;
grant execute on function private.weights_faults(jsonb) to authenticated, service_role;

-- What follows from scores and runs, for verify_result and for the trigger that writes a result.
grant execute on function private.category_standings(jsonb, numeric, text[], numeric[]) to authenticated, service_role;
grant execute on function private.combined_runs(jsonb, jsonb) to authenticated, service_role;
grant execute on function private.differing_score_faults(jsonb, jsonb) to authenticated, service_role;
grant execute on function private.dimension_names(jsonb) to authenticated, service_role;
grant execute on function private.judged_item(text, jsonb) to authenticated, service_role;
grant execute on function private.judged_scores(jsonb, jsonb, jsonb) to authenticated, service_role;
grant execute on function private.margin_of(jsonb, jsonb) to authenticated, service_role;
grant execute on function private.recomputed_result(public.custom_assessment_results, jsonb) to authenticated, service_role;
grant execute on function private.runs_of_result(uuid, jsonb) to authenticated, service_role;
grant execute on function private.stability_of(jsonb, jsonb, text) to authenticated, service_role;
grant execute on function private.turning_points(jsonb, numeric, text[], numeric[]) to authenticated, service_role;

-- Functions that triggers call for trusted writers.
grant execute on function private.refuse_insufficient(uuid, jsonb, numeric, text[], jsonb) to service_role;
grant execute on function private.basis_of_result(uuid, text, uuid, uuid, uuid) to service_role;
grant execute on function private.check_handed_in(jsonb, jsonb) to authenticated, service_role;
grant execute on function private.is_cleared_by_deletion(uuid, uuid, uuid, uuid) to service_role;
grant execute on function private.session_facts(uuid, text) to service_role;
grant execute on function private.tenant_owner(uuid) to service_role;

-- Functions that version_changes calls, with the rights of its caller.
grant execute on function private.change_classes() to authenticated, service_role;
grant execute on function private.changes_between(jsonb, jsonb) to authenticated, service_role;
grant execute on function private.class_of_change(jsonb, jsonb) to authenticated, service_role;
grant execute on function private.columns_of(jsonb) to authenticated, service_role;
grant execute on function private.compared_dimensions(uuid, jsonb, jsonb) to authenticated, service_role;
grant execute on function private.content_categories(jsonb, text[], text[]) to authenticated, service_role;
grant execute on function private.content_dimensions(jsonb, text[], text[], jsonb) to authenticated, service_role;
grant execute on function private.content_of(jsonb, jsonb) to authenticated, service_role;
grant execute on function private.content_of_version(public.assessment_versions) to authenticated, service_role;
grant execute on function private.content_parts(jsonb) to authenticated, service_role;
grant execute on function private.differences(jsonb, jsonb) to authenticated, service_role;
grant execute on function private.differing_items(text, jsonb, jsonb) to authenticated, service_role;
grant execute on function private.dimension_hashes(jsonb) to authenticated, service_role;
grant execute on function private.dimension_ids(jsonb) to authenticated, service_role;
grant execute on function private.hash_of(jsonb) to authenticated, service_role;
grant execute on function private.ids_by_name(jsonb) to authenticated, service_role;
grant execute on function private.least_version(text, text) to authenticated, service_role;
grant execute on function private.measured_part(jsonb) to authenticated, service_role;
grant execute on function private.overall_of(numeric[], numeric[]) to authenticated, service_role;
grant execute on function private.weighted_sums(numeric[], numeric[]) to authenticated, service_role;
grant execute on function private.primary_average(jsonb, numeric, text[], numeric[]) to authenticated, service_role;
grant execute on function private.primary_ids(jsonb, text[], text[]) to authenticated, service_role;
grant execute on function private.questions_by_name(jsonb) to authenticated, service_role;
grant execute on function private.range_precision(jsonb) to authenticated, service_role;
grant execute on function private.readable_version(uuid) to authenticated, service_role;
grant execute on function private.restated(uuid, jsonb, integer) to authenticated, service_role;
grant execute on function private.restated_differences(uuid, jsonb, jsonb) to authenticated, service_role;
grant execute on function private.with_definition(public.assessment_versions, jsonb) to authenticated, service_role;
grant execute on function private.without_common_parts(jsonb, jsonb) to authenticated, service_role;
