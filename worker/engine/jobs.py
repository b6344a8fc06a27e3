"""The formats in which jobs are exchanged with the database."""

from collections import deque
from collections.abc import Iterable
from typing import Any, Final, Literal, NamedTuple, NotRequired, TypeAlias, TypedDict

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
    "MarkdownJob",
    "Place",
    "ProbeJob",
    "Release",
    "Rendered",
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
    """An answer of the API does not have the expected structure."""


class CompileJob(NamedTuple):
    """An upload to compile: ``source_markdown``, or a ``definition`` as JSON; the other one is empty.

    ``attempt`` is the claim's number, which finishing must state. ``tries`` is the number of counted
    attempts, including this one: more than 1 means that the job failed or lost its worker before.
    ``subject`` is the upload's id.
    """

    job: int
    attempt: int
    tries: int
    subject: str
    source_markdown: str
    definition: str = ""
    kind: Literal["compile"] = "compile"


class ScoreJob(NamedTuple):
    """A finished interview, of which the database creates the result when asked to."""

    job: int
    attempt: int
    tries: int
    kind: Literal["score"] = "score"


class MarkdownJob(NamedTuple):
    """An assessment whose Markdown is to be written.

    ``definition`` is its whole definition as JSON, ``source_markdown`` the Markdown whose front matter no
    longer fits, empty where there is none. ``made_from`` names both.
    """

    job: int
    attempt: int
    tries: int
    definition: str
    source_markdown: str
    made_from: str
    kind: Literal["markdown"] = "markdown"


class ProbeJob(NamedTuple):
    """A job that does nothing, with which benchmarks measure the queue alone."""

    job: int
    attempt: int
    tries: int
    kind: Literal["probe"] = "probe"


class UnknownJob(NamedTuple):
    """A job of a kind that this version of the worker does not know, because the database is newer."""

    job: int
    attempt: int
    tries: int
    kind: Literal["unknown"] = "unknown"


Job: TypeAlias = CompileJob | ScoreJob | MarkdownJob | ProbeJob | UnknownJob


Diagnostic: TypeAlias = dict[str, Any]
"""A diagnostic as the tenant reads it."""


class Place(TypedDict):
    """A position in a source, and the one behind its last character if that is known; all count from 1.

    ``path`` is that in a definition, as a JSON path.
    """

    line: int
    column: int
    end_line: NotRequired[int]
    end_column: NotRequired[int]
    path: NotRequired[str]


class Compiled(NamedTuple):
    """An upload was compiled.

    ``definition`` is its JSON text, None if the source has errors. A source without a version gets the
    number that its change needs. ``markdown`` is the canonical one of an uploaded definition.
    """

    job: int
    attempt: int
    definition: str | None
    diagnostics: list[Diagnostic]
    version_at: Place
    version_is_stated: bool
    markdown: str | None = None
    outcome: Literal["compiled"] = "compiled"


class Snapshot(NamedTuple):
    """A finished interview's job was reached: the database scores it and creates the result."""

    job: int
    attempt: int
    outcome: Literal["snapshot"] = "snapshot"


class Rendered(NamedTuple):
    """The Markdown of an assessment, and what it was made from."""

    job: int
    attempt: int
    markdown: str
    made_from: str
    outcome: Literal["rendered"] = "rendered"


class Done(NamedTuple):
    """There was nothing to do."""

    job: int
    attempt: int
    outcome: Literal["done"] = "done"


class Failed(NamedTuple):
    """The job cannot be done in any attempt; ``error`` is a code."""

    job: int
    attempt: int
    error: str
    diagnostics: list[Diagnostic]
    outcome: Literal["failed"] = "failed"


class Retry(NamedTuple):
    """The job will be retried after a temporary error; ``error`` is its code."""

    job: int
    attempt: int
    error: str
    outcome: Literal["retry"] = "retry"


