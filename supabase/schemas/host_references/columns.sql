-- References from the platform's tables to custom assessments: the columns, their constraints, and which assessment a
-- campaign, a coaching session or an agent session can refer to.
--
-- On a host with data this rewrites no table: the columns have no values, and the constraints are NOT VALID.
-- host_validation validates them in a separate transaction under a lock that allows reads and writes. The partial indexes
-- are empty at first, but creating each reads its table once under a lock that blocks writes; on very large tables create
-- them in advance with `create index concurrently` under the same names, after adding the columns.

-- All locks on the host's tables that the following statements need, taken at once with a short wait
-- (host_check/rules.sql).
select private.lock_host_tables('access exclusive', 'public.campaigns', 'public.coaching_sessions', 'public.agent_sessions');

-- The references are checked at commit. When a tenant or an account is deleted, several of the host's foreign keys may
-- change the same row before its reference to a deleted assessment is cleared, and Postgres checks every reference of a row
-- again if a transaction changes the row twice.
alter table public.campaigns
add column if not exists custom_assessment_id uuid
constraint campaigns_custom_assessment_id_fkey
references public.custom_assessments (id) on delete set null deferrable initially deferred,
add column if not exists interview_style_override integer;
comment on column public.campaigns.custom_assessment_id is
'The custom assessment. Required if assessment_type is custom, otherwise null.';
comment on column public.campaigns.interview_style_override is
'Overrides the assessment''s default interview style in this campaign, if the assessment allows it.';
create index if not exists idx_campaigns_custom_assessment
on public.campaigns (custom_assessment_id) where custom_assessment_id is not null;

alter table public.coaching_sessions
add column if not exists custom_assessment_id uuid
constraint coaching_sessions_custom_assessment_id_fkey
references public.custom_assessments (id) on delete set null deferrable initially deferred,
add column if not exists interview_style_override integer;
comment on column public.coaching_sessions.custom_assessment_id is
'The custom assessment. Required if assessment_type is custom, otherwise null.';
comment on column public.coaching_sessions.interview_style_override is
'Overrides the assessment''s default interview style in this session, if the assessment allows it.';
create index if not exists idx_coaching_sessions_custom_assessment
on public.coaching_sessions (custom_assessment_id) where custom_assessment_id is not null;

alter table public.agent_sessions
add column if not exists custom_assessment_id uuid
constraint agent_sessions_custom_assessment_id_fkey
references public.custom_assessments (id) on delete set null deferrable initially deferred;
comment on column public.agent_sessions.custom_assessment_id is 'The custom assessment that this interview uses.';
create index if not exists idx_agent_sessions_custom_assessment
on public.agent_sessions (custom_assessment_id) where custom_assessment_id is not null;
