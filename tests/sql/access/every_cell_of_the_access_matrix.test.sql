-- Permissions, cell by cell: every table and view, every verb, every column, for every kind of caller. matrix.psql defines
-- the cells and the seven callers: anon, stranger, owner, other, creator, reviewer, service. The expected cells were written by hand
-- from the access rules; a table or view without cells fails the last tests.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../sessions.psql
\ir matrix.psql
\ir world.psql

create table tests.expected (object text, verb text, answers text, columns text);
insert into tests.expected values
(
  'agent_sessions', 'select', '42501 - yes - yes - yes',
  'id stakeholder_session_id coaching_session_id agent_type session_context created_at updated_at '
  || 'custom_assessment_id'
),
(
  'agent_sessions', 'insert', '42501 42501 42501 42501 42501 42501 yes',
  'id stakeholder_session_id coaching_session_id agent_type session_context created_at updated_at '
  || 'custom_assessment_id'
),
(
  'agent_sessions', 'update', '42501 42501 42501 42501 42501 42501 yes',
  'id stakeholder_session_id coaching_session_id agent_type session_context created_at updated_at '
  || 'custom_assessment_id'
),
(
  'agent_sessions', 'delete', '42501 42501 42501 42501 42501 42501 yes',
  ''
),
(
  'agent_sessions', 'truncate', '42501 42501 42501 42501 42501 42501 42501',
  ''
),
(
  'assessment_uploads', 'select', '42501 - yes - - - yes',
  'id tenant_id created_by source_markdown source_definition assessment_id dry_run status diagnostics definition attempts '
  || 'created_at started_at finished_at'
),
(
  'assessment_uploads', 'insert', '42501 42501 42501 42501 42501 42501 yes',
  'id created_by source_definition status diagnostics attempts created_at started_at finished_at'
),
(
  'assessment_uploads', 'insert', '42501 42501 yes 42501 42501 42501 yes',
  'tenant_id source_markdown assessment_id dry_run definition'
),
(
  'assessment_uploads', 'update', '42501 42501 42501 42501 42501 42501 42501',
  'id created_by assessment_id status diagnostics definition attempts created_at started_at finished_at'
),
(
  'assessment_uploads', 'update', '42501 42501 42501 42501 42501 42501 PT409',
  'tenant_id source_markdown source_definition dry_run'
),
(
  'assessment_uploads', 'delete', '42501 - yes - - - yes',
  ''
),
(
  'assessment_uploads', 'truncate', '42501 42501 42501 42501 42501 42501 42501',
  ''
),
(
  'assessment_versions', 'select', '- - yes - - - yes',
  'id assessment_id tenant_id version revision name description definition assessment_type '
  || 'interview_style_default interview_style_allow_override result_disclosure source_markdown definition_sha256 '
  || 'scoring_sha256 dimension_hashes change_class created_by created_at'
),
(
  'assessment_versions', 'insert', '42501 42501 42501 42501 42501 42501 42501',
  'id assessment_id tenant_id version revision name description definition assessment_type '
  || 'interview_style_default interview_style_allow_override result_disclosure source_markdown definition_sha256 '
  || 'scoring_sha256 dimension_hashes change_class created_by created_at'
),
(
  'assessment_versions', 'update', '42501 42501 42501 42501 42501 42501 42501',
  'id assessment_id tenant_id version revision name description definition assessment_type '
  || 'interview_style_default interview_style_allow_override result_disclosure source_markdown definition_sha256 '
  || 'scoring_sha256 dimension_hashes change_class created_by created_at'
),
(
  'assessment_versions', 'delete', '42501 42501 42501 42501 42501 42501 PT409',
  ''
),
(
  'assessment_versions', 'truncate', '42501 42501 42501 42501 42501 42501 42501',
  ''
),
(
  'assessment_versions (asked for)', 'select', '- - yes - - yes yes',
  'id assessment_id tenant_id version revision name description definition assessment_type '
  || 'interview_style_default interview_style_allow_override result_disclosure source_markdown definition_sha256 '
  || 'scoring_sha256 dimension_hashes change_class created_by created_at'
),
(
  'assessment_versions (published)', 'select', 'yes yes yes yes yes yes yes',
  'id assessment_id tenant_id version revision name description definition assessment_type '
  || 'interview_style_default interview_style_allow_override result_disclosure source_markdown definition_sha256 '
  || 'scoring_sha256 dimension_hashes change_class created_by created_at'
),
(
  'effective_results', 'select', '42501 - yes - yes - yes',
  'id assessment_id session_id session_type tenant_id campaign_id campaign_created_by dimension_scores '
  || 'overall_score matched_category matched_category_data uncovered_dimensions ai_insights '
  || 'assessment_version assessment_definition_snapshot result_disclosure created_at completed_at assessment_version_id version_assumed '
  || 'transcript_source provenance coverage uncovered_reasons spread stability margin corrected'
),
(
  'equivalence_declarations', 'select', '42501 - yes - - - yes',
  'id assessment_id tenant_id dimension from_hash to_hash note created_at'
),
(
  'equivalence_declarations', 'insert', '42501 42501 42501 42501 42501 42501 42501',
  'id tenant_id created_at'
),
(
  'equivalence_declarations', 'insert', '42501 PT404 yes PT404 PT404 PT404 42501',
  'assessment_id dimension from_hash to_hash note'
),
(
  'equivalence_declarations', 'update', '42501 42501 42501 42501 42501 42501 42501',
  'id assessment_id tenant_id dimension from_hash to_hash note created_at'
),
(
  'equivalence_declarations', 'delete', '42501 42501 42501 42501 42501 42501 PT409',
  ''
),
(
  'equivalence_declarations', 'truncate', '42501 42501 42501 42501 42501 42501 42501',
  ''
),
(
  'campaign_assignments', 'select', '42501 - yes - yes - yes',
  'id campaign_id stakeholder_name stakeholder_email status access_token access_expires_at started_at '
  || 'completed_at created_at updated_at'
),
(
  'campaign_assignments', 'insert', '42501 42501 42501 42501 42501 42501 yes',
  'id access_token started_at completed_at created_at updated_at'
),
(
  'campaign_assignments', 'insert', '42501 42501 yes 42501 yes 42501 yes',
  'campaign_id stakeholder_name stakeholder_email status access_expires_at'
),
(
  'campaign_assignments', 'update', '42501 42501 42501 42501 42501 42501 yes',
  'id campaign_id access_token started_at completed_at created_at updated_at'
),
(
  'campaign_assignments', 'update', '42501 - yes - yes - yes',
  'stakeholder_name stakeholder_email status access_expires_at'
),
(
  'campaign_assignments', 'delete', '42501 - yes - yes - yes',
  ''
),
(
  'campaign_assignments', 'truncate', '42501 42501 42501 42501 42501 42501 42501',
  ''
),
(
  'campaigns', 'select', '42501 - yes - yes - yes',
  'id tenant_id created_by name status assessment_type created_at updated_at custom_assessment_id '
  || 'interview_style_override'
),
(
  'campaigns', 'insert', '42501 42501 42501 42501 42501 42501 yes',
  'id created_at updated_at'
),
(
  'campaigns', 'insert', '42501 42501 yes 42501 42501 42501 yes',
  'tenant_id created_by name status assessment_type custom_assessment_id interview_style_override'
),
(
  'campaigns', 'update', '42501 42501 42501 42501 42501 42501 yes',
  'id tenant_id created_by created_at updated_at'
),
(
  'campaigns', 'update', '42501 - yes - yes - yes',
  'name status assessment_type custom_assessment_id interview_style_override'
),
(
  'campaigns', 'delete', '42501 - yes - - - yes',
  ''
),
(
  'campaigns', 'truncate', '42501 42501 42501 42501 42501 42501 42501',
  ''
),
(
  'coaching_sessions', 'select', '42501 - yes - - - yes',
  'id tenant_id client_name client_email client_status access_token access_expires_at completed_at '
  || 'metadata created_at updated_at custom_assessment_id interview_style_override assessment_type'
),
(
  'coaching_sessions', 'insert', '42501 42501 42501 42501 42501 42501 yes',
  'id access_token completed_at created_at updated_at'
),
(
  'coaching_sessions', 'insert', '42501 42501 yes 42501 42501 42501 yes',
  'tenant_id client_name client_email client_status access_expires_at metadata custom_assessment_id '
  || 'interview_style_override assessment_type'
),
(
  'coaching_sessions', 'update', '42501 42501 42501 42501 42501 42501 yes',
  'id tenant_id access_token completed_at created_at updated_at'
),
(
  'coaching_sessions', 'update', '42501 - yes - - - yes',
  'client_name client_email client_status access_expires_at metadata custom_assessment_id '
  || 'interview_style_override assessment_type'
),
(
  'coaching_sessions', 'delete', '42501 - yes - - - yes',
  ''
),
(
  'coaching_sessions', 'truncate', '42501 42501 42501 42501 42501 42501 42501',
  ''
),
(
  'custom_assessment_results', 'select', '42501 - yes - yes - yes',
  'id assessment_id session_id session_type tenant_id campaign_id campaign_created_by dimension_scores '
  || 'overall_score matched_category matched_category_data uncovered_dimensions ai_insights '
  || 'assessment_version assessment_definition_snapshot result_disclosure created_at completed_at assessment_version_id version_assumed '
  || 'transcript_source provenance coverage uncovered_reasons spread stability margin'
),
(
  'custom_assessment_results', 'insert', '42501 42501 42501 42501 42501 42501 yes',
  'id assessment_id session_id session_type tenant_id campaign_id campaign_created_by dimension_scores '
  || 'overall_score matched_category matched_category_data uncovered_dimensions ai_insights '
  || 'assessment_version assessment_definition_snapshot result_disclosure created_at completed_at assessment_version_id version_assumed '
  || 'transcript_source provenance coverage uncovered_reasons spread stability margin'
),
(
  'custom_assessment_results', 'update', '42501 42501 42501 42501 42501 42501 PT409',
  'id assessment_id session_id session_type tenant_id campaign_id campaign_created_by dimension_scores '
  || 'overall_score matched_category matched_category_data uncovered_dimensions ai_insights '
  || 'assessment_version assessment_definition_snapshot result_disclosure created_at completed_at assessment_version_id version_assumed '
  || 'transcript_source provenance coverage uncovered_reasons spread stability margin'
),
(
  'custom_assessment_results', 'delete', '42501 42501 42501 42501 42501 42501 yes',
  ''
),
(
  'custom_assessment_results', 'truncate', '42501 42501 42501 42501 42501 42501 42501',
  ''
),
(
  'custom_assessment_results (coaching)', 'select', '42501 - yes - - - yes',
  'id assessment_id session_id session_type tenant_id campaign_id campaign_created_by dimension_scores '
  || 'overall_score matched_category matched_category_data uncovered_dimensions ai_insights '
  || 'assessment_version assessment_definition_snapshot result_disclosure created_at completed_at assessment_version_id version_assumed '
  || 'transcript_source provenance coverage uncovered_reasons spread stability margin'
),
(
  'custom_assessments', 'select', '- - yes - - - yes',
  'id tenant_id created_by name slug version description definition source_markdown source_type '
  || 'assessment_type interview_style_default interview_style_allow_override result_disclosure status '
  || 'is_template marketplace_status marketplace_price_tier created_at updated_at content_changed_at published_at derived_from newest_version_id listed_version_id listed_at'
),
(
  'custom_assessments', 'insert', '42501 42501 42501 42501 42501 42501 yes',
  'id is_template created_at updated_at content_changed_at published_at newest_version_id listed_version_id listed_at'
),
(
  'custom_assessments', 'insert', '42501 42501 yes 42501 42501 42501 yes',
  'tenant_id created_by name slug version description definition source_markdown source_type '
  || 'assessment_type interview_style_default interview_style_allow_override result_disclosure status '
  || 'marketplace_status marketplace_price_tier derived_from'
),
(
  'custom_assessments', 'update', '42501 42501 42501 42501 42501 42501 yes',
  'id tenant_id created_by is_template created_at updated_at content_changed_at published_at derived_from newest_version_id listed_version_id listed_at'
),
(
  'custom_assessments', 'update', '42501 - yes - - - yes',
  'name slug version description definition source_markdown source_type assessment_type '
  || 'interview_style_default interview_style_allow_override result_disclosure status marketplace_status '
  || 'marketplace_price_tier'
),
(
  'custom_assessments', 'delete', '42501 - PT409 - - - PT409',
  ''
),
(
  'custom_assessments', 'truncate', '42501 42501 42501 42501 42501 42501 42501',
  ''
),
(
  'custom_assessments (published)', 'select', 'yes yes yes yes yes yes yes',
  'id tenant_id created_by name slug version description definition source_markdown source_type '
  || 'assessment_type interview_style_default interview_style_allow_override result_disclosure status '
  || 'is_template marketplace_status marketplace_price_tier created_at updated_at content_changed_at published_at derived_from newest_version_id listed_version_id listed_at'
),
(
  'custom_assessments (published)', 'update', '42501 42501 42501 42501 42501 42501 yes',
  'id tenant_id created_by is_template created_at updated_at content_changed_at published_at derived_from newest_version_id listed_version_id listed_at'
),
(
  'custom_assessments (published)', 'update', '42501 - yes - - - yes',
  'name slug version description definition source_markdown source_type assessment_type '
  || 'interview_style_default interview_style_allow_override result_disclosure status marketplace_status '
  || 'marketplace_price_tier'
),
(
  'custom_assessments (published)', 'delete', '42501 - yes - - - yes',
  ''
),
(
  'custom_assessments (template)', 'select', 'yes yes yes yes yes yes yes',
  'id tenant_id created_by name slug version description definition source_markdown source_type '
  || 'assessment_type interview_style_default interview_style_allow_override result_disclosure status '
  || 'is_template marketplace_status marketplace_price_tier created_at updated_at content_changed_at published_at derived_from newest_version_id listed_version_id listed_at'
),
(
  'custom_assessments (template)', 'update', '42501 42501 42501 42501 42501 42501 yes',
  'id tenant_id created_by is_template created_at updated_at content_changed_at published_at derived_from newest_version_id listed_version_id listed_at'
),
(
  'custom_assessments (template)', 'update', '42501 - PT403 - - - yes',
  'name slug version description definition source_markdown source_type assessment_type '
  || 'interview_style_default interview_style_allow_override result_disclosure status marketplace_status '
  || 'marketplace_price_tier'
),
(
  'custom_assessments (template)', 'delete', '42501 - PT403 - - - yes',
  ''
),
(
  'job_queue', 'select', '42501 42501 42501 42501 42501 42501 yes',
  'id kind subject_id tenant_id state rank attempts max_attempts not_before worker lease_expires_at '
  || 'last_error age created_at started_at finished_at'
),
(
  'result_reviews', 'select', '42501 - yes - yes - yes',
  'id result_id tenant_id number decision reason dimension_scores overall_score matched_category matched_category_data '
  || 'uncovered_dimensions coverage margin reviewed_by reviewed_at'
),
(
  'result_reviews', 'insert', '42501 42501 42501 42501 42501 42501 42501',
  'id result_id tenant_id number decision reason dimension_scores overall_score matched_category matched_category_data '
  || 'uncovered_dimensions coverage margin reviewed_by reviewed_at'
),
(
  'result_reviews', 'update', '42501 42501 42501 42501 42501 42501 42501',
  'id result_id tenant_id number decision reason dimension_scores overall_score matched_category matched_category_data '
  || 'uncovered_dimensions coverage margin reviewed_by reviewed_at'
),
(
  'result_reviews', 'delete', '42501 42501 42501 42501 42501 42501 42501',
  ''
),
(
  'result_reviews', 'truncate', '42501 42501 42501 42501 42501 42501 42501',
  ''
),
(
  'score_items', 'select', '42501 - yes - yes - yes',
  'run_id place tenant_id dimension prompt_sha256 band score unscored quote_statuses evidence rationale'
),
(
  'score_items', 'insert', '42501 42501 42501 42501 42501 42501 42501',
  'run_id place tenant_id dimension prompt_sha256 band score unscored quote_statuses evidence rationale'
),
(
  'score_items', 'update', '42501 42501 42501 42501 42501 42501 42501',
  'run_id place tenant_id dimension prompt_sha256 band score unscored quote_statuses evidence rationale'
),
(
  'score_items', 'delete', '42501 42501 42501 42501 42501 42501 42501',
  ''
),
(
  'score_items', 'truncate', '42501 42501 42501 42501 42501 42501 42501',
  ''
),
(
  'score_runs', 'select', '42501 - yes - yes - yes',
  'id result_id tenant_id key rater_kind rater_name rater_version language band_order parameters started_at '
  || 'finished_at words_since created_at'
),
(
  'score_runs', 'insert', '42501 42501 42501 42501 42501 42501 42501',
  'id result_id tenant_id key rater_kind rater_name rater_version language band_order parameters started_at '
  || 'finished_at words_since created_at'
),
(
  'score_runs', 'update', '42501 42501 42501 42501 42501 42501 42501',
  'id result_id tenant_id key rater_kind rater_name rater_version language band_order parameters started_at '
  || 'finished_at words_since created_at'
),
(
  'score_runs', 'delete', '42501 42501 42501 42501 42501 42501 42501',
  ''
),
(
  'score_runs', 'truncate', '42501 42501 42501 42501 42501 42501 42501',
  ''
),
(
  'session_versions', 'select', '42501 - yes - yes - yes',
  'session_type session_id campaign_id tenant_id assessment_id version_id version begun_at newer_version_id'
),
(
  'listing_requests', 'select', '42501 - yes - - yes yes',
  'version_id id assessment_id tenant_id slug price_tier tenant definition source_markdown open '
  || 'asks asked_at decided_at'
),
(
  'listing_requests', 'insert', '42501 42501 42501 42501 42501 42501 42501',
  'version_id id assessment_id tenant_id slug price_tier tenant definition source_markdown open '
  || 'asks asked_at decided_at'
),
(
  'listing_requests', 'update', '42501 42501 42501 42501 42501 42501 42501',
  'version_id id assessment_id tenant_id slug price_tier tenant definition source_markdown open '
  || 'asks asked_at decided_at'
),
(
  'listing_requests', 'delete', '42501 42501 42501 42501 42501 42501 42501',
  ''
),
(
  'listing_requests', 'truncate', '42501 42501 42501 42501 42501 42501 42501',
  ''
),
(
  'listing_review_notes', 'select', '42501 - - - - yes yes',
  'review_id note reviewed_by'
),
(
  'listing_review_notes', 'insert', '42501 42501 42501 42501 42501 42501 42501',
  'review_id note reviewed_by'
),
(
  'listing_review_notes', 'truncate', '42501 42501 42501 42501 42501 42501 42501',
  ''
),
(
  'listing_reviews', 'select', '42501 - yes - - yes yes',
  'id version_id assessment_id tenant_id request_id decision reason slug price_tier tenant '
  || 'decided_at'
),
(
  'listing_reviews', 'insert', '42501 42501 42501 42501 42501 42501 42501',
  'id version_id assessment_id tenant_id request_id decision reason slug price_tier tenant '
  || 'decided_at'
),
(
  'listing_reviews', 'update', '42501 42501 42501 42501 42501 42501 42501',
  'id version_id assessment_id tenant_id request_id decision reason slug price_tier tenant '
  || 'decided_at'
),
(
  'listing_reviews', 'delete', '42501 42501 42501 42501 42501 42501 PT409',
  ''
),
(
  'listing_reviews', 'truncate', '42501 42501 42501 42501 42501 42501 42501',
  ''
),
(
  'marketplace_listings', 'select', 'yes yes yes yes yes yes yes',
  'id name slug tenant description type dimension_names price_tier version listed_at version_id'
),
(
  'tenant_profiles', 'select', '42501 - yes - - - yes',
  'id user_id slug display_name tenant_type is_active subscription_tier created_at updated_at'
),
(
  'tenant_profiles', 'insert', '42501 42501 42501 42501 42501 42501 yes',
  'id user_id slug display_name tenant_type is_active subscription_tier created_at updated_at'
),
(
  'tenant_profiles', 'update', '42501 42501 42501 42501 42501 42501 yes',
  'id user_id is_active subscription_tier created_at updated_at'
),
(
  'tenant_profiles', 'update', '42501 - yes - - - yes',
  'slug display_name tenant_type'
),
(
  'tenant_profiles', 'delete', '42501 42501 42501 42501 42501 42501 PT409',
  ''
),
(
  'tenant_profiles', 'truncate', '42501 42501 42501 42501 42501 42501 42501',
  ''
),
(
  'tenant_settings', 'select', '42501 - yes - - - yes',
  'tenant_id notice words_days'
),
(
  'tenant_settings', 'insert', '42501 42501 yes 42501 42501 42501 yes',
  'tenant_id notice words_days'
),
(
  'tenant_settings', 'update', '42501 - yes - - - yes',
  'tenant_id notice words_days'
),
(
  'tenant_settings', 'delete', '42501 - yes - - - yes',
  ''
),
(
  'tenant_settings', 'truncate', '42501 42501 42501 42501 42501 42501 42501',
  ''
);

create temporary table found on commit drop as select * from tests.cells();

select plan((select count(*)::integer from tests.expected) + 3);

-- Each expected line: exactly these columns had this answer.
select
  is(
    (
      select f.columns
      from found as f
      where f.object = e.object and f.verb = e.verb and f.answers = e.answers
    ),
    e.columns,
    e.object || ': ' || e.verb || ' is answered ' || e.answers
  )
from tests.expected as e;

select is_empty(
  $$
    select f.object, f.verb, f.answers, f.columns
    from found as f
    left join tests.expected as e on e.object = f.object and e.verb = f.verb and e.answers = f.answers
    where e.object is null
  $$,
  'nothing was answered in a way that is not expected'
);

select is_empty(
  $$
    select c.relname
    from pg_catalog.pg_class as c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')
      and not exists (select from tests.expected as e where e.object = c.relname)
  $$,
  'every table and view has its cells'
);

select is_empty(
  $$
    select c.relname
    from pg_catalog.pg_class as c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relrowsecurity
  $$,
  'row level security is on for every table'
);

select * from finish();
rollback;
