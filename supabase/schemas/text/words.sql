-- Allowed words, each list defined once. CHECKs, triggers and the definition's rules call these functions. The definition
-- models (worker/definition.py) contain those of the format, and a test compares both.
--
-- They are plpgsql and immutable, so a statement calls each of them once, during planning.

create or replace function private.assessment_types()
returns text[]
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return array['single-outcome', 'multi-dimensional', 'comparative'];
end
$$;

create or replace function private.disclosures()
returns text[]
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return array['full', 'teaser', 'none'];
end
$$;

-- Whether a score needs a quote that was found.
create or replace function private.evidence_rules()
returns text[]
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return array['required', 'preferred', 'off'];
end
$$;

create or replace function private.source_types()
returns text[]
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return array['upload', 'builder', 'imported'];
end
$$;

create or replace function private.assessment_statuses()
returns text[]
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return array['draft', 'active', 'archived'];
end
$$;

create or replace function private.marketplace_statuses()
returns text[]
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return array['private', 'pending_review', 'published', 'rejected'];
end
$$;

create or replace function private.decisions()
returns text[]
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return array['approved', 'rejected', 'taken_down'];
end
$$;

-- What an owner can decide about a result.
create or replace function private.review_decisions()
returns text[]
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return array['confirmed', 'corrected', 'withdrawn'];
end
$$;

create or replace function private.price_tiers()
returns text[]
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return array['free', 'starter', 'professional', 'enterprise'];
end
$$;

create or replace function private.session_types()
returns text[]
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return array['campaign', 'coaching'];
end
$$;

-- What a session's status is when it was ended before it was complete.
create or replace function private.ended_statuses()
returns text[]
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return array['cancelled', 'withdrawn'];
end
$$;

-- Who speaks in a turn of a transcript.
create or replace function private.speakers()
returns text[]
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return array['respondent', 'interviewer', 'other', 'unknown'];
end
$$;

create or replace function private.rater_kinds()
returns text[]
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return array['model', 'human'];
end
$$;

-- Why a rater gives no score. The database adds others of its own.
create or replace function private.unscored_reasons()
returns text[]
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return array['no-evidence', 'refused', 'not-asked', 'out-of-range'];
end
$$;

-- From 1, highly structured, to 5, fully conversational. CHECKs on the host's tables state 1 to 5 themselves, because
-- writers of those tables may not be allowed to call this function.
create or replace function private.interview_styles()
returns integer[]
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return array[1, 2, 3, 4, 5];
end
$$;

-- Words as a sentence lists them: full, teaser or none.
create or replace function private.one_of(words text[])
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return array_to_string(trim_array(words, 1), ', ') || ' or ' || words[cardinality(words)];
end
$$;
