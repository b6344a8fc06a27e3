-- custom-assessments 0.2.0 assessments_metadata sha256:ef43c155a9794e79c754be2d1186b4a015cd907b65976c74e36e5fe009d1110f
-- 2. What a definition's metadata and the columns of its row both say. The column is the value; a key that is there always
-- equals it. A key that is missing says nothing: it takes no default, removes nothing, and is not added.

-- The columns, and the keys of metadata that say the same.
create or replace function private.metadata_columns()
returns table (name text, path text[])
language plpgsql
immutable
parallel safe
rows 7
set search_path = pg_catalog, pg_temp
as $$
begin
  -- In plpgsql, because a function in SQL that is not inlined is planned again in every statement.
  return query
  select listed.name, listed.path::text[]
    from (values
      ('name', '{metadata,name}'),
      ('version', '{metadata,version}'),
      ('description', '{metadata,description}'),
      ('assessment_type', '{metadata,type}'),
      ('interview_style_default', '{metadata,interviewStyle,default}'),
      ('interview_style_allow_override', '{metadata,interviewStyle,allowOverride}'),
      ('result_disclosure', '{metadata,resultDisclosure}')
    ) as listed (name, path);
end
$$;

-- A column of an assessment and its key say different things.
create or replace function private.refuse_contradictions(columns text[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  faults jsonb;
begin
  select jsonb_agg(fault.value order by known.name, fault.place)
    into faults
    from private.metadata_columns() as known,
         lateral (values
           (1, private.fault(known.name, 'contradiction', 'the value at $.' || array_to_string(known.path, '.'))),
           (2, private.fault('$.' || array_to_string(known.path, '.'), 'contradiction', 'the value of the column ' || known.name))
         ) as fault (place, value)
   where known.name = any (refuse_contradictions.columns);
  perform private.refuse('ASSESSMENT_VALIDATION_ERROR', jsonb_build_object('faults', faults));
end
$$;

-- A definition whose key says what the column says; without the key where the column says nothing.
create or replace function private.with_metadata(definition jsonb, path text[], value jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return case when value is null then definition #- path else jsonb_set(definition, path, value, false) end;
end
$$;

-- Whether a number is a version, and above another one.
create or replace function private.is_higher_version(version text, present text)
returns boolean
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(
    private.is_version(version) and private.is_version(present)
    and string_to_array(version, '.')::bigint[] > string_to_array(present, '.')::bigint[],
    false);
end
$$;

-- The columns whose keys are there and say something else, with what they say.
create or replace function private.differing_metadata(metadata jsonb, columns jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  part constant jsonb := jsonb_build_object('metadata', metadata);
begin
  return (
    select coalesce(jsonb_object_agg(known.name, part #> known.path), '{}')
      from private.metadata_columns() as known
     where part #> known.path is not null
       and part #> known.path is distinct from columns -> known.name
  );
end
$$;

-- A new row: a key counts before a column that holds its default, and contradicts one that holds anything else.
create or replace function private.fill_columns_from_metadata()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  columns constant jsonb := private.column_values(
    new.name, new.version, new.description, new.assessment_type, new.interview_style_default,
    new.interview_style_allow_override, new.result_disclosure);
  differing constant jsonb := private.differing_metadata(new.definition -> 'metadata', columns);
  defaults jsonb;
  stated text[];
begin
  -- A null that was sent is not filled in, but for the name, which has no default: its column refuses it. Metadata with faults
  -- is left to the rules of definitions.
  if differing = '{}'
    or private.metadata_faults(new.definition -> 'metadata') <> '[]'
    or not columns ?& array['version', 'assessment_type', 'interview_style_default', 'interview_style_allow_override',
                            'result_disclosure'] then
    return new;
  end if;
  select to_jsonb(held) into defaults from private.columns_of('{}') as held;
  stated := array(
    select listed.name
      from jsonb_object_keys(differing) as listed (name)
     where columns ? listed.name and columns -> listed.name is distinct from defaults -> listed.name
  );
  if stated <> '{}' then
    perform private.refuse_contradictions(stated);
  end if;
  return jsonb_populate_record(new, differing);
end
$$;

create or replace trigger assessment_2_metadata_of_new
before insert on public.custom_assessments
for each row when (new.definition -> 'metadata' is not null)
execute function private.fill_columns_from_metadata();

-- An update that names a column: the column is stated, with its old value too. A key that the same update changed to
-- something else contradicts it; any other follows. Only a trigger for this column knows that it is named.
create or replace function private.keep_named_column()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  named constant text := tg_argv[0];
  path constant text[] := tg_argv[1];
  key constant jsonb := new.definition #> path;
  value jsonb;
begin
  if key is null then
    return new;
  end if;
  value := private.column_values(
    new.name, new.version, new.description, new.assessment_type, new.interview_style_default,
    new.interview_style_allow_override, new.result_disclosure) -> named;
  if key is not distinct from value then
    return new;
  end if;
  if named = 'version' then
    -- A number that is not above the present one states none, in either place.
    if private.is_higher_version(key #>> '{}', old.version) then
      if new.version = old.version then
        new.version := key #>> '{}';
        return new;
      elsif private.is_version(new.version) then
        perform private.refuse_contradictions(array[named]);
      end if;
    end if;
    if not private.is_version(new.version) or jsonb_typeof(key) <> 'string' or not private.is_version(key #>> '{}') then
      return new;
    end if;
  elsif key is distinct from old.definition #> path then
    perform private.refuse_contradictions(array[named]);
  end if;
  new.definition := private.with_metadata(new.definition, path, value);
  return new;
end
$$;

-- An update that names the definition: where a key changed and its column is not named, the column follows.
create or replace function private.keep_named_definition()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  columns constant jsonb := private.column_values(
    new.name, new.version, new.description, new.assessment_type, new.interview_style_default,
    new.interview_style_allow_override, new.result_disclosure);
  differing jsonb := private.differing_metadata(new.definition -> 'metadata', columns);
  known record;
begin
  if differing = '{}' then
    return new;
  end if;
  for known in
    select listed.name, listed.path from private.metadata_columns() as listed where differing ? listed.name
  loop
    -- A key that is as it was, and a number that is not above the present one, state nothing.
    if differing -> known.name is not distinct from old.definition #> known.path
      or (known.name = 'version' and jsonb_typeof(differing -> 'version') = 'string'
          and private.is_version(differing ->> 'version')
          and not private.is_higher_version(differing ->> 'version', old.version)) then
      new.definition := private.with_metadata(new.definition, known.path, columns -> known.name);
      differing := differing - known.name;
    end if;
  end loop;
  -- Metadata with faults is left to the rules of definitions.
  if differing <> '{}' and private.metadata_faults(new.definition -> 'metadata') = '[]' then
    new := jsonb_populate_record(new, differing);
  end if;
  return new;
end
$$;

-- In the order of their names: first what is named, then the rest.
create or replace trigger assessment_2_metadata_1_name
before update of name on public.custom_assessments
for each row execute function private.keep_named_column('name', '{metadata,name}');

create or replace trigger assessment_2_metadata_1_version
before update of version on public.custom_assessments
for each row execute function private.keep_named_column('version', '{metadata,version}');

create or replace trigger assessment_2_metadata_1_description
before update of description on public.custom_assessments
for each row execute function private.keep_named_column('description', '{metadata,description}');

create or replace trigger assessment_2_metadata_1_type
before update of assessment_type on public.custom_assessments
for each row execute function private.keep_named_column('assessment_type', '{metadata,type}');

create or replace trigger assessment_2_metadata_1_style
before update of interview_style_default on public.custom_assessments
for each row execute function private.keep_named_column('interview_style_default', '{metadata,interviewStyle,default}');

create or replace trigger assessment_2_metadata_1_style_override
before update of interview_style_allow_override on public.custom_assessments
for each row execute function private.keep_named_column(
  'interview_style_allow_override', '{metadata,interviewStyle,allowOverride}'
);

create or replace trigger assessment_2_metadata_1_disclosure
before update of result_disclosure on public.custom_assessments
for each row execute function private.keep_named_column('result_disclosure', '{metadata,resultDisclosure}');

create or replace trigger assessment_2_metadata_2_definition
before update of definition on public.custom_assessments
for each row execute function private.keep_named_definition();

-- 3. Content of an assessment: its name, texts and definition, and when they arrived.

-- An edit has the current time; what the worker applies has the time of its upload. The Markdown must match the definition:
-- an edit of the definition that leaves the Markdown unchanged sets it to null, unless only metadata changed, whose lines
-- the worker updates. What the worker writes is not an edit.
create or replace function private.date_assessment_content()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if new.content_changed_at is distinct from old.content_changed_at then
    new.content_changed_at := least(greatest(new.content_changed_at, old.content_changed_at), clock_timestamp());
  elsif record_image_ne(
    row(new.definition, new.name, new.description, new.assessment_type, new.interview_style_default,
        new.interview_style_allow_override, new.result_disclosure),
    row(old.definition, old.name, old.description, old.assessment_type, old.interview_style_default,
        old.interview_style_allow_override, old.result_disclosure)
  ) then
    new.content_changed_at := clock_timestamp();
    if new.source_markdown = old.source_markdown
      and record_image_ne(row(new.definition - 'metadata'), row(old.definition - 'metadata')) then
      new.source_markdown := null;
    end if;
  elsif new.source_markdown is distinct from old.source_markdown and private.is_tenants_statement() then
    new.content_changed_at := clock_timestamp();
  end if;
  return new;
end
$$;

create or replace trigger assessment_3_content_date
before update of
content_changed_at, definition, name, description, source_markdown, assessment_type, interview_style_default,
interview_style_allow_override, result_disclosure
on public.custom_assessments
for each row execute function private.date_assessment_content();

create or replace function private.check_assessment_content()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  faults jsonb := '[]'::jsonb;
begin
  if octet_length(new.source_markdown) > private.largest_text() then
    perform private.refuse(
      'UPLOAD_TOO_LARGE',
      jsonb_build_object(
        'bytes', octet_length(new.source_markdown), 'expected', format('at most %s bytes', private.largest_text())
      )
    );
  end if;
  -- Surrounding white space counts too, because the name appears in lists and in an index.
  if new.name is null or length(new.name) > private.longest_name() or private.trim_text(new.name) = '' then
    faults := faults || private.fault('name', 'invalid-text', format('a text of 1 to %s characters', private.longest_name()));
  end if;
  if octet_length(new.description) > private.largest_text() then
    faults := faults || private.fault('description', 'too-large', format('at most %s bytes', private.largest_text()));
  end if;
  if tg_op = 'INSERT' or new.definition is distinct from old.definition then
    faults := faults || private.definition_faults(new.definition);
  end if;
  if faults <> '[]' then
    perform private.refuse('ASSESSMENT_VALIDATION_ERROR', jsonb_build_object('faults', faults));
  end if;
  return new;
end
$$;

create or replace trigger assessment_3_content
before insert or update of name, description, definition, source_markdown on public.custom_assessments
for each row execute function private.check_assessment_content();

-- Makes slugs from names.

-- Finds unaccent() in whichever schema the project has it: older projects may have the extension in public.
do $unaccent$
begin
  execute format(
    $create$
      create or replace function private.without_accents(value text)
      returns text
      language sql
      stable
      strict
      parallel safe
      set search_path = pg_catalog, pg_temp
      as $body$ select %I.unaccent(value) $body$
    $create$,
    (
      select nspname
      from pg_catalog.pg_extension
      inner join pg_catalog.pg_namespace on pg_namespace.oid = extnamespace
      where extname = 'unaccent'
    )
  );
end
$unaccent$;

-- The slug of a name: without accents, in lower case, each run of other characters replaced by one hyphen, no hyphens at
-- the ends, cut at a word boundary to the given length. 'assessment' if nothing usable is left.
create or replace function private.slug_of(name text, most integer default 60)
returns text
language plpgsql
stable
strict
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  slug text := name;
begin
  -- Plain ASCII has neither accents nor compatibility forms.
  if octet_length(name) > length(name) then
    slug := private.without_accents(normalize(name, NFC));
    -- Marks without a composed character, such as a diaeresis on a q.
    slug := regexp_replace(normalize(slug, NFD), '[\u0300-\u036f]', '', 'g');
  end if;
  slug := trim(both '-' from regexp_replace(lower(slug collate "C"), '[^a-z0-9]+', '-', 'g'));
  if length(slug) > most then
    slug := case
      when substr(slug, most + 1, 1) = '-' then left(slug, most)
      -- Up to the last hyphen, or within the word if there is none.
      else coalesce(substring(left(slug, most) from '^(.*)-'), left(slug, most))
    end;
  end if;
  return coalesce(nullif(slug, ''), 'assessment');
end
$$;
