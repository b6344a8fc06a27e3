-- custom-assessments 0.2.0 corrections sha256:69c4226433bcc964ab8cc3ba18c99015ab4f09c4d889edc3803889dde4fe7604
-- What an owner decided about a result afterwards. The result itself never changes: a review stands beside it.

create table if not exists public.result_reviews (
  id uuid not null default gen_random_uuid(),
  result_id uuid not null,
  tenant_id uuid not null,
  number integer not null,
  decision text not null,
  reason text,

  -- Of a correction
  dimension_scores jsonb,
  overall_score numeric(5, 2),
  matched_category text,
  matched_category_data jsonb,
  uncovered_dimensions text[],
  coverage numeric,
  margin jsonb,

  reviewed_by uuid,
  reviewed_at timestamptz not null default now(),

  constraint result_reviews_pkey primary key (id),
  constraint result_reviews_result_id_fkey
  foreign key (result_id) references public.custom_assessment_results (id) on delete cascade,
  constraint reviews_of_a_result_are_numbered unique (result_id, number),
  constraint review_decision_is_known check (decision = any(private.review_decisions())),
  constraint correction_has_scores
  check (
    (decision = 'corrected') = (dimension_scores is not null)
    and (decision = 'corrected') = (uncovered_dimensions is not null)
  ),
  constraint review_category_and_its_data_come_together check ((matched_category is null) = (matched_category_data is null)),
  constraint review_says_why check (decision = 'confirmed' or reason is not null)
);
comment on table public.result_reviews is
'What owners decided about results: confirmed, corrected or withdrawn. Written by review_result. Rows never change, and are '
'deleted with their result.';
comment on column public.result_reviews.tenant_id is 'The tenant of the result.';
comment on column public.result_reviews.number is 'The order of the reviews of a result, from 1.';
comment on column public.result_reviews.dimension_scores is
'The scores of a correction, complete: they replace those of the result.';
comment on column public.result_reviews.overall_score is
'What the scoring rule gives for these scores, by the result''s own version, like the columns after it.';
comment on column public.result_reviews.reviewed_by is 'The account that decided; null if it was deleted.';
alter table public.result_reviews enable row level security;
revoke all on table public.result_reviews from public, anon, authenticated, service_role;
create index if not exists idx_result_reviews_tenant on public.result_reviews (tenant_id, reviewed_at desc);

-- For the deletion of an account.
create index if not exists idx_result_reviews_reviewed_by
on public.result_reviews (reviewed_by) where reviewed_by is not null;

-- Reviews never change. They are deleted with their result, and lose their reviewer when that account is deleted.
create or replace function private.keep_result_review()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  unsigned public.result_reviews := new;
begin
  if tg_op = 'DELETE' then
    if not exists (select from public.custom_assessment_results as result where result.id = old.result_id) then
      return old;
    end if;
  else
    unsigned.reviewed_by := old.reviewed_by;
    if new.reviewed_by is null and record_image_eq(unsigned, old) then
      return new;
    end if;
  end if;
  perform private.refuse('RESULT_IMMUTABLE', jsonb_build_object('result_id', old.result_id));
  return null;
end
$$;

create or replace trigger keep_result_review
before update or delete on public.result_reviews
for each row execute function private.keep_result_review();

-- Results as they count after reviews: what links, lists and figures show.

-- The newest correction counts; what is known of runs alone (why a dimension was not scored, spread, stability) is not known of
-- a correction. A result that was withdrawn is not here. With the caller's rights: who can read a result
-- can read its reviews.
create or replace view public.effective_results
with (security_invoker = true)
as
select
  result.id,
  result.assessment_id,
  result.session_id,
  result.session_type,
  result.tenant_id,
  result.campaign_id,
  result.campaign_created_by,
  coalesce(correction.dimension_scores, result.dimension_scores) as dimension_scores,
  case when correction.id is null then result.overall_score else correction.overall_score end as overall_score,
  case when correction.id is null then result.matched_category else correction.matched_category end as matched_category,
  case when correction.id is null then result.matched_category_data else correction.matched_category_data end
    as matched_category_data,
  coalesce(correction.uncovered_dimensions, result.uncovered_dimensions) as uncovered_dimensions,
  result.ai_insights,
  result.assessment_version,
  result.assessment_definition_snapshot,
  result.result_disclosure,
  result.created_at,
  result.completed_at,
  result.assessment_version_id,
  result.version_assumed,
  result.transcript_source,
  result.provenance,
  case when correction.id is null then result.coverage else correction.coverage end as coverage,
  case when correction.id is null then result.uncovered_reasons end as uncovered_reasons,
  case when correction.id is null then result.spread end as spread,
  case when correction.id is null then result.stability end as stability,
  case when correction.id is null then result.margin else correction.margin end as margin,
  correction.id is not null as corrected
