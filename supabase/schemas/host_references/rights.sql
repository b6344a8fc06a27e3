-- A role that can write such rows can write the new columns too. This matters only for a host that grants privileges by
-- column: grants on the whole table include new columns already.
do $grants$
declare
  wanted record;
begin
  for wanted in
    select granted.role, granted.tbl, granted.verb, granted.cols
      from (values
        ('campaigns', 'custom_assessment_id, interview_style_override'),
        ('coaching_sessions', 'custom_assessment_id, assessment_type, interview_style_override'),
        ('agent_sessions', 'custom_assessment_id')
      ) as listed (tbl, cols)
      cross join (values ('insert'), ('update')) as verbs (verb)
      cross join (values ('authenticated'), ('service_role')) as roles (role),
           lateral (select listed.tbl, listed.cols, verbs.verb, roles.role) as granted
     where has_any_column_privilege(roles.role, format('public.%I', listed.tbl), verbs.verb)
       and not has_table_privilege(roles.role, format('public.%I', listed.tbl), verbs.verb)
  loop
    execute format('grant %s (%s) on public.%I to %I', wanted.verb, wanted.cols, wanted.tbl, wanted.role);
  end loop;
end
$grants$;
