-- custom-assessments 0.2.0 text_names sha256:6800df8df10e68d9c7fe8253566ed61d85137526ce00b626b8e7c60e552b903d
-- The identity of names. Two names of dimensions or of categories are the same if private.fold_name returns the same for
-- both: it removes invisible characters, applies Unicode's compatibility form and lower case, and unifies hyphens and
-- quotation marks of each kind. worker/names.py does the same, and a test compares both character by character.
--
-- Lower case is ICU's, because that of the database's own locale differs between projects. ICU lower-cases only the letters
-- that its Unicode version knows; case differs for newer letters in the database only.
create or replace function private.fold_name(name text)
returns text
language plpgsql
immutable
strict
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Ordering combining marks takes time proportional to the square of their number and cannot be interrupted: 500 KB of
  -- them would take minutes. No real name has a thousand characters.
  if length(name) > 1000 then
    return name;
  end if;
  -- Nearly all names are plain ASCII, and need nothing else.
  if octet_length(name) = length(name) then
    return lower(name collate "C");
  end if;
  -- Invisible characters: soft hyphen, joiners, direction marks, zero-width spaces, variation selectors.
  name := regexp_replace(
    name,
    E'[\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]',
    '', 'g'
  );
  -- Decomposed, so that single characters can be lower-cased, except sigma, which has another form at the end of a word.
  return translate(
    lower(normalize(name, NFKD) collate "und-x-icu"),
    E'\u03c2\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2018\u2019\u201a\u201b\u02bc\u201c\u201d\u201e\u201f',
    E'\u03c3-------''''''''''""""'
  );
end
$$;
comment on function private.fold_name(text) is
'The identity of a name. Names are the same if they differ only in case, Unicode form, invisible characters, or the kind of '
'hyphens and quotation marks.';

-- Small functions on text and numbers, shared by the rules of definitions and assessments.

-- A text without surrounding white space, as Python's str.strip() defines it, regardless of the database's locale.
create or replace function private.trim_text(value text)
returns text
language plpgsql
immutable
strict
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return btrim(
    value,
    E'\t\n\u000b\f\r\u001c\u001d\u001e\u001f \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006'
    || E'\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000'
  );
end
$$;

-- Whether a text is a version: major.minor without leading zeros, each of at most nine digits.
create or replace function private.is_version(value text)
returns boolean
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(value ~ '^(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})$', false);
end
$$;

-- Whether a value is a list of two numbers.
create or replace function private.is_number_pair(value jsonb)
returns boolean
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(
    jsonb_typeof(value) = 'array'
    and jsonb_array_length(value) = 2
    and jsonb_typeof(value -> 0) = 'number'
    and jsonb_typeof(value -> 1) = 'number',
    false
  );
end
$$;

-- A hash of 32 bytes of an assessment's source, its definition except the version number, and its settings: equal for equal
-- ones, and different in practice for all others. Null without a source. The texts are hashed in UTF-8, regardless of the
-- database's encoding.
create or replace function private.content_hash(
  source text,
  definition jsonb,
  name text,
  description text,
  assessment_type text,
  interview_style_default integer,
  interview_style_allow_override boolean,
  result_disclosure text
)
returns bytea
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  if source is null or definition is null then
    return null;
  end if;
  return sha256(
    sha256(convert_to(source, 'UTF8'))
    || sha256(convert_to((definition #- '{metadata,version}')::text, 'UTF8'))
    || sha256(convert_to(
         jsonb_build_array(
           name, description, assessment_type, interview_style_default, interview_style_allow_override, result_disclosure
         )::text, 'UTF8'))
  );
end
$$;

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
