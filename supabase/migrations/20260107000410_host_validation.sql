-- custom-assessments 0.2.0 host_validation sha256:d2a3f45f5a45fac371c9b3312be649b5d6d0fd760acdffa2de3f11f6925d3b8f
-- Validates what the migration before added to the host's tables. A migration of its own, and so a transaction of its
-- own: validating takes a lock that lets others read and write, where adding takes one that does not.

do $validate$
declare
  pending record;
begin
  for pending in
    select conname, conrelid::regclass as tbl
      from pg_catalog.pg_constraint
     where not convalidated
       and conrelid in ('public.campaigns'::regclass, 'public.coaching_sessions'::regclass, 'public.agent_sessions'::regclass)
       and conname in (
         'campaigns_assessment_type_check', 'coaching_sessions_assessment_type_check',
         'interview_style_override_is_1_to_5', 'campaigns_custom_assessment_id_fkey',
         'coaching_sessions_custom_assessment_id_fkey', 'agent_sessions_custom_assessment_id_fkey'
       )
     order by conrelid, conname
  loop
    begin
      execute format('alter table %s validate constraint %I', pending.tbl, pending.conname);
    exception
      when check_violation or foreign_key_violation then
        -- New rows keep the rule already; the old ones that break it are left as they are, and named.
        raise exception 'rows of % break the rule %', pending.tbl, pending.conname
        using hint = 'Mend or delete those rows, then migrate again. Nothing was lost.';
    end;
  end loop;
end
$validate$;
