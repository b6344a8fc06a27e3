-- custom-assessments 0.2.0 access_policies sha256:9e998f7a6dec190902b3b545d6d5385f787501528b4970a8c683d86110b93108
-- Who may read and write which rows.
--
-- One permissive policy per table, role and verb, each for named roles. Sets of tenants are computed once a query
-- (`array(select ...)`, `not in (select ...)`), never once a row. service_role is not bound by policies; triggers keep
-- the integrity of what it writes as of what anybody writes.

-- "Published assessments are publicly readable" and "System templates are publicly readable".
drop policy if exists "Everyone reads templates and published assessments" on public.custom_assessments;
create policy "Everyone reads templates and published assessments" on public.custom_assessments
for select to anon
using (
  (is_template and status = 'active')
  or (
    marketplace_status = 'published'
    and status = 'active'
    and tenant_id not in (select private.inactive_tenant_ids())
  )
);

-- The same, and "Tenant owners can manage their assessments".
drop policy if exists "Owners read their assessments and what everyone reads" on public.custom_assessments;
create policy "Owners read their assessments and what everyone reads" on public.custom_assessments
for select to authenticated
using (
  tenant_id = any(array(select private.my_tenant_ids()))
  or (is_template and status = 'active')
  or (
    marketplace_status = 'published'
    and status = 'active'
    and tenant_id not in (select private.inactive_tenant_ids())
  )
);

drop policy if exists "Owners make assessments" on public.custom_assessments;
create policy "Owners make assessments" on public.custom_assessments
for insert to authenticated
with check (tenant_id = any(array(select private.my_tenant_ids())));

drop policy if exists "Owners change their assessments" on public.custom_assessments;
create policy "Owners change their assessments" on public.custom_assessments
for update to authenticated
using (tenant_id = any(array(select private.my_tenant_ids())))
with check (tenant_id = any(array(select private.my_tenant_ids())));

drop policy if exists "Owners delete their assessments" on public.custom_assessments;
create policy "Owners delete their assessments" on public.custom_assessments
for delete to authenticated
using (tenant_id = any(array(select private.my_tenant_ids())));

-- The newest version of what everyone reads: the policy of the assessments, above, says what that is.
drop policy if exists "Everyone reads the newest version of what is public" on public.assessment_versions;
create policy "Everyone reads the newest version of what is public" on public.assessment_versions
for select to anon
using (
  exists (
    select from public.custom_assessments as assessment
    where
      assessment.id = assessment_versions.assessment_id
      and assessment.newest_version_id = assessment_versions.id
  )
);

-- The same, an owner's own, and what an owner's campaigns and sessions have chosen or were pinned to, whatever became of it.
drop policy if exists "Owners read their versions and what everyone reads" on public.assessment_versions;
create policy "Owners read their versions and what everyone reads" on public.assessment_versions
for select to authenticated
using (
  tenant_id = any(array(select private.my_tenant_ids()))
  or id = any(array(select private.my_version_ids()))
  or exists (
    select from public.custom_assessments as assessment
    where
      assessment.id = assessment_versions.assessment_id
      and assessment.newest_version_id = assessment_versions.id
  )
);

-- "Users can view their assessment results". Whose result it is was settled when it was written: looking the session
-- up at reading time would follow ids that were taken again, and sessions that are gone. The rule is the second part;
-- the first follows from it, and gives the index of a tenant's results something to begin with, which no OR does.
-- The creator comes first in the rule, since the owner's tenants are looked up only where it does not decide.
drop policy if exists "Owners and campaign creators read results" on public.custom_assessment_results;
create policy "Owners and campaign creators read results" on public.custom_assessment_results
for select to authenticated
using (
  tenant_id = any(array(select private.result_tenant_ids()))
  and (
    campaign_created_by = (select auth.uid())
    or tenant_id = any(array(select private.my_tenant_ids()))
  )
);

drop policy if exists "Service role can manage results" on public.custom_assessment_results;
create policy "Service role can manage results" on public.custom_assessment_results
for all to service_role
using (true) with check (true);

