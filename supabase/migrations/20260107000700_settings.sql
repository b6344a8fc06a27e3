-- custom-assessments 0.2.0 settings sha256:dbd3e2c834eb111447aa3e5b561a1a813b3d456c9f5b9ad16cb2b00e1da82e51
-- Settings: what an operator may change while the database runs. docs/operations.md lists the rows.

create table if not exists private.settings (
  name text not null,
  value numeric not null,
  least numeric not null,
  most numeric not null,
  meaning text not null,
  constraint settings_pkey primary key (name),
  constraint setting_name_is_a_key check (name ~ '^[a-z]+(_[a-z]+)*$'),
  constraint setting_is_a_whole_number check (value = trunc(value)),
  constraint setting_is_within_its_bounds check (value between least and most)
);
comment on table private.settings is
'What an operator may change, by an UPDATE of value as postgres. It counts from the next statement on.';
comment on column private.settings.least is 'The lowest value that is allowed.';
comment on column private.settings.most is 'The highest value that is allowed.';
alter table private.settings enable row level security;
revoke all on table private.settings from public, anon, authenticated, service_role;

-- A value that an operator has changed stays, also when this runs again.
insert into private.settings (name, value, least, most, meaning) values
(
  'begun_session_days', 30, 1, 3650,
  'For how many days after an agent last asked for it a session counts as begun, and keeps its assessment from being deleted.'
),
(
  'open_uploads', 500, 1, 1000000,
  'How many uploads of a tenant''s own accounts may wait or be processed.'
),
(
  'upload_bytes', 100000000, 1000000, 1000000000000,
  'How many bytes a tenant''s uploads may have, as they are stored, with what was made of them.'
),
(
  'stored_assessments', 2000, 1, 1000000,
  'How many assessments a tenant may have.'
),
(
  'assessment_bytes', 200000000, 1000000, 1000000000000,
  'How many bytes a tenant''s assessments may have, as they are stored.'
),
(
  'version_bytes', 500000000, 1000000, 1000000000000,
  'How many bytes the versions of a tenant''s assessments may have, as they are stored.'
),
(
  'versions_an_hour', 120, 1, 1000000,
  'How many versions the edits and uploads of a tenant''s own accounts may make within an hour.'
),
(
  'version_bytes_an_hour', 20000000, 1000000, 1000000000000,
  'How many bytes these versions may have, as they are stored.'
),
(
  'versions_kept', 50, 1, 1000000,
  'How many of the newest versions of each assessment are kept although nothing uses them.'
),
(
  'reviews_of_a_result', 100, 1, 1000000,
  'How many reviews a result may have.'
),
(
  'words_days', 180, 1, 36500,
  'For how many days the words of an interview are kept: its transcript, quotes and rationales.'
)
on conflict on constraint settings_pkey do update
  set least = excluded.least, most = excluded.most, meaning = excluded.meaning;

create or replace function private.setting(name text)
returns numeric
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (select present.value from private.settings as present where present.name = setting.name);
end
$$;
comment on function private.setting(text) is 'The value of a setting. An unknown one is null.';

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

-- What session_status tells respondents before an interview, in the operator's words.

create table if not exists private.notice_texts (
  name text not null,
  value text not null,
  meaning text not null,
  constraint notice_texts_pkey primary key (name),
  constraint notice_text_name_is_a_key check (name ~ '^[a-z]+(_[a-z]+)*$'),
  constraint notice_text_has_1_to_2000_characters check (length(value) between 1 and 2000)
);
comment on table private.notice_texts is
'The notice that respondents read, in the operator''s words and language. Change value by an UPDATE as postgres.';
alter table private.notice_texts enable row level security;
revoke all on table private.notice_texts from public, anon, authenticated, service_role;

-- A value that an operator has changed stays, also when this runs again.
insert into private.notice_texts (name, value, meaning) values
(
  'machine', 'A computer program asks the questions and scores your answers.',
  'That a machine asks and scores.'
),
(
  'kept',
  'The wording of your answers is kept for {words_days} days. Your scores and your result are kept until the organization that '
  'invited you deletes them.',
  'What is kept, and how long; {words_days} stands for the number of days in force.'
),
(
  'readers', 'The organization that invited you can read your answers and your result.',
  'Who reads it.'
),
(
  'contact', 'If you have questions, or want your data to be deleted, contact the organization that invited you.',
  'Whom to ask.'
),
(
  'full', 'When your answers have been scored, you can see your result and your scores with this link.',
  'What the respondent will see, under the disclosure full.'
),
(
  'teaser', 'When your answers have been scored, you can see the name and description of your result with this link.',
  'What the respondent will see, under the disclosure teaser.'
),
(
  'none', 'Your result is not shown to you here.',
  'What the respondent will see, under the disclosure none.'
)
on conflict on constraint notice_texts_pkey do update
  set meaning = excluded.meaning;
