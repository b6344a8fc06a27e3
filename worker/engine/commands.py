"""The operator's commands: run, drain, status, retry, prune, reviewers, name-reviewer."""

import argparse
import json
import re
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

if TYPE_CHECKING:
    from worker.engine.api import Api
    from worker.engine.process import Ended

__all__ = ["add_commands"]

EXIT_SETTINGS: Final = 78
EXIT_SOFTWARE: Final = 70
FIGURES: Final = (
    "queued",
    "oldest_queued_seconds",
    "running",
    "waiting",
    "expired_leases",
    "failed_last_hour",
    "rejected_last_hour",
)
HIGHEST_JOB: Final = 2**63 - 1
#: How long to wait for another caller's batch.
BACKFILL_SECONDS: Final = 0.5
UNITS: Final = {"m": 60, "h": 3600, "d": 86400}


def add_commands(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the operator's commands. Each sets ``run``, a function from the arguments to the exit code."""
    settings = "Settings come from the environment; docs/operations.md lists them."

    run = subparsers.add_parser(
        "run",
        help="process jobs until asked to stop",
        description=f"Claim, process and finish jobs until SIGTERM or SIGINT. {settings}",
    )
    _add_scale(run)
    run.set_defaults(run=_run)

    drain = subparsers.add_parser(
        "drain",
        help="process the jobs that are ready, then exit",
        description="Process jobs until none is ready, then exit. Leaves jobs that wait for another attempt "
        f"or are claimed by other workers. {settings}",
    )
    _add_scale(drain)
    drain.set_defaults(run=_drain)

    status = subparsers.add_parser("status", help="show the state of the queue", description=settings)
    status.add_argument("--json", action="store_true", help="print the database's answer as JSON")
    status.set_defaults(run=_status)

    retry = subparsers.add_parser(
        "retry", help="requeue failed jobs", description=f"Requeue failed jobs. {settings}"
    )
    which = retry.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "ids", nargs="*", default=[], type=_job_or_upload, metavar="ID", help="a job or an upload"
    )
    which.add_argument(
        "--failed-since",
        type=_since,
        metavar="WHEN",
        help="all jobs that failed since then: 30m, 2h, 7d, or a time such as 2026-01-31T12:00:00Z",
    )
    retry.set_defaults(run=_retry)

    prune = subparsers.add_parser(
        "prune", help="delete jobs that finished long ago", description=f"Delete finished jobs. {settings}"
    )
    prune.add_argument(
        "--keep",
        type=_duration,
        default=timedelta(days=30),
        metavar="TIME",
        help="how long to keep them (30d)",
    )
    prune.set_defaults(run=_prune)
    backfill = subparsers.add_parser(
        "backfill",
        help="bring over rows from before versions were kept",
        description=f"Bring over rows from before versions were kept, in batches. {settings}",
    )
    backfill.set_defaults(run=_backfill)
    _add_reviewers(subparsers, settings)


def _add_reviewers(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]", settings: str) -> None:
    reviewers = subparsers.add_parser(
        "reviewers", help="list the accounts that review listings", description=settings
    )
    reviewers.set_defaults(run=_reviewers)

    name = subparsers.add_parser(
        "name-reviewer",
        help="make an account a reviewer of listings",
        description=f"Make an account a reviewer of the marketplace's listings. {settings}",
    )
    name.add_argument("account", type=_account, metavar="ID", help="the account, a user of Auth")
    name.add_argument("--remove", action="store_true", help="make it no longer one")
    name.set_defaults(run=_name_reviewer)


def _add_scale(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--batch", type=int, metavar="N", help="the most jobs that one request claims (WORKER_BATCH, 1000)"
    )
    # Many other workers have this option, so it is refused with an explanation.
    parser.add_argument("--concurrency", type=_no_concurrency, help=argparse.SUPPRESS)


# --- arguments ----------------------------------------------------------------------------------------------


