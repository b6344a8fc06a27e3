"""The API as the worker uses it: one long-lived client that repeats each request until it is answered.

A lost connection, a timeout, or an overloaded or restarting server means waiting, never the failure of a job.
Each request is safe to repeat: a finish that was already applied returns ``repeated``, and a claim whose
answer was lost returns when its lease expires.
"""

import random
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final, NamedTuple

import httpx
from postgrest.exceptions import APIError
from supabase import Client, ClientOptions, create_client

from worker.engine.events import Events, RequestAnswered, RequestRepeated
from worker.engine.jobs import Exchange, Finished, read_exchange, tell
from worker.engine.settings import Settings
from worker.release import Release
from worker.version import VERSION

__all__ = [
    "Api",
    "ApiUnusable",
    "BroughtOver",
    "FunctionMissing",
    "KeyRefused",
    "RequestRefused",
    "Stopped",
    "Unreachable",
    "VersionDiffers",
    "Waiting",
]

VERSION_FUNCTION: Final = "custom_assessments_version"
# Statuses that mean that the API, or the database behind it, is away. It may return with another release.
AWAY: Final = frozenset({502, 503, 504})
# Statuses that ask the client to retry.
BUSY: Final = frozenset({408, 425, 429})

FIRST_DELAY_SECONDS: Final = 0.1
LONGEST_DELAY_SECONDS: Final = 15.0
LONGEST_RETRY_AFTER_SECONDS: Final = 60.0
# While the worker runs, a rejected key or a missing function may be due to a restarting gateway or schema
# cache, so it is only believed if it lasts longer than this.
PATIENCE_SECONDS: Final = 60.0
# A request that hands back jobs is suspected after failing for this long: a gateway may block its content, or
# a server may crash on it. If it fails this often in a row, and an empty request succeeds after each failure,
# it counts as refused.
DOUBT_SECONDS: Final = 5.0
TRIES_IN_DOUBT: Final = 3
TRIES_WHEN_STOPPING: Final = 3


class ApiUnusable(Exception):  # noqa: N818 - the state of the API
    """The API cannot be used as it is configured; ``exit_code`` is the process's exit code."""

    exit_code = 69


class KeyRefused(ApiUnusable):
    """The API refused the key."""

    exit_code = 77


class FunctionMissing(ApiUnusable):
    """The worker's functions are missing: the migrations are not applied."""

    exit_code = 76


class VersionDiffers(ApiUnusable):
    """The database's release is incompatible with this worker."""

    exit_code = 76

    def __init__(self, theirs: Release) -> None:
        own = Release.parse(VERSION)
        cure = (
            f"Apply the migrations of {own} first (`assessment-worker install`, then `supabase db push`)."
            if theirs < own
            else f"Replace this worker with one of {theirs.major}.{theirs.minor}."
        )
        super().__init__(
            f"The database has custom assessments {theirs}, but this worker is version {own}: major and "
            f"minor version must be the same. {cure}"
        )


class Unreachable(ApiUnusable):
    """Nothing answers, or the answer is not from this project's API.

    ``waiting`` means that the API answers but asks to wait: its database is starting or overloaded.
    """

    def __init__(self, message: str, *, waiting: bool = False) -> None:
        self.waiting = waiting
        super().__init__(message)


class Stopped(Exception):  # noqa: N818 - not an error
    """The worker was asked to stop before the request was answered."""


class RequestRefused(Exception):  # noqa: N818 - the state of the request
    """This request is refused, or always fails while others succeed.

    ``code`` is the API's code or the reason, ``status`` the HTTP status; 0 where nothing was answered.
    """

    def __init__(self, status: int, code: str) -> None:
        self.status = status
        self.code = code
        super().__init__(f"HTTP {status}, {code}")


@dataclass(frozen=True, slots=True)
class Waiting:
    """How to wait between two requests.

    Attributes:
        pause: waits for a number of seconds, or until the worker is asked to stop.
        stopping: whether the worker was asked to stop.
    """

    pause: Callable[[float], None] = time.sleep
    stopping: Callable[[], bool] = lambda: False


class BroughtOver(NamedTuple):
    """A batch of rows from before versions were kept.

    Attributes:
        examined: how many rows this batch had; 0 while another caller's is running.
        left_over: how many rows could not be brought over until now.
        finished: whether all rows were examined.
    """

    examined: int
    left_over: int
    finished: bool


