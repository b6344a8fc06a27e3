"""The worker's loop: claim a batch, process it, then finish it and claim the next one in one request.

Nothing here reads the wall clock: leases use the database's clock, waits the monotonic clock.
"""

import random
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from worker.compiler.catalogue import Code
from worker.engine.api import Api, ApiUnusable, FunctionMissing, RequestRefused, Stopped, Unreachable
from worker.engine.backfill import Backfill
from worker.engine.events import Events, JobsSettled, JobWorked, Turn
from worker.engine.heartbeat import Heartbeat
from worker.engine.isolation import Sandbox
from worker.engine.jobs import CompileJob, Exchange, Finished, Job, Malformed, Release, Retry, release, retry
from worker.engine.logs import describe_error, get_logger
from worker.engine.memory import give_back_memory
from worker.engine.settings import Settings
from worker.engine.signals import GraceOver, JobTimeout, Signals
from worker.engine.work import do_job

if TYPE_CHECKING:
    from worker.engine.listener import Listener

__all__ = ["Loop", "Parts", "Totals"]

Totals = Counter[tuple[str, str]]
"""How many jobs were settled, by kind and outcome."""

# After this time, finished jobs of a batch of large files are handed back and the others released: the next
# claim takes the tenants in turn again, so that no tenant waits for another's whole batch.
HAND_BACK_SECONDS: Final = 0.1
# The number of jobs that a request claims depends on how long a round takes. Between these two limits the
# cost of the request itself is small, few jobs are affected if a worker dies, and others that wait for the
# tenants' rows, such as another worker or the tenant itself, do not wait long.
SHORT_ROUND_SECONDS: Final = 0.05
LONG_ROUND_SECONDS: Final = 0.12
FIRST_CLAIM: Final = 50
# After this much work, memory is returned, which takes a hundredth of that time; earlier if there is no more
# work, so that the last large files do not stay in memory.
TRIM_SECONDS: Final = 0.1
TRIM_IDLE_SECONDS: Final = 0.03
SMALLEST_CLAIM: Final = 5
# The first wait after the queue is empty; it doubles up to the poll interval.
FIRST_WAIT_SECONDS: Final = 0.05
# While the database notifies the worker of new jobs, polling only finds expired leases of workers that died.
LISTENING_WAIT_SECONDS: Final = 5.0
# The longest wait after a request that the API refuses.
LONGEST_REFUSAL_SECONDS: Final = 15.0
# An answer should not contain jobs that the worker does not have.
UNKNOWN: Final = ("unknown", None)
# Only the totals of these are logged.
QUIET_OUTCOMES: Final = frozenset({"succeeded", "rejected", "released", "repeated"})
START_PATIENCE_SECONDS: Final = 5.0
DRAIN_PATIENCE_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class Parts:
    """What a loop works with.

    Attributes:
        signals: asks it to stop.
        api: for this thread.
        spare_api: for the last requests, if this thread was interrupted during a request of ``api``.
        heartbeat: extends leases; not started yet.
        sandbox: runs jobs that failed before.
        listener: wakes the loop, if there is one; not started yet.
        events: receives what happens.
    """

    signals: Signals
    api: Api
    spare_api: Api
    heartbeat: Heartbeat
    sandbox: Sandbox
    listener: "Listener | None"
    events: Events


