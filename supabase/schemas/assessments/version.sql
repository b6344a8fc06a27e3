-- 4. Version of an assessment: it never falls.

create or replace function private.keep_assessment_version()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  earlier bigint[];
  later bigint[];
begin
  if not private.is_version(new.version) then
    perform private.refuse('INVALID_VERSION', jsonb_build_object('expected', 'major.minor, such as "1.0"'));
  end if;
  if tg_op = 'INSERT' then
    return new;
  end if;

  earlier := string_to_array(old.version, '.')::bigint[];
  later := string_to_array(new.version, '.')::bigint[];
  if later < earlier then
    perform private.refuse(
      'INVALID_VERSION',
      jsonb_build_object('assessment_id', old.id, 'version', new.version, 'present', old.version,
                         'expected', 'at least ' || old.version)
    );
  end if;
  if old.status = 'active' and later = earlier and new.definition is distinct from old.definition then
    if earlier[2] = 999999999 then
      perform private.refuse(
        'INVALID_VERSION',
        jsonb_build_object('assessment_id', old.id, 'version', new.version, 'present', old.version,
                           'expected', 'a higher major version')
      );
    end if;
    new.version := earlier[1] || '.' || earlier[2] + 1;
  end if;
  return new;
end
$$;

create or replace trigger assessment_4_version
before update of version, definition on public.custom_assessments
for each row execute function private.keep_assessment_version();

-- The default needs no look.
create or replace trigger assessment_4_version_of_new
before insert on public.custom_assessments
for each row when (new.version is distinct from '1.0')
execute function private.keep_assessment_version();
