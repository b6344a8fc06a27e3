-- updated_at of the platform's tables moves with each change, and only then.
begin;
\ir ../helpers.psql
\ir ../assessments.psql
\ir ../sessions.psql
\ir ../pins.psql
select plan(15);

select tests.keep('talk', tests.talk_of(tests.kept('coaching'), 'coaching'));
create table tests.rows (relation text, id uuid, col text);
insert into tests.rows values
('tenant_profiles', tests.kept('tenant'), 'display_name'),
('campaigns', tests.kept('campaign'), 'name'),
('campaign_assignments', tests.kept('assignment'), 'stakeholder_name'),
('coaching_sessions', tests.kept('coaching'), 'client_name'),
('agent_sessions', tests.kept('talk'), 'agent_type');

create function tests.stamp(relation text, id uuid) returns timestamptz
language sql
as $$ select tests.value_of('public.' || relation, id, 'updated_at')::timestamptz $$;

create function tests.change(relation text, id uuid, assignment text) returns void
language plpgsql
as $$
begin
  execute format('update public.%I set %s where id = %L', relation, assignment, id);
end
$$;
select is(tests.stamp(relation, id), now(), 'a new row has its time: ' || relation) from tests.rows;

-- As if they were of an earlier day.
set constraints all immediate;
do $yesterday$
declare
  made record;
begin
  for made in select * from tests.rows loop
    execute format('alter table public.%I disable trigger row_changed_at', made.relation);
    perform tests.change(made.relation, made.id, 'updated_at = ''2026-01-01''');
    execute format('alter table public.%I enable trigger row_changed_at', made.relation);
  end loop;
end
$yesterday$;

select tests.change(relation, id, format('%I = %I', col, col)) from tests.rows;
select is(tests.stamp(relation, id), '2026-01-01', 'an update that changes nothing leaves it: ' || relation) from tests.rows;
select tests.change(relation, id, format('%I = %L', col, 'Changed')) from tests.rows;
select is(tests.stamp(relation, id), now(), 'a change moves it: ' || relation) from tests.rows;

select * from finish();
rollback;
