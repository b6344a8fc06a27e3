-- custom-assessments 0.2.0 host_validation sha256:1de91478184ebd4203a9e58a42c7b31d85508df8aee888ab16c31ae6c2cea151
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

-- Checks the status of sessions on a host that has no rule for it.
--
-- Only if no row has another word: a host with words of its own keeps them, unchecked. The rows are read before the lock that
-- adding a constraint needs, so that readers and writers of a large table do not wait. NOT VALID, because a row may be
-- written in between.
do $statuses$
declare
  wanted record;
  differs boolean;
begin
  for wanted in
    select status.attrelid::regclass as host_table, listed.col, listed.rule, listed.words
      from (values
        (
          'public.campaign_assignments', 'status', 'status_is_known',
          $$'invited', 'in_progress', 'completed', 'cancelled', 'withdrawn'$$
        ),
        (
          'public.coaching_sessions', 'client_status', 'client_status_is_known',
          $$'registered', 'started', 'completed', 'contacted', 'converted', 'archived', 'cancelled', 'withdrawn'$$
        )
      ) as listed (name, col, rule, words)
      join pg_catalog.pg_class as host_table
        on host_table.oid = listed.name::regclass and host_table.relkind in ('r', 'p')
      join pg_catalog.pg_attribute as status
        on status.attrelid = host_table.oid and status.attname = listed.col
       and format_type(status.atttypid, null) in ('text', 'character varying')
     where not exists (
       select
         from pg_catalog.pg_constraint as present
        where present.conrelid = host_table.oid
          and present.contype in ('c', 'f')
          and (status.attnum = any (present.conkey) or 0 = any (present.conkey))
     )
  loop
    execute format('select exists (select from %s where %I not in (%s))', wanted.host_table, wanted.col, wanted.words)
      into differs;
    if differs then
      raise notice 'rows of % have other words in %, which stays unchecked', wanted.host_table, wanted.col;
      continue;
    end if;
    execute format(
      'alter table %s add constraint %I check (%I in (%s)) not valid', wanted.host_table, wanted.rule, wanted.col, wanted.words
    );
    insert into private.extended_rules (host_table, name, extended)
    select wanted.host_table::text, made.conname, pg_get_constraintdef(made.oid)
      from pg_catalog.pg_constraint as made
     where made.conrelid = wanted.host_table and made.conname = wanted.rule
    on conflict on constraint extended_rules_pkey do update
      set former = excluded.former, extended = excluded.extended;
  end loop;
end
$statuses$;
