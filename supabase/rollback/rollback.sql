-- Takes custom assessments out of a project again. Not a migration: the Supabase CLI does not run this file.
--
--   psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -f supabase/rollback/rollback.sql     as role postgres, workers stopped
--
-- At its end it names what is left to do: the command that tells the Supabase CLI, with the version of each migration
-- that this database has of custom assessments, and the files to delete.
--
-- Everything happens in one transaction, and nothing happens where it would lose what cannot be made again:
--
--   * it refuses while there is a result (export them, then delete them, or erase their tenants with erase_tenant);
--   * it refuses while a campaign or coaching session has the type custom (give it another type, or delete it).
--
-- It deletes the assessments, their Markdown, the uploads, the queue and the marketplace's listings. Keep a dump of
-- public.custom_assessments if they may be wanted again.
--
-- What stays on the platform's own five tables: their rows; the tables themselves, also where the first migration made
-- them; the columns and indexes that the first migration added; coaching_sessions.assessment_type, which may be the
-- host's own; the missing rights to TRUNCATE and the like; security_invoker on a view campaign_assignments. What stays
-- of the project's settings: functions that postgres makes from now on are not executable by everyone. Should that be
-- wanted again: alter default privileges grant execute on functions to public;

begin;

-- ---------------------------------------------------------------------------------------------------------------------
-- Refusals first. The locks keep a result or a session from being written meanwhile.
-- ---------------------------------------------------------------------------------------------------------------------

lock table public.custom_assessment_results, public.custom_assessments, public.campaigns, public.coaching_sessions
in access exclusive mode;

do $refusals$
declare
  amount bigint;
begin
  select count(*) into amount from public.custom_assessment_results;
  if amount > 0 then
    raise exception 'there are % results, and a rollback would lose them', amount
      using hint = 'Export and delete them first, or erase their tenants with erase_tenant. Nothing was changed.';
  end if;
  select
    (select count(*) from public.campaigns where assessment_type = 'custom')
    + (select count(*) from public.coaching_sessions where assessment_type = 'custom')
    into amount;
  if amount > 0 then
    raise exception '% campaigns and coaching sessions have the type custom, which goes with the rollback', amount
      using hint = 'Give them another type or delete them first. Nothing was changed.';
  end if;
end
$refusals$;

-- ---------------------------------------------------------------------------------------------------------------------
-- The host's tables
-- ---------------------------------------------------------------------------------------------------------------------

drop trigger if exists check_session_assessment on public.campaigns;
drop trigger if exists check_session_assessment on public.coaching_sessions;
drop trigger if exists check_agent_session_assessment on public.agent_sessions;
drop trigger if exists hold_new_choices on public.campaigns;
drop trigger if exists hold_new_choices on public.coaching_sessions;
drop trigger if exists hold_changed_choices on public.campaigns;
drop trigger if exists hold_changed_choices on public.coaching_sessions;
drop trigger if exists hold_new_agent_choices on public.agent_sessions;
drop trigger if exists hold_changed_agent_choices on public.agent_sessions;
drop trigger if exists keep_tenant_with_results on public.tenant_profiles;
drop trigger if exists hold_jobs_of_tenant on public.tenant_profiles;
drop trigger if exists drop_slugs_of_tenant on public.tenant_profiles;
drop trigger if exists list_assessments_of_tenant on public.tenant_profiles;

-- Columns take their constraints and indexes with them.
alter table public.campaigns
drop column if exists custom_assessment_id,
drop column if exists interview_style_override,
drop constraint if exists campaigns_assessment_type_check;
alter table public.campaigns
add constraint campaigns_assessment_type_check check (assessment_type in ('industry4', 'archetype', 'education'));

alter table public.coaching_sessions
drop column if exists custom_assessment_id,
drop column if exists interview_style_override,
drop constraint if exists coaching_sessions_assessment_type_check;

alter table public.agent_sessions
drop column if exists custom_assessment_id;

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
        'complete_assessment_session', 'custom_assessments_version', 'erase_account', 'erase_tenant', 'exchange_jobs', 'extend_leases',
        'interview_context', 'prune_jobs', 'queue_status', 'retry_jobs', 'session_result', 'verify_result'
      )
  loop
    execute format('drop function %s', found.signature);
  end loop;

  -- Only postgres's own function goes from under Auth's table; `drop trigger` there is refused to it.
  drop function if exists private.hand_over_assessments() cascade;
