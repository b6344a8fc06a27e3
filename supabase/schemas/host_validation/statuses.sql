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
