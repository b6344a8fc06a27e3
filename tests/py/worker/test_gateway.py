"""A gateway that blocks one tenant's content delays neither the others nor the worker."""

import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.py.worker.picky_gateway import Answer, PickyGateway, picky_gateway
from tests.py.worker.site import ROOT, WORKER, Site, source, wait_until

OPEN = "select count(*) from private.jobs where state in ('queued', 'running')"
RUNNING = "select count(*) from private.jobs where state = 'running'"
# An import path with which the compiler does what a source that begins with POISON says.
POISON = os.pathsep.join([str(Path(__file__).with_name("poison")), str(ROOT)])
FAST = {"WORKER_POLL_SECONDS": "0.1"}
# The content that the gateway blocks. The worker sends it only with the outcome of the job.
WORD = b"Stumblestone"

pytestmark = pytest.mark.usefixtures("nothing_is_left")


@pytest.fixture
def gateway(site: Site) -> Iterator[PickyGateway]:
    with picky_gateway(site.api.url) as made:
        yield made


def stumble(status: int) -> Callable[[str, bytes], Answer | None]:
    def judge(_function: str, body: bytes) -> Answer | None:
        return (status, b"<html>The request was blocked.</html>") if WORD in body else None

    return judge


def uploads(site: Site) -> tuple[str, list[str]]:
    """Submit one file that the gateway blocks, and ten of another tenant."""
    bad = site.upload(site.tenant(), source(WORD.decode()))
    return bad, site.upload_many(site.tenant(), source("Neighbour NUMBER"), 10)


def succeeded(site: Site, ids: list[str]) -> bool:
    return {site.upload_row(i)["status"] for i in ids} == {"succeeded"}


def refused_to_the_end(site: Site, gateway: PickyGateway, status: int) -> None:
    gateway.judge = stumble(status)
    bad, good = uploads(site)
    last = "select last_error from private.jobs where subject_id = %s"
    with site.running_worker(SUPABASE_URL=gateway.url, **FAST) as worker:
        wait_until(lambda: succeeded(site, good), 60, "the others to be done")
        wait_until(lambda: site.value(last, bad) == "finish-refused", 30, "the one to be given back")
        # Its attempts up to the last are used, and the wait before it is over.
        site.run(
            "update private.jobs set attempts = max_attempts - 1 + releases, not_before = null"
            " where subject_id = %s",
            bad,
        )
        wait_until(lambda: site.value(OPEN) == 0, 60, "the one to end")
        assert worker.process.poll() is None
        assert worker.wait_for("request-refused")["status"] == status
        assert worker.wait_for("outcome-refused")["status"] == status
    row = site.upload_row(bad)
    assert (row["status"], [d["code"] for d in row["diagnostics"]]) == ("failed", ["too-many-attempts"])


@pytest.mark.parametrize("status", [502, 403])
def test_content_that_a_gateway_stumbles_over_ends_as_failed_and_nothing_else_is_affected(
    site: Site, gateway: PickyGateway, status: int
) -> None:
    refused_to_the_end(site, gateway, status)


def test_a_gateway_that_is_away_for_all_is_waited_for_and_nothing_is_lost(
    site: Site, gateway: PickyGateway
) -> None:
    _, good = uploads(site)
    away = True

    def judge(function: str, body: bytes) -> Answer | None:
        # The claim is answered, but nothing after it.
        handed_back = function == "exchange_jobs" and gateway.seen["exchange_jobs", 200]
        return (502, b"<html>bad gateway</html>") if away and handed_back else None

    gateway.judge = judge
    with site.running_worker(SUPABASE_URL=gateway.url, **FAST) as worker:
        # Longer than the time after which a request is suspected.
        wait_until(lambda: gateway.seen["exchange_jobs", 502] >= 9, 60, "many refusals")
        away = False
        wait_until(lambda: site.value(OPEN) == 0, 60, "all jobs to be done")
        assert not [e for e in worker.events() if e["event"] in {"request-refused", "outcome-refused"}]
        worker.wait_for("api-back")
    assert succeeded(site, good)
    assert site.value("select max(attempts - releases) from private.jobs") == 1


def test_a_stop_gives_all_jobs_back_though_what_came_of_one_is_not_let_through(
    site: Site, gateway: PickyGateway
) -> None:
    gateway.judge = stumble(502)
    uploads(site)
    with site.running_worker(SUPABASE_URL=gateway.url, **FAST) as worker:
        wait_until(lambda: gateway.seen["exchange_jobs", 502] >= 2, 20, "the gateway to stumble")
        worker.process.send_signal(signal.SIGTERM)
        assert worker.process.wait(timeout=10) == 0
    assert site.value(RUNNING) == 0
    assert site.value("select max(attempts - releases) from private.jobs where state = 'queued'") == 0


