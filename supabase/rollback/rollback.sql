-- Removes custom assessments from a project. Not a migration: the Supabase CLI does not run this file.
--
--   psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -f supabase/rollback/rollback.sql     as role postgres, workers stopped
--
-- At the end it prints the remaining steps: the command that updates the Supabase CLI's migration history, and the files to
-- delete.
--
-- Everything runs in one transaction. It stops without changing anything if data would be lost that cannot be restored:
--
--   * a result exists (export the results, then delete them, or erase their tenants with erase_tenant);
--   * a campaign or coaching session has an assessment, or has the type custom on a host whose own rule did not allow that
--     type (give it another type, or delete it).
--
-- It deletes the assessments, their versions and Markdown, the uploads, the queue, the marketplace listings and tenants'
-- settings. Keep a dump of public.custom_assessments and public.tenant_settings if you may need them again.
--
-- The host's own rules for the types of campaigns and coaching sessions and for the status of sessions are restored exactly,
-- except for a rule that the host has changed since. Where sessions have a status that the rule refuses, it is not validated.
--
-- On the platform's five tables it keeps: all rows; the tables themselves, even if a migration created them; the columns and
-- indexes that the migrations added, except for those of custom assessments; the revocation of TRUNCATE and similar privileges;
-- security_invoker on a view campaign_assignments; that columns with names, addresses and links have no statistics. It also
-- keeps one setting of the project: functions that postgres creates are not executable by everyone. To undo that:
-- alter default privileges grant execute on functions to public;

begin;

-- ---------------------------------------------------------------------------------------------------------------------
-- Refusals first. The locks prevent results and sessions from being written meanwhile.
-- ---------------------------------------------------------------------------------------------------------------------

lock table public.custom_assessment_results, public.custom_assessments, public.campaigns, public.coaching_sessions
in access exclusive mode;

do $refusals$
declare
  amount bigint;
begin
  select count(*) into amount from public.custom_assessment_results;
  if amount > 0 then
    raise exception 'there are % results, which a rollback would delete', amount
      using hint = 'Export and delete them first, or erase their tenants with erase_tenant. Nothing was changed.';
  end if;
  select
    (
      select count(*) from public.campaigns as campaign
      where campaign.custom_assessment_id is not null
        or (campaign.assessment_type = 'custom' and exists (
          select from private.extended_rules where host_table = 'public.campaigns' and former is not null
        ))
    )
    + (
      select count(*) from public.coaching_sessions as session
      where session.custom_assessment_id is not null
        or (session.assessment_type = 'custom' and exists (
          select from private.extended_rules where host_table = 'public.coaching_sessions' and former is not null
        ))
    )
    into amount;
  if amount > 0 then
    raise exception '% campaigns and coaching sessions have the type custom, which the rollback removes', amount
      using hint = 'Give them another type or delete them first. Nothing was changed.';
  end if;
end
$refusals$;

-- ---------------------------------------------------------------------------------------------------------------------
-- The host's tables
-- ---------------------------------------------------------------------------------------------------------------------

-- With their triggers and policies, on a view that has none too.
drop function if exists
private.check_agent_session_assessment(), private.check_display_name(), private.check_session_assessment(),
private.check_session_status(), private.drop_pins_of_sessions(), private.drop_pins_of_tenant(),
private.drop_slugs_of_tenant(), private.drop_transcripts(), private.drop_use_of_tenant(),
private.former_campaign_ids(), private.former_tenant_ids(), private.hold_changed_agent_choices(),
private.hold_changed_choices(), private.hold_jobs_of_tenant(), private.hold_new_agent_choices(),
private.hold_new_choices(), private.keep_tenant_with_results(), private.list_assessments_of_tenant(),
private.note_change(), private.note_former_owner(), private.set_campaign_creator() cascade;
drop trigger if exists note_new_choices_of_clients on public.campaigns;
drop trigger if exists note_new_choices_of_trusted on public.campaigns;
drop trigger if exists note_changed_choices_of_clients on public.campaigns;
drop trigger if exists note_changed_choices_of_trusted on public.campaigns;
drop trigger if exists note_new_choices_of_clients on public.coaching_sessions;
drop trigger if exists note_new_choices_of_trusted on public.coaching_sessions;
drop trigger if exists note_changed_choices_of_clients on public.coaching_sessions;
drop trigger if exists note_changed_choices_of_trusted on public.coaching_sessions;
drop trigger if exists note_new_conversations_of_clients on public.agent_sessions;
drop trigger if exists note_new_conversations_of_trusted on public.agent_sessions;
drop trigger if exists note_changed_conversations_of_clients on public.agent_sessions;
drop trigger if exists note_changed_conversations_of_trusted on public.agent_sessions;
drop trigger if exists hold_rows_of_tenant on public.tenant_profiles;
drop trigger if exists tenant_0_line on public.tenant_profiles;

