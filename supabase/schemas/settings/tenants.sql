-- Settings of a tenant, which its owner may change, also while the tenant is deactivated.

-- All locks on the host's tables that the following statements need, taken at once with a short wait
-- (host_check/rules.sql).
select private.lock_host_tables('share row exclusive', 'public.tenant_profiles');

create table if not exists public.tenant_settings (
  tenant_id uuid not null,
  notice text,
  words_days integer,

  constraint tenant_settings_pkey primary key (tenant_id),
  constraint tenant_settings_tenant_id_fkey
  foreign key (tenant_id) references public.tenant_profiles (id) on delete cascade,
  constraint notice_has_1_to_1000_characters check (length(notice) between 1 and 1000),
  constraint words_days_is_1_to_36500 check (words_days between 1 and 36500)
);
comment on table public.tenant_settings is 'What a tenant''s owner may set. A tenant without a row has the defaults.';
comment on column public.tenant_settings.notice is
'The tenant''s own sentence in the notice that respondents read before an interview: at most 1,000 characters, no HTML.';
comment on column public.tenant_settings.words_days is
'For how many days transcripts, quotes and rationales are kept: fewer than the operator''s setting words_days, which more cannot '
'extend. Null: as the operator''s.';
alter table public.tenant_settings enable row level security;
revoke all on table public.tenant_settings from public, anon, authenticated, service_role;

-- As refusals that say what is wrong, without the row that a CHECK would print into the log.
create or replace function private.check_tenant_settings()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  new.notice := nullif(private.trim_text(new.notice), '');
  if length(new.notice) > 1000 then
    perform private.refuse('INVALID_ARGUMENT', '{"argument": "notice", "expected": "at most 1000 characters"}');
  elsif new.notice ~ private.unseen_controls() or private.markup_fault(new.notice) is not null then
    perform private.refuse('INVALID_ARGUMENT', jsonb_build_object(
      'argument', 'notice',
      'expected', 'no HTML, no links except to http, https and mailto, no control characters and no hidden ones'
    ));
  elsif new.words_days not between 1 and 36500 then
    perform private.refuse('INVALID_ARGUMENT', '{"argument": "words_days", "expected": "1 to 36500 days, or null"}');
  elsif tg_op = 'UPDATE' and new.tenant_id <> old.tenant_id then
    perform private.refuse('INVALID_ARGUMENT', '{"argument": "tenant_id", "expected": "the tenant whose settings these are"}');
  end if;
  return new;
end
$$;

create or replace trigger check_tenant_settings
before insert or update on public.tenant_settings
for each row execute function private.check_tenant_settings();