from public.custom_assessment_results as result
left join lateral (
  select review.*
  from public.result_reviews as review
  where review.result_id = result.id and review.decision = 'corrected'
  order by review.number desc
  limit 1
) as correction on true
where
  not exists (
    select from public.result_reviews as review
    where review.result_id = result.id and review.decision = 'withdrawn'
  );
comment on view public.effective_results is
'Results as they count: with the scores of the newest correction, marked as corrected, and without those that were withdrawn.';
revoke all on table public.effective_results from public, anon, authenticated, service_role;

-- A result as it counts after its reviews; null if it was withdrawn.
create or replace function private.result_in_force(result public.custom_assessment_results)
returns public.custom_assessment_results
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  changed constant jsonb := (
    select jsonb_build_object(
             'dimension_scores', effective.dimension_scores, 'overall_score', effective.overall_score,
             'matched_category', effective.matched_category, 'matched_category_data', effective.matched_category_data,
             'uncovered_dimensions', effective.uncovered_dimensions, 'coverage', effective.coverage,
             'uncovered_reasons', effective.uncovered_reasons, 'spread', effective.spread,
             'stability', effective.stability, 'margin', effective.margin
           )
      from public.effective_results as effective
     where effective.id = result.id
  );
begin
  return case when changed is not null then jsonb_populate_record(result, changed) end;
end
$$;

-- For owners: confirming, correcting and withdrawing a result.

-- Refuses arguments that make no review, before anything is read.
create or replace function private.check_review(decision text, dimension_scores jsonb, reason text)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if decision is null or decision <> all (private.review_decisions()) then
    perform private.refuse('INVALID_ARGUMENT', jsonb_build_object(
      'argument', 'decision', 'expected', private.one_of(private.review_decisions())
    ));
  elsif length(reason) > 2000 or reason ~ private.unseen_controls()
    or (decision <> 'confirmed' and coalesce(private.trim_text(reason), '') = '') then
    perform private.refuse('INVALID_ARGUMENT', jsonb_build_object(
      'argument', 'reason',
      'expected', 'at most 2000 characters, none of them hidden; a correction and a withdrawal need a reason'
    ));
  elsif decision = 'corrected' then
    perform private.check_handed_in(dimension_scores, null);
  elsif dimension_scores is not null then
    perform private.refuse('INVALID_ARGUMENT', '{"argument": "dimension_scores", "expected": "null, unless the decision is corrected"}');
  end if;
end
$$;

