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