drop policy if exists "Owners read their uploads" on public.assessment_uploads;
create policy "Owners read their uploads" on public.assessment_uploads
for select to authenticated
using (tenant_id = any(array(select private.my_tenant_ids())));

drop policy if exists "Owners upload" on public.assessment_uploads;
create policy "Owners upload" on public.assessment_uploads
for insert to authenticated
with check (tenant_id = any(array(select private.my_tenant_ids())));

-- Whoever reads a version reads what is said of its dimensions.
drop policy if exists "Declarations are read with their versions" on public.equivalence_declarations;
create policy "Declarations are read with their versions" on public.equivalence_declarations
for select to authenticated
using (
  tenant_id = any(array(select private.my_tenant_ids()))
  or exists (
    select from public.assessment_versions as version
    where
      version.assessment_id = equivalence_declarations.assessment_id
      and version.dimension_hashes ->> equivalence_declarations.dimension
      in (equivalence_declarations.from_hash, equivalence_declarations.to_hash)
  )
);

drop policy if exists "Owners declare what is equivalent" on public.equivalence_declarations;
create policy "Owners declare what is equivalent" on public.equivalence_declarations
for insert to authenticated
with check (tenant_id = any(array(select private.my_tenant_ids())));

drop policy if exists "Rules of change are no secret" on private.change_rules;
create policy "Rules of change are no secret" on private.change_rules for select to authenticated using (true);

drop policy if exists "Refusals are no secret" on private.refusals;
create policy "Refusals are no secret" on private.refusals for select to authenticated using (true);

drop policy if exists "Listings are public" on private.listings;
create policy "Listings are public" on private.listings for select to anon, authenticated using (true);

-- Front ends watch an upload being compiled; Realtime applies the policies above to each listener.
do $realtime$
begin
  if exists (select from pg_catalog.pg_publication where pubname = 'supabase_realtime' and not puballtables)
    and not exists (
      select
        from pg_catalog.pg_publication_tables
       where pubname = 'supabase_realtime'
         and schemaname = 'public'
         and tablename = 'assessment_uploads'
    ) then
    alter publication supabase_realtime add table public.assessment_uploads;
  end if;
end
$realtime$;

-- Every function of the schema private, closed to everybody; grants.sql, which follows, says who may call which. By
-- name, because a project may have functions of its own in a schema of that name, and policies that call them.
-- Written by `make generate`.

