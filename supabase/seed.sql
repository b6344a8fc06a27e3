-- The content of a fresh local database: two tenants whose owners can sign in, four assessments (a system template, a
-- draft, one active and private, one published), a campaign and a coaching session that use them. For development
-- and tests only: everyone can read the passwords and access tokens here.
--
--   owner@aldergrove.example   password aldergrove-local   Aldergrove Coaching
--   owner@northfield.example   password northfield-local   Northfield Advisory
--
-- Safe to run twice: a row is created only if its id is missing, and existing rows are not changed. (Not
-- `on conflict do nothing`: triggers run before a conflict is detected, and that of the slug would refuse.)
--
-- The definitions are compiled from examples/starters by `make generate`, which writes them in here.

-- ---------------------------------------------------------------------------------------------------------------------
-- Owners who can sign in
-- ---------------------------------------------------------------------------------------------------------------------

-- Auth expects the token columns not to be null, so they contain empty strings.
insert into auth.users (
  instance_id, id, aud, role, email, encrypted_password, email_confirmed_at,
  confirmation_token, recovery_token, email_change, email_change_token_new, email_change_token_current,
  phone_change, phone_change_token, reauthentication_token,
  raw_app_meta_data, raw_user_meta_data, created_at, updated_at
)
select
  '00000000-0000-0000-0000-000000000000' as instance_id,
  owners.id,
  'authenticated' as aud,
  'authenticated' as role,
  owners.email,
  extensions.crypt(owners.password, extensions.gen_salt('bf', 10)) as encrypted_password,
  now() as email_confirmed_at,
  '' as confirmation_token,
  '' as recovery_token,
  '' as email_change,
  '' as email_change_token_new,
  '' as email_change_token_current,
  '' as phone_change,
  '' as phone_change_token,
  '' as reauthentication_token,
  '{"provider": "email", "providers": ["email"]}'::jsonb as raw_app_meta_data,
  jsonb_build_object('name', owners.full_name) as raw_user_meta_data,
  now() as created_at,
  now() as updated_at
from (
  values
  ('a1de0000-0000-4000-8000-000000000001'::uuid, 'owner@aldergrove.example', 'aldergrove-local', 'Marta Lindqvist'),
  ('0f1e1d00-0000-4000-8000-000000000001'::uuid, 'owner@northfield.example', 'northfield-local', 'Daniel Okafor')
) as owners (id, email, password, full_name)
where not exists (
  select
  from auth.users
  where users.id = owners.id
);

-- Signing in with a password needs an identity besides the user. Not every Auth in the tests has the table.
do $identities$
begin
  if to_regclass('auth.identities') is not null then
    insert into auth.identities (
      id, user_id, provider, provider_id, identity_data, last_sign_in_at, created_at, updated_at
    )
    select
      owner.id,
      owner.id,
      'email',
      owner.id::text,
      jsonb_build_object('sub', owner.id::text, 'email', owner.email, 'email_verified', true, 'phone_verified', false),
      now(),
      now(),
      now()
    from auth.users as owner
    where owner.id in ('a1de0000-0000-4000-8000-000000000001', '0f1e1d00-0000-4000-8000-000000000001')
      and not exists (
        select from auth.identities as present where present.user_id = owner.id and present.provider = 'email'
      );
  end if;
end
$identities$;

-- ---------------------------------------------------------------------------------------------------------------------
-- Tenants
-- ---------------------------------------------------------------------------------------------------------------------

insert into public.tenant_profiles (id, user_id, slug, display_name, tenant_type, subscription_tier)
select
  seeded.id,
  seeded.user_id,
  seeded.slug,
  seeded.display_name,
  seeded.tenant_type,
  seeded.subscription_tier
from (
  values
  (
    'a1de0000-0000-4000-8000-000000000002'::uuid, 'a1de0000-0000-4000-8000-000000000001'::uuid,
    'aldergrove', 'Aldergrove Coaching', 'coach', 'professional'
  ),
  (
    '0f1e1d00-0000-4000-8000-000000000002'::uuid, '0f1e1d00-0000-4000-8000-000000000001'::uuid,
    'northfield', 'Northfield Advisory', 'consultant', 'enterprise'
  )
) as seeded (id, user_id, slug, display_name, tenant_type, subscription_tier)
where not exists (
  select
  from public.tenant_profiles
  where tenant_profiles.id = seeded.id
);

