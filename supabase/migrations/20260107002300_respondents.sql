-- custom-assessments 0.2.0 respondents sha256:ed1a860397a7c8fc0d2dc90b4d9980f341b932dd3aa52653ff24bf3161d5afdf
-- For respondents: the result behind a link.

-- SECURITY DEFINER, because a respondent has no account: the link's token grants access, and RLS does not know it.
--
-- Unknown, expired and unfinished sessions get the same answer after the same two look-ups. The result must belong to the
-- session's own tenant and campaign, so that a session created with the id of a deleted one shows nothing. The disclosure
-- was fixed when the result was written.
create or replace function public.session_result(access_token text)
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  session record;
  result record;
begin
  select found.id, found.kind, found.tenant_id, found.campaign_id, found.expires_at
    into session
    from (
      select assignment.id, 'campaign' as kind, campaign.tenant_id, campaign.id as campaign_id,
             assignment.access_expires_at as expires_at
        from public.campaign_assignments as assignment
        join public.campaigns as campaign on campaign.id = assignment.campaign_id
       where assignment.access_token::text = session_result.access_token
      union all
      select coaching.id, 'coaching', coaching.tenant_id, null, coaching.access_expires_at
        from public.coaching_sessions as coaching
       where coaching.access_token::text = session_result.access_token
    ) as found
   limit 1;

  select present.tenant_id, present.campaign_id, present.overall_score, present.dimension_scores,
         present.uncovered_dimensions, present.matched_category_data, present.ai_insights, present.completed_at,
         present.result_disclosure, present.assessment_definition_snapshot -> 'metadata' as metadata
    into result
    from public.custom_assessment_results as present
   where present.session_id = coalesce(session.id, '00000000-0000-0000-0000-000000000000')
     and present.session_type = coalesce(session.kind, 'coaching');

  if session.id is null
     or session.expires_at <= now()
     or result.tenant_id is distinct from session.tenant_id
     or result.campaign_id is distinct from session.campaign_id then
    return '{"complete": false}'::jsonb;
  end if;
  return case result.result_disclosure
    when 'full' then jsonb_build_object(
      'complete', true,
      'disclosure', result.result_disclosure,
      'completed_at', result.completed_at,
      'scale', to_jsonb(private.scale_in_force(result.metadata)),
      'overall_score', result.overall_score,
      'dimension_scores', result.dimension_scores,
      'uncovered_dimensions', result.uncovered_dimensions,
      'category', result.matched_category_data,
      'insights', result.ai_insights)
    when 'teaser' then jsonb_build_object(
      'complete', true,
      'disclosure', result.result_disclosure,
      'category', case when result.matched_category_data is not null then jsonb_build_object(
        'name', result.matched_category_data -> 'name',
        'description', result.matched_category_data -> 'description') end)
    else '{"complete": true}'
  end;
end
$$;
comment on function public.session_result(text) is
'For respondents: the result of the session with this link, as far as the assessment discloses it. full: {complete, '
'disclosure, completed_at, scale, overall_score, dimension_scores, uncovered_dimensions, category, insights}; teaser: '
'{complete, disclosure, category: {name, description}}; none: {complete}. For an unknown, expired or unfinished session: '
'{complete: false}.';
revoke all on function public.session_result(text) from public, anon, authenticated, service_role;