revoke all on function
private.accepted_assessment(uuid, text, uuid, uuid),
private.apply_drafts(uuid[], jsonb[]),
private.apply_effects(text, jsonb, bigint[], uuid[], timestamptz),
private.apply_requests(uuid[], uuid[], jsonb[]),
private.apply_unit(text, uuid[], uuid[], jsonb[], timestamptz),
private.apply_upload(uuid, uuid, jsonb, jsonb, boolean),
private.apply_uploads(uuid[], uuid[], jsonb[]),
private.are_new_drafts(uuid[], uuid[]),
private.assessment_statuses(),
private.assessment_types(),
private.assessment_with_content(uuid, bytea),
private.bounded_diagnostics(jsonb),
private.campaigns_can_lose_their_creator(),
private.categories_faults(jsonb, text[], numeric, numeric),
private.category_faults(jsonb, text, text[], numeric, numeric),
private.change_classes(),
private.changes_between(jsonb, jsonb),
private.check_agent_session_assessment(),
private.check_assessment_content(),
private.check_choice(uuid, uuid, integer),
private.check_completion(uuid, text, jsonb, jsonb, timestamptz),
private.check_equivalence(),
private.check_handed_in(jsonb, jsonb),
private.check_held_choices(uuid[], uuid[], integer[]),
private.check_job_kind(),
private.check_refuses_custom(regclass, text),
private.check_returned_ids(uuid, jsonb, jsonb),
private.check_session_assessment(),
private.check_style(text, uuid, uuid, uuid),
private.choose_assessment(uuid, uuid, boolean),
private.choose_jobs(integer),
private.claim_jobs(text, integer, integer, text),
private.claim_slug(uuid, uuid, uuid, text, text),
private.class_of_change(jsonb, jsonb),
private.column_refuses_custom(regclass, smallint),
private.columns_of(jsonb),
private.columns_with_links(),
private.compared_dimensions(uuid, jsonb, jsonb),
private.content_categories(jsonb, text[], text[]),
private.content_dimensions(jsonb, text[], text[], jsonb),
private.content_hash(text, jsonb),
private.content_of(jsonb, text, text, text, integer, boolean, text),
private.content_of_assessment(public.custom_assessments),
private.content_of_version(public.assessment_versions),
private.content_parts(jsonb),
private.date_assessment_content(),
private.definition_bounds_faults(jsonb),
private.definition_faults(jsonb),
private.differences(jsonb, jsonb),
private.differing_items(jsonb, jsonb, text),
private.dimension_faults(jsonb, text),
private.dimension_hashes(jsonb),
private.dimension_ids(jsonb),
private.dimensions_faults(jsonb, numeric, numeric),
private.disclosures(),
private.drop_equivalences_of_former_tenant(),
private.drop_pins_of_sessions(),
private.drop_pins_of_tenant(),
private.drop_slugs_of_tenant(),
private.end_jobs_without_subject(),
private.ending_of_error(text, text),
private.enqueue(text, uuid[], uuid[], uuid[], integer[]),
private.enqueue_uploads(),
private.enter_line(uuid),
private.enter_my_lines(),
private.erase_account_once(uuid),
private.erase_participants(uuid[], uuid),
private.erase_tenant_once(uuid),
private.example_faults(jsonb, text[], text[], numeric, numeric),
private.extend_rule(regclass, text),
private.fault(text, text, text),
private.final_diagnostics(private.judged_job),
private.finish_jobs(text, jsonb, timestamptz),
private.fold_name(text),
private.free_id(text, text[]),
private.guard_assessment_authority(),
private.guard_equivalences(),
private.guard_versions(),
private.guidelines_faults(jsonb, text[]),
private.hand_over_assessments(),
private.hand_over_assessments_with_results(uuid),
private.hash_of(jsonb),
private.highest_score(),
private.hold_assessments(uuid[]),
private.hold_changed_agent_choices(),
private.hold_changed_choices(),
private.hold_jobs(bigint[]),
private.hold_jobs_of_tenant(),
private.hold_new_agent_choices(),
private.hold_new_choices(),
private.hold_owners(jsonb, timestamptz),
private.hold_tenant(uuid, uuid[], boolean),
private.holds_replacement(public.custom_assessments, public.custom_assessments),
private.how_links_are_read(oid, name, text),
private.id_faults(jsonb),
private.id_of_name(text),
private.ids_by_name(jsonb),
private.inactive_tenant_ids(),
private.interview_styles(),
private.is_authors_fault(text),
private.is_cleared_by_deletion(uuid, uuid, uuid, uuid),
private.is_number_pair(jsonb),
private.is_superseded(public.custom_assessments, public.assessment_uploads),
private.is_version(text),
private.jobs_of_request(text, text),
private.jobs_with_effects(text, jsonb, bigint[]),
private.judge_jobs(text, jsonb, bigint[], integer[], text[], text[], integer[], bigint[], bigint[], jsonb[]),
private.keep_assessment_history(),
private.keep_assessment_version(),
private.keep_assessment_with_completions(),
private.keep_assessment_with_results(),
private.keep_listing(),
private.keep_tenant_with_results(),
private.largest_text(),
private.least_version(text, text),
private.link_readers(),
private.list_assessment(),
private.list_assessments_of_tenant(),
private.load_jobs(text, bigint[], integer[], integer[], uuid[]),
private.load_requests(bigint[], integer[], integer[], uuid[]),
private.load_uploads(bigint[], integer[], integer[], uuid[]),
private.lock_for_requests(uuid, uuid[]),
private.lock_for_uploads(uuid, uuid[]),
private.lock_host_tables(text, text[]),
private.lock_slug(uuid, text),
private.longest_name(),
private.marketplace_statuses(),
private.matching_category(jsonb, numeric, text[], numeric[]),
private.measured_part(jsonb),
private.metadata_defaults(),
private.metadata_faults(jsonb),
private.most_categories(),
private.most_dimensions(),
private.most_errors(),
private.my_tenant_ids(),
private.my_version_ids(),
private.name_faults(text, text[], text, text),
private.name_key(jsonb),
private.names_of(jsonb),
private.names_the_caller(text),
private.needs_version(text, text),
private.newest_version(uuid),
private.next_claim_in_ms(),
private.next_numbered_slug(uuid, uuid, text),
private.next_rank(uuid, bigint),
private.next_ranks(uuid[]),
private.note_changed_choices(),
private.note_changed_conversations(),
private.note_choices(text, uuid[], uuid[], uuid[], boolean),
private.note_conversations(uuid[], uuid[], uuid[], boolean),
private.note_new_choices(),
private.note_new_conversations(),
private.note_result_creator(),
private.note_uses(uuid, uuid[]),
private.note_versions_of_pin(),
private.number_of_change(uuid, text, text, text),
private.one_of(text[]),
private.overall_of(numeric[], numeric[]),
private.path_step(text),
private.policies_on_reading(oid, text, integer),
private.policy_is_open(oid, text, integer),
private.price_tiers(),
private.primary_ids(jsonb, text[], text[]),
private.questions_by_name(jsonb),
private.queue_front(),
private.range_precision(jsonb),
private.read_scores(jsonb, text[], text[], numeric, numeric),
private.readable_version(uuid),
private.reads_everything(oid, text, integer),
private.reference_list_faults(jsonb, text, text[]),
private.refresh_listings(uuid[]),
private.refuse(text, jsonb),
private.refuse_result_update(),
private.refuse_upload_change(),
private.refused_diagnostics(text, jsonb),
private.replace_assessment(public.custom_assessments, public.custom_assessments),
private.replacement_diagnostic(text, text, jsonb),
private.replacement_fault(public.custom_assessments, public.assessment_uploads, public.custom_assessments, boolean),
private.replacement_of(public.custom_assessments, public.assessment_uploads, jsonb, boolean),
private.require_definition(jsonb),
private.restated(uuid, jsonb, integer),
private.restated_differences(uuid, jsonb, jsonb),
private.result_tenant_ids(),
private.retry_delay(integer),
private.rubric_faults(jsonb, numeric, numeric),
private.rubric_levels(jsonb),
private.rules_against_custom(),
private.scale_in_force(jsonb),
private.scale_of(jsonb),
private.score_assessment(jsonb, jsonb),
private.scored_dimensions(jsonb),
private.scoring_of(jsonb),
private.session_facts(uuid, text),
private.session_types(),
private.set_assessment_slug(),
private.settle_jobs(private.judged_job[]),
private.settle_requests(private.judged_job[]),
private.settle_subjects(private.judged_job[]),
private.settle_uploads(private.judged_job[]),
private.slug_is_taken(uuid, text, uuid),
private.slug_of(text, integer),
private.source_types(),
private.store_first_version(),
private.store_version(public.custom_assessments, jsonb, text, text),
private.sum_of_counts(jsonb, jsonb),
private.take_back_jobs(bigint[]),
private.take_snapshot(uuid),
private.take_upload(),
private.tenant_of_agent_session(uuid, uuid),
private.tenant_owner(uuid),
private.text_list_faults(jsonb, text),
private.tried_as(text, text),
private.trim_text(text),
private.unknown_names(text[], text[]),
private.upload_diagnostic(text, jsonb),
private.version_in_force(uuid, uuid),
private.version_in_use(text, uuid, uuid, uuid, uuid, uuid),
private.version_to_choose(uuid, uuid, boolean),
private.version_to_use(text, uuid, uuid, uuid, uuid, uuid),
private.weight_tolerance(),
private.weights_faults(jsonb),
private.with_campaigns_left(jsonb, uuid[]),
private.with_definition(public.assessment_versions, jsonb),
private.without_accents(text),
private.without_common_parts(jsonb, jsonb),
private.write_result()
from public, anon, authenticated, service_role;
