-- custom-assessments 0.2.0 access_estimates sha256:7566e077dfaf528c0cbc5945b60032bb9227fce86fa4b98e4da7f8bb5263dad7
-- What the planner's statistics tell. PostgREST answers `Prefer: count=planned` and `count=estimated` with the planner's
-- estimate, which Postgres makes from the values of all rows, whoever may read them: with a filter, an account can read
-- other tenants' values out of it. So columns with texts, outcomes or secrets have no statistics, and such requests are
-- refused.

-- All locks on the host's tables that the following statements need, taken at once with a short wait
-- (host_check/rules.sql).
select private.lock_host_tables(
  'share update exclusive', 'public.tenant_profiles', 'public.campaigns', 'public.campaign_assignments',
  'public.coaching_sessions', 'public.agent_sessions'
);

-- The columns of our tables, and those of the host's that we read. Words from a short list, ids, hashes and dates keep
-- theirs, since plans depend on them. What ANALYZE has collected before remains (docs/upgrading.md).
do $statistics$
declare
  wanted record;
begin
  for wanted in
    select attribute.attrelid::regclass as tbl, attribute.attname as col
      from (values
        ('public.custom_assessments',
         'name slug description definition source_markdown version marketplace_price_tier'),
        ('public.assessment_versions', 'name description definition source_markdown version dimension_hashes'),
        ('public.assessment_uploads', 'source_markdown source_definition definition diagnostics'),
        ('public.custom_assessment_results',
         'dimension_scores overall_score matched_category matched_category_data uncovered_dimensions ai_insights '
         'assessment_version assessment_definition_snapshot'),
        ('public.equivalence_declarations', 'dimension note'),
        ('public.listing_requests', 'slug tenant definition source_markdown'),
        ('public.listing_reviews', 'reason slug tenant definition source_markdown'),
        ('public.listing_review_notes', 'note'),
        ('public.tenant_settings', 'notice'),
        ('public.tenant_profiles', 'slug display_name'),
        ('public.campaigns', 'name'),
        ('public.campaign_assignments', 'stakeholder_name stakeholder_email access_token'),
        ('public.coaching_sessions', 'client_name client_email access_token metadata'),
        ('public.agent_sessions', 'session_context')
      ) as listed (tbl, cols)
      join pg_catalog.pg_attribute as attribute
        on attribute.attrelid = to_regclass(listed.tbl) and attribute.attname = any (string_to_array(listed.cols, ' '))
      join pg_catalog.pg_class as relation on relation.oid = attribute.attrelid and relation.relkind in ('r', 'p')
     where coalesce(attribute.attstattarget, -1) <> 0
  loop
    execute format('alter table %s alter column %I set statistics 0', wanted.tbl, wanted.col);
  end loop;
end
$statistics$;

-- Refuses a request for an estimate. PostgREST calls it before each request; a host's own function can do so too
-- (docs/upgrading.md). SECURITY DEFINER, because a visitor may not read the refusals.
create or replace function private.refuse_estimates()
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if current_setting('request.headers', true)::json ->> 'prefer' ~* '\mcount\s*=\s*"?(planned|estimated)' then
    perform private.refuse('INVALID_ARGUMENT', '{"argument": "Prefer", "expected": "count=exact, or no count"}');
  end if;
end
$$;

-- Makes PostgREST call it, in this database, if there is no such function yet. Returns what it calls now.
create or replace function private.call_before_requests()
returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  present text;
begin
  select substr(setting, length('pgrst.db_pre_request=') + 1)
    into present
    from pg_catalog.pg_db_role_setting as kept
    join pg_catalog.pg_roles as role on role.oid = kept.setrole and role.rolname = 'authenticator'
    join pg_catalog.pg_database as here on here.datname = current_database() and kept.setdatabase in (0, here.oid)
   cross join lateral unnest(kept.setconfig) as setting
   where setting like 'pgrst.db_pre_request=_%'
   order by kept.setdatabase desc
   limit 1;
  if present is null then
    execute format(
      'alter role authenticator in database %I set pgrst.db_pre_request = %L', current_database(), 'private.refuse_estimates'
    );
    perform pg_notify('pgrst', 'reload config');
    present := 'private.refuse_estimates';
  end if;
  return present;
end
$$;

do $requests$
declare
  called text;
