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