class Release(NamedTuple):
    """The job was not started: it returns to the queue at once, and no attempt is counted."""

    job: int
    attempt: int
    outcome: Literal["release"] = "release"


Finished: TypeAlias = Compiled | Snapshot | Rendered | Done | Failed | Retry | Release
"""The outcome of one job."""

_OUTCOMES: Final[dict[str, type[Finished]]] = {
    "compiled": Compiled,
    "snapshot": Snapshot,
    "rendered": Rendered,
    "done": Done,
    "failed": Failed,
    "retry": Retry,
    "release": Release,
}

Element: TypeAlias = dict[str, Any]
"""The common outcome of some jobs, as sent to the database: as in a record, with ``jobs`` and ``attempts``.
"""


class Settled(NamedTuple):
    """The outcome that the database recorded for some finished jobs.

    ``succeeded``, ``rejected`` (the file has errors that its author can fix), ``failed``, ``retried``,
    ``released``, ``repeated`` (it was finished before by the same request) or ``lost`` (another worker has
    the lease).
    ``error`` is the code of a failure, None otherwise.
    """

    jobs: tuple[int, ...]
    outcome: str
    error: str | None = None


class Exchange(NamedTuple):
    """An answer: the outcomes of finished jobs, the claimed jobs, and the wait until the next delayed job.

    Jobs are removed from it as they are processed, so that no source is kept longer than needed.
    """

    settled: tuple[Settled, ...]
    jobs: deque[Job]
    next_seconds: float | None


def release(job: Job | Finished) -> Release:
    """Release a job that was not started."""
    return Release(job.job, job.attempt)


def retry(job: Job | Finished, error: str) -> Retry:
    """Retry a job after a temporary error; ``error`` is a code."""
    return Retry(job.job, job.attempt, error)


def failed(job: Job, error: str, message: str, hint: str) -> Failed:
    """Fail a job because of a permanent error; ``error`` is the code of its diagnostic."""
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
    """Return the outcomes in the shortest form: jobs that have only an outcome share one element."""
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


# The lists of texts of each kind, in the order of its class.
_KINDS: Final[dict[str, tuple[type[Job], tuple[str, ...]]]] = {
    "compile": (CompileJob, ("subjects", "sources", "definitions")),
    "score": (ScoreJob, ()),
    "markdown": (MarkdownJob, ("definitions", "sources", "made_from")),
    "probe": (ProbeJob, ()),
}
_UNKNOWN: Final[tuple[type[Job], tuple[str, ...]]] = (UnknownJob, ())


def read_jobs(claimed: Any) -> list[Job]:
    """Read the claimed jobs of one kind: a list for each of their members.

    Raises:
        Malformed: a list is missing, shorter than another, or contains another type.
    """
    kind, texts = _KINDS.get(_get(claimed, "kind", str), _UNKNOWN)
    columns = [_column(claimed, name, int) for name in ("jobs", "attempts", "tries")]
    columns += [_column(claimed, name, str) for name in texts]
    if len({len(column) for column in columns}) > 1:
        raise Malformed("the lists of a kind's jobs are not equally long")
    return list(map(kind, *columns))


def restore_job(members: dict[str, Any]) -> Job:
    """Restore a job from its members, as sent between processes of the same worker."""
    kind, _ = _KINDS.get(members["kind"], _UNKNOWN)
    return kind(**members)


def restore_finished(members: dict[str, Any]) -> Finished:
    """Restore an outcome from its members, as sent between processes of the same worker."""
    return _OUTCOMES[members["outcome"]](**members)


def read_exchange(answer: object) -> Exchange:
    """Read the answer of ``exchange_jobs``.

    Raises:
        Malformed: it does not have the expected structure.
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
    # A JSON parser returns exactly these types; a bool is not accepted as an int.
    value = holder.get(key) if type(holder) is dict else None
    if type(value) is not kind:
        raise Malformed(f"{key} is missing or not a {kind.__name__}")
    return value
