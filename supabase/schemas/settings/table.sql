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