def _no_concurrency(_text: str) -> int:
    from worker.engine.settings import NO_CONCURRENCY  # noqa: PLC0415  not for check and format

    raise argparse.ArgumentTypeError(NO_CONCURRENCY)


def _job_or_upload(text: str) -> int | str:
    if text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= HIGHEST_JOB:
        return int(text)
    try:
        return str(UUID(text))
    except ValueError:
        message = f"{text!r} is neither a job's number nor an upload's id"
        raise argparse.ArgumentTypeError(message) from None


def _account(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        message = f"{text!r} is not an account's id"
        raise argparse.ArgumentTypeError(message) from None


def _duration(text: str) -> timedelta:
    match = re.fullmatch(r"(\d{1,6})([mhd])", text, re.ASCII)
    if match is None:
        message = f"{text!r} is not a duration such as 30m, 2h or 7d"
        raise argparse.ArgumentTypeError(message)
    return timedelta(seconds=int(match[1]) * UNITS[match[2]])


def _since(text: str) -> str:
    try:
        return (datetime.now(UTC) - _duration(text)).isoformat()
    except argparse.ArgumentTypeError:
        pass
    except OverflowError:
        message = f"{text!r} is too long ago"
        raise argparse.ArgumentTypeError(message) from None
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.astimezone()).isoformat()
    except (ValueError, OverflowError):
        message = f"{text!r} is neither a duration (30m, 2h, 7d) nor a time (2026-01-31T12:00:00Z)"
        raise argparse.ArgumentTypeError(message) from None


# --- commands -----------------------------------------------------------------------------------------------
# What they need is loaded only when one of them runs: `check` and `format` need no client of the API.


def _guarded(command: Callable[[], int]) -> int:
    """Run a command; report an error in a sentence, without a traceback."""
    from worker.engine.api import ApiUnusable, RequestRefused  # noqa: PLC0415  not for check and format
    from worker.engine.jobs import Malformed  # noqa: PLC0415  not for check and format
    from worker.engine.logs import describe_error  # noqa: PLC0415  not for check and format
    from worker.engine.settings import SettingsError  # noqa: PLC0415  not for check and format

    try:
        return command()
    except SettingsError as error:
        problems, code = error.problems, EXIT_SETTINGS
    except ApiUnusable as error:
        problems, code = (str(error),), error.exit_code
    except RequestRefused as error:
        problems, code = (f"The API refused the request ({error}).",), EXIT_SOFTWARE
    except Malformed as error:
        problems, code = (f"The API returned an unexpected answer: {error}.",), EXIT_SOFTWARE
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001 - its message and traceback may quote what a tenant wrote
        problems = (f"Internal error of the worker: {' at '.join(describe_error(error).values())}.",)
        code = EXIT_SOFTWARE
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    return code


def _run(arguments: argparse.Namespace) -> int:
    _stop_while_loading()
    return _guarded(lambda: _work(arguments, drain=False))


def _drain(arguments: argparse.Namespace) -> int:
    _stop_while_loading()
    return _guarded(lambda: _work(arguments, drain=True))


def _stop_while_loading() -> None:
    """Handle a stop signal while the worker is loading: it has no jobs yet."""
    for stop in (signal.SIGTERM, signal.SIGINT):
        signal.signal(stop, lambda *_: sys.exit(0))


def _work(arguments: argparse.Namespace, *, drain: bool) -> int:
    from worker.engine.process import run_worker  # noqa: PLC0415  not for check and format
    from worker.engine.settings import load_settings  # noqa: PLC0415  not for check and format

    ended = run_worker(load_settings(batch=arguments.batch), drain=drain)
    if drain:
        print(_summary(ended))
    return 0


def _summary(ended: "Ended") -> str:
    parts = [f"{count} {kind} {outcome}" for (kind, outcome), count in sorted(ended.totals.items())]
    if ended.stopped:
        return f"Stopped: {', '.join(parts) if parts else 'no jobs were processed'}."
    done = ", ".join(parts) if parts else "no job was ready"
    due = ended.next_seconds
    later = "" if due is None else f"; the next delayed job is due in {due:.1f} s"
    return f"Drained: {done}{later}."


