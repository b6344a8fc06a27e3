-- Validates what host_references added to the host's tables. It is a separate migration, and so a separate transaction,
-- because validating takes a lock that allows reads and writes, and adding takes one that does not.

-- All locks on the host's tables that the following statements need, taken at once with a short wait
-- (host_check/rules.sql).
select private.lock_host_tables(
  'share update exclusive', 'public.campaigns', 'public.campaign_assignments', 'public.coaching_sessions',
  'public.agent_sessions'
);

do $validate$
declare
  pending record;
begin
  for pending in
    select conname, conrelid::regclass as tbl
      from pg_catalog.pg_constraint
     where not convalidated
       and (
         (
           conrelid in (
             'public.campaigns'::regclass, 'public.coaching_sessions'::regclass, 'public.agent_sessions'::regclass
           )
           and conname in (
             'interview_style_override_is_1_to_5', 'campaigns_custom_assessment_id_fkey',
             'coaching_sessions_custom_assessment_id_fkey', 'agent_sessions_custom_assessment_id_fkey'
           )
         )
         -- A constraint that the host had not validated stays so.
         or exists (
           select
             from private.extended_rules as rule
            where to_regclass(rule.host_table) = conrelid and rule.name = conname
              and (rule.former is null or rule.former not like '% NOT VALID')
         )
       )
     order by conrelid, conname
  loop
    begin
      execute format('alter table %s validate constraint %I', pending.tbl, pending.conname);
    exception
      when check_violation or foreign_key_violation then
        -- The constraint already applies to new rows. Older rows that violate it are left unchanged, and reported.
        raise exception 'rows of % violate the constraint %', pending.tbl, pending.conname
        using hint = 'Fix or delete those rows, then run the migrations again. No data was lost.';
    end;
  end loop;
end
$validate$;

-- Links are secrets: a session's token gives access to its result. Tokens that everyone can read are reported here. Only the
-- host can close such access, since its own pages may depend on it.
do $links$
declare
  open_link record;
begin
  for open_link in select * from private.link_readers() loop
    raise warning 'the role % can read the links in %: %. A link gives access to its result.',
      open_link.reader, open_link.relation, open_link.reason
    using hint = 'To close this: ' || open_link.remedy;
  end loop;
end
$links$;