-- PostgREST must not call a function that is gone.
do $requests$
begin
  if exists (
    select from pg_catalog.pg_db_role_setting as kept
     where kept.setdatabase = (select oid from pg_catalog.pg_database where datname = current_database())
       and 'pgrst.db_pre_request=private.refuse_estimates' = any (kept.setconfig)
  ) then
    execute format('alter role authenticator in database %I reset pgrst.db_pre_request', current_database());
    perform pg_notify('pgrst', 'reload config');
  end if;
  if to_regclass('realtime.messages') is not null then
    drop policy if exists "Owners hear of their tenants" on realtime.messages;
  end if;
end
$requests$;
drop view if exists public.session_versions, public.effective_results;

-- Columns take their constraints and indexes with them.
alter table public.campaigns
drop column if exists custom_assessment_id,
drop column if exists interview_style_override;

alter table public.coaching_sessions
drop column if exists custom_assessment_id,
drop column if exists interview_style_override;

alter table public.agent_sessions
drop column if exists custom_assessment_id;

-- The host's own rules. The text that Postgres prints for a CHECK does not always produce the same CHECK: where an array of
-- varchar is cast to text[], Postgres casts each element instead, unless the array has its own cast first.
do $rules$
declare
  rule record;
  former text;
  remark text;
begin
  for rule in
    select kept.host_table::regclass as host_table, kept.name, kept.former,
           replace(pg_get_constraintdef(present.oid), ' NOT VALID', '') <> replace(kept.extended, ' NOT VALID', '') as changed,
           obj_description(present.oid, 'pg_constraint') as remark
      from private.extended_rules as kept
      join pg_catalog.pg_constraint as present
        on present.conrelid = to_regclass(kept.host_table) and present.conname = kept.name
  loop
    if rule.changed then
      raise notice 'the constraint % of % was changed after the migrations extended it, and is kept as it is', rule.name, rule.host_table;
      continue;
    end if;
    remark := rule.remark;
    execute format('alter table %s drop constraint %I', rule.host_table, rule.name);
    continue when rule.former is null;
    foreach former in array array[
      rule.former, regexp_replace(
        rule.former, '\(ARRAY\[((?:[^]'']|''[^'']*'')*)\]\)::text\[\]', '((ARRAY[\1])::varchar[])::text[]', 'g'
      )
    ] loop
      begin
        execute format(
          'alter table %1$s drop constraint if exists %2$I, add constraint %2$I %3$s', rule.host_table, rule.name, former
        );
      exception when check_violation then
        -- Sessions that were cancelled or withdrawn keep that status.
        execute format(
          'alter table %1$s drop constraint if exists %2$I, add constraint %2$I %3$s not valid',
          rule.host_table, rule.name, former
        );
      end;
      exit when rule.former = (
        select pg_get_constraintdef(oid) from pg_catalog.pg_constraint where conrelid = rule.host_table and conname = rule.name
      );
    end loop;
    if remark is not null then
      execute format('comment on constraint %I on %s is %L', rule.name, rule.host_table, remark);
    end if;
  end loop;
end
$rules$;

-- ---------------------------------------------------------------------------------------------------------------------
-- Views, tables, functions
-- ---------------------------------------------------------------------------------------------------------------------

drop view if exists public.marketplace_listings;
drop view if exists public.job_queue;

do $functions$
declare
  found record;
