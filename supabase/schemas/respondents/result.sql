-- For respondents: the result behind a link.

-- SECURITY DEFINER, because a respondent has no account: the link's token grants access, and RLS does not know it.
--
-- Unknown, expired and unfinished sessions get the same answer after the same look-ups. The result must belong to the
-- session's own tenant and campaign, so that a session created with the id of a deleted one shows nothing. The disclosure
-- was fixed when the result was written; of a result that was withdrawn nothing is disclosed.
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
  select found.* into session from private.session_of_link(session_result.access_token) as found;
  select present.tenant_id, present.campaign_id, effective.overall_score, effective.dimension_scores,
         effective.uncovered_dimensions, effective.matched_category_data, effective.ai_insights, effective.completed_at,
         effective.corrected, effective.assessment_definition_snapshot -> 'metadata' as metadata,
         effective.result_disclosure
    into result
    from public.custom_assessment_results as present
    left join public.effective_results as effective on effective.id = present.id
   where present.session_id = session.session_id and present.session_type = session.session_type;

  if result.tenant_id is distinct from session.tenant_id
     or result.campaign_id is distinct from session.campaign_id then
    return '{"complete": false}'::jsonb;
  end if;
  return case result.result_disclosure
    when 'full' then jsonb_build_object(
      'complete', true,
      'disclosure', result.result_disclosure,
      'corrected', result.corrected,
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
      'corrected', result.corrected,
      'category', case when result.matched_category_data is not null then jsonb_build_object(
        'name', result.matched_category_data -> 'name',
        'description', result.matched_category_data -> 'description') end)
    else '{"complete": true}'
  end;
end
$$;
comment on function public.session_result(text) is
'For respondents: the result of the session with this link, as far as the assessment discloses it. full: {complete, '
'disclosure, corrected, completed_at, scale, overall_score, dimension_scores, uncovered_dimensions, category, insights}; teaser: '
'{complete, disclosure, corrected, category: {name, description}}; none, and a withdrawn result: {complete}. For an unknown, '
'expired or unfinished session: {complete: false}.';
revoke all on function public.session_result(text) from public, anon, authenticated, service_role;
