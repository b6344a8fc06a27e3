"""From one job of any kind to its outcome. Pure; used by the worker and its isolated child."""

from worker.engine.compile_job import do_compile
from worker.engine.jobs import (
    CompileJob,
    Done,
    Finished,
    Job,
    MarkdownJob,
    ProbeJob,
    ScoreJob,
    Snapshot,
    UnknownJob,
    retry,
)
from worker.engine.markdown_job import do_markdown

__all__ = ["do_job"]


def do_job(job: Job) -> Finished:
    """Do one job."""
    match job:
        case CompileJob():
            return do_compile(job)
        case ScoreJob():
            return Snapshot(job.job, job.attempt)
        case MarkdownJob():
            return do_markdown(job)
        case ProbeJob():
            return Done(job.job, job.attempt)
        case UnknownJob():
            # A newer worker will know this kind; until one runs, the job waits with growing delay.
            return retry(job, "unknown-kind")