begin
  -- The functions that clients call, before the tables whose row types they might name.
  for found in
    select oid::regprocedure as signature
    from pg_catalog.pg_proc
    where
      pronamespace = 'public'::regnamespace
      and proname in (
        -- Functions of public, written by `make generate`.
        'backfill_versions', 'check_definition', 'check_evidence', 'complete_assessment_session', 'copy_assessment',
        'correct_turn', 'create_tenant', 'custom_assessments_version', 'declare_equivalent', 'erase_account',
        'erase_session', 'erase_tenant', 'exchange_jobs', 'explanation', 'extend_leases', 'interview_context',
        'list_reviewers', 'name_reviewer', 'preview_context', 'prune_jobs', 'queue_status', 'repin_campaign',
        'repin_session', 'retry_jobs', 'review_listing', 'review_result', 'rotate_session_link', 'save_progress',
        'save_run', 'scoring_schema', 'session_explanation', 'session_result', 'session_status', 'subject_export',
        'verify_result', 'version_changes', 'withdraw_session'
      )
  loop
    execute format('drop function %s', found.signature);
  end loop;

  -- Only postgres's own function goes from under Auth's table; `drop trigger` there is refused to it.
  drop function if exists private.hand_over_assessments() cascade;
end
$functions$;

-- Functions that take or return rows of the tables, before the tables.
do $functions$
declare
  found record;
begin
  for found in
    select proc.oid::regprocedure as signature
    from pg_catalog.pg_proc as proc
    where
      proc.pronamespace = 'private'::regnamespace
      and exists (
        select
        from unnest(proc.proargtypes::oid[] || proc.prorettype) as used (type)
        inner join pg_catalog.pg_type as type on type.oid = used.type
        inner join pg_catalog.pg_class as relation on relation.oid = type.typrelid
        where relation.oid in (
          to_regclass('public.assessment_uploads'), to_regclass('public.assessment_versions'),
          to_regclass('public.custom_assessment_results'), to_regclass('public.custom_assessments'),
          to_regclass('public.listing_requests'), to_regclass('private.pins'), to_regclass('private.transcripts')
        )
      )
  loop
    execute format('drop function %s', found.signature);
  end loop;
end
$functions$;

drop policy if exists "Owners read versions, reviewers what asks, all what is public" on public.assessment_versions;
drop table if exists
private.extended_rules, private.claims, private.refusals, private.settings, public.tenant_settings,
private.notice_texts, private.backfills, private.former_owners, private.former_versions, private.written_markdown,
private.change_rules, private.markdown_due, private.jobs, private.job_kinds, private.score_requests,
private.slug_series, private.tenant_use, private.result_creators, private.erased_sessions, private.reviewers,
private.listings_in_hand, public.assessment_uploads, public.result_reviews, public.score_items, public.score_runs,
public.custom_assessment_results, private.kept_runs,
public.equivalence_declarations, private.turns, private.transcripts, private.pins, private.asked_definitions,
private.version_uses, public.listing_review_notes, public.listing_reviews, public.listing_requests,
public.assessment_versions, private.listings, public.custom_assessments;

do $functions$
declare
  found record;
