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
