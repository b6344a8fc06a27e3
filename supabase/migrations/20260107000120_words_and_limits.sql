-- custom-assessments 0.2.0 words_and_limits sha256:25ab60a7fb39c2edb4dc266342ee23d255ecfeace15543561963eb32ca28effb
-- Allowed words, limits and defaults: each is said here, once. CHECKs, triggers and the definition's rules call these;
-- the definition models (worker/definition.py) have those of the format, and a test holds the two together.
--
-- plpgsql, and immutable: a statement calls each of them once, when it is planned.

-- ---------------------------------------------------------------------------------------------------------------------
-- Words
-- ---------------------------------------------------------------------------------------------------------------------

create or replace function private.assessment_types()
returns text[]
language plpgsql
immutable
parallel safe
set search_path = ''
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
set search_path = ''
as $$
begin
  return array['full', 'teaser', 'none'];
end
$$;

create or replace function private.source_types()
returns text[]
language plpgsql
immutable
parallel safe
set search_path = ''
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
set search_path = ''
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
set search_path = ''
as $$
begin
  return array['private', 'pending_review', 'published', 'rejected'];
end
$$;

create or replace function private.price_tiers()
returns text[]
language plpgsql
immutable
parallel safe
set search_path = ''
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
set search_path = ''
as $$
begin
  return array['campaign', 'coaching'];
end
$$;

-- From 1, highly structured, to 5, fully conversational. What stands at the host's tables says 1 to 5 itself: whoever
-- may write those need not be allowed to call this.
create or replace function private.interview_styles()
returns integer[]
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
  return array[1, 2, 3, 4, 5];
end
$$;

-- Words as a sentence names them: full, teaser or none.
create or replace function private.one_of(words text[])
returns text
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
  return array_to_string(trim_array(words, 1), ', ') || ' or ' || words[cardinality(words)];
end
$$;

-- ---------------------------------------------------------------------------------------------------------------------
-- Limits
-- ---------------------------------------------------------------------------------------------------------------------

-- In bytes: of a Markdown file, of the definition that it is compiled to, of a description.
create or replace function private.largest_text()
returns integer
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
  return 512000;
end
$$;

-- In characters: of an assessment's name, and of the slug that is made from it.
create or replace function private.longest_name()
returns integer
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
  return 200;
end
$$;

create or replace function private.most_dimensions()
returns integer
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
  return 20;
end
$$;

create or replace function private.most_categories()
returns integer
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
  return 15;
end
$$;

-- The highest end of a scale; the lowest is 0. Results keep scores as numeric(3, 2).
create or replace function private.highest_score()
returns numeric
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
  return 9.99;
end
$$;

-- How far from 1 the weights may sum.
create or replace function private.weight_tolerance()
returns numeric
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
  return 0.01;
end
$$;

-- ---------------------------------------------------------------------------------------------------------------------
-- Metadata
-- ---------------------------------------------------------------------------------------------------------------------

-- What counts where metadata does not say; null says nothing.
create or replace function private.metadata_defaults()
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
  return '{
    "version": "1.0",
    "type": "multi-dimensional",
    "interviewStyle": {"default": 3, "allowOverride": true},
    "resultDisclosure": "full",
    "scale": [1, 5]
  }';
end
$$;

-- The columns of an assessment that a definition's metadata fills, whichever way the definition comes in.
create or replace function private.columns_of(
  metadata jsonb,
  out name text,
  out version text,
  out description text,
  out assessment_type text,
  out interview_style_default integer,
  out interview_style_allow_override boolean,
  out result_disclosure text
)
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
  defaults constant jsonb := private.metadata_defaults();
begin
  name := metadata ->> 'name';
  version := coalesce(metadata ->> 'version', defaults ->> 'version');
  description := metadata ->> 'description';
  assessment_type := coalesce(metadata ->> 'type', defaults ->> 'type');
  interview_style_default := coalesce(
    metadata #>> '{interviewStyle,default}', defaults #>> '{interviewStyle,default}'
  )::integer;
  interview_style_allow_override := coalesce(
    metadata #>> '{interviewStyle,allowOverride}', defaults #>> '{interviewStyle,allowOverride}'
  )::boolean;
  result_disclosure := coalesce(metadata ->> 'resultDisclosure', defaults ->> 'resultDisclosure');
end
$$;

revoke all on function private.assessment_types() from public, anon, authenticated, service_role;
revoke all on function private.disclosures() from public, anon, authenticated, service_role;
revoke all on function private.source_types() from public, anon, authenticated, service_role;
revoke all on function private.assessment_statuses() from public, anon, authenticated, service_role;
revoke all on function private.marketplace_statuses() from public, anon, authenticated, service_role;
revoke all on function private.price_tiers() from public, anon, authenticated, service_role;
revoke all on function private.session_types() from public, anon, authenticated, service_role;
revoke all on function private.interview_styles() from public, anon, authenticated, service_role;
revoke all on function private.one_of(text[]) from public, anon, authenticated, service_role;
revoke all on function private.largest_text() from public, anon, authenticated, service_role;
revoke all on function private.longest_name() from public, anon, authenticated, service_role;
revoke all on function private.most_dimensions() from public, anon, authenticated, service_role;
revoke all on function private.most_categories() from public, anon, authenticated, service_role;
revoke all on function private.highest_score() from public, anon, authenticated, service_role;
revoke all on function private.weight_tolerance() from public, anon, authenticated, service_role;
revoke all on function private.metadata_defaults() from public, anon, authenticated, service_role;
revoke all on function private.columns_of(jsonb) from public, anon, authenticated, service_role;
-- Who writes a row calls what its CHECKs and defaults call.
grant execute on function private.assessment_types() to authenticated, service_role;
grant execute on function private.disclosures() to authenticated, service_role;
grant execute on function private.source_types() to authenticated, service_role;
grant execute on function private.assessment_statuses() to authenticated, service_role;
grant execute on function private.marketplace_statuses() to authenticated, service_role;
grant execute on function private.price_tiers() to authenticated, service_role;
grant execute on function private.session_types() to authenticated, service_role;
grant execute on function private.interview_styles() to authenticated, service_role;
grant execute on function private.one_of(text[]) to authenticated, service_role;
grant execute on function private.largest_text() to authenticated, service_role;
grant execute on function private.longest_name() to authenticated, service_role;
grant execute on function private.most_dimensions() to authenticated, service_role;
grant execute on function private.most_categories() to authenticated, service_role;
grant execute on function private.highest_score() to authenticated, service_role;
grant execute on function private.weight_tolerance() to authenticated, service_role;
grant execute on function private.metadata_defaults() to authenticated, service_role;