class Loop:
    """One worker: claims, works and hands back until it is asked to stop or, draining, none is ready.

    Args:
        settings: the worker's settings.
        parts: what it works with.
        drain: whether to end when nothing is ready.
    """

    def __init__(self, settings: Settings, parts: Parts, *, drain: bool) -> None:
        self._settings = settings
        self._signals = parts.signals
        self._api = parts.api
        self._spare_api = parts.spare_api
        self._heartbeat = parts.heartbeat
        self._sandbox = parts.sandbox
        self._listener = parts.listener
        self._events = parts.events
        self._backfill = Backfill(parts.api, parts.events)
        self._drain = drain
        self._log = get_logger()
        self._tells_each_job = settings.log_level == "debug"
        # What is claimed and not settled: the kind, and what is handed back as long as nothing else is known.
        self._in_hand: dict[int, tuple[str, Finished]] = {}
        # The job that is being done just now.
        self._begun: int | None = None
        self._patience = DRAIN_PATIENCE_SECONDS if drain else None
        self._limit = min(FIRST_CLAIM, settings.batch)
        self._wait = FIRST_WAIT_SECONDS
        self._refusals = 0
        self.totals: Totals = Counter()
        self.next_seconds: float | None = None

    def run(self) -> None:
        """Work.

        Raises:
            ApiUnusable: the API cannot be used as it is configured.
        """
        self._heartbeat.start()
        if self._listener is not None:
            self._listener.start()
        try:
            try:
                self._turn_until_done(self._start())
            except Stopped:
                self._leave()
        except GraceOver:
            self._log.warning("grace-over", jobs=len(self._in_hand))
            self._leave()
        except Exception as error:
            if self._in_hand:
                self._not_handed_back(len(self._in_hand), error)
            raise
        finally:
            self._heartbeat.close()
            if self._listener is not None:
                self._listener.close()
            self._sandbox.close()

    def _start(self) -> Exchange:
        """Make the first request, which shows whether the API can be used."""
        try:
            answer = self._api.exchange([], self._limit, patience=START_PATIENCE_SECONDS)
        except Unreachable as error:
            if self._drain or not error.waiting:
                raise
            # The API responds and asks to wait, because its database is starting. There is no limit for that.
            answer = self._api.exchange([], self._limit)
        except RequestRefused as refused:
            raise FunctionMissing(
                f"The database rejects this worker's requests ({refused}): the migrations and "
                "the worker are of different versions. Apply the migrations of this worker's release."
            ) from None
        self._take(answer)
        return answer

    def _turn_until_done(self, answer: Exchange) -> None:
        worked = 0.0  # seconds since memory was given back
        while True:
            began, claimed = time.monotonic(), len(answer.jobs)
            if answer.jobs:
                self._wait = FIRST_WAIT_SECONDS
                finished = self._work(answer.jobs)
            elif self._signals.stop_requested:
                return
            elif self._backfill.bring_over(self._patience):
                finished = []
            elif self._drain:
                self.next_seconds = answer.next_seconds
                return
            else:
                self._idle(answer.next_seconds)
                finished = []
            if self._signals.stop_requested and not finished:
                return
            answer = self._exchange(finished, 0 if self._signals.stop_requested else self._limit)
            if finished and answer.next_seconds == 0 and not answer.jobs:
                # Handing back took so long that nothing was claimed.
                answer = self._exchange([], self._limit)
            seconds = time.monotonic() - began
            done = sum(not isinstance(each, Release) for each in finished)
            self._adapt(claimed, done, seconds)
            if finished:
                del finished
                worked += seconds
            if worked > (TRIM_SECONDS if answer.jobs else TRIM_IDLE_SECONDS):
                worked = 0.0
                give_back_memory()

    def _adapt(self, claimed: int, done: int, seconds: float) -> None:
        """Claim more after a short round with a full batch, fewer after a long one."""
        if claimed >= self._limit and seconds < SHORT_ROUND_SECONDS:
            self._limit = min(self._settings.batch, self._limit * 2)
        elif claimed > 1 and seconds > LONG_ROUND_SECONDS:
            fitting = int(done * LONG_ROUND_SECONDS / seconds)
            self._limit = min(self._settings.batch, max(SMALLEST_CLAIM, fitting))

    # --- talking to the database ----------------------------------------------------------------------------

    def _exchange(self, finished: Sequence[Finished], claim_limit: int) -> Exchange:
        """Hand back and claim. A refused batch is halved repeatedly, down to the job that causes it."""
        try:
            answer = self._api.exchange(finished, claim_limit, patience=self._patience)
        except RequestRefused as refused:
            self._log.error(
                "request-refused", status=refused.status, code=refused.code, finished=len(finished)
            )
            self._hand_back_apart(finished, refused)
            if self._drain and not finished:
                raise
            self._refusals += 1
            delay = min(LONGEST_REFUSAL_SECONDS, 0.5 * 2.0 ** min(self._refusals - 1, 20))
            self._signals.pause(delay * random.uniform(0.5, 1.0))  # noqa: S311 - spreads load, guards nothing
            return (
                self._exchange([], claim_limit) if finished and claim_limit else Exchange((), deque(), None)
            )
        self._refusals = 0
        self._take(answer)
        return answer

    def _hand_back_apart(self, finished: Sequence[Finished], refused: RequestRefused) -> None:
        if len(finished) > 1:
            middle = len(finished) // 2
            for half in (finished[:middle], finished[middle:]):
                try:
                    self._take(self._api.exchange(half, 0, patience=self._patience, doubted=True))
                except RequestRefused as again:
                    self._hand_back_apart(half, again)
        elif finished and not isinstance(finished[0], Retry | Release):
            # The database cannot accept this outcome. After its last attempt the job fails.
            (job,) = finished
            self._log.error("outcome-refused", job=job.job, status=refused.status, code=refused.code)
            self._hand_back_last(retry(job, "finish-refused"))

    def _hand_back_last(self, finished: Finished) -> None:
        try:
            self._take(self._api.exchange([finished], 0, patience=self._patience, doubted=True))
        except RequestRefused:
            # Its lease expires, which ends the attempt.
            self._forget([finished.job])

    def _take(self, answer: Exchange) -> None:
        """Count finished jobs and keep claimed ones."""
        counts: Totals = Counter()
        for jobs, outcome, error in answer.settled:
            for number in jobs:
                kind, _ = self._in_hand.get(number, UNKNOWN)
                counts[kind, outcome] += 1
                if outcome not in QUIET_OUTCOMES:
                    self._log.warning("job-settled", job=number, kind=kind, outcome=outcome, code=error)
            self._forget(jobs)
        self._count(counts)
        self._heartbeat.hold([job.job for job in answer.jobs])
        self._in_hand.update((job.job, (job.kind, release(job))) for job in answer.jobs)
        self._events.tell(Turn(len(self._in_hand)))

    def _count(self, counts: Totals) -> None:
        self.totals.update(counts)
        for (kind, outcome), jobs in counts.items():
            self._events.tell(JobsSettled(kind, outcome, jobs))

    def _forget(self, jobs: Sequence[int]) -> None:
        self._heartbeat.let_go(jobs)
        for job in jobs:
            self._in_hand.pop(job, None)

    def _leave(self) -> None:
        """Hand back as many jobs as possible without delay, because the worker must stop now.

        The outcomes are sent once; if they are refused, the jobs are released. A job in which the worker
        hangs is left until its lease expires: its attempt is counted, and the next one is isolated.
        """
        finished = [handed_back for job, (_, handed_back) in self._in_hand.items() if job != self._begun]
        if not finished:
            return
        try:
            try:
                self._take(self._spare_api.exchange(finished, 0, patience=0))
            except (Unreachable, RequestRefused):
                self._take(self._spare_api.exchange(list(map(release, finished)), 0, patience=0))
        except (ApiUnusable, RequestRefused, Malformed, GraceOver) as error:
            self._not_handed_back(len(finished), error)

    def _not_handed_back(self, jobs: int, error: BaseException) -> None:
        self._log.warning("jobs-not-handed-back", jobs=jobs, **describe_error(error))

    def _idle(self, next_seconds: float | None) -> None:
        """Wait for work: until woken, until a delayed job is due, or for a growing interval."""
        listening = self._listener is not None and self._listener.connected
        longest = (
            max(LISTENING_WAIT_SECONDS, self._settings.poll_seconds)
            if listening
            else self._settings.poll_seconds
        )
        wait = longest if listening else min(self._wait, longest)
        self._wait = min(self._wait * 2, longest)
        wait *= random.uniform(0.8, 1.0)  # noqa: S311 - keeps workers from asking in step
        if next_seconds is not None:
            # Jobs that are due but were not returned are with another worker.
            wait = min(wait, max(next_seconds, FIRST_WAIT_SECONDS))
        self._signals.wait(wait)

    # --- working --------------------------------------------------------------------------------------------

    def _work(self, jobs: deque[Job]) -> list[Finished]:
        """Process a batch and empty it; return the outcomes that are not handed back yet."""
        finished: list[Finished] = []
        now = time.monotonic()
        hand_back_at = now + HAND_BACK_SECONDS
        try:
            while jobs:
                if self._signals.stop_requested or now >= hand_back_at:
                    finished.extend(release(left) for left in jobs)
                    jobs.clear()
                    break
                job = jobs.popleft()
                if self._heartbeat.is_lost(job.job):
                    self._drop(job)
                    continue
                started, self._heartbeat.busy_since = now, now
                finished.append(self._do(job, started))
                now = time.monotonic()
                self._tell(job, finished[-1], now - started)
        finally:
            self._heartbeat.busy_since = None
        return finished

    def _drop(self, job: Job) -> None:
        """Another worker has the job now."""
        self._log.warning("lease-lost", job=job.job, kind=job.kind)
        self._forget([job.job])
        self._count(Counter({(job.kind, "lost"): 1}))

    def _do(self, job: Job, started: float) -> Finished:
        """Process one job: here, or in a child process if it was tried before."""
        self._begun = job.job
        finished = (
            self._sandbox.run(job)
            if job.tries > 1 and isinstance(job, CompileJob)
            else self._do_here(job, started)
        )
        self._begun = None
        self._in_hand[job.job] = (job.kind, finished)
        return finished

    def _tell(self, job: Job, finished: Finished, seconds: float) -> None:
        self._events.tell(JobWorked(job.kind, seconds))
        if self._tells_each_job:
            self._log.debug(
                "job-done",
                job=job.job,
                kind=job.kind,
                tries=job.tries,
                outcome=finished.outcome,
                ms=round(seconds * 1000, 2),
            )

    def _do_here(self, job: Job, started: float) -> Finished:
        # After any error the job is retried alone and in its own process, which gives a reliable result.
        try:
            self._signals.start_job(started + self._settings.job_seconds)
            try:
                return do_job(job)
            finally:
                self._signals.end_job()
        except JobTimeout:
            self._log.warning("job-fault", job=job.job, kind=job.kind, error="timeout")
            return retry(job, "timeout")
        except MemoryError:
            self._log.warning("job-fault", job=job.job, kind=job.kind, error="out-of-memory")
            return retry(job, "out-of-memory")
        except Exception as error:  # noqa: BLE001 - an error in the compiler must not end the worker
            self._log.error("job-fault", job=job.job, kind=job.kind, **describe_error(error))
            return retry(job, Code.INTERNAL_ERROR.value)
