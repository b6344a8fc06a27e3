"""The shapes in which jobs come from the database and go back to it."""

from collections import deque
from typing import Any, Literal, NamedTuple, NotRequired, TypeAlias, TypedDict

__all__ = [
    "CompileJob",
    "Exchange",
    "Finished",
    "Job",
    "Malformed",
    "Place",
    "ProbeJob",
    "ScoreJob",
    "Settled",
    "UnknownJob",
    "failed",
    "read_exchange",
    "read_job",
    "release",
    "retry",
]


class Malformed(ValueError):  # noqa: N818 - it describes the answer
    """An answer of the API has not the shape that was agreed."""


class CompileJob(NamedTuple):
    """An upload to compile.

    ``attempt`` is the claim's number, which finishing must say. ``tries`` counts the claims that were
    charged, this one included: more than 1 means that the job has failed or lost its worker before.
    ``subject`` is the upload's id.
    """

    job: int
    attempt: int
    tries: int
    subject: str
    source_markdown: str
    kind: Literal["compile"] = "compile"


class ScoreJob(NamedTuple):
    """A finished interview to score. The two JSON texts stay texts, so that no float is made on the way."""

    job: int
    attempt: int
    tries: int
    subject: str
    definition: str
    dimension_scores: str
    kind: Literal["score"] = "score"


class ProbeJob(NamedTuple):
    """A job that does nothing: benchmarks measure the queue alone with it."""

    job: int
    attempt: int
    tries: int
    kind: Literal["probe"] = "probe"


class UnknownJob(NamedTuple):
    """A job of a kind that this version of the worker does not know: the database is newer."""

    job: int
    attempt: int
    tries: int
    kind: Literal["unknown"] = "unknown"


Job: TypeAlias = CompileJob | ScoreJob | ProbeJob | UnknownJob


class Place(TypedDict):
    """A place in a source; both count from 1."""

    line: int
    column: int


class Finished(TypedDict):
    """What came of one job, as the database takes it back.

    ``outcome`` is ``compiled`` (``definition`` is null when the source has errors), ``scored``, ``done`` (a
    probe), ``failed`` (a lasting fault), ``retry`` (a passing fault: the job comes back later) or ``release``
    (not begun: no attempt is charged).
    """

    job: int
    attempt: int
    outcome: Literal["compiled", "scored", "done", "failed", "retry", "release"]
    definition: NotRequired[str | None]
    diagnostics: NotRequired[list[dict[str, str | int]]]
    version_at: NotRequired[Place]
    overall_score: NotRequired[str]
    matched_category: NotRequired[str | None]
    uncovered_dimensions: NotRequired[list[str]]
    error: NotRequired[str]


class Settled(NamedTuple):
    """What the database made of a finished job.

    ``succeeded``, ``rejected`` (the file has faults that its author can mend), ``failed``, ``retried``,
    ``released``, ``repeated`` (it had been settled before: a repeated request) or ``lost`` (the lease is
    another's).
    ``error`` is the code of a failure, None otherwise.
    """

    job: int
    outcome: str
    error: str | None = None


class Exchange(NamedTuple):
    """An answer: what became of finished jobs, the jobs claimed, the wait until the next delayed job.

    Whoever does the jobs takes them out, so that no source is kept longer than it is needed.
    """

    settled: tuple[Settled, ...]
    jobs: deque[Job]
    next_seconds: float | None


def release(job: Job) -> Finished:
    """Give a job back that was not begun."""
    return {"job": job.job, "attempt": job.attempt, "outcome": "release"}


def retry(job: Job, error: str) -> Finished:
    """Give a job back after a passing fault; ``error`` is a code."""
    return {"job": job.job, "attempt": job.attempt, "outcome": "retry", "error": error}


def failed(job: Job, error: str, message: str, hint: str) -> Finished:
    """End a job for a lasting fault; ``error`` is the code of its diagnostic."""
    diagnostic: dict[str, str | int] = {
        "severity": "error",
        "code": error,
        "line": 1,
        "column": 1,
        "section": "",
        "message": message,
        "hint": hint,
    }
    return {
        "job": job.job,
        "attempt": job.attempt,
        "outcome": "failed",
        "error": error,
        "diagnostics": [diagnostic],
    }


def read_job(claimed: Any) -> Job:
    """Read one claimed job.

    Raises:
        Malformed: a member is missing or has another type.
    """
    if type(claimed) is not dict:
        raise Malformed("a job is not an object")
    # Once a job, so without a call each.
    job, attempt, tries = claimed.get("job"), claimed.get("attempt"), claimed.get("tries")
    if not (type(job) is int and type(attempt) is int and type(tries) is int):
        raise Malformed("job, attempt or tries is missing or not an int")
    match claimed.get("kind"):
        case "compile":
            subject, source = _get(claimed, "subject", str), _get(claimed, "source_markdown", str)
            return CompileJob(job, attempt, tries, subject, source)
        case "score":
            return ScoreJob(
                job,
                attempt,
                tries,
                _get(claimed, "subject", str),
                definition=_get(claimed, "definition", str),
                dimension_scores=_get(claimed, "dimension_scores", str),
            )
        case "probe":
            return ProbeJob(job, attempt, tries)
        case _:
            return UnknownJob(job, attempt, tries)


def read_exchange(answer: object) -> Exchange:
    """Read the answer of ``exchange_jobs``.

    Raises:
        Malformed: it has not the agreed shape.
    """
    if type(answer) is not dict:
        raise Malformed("the answer is not an object")
    wait = answer.get("next_in_ms")
    if wait is not None and not isinstance(wait, int | float):
        raise Malformed("next_in_ms is not a number")
    return Exchange(
        settled=tuple(_read_settled(e) for e in _get(answer, "finished", list)),
        jobs=deque(read_job(e) for e in _get(answer, "jobs", list)),
        next_seconds=None if wait is None else wait / 1000,
    )


def _read_settled(settled: Any) -> Settled:
    if type(settled) is dict:
        # Once a job, so without a call each.
        job, outcome = settled.get("job"), settled.get("outcome")
        if type(job) is int and type(outcome) is str:
            return Settled(job, outcome, settled.get("error"))
    raise Malformed("a settled job has no job that is an int, or no outcome that is a str")


def _get(holder: Any, key: str, kind: type) -> Any:
    # Whoever reads JSON has these very types, and no others; a bool is no int here.
    value = holder.get(key) if type(holder) is dict else None
    if type(value) is not kind:
        raise Malformed(f"{key} is missing or not a {kind.__name__}")
    return value