-- Scores as the version of a result scores them: no overall score and no category where too little is scored.
create or replace function private.corrected_outcome(
  definition jsonb, scores jsonb,
  out overall numeric, out category jsonb, out uncovered text[], out named_scores jsonb, out faults jsonb,
  out coverage numeric, out margin jsonb
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  select scored.overall, scored.category, scored.uncovered, scored.named_scores, scored.faults
    into overall, category, uncovered, named_scores, faults
    from private.score_assessment(definition, scores) as scored;
  if faults <> '[]' then
    return;
  end if;
  coverage := private.coverage_of(definition, named_scores);
  if coverage < private.least_coverage(definition) then
    overall := null;
    category := null;
  else
    margin := private.margin_of(definition, named_scores);
  end if;
end
$$;

-- SECURITY DEFINER, because nobody may write reviews except in this way. It looks for results of the caller's own tenants only.
-- The lock of the result makes reviews of it wait for each other, and for an erasure.
create or replace function private.keep_review(result_id uuid, decision text, dimension_scores jsonb, reason text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  most constant numeric := private.setting('reviews_of_a_result');
  result record;
  outcome record;
  latest public.result_reviews;
  made public.result_reviews;
  is_new boolean := true;
begin
  select present.id, present.tenant_id, present.session_id, present.assessment_definition_snapshot as definition
    into result
    from public.custom_assessment_results as present
   where present.id = keep_review.result_id
     and present.tenant_id = any (array(select private.my_tenant_ids()))
     for no key update;
  if not found then
    if exists (select from public.custom_assessment_results as present where present.id = keep_review.result_id) then
      perform private.refuse('RESULT_ACCESS_DENIED', jsonb_build_object('result_id', keep_review.result_id));
    end if;
    -- It was erased while this waited.
    perform private.refuse('RESULT_NOT_FOUND', jsonb_build_object('result_id', keep_review.result_id));
  end if;
  made.decision := keep_review.decision;
  made.reason := nullif(private.trim_text(keep_review.reason), '');
  if made.decision = 'corrected' then
    select scored.*
      into outcome
      from private.corrected_outcome(result.definition, keep_review.dimension_scores) as scored;
    if outcome.faults <> '[]' then
      perform private.refuse_scores(result.session_id, result.definition, outcome.faults);
    end if;
    made.dimension_scores := outcome.named_scores;
    made.overall_score := outcome.overall;
    made.matched_category := outcome.category ->> 'name';
    made.matched_category_data := outcome.category;
    made.uncovered_dimensions := outcome.uncovered;
    made.coverage := outcome.coverage;
    made.margin := outcome.margin;
  end if;

  select review.* into latest
    from public.result_reviews as review
   where review.result_id = result.id
   order by review.number desc
   limit 1;
  if (latest.decision, latest.reason, latest.dimension_scores) is not distinct from
     (made.decision, made.reason, made.dimension_scores) then
    made := latest;
    is_new := false;
  elsif latest.decision = 'withdrawn' then
    perform private.refuse('RESULT_WITHDRAWN', jsonb_build_object('result_id', result.id));
  elsif latest.number >= most then
    perform private.refuse('TENANT_LIMIT', jsonb_build_object(
      'tenant_id', result.tenant_id, 'setting', 'reviews_of_a_result', 'limit', most, 'used', latest.number
    ));
  else
    insert into public.result_reviews (
      result_id, tenant_id, number, decision, reason, dimension_scores, overall_score, matched_category,
      matched_category_data, uncovered_dimensions, coverage, margin, reviewed_by
    )
    values (
      result.id, result.tenant_id, coalesce(latest.number, 0) + 1, made.decision, made.reason, made.dimension_scores,
      made.overall_score, made.matched_category, made.matched_category_data, made.uncovered_dimensions,
      made.coverage, made.margin, auth.uid()
    )
    returning * into made;
  end if;
  return jsonb_build_object(
    'changed', is_new, 'review_id', made.id, 'number', made.number, 'decision', made.decision,
    'overall_score', made.overall_score, 'matched_category', made.matched_category
  );
end
$$;

create or replace function public.review_result(
  result_id uuid, decision text, dimension_scores jsonb default null, reason text default null
)
returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.check_review(review_result.decision, review_result.dimension_scores, review_result.reason);
  -- As the caller: what it cannot see does not exist.
  if not exists (select from public.custom_assessment_results as seen where seen.id = review_result.result_id) then
    perform private.refuse('RESULT_NOT_FOUND', jsonb_build_object('result_id', review_result.result_id));
  end if;
  return private.keep_review(
    review_result.result_id, review_result.decision, review_result.dimension_scores, review_result.reason
  );
end
$$;
comment on function public.review_result(uuid, text, jsonb, text) is
'For owners: writes a review beside a result, which never changes: confirmed, corrected (with all scores, which the result''s own '
'version scores) or withdrawn, which ends it. A correction and a withdrawal need a reason. Returns {changed, review_id, number, '
'decision, overall_score, matched_category}; the same review again changes nothing.';
revoke all on function public.review_result(uuid, text, jsonb, text) from public, anon, authenticated, service_role;

-- Where the reviews of a result say something else than the scoring rule does.
create or replace function private.review_differences(result_id uuid, definition jsonb)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select coalesce(jsonb_agg(
             jsonb_build_object(
               'field', format('reviews[%s].%s', review.number, compared.field),
               'stored', compared.stored, 'computed', compared.computed
             )
             order by review.number, compared.field
           ), '[]')
      from public.result_reviews as review
     cross join lateral private.corrected_outcome(review_differences.definition, review.dimension_scores) as again
     cross join lateral (
       values
         ('dimension_scores', '[]'::jsonb, again.faults),
         ('overall_score', to_jsonb(review.overall_score), to_jsonb(again.overall)),
         ('matched_category', to_jsonb(review.matched_category), again.category -> 'name'),
         ('matched_category_data', review.matched_category_data, again.category),
         ('uncovered_dimensions', to_jsonb(review.uncovered_dimensions), to_jsonb(again.uncovered)),
         ('coverage', to_jsonb(review.coverage), to_jsonb(again.coverage)),
         ('margin', review.margin, again.margin)
     ) as compared (field, stored, computed)
     where review.result_id = review_differences.result_id
       and review.decision = 'corrected'
       and compared.stored is distinct from compared.computed
       and (compared.field = 'dimension_scores' or again.faults = '[]')
  );
end
$$;
