-- The rules of a definition's metadata, which comes from the front matter.

create or replace function private.metadata_faults(metadata jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  faults jsonb := '[]'::jsonb;
  part jsonb;
  key text;
begin
  if jsonb_typeof(metadata) <> 'object' then
    return jsonb_build_array(private.fault('$.metadata', 'wrong-type', 'an object'));
  end if;
  -- Null would state that the value is absent, which a missing key already does.
  faults := faults || coalesce((
    select jsonb_agg(private.fault('$.metadata.' || known.key, 'null', 'a value, or no such key') order by known.place)
      from unnest(array[
        'name', 'version', 'type', 'author', 'description', 'interviewStyle', 'interviewStyle.default',
        'interviewStyle.allowOverride', 'resultDisclosure', 'scale', 'evidence', 'minCoverage', 'language'
      ]) with ordinality as known (key, place)
     where metadata #> string_to_array(known.key, '.') = 'null'
  ), '[]');
  -- Indentation does not count, because it is removed when the name is read.
  part := metadata -> 'name';
  if jsonb_typeof(part) <> 'null'
    and (
      jsonb_typeof(part) <> 'string'
      or length(regexp_replace(private.trim_text(metadata ->> 'name'), '[\r\n][\r\n \t]*', E'\n', 'g'))
      not between 1 and private.longest_name()
    ) then
    faults := faults || private.fault(
      '$.metadata.name', 'invalid-text', format('a text of 1 to %s characters', private.longest_name())
    );
  end if;
  part := metadata -> 'version';
  if jsonb_typeof(part) <> 'null'
    and (jsonb_typeof(part) <> 'string' or not private.is_version(metadata ->> 'version')) then
    faults := faults || private.fault('$.metadata.version', 'invalid-version', 'a text major.minor, such as "1.0"');
  end if;
  part := metadata -> 'type';
  if jsonb_typeof(part) <> 'null' and not to_jsonb(private.assessment_types()) @> jsonb_build_array(part) then
    faults := faults
      || private.fault('$.metadata.type', 'unknown-value', private.one_of(private.assessment_types()));
  end if;
  foreach key in array array['author', 'description'] loop
    if jsonb_typeof(metadata -> key) not in ('string', 'null') then
      faults := faults || private.fault('$.metadata.' || key, 'wrong-type', 'a text');
    end if;
  end loop;
  -- A language tag is well-formed by BCP 47 and has two or three letters, because no longer ones are registered.
  part := metadata -> 'language';
  if jsonb_typeof(part) <> 'null'
    and (jsonb_typeof(part) <> 'string' or not private.is_language(metadata ->> 'language')) then
    faults := faults
      || private.fault('$.metadata.language', 'invalid-language', 'a BCP 47 tag, such as "en" or "de-AT"');
  end if;
  part := metadata -> 'interviewStyle';
  if jsonb_typeof(part) = 'object' then
    if jsonb_typeof(part -> 'default') <> 'null'
      and (jsonb_typeof(part -> 'default') <> 'number'
           or part ->> 'default' <> all (private.interview_styles()::text[])) then
      faults := faults || private.fault(
        '$.metadata.interviewStyle.default', 'out-of-range',
        private.one_of(private.interview_styles()::text[])
      );
    end if;
    if jsonb_typeof(part -> 'allowOverride') not in ('boolean', 'null') then
      faults := faults || private.fault('$.metadata.interviewStyle.allowOverride', 'wrong-type', 'true or false');
    end if;
  elsif jsonb_typeof(part) <> 'null' then
    faults := faults
      || private.fault('$.metadata.interviewStyle', 'wrong-type', 'an object with default and allowOverride');
  end if;
  part := metadata -> 'resultDisclosure';
  if jsonb_typeof(part) <> 'null' and not to_jsonb(private.disclosures()) @> jsonb_build_array(part) then
    faults := faults
      || private.fault('$.metadata.resultDisclosure', 'unknown-value', private.one_of(private.disclosures()));
  end if;
  if jsonb_typeof(metadata -> 'scale') <> 'null' and private.scale_of(metadata) is null then
    faults := faults || private.fault(
      '$.metadata.scale', 'invalid-scale',
      format('two numbers [low, high] with 0 <= low < high <= %s', private.highest_score())
    );
  end if;
  part := metadata -> 'evidence';
  if jsonb_typeof(part) <> 'null' and not to_jsonb(private.evidence_rules()) @> jsonb_build_array(part) then
    faults := faults
      || private.fault('$.metadata.evidence', 'unknown-value', private.one_of(private.evidence_rules()));
  end if;
  part := metadata -> 'minCoverage';
  if jsonb_typeof(part) <> 'null' and not private.is_share(part) then
    faults := faults || private.fault('$.metadata.minCoverage', 'out-of-range', 'a number from 0 to 1');
  end if;
  return faults;
end
$$;

-- Whether a text is the tag of a language.
create or replace function private.is_language(tag text)
returns boolean
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return length(tag) <= 35
    and tag ~ ('^[A-Za-z]{2,3}(-[A-Za-z]{3}){0,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?'
      || '(-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*(-[0-9A-WYZa-wyz](-[A-Za-z0-9]{2,8})+)*'
      || '(-[Xx](-[A-Za-z0-9]{1,8})+)?$');
end
$$;

-- Whether a value is a number from 0 to 1.
create or replace function private.is_share(value jsonb)
returns boolean
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return jsonb_typeof(value) = 'number' and value::numeric between 0 and 1
    and scale(value::numeric) <= private.most_decimal_places();
end
$$;

-- The scale that metadata states, as {low,high}; null if it states none or an invalid one.
create or replace function private.scale_of(metadata jsonb)
returns numeric[]
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  scale constant jsonb := metadata -> 'scale';
begin
  if private.is_number_pair(scale) and (scale -> 0)::numeric >= 0
    and greatest(scale((scale -> 0)::numeric), scale((scale -> 1)::numeric)) <= private.most_decimal_places()
    and (scale -> 0)::numeric < (scale -> 1)::numeric and (scale -> 1)::numeric <= private.highest_score() then
    return array[(scale -> 0)::numeric, (scale -> 1)::numeric];
  end if;
  return null;
end
$$;

-- The effective scale: the one that metadata states, or the default.
create or replace function private.scale_in_force(metadata jsonb)
returns numeric[]
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(private.scale_of(metadata), private.scale_of(private.metadata_defaults()));
end
$$;