begin
  called := private.call_before_requests();
  if called <> 'private.refuse_estimates' then
    raise notice 'PostgREST calls % before each request: let it call private.refuse_estimates() too (docs/upgrading.md)', called;
  end if;
exception
  when insufficient_privilege or undefined_object then
    raise warning 'PostgREST does not refuse estimates: set pgrst.db_pre_request to private.refuse_estimates (docs/upgrading.md)';
end
$requests$;

-- Every function of the schema private, closed to everybody; grants.sql, which follows, says who may call which. By
-- name, because a project may have functions of its own in a schema of that name, and policies that call them.
-- Written by `make generate`.

revoke all on function
private.accept_version(uuid, text, uuid, uuid), private.am_reviewer(),
private.ambiguous_category_faults(jsonb, numeric, numeric), private.answer_of_completion(uuid, text, bigint),
private.answer_of_move(uuid), private.apply_drafts(uuid[], jsonb[], text[]),
private.apply_effects(text, jsonb, bigint[], uuid[], timestamptz), private.apply_markdown(uuid[], uuid[], jsonb[]),
private.apply_requests(uuid[], uuid[], jsonb[]), private.apply_review(),
private.apply_unit(text, uuid[], uuid[], jsonb[], timestamptz),
private.apply_upload(uuid, uuid, jsonb, jsonb, boolean, text), private.apply_uploads(uuid[], uuid[], jsonb[]),
private.are_new_drafts(uuid[], uuid[]), private.ask_for_review(public.custom_assessments),
private.asked_categories(jsonb), private.asked_definition(public.assessment_versions), private.asked_dimensions(jsonb),
private.asks_the_same(public.listing_requests, public.listing_requests), private.assessment_statuses(),
private.assessment_types(), private.assessment_with_content(uuid, bytea), private.attached_marks(),
private.backfill_assessments(uuid[]), private.backfill_begun(uuid[]), private.backfill_choices(text, uuid[]),
private.backfill_results(uuid[]), private.backfill_rows(text, uuid[]), private.band_key(text),
private.band_reach(jsonb, numeric, numeric), private.basis_of_result(uuid, text, uuid, uuid, uuid),
private.begin_session(text, uuid, uuid, uuid, uuid, uuid), private.begin_talk(uuid), private.blanks(),
private.bounded_diagnostics(jsonb), private.bring_over_choices_of(uuid),
private.bring_over_session(text, uuid, uuid, uuid[]), private.call_before_requests(),
private.campaigns_can_lose_their_creator(), private.can_make_version(uuid, uuid),
private.categories_faults(jsonb, text[], text[], numeric, numeric),
private.category_faults(jsonb, text, text[], numeric, numeric),
private.category_standings(jsonb, numeric, text[], numeric[]), private.change_classes(),
private.changes_between(jsonb, jsonb), private.changes_of_versions(uuid, uuid),
private.check_agent_session_assessment(), private.check_asking(), private.check_assessment_content(),
private.check_choice(uuid, uuid, integer), private.check_completion(uuid, text, jsonb, jsonb, timestamptz, jsonb),
private.check_display_name(), private.check_equivalence(), private.check_handed_in(jsonb, jsonb),
private.check_held_choices(uuid[], uuid[], integer[]), private.check_job_kind(), private.check_move(uuid, uuid, jsonb),
private.check_refuses(regclass, text, text, text), private.check_returned_ids(uuid, jsonb, jsonb),
private.check_session_assessment(), private.check_session_status(), private.check_shape_of_runs(uuid, jsonb),
private.check_style(text, uuid, uuid, uuid), private.check_tenant_settings(), private.check_turns(uuid, jsonb, text[]),
private.checked_runs(uuid, jsonb, jsonb, jsonb), private.choose_assessment(uuid, uuid, boolean),
private.choose_jobs(integer), private.claim_jobs(text, integer, integer, text),
private.claim_slug(uuid, uuid, uuid, text, text), private.class_of_change(jsonb, jsonb), private.clean_quotes(jsonb),
private.clean_run(jsonb, jsonb), private.close_requests(public.custom_assessments),
private.column_refuses_custom(regclass, smallint),
private.column_values(text, text, text, text, integer, boolean, text), private.columns_of(jsonb),
private.columns_with_links(), private.combined_runs(jsonb, jsonb), private.compared_dimensions(uuid, jsonb, jsonb),
private.complete_session(), private.content_categories(jsonb, text[], text[]),
private.content_dimensions(jsonb, text[], text[], jsonb),
private.content_hash(text, jsonb, text, text, text, integer, boolean, text), private.content_of(jsonb, jsonb),
private.content_of_assessment(public.custom_assessments), private.content_of_version(public.assessment_versions),
private.content_parts(jsonb), private.content_to_copy(uuid, uuid), private.copies_without_version(uuid[]),
private.count_runs(uuid, uuid, text), private.count_use(), private.coverage_of(jsonb, jsonb), private.dashes(),
private.date_assessment_content(), private.decision_about(uuid), private.decisions(),
private.definition_bounds_faults(jsonb), private.definition_faults(jsonb), private.definition_of_version(uuid),
private.definition_shape_faults(jsonb), private.definition_size_faults(text), private.differences(jsonb, jsonb),
private.differing_items(text, jsonb, jsonb), private.differing_metadata(jsonb, jsonb),
private.differing_score_faults(jsonb, jsonb), private.differs_from_completion(uuid, text, bigint),
private.dimension_faults(jsonb, text), private.dimension_hashes(jsonb), private.dimension_ids(jsonb),
private.dimension_names(jsonb), private.dimensions_faults(jsonb, text[], numeric, numeric),
private.dimensions_of_turns(jsonb, uuid), private.disclosures(), private.drop_equivalences_of_former_tenant(),
private.drop_pins_of_sessions(), private.drop_pins_of_tenant(), private.drop_slugs_of_tenant(),
private.drop_transcripts(), private.drop_use_of_tenant(), private.empty_column(regclass, text, uuid[]),
private.empty_rows(regclass, uuid[], boolean), private.end_jobs_without_subject(),
private.end_session(uuid, text, text, timestamptz), private.ending_of_error(text, text),
private.enqueue(text, uuid[], uuid[], uuid[], integer[]), private.enqueue_due_markdown(integer),
private.enqueue_uploads(), private.enter_line(uuid), private.enter_my_lines(), private.erase_account_once(uuid),
private.erase_participants(uuid[], uuid), private.erase_session_once(uuid, text, uuid), private.erase_tenant_once(uuid),
private.erased_at(uuid, text, uuid), private.evidence_in_force(jsonb), private.evidence_rules(),
private.example_faults(jsonb, text[], text[], numeric, numeric), private.example_outcome_faults(jsonb),
private.exceeded_limits(uuid, text, integer), private.expire_run_words(integer), private.expire_words(integer),
private.explain_session(uuid, text, boolean), private.explained_dimensions(public.custom_assessment_results),
private.explanation_of(public.custom_assessment_results), private.export_session(uuid, text, boolean),
private.extend_rule(regclass, text, text), private.fault(text, text, text), private.fill_columns_from_metadata(),
private.filled_definition(jsonb), private.final_diagnostics(private.judged_job), private.find_talk(uuid),
private.finish_jobs(text, jsonb, timestamptz), private.fold_name(text), private.fold_use(uuid, text),
private.folded_names(jsonb), private.folded_text(text), private.forget_session(uuid, text, boolean),
private.former_campaign_ids(), private.former_tenant_ids(), private.free_id(text, text[]),
private.guard_assessment_authority(), private.guard_equivalences(), private.guard_reviews(), private.guard_versions(),
private.guidelines_faults(jsonb, text[]), private.hand_over(uuid, text, uuid, uuid), private.hand_over_assessments(),
private.hand_over_used_assessments(uuid), private.has_used(uuid, uuid),
private.has_written_markdown(public.custom_assessments), private.hash_of(jsonb),
private.hash_of_completion(jsonb, jsonb, jsonb, jsonb, boolean),
private.hash_of_written(public.custom_assessments, text), private.held_of_session(uuid, text, uuid),
private.highest_score(), private.hold_assessments(uuid[]), private.hold_campaign_pin(uuid, uuid, uuid),
private.hold_changed_agent_choices(), private.hold_changed_choices(), private.hold_completion(uuid, text),
private.hold_heirs(uuid), private.hold_job_of_upload(), private.hold_jobs(bigint[]), private.hold_jobs_of_tenant(),
private.hold_new_agent_choices(), private.hold_new_choices(), private.hold_owners(jsonb, timestamptz),
private.hold_rows_of_account(uuid), private.hold_rows_of_deleted_tenant(), private.hold_rows_of_tenant(uuid),
private.hold_session(uuid, text), private.hold_session_to_erase(uuid, text, uuid),
private.hold_session_to_write(uuid, text), private.hold_talk(uuid), private.hold_tenant(uuid, uuid[], boolean),
private.hold_transcript(text, uuid, uuid, uuid, uuid), private.hold_turns(uuid, text),
private.holders_of_session(uuid, text, boolean),
private.holds_replacement(public.custom_assessments, public.custom_assessments),
private.how_links_are_read(oid, name, text), private.hyphens(), private.id_faults(jsonb, text[]),
private.id_of_name(text), private.ids_by_name(jsonb), private.inactive_tenant_ids(), private.inner_words(text),
private.interview_styles(), private.is_authors_fault(text), private.is_cleared_by_deletion(uuid, uuid, uuid, uuid),
private.is_higher_version(text, text), private.is_inactive(uuid), private.is_language(text),
private.is_long_quote(text), private.is_normal(text), private.is_number_pair(jsonb),
private.is_older_version(uuid, uuid), private.is_own(uuid, uuid), private.is_pin_of(private.pins, uuid, uuid, uuid),
private.is_prunable(public.assessment_versions), private.is_repetitive(text), private.is_scored(uuid, text),
private.is_session_of(uuid, text, uuid), private.is_share(jsonb),
private.is_superseded(public.custom_assessments, public.assessment_uploads), private.is_tenants_statement(),
private.is_transcript_of(private.transcripts, uuid, uuid, uuid), private.is_turn_number(jsonb),
private.is_unclean_name(text), private.is_version(text), private.is_version_used(uuid), private.is_withdrawn(uuid),
private.jobs_of_kept_requests(timestamptz), private.jobs_of_request(text, text),
private.jobs_with_effects(text, jsonb, bigint[]),
private.judge_completion(uuid, jsonb, jsonb, jsonb, jsonb, boolean, bigint),
private.judge_jobs(text, jsonb, bigint[], integer[], text[], text[], integer[], bigint[], bigint[], jsonb[]),
private.judged_item(text, jsonb), private.judged_runs(uuid, jsonb, jsonb, jsonb),
private.judged_scores(jsonb, jsonb, jsonb), private.keep_asked_definition(uuid, jsonb),
private.keep_assessment_history(), private.keep_assessment_in_use(), private.keep_assessment_version(),
private.keep_assessment_with_completions(), private.keep_assessment_with_results(), private.keep_listing(),
private.keep_named_column(), private.keep_named_definition(), private.keep_runs(), private.keep_tenant_with_results(),
private.keep_turns(text, uuid, uuid, uuid, uuid, uuid, jsonb, boolean), private.largest_runs(), private.largest_text(),
private.least_coverage(jsonb), private.least_version(text, text), private.length_of(public.custom_assessments),
private.limit_added(), private.limit_changed(), private.limit_row(), private.limit_versions(), private.link_readers(),
private.list_assessments_of_tenant(), private.listed_name(text, text), private.literal_place(text, text),
private.load_jobs(text, bigint[], integer[], integer[], uuid[]),
private.load_markdown(bigint[], integer[], integer[], uuid[]),
private.load_requests(bigint[], integer[], integer[], uuid[]),
private.load_uploads(bigint[], integer[], integer[], uuid[]), private.located_quotes(jsonb, jsonb),
private.lock_for_markdown(uuid, uuid[]), private.lock_for_requests(uuid, uuid[]),
private.lock_for_uploads(uuid, uuid[]), private.lock_host_tables(text, text[]),
private.lock_pin(text, uuid, uuid, uuid, uuid), private.lock_slug(uuid, text), private.longest_name(),
private.longest_quote(), private.longest_rationale(), private.longest_turn(), private.margin_of(jsonb, jsonb),
private.markdown_basis(public.custom_assessments), private.marketplace_statuses(), private.markup_fault(text),
private.matching_category(jsonb, numeric, text[], numeric[]),
private.may_move_listing(public.custom_assessments, public.custom_assessments), private.may_use(uuid, uuid),
private.measured_part(jsonb), private.metadata_columns(), private.metadata_defaults(), private.metadata_faults(jsonb),
private.most_categories(), private.most_decimal_places(), private.most_dimensions(), private.most_errors(),
private.most_quotes(), private.most_runs(), private.most_turns(), private.move_campaign(uuid, boolean),
private.move_session(uuid, text, boolean), private.my_tenant_ids(), private.my_version_ids(),
private.name_faults(text, text[], text, text), private.name_key(jsonb), private.name_versions(uuid[]),
private.names_of(jsonb), private.names_the_caller(text), private.needs_version(text, text),
private.newest_version(uuid), private.next_claim_in_ms(), private.next_numbered_slug(uuid, uuid, text),
private.next_rank(uuid, bigint), private.next_ranks(uuid[]), private.note_change(), private.note_changed_choices(),
private.note_changed_conversations(), private.note_choices(text, uuid[], uuid[], uuid[], boolean),
private.note_conversations(uuid[], uuid[], uuid[], uuid[], boolean), private.note_former_owner(),
private.note_markdown_due(), private.note_new_choices(), private.note_new_conversations(),
private.note_result_creator(), private.note_uses(uuid, uuid[]), private.note_versions_of_pin(),
private.notice(uuid, text), private.number_of_change(uuid, text, text, text), private.object_at(jsonb, text[]),
private.one_of(text[]), private.open_uploads(uuid), private.overall_of(numeric[], numeric[]), private.path_step(text),
private.personal_columns(regclass), private.pin_campaign(uuid, uuid, uuid),
private.pin_of_session(text, uuid, uuid, uuid, uuid), private.place_of(text, text, boolean), private.plain_marks(text),
private.policies_on_reading(oid, text, integer), private.policy_is_open(oid, text, integer),
private.previewed(uuid, jsonb), private.price_tiers(), private.primary_average(jsonb, numeric, text[], numeric[]),
private.primary_ids(jsonb, text[], text[]), private.progress_of(text, uuid, uuid, uuid, uuid),
private.prunable_versions(integer), private.prune_pins(integer), private.prune_transcripts(integer),
private.prune_versions(integer), private.questions_by_name(jsonb), private.queue_front(),
private.quote_faults(jsonb, text, integer), private.range_precision(jsonb), private.rater_faults(jsonb, text),
private.rater_kinds(), private.read_scores(jsonb, text[], text[], numeric, numeric), private.readable_version(uuid),
private.reads_everything(oid, text, integer), private.recomputed_result(public.custom_assessment_results, jsonb),
private.record_former_listing(uuid), private.recount_use(), private.reference_list_faults(jsonb, text, text[]),
private.refresh_listings(uuid[]), private.refuse(text, jsonb), private.refuse_contradictions(text[]),
private.refuse_ended(uuid, text), private.refuse_erased(uuid, text, uuid), private.refuse_estimates(),
private.refuse_exceeded(uuid, text, integer, text), private.refuse_inactive(uuid),
private.refuse_insufficient(uuid, jsonb, numeric, text[], jsonb),
private.refuse_long_transcript(uuid, integer, integer), private.refuse_result_update(),
private.refuse_scores(uuid, jsonb, jsonb), private.refuse_unknown_turns(uuid, jsonb, jsonb),
private.refuse_upload_change(), private.refuse_withdrawn(uuid, uuid, uuid, uuid),
private.refused_diagnostics(text, jsonb), private.remove_transcript(uuid, text, uuid),
private.repeated_example_faults(jsonb, text[]), private.repeated_names(bigint[], text[], text[]),
private.replace_assessment(public.custom_assessments, public.custom_assessments, uuid),
private.replace_link(uuid, text, boolean), private.replacement_diagnostic(text, text, jsonb),
private.replacement_fault(public.custom_assessments, public.assessment_uploads, public.custom_assessments, boolean),
private.replacement_of(public.custom_assessments, public.assessment_uploads, jsonb, boolean),
private.request_of(public.custom_assessments), private.require_definition(jsonb),
private.restated(uuid, jsonb, integer), private.restated_differences(uuid, jsonb, jsonb), private.result_tenant_ids(),
private.retry_delay(integer), private.rubric_faults(jsonb, text, numeric, numeric),
private.rubrics_faults(jsonb, numeric, numeric), private.rules_against_custom(), private.run_backfill(),
private.run_faults(jsonb, text, jsonb), private.run_item_faults(jsonb, text, jsonb), private.run_rules(jsonb),
private.run_text_faults(jsonb, text, integer, boolean, boolean), private.run_words_due(integer),
private.runs_kept(text, uuid, uuid, uuid, uuid), private.runs_of_result(uuid, jsonb), private.scale_in_force(jsonb),
private.scale_of(jsonb), private.score_assessment(jsonb, jsonb), private.scored_dimensions(jsonb),
private.scored_item_faults(jsonb, text, jsonb, jsonb), private.scoring_of(jsonb),
private.searched_turns(text[], boolean[]), private.separators(), private.session_facts(uuid, text),
private.session_kind(text), private.session_of_link(text), private.session_type(text), private.session_types(),
private.session_version(text, uuid, uuid, uuid, uuid), private.sessions_under_way(uuid), private.set_assessment_slug(),
private.set_campaign_creator(), private.setting(text), private.settle_jobs(private.judged_job[]),
private.settle_markdown(private.judged_job[]), private.settle_requests(private.judged_job[]),
private.settle_subjects(private.judged_job[]), private.settle_uploads(private.judged_job[]),
private.slug_is_taken(uuid, text, uuid), private.slug_of(text, integer),
private.sought_quotes(text[], text[], integer[], text[]), private.source_spans(text, boolean, integer[], integer[]),
private.source_types(), private.spaced_text(text), private.spaced_turns(text[]), private.speakers(),
private.spelled_dimensions(jsonb, text[], text[]), private.stability_of(jsonb, jsonb, text),
private.state_of_link(text), private.status_of_session(uuid, text), private.store_first_version(),
private.store_former_version(uuid, text, text, jsonb, timestamptz),
private.store_request(uuid, text, uuid, uuid, uuid, boolean, jsonb, timestamptz), private.store_runs(),
private.store_version(public.custom_assessments, jsonb, text, text),
private.stored_bytes(integer, integer, integer, integer), private.sum_of_counts(jsonb, jsonb),
private.take_back_jobs(bigint[]), private.take_listing(), private.take_review(),
private.take_rows(regclass, uuid[], text), private.take_snapshot(uuid),
private.take_transcript(text, uuid, uuid, uuid, uuid, uuid, jsonb), private.take_upload(),
private.talks_of_session(uuid, text, uuid), private.tenant_of_agent_session(uuid, uuid), private.tenant_owner(uuid),
private.tenants_of_session(uuid, text), private.text_faults(jsonb, text), private.text_list_faults(jsonb, text),
private.time_of(text), private.too_precise_fault(text), private.transcript_of(uuid, text, uuid),
private.transcript_source(text, uuid, uuid, uuid, uuid), private.transcripts_due(integer), private.tried_as(text, text),
private.trim_text(text), private.try_backfill_rows(text, uuid[]), private.turn_faults(jsonb, text, text[]),
private.turn_with(text, integer, text[], text, integer[], boolean),
private.turning_points(jsonb, numeric, text[], numeric[]), private.turns_of_session(text, uuid, uuid, uuid, uuid),
private.unclean_name_faults(jsonb, text[]), private.unknown_names(text[], text[]), private.unscored_reasons(),
private.unseen_controls(), private.unspaced_letters(), private.upload_diagnostic(text, jsonb),
private.users_of_assessment(uuid), private.version_before_upgrade(uuid), private.version_in_force(uuid, uuid),
private.version_in_use(text, uuid, uuid, uuid, uuid, uuid), private.version_of_scores(uuid, text, uuid, uuid),
private.version_to_choose(uuid, uuid, boolean), private.version_to_move_to(uuid, uuid),
private.version_to_use(text, uuid, uuid, uuid, uuid, uuid), private.votes_on(uuid, text),
private.was_in_use(public.custom_assessments), private.weight_tolerance(), private.weighted_sums(numeric[], numeric[]),
private.weights_faults(jsonb), private.whole_definition(public.custom_assessments), private.whole_turns(text[]),
private.wide_letters(), private.with_campaigns_left(jsonb, uuid[]),
private.with_definition(public.assessment_versions, jsonb), private.with_metadata(jsonb, text[], jsonb),
private.with_paths(jsonb), private.without_accents(text), private.without_common_parts(jsonb, jsonb),
private.word_lengths(text, boolean), private.wordless_runs(jsonb), private.write_result()
from public, anon, authenticated, service_role;
