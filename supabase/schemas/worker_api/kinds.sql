-- The kinds of jobs and their functions. The comments of the columns in queue/kinds.sql define these functions.

-- A kind that was removed from this list is removed from the database too.
delete from private.job_kinds;
insert into private.job_kinds (kind, turn, outcome, needs, loads, locks, groups, applies, settles) values
-- An upload becomes a draft or replaces an assessment.
(
  'compile', 1, 'compiled', 'definition', 'private.load_uploads', 'private.lock_for_uploads', 'private.are_new_drafts',
  'private.apply_uploads', 'private.settle_uploads'
),
-- A completed session becomes a result.
(
  'score', 2, 'snapshot', null, 'private.load_requests', 'private.lock_for_requests', null, 'private.apply_requests',
  'private.settle_requests'
),
-- An assessment that was edited without its Markdown gets it.
(
  'markdown', 5, 'rendered', 'markdown', 'private.load_markdown', 'private.lock_for_markdown', null,
  'private.apply_markdown', 'private.settle_markdown'
),
-- Does nothing: benchmarks use it to measure the queue alone.
('probe', 3, 'done', null, null, null, null, null, null);
