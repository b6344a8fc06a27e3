"""One job of any kind in, what came of it out. Pure; serves the worker and its isolated child."""

from worker.engine.compile_job import do_compile
from worker.engine.jobs import (
    CompileJob,
    Done,
    Finished,
    Job,
    ProbeJob,
    ScoreJob,
    Snapshot,
    UnknownJob,
    retry,
)

__all__ = ["do_job"]


def do_job(job: Job) -> Finished:
    """Do one job."""
    match job:
        case CompileJob():
            return do_compile(job)
        case ScoreJob():
            return Snapshot(job.job, job.attempt)
        case ProbeJob():
            return Done(job.job, job.attempt)
        case UnknownJob():
            # A newer worker will know it; until one runs, the job waits with growing delay.
            return retry(job, "unknown-kind")