@dataclass(frozen=True, slots=True)
class _Request:
    """One call of a function.

    Attributes:
        function: its name.
        arguments: its named arguments.
        is_answer: whether a body with status 200 is the function's answer. Otherwise it is a page of some
            gateway, and is treated as a temporary error.
        without: the arguments without the content that might cause the failure, if there is any: whether
            they succeed distinguishes a bad request from an API that is down or refuses the key.
    """

    function: str
    arguments: Mapping[str, Any]
    is_answer: Callable[[Any], bool]
    without: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class _Passing:
    """Why a request must be repeated, and the delay that the server asks for."""

    reason: str
    status: int = 0
    code: str = ""
    retry_after: float | None = None

    @property
    def answered(self) -> bool:
        """Whether there was an answer."""
        return self.status > 0

    @property
    def may_be_its_content(self) -> bool:
        """Whether its content may be the cause; the database asks for smaller requests in this way too."""
        return self.status != 429


class Api:
    """The functions of the worker's API. One object serves one thread.

    Args:
        settings: where the API is, and the key.
        worker: this worker's name, unique among all that run.
        waiting: how to wait between two requests.
        events: receives requests and waits.
        compares_versions: whether to compare the database's release with the worker's before the first
            request, and before the next request after the API was unreachable.
    """

    def __init__(
        self,
        settings: Settings,
        worker: str,
        *,
        waiting: Waiting | None = None,
        events: Events | None = None,
        compares_versions: bool = False,
    ) -> None:
        self._compares_versions = compares_versions
        self._version_in_doubt = compares_versions
        self._settings = settings
        self._worker = worker
        self._waiting = waiting or Waiting()
        self._events = events or Events()
        self._exchanges = 0
        self._last_status: int | None = None
        self._last_retry_after: str | None = None
        self._response: httpx.Response | None = None
        # HTTP/1.1: the client's own HTTP/2 connections break when they are used again after a server's
        # restart.
        self._http = httpx.Client(
            verify=_trusted(),
            timeout=httpx.Timeout(settings.http_seconds, connect=min(5.0, settings.http_seconds)),
            limits=httpx.Limits(max_connections=2, keepalive_expiry=30.0),
            event_hooks={"response": [self._note_response]},
        )
        options = ClientOptions(
            auto_refresh_token=False,
            persist_session=False,
            httpx_client=self._http,
            postgrest_client_retry=False,
        )
        self._client: Client = create_client(
            settings.supabase_url, settings.service_key.get_secret_value(), options
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def doubt_version(self) -> None:
        """Compare the versions before the next request. Any thread that lost the database can call it."""
        self._version_in_doubt = self._compares_versions

    # --- the functions --------------------------------------------------------------------------------------

    def exchange(
        self,
        finished: Sequence[Finished],
        claim_limit: int,
        *,
        patience: float | None = None,
        doubted: bool = False,
    ) -> Exchange:
        """Hand back finished jobs and claim up to ``claim_limit`` new ones, in one transaction.

        Each call has a number, which its repetitions share: if an answer is lost, they get the same jobs.
        ``doubted`` means that these jobs are part of a request that was refused.
        """
        self._exchanges += 1
        asked = {
            "worker": self._worker,
            "handed_back": tell(finished),
            "claim_limit": claim_limit,
            "lease_seconds": self._settings.lease_seconds,
            "request": str(self._exchanges),
        }
        without = {**asked, "handed_back": [], "claim_limit": 0} if finished else None
        return read_exchange(
            self._call(
                _Request("exchange_jobs", asked, _is_exchange, without),
                patience=patience,
                doubted=doubted,
            )
        )

    def extend_leases(self, jobs: Sequence[int]) -> set[int]:
        """Extend the leases of the jobs; return those that the worker still has. Tried once."""
        asked = {
            "worker": self._worker,
            "jobs": list(jobs),
            "lease_seconds": self._settings.lease_seconds,
        }
        held = self._call(_Request("extend_leases", asked, _is_list_of_numbers), patience=0)
        return set(held)

    def queue_status(self, *, patience: float = 5.0) -> dict[str, Any]:
        """Return the state of the queue as the database reports it."""
        request = _Request("queue_status", {}, _is_object)
        status: dict[str, Any] = self._call(request, patience=patience)
        return status

    def retry_jobs(
        self,
        *,
        jobs: Sequence[int] | None = None,
        uploads: Sequence[str] | None = None,
        failed_since: str | None = None,
        patience: float = 5.0,
    ) -> int:
        """Requeue failed jobs; return how many."""
        given = {"jobs": jobs, "uploads": uploads, "failed_since": failed_since}
        asked = {name: value for name, value in given.items() if value is not None}
        return int(self._call(_Request("retry_jobs", asked, _is_number), patience=patience))

    def prune_jobs(self, keep: str, *, batch: int, patience: float = 5.0) -> int:
        """Delete up to ``batch`` jobs that finished longer than ``keep`` ago; return how many."""
        request = _Request("prune_jobs", {"keep": keep, "batch": batch}, _is_number)
        return int(self._call(request, patience=patience))

    def backfill_versions(self, *, batch: int, patience: float | None = 5.0) -> BroughtOver:
        """Bring over up to ``batch`` rows from before versions were kept."""
        request = _Request("backfill_versions", {"batch": batch}, _is_brought_over)
        answer = self._call(request, patience=patience)
        return BroughtOver(*map(answer.__getitem__, BroughtOver._fields))

    def name_reviewer(self, account: str, *, remove: bool, patience: float = 5.0) -> str:
        """Make an account a reviewer, or no longer one; return what came of it in one of four words.

        They are ``named``, ``removed``, ``unchanged`` and ``no-account``.
        """
        request = _Request("name_reviewer", {"user_id": account, "remove": remove}, _is_text)
        return str(self._call(request, patience=patience))

    def list_reviewers(self, *, patience: float = 5.0) -> list[dict[str, str]]:
        """Return the accounts that are reviewers, each with ``user_id`` and ``named_at``."""
        request = _Request("list_reviewers", {}, _is_list_of_objects)
        reviewers: list[dict[str, str]] = self._call(request, patience=patience)
        return reviewers

    # --- one request, until it is answered ------------------------------------------------------------------

    def _call(self, request: _Request, *, patience: float | None = None, doubted: bool = False) -> Any:
        """Call a function repeatedly, as long as that may help.

        Args:
            request: the function and its arguments.
            patience: for how many seconds to repeat a failing request; None for no limit.
            doubted: whether to suspect the request as soon as it fails.

        Raises:
            ApiUnusable: the key is refused, the function is missing, or nothing has answered for
            ``patience``. RequestRefused: the API refuses this very request.
            Stopped: the worker was asked to stop and the request has failed.
        """
        function, without = request.function, request.without
        first = time.monotonic()
        doubted_from = first if doubted else first + DOUBT_SECONDS
        failures = failures_in_doubt = 0
        tries_left = TRIES_WHEN_STOPPING
        while True:
            self._compare_versions_before(function, patience)
            started = time.monotonic()
            lasting = self._tells_at_once(started - first, patience)
            outcome = self._once(request, lasting=lasting and without is None)
            if not isinstance(outcome, _Passing):
                self._events.tell(RequestAnswered(function, time.monotonic() - started))
                return outcome
            failures += 1
            if without is not None and time.monotonic() >= doubted_from and outcome.may_be_its_content:
                probe = replace(request, arguments=without)
                if isinstance(self._once(probe, lasting=lasting), _Passing):
                    failures_in_doubt = 0
                else:
                    # The API works: the next failure starts with a short delay again.
                    failures = failures_in_doubt = failures_in_doubt + 1
                    if failures_in_doubt >= TRIES_IN_DOUBT:
                        raise RequestRefused(outcome.status, outcome.code)
            delay = self._delay(failures, outcome.retry_after)
            if patience is not None and time.monotonic() - first + delay > patience:
                raise Unreachable(self._unreachable(outcome.reason), waiting=outcome.answered)
            self._events.tell(RequestRepeated(function, outcome.reason, delay))
            if not self._waiting.stopping():
                self._waiting.pause(delay)
            elif tries_left := tries_left - 1:
                time.sleep(min(delay, 0.5))
            else:
                raise Stopped

    def _compare_versions_before(self, function: str, patience: float | None) -> None:
        """If the versions are in doubt, check that the database's release is compatible with this worker.

        Raises:
            ApiUnusable, Stopped: as ``_call``; or the releases are incompatible.
        """
        while self._version_in_doubt and function != VERSION_FUNCTION:
            # Cleared first, because a doubt that arises during the check is a new one.
            self._version_in_doubt = False
            try:
                asked = _Request(VERSION_FUNCTION, {}, _is_release)
                theirs = Release.parse(self._call(asked, patience=patience))
            except RequestRefused:
                self._version_in_doubt = True
                return  # the request itself says more; the versions are compared before the next
            if not theirs.fits(Release.parse(VERSION)):
                raise VersionDiffers(theirs)

    @staticmethod
    def _tells_at_once(waited: float, patience: float | None) -> bool:
        return patience is not None or waited > PATIENCE_SECONDS

    def _once(self, request: _Request, *, lasting: bool) -> Any:
        """Send the request once; return its answer, or why to send it again."""
        self._last_status = None
        self._last_retry_after = None
        try:
            answer = self._client.rpc(request.function, dict(request.arguments)).execute().data
            if self._response is not None and not self._response.content:
                answer = None  # for which the client says []
        except httpx.RequestError as error:
            self.doubt_version()
            return _Passing(type(error).__name__, code=type(error).__name__)
        except APIError as error:
            return self._judge(str(error.code or ""), lasting=lasting)
        except (ValueError, RecursionError):  # with status 200, and cannot be read as JSON
            return self._judge("", lasting=lasting)
        finally:
            self._let_go_of_response()
        return answer if request.is_answer(answer) else self._judge("", lasting=lasting)

    def _judge(self, code: str, *, lasting: bool) -> _Passing:
        """Return why an error is worth waiting for, or raise the error that it means."""
        status = self._last_status or 0
        described = f"HTTP {status}" + (f", {code}" if code and code != str(status) else "")
        if status in AWAY or not (status in BUSY or _is_sqlstate(code)):
            self.doubt_version()
        passing = _Passing(described, status, code or str(status), _seconds(self._last_retry_after))
        if status in BUSY or status >= 500:
            if status == 500 and _is_sqlstate(code) and not code.startswith(("40", "53", "55", "57", "08")):
                raise RequestRefused(status, code)
            if code == "57014":  # the statement took too long: fewer jobs a request may help
                raise RequestRefused(status, code)
            return passing
        if status in {401, 403}:
            if not lasting:
                return passing
            raise KeyRefused(self._key_refused(described))
        if status == 404 or status < 400:
            if not lasting:
                return passing
            if code == "PGRST202":
                raise FunctionMissing(
                    "The migrations are missing, or are of an older release: the database lacks a function "
                    "that this worker calls. Apply them (`assessment-worker install`, then "
                    "`supabase db push`), then start the worker again."
                )
            raise Unreachable(
                f"SUPABASE_URL is not a Supabase API ({described}). It should be the project's "
                "URL, such as https://abcdefgh.supabase.co."
            )
        raise RequestRefused(status, code or str(status))

    def _note_response(self, response: httpx.Response) -> None:
        # The client's errors have no HTTP status; the status decides whether to wait.
        self._last_status = response.status_code
        self._last_retry_after = response.headers.get("Retry-After")
        self._response = response

    def _let_go_of_response(self) -> None:
        # httpx's response and its stream reference each other, and with them both bodies, which may be
        # megabytes: they would stay in memory until a garbage collection.
        response, self._response = self._response, None
        if response is not None:
            response.stream = httpx.ByteStream(b"")

    @staticmethod
    def _delay(failures: int, retry_after: float | None) -> float:
        delay = min(LONGEST_DELAY_SECONDS, FIRST_DELAY_SECONDS * 2.0 ** min(failures - 1, 20))
        jittered = delay * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, guards nothing
        return max(jittered, min(retry_after or 0.0, LONGEST_RETRY_AFTER_SECONDS))

    def _unreachable(self, reason: str) -> str:
        return (
            f"The API at {_shown_url(self._settings.supabase_url)} does not answer ({reason}). "
            "Check SUPABASE_URL, the network, and that the project is not paused."
        )

    def _key_refused(self, described: str) -> str:
        return (
            f"The API refused the key in SUPABASE_SERVICE_ROLE_KEY ({described}). The worker needs the "
            "service role key, or a key that begins with sb_secret_, of the project that SUPABASE_URL names; "
            "the anon (publishable) key is not enough."
        )


def _is_exchange(answer: Any) -> bool:
    return isinstance(answer, dict) and "settled" in answer and "jobs" in answer


def _is_release(answer: Any) -> bool:
    try:
        Release.parse(answer if isinstance(answer, str) else "")
    except ValueError:
        return False
    return True


def _is_object(answer: Any) -> bool:
    return isinstance(answer, dict)


def _is_brought_over(answer: Any) -> bool:
    return isinstance(answer, dict) and answer.keys() >= set(BroughtOver._fields)


def _is_number(answer: Any) -> bool:
    return type(answer) is int


def _is_text(answer: Any) -> bool:
    return isinstance(answer, str)


def _is_list_of_objects(answer: Any) -> bool:
    return isinstance(answer, list) and all(map(_is_object, answer))


def _is_list_of_numbers(answer: Any) -> bool:
    return isinstance(answer, list) and all(map(_is_number, answer))


@cache
def _trusted() -> ssl.SSLContext:
    """The trusted certificates, read once for all clients of the process."""
    return httpx.create_ssl_context()


def _shown_url(url: str) -> str:
    """The URL without user name and password."""
    parsed = httpx.URL(url)
    return str(parsed.copy_with(username=None, password=None)) if parsed.userinfo else url


def _is_sqlstate(code: str) -> bool:
    return len(code) == 5 and code.isalnum()


def _seconds(retry_after: str | None) -> float | None:
    # The other form of the header, a date, would need the wall clock, which may be wrong, so it is ignored.
    try:
        return None if retry_after is None else max(0.0, float(retry_after))
    except ValueError:
        return None