@pytest.mark.long
def test_a_drain_ends_in_time_when_the_api_goes_away_after_a_refusal(
    site: Site, gateway: PickyGateway
) -> None:
    uploads(site)

    def judge(function: str, body: bytes) -> Answer | None:
        if gateway.seen["exchange_jobs", 413]:
            return 503, b"{}"
        return (413, b"<html>too large</html>") if WORD in body else None

    gateway.judge = judge
    done = site.worker("drain", SUPABASE_URL=gateway.url)
    assert done.returncode == 69
    (said,) = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert "does not answer (HTTP 503)" in said
    assert re.search(r'"event": "jobs-not-handed-back".*"jobs": 11', done.stderr)


def test_a_drain_that_is_stopped_does_not_say_that_it_drained(site: Site, gateway: PickyGateway) -> None:
    gateway.judge = lambda _function, body: (503, b"{}") if WORD in body else None
    uploads(site)
    drain = subprocess.Popen(
        [*WORKER, "drain"],
        cwd=ROOT,
        env=site.worker_environment(SUPABASE_URL=gateway.url),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_until(lambda: gateway.seen["exchange_jobs", 503] >= 2, 20, "the gateway to stumble")
    drain.terminate()
    said, _ = drain.communicate(timeout=20)
    assert (drain.returncode, said) == (0, "Stopped: 11 compile released.\n")
    assert site.value(RUNNING) == 0


# --- pages with status 200 ----------------------------------------------------------------------------------

PAGES = {
    "latin-1": "<html>zur\u00fcck um 9</html>".encode("latin-1"),
    "nothing": b"",
    "null": b"null",
    "maintenance": b'{"status": "maintenance"}',
    "deep": b"[" * 100_000,
}


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES.keys())
def test_a_page_in_place_of_an_answer_is_waited_for(site: Site, gateway: PickyGateway, page: bytes) -> None:
    _, good = uploads(site)

    def judge(function: str, _body: bytes) -> Answer | None:
        # The first claim is answered, then there are three pages, then everything works.
        claims = sum(count for (asked, _), count in gateway.seen.items() if asked == "exchange_jobs")
        return (200, page) if function == "exchange_jobs" and 1 <= claims <= 3 else None

    gateway.judge, gateway.content_type = judge, "application/json"
    with site.running_worker(SUPABASE_URL=gateway.url, **FAST) as worker:
        wait_until(lambda: site.value(OPEN) == 0, 30, "all jobs to be done")
        assert worker.wait_for("api-waiting")["reason"] == "HTTP 200"
    assert succeeded(site, good)
    assert site.value("select max(attempts - releases) from private.jobs") == 1


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES.keys())
def test_a_page_in_place_of_longer_leases_does_not_end_the_heartbeat(
    site: Site, gateway: PickyGateway, page: bytes
) -> None:
    site.upload_many(site.tenant(), "POISON doze NUMBER", 1)

    def judge(function: str, _body: bytes) -> Answer | None:
        return (200, page) if function == "extend_leases" and not gateway.seen[function, 200] else None

    gateway.judge, gateway.content_type = judge, "application/json"
    dozing = {"PYTHONPATH": POISON, "WORKER_LEASE_SECONDS": "3", **FAST}
    with site.running_worker(SUPABASE_URL=gateway.url, **dozing) as worker:
        worker.wait_for("leases-not-extended")
        worker.wait_for("leases-extended")
        assert "Traceback" not in worker.log.read_text(encoding="utf-8")


def test_an_answer_that_is_not_understood_ends_a_worker_without_a_traceback(
    site: Site, gateway: PickyGateway
) -> None:
    page = b'{"settled": [], "jobs": [7], "next_in_ms": null}'
    gateway.judge = lambda function, _body: (200, page) if function == "exchange_jobs" else None
    gateway.content_type = "application/json"
    with site.running_worker(SUPABASE_URL=gateway.url, **FAST) as worker:
        assert worker.process.wait(timeout=20) == 70
        log = worker.log.read_text(encoding="utf-8")
    assert "Traceback" not in log
    assert "error: The API returned an unexpected answer: kind is missing or not a str." in log
