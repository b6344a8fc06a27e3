-- custom-assessments 0.2.0 owners sha256:266387fc93533e084e7835dd9a02bd06ce93a1262a3684ee0e360d033545adf7
-- For authors: what an interview agent would get. Nothing is stored.

-- What a preview is of, as a version that has no id: the working copy of an assessment that the caller can read, or a
-- definition that is not saved.
create or replace function private.previewed(assessment_id uuid, definition jsonb)
returns public.assessment_versions
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  shown public.assessment_versions;
  faults jsonb;
begin
  if num_nonnulls(assessment_id, definition) <> 1 then
    perform private.refuse('INVALID_ARGUMENT',
      '{"argument": "assessment_id", "expected": "an assessment, or a definition in its place, and not both"}');
  elsif assessment_id is not null then
    select present.id, present.name, present.version, present.description, present.definition, present.assessment_type,
           present.interview_style_default, present.interview_style_allow_override, present.result_disclosure
      into shown.assessment_id, shown.name, shown.version, shown.description, shown.definition, shown.assessment_type,
           shown.interview_style_default, shown.interview_style_allow_override, shown.result_disclosure
      from public.custom_assessments as present
     where present.id = previewed.assessment_id;
    if not found then
      perform private.refuse('ASSESSMENT_NOT_FOUND', jsonb_build_object('assessment_id', previewed.assessment_id));
    end if;
    return shown;
  end if;

  faults := private.definition_faults(previewed.definition);
  if faults <> '[]' then
    perform private.refuse('ASSESSMENT_VALIDATION_ERROR', jsonb_build_object('faults', faults));
  end if;
  shown := jsonb_populate_record(shown, to_jsonb(private.columns_of(previewed.definition -> 'metadata')));
  shown.definition := previewed.definition;
  return shown;
end
$$;

create or replace function public.preview_context(assessment_id uuid default null, definition jsonb default null)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  shown constant public.assessment_versions := private.previewed(preview_context.assessment_id, preview_context.definition);
begin
  return jsonb_build_object(
    'assessment_id', shown.assessment_id,
    'version', shown.version,
    'interview_style', shown.interview_style_default,
    'definition', private.asked_definition(shown)
  );
end
$$;
comment on function public.preview_context(uuid, jsonb) is
'For authors: what interview_context would return to an agent, of an assessment as it is now, or of a definition that is not '
'saved; nothing is stored, and no session begins. Returns {assessment_id, version, interview_style, definition}; the id is null '
'for a definition.';
revoke all on function public.preview_context(uuid, jsonb) from public, anon, authenticated, service_role;

-- For authors: a draft made from another assessment.

-- The content that a tenant may copy: of its owner's assessments the working copy, of an active template the newest version,
-- of a free listing the listed version. Its id is that of the version; the working copy names the newest.
create or replace function private.content_to_copy(assessment_id uuid, tenant_id uuid)
returns public.assessment_versions
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  source public.assessment_versions;
  chosen uuid;
  price text;
begin
  select present.newest_version_id, present.name, present.description, present.definition, present.assessment_type,
         present.interview_style_default, present.interview_style_allow_override, present.result_disclosure
    into source.id, source.name, source.description, source.definition, source.assessment_type,
         source.interview_style_default, source.interview_style_allow_override, source.result_disclosure
    from public.custom_assessments as present
   where present.id = content_to_copy.assessment_id
     and (
       present.tenant_id = content_to_copy.tenant_id
       or present.tenant_id = any (array(select private.my_tenant_ids()))
     );
  if found then
    return source;
  end if;

  select present.newest_version_id
    into chosen
    from public.custom_assessments as present
   where present.id = content_to_copy.assessment_id and present.is_template and present.status = 'active';
  if not found then
    select listing.version_id, listing.price_tier
      into chosen, price
      from public.marketplace_listings as listing
     where listing.id = content_to_copy.assessment_id;
    if coalesce(price, 'free') <> 'free' then
      perform private.refuse('ASSESSMENT_ACCESS_DENIED', jsonb_build_object('assessment_id', content_to_copy.assessment_id));
    end if;
  end if;
  select version.* into source from public.assessment_versions as version where version.id = chosen;
  if not found then
    perform private.refuse('ASSESSMENT_NOT_FOUND', jsonb_build_object('assessment_id', content_to_copy.assessment_id));
  end if;
  return source;
end
$$;

-- With the caller's rights: whether the tenant is the caller's, its limits, the name and the slug are checked as for every
-- other new row. The Markdown is the worker's, because that of the source has another name and number.
create or replace function public.copy_assessment(assessment_id uuid, tenant_id uuid, name text default null)
returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  source constant public.assessment_versions := private.content_to_copy(copy_assessment.assessment_id, copy_assessment.tenant_id);
  copied public.custom_assessments;