def _status(arguments: argparse.Namespace) -> int:
    def command() -> int:
        status = _api().queue_status()
        print(json.dumps(status, indent=2) if arguments.json else _table(status))
        return 0

    return _guarded(command)


def _table(status: dict[str, Any]) -> str:
    """Return a table with a column per kind of job and a row per figure; unknown figures come last."""
    kinds = {kind: figures for kind, figures in sorted(status.items()) if isinstance(figures, dict)}
    known = [name for name in FIGURES if any(name in figures for figures in kinds.values())]
    names = [*known, *sorted({name for figures in kinds.values() for name in figures} - set(known))]
    rows = [["", *kinds]]
    rows += [
        [name.replace("_", " "), *(_cell(figures.get(name)) for figures in kinds.values())] for name in names
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(kinds) + 1)]
    return "\n".join(
        "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]).rstrip() for row in rows
    )


def _cell(value: object) -> str:
    return "-" if value is None else f"{value:.1f}" if isinstance(value, float) else str(value)


def _retry(arguments: argparse.Namespace) -> int:
    def command() -> int:
        if arguments.failed_since is not None:
            count = _api().retry_jobs(failed_since=arguments.failed_since)
        else:
            count = _api().retry_jobs(
                jobs=[i for i in arguments.ids if isinstance(i, int)],
                uploads=[i for i in arguments.ids if isinstance(i, str)],
            )
        print(f"{count} {'job' if count == 1 else 'jobs'} requeued.")
        wanted = len(set(arguments.ids))
        if count < wanted:
            print(
                f"error: {wanted - count} of {wanted} are not failed jobs, do not exist, or repeat a job "
                "given before.",
                file=sys.stderr,
            )
            return 1
        return 0

    return _guarded(command)


def _prune(arguments: argparse.Namespace) -> int:
    def command() -> int:
        api, total = _api(), 0
        keep = f"{int(arguments.keep.total_seconds())} seconds"
        while removed := api.prune_jobs(keep, batch=10000):
            total += removed
        print(f"{total} finished {'job' if total == 1 else 'jobs'} deleted.")
        return 0

    return _guarded(command)


def _backfill(_arguments: argparse.Namespace) -> int:
    def command() -> int:
        from worker.engine.backfill import BATCH  # noqa: PLC0415  not for check and format

        api, total = _api(), 0
        while True:
            batch = api.backfill_versions(batch=BATCH)
            total += batch.examined
            if batch.finished:
                break
            if not batch.examined:  # a worker is bringing over a batch
                time.sleep(BACKFILL_SECONDS)
        left = f"{batch.left_over} could not be brought over" if batch.left_over else "none is left"
        print(f"All rows from before versions were examined, {total} of them just now; {left}.")
        return 1 if batch.left_over else 0

    return _guarded(command)


def _reviewers(_arguments: argparse.Namespace) -> int:
    def command() -> int:
        for reviewer in _api().list_reviewers():
            print(f"{reviewer['user_id']}  since {reviewer['named_at']}")
        return 0

    return _guarded(command)


def _name_reviewer(arguments: argparse.Namespace) -> int:
    def command() -> int:
        answer = _api().name_reviewer(arguments.account, remove=arguments.remove)
        if answer == "no-account":
            print("error: There is no account with this id.", file=sys.stderr)
            return 1
        changed = "The account" if answer != "unchanged" else "Nothing changed: the account"
        print(f"{changed} is {'not a reviewer' if arguments.remove else 'a reviewer'}.")
        return 0

    return _guarded(command)


def _api() -> "Api":
    from worker.engine.api import Api  # noqa: PLC0415  not for check and format
    from worker.engine.settings import load_settings  # noqa: PLC0415  not for check and format

    return Api(load_settings(), "operator")