-- ---------------------------------------------------------------------------------------------------------------------
-- Assessments: the Markdown and the compiled definition
-- ---------------------------------------------------------------------------------------------------------------------

-- Columns that repeat the definition's metadata are read from it, so that they cannot differ.
with seeded (
  id, tenant_slug, status, is_template, marketplace_status, marketplace_price_tier, definition, source_markdown
) as (
  values
  -- A system template: everybody may read and copy it.
  (
    'a55e5500-0000-4000-8000-000000000001'::uuid, 'aldergrove', 'active', true, 'private', null::text,
    -- compiled from examples/starters/mentor-readiness.md
    $json${"metadata":{"name":"Mentor Readiness","version":"1.0","type":"multi-dimensional","author":"Aldergrove Coaching","description":"How ready somebody is to mentor a less experienced colleague.","interviewStyle":{"default":4,"allowOverride":true},"resultDisclosure":"teaser","scale":[1,5],"evidence":"preferred"},"dimensions":[{"id":"listening","name":"Listening","weight":0.4,"description":"Hears what is meant as well as what is said, and lets the other person finish.","interviewThemes":["A conversation that changed direction because of something the other person said","Silence, and what was done with it"],"scoringRubric":{"1":"Waits for a gap in order to speak.","2":"Hears facts and misses moods. Often finishes other people's sentences.","3":"Listens well when the subject is of interest, and can repeat what was said.","4":"Lets people finish, asks what was meant, and remembers it next time.","5":"Notices what is not said, and makes it possible to say it."}},{"id":"challenge","name":"Challenge","weight":0.4,"description":"Asks the uncomfortable question, kindly, and at a time when it can be heard.","interviewThemes":["Something that was hard to say to somebody who mattered","A piece of advice that was not given, and why"],"scoringRubric":{"1":"Agrees in order to be liked, or criticises in order to win.","2":"Sees the weak point and hints at it.","3":"Names problems when asked for an opinion.","4":"Raises what is avoided, and stays friendly while it is discussed.","5":"Is sought out for it. People leave with more courage than they brought."}},{"id":"generosity","name":"Generosity","weight":0.2,"description":"Gives time, contacts and credit without keeping an account of them.","interviewThemes":["A door that was opened for somebody else"],"scoringRubric":{"1-2":"Helps where it is noticed or returned.","3":"Helps when asked and when there is time.","4-5":"Makes room for others before being asked, and enjoys their success."}}],"resultCategories":[{"name":"The Sounding Board","scoreRange":[3.5,5.0],"primaryDimensions":["Listening"],"description":"People think more clearly in this mentor's presence.","strengths":["Gives undivided attention","Remembers what mattered last time"],"growthAreas":["May leave a mistaken idea unchallenged for too long"],"recommendations":["End each conversation with one question that the mentee would rather not answer"]},{"name":"The Sparring Partner","scoreRange":[3.5,5.0],"primaryDimensions":["Challenge"],"description":"People leave a conversation with this mentor knowing what they had avoided, and ready to face it.","strengths":["Says what others only think","Stays on a subject until something follows from it"],"growthAreas":["May be right before the other person is ready"],"recommendations":["Ask \"Do you want a question or an answer?\" at the start of each conversation"]},{"name":"The Helpful Colleague","scoreRange":[1.0,3.4],"primaryDimensions":[],"description":"Willing, and on the way. Practice with one patient partner will show what is still missing.","strengths":["Wants to be of use"],"growthAreas":["Advice comes faster than understanding"],"recommendations":["Spend one conversation a week only asking questions, and write down what you learned"]}],"interviewGuidelines":{"opening":"Thank you for coming. I would like to hear about people you have helped to grow. It takes about half an hour, and\nonly your programme lead will see the details. Who comes to mind first?","probingQuestions":{"Listening":["Tell me about a conversation in which you changed your mind."],"Challenge":["What did you tell somebody that nobody else would tell them?","How did you know that it was welcome?"],"Generosity":["Whose success are you proud of, and who knows about your part in it?"],"general":["Can you give me one concrete example?"]},"closing":"Thank you. Is there anything that I should have asked? You will see a short summary, and your programme lead will\ngo through it with you next week."},"examples":[{"name":"Attentive and gentle","scores":{"Listening":5,"Challenge":3,"Generosity":4},"overall":4.00,"category":"The Sounding Board"},{"name":"Clear and direct","scores":{"Listening":3,"Challenge":5,"Generosity":4},"overall":4.00,"category":"The Sparring Partner"},{"name":"Quick with advice","scores":{"Listening":2,"Challenge":3},"overall":2.50,"category":"The Helpful Colleague"}]}$json$::jsonb,
    $markdown$---
name: Mentor Readiness
version: 1.0
type: multi-dimensional
author: Aldergrove Coaching
description: How ready somebody is to mentor a less experienced colleague.
interview_style:
  default: 4
  allow_override: true
result_disclosure: teaser
scale: [1, 5]
---

## Dimensions

### Listening

- weight: 40%
- description: Hears what is meant as well as what is said, and lets the other person finish.
- interview_themes:
  - A conversation that changed direction because of something the other person said
  - Silence, and what was done with it
- scoring_rubric:
  - 1: Waits for a gap in order to speak.
  - 2: Hears facts and misses moods. Often finishes other people's sentences.
  - 3: Listens well when the subject is of interest, and can repeat what was said.
  - 4: Lets people finish, asks what was meant, and remembers it next time.
  - 5: Notices what is not said, and makes it possible to say it.

### Challenge

- weight: 40%
- description: Asks the uncomfortable question, kindly, and at a time when it can be heard.
- interview_themes:
  - Something that was hard to say to somebody who mattered
  - A piece of advice that was not given, and why
- scoring_rubric:
  - 1: Agrees in order to be liked, or criticises in order to win.
  - 2: Sees the weak point and hints at it.
  - 3: Names problems when asked for an opinion.
  - 4: Raises what is avoided, and stays friendly while it is discussed.
  - 5: Is sought out for it. People leave with more courage than they brought.

### Generosity

- weight: 20%
- description: Gives time, contacts and credit without keeping an account of them.
- interview_themes:
  - A door that was opened for somebody else
- scoring_rubric:
  - 1-2: Helps where it is noticed or returned.
  - 3: Helps when asked and when there is time.
  - 4-5: Makes room for others before being asked, and enjoys their success.

## Result Categories

### The Sounding Board

- score_range: [3.5, 5.0]
- primary_dimensions:
  - Listening
- description: People think more clearly in this mentor's presence.
- strengths:
  - Gives undivided attention
  - Remembers what mattered last time
- growth_areas:
  - May leave a mistaken idea unchallenged for too long
- recommendations:
  - End each conversation with one question that the mentee would rather not answer

### The Sparring Partner

- score_range: [3.5, 5.0]
- primary_dimensions:
  - Challenge
- description: People leave a conversation with this mentor knowing what they had avoided, and ready to face it.
- strengths:
  - Says what others only think
  - Stays on a subject until something follows from it
- growth_areas:
  - May be right before the other person is ready
- recommendations:
  - Ask "Do you want a question or an answer?" at the start of each conversation

### The Helpful Colleague

- score_range: [1.0, 3.4]
- description: Willing, and on the way. Practice with one patient partner will show what is still missing.
- strengths:
  - Wants to be of use
- growth_areas:
  - Advice comes faster than understanding
- recommendations:
  - Spend one conversation a week only asking questions, and write down what you learned

## Interview Guidelines

### Opening

"Thank you for coming. I would like to hear about people you have helped to grow. It takes about half an hour, and
only your programme lead will see the details. Who comes to mind first?"

### Probing Questions

- When exploring Listening: "Tell me about a conversation in which you changed your mind."
- Challenge:
  - "What did you tell somebody that nobody else would tell them?"
  - "How did you know that it was welcome?"
- Generosity: "Whose success are you proud of, and who knows about your part in it?"
- "Can you give me one concrete example?"

### Closing

"Thank you. Is there anything that I should have asked? You will see a short summary, and your programme lead will
go through it with you next week."

## Examples

### Attentive and gentle

- scores:
  - Listening: 5
  - Challenge: 3
  - Generosity: 4
- overall: 4.00
- category: The Sounding Board

### Clear and direct

- scores:
  - Listening: 3
  - Challenge: 5
  - Generosity: 4
- overall: 4.00
- category: The Sparring Partner

### Quick with advice

- scores:
  - Listening: 2
  - Challenge: 3
- overall: 2.50
- category: The Helpful Colleague
$markdown$
  ),
  -- A draft: only its owner sees it, and no session can use it.
  (
    'a55e5500-0000-4000-8000-000000000002', 'aldergrove', 'draft', false, 'private', null,
    -- compiled from examples/starters/client-conversations.md
    $json${"metadata":{"name":"Client Conversations","version":"0.1","type":"single-outcome","author":"Aldergrove Coaching","description":"Where an adviser stands in leading conversations with clients. Not yet tried with real advisers.","interviewStyle":{"default":4,"allowOverride":true},"resultDisclosure":"teaser","scale":[1,5],"evidence":"preferred"},"dimensions":[{"id":"preparation","name":"Preparation","weight":0.333333,"description":"Comes to a conversation knowing what the client needs to decide.","interviewThemes":["The hour before the last important meeting"],"scoringRubric":{}},{"id":"questions","name":"Questions","weight":0.333333,"description":"Finds out what is behind a request before answering it.","interviewThemes":["A request that turned out to be about something else"],"scoringRubric":{}},{"id":"follow-through","name":"Follow-through","weight":0.333333,"description":"Does what was agreed and reports it without being asked.","interviewThemes":["Something promised in passing"],"scoringRubric":{}}],"resultCategories":[{"name":"Trusted Adviser","scoreRange":[4.0,5.0],"primaryDimensions":[],"description":"Clients ask this adviser first, also about matters that nobody pays for.","strengths":[],"growthAreas":[],"recommendations":["Let a colleague lead the next conversation, and take the notes"]},{"name":"Capable Adviser","scoreRange":[2.5,3.9],"primaryDimensions":[],"description":"Clients get what they ask for, reliably.","strengths":[],"growthAreas":[],"recommendations":["Ask one more question before the first answer"]},{"name":"New Adviser","scoreRange":[1.0,2.4],"primaryDimensions":[],"description":"Learning the trade, best at the side of an experienced colleague.","strengths":[],"growthAreas":[],"recommendations":["Sit in on three conversations and write down every question that was asked"]}],"interviewGuidelines":{"opening":"Let us go through your last few client conversations. Which one do you remember best?","probingQuestions":{},"closing":"Which conversation are you looking forward to?"},"examples":[]}$json$::jsonb,
    $markdown$---
name: Client Conversations
version: 0.1
type: single-outcome
author: Aldergrove Coaching
description: Where an adviser stands in leading conversations with clients. Not yet tried with real advisers.
interview_style: 4
result_disclosure: teaser
---

## Dimensions

### Preparation

- weight: 1/3
- description: Comes to a conversation knowing what the client needs to decide.
- interview_themes:
  - The hour before the last important meeting

### Questions

- weight: 1/3
- description: Finds out what is behind a request before answering it.
- interview_themes:
  - A request that turned out to be about something else

### Follow-through

- weight: 1/3
- description: Does what was agreed and reports it without being asked.
- interview_themes:
  - Something promised in passing

## Result Categories

### Trusted Adviser

- score_range: [4.0, 5.0]
- description: Clients ask this adviser first, also about matters that nobody pays for.
- recommendations:
  - Let a colleague lead the next conversation, and take the notes

### Capable Adviser

- score_range: [2.5, 3.9]
- description: Clients get what they ask for, reliably.
- recommendations:
  - Ask one more question before the first answer

### New Adviser

- score_range: [1.0, 2.4]
- description: Learning the trade, best at the side of an experienced colleague.
- recommendations:
  - Sit in on three conversations and write down every question that was asked

## Interview Guidelines

### Opening

"Let us go through your last few client conversations. Which one do you remember best?"

### Closing

"Which conversation are you looking forward to?"
$markdown$
  ),
  -- Active and private: the coaching session below uses it.
  (
    'a55e5500-0000-4000-8000-000000000003', 'aldergrove', 'active', false, 'private', null,
    -- compiled from examples/starters/team-health.md
    $json${"metadata":{"name":"Team Health Check","version":"1.0","type":"multi-dimensional","author":"Aldergrove Coaching","description":"A short talk with each member of a team about how it is to work in it.","interviewStyle":{"default":3,"allowOverride":true},"resultDisclosure":"full","scale":[1,5],"evidence":"preferred"},"dimensions":[{"id":"psychological-safety","name":"Psychological Safety","weight":0.4,"description":"Whether people speak up about problems, doubts and mistakes.","interviewThemes":["A mistake that was talked about openly","A question nobody dared to ask"],"scoringRubric":{"1-2":"Problems are hidden until they cannot be.","3":"People speak up among those they know well.","4-5":"People speak up to anyone, and are thanked for it."}},{"id":"shared-goals","name":"Shared Goals","weight":0.3,"description":"Whether the members would name the same three results as the most important ones.","interviewThemes":["What the team wants to have achieved by the end of the year"],"scoringRubric":{"1-2":"Everybody has goals, and few of them are shared.","3":"Goals are known, and are weighed differently.","4-5":"Goals are known, agreed on, and used to say no."}},{"id":"workload","name":"Workload","weight":0.3,"description":"Whether the work can be done well in the time that there is.","interviewThemes":["The last evening that was lost to work"],"scoringRubric":{"1-2":"Overtime is the plan.","3":"Peaks are hard, and they end.","4-5":"There is room for the unexpected."}}],"resultCategories":[{"name":"Thriving","scoreRange":[4.0,5.0],"primaryDimensions":[],"description":"The team is in good shape and knows why.","strengths":["Problems become known while they are small"],"growthAreas":[],"recommendations":["Write down what works before the next change of members"]},{"name":"Holding Together","scoreRange":[2.5,3.9],"primaryDimensions":[],"description":"The team copes, at a price that rises.","strengths":[],"growthAreas":["Strain is borne by a few members"],"recommendations":["Drop one goal, and tell everybody who is waiting for it"]},{"name":"Under Strain","scoreRange":[1.0,2.4],"primaryDimensions":[],"description":"The team needs relief before it needs advice.","strengths":[],"growthAreas":["Problems are known to individuals only"],"recommendations":["Agree with the sponsor this week on what will not be done"]}],"interviewGuidelines":{"opening":"Thank you for taking the time. How is the team doing this week?","probingQuestions":{"Psychological Safety":["When did somebody last say that they had made a mistake?"],"Shared Goals":["Which three results would your colleagues name?"],"Workload":["What did you not get to this week?"]},"closing":"Is there anything that I should have asked?"},"examples":[]}$json$::jsonb,
    $markdown$---
name: Team Health Check
version: 1.0
type: multi-dimensional
author: Aldergrove Coaching
description: A short talk with each member of a team about how it is to work in it.
interview_style:
  default: 3
  allow_override: true
result_disclosure: full
scale: [1, 5]
---

## Dimensions

### Psychological Safety

- weight: 0.4
- description: Whether people speak up about problems, doubts and mistakes.
- interview_themes:
  - A mistake that was talked about openly
  - A question nobody dared to ask
- scoring_rubric:
  - 1-2: Problems are hidden until they cannot be.
  - 3: People speak up among those they know well.
  - 4-5: People speak up to anyone, and are thanked for it.

### Shared Goals

- weight: 0.3
- description: Whether the members would name the same three results as the most important ones.
- interview_themes:
  - What the team wants to have achieved by the end of the year
- scoring_rubric:
  - 1-2: Everybody has goals, and few of them are shared.
  - 3: Goals are known, and are weighed differently.
  - 4-5: Goals are known, agreed on, and used to say no.

### Workload

- weight: 0.3
- description: Whether the work can be done well in the time that there is.
- interview_themes:
  - The last evening that was lost to work
- scoring_rubric:
  - 1-2: Overtime is the plan.
  - 3: Peaks are hard, and they end.
  - 4-5: There is room for the unexpected.

## Result Categories

### Thriving

- score_range: [4.0, 5.0]
- description: The team is in good shape and knows why.
- strengths:
  - Problems become known while they are small
- recommendations:
  - Write down what works before the next change of members

### Holding Together

- score_range: [2.5, 3.9]
- description: The team copes, at a price that rises.
- growth_areas:
  - Strain is borne by a few members
- recommendations:
  - Drop one goal, and tell everybody who is waiting for it

### Under Strain

- score_range: [1.0, 2.4]
- description: The team needs relief before it needs advice.
- growth_areas:
  - Problems are known to individuals only
- recommendations:
  - Agree with the sponsor this week on what will not be done

## Interview Guidelines

### Opening

"Thank you for taking the time. How is the team doing this week?"

### Probing Questions

- When exploring Psychological Safety: "When did somebody last say that they had made a mistake?"
- When exploring Shared Goals: "Which three results would your colleagues name?"
- When exploring Workload: "What did you not get to this week?"

### Closing

"Is there anything that I should have asked?"
$markdown$
  ),
  -- Published: every tenant may read and use it. The campaign below does.
  (
    'a55e5500-0000-4000-8000-000000000004', 'northfield', 'active', false, 'published', 'free',
    -- compiled from examples/starters/change-readiness.md
    $json${"metadata":{"name":"Change Readiness","version":"1.0","type":"comparative","author":"Northfield Advisory","description":"How ready a department is for an announced change, as its members and its managers see it.","interviewStyle":{"default":2,"allowOverride":true},"resultDisclosure":"teaser","scale":[1,5],"evidence":"preferred"},"dimensions":[{"id":"reason","name":"Reason","weight":0.4,"description":"Whether people can say why the change is needed and what happens without it.","interviewThemes":["How the change was first announced, and what was heard"],"scoringRubric":{"1-2":"The reason is unknown, or is believed to be another one.","3":"The official reason is known.","4-5":"People give the reason in their own words and find it sound."}},{"id":"ability","name":"Ability","weight":0.35,"description":"Whether people have the time, skills and means to work in the new way.","interviewThemes":["What would be missing if the change came tomorrow"],"scoringRubric":{"1-2":"Nobody has been given time to prepare.","3":"Training is planned, on top of the regular work.","4-5":"People have tried the new way and know whom to ask."}},{"id":"support","name":"Support","weight":0.25,"description":"Whether those with influence, formal or not, stand behind the change.","interviewThemes":["Who is listened to when it becomes difficult"],"scoringRubric":{"1-2":"Influential people wait for it to pass.","3":"Managers support it, and others watch.","4-5":"Respected colleagues speak for it unprompted."}}],"resultCategories":[{"name":"Ready","scoreRange":[3.8,5.0],"primaryDimensions":[],"description":"The department can begin. Keep the pace and keep listening.","strengths":[],"growthAreas":[],"recommendations":["Set the date, and name the person who answers questions on the first day"]},{"name":"Nearly Ready","scoreRange":[2.6,3.7],"primaryDimensions":[],"description":"The will is there or the means are, though not yet both.","strengths":[],"growthAreas":[],"recommendations":["Ask five people what they would need in order to start, and provide two of those things"]},{"name":"Not Ready","scoreRange":[1.0,2.5],"primaryDimensions":[],"description":"Starting now would cost more than waiting.","strengths":[],"growthAreas":[],"recommendations":["Explain the reason again, in smaller groups, and begin with the questions"]}],"interviewGuidelines":{"opening":"I would like to hear how you see the coming change. Your answers are combined with those of your colleagues.","probingQuestions":{"Reason":["How would you explain the change to a new colleague?"],"Ability":["What would go wrong if it started on Monday?"],"Support":["Whose opinion on it do people wait for?"]},"closing":"Thank you. What should I tell the people who planned this?"},"examples":[]}$json$::jsonb,
    $markdown$---
name: Change Readiness
version: 1.0
type: comparative
author: Northfield Advisory
description: How ready a department is for an announced change, as its members and its managers see it.
interview_style:
  default: 2
  allow_override: true
result_disclosure: teaser
scale: [1, 5]
---

## Dimensions

### Reason

- weight: 40%
- description: Whether people can say why the change is needed and what happens without it.
- interview_themes:
  - How the change was first announced, and what was heard
- scoring_rubric:
  - 1-2: The reason is unknown, or is believed to be another one.
  - 3: The official reason is known.
  - 4-5: People give the reason in their own words and find it sound.

### Ability

- weight: 35%
- description: Whether people have the time, skills and means to work in the new way.
- interview_themes:
  - What would be missing if the change came tomorrow
- scoring_rubric:
  - 1-2: Nobody has been given time to prepare.
  - 3: Training is planned, on top of the regular work.
  - 4-5: People have tried the new way and know whom to ask.

### Support

- weight: 25%
- description: Whether those with influence, formal or not, stand behind the change.
- interview_themes:
  - Who is listened to when it becomes difficult
- scoring_rubric:
  - 1-2: Influential people wait for it to pass.
  - 3: Managers support it, and others watch.
  - 4-5: Respected colleagues speak for it unprompted.

## Result Categories

### Ready

- score_range: [3.8, 5.0]
- description: The department can begin. Keep the pace and keep listening.
- recommendations:
  - Set the date, and name the person who answers questions on the first day

### Nearly Ready

- score_range: [2.6, 3.7]
- description: The will is there or the means are, though not yet both.
- recommendations:
  - Ask five people what they would need in order to start, and provide two of those things

### Not Ready

- score_range: [1.0, 2.5]
- description: Starting now would cost more than waiting.
- recommendations:
  - Explain the reason again, in smaller groups, and begin with the questions

## Interview Guidelines

### Opening

"I would like to hear how you see the coming change. Your answers are combined with those of your colleagues."

### Probing Questions

- Reason: "How would you explain the change to a new colleague?"
- Ability: "What would go wrong if it started on Monday?"
- Support: "Whose opinion on it do people wait for?"

### Closing

"Thank you. What should I tell the people who planned this?"
$markdown$
  )
)