end
$functions$;

drop table if exists private.listings;
drop table if exists private.claims;
drop table if exists private.jobs;
drop table if exists private.score_requests;
drop table if exists private.slug_series;
drop table if exists private.result_creators;
drop table if exists public.assessment_uploads;
drop table if exists public.custom_assessment_results;
drop table if exists public.custom_assessments;

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
        'accepted_assessment', 'apply_drafts', 'apply_effects', 'apply_finish', 'apply_score', 'apply_unit', 'apply_upload', 'assessment_with_content', 'bounded_diagnostics',
        'categories_faults', 'category_faults', 'dimension_faults', 'dimensions_faults', 'name_faults', 'name_key',
        'names_of', 'weights_faults', 'assessment_statuses', 'assessment_types', 'columns_of', 'disclosures', 'highest_score', 'interview_styles',
        'largest_text', 'longest_name', 'marketplace_statuses', 'metadata_defaults', 'most_categories',
        'most_dimensions', 'one_of', 'price_tiers', 'session_types', 'source_types', 'weight_tolerance',
        'check_agent_session_assessment', 'check_assessment_content', 'check_choice',
        'check_held_choices', 'check_session_assessment', 'choose_assessment', 'choose_jobs', 'claim_jobs', 'claim_slug',
        'content_hash',
        'definition_bounds_faults', 'definition_faults', 'drop_slugs_of_tenant', 'end_jobs_without_subject',
        'ending_of_error', 'enqueue', 'enqueue_uploads', 'enter_line', 'enter_my_lines', 'erase_account_once', 'erase_tenant_once',
        'example_faults', 'fault', 'finish_jobs',
        'fold_name', 'guard_assessment_authority', 'guidelines_faults', 'hand_over_assessments_with_results',
        'hold_assessments', 'hold_changed_agent_choices', 'hold_changed_choices', 'hold_jobs', 'hold_jobs_of_tenant',
        'hold_new_agent_choices',
        'hold_new_choices', 'hold_owners', 'hold_tenant', 'inactive_tenant_ids', 'is_authors_fault', 'is_cleared_by_deletion', 'is_number_pair', 'is_version',
        'keep_assessment_history', 'keep_assessment_version', 'keep_assessment_with_completions',
        'keep_assessment_with_results', 'keep_tenant_with_results', 'list_assessment', 'list_assessments_of_tenant', 'lock_slug',
        'metadata_faults', 'my_tenant_ids', 'next_claim_in_ms', 'next_numbered_slug', 'next_rank', 'next_ranks',
        'note_result_creator', 'path_step', 'queue_front', 'reference_list_faults', 'refresh_listings',
        'refusal_catalogue', 'refuse', 'refuse_result_update', 'refuse_upload_change', 'require_definition',
        'result_tenant_ids', 'retry_delay', 'rubric_faults', 'scale_of',
        'score_assessment', 'session_facts', 'set_assessment_slug', 'settle_jobs', 'slug_is_taken', 'slug_of', 'take_back_jobs',
        'take_upload', 'tenant_of_agent_session', 'tenant_owner', 'text_list_faults', 'trim_text',
        'unknown_names', 'upload_diagnostic', 'version', 'without_accents', 'write_result'
      )
  loop
    execute format('drop function %s', found.signature);
  end loop;

  -- The schema goes where it was only ours.
  if not exists (select from pg_catalog.pg_class where relnamespace = 'private'::regnamespace)
    and not exists (select from pg_catalog.pg_proc where pronamespace = 'private'::regnamespace)
    and not exists (select from pg_catalog.pg_type where typnamespace = 'private'::regnamespace) then
    -- With what `alter default privileges in schema private` said, and nothing else.
    drop schema private;
  end if;
end
$functions$;

-- The host stamped its copies when it installed them: which they are, the CLI's history tells by their first lines.
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
      e'Custom assessments are out of this database. Now tell the Supabase CLI, in the project''s folder:\n'
      '  supabase migration repair --status reverted %s\n'
      'and delete these files from supabase/migrations, which the next push would apply again:\n%s',
      versions, files
    );
  end if;
end
$next$;

commit;
