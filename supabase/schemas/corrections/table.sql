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