insert into public.custom_assessments (
  id, tenant_id, created_by, status, is_template, marketplace_status, marketplace_price_tier,
  definition, source_markdown, source_type, name, version, description, assessment_type,
  interview_style_default, interview_style_allow_override, result_disclosure
)
select
  seeded.id,
  tenant.id as tenant_id,
  tenant.user_id as created_by,
  seeded.status,
  seeded.is_template,
  seeded.marketplace_status,
  seeded.marketplace_price_tier,
  seeded.definition,
  seeded.source_markdown,
  'upload' as source_type,
  stated.name,
  stated.version,
  stated.description,
  stated.assessment_type,
  stated.interview_style_default,
  stated.interview_style_allow_override,
  stated.result_disclosure
from seeded
inner join public.tenant_profiles as tenant on seeded.tenant_slug = tenant.slug
cross join lateral private.columns_of(seeded.definition -> 'metadata') as stated
where not exists (
  select
  from public.custom_assessments
  where custom_assessments.id = seeded.id
);

-- ---------------------------------------------------------------------------------------------------------------------
-- A campaign with one respondent, and a coaching session; each respondent has a link with an access token
-- ---------------------------------------------------------------------------------------------------------------------

insert into public.campaigns (id, tenant_id, created_by, name, status, assessment_type, custom_assessment_id)
select
  'ca3fa160-0000-4000-8000-000000000001' as id,
  '0f1e1d00-0000-4000-8000-000000000002' as tenant_id,
  '0f1e1d00-0000-4000-8000-000000000001' as created_by,
  'Warehouse system, spring' as name,
  'active' as status,
  'custom' as assessment_type,
  'a55e5500-0000-4000-8000-000000000004' as custom_assessment_id