begin
  -- By name: a project may have a schema private with functions of its own.
  for found in
    select oid::regprocedure as signature
    from pg_catalog.pg_proc
    where
      pronamespace = 'private'::regnamespace
      and proname in (
        -- Functions of private, written by `make generate`.
        'accept_version', 'am_reviewer', 'ambiguous_category_faults', 'answer_of_completion', 'answer_of_move',
        'apply_drafts', 'apply_effects', 'apply_markdown', 'apply_requests', 'apply_review', 'apply_unit',
        'apply_upload', 'apply_uploads', 'are_new_drafts', 'are_plain_turns', 'ask_for_review', 'asked_categories',
        'asked_definition', 'asked_dimensions', 'asks_the_same', 'assessment_statuses', 'assessment_types',
        'assessment_with_content', 'attached_marks', 'backfill_assessments', 'backfill_begun', 'backfill_choices',
        'backfill_results', 'backfill_rows', 'band_key', 'band_reach', 'basis_of_result', 'begin_session', 'begin_talk',
        'blanks', 'bounded_diagnostics', 'bring_over_choices_of', 'bring_over_session', 'broadcast', 'broadcast_change',
        'call_before_requests', 'campaigns_can_lose_their_creator', 'can_make_version', 'categories_faults',
        'category_faults', 'category_standings', 'change_classes', 'changes_between', 'changes_of_versions',
        'check_agent_session_assessment', 'check_asking', 'check_assessment_content', 'check_choice',
        'check_completion', 'check_display_name', 'check_equivalence', 'check_handed_in', 'check_held_choices',
        'check_job_kind', 'check_move', 'check_refuses', 'check_returned_ids', 'check_review',
        'check_session_assessment', 'check_session_status', 'check_shape_of_runs', 'check_style',
        'check_tenant_settings', 'check_turns', 'checked_runs', 'choose_assessment', 'choose_jobs', 'claim_jobs',
        'claim_slug', 'class_of_change', 'clean_quotes', 'clean_run', 'close_requests', 'column_refuses_custom',
        'column_values', 'columns_of', 'columns_with_links', 'combined_runs', 'compared_dimensions', 'complete_session',
        'content_categories', 'content_dimensions', 'content_hash', 'content_of', 'content_of_assessment',
        'content_of_version', 'content_parts', 'content_to_copy', 'copies_without_version', 'corrected_outcome',
        'count_runs', 'count_use', 'coverage_of', 'dashes', 'date_assessment_content', 'decision_about', 'decisions',
        'definition_bounds_faults', 'definition_faults', 'definition_of_version', 'definition_shape_faults',
        'definition_size_faults', 'differences', 'differing_items', 'differing_metadata', 'differing_score_faults',
        'differs_from_completion', 'dimension_faults', 'dimension_hashes', 'dimension_ids', 'dimension_names',
        'dimensions_faults', 'dimensions_of_transcript', 'dimensions_of_version', 'disclosures',
        'drop_equivalences_of_former_tenant', 'drop_pins_of_sessions', 'drop_pins_of_tenant', 'drop_slugs_of_tenant',
        'drop_transcripts', 'drop_use_of_tenant', 'empty_column', 'empty_rows', 'end_jobs_without_subject',
        'end_session', 'ended_statuses', 'ending_of_error', 'enqueue', 'enqueue_due_markdown', 'enqueue_uploads',
        'enter_line', 'enter_my_lines', 'erase_account_once', 'erase_participants', 'erase_session_once',
        'erase_tenant_once', 'erased_at', 'evidence_in_force', 'evidence_rules', 'example_faults',
        'example_outcome_faults', 'exceeded_limits', 'expire_run_words', 'expire_words', 'explain_session',
        'explained_dimensions', 'explanation_of', 'export_session', 'extend_rule', 'fault',
        'fill_columns_from_metadata', 'filled_definition', 'final_diagnostics', 'find_talk', 'finish_jobs', 'fold_name',
        'fold_use', 'folded_names', 'folded_text', 'forget_session', 'former_campaign_ids', 'former_tenant_ids',
        'free_id', 'guard_assessment_authority', 'guard_equivalences', 'guard_reviews', 'guard_versions',
        'guidelines_faults', 'hand_over', 'hand_over_assessments', 'hand_over_used_assessments', 'has_used',
        'has_written_markdown', 'hash_of', 'hash_of_completion', 'hash_of_written', 'held_of_session', 'highest_score',
        'hold_assessments', 'hold_campaign_pin', 'hold_changed_agent_choices', 'hold_changed_choices',
        'hold_completion', 'hold_conversations', 'hold_heirs', 'hold_job_of_upload', 'hold_jobs', 'hold_jobs_of_tenant',
        'hold_new_agent_choices', 'hold_new_choices', 'hold_owners', 'hold_rows_of_account',
        'hold_rows_of_deleted_tenant', 'hold_rows_of_tenant', 'hold_session', 'hold_session_to_erase',
        'hold_session_to_write', 'hold_talk', 'hold_tenant', 'hold_transcript', 'hold_turns', 'holders_of_session',
        'holds_replacement', 'how_links_are_read', 'hyphens', 'id_faults', 'id_of_name', 'ids_by_name',
        'inactive_tenant_ids', 'inner_words', 'interview_styles', 'is_authors_fault', 'is_cleared_by_deletion',
        'is_higher_version', 'is_inactive', 'is_language', 'is_long_quote', 'is_normal', 'is_number_pair',
        'is_older_version', 'is_own', 'is_pin_of', 'is_prunable', 'is_repetitive', 'is_scored', 'is_session_of',
        'is_share', 'is_superseded', 'is_tenants_statement', 'is_transcript_of', 'is_turn_number', 'is_unclean_name',
        'is_version', 'is_version_used', 'is_withdrawn', 'is_withdrawn_for', 'jobs_of_kept_requests', 'jobs_of_request',
        'jobs_with_effects', 'judge_completion', 'judge_jobs', 'judged_item', 'judged_runs', 'judged_scores',
        'keep_asked_definition', 'keep_assessment_history', 'keep_assessment_in_use', 'keep_assessment_version',
        'keep_assessment_with_completions', 'keep_assessment_with_results', 'keep_listing', 'keep_named_column',
        'keep_named_definition', 'keep_result_review', 'keep_review', 'keep_runs', 'keep_tenant_with_results',
        'keep_turns', 'largest_runs', 'largest_text', 'least_coverage', 'least_version', 'length_of', 'limit_added',
        'limit_changed', 'limit_row', 'limit_versions', 'link_readers', 'list_assessments_of_tenant', 'listed_name',
        'literal_place', 'load_jobs', 'load_markdown', 'load_requests', 'load_uploads', 'located_quotes',
        'lock_for_markdown', 'lock_for_requests', 'lock_for_uploads', 'lock_host_tables', 'lock_pin', 'lock_slug',
        'longest_name', 'longest_quote', 'longest_rationale', 'longest_turn', 'margin_of', 'markdown_basis',
        'marketplace_statuses', 'markup_fault', 'matching_category', 'may_move_listing', 'may_use', 'measured_part',
        'metadata_columns', 'metadata_defaults', 'metadata_faults', 'most_categories', 'most_decimal_places',
        'most_dimensions', 'most_errors', 'most_quotes', 'most_runs', 'most_turns', 'move_campaign', 'move_session',
        'my_tenant_ids', 'my_version_ids', 'name_faults', 'name_key', 'name_versions', 'names_of', 'names_the_caller',
        'needs_version', 'new_turns', 'newest_version', 'next_claim_in_ms', 'next_numbered_slug', 'next_rank',
        'next_ranks', 'note_change', 'note_changed_choices', 'note_changed_conversations', 'note_choices',
        'note_conversations', 'note_former_owner', 'note_markdown_due', 'note_new_choices', 'note_new_conversations',
        'note_result_creator', 'note_uses', 'note_versions_of_pin', 'notice', 'number_of_change', 'object_at', 'one_of',
        'open_uploads', 'ordered_bands', 'overall_of', 'path_step', 'personal_columns', 'pin_campaign',
        'pin_of_session', 'place_of', 'plain_marks', 'policies_on_reading', 'policy_is_open', 'previewed',
        'price_tiers', 'primary_average', 'primary_ids', 'progress_of', 'prunable_versions', 'prune_pins',
        'prune_transcripts', 'prune_versions', 'questions_by_name', 'queue_front', 'quote_faults', 'range_precision',
        'rater_faults', 'rater_kinds', 'read_scores', 'readable_version', 'reads_everything', 'recomputed_result',
        'record_former_listing', 'recount_use', 'reference_list_faults', 'refresh_listings', 'refuse',
        'refuse_contradictions', 'refuse_ended', 'refuse_erased', 'refuse_estimates', 'refuse_exceeded',
        'refuse_inactive', 'refuse_insufficient', 'refuse_long_transcript', 'refuse_result_update', 'refuse_scores',
        'refuse_unknown_turns', 'refuse_upload_change', 'refuse_withdrawn', 'refuse_words_again', 'refused_diagnostics',
        'remove_transcript', 'repeated_example_faults', 'repeated_names', 'replace_assessment', 'replace_link',
        'replacement_diagnostic', 'replacement_fault', 'replacement_of', 'request_of', 'requested_version_ids',
        'require_definition', 'restated', 'restated_differences', 'result_in_force', 'result_tenant_ids', 'retry_delay',
        'review_decisions', 'review_differences', 'rubric_faults', 'rubrics_faults', 'rules_against_custom',
        'run_backfill', 'run_faults', 'run_item_faults', 'run_rules', 'run_text_faults', 'run_words_due', 'runs_kept',
        'runs_of_result', 'scale_in_force', 'scale_of', 'score_assessment', 'scored_dimensions', 'scored_item_faults',
        'scoring_of', 'searched_turns', 'separators', 'session_facts', 'session_kind', 'session_of_link',
        'session_type', 'session_types', 'session_version', 'sessions_under_way', 'set_assessment_slug',
        'set_campaign_creator', 'setting', 'settle_jobs', 'settle_markdown', 'settle_requests', 'settle_subjects',
        'settle_uploads', 'slug_is_taken', 'slug_of', 'sought_quotes', 'source_spans', 'source_types', 'spaced_text',
        'spaced_turns', 'speakers', 'spelled_dimensions', 'stability_of', 'state_of_link', 'status_of_session',
        'store_first_version', 'store_former_version', 'store_request', 'store_runs', 'store_version', 'stored_bytes',
        'sum_of_counts', 'take_back_jobs', 'take_listing', 'take_review', 'take_rows', 'take_snapshot',
        'take_transcript', 'take_upload', 'talks_of_session', 'template_version_ids', 'tenant_of_agent_session',
        'tenant_owner', 'tenants_of_session', 'text_faults', 'text_list_faults', 'time_of', 'too_precise_fault',
        'transcript_of', 'transcript_source', 'transcripts_due', 'tried_as', 'trim_text', 'try_backfill_rows',
        'turn_faults', 'turn_with', 'turning_points', 'turns_of_session', 'unclean_name_faults', 'unknown_names',
        'unscored_reasons', 'unseen_controls', 'unspaced_letters', 'upload_diagnostic', 'users_of_assessment',
        'version', 'version_before_upgrade', 'version_in_force', 'version_in_use', 'version_of_scores',
        'version_to_choose', 'version_to_move_to', 'version_to_use', 'votes_on', 'was_in_use', 'weight_tolerance',
        'weighted_sums', 'weights_faults', 'whole_definition', 'whole_turns', 'wide_letters', 'with_campaigns_left',
        'with_definition', 'with_metadata', 'with_paths', 'without_accents', 'without_common_parts', 'word_lengths',
        'wordless_runs', 'write_result'
      )
  loop
    execute format('drop function %s', found.signature);
  end loop;

  drop type if exists private.judged_job;

  -- Drop the schema if nothing else is in it.
  if not exists (select from pg_catalog.pg_class where relnamespace = 'private'::regnamespace)
    and not exists (select from pg_catalog.pg_proc where pronamespace = 'private'::regnamespace)
    and not exists (select from pg_catalog.pg_type where typnamespace = 'private'::regnamespace) then
    -- This also removes what `alter default privileges in schema private` set, and nothing else.
    drop schema private;
  end if;
end
$functions$;

-- The host's copies of the migrations have their own timestamps. Their first lines identify them in the CLI's history.
do $next$
declare
  versions text;
  files text;
begin
  if to_regclass('supabase_migrations.schema_migrations') is null then
    return;
  end if;
  -- The condition is the head of a migration, which worker/release.py writes and reads.
  execute $query$
    select string_agg(version, ' ' order by version), string_agg(format('  %s_%s.sql', version, name), e'\n' order by version)
      from supabase_migrations.schema_migrations
     where statements[1] ~ '^-- custom-assessments [0-9.]+ [a-z0-9_]+ sha256:'
  $query$ into versions, files;
  if versions is not null then
    raise notice using message = format(
      e'Custom assessments were removed from this database. Now run, in the project''s folder:\n'
      '  supabase migration repair --status reverted %s\n'
      'and delete these files from supabase/migrations, or the next push will apply them again:\n%s',
      versions, files
    );
  end if;
end
$next$;

commit;
