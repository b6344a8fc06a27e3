-- What a run may be. Every error is listed with its path and what was expected, before anything is stored.

-- Under a definition: the ends of its scale and, for each dimension by its folded name, how it is spelled and how far its bands
-- reach, by the bands without spaces.
create or replace function private.run_rules(definition jsonb)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  scored constant record := private.scored_dimensions(definition);
begin
  return jsonb_build_object(
    'low', scored.low,
    'high', scored.high,
    'dimensions', (
      select jsonb_object_agg(scored.folded[dimension.place], jsonb_build_object(
               'name', dimension.value -> 'name',
               'bands', (
                 select jsonb_object_agg(private.band_key(reach.band), to_jsonb(reach))
                   from private.band_reach(dimension.value -> 'scoringRubric', scored.low, scored.high) as reach
               )
             ))
        from jsonb_array_elements(definition -> 'dimensions') with ordinality as dimension (value, place)
    )
  );
end
$$;

-- A band as it is compared: spaces and the kind of hyphen do not matter.
create or replace function private.band_key(band text)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return translate(band, '– ', '-');
end
$$;

-- The error of a text: missing, not a text, too long, or with characters that nobody sees.
create or replace function private.run_text_faults(value jsonb, path text, most integer, is_needed boolean, is_name boolean)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if coalesce(jsonb_typeof(value), 'null') = 'null' then
    return case when is_needed then jsonb_build_array(private.fault(path, 'missing', 'a text')) else '[]' end;
  elsif jsonb_typeof(value) <> 'string' then
    return jsonb_build_array(private.fault(path, 'wrong-type', 'a text'));
  elsif length(value #>> '{}') not between 1 and most then
    return jsonb_build_array(private.fault(path, 'wrong-length', format('1 to %s characters', most)));
  elsif is_name and value #>> '{}' ~ private.unseen_controls() then
    return jsonb_build_array(private.fault(path, 'unseen-character', 'no control characters and no hidden ones'));
  end if;
  return '[]';
end
$$;

-- The errors of a list of quotes.
create or replace function private.quote_faults(evidence jsonb, path text, most integer)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  faults jsonb := '[]';
  item jsonb;
  here text;
begin
  if coalesce(jsonb_typeof(evidence), 'null') = 'null' then
    return '[]';
  elsif jsonb_typeof(evidence) <> 'array' then
    return jsonb_build_array(private.fault(path, 'wrong-type', 'a list of quotes'));
  elsif jsonb_array_length(evidence) > most then
    return jsonb_build_array(private.fault(path, 'too-many', format('at most %s quotes', most)));
  end if;
  for place in 0 .. jsonb_array_length(evidence) - 1 loop
    item := evidence -> place;
    here := path || '[' || place || ']';
    if jsonb_typeof(item) <> 'object' then
      faults := faults || private.fault(here, 'wrong-type', 'an object with turn and quote');
    else
      if coalesce(jsonb_typeof(item -> 'turn'), 'null') <> 'null' and not private.is_turn_number(item -> 'turn') then
        faults := faults || private.fault(here || '.turn', 'out-of-range', 'the number of a turn, or null');
      end if;
      faults := faults
        || private.run_text_faults(item -> 'quote', here || '.quote', private.longest_quote(), true, false);
    end if;
    exit when jsonb_array_length(faults) >= private.most_errors();
  end loop;
  return faults;
end
$$;

-- The errors of the score and band of an item of a known dimension, rule.
create or replace function private.scored_item_faults(item jsonb, path text, rules jsonb, rule jsonb)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  scored constant boolean := coalesce(jsonb_typeof(item -> 'score'), 'null') <> 'null';
  unscored constant boolean := coalesce(jsonb_typeof(item -> 'unscored'), 'null') <> 'null';
  low constant numeric := rules ->> 'low';
  high constant numeric := rules ->> 'high';
  band jsonb;
begin
  if scored = unscored then
    return jsonb_build_array(private.fault(
      path || '.score', case when scored then 'score-and-unscored' else 'missing' end, 'either score or unscored'
    ));
  elsif unscored and (item ->> 'unscored' <> all (private.unscored_reasons()) or jsonb_typeof(item -> 'unscored') <> 'string') then
    return jsonb_build_array(private.fault(path || '.unscored', 'unknown-value', private.one_of(private.unscored_reasons())));
  elsif scored and jsonb_typeof(item -> 'score') <> 'number' then
    return jsonb_build_array(private.fault(path || '.score', 'not-a-number', 'a number'));
  elsif scored and (item -> 'score')::numeric not between low and high then
    return jsonb_build_array(private.fault(path || '.score', 'off-scale', format('a number from %s to %s', low, high)));
  elsif scored and scale((item -> 'score')::numeric) > private.most_decimal_places() then
    return jsonb_build_array(private.too_precise_fault(path || '.score'));
  elsif coalesce(jsonb_typeof(item -> 'band'), 'null') = 'null' then
    return '[]';
  elsif jsonb_typeof(rule -> 'bands') <> 'object' then
    return jsonb_build_array(private.fault(path || '.band', 'no-rubric', 'no band, since the dimension has no rubric'));
  elsif jsonb_typeof(item -> 'band') = 'string' and length(item ->> 'band') <= 200 then
    band := rule #> array['bands', private.band_key(item ->> 'band')];
  end if;
  if band is null then
    return jsonb_build_array(private.fault(path || '.band', 'unknown-band', private.one_of(array(
      select reach.value ->> 'band'
        from jsonb_each(rule -> 'bands') as reach
       order by (reach.value ->> 'first')::numeric
    ))));
  elsif scored and (item -> 'score')::numeric not between (band ->> 'first')::numeric and (band ->> 'last')::numeric then
    return jsonb_build_array(private.fault(path || '.score', 'outside-band', format(
      'a number from %s to %s, as far as the band %s reaches', band ->> 'first', band ->> 'last', band ->> 'band'
    )));
  end if;
  return '[]';
end
$$;

-- The errors of one item of a run.
create or replace function private.run_item_faults(item jsonb, path text, rules jsonb)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  faults jsonb := '[]';
  rule jsonb;
begin
  if jsonb_typeof(item) <> 'object' then
    return jsonb_build_array(private.fault(path, 'wrong-type', 'an object with dimension, and with score or unscored'));
  end if;
  if jsonb_typeof(item -> 'dimension') = 'string' and length(item ->> 'dimension') <= private.longest_name() then
    rule := rules #> array['dimensions', private.fold_name(private.trim_text(item ->> 'dimension'))];
  end if;
  if rule is null then
    faults := faults || private.fault(path || '.dimension', 'unknown-dimension', 'the name of a dimension of the definition');
  end if;
  if coalesce(jsonb_typeof(item -> 'prompt_sha256'), 'null') <> 'null'
    and (jsonb_typeof(item -> 'prompt_sha256') <> 'string' or item ->> 'prompt_sha256' !~ '^[0-9a-f]{64}$') then
    faults := faults || private.fault(path || '.prompt_sha256', 'invalid-hash', 'a SHA-256 in 64 hexadecimal digits');
  end if;
  return faults
    || private.quote_faults(item -> 'evidence', path || '.evidence', private.most_quotes())
    || private.run_text_faults(item -> 'rationale', path || '.rationale', private.longest_rationale(), false, false)
    || private.scored_item_faults(item, path, rules, coalesce(rule, '{}'));
end
$$;
