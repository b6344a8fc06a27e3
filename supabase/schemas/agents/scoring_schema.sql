-- For interview agents: what a model has to answer about one dimension.

-- The bands of a rubric in the order in which a rater sees them. jsonb does not keep the order in which an author wrote them,
-- and the compiler sorts them, so ascending is also the order of the file. One seed always gives the same order.
create or replace function private.ordered_bands(rubric jsonb, low numeric, high numeric, band_order text)
returns table (band text, first numeric, last numeric)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
    select reach.band, reach.first, reach.last
      from private.band_reach(rubric, low, high) with ordinality as reach (band, first, last, place)
     order by case when ordered_bands.band_order like 'shuffled:%'
                   then sha256(convert_to(ordered_bands.band_order || ' ' || reach.band, 'UTF8')) end,
              case ordered_bands.band_order when 'descending' then -reach.place else reach.place end;
end
$$;

-- A JSON Schema within what strict structured output accepts: every object closed, every key required, and no limits but types
-- and words. The order of the keys is the order in which a model writes them, so it is kept: json, not jsonb.
create or replace function public.scoring_schema(version_id uuid, dimension text, band_order text default 'ascending')
returns json
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  version constant public.assessment_versions := private.readable_version(scoring_schema.version_id);
  scored record;
  place integer;
  bands text[];
  explained text;
begin
  if coalesce(scoring_schema.band_order !~ '^(ascending|descending|shuffled:.{1,80})$', true) then
    perform private.refuse('INVALID_ARGUMENT', jsonb_build_object(
      'argument', 'band_order', 'expected', 'ascending, descending or shuffled: and a seed of up to 80 characters'
    ));
  end if;
  select listed.* into scored from private.scored_dimensions(version.definition) as listed;
  place := array_position(scored.folded, private.fold_name(private.trim_text(scoring_schema.dimension)));
  if place is null then
    perform private.refuse('INVALID_ARGUMENT', jsonb_build_object(
      'argument', 'dimension', 'expected', 'the name of a dimension of the version', 'dimensions', scored.names
    ));
  end if;
  select array_agg(listed.band order by listed.shown),
         string_agg(
           format('%s: %s (scores from %s to %s)', listed.band, listed.meaning, listed.first, listed.last), E'\n'
           order by listed.shown
         )
    into bands, explained
    from (
      select ordered.band, ordered.first, ordered.last, ordered.shown,
             version.definition #>> array['dimensions', (place - 1)::text, 'scoringRubric', ordered.band] as meaning
        from private.ordered_bands(
               version.definition #> array['dimensions', (place - 1)::text, 'scoringRubric'],
               scored.low, scored.high, scoring_schema.band_order
             ) with ordinality as ordered (band, first, last, shown)
    ) as listed;
  return json_build_object(
    'type', 'object',
    'description', format('A score for the dimension "%s", from what the respondent said.', scored.names[place]),
    'properties', json_build_object(
      'evidence', json_build_object(
        'type', 'array',
        'description', 'At most five quotes in the respondent''s exact words; empty if there are none.',
        'items', json_build_object(
          'type', 'object',
          'properties', json_build_object(
            'turn', json_build_object('type', 'integer', 'description', 'The number of the turn.'),
            'quote', json_build_object('type', 'string', 'description', 'Words of this turn, copied without a change.')
          ),
          'required', json_build_array('turn', 'quote'),
          'additionalProperties', false
        )
      ),
      'rationale', json_build_object('type', 'string', 'description', 'What the quotes show, before a band is chosen.'),
      'band', case when bands is null
        then json_build_object('type', 'null', 'description', 'There are no bands.')
        else json_build_object(
          'type', json_build_array('string', 'null'),
          'enum', to_json(bands || null::text),
          'description', 'The band that the quotes show, or null without a score.' || E'\n' || explained
        ) end,
      'score', json_build_object(
        'type', json_build_array('number', 'null'),
        'description', format(
          'A number from %s to %s%s, or null if the respondent said nothing from which to score.',
          scored.low, scored.high, case when bands is not null then ', within the scores of the band' else '' end
        )
      )
    ),
    'required', json_build_array('evidence', 'rationale', 'band', 'score'),
    'additionalProperties', false
  );
end
$$;
comment on function public.scoring_schema(uuid, text, text) is
'For interview agents: the JSON Schema of a model''s answer about one dimension of a version: evidence, rationale, band and score, in '
'this order, which it is to keep. band_order is ascending, descending or shuffled: and a seed.';
revoke all on function public.scoring_schema(uuid, text, text) from public, anon, authenticated, service_role;