where not exists (
  select
  from public.campaigns
  where campaigns.id = 'ca3fa160-0000-4000-8000-000000000001'
);

insert into public.campaign_assignments (
  id, campaign_id, stakeholder_name, stakeholder_email, status, access_token, access_expires_at
)
select
  'ca3fa160-0000-4000-8000-000000000002' as id,
  'ca3fa160-0000-4000-8000-000000000001' as campaign_id,
  'Priya Raman' as stakeholder_name,
  'priya.raman@client.example' as stakeholder_email,
  'invited' as status,
  'local-campaign-link' as access_token,
  now() + interval '90 days' as access_expires_at
where not exists (
  select
  from public.campaign_assignments
  where campaign_assignments.id = 'ca3fa160-0000-4000-8000-000000000002'
);

insert into public.coaching_sessions (
  id, tenant_id, client_name, client_email, client_status, access_token, access_expires_at,
  assessment_type, custom_assessment_id
)
select
  'c0ac4000-0000-4000-8000-000000000001' as id,
  'a1de0000-0000-4000-8000-000000000002' as tenant_id,
  'Tomas Berg' as client_name,
  'tomas.berg@client.example' as client_email,
  'registered' as client_status,
  'local-coaching-link' as access_token,
  now() + interval '90 days' as access_expires_at,
  'custom' as assessment_type,
  'a55e5500-0000-4000-8000-000000000003' as custom_assessment_id
where not exists (
  select
  from public.coaching_sessions
  where coaching_sessions.id = 'c0ac4000-0000-4000-8000-000000000001'
);
