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
