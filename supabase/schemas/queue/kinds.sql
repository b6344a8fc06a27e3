-- The kinds of jobs. A new kind is a row of private.job_kinds (worker_api/kinds.sql) and its functions; the rest of the
-- queue does not distinguish kinds.

-- A job whose outcome is decided. verdict: succeeded, failed, exhausted (after its last attempt), retry, waits (its rows
-- were locked: no attempt is counted), release (not started: not counted either), pruned; null if the worker does not have
-- the job. code: the reason, in a word. diagnostics: what the worker reported. ending: what its effect returned.
do $type$
begin
  if to_regtype('private.judged_job') is null then
    create type private.judged_job as (
      place bigint,
      job bigint,
      kind text,
      subject_id uuid,
      verdict text,
      code text,
      claimed boolean,
      charged integer,
      attempts integer,
      diagnostics jsonb,
      ending jsonb
    );
  end if;
end
$type$;
comment on type private.judged_job is 'A job whose outcome is decided.';

create table if not exists private.job_kinds (
  kind text not null,
  turn integer not null,
  outcome text not null,
  needs text,
  loads text,
  locks text,
  groups text,
  applies text,
  settles text,
  constraint job_kinds_pkey primary key (kind),
  constraint every_job_kind_has_its_turn unique (turn),
  constraint every_job_kind_has_its_outcome unique (outcome),
  constraint job_kind_has_all_functions_or_none check (num_nulls(loads, locks, applies, settles) in (0, 4)),
  constraint job_kind_without_effect_needs_nothing check (applies is not null or num_nulls(needs, groups) = 2)
);
comment on table private.job_kinds is
'The kinds of jobs and the functions that implement them. Only migrations write this table.';
comment on column private.job_kinds.turn is
'The order in which locks are taken across kinds. A batch is processed in the opposite order, so the kind that takes longest '
'comes last.';
comment on column private.job_kinds.outcome is 'What a worker reports when it has done a job of this kind.';
comment on column private.job_kinds.needs is
'The field that a worker''s answer must contain for the job to have an effect; without it, the job fails.';
comment on column private.job_kinds.loads is
'(jobs bigint[], attempts integer[], tries integer[], subjects uuid[]) returns json: what a worker receives for claimed jobs, '
'as an object of lists of equal length. Omits jobs whose subject no longer exists; null if none is left.';
comment on column private.job_kinds.locks is
'(tenant_id uuid, subjects uuid[]) returns void: locks the rows that the effects on one tenant''s subjects refer to, in the '
'order of locks/order.sql.';
comment on column private.job_kinds.groups is
'(subjects uuid[], targets uuid[]) returns boolean: whether these jobs of one tenant are applied in one call. Null: each job '
'is applied separately.';
comment on column private.job_kinds.applies is
'(subjects uuid[], targets uuid[], elements jsonb[]) returns jsonb[]: applies what the worker found and returns {"end", '
'"error", ...} for each. If it raises an error, its effects are undone and private.ending_of_error decides the outcome.';
comment on column private.job_kinds.settles is
'(judged private.judged_job[]) returns uuid[]: records the outcomes of jobs on their subjects, and returns the subjects that '
'still exist.';
alter table private.job_kinds enable row level security;
revoke all on table private.job_kinds from public, anon, authenticated, service_role;

-- Names rather than the type regprocedure: pg_upgrade refuses a database with columns of that type.
create or replace function private.check_job_kind()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  wanted record;
begin
  for wanted in
    select *
      from (values
        ('loads', new.loads, 'bigint[], integer[], integer[], uuid[]', 'json'),
        ('locks', new.locks, 'uuid, uuid[]', 'void'),
        ('groups', new.groups, 'uuid[], uuid[]', 'boolean'),
        ('applies', new.applies, 'uuid[], uuid[], jsonb[]', 'jsonb[]'),
        ('settles', new.settles, 'private.judged_job[]', 'uuid[]')
      ) as listed (part, name, arguments, result)
     where listed.name is not null
  loop
    if wanted.name !~ '^private\.[a-z_]+$'
      or pg_get_function_result(to_regprocedure(format('%s(%s)', wanted.name, wanted.arguments)))
      is distinct from wanted.result then
      raise exception '% of job kind % is not a function of private with (%) that returns %',
        wanted.part, new.kind, wanted.arguments, wanted.result;
    end if;
  end loop;
  return new;
end
$$;

create or replace trigger check_job_kind
before insert or update on private.job_kinds
for each row execute function private.check_job_kind();
