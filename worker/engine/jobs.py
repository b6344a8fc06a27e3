"""The shapes in which jobs come from the database and go back to it."""

from collections import deque
from collections.abc import Iterable
from typing import Any, Final, Literal, NamedTuple, TypeAlias, TypedDict

__all__ = [
    "CompileJob",
    "Compiled",
    "Diagnostic",
    "Done",
    "Element",
    "Exchange",
    "Failed",
    "Finished",
    "Job",
    "Malformed",
    "Place",
    "ProbeJob",
    "Release",
    "Retry",
    "ScoreJob",
    "Settled",
    "Snapshot",
    "UnknownJob",
    "failed",
    "read_exchange",
    "read_jobs",
    "release",
    "restore_finished",
    "restore_job",
    "retry",
    "tell",
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
    """A finished interview, of which the database takes a snapshot when it is asked to."""

    job: int
    attempt: int
    tries: int
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


Diagnostic: TypeAlias = dict[str, Any]
"""A diagnostic as the tenant reads it."""


class Place(TypedDict):
    """A place in a source; both count from 1."""

    line: int
    column: int


class Compiled(NamedTuple):
    """A file was compiled.

    ``definition`` is its JSON text, None when the source has errors. A file that states no version gets the
    number that its change asks for.
    """

    job: int
    attempt: int
    definition: str | None
    diagnostics: list[Diagnostic]
    version_at: Place
    version_is_stated: bool
    outcome: Literal["compiled"] = "compiled"


class Snapshot(NamedTuple):
    """A finished interview's turn has come: the database scores it and takes the snapshot."""

    job: int
    attempt: int
    outcome: Literal["snapshot"] = "snapshot"


class Done(NamedTuple):
    """There was nothing to do."""

    job: int
    attempt: int
    outcome: Literal["done"] = "done"


class Failed(NamedTuple):
    """The job cannot be done, however often it is tried; ``error`` is a code."""

    job: int
    attempt: int
    error: str
    diagnostics: list[Diagnostic]
    outcome: Literal["failed"] = "failed"


class Retry(NamedTuple):
    """The job comes back later, after an error that may pass; ``error`` is its code."""

    job: int
    attempt: int
    error: str
    outcome: Literal["retry"] = "retry"


class Release(NamedTuple):
    """The job was not begun: it comes back at once, and no attempt is charged."""

    job: int
    attempt: int
    outcome: Literal["release"] = "release"


Finished: TypeAlias = Compiled | Snapshot | Done | Failed | Retry | Release
"""What came of one job."""

_OUTCOMES: Final[dict[str, type[Finished]]] = {
    "compiled": Compiled,
    "snapshot": Snapshot,
    "done": Done,
    "failed": Failed,
    "retry": Retry,
    "release": Release,
}

Element: TypeAlias = dict[str, Any]
"""What came of some jobs, as the database takes it back: as in a record, with ``jobs`` and ``attempts``."""


class Settled(NamedTuple):
    """What the database made of some finished jobs.

    ``succeeded``, ``rejected`` (the file has faults that its author can mend), ``failed``, ``retried``,
    ``released``, ``repeated`` (it had been settled before: a repeated request) or ``lost`` (the lease is
    another's).
    ``error`` is the code of a failure, None otherwise.
    """

    jobs: tuple[int, ...]
    outcome: str
    error: str | None = None


class Exchange(NamedTuple):
    """An answer: what became of finished jobs, the jobs claimed, the wait until the next delayed job.

    Whoever does the jobs takes them out, so that no source is kept longer than it is needed.
    """

    settled: tuple[Settled, ...]
    jobs: deque[Job]
    next_seconds: float | None


def release(job: Job | Finished) -> Release:
    """Give a job back as not begun."""
    return Release(job.job, job.attempt)


def retry(job: Job | Finished, error: str) -> Retry:
    """Give a job back after an error that may pass; ``error`` is a code."""
    return Retry(job.job, job.attempt, error)


def failed(job: Job, error: str, message: str, hint: str) -> Failed:
    """End a job for an error that stays; ``error`` is the code of its diagnostic."""
    diagnostic: Diagnostic = {
        "severity": "error",
        "code": error,
        "line": 1,
        "column": 1,
        "end_line": 1,
        "end_column": 2,
        "section": "",
        "message": message,
        "hint": hint,
        "args": {},
    }
    return Failed(job.job, job.attempt, error, [diagnostic])


def tell(finished: Iterable[Finished]) -> list[Element]:
    """Say what came of these jobs in the fewest words: jobs that only have an outcome share one element."""
    elements: list[Element] = []
    shared: dict[str, Element] = {}
    for each in finished:
        if each.outcome in shared:
            element = shared[each.outcome]
        else:
            element = {**each._asdict(), "jobs": [], "attempts": []}
            del element["job"], element["attempt"]
            elements.append(element)
            if isinstance(each, Snapshot | Done | Release):
                shared[each.outcome] = element
        element["jobs"].append(each.job)
        element["attempts"].append(each.attempt)
    return elements


# The lists of texts that come with each kind, in the order of its class.
_KINDS: Final[dict[str, tuple[type[Job], tuple[str, ...]]]] = {
    "compile": (CompileJob, ("subjects", "sources")),
    "score": (ScoreJob, ()),
    "probe": (ProbeJob, ()),
}
_UNKNOWN: Final[tuple[type[Job], tuple[str, ...]]] = (UnknownJob, ())


def read_jobs(claimed: Any) -> list[Job]:
    """Read the claimed jobs of one kind: a list for each of their members.

    Raises:
        Malformed: a list is missing, shorter than another, or holds something else.
    """
    kind, texts = _KINDS.get(_get(claimed, "kind", str), _UNKNOWN)
    columns = [_column(claimed, name, int) for name in ("jobs", "attempts", "tries")]
    columns += [_column(claimed, name, str) for name in texts]
    if len({len(column) for column in columns}) > 1:
        raise Malformed("the lists of a kind's jobs are not equally long")
    return list(map(kind, *columns))


def restore_job(members: dict[str, Any]) -> Job:
    """Make a job of its members again, as they were told to a process of this same worker."""
    kind, _ = _KINDS.get(members["kind"], _UNKNOWN)
    return kind(**members)


def restore_finished(members: dict[str, Any]) -> Finished:
    """Make what came of a job of its members again, as a process of this same worker told them."""
    return _OUTCOMES[members["outcome"]](**members)


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
        settled=tuple(_read_settled(e) for e in _get(answer, "settled", list)),
        jobs=deque(job for claimed in _get(answer, "jobs", list) for job in read_jobs(claimed)),
        next_seconds=None if wait is None else wait / 1000,
    )


def _read_settled(settled: Any) -> Settled:
    return Settled(tuple(_column(settled, "jobs", int)), _get(settled, "outcome", str), settled.get("error"))


def _column(holder: Any, key: str, kind: type) -> list[Any]:
    column: list[Any] = _get(holder, key, list)
    if set(map(type, column)) - {kind}:
        raise Malformed(f"{key} does not hold {kind.__name__}s alone")
    return column


def _get(holder: Any, key: str, kind: type) -> Any:
    # Whoever reads JSON has these very types, and no others; a bool is no int here.
    value = holder.get(key) if type(holder) is dict else None
    if type(value) is not kind:
        raise Malformed(f"{key} is missing or not a {kind.__name__}")
    return value
