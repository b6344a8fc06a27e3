-- custom-assessments 0.2.0 name_folding sha256:b0aac9a1dba11c1dfe3c92e418c6e210f4c004a6692519229dc5d1b12a6af119
-- The identity of names. Two names of dimensions or of categories are the same when private.fold_name gives the same
-- for both: Unicode normalisation (NFC), then full case folding, then NFC again; a name of more than 1,000 characters is
-- folded as it is spelled. The worker's worker/names.py does
-- the same with Python's str.casefold, and a test holds the two together, character by character.
--
-- lower() will not do: what it folds depends on the database's locale, and hosted projects differ. So the folding is
-- built here, once, from Unicode's own table (version 14, status C and F), and is the same everywhere.

do $build$
declare
  steps text;
  western_from text;
  western_to text;
  expanding text;
  expanded text;
begin
  -- Characters that fold to one character, as runs: first and last code point, step, distance to the folded one.
  -- translate() walks its whole list for every character that is not in it, so the list is cut by script, and only
  -- the parts whose scripts a name uses are walked. Folding is idempotent, so the parts' order does not matter.
  select string_agg(
           format(
             $step$
        if folded ~ %L then
          folded := translate(folded, %L, %L);
        end if;$step$,
             '[' || part.folded_from || ']', part.folded_from, part.folded_to
           ), '' order by part.script
         ),
         min(part.folded_from) filter (where part.script = 0),
         min(part.folded_to) filter (where part.script = 0)
    into steps, western_from, western_to
    from (
      select width_bucket(point, array[256, 592, 1024, 1424, 8192]) as script,
             string_agg(chr(point), '' order by point) as folded_from,
             string_agg(chr(point + distance), '' order by point) as folded_to
        from (values
          (181, 181, 1, 775), (192, 214, 1, 32), (216, 222, 1, 32), (256, 302, 2, 1), (306, 310, 2, 1),
          (313, 327, 2, 1), (330, 374, 2, 1), (376, 376, 1, -121), (377, 381, 2, 1), (383, 383, 1, -268),
          (385, 385, 1, 210), (386, 388, 2, 1), (390, 390, 1, 206), (391, 391, 1, 1), (393, 394, 1, 205),
          (395, 395, 1, 1), (398, 398, 1, 79), (399, 399, 1, 202), (400, 400, 1, 203), (401, 401, 1, 1),
          (403, 403, 1, 205), (404, 404, 1, 207), (406, 406, 1, 211), (407, 407, 1, 209), (408, 408, 1, 1),
          (412, 412, 1, 211), (413, 413, 1, 213), (415, 415, 1, 214), (416, 420, 2, 1), (422, 422, 1, 218),
          (423, 423, 1, 1), (425, 425, 1, 218), (428, 428, 1, 1), (430, 430, 1, 218), (431, 431, 1, 1),
          (433, 434, 1, 217), (435, 437, 2, 1), (439, 439, 1, 219), (440, 440, 1, 1), (444, 444, 1, 1),
          (452, 452, 1, 2), (453, 453, 1, 1), (455, 455, 1, 2), (456, 456, 1, 1), (458, 458, 1, 2),
          (459, 475, 2, 1), (478, 494, 2, 1), (497, 497, 1, 2), (498, 500, 2, 1), (502, 502, 1, -97),
          (503, 503, 1, -56), (504, 542, 2, 1), (544, 544, 1, -130), (546, 562, 2, 1), (570, 570, 1, 10795),
          (571, 571, 1, 1), (573, 573, 1, -163), (574, 574, 1, 10792), (577, 577, 1, 1), (579, 579, 1, -195),
          (580, 580, 1, 69), (581, 581, 1, 71), (582, 590, 2, 1), (837, 837, 1, 116), (880, 882, 2, 1),
          (886, 886, 1, 1), (895, 895, 1, 116), (902, 902, 1, 38), (904, 906, 1, 37), (908, 908, 1, 64),
          (910, 911, 1, 63), (913, 929, 1, 32), (931, 939, 1, 32), (962, 962, 1, 1), (975, 975, 1, 8),
          (976, 976, 1, -30), (977, 977, 1, -25), (981, 981, 1, -15), (982, 982, 1, -22), (984, 1006, 2, 1),
          (1008, 1008, 1, -54), (1009, 1009, 1, -48), (1012, 1012, 1, -60), (1013, 1013, 1, -64),
          (1015, 1015, 1, 1), (1017, 1017, 1, -7), (1018, 1018, 1, 1), (1021, 1023, 1, -130), (1024, 1039, 1, 80),
          (1040, 1071, 1, 32), (1120, 1152, 2, 1), (1162, 1214, 2, 1), (1216, 1216, 1, 15), (1217, 1229, 2, 1),
          (1232, 1326, 2, 1), (1329, 1366, 1, 48), (4256, 4293, 1, 7264), (4295, 4295, 1, 7264),
          (4301, 4301, 1, 7264), (5112, 5117, 1, -8), (7296, 7296, 1, -6222), (7297, 7297, 1, -6221),
          (7298, 7298, 1, -6212), (7299, 7300, 1, -6210), (7301, 7301, 1, -6211), (7302, 7302, 1, -6204),
          (7303, 7303, 1, -6180), (7304, 7304, 1, 35267), (7312, 7354, 1, -3008), (7357, 7359, 1, -3008),
          (7680, 7828, 2, 1), (7835, 7835, 1, -58), (7840, 7934, 2, 1), (7944, 7951, 1, -8), (7960, 7965, 1, -8),
          (7976, 7983, 1, -8), (7992, 7999, 1, -8), (8008, 8013, 1, -8), (8025, 8031, 2, -8), (8040, 8047, 1, -8),
          (8120, 8121, 1, -8), (8122, 8123, 1, -74), (8126, 8126, 1, -7173), (8136, 8139, 1, -86),
          (8152, 8153, 1, -8), (8154, 8155, 1, -100), (8168, 8169, 1, -8), (8170, 8171, 1, -112),
          (8172, 8172, 1, -7), (8184, 8185, 1, -128), (8186, 8187, 1, -126), (8486, 8486, 1, -7517),
          (8490, 8490, 1, -8383), (8491, 8491, 1, -8262), (8498, 8498, 1, 28), (8544, 8559, 1, 16),
          (8579, 8579, 1, 1), (9398, 9423, 1, 26), (11264, 11311, 1, 48), (11360, 11360, 1, 1),
          (11362, 11362, 1, -10743), (11363, 11363, 1, -3814), (11364, 11364, 1, -10727), (11367, 11371, 2, 1),
          (11373, 11373, 1, -10780), (11374, 11374, 1, -10749), (11375, 11375, 1, -10783),
          (11376, 11376, 1, -10782), (11378, 11378, 1, 1), (11381, 11381, 1, 1), (11390, 11391, 1, -10815),
          (11392, 11490, 2, 1), (11499, 11501, 2, 1), (11506, 11506, 1, 1), (42560, 42604, 2, 1),
          (42624, 42650, 2, 1), (42786, 42798, 2, 1), (42802, 42862, 2, 1), (42873, 42875, 2, 1),
          (42877, 42877, 1, -35332), (42878, 42886, 2, 1), (42891, 42891, 1, 1), (42893, 42893, 1, -42280),
          (42896, 42898, 2, 1), (42902, 42920, 2, 1), (42922, 42922, 1, -42308), (42923, 42923, 1, -42319),
          (42924, 42924, 1, -42315), (42925, 42925, 1, -42305), (42926, 42926, 1, -42308),
          (42928, 42928, 1, -42258), (42929, 42929, 1, -42282), (42930, 42930, 1, -42261), (42931, 42931, 1, 928),
          (42932, 42946, 2, 1), (42948, 42948, 1, -48), (42949, 42949, 1, -42307), (42950, 42950, 1, -35384),
          (42951, 42953, 2, 1), (42960, 42960, 1, 1), (42966, 42968, 2, 1), (42997, 42997, 1, 1),
          (43888, 43967, 1, -38864), (65313, 65338, 1, 32), (66560, 66599, 1, 40), (66736, 66771, 1, 40),
          (66928, 66938, 1, 39), (66940, 66954, 1, 39), (66956, 66962, 1, 39), (66964, 66965, 1, 39),
          (68736, 68786, 1, 64), (71840, 71871, 1, 32), (93760, 93791, 1, 32), (125184, 125217, 1, 34)
        ) as run (first, last, step, distance),
             generate_series(run.first, run.last, run.step) as point
       group by script
    ) as part;

  -- Characters that fold to two or three.
  select string_agg(source, '' order by source collate "C"), jsonb_object_agg(source, target)::text
    into expanding, expanded
    from (values
      (E'\u00df', E'\u0073\u0073'), (E'\u0130', E'\u0069\u0307'), (E'\u0149', E'\u02bc\u006e'),
      (E'\u01f0', E'\u006a\u030c'), (E'\u0390', E'\u03b9\u0308\u0301'), (E'\u03b0', E'\u03c5\u0308\u0301'),
      (E'\u0587', E'\u0565\u0582'), (E'\u1e96', E'\u0068\u0331'), (E'\u1e97', E'\u0074\u0308'),
      (E'\u1e98', E'\u0077\u030a'), (E'\u1e99', E'\u0079\u030a'), (E'\u1e9a', E'\u0061\u02be'),
      (E'\u1e9e', E'\u0073\u0073'), (E'\u1f50', E'\u03c5\u0313'), (E'\u1f52', E'\u03c5\u0313\u0300'),
      (E'\u1f54', E'\u03c5\u0313\u0301'), (E'\u1f56', E'\u03c5\u0313\u0342'), (E'\u1f80', E'\u1f00\u03b9'),
      (E'\u1f81', E'\u1f01\u03b9'), (E'\u1f82', E'\u1f02\u03b9'), (E'\u1f83', E'\u1f03\u03b9'),
      (E'\u1f84', E'\u1f04\u03b9'), (E'\u1f85', E'\u1f05\u03b9'), (E'\u1f86', E'\u1f06\u03b9'),
      (E'\u1f87', E'\u1f07\u03b9'), (E'\u1f88', E'\u1f00\u03b9'), (E'\u1f89', E'\u1f01\u03b9'),
      (E'\u1f8a', E'\u1f02\u03b9'), (E'\u1f8b', E'\u1f03\u03b9'), (E'\u1f8c', E'\u1f04\u03b9'),
      (E'\u1f8d', E'\u1f05\u03b9'), (E'\u1f8e', E'\u1f06\u03b9'), (E'\u1f8f', E'\u1f07\u03b9'),
      (E'\u1f90', E'\u1f20\u03b9'), (E'\u1f91', E'\u1f21\u03b9'), (E'\u1f92', E'\u1f22\u03b9'),
      (E'\u1f93', E'\u1f23\u03b9'), (E'\u1f94', E'\u1f24\u03b9'), (E'\u1f95', E'\u1f25\u03b9'),
      (E'\u1f96', E'\u1f26\u03b9'), (E'\u1f97', E'\u1f27\u03b9'), (E'\u1f98', E'\u1f20\u03b9'),
      (E'\u1f99', E'\u1f21\u03b9'), (E'\u1f9a', E'\u1f22\u03b9'), (E'\u1f9b', E'\u1f23\u03b9'),
      (E'\u1f9c', E'\u1f24\u03b9'), (E'\u1f9d', E'\u1f25\u03b9'), (E'\u1f9e', E'\u1f26\u03b9'),
      (E'\u1f9f', E'\u1f27\u03b9'), (E'\u1fa0', E'\u1f60\u03b9'), (E'\u1fa1', E'\u1f61\u03b9'),
      (E'\u1fa2', E'\u1f62\u03b9'), (E'\u1fa3', E'\u1f63\u03b9'), (E'\u1fa4', E'\u1f64\u03b9'),
      (E'\u1fa5', E'\u1f65\u03b9'), (E'\u1fa6', E'\u1f66\u03b9'), (E'\u1fa7', E'\u1f67\u03b9'),
      (E'\u1fa8', E'\u1f60\u03b9'), (E'\u1fa9', E'\u1f61\u03b9'), (E'\u1faa', E'\u1f62\u03b9'),
      (E'\u1fab', E'\u1f63\u03b9'), (E'\u1fac', E'\u1f64\u03b9'), (E'\u1fad', E'\u1f65\u03b9'),
      (E'\u1fae', E'\u1f66\u03b9'), (E'\u1faf', E'\u1f67\u03b9'), (E'\u1fb2', E'\u1f70\u03b9'),
      (E'\u1fb3', E'\u03b1\u03b9'), (E'\u1fb4', E'\u03ac\u03b9'), (E'\u1fb6', E'\u03b1\u0342'),
      (E'\u1fb7', E'\u03b1\u0342\u03b9'), (E'\u1fbc', E'\u03b1\u03b9'), (E'\u1fc2', E'\u1f74\u03b9'),
      (E'\u1fc3', E'\u03b7\u03b9'), (E'\u1fc4', E'\u03ae\u03b9'), (E'\u1fc6', E'\u03b7\u0342'),
      (E'\u1fc7', E'\u03b7\u0342\u03b9'), (E'\u1fcc', E'\u03b7\u03b9'), (E'\u1fd2', E'\u03b9\u0308\u0300'),
      (E'\u1fd3', E'\u03b9\u0308\u0301'), (E'\u1fd6', E'\u03b9\u0342'), (E'\u1fd7', E'\u03b9\u0308\u0342'),
      (E'\u1fe2', E'\u03c5\u0308\u0300'), (E'\u1fe3', E'\u03c5\u0308\u0301'), (E'\u1fe4', E'\u03c1\u0313'),
      (E'\u1fe6', E'\u03c5\u0342'), (E'\u1fe7', E'\u03c5\u0308\u0342'), (E'\u1ff2', E'\u1f7c\u03b9'),
      (E'\u1ff3', E'\u03c9\u03b9'), (E'\u1ff4', E'\u03ce\u03b9'), (E'\u1ff6', E'\u03c9\u0342'),
      (E'\u1ff7', E'\u03c9\u0342\u03b9'), (E'\u1ffc', E'\u03c9\u03b9'), (E'\ufb00', E'\u0066\u0066'),
      (E'\ufb01', E'\u0066\u0069'), (E'\ufb02', E'\u0066\u006c'), (E'\ufb03', E'\u0066\u0066\u0069'),
      (E'\ufb04', E'\u0066\u0066\u006c'), (E'\ufb05', E'\u0073\u0074'), (E'\ufb06', E'\u0073\u0074'),
      (E'\ufb13', E'\u0574\u0576'), (E'\ufb14', E'\u0574\u0565'), (E'\ufb15', E'\u0574\u056b'),
      (E'\ufb16', E'\u057e\u0576'), (E'\ufb17', E'\u0574\u056d')
    ) as folding (source, target);

  execute format(
    $create$
      create or replace function private.fold_name(name text)
      returns text
      language plpgsql
      immutable
      strict
      parallel safe
      set search_path = ''
      as $body$
      declare
        -- Putting combining marks in order takes time in proportion to the square of their number, and nothing can
        -- interrupt it: 500 KB of them would take minutes. Nobody calls a dimension by a thousand characters.
        long constant boolean := length(name) > 1000;
        folded text := lower(name collate "C");
        expansion record;
      begin
        -- Plain ASCII is nearly every name, and needs none of the rest.
        if octet_length(folded) = length(folded) then
          return folded;
        end if;
        -- Normalising can give ASCII (the Kelvin sign gives K), so lower-casing comes after it.
        folded := lower((case when long then name else normalize(name, NFC) end) collate "C");
        -- Western European names are most of the others.
        if folded !~ %4$L then
          folded := replace(translate(folded, %5$L, %6$L), E'\u00df', 'ss');
          if folded !~ %4$L then
            return folded;
          end if;
        end if;
%1$s
        if folded ~ %2$L then
          for expansion in select each.key, each.value from jsonb_each_text(%3$L::jsonb) as each loop
            folded := replace(folded, expansion.key, expansion.value);
          end loop;
        end if;
        return case when long then folded else normalize(folded, NFC) end;
      end
      $body$
    $create$,
    steps, '[' || expanding || ']', expanded, '[^' || chr(1) || '-' || chr(255) || ']', western_from, western_to
  );
end
$build$;

comment on function private.fold_name(text) is
'The identity of a name: equal for names that differ only in case or in Unicode form.';
revoke all on function private.fold_name(text) from public, anon, authenticated, service_role;
grant execute on function private.fold_name(text) to authenticated, service_role;