begin
  if copy_assessment.tenant_id is null then
    perform private.refuse('INVALID_ARGUMENT', '{"argument": "tenant_id", "expected": "the tenant that gets the copy"}');
  end if;
  insert into public.custom_assessments (
    tenant_id, name, description, definition, source_type, assessment_type, interview_style_default,
    interview_style_allow_override, result_disclosure, derived_from
  )
  values (
    copy_assessment.tenant_id, coalesce(copy_assessment.name, source.name), source.description,
    private.with_metadata(
      private.with_metadata(
        source.definition, '{metadata,name}', to_jsonb(coalesce(copy_assessment.name, source.name))
      ),
      '{metadata,version}', private.metadata_defaults() -> 'version'
    ),
    'imported', source.assessment_type, source.interview_style_default, source.interview_style_allow_override,
    source.result_disclosure, source.id
  )
  returning * into copied;
  return jsonb_build_object(
    'id', copied.id, 'name', copied.name, 'slug', copied.slug, 'version', copied.version, 'status', copied.status,
    'derived_from', copied.derived_from
  );
end
$$;
comment on function public.copy_assessment(uuid, uuid, text) is
'For owners: makes a draft from an assessment of their own, an active template or a free listing, and says from which version '
'(derived_from). The copy has the source''s content, its own version number from 1.0, and the source''s name if none is given. '
'Returns {id, name, slug, version, status, derived_from}.';
revoke all on function public.copy_assessment(uuid, uuid, text) from public, anon, authenticated, service_role;

-- For new accounts: their first tenant.

-- On a host that has tenants of its own the setting is off: who may become one is the host's rule. Our own table is recognised
-- by its policy.
insert into private.settings (name, value, least, most, meaning) values
(
  'create_tenant',
  (
    select count(*)
    from pg_catalog.pg_policy as policy
    where policy.polrelid = 'public.tenant_profiles'::regclass and policy.polname = 'Owners describe their tenants'
  ),
  0, 1, 'Whether an account without a tenant may create one (create_tenant): 1 for yes, 0 for no. Off on a host with its own table.'
)
on conflict on constraint settings_pkey do update
  set least = excluded.least, most = excluded.most, meaning = excluded.meaning;

-- SECURITY DEFINER, because an account has no right to insert tenants: whether one is active and what it pays for are the
-- host's to say. One for each account, since limits and turns in the queue are a tenant's.
create or replace function public.create_tenant(display_name text, slug text default null)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  me constant uuid := auth.uid();
  called constant text := private.trim_text(display_name);
  wanted text := nullif(slug, '');
  made uuid;
begin
  if private.setting('create_tenant') <> 1 or me is null then
    perform private.refuse('TENANT_ACCESS_DENIED');
  elsif coalesce(called, '') = '' or length(called) > private.longest_name()
    or called ~ E'[\n\r]' or called ~ private.unseen_controls() or private.markup_fault(called) is not null then
    perform private.refuse('INVALID_ARGUMENT', jsonb_build_object(
      'argument', 'display_name',
      'expected', format('1 to %s characters on one line, no HTML and none of them hidden', private.longest_name())
    ));
  elsif wanted !~ '^[a-z0-9]+(-[a-z0-9]+)*$' or length(wanted) > private.longest_name() then
    perform private.refuse('INVALID_SLUG', jsonb_build_object('slug', left(wanted, private.longest_name())));
  end if;
  perform pg_advisory_xact_lock(hashtextextended('first tenant of ' || me, 0));
  if exists (select from public.tenant_profiles as tenant where tenant.user_id = me) then
    perform private.refuse('TENANT_EXISTS');
  end if;

  wanted := coalesce(wanted, private.slug_of(called));
  if slug is null and exists (select from public.tenant_profiles as tenant where tenant.slug = wanted) then
    wanted := wanted || '-' || left(me::text, 8);
  end if;
  insert into public.tenant_profiles as tenant (user_id, slug, display_name)
  values (me, wanted, called)
  returning tenant.id into made;
  return jsonb_build_object('id', made, 'slug', wanted, 'display_name', called);
exception
  when unique_violation then
    perform private.refuse('SLUG_TAKEN');
    return null;
end
$$;
comment on function public.create_tenant(text, text) is
'For accounts that own no tenant: creates one, if the operator allows it (the setting create_tenant). A slug that is omitted is '
'made from the name. Returns {id, slug, display_name}.';
revoke all on function public.create_tenant(text, text) from public, anon, authenticated, service_role;
