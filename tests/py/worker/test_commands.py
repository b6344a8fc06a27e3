"""The operator's commands and endpoints with the real parts, and their error messages."""

import json
import os
import re
import signal
import socket
import struct
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from stack import processes
from tests.py.harness.databases import Databases
from tests.py.worker.picky_gateway import Answer, picky_gateway
from tests.py.worker.site import ROOT, WORKER, Site, make_site, source, wait_until
from worker.engine import metrics as metrics_module
from worker.engine.events import RequestAnswered, RequestRepeated, Turn
from worker.engine.metrics import Metrics, MetricsServer

OPEN = "select count(*) from private.jobs where state in ('queued', 'running')"
KINDS = {"compile", "score", "markdown"}

pytestmark = pytest.mark.usefixtures("nothing_is_left")


def faulty(site: Site) -> str:
    """Upload a file with an error and let it fail; return the upload's id."""
    upload = site.upload(site.tenant(), source("Faulty").replace("weight: 0.6", "weight: heavy"))
    assert site.drain() == {"compile rejected": 1}
    assert site.upload_row(upload)["status"] == "failed"
    return upload


def said(done: subprocess.CompletedProcess[str]) -> str:
    """Return the only error of a command; there is no traceback."""
    assert "Traceback" not in done.stderr
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    return line


# --- status, retry, prune -----------------------------------------------------------------------------------


def test_status_shows_the_queue_as_a_table_and_as_json(site: Site) -> None:
    tenant = site.tenant()
    for number in range(3):
        site.upload(tenant, source(f"Waiting {number}"))
    shown = json.loads(site.worker("status", "--json").stdout)
    assert set(shown) == KINDS
    assert (shown["compile"]["queued"], shown["compile"]["running"], shown["score"]["queued"]) == (3, 0, 0)
    assert shown["compile"]["oldest_queued_seconds"] >= 0
    lines = site.worker("status").stdout.splitlines()
    assert lines[0].split() == ["compile", "markdown", "score"]
    assert next(line for line in lines if line.startswith("queued")).split() == ["queued", "3", "0", "0"]
    assert any(line.startswith("failed last hour") for line in lines)
    assert len({len(line) for line in lines}) == 1


def test_failed_uploads_are_put_back(site: Site) -> None:
    upload = faulty(site)
    done = site.worker("retry", upload)
    assert (done.returncode, done.stdout) == (0, "1 job requeued.\n"), done.stderr
    assert site.upload_row(upload)["status"] == "queued"
    assert site.worker("drain").stdout == "Drained: 1 compile rejected.\n"
    job = site.value("select id from private.jobs where subject_id = %s", upload)
    assert site.worker("retry", str(job)).stdout == "1 job requeued.\n"
    site.drain()
    assert site.worker("retry", "--failed-since", "1h").stdout == "1 job requeued.\n"


def test_what_cannot_be_put_back_is_reported(site: Site) -> None:
    upload = faulty(site)
    done = site.worker("retry", upload, "00000000-0000-0000-0000-000000000000")
    assert (done.returncode, done.stdout) == (1, "1 job requeued.\n")
    assert said(done) == ("error: 1 of 2 are not failed jobs, do not exist, or repeat a job given before.")


def test_a_job_that_is_named_twice_is_put_back_once(site: Site) -> None:
    upload = faulty(site)
    job = site.value("select id from private.jobs where subject_id = %s", upload)
    done = site.worker("retry", str(job), upload)
    assert (done.returncode, done.stdout) == (1, "1 job requeued.\n")
    assert "or repeat a job given before" in said(done)
    assert site.upload_row(upload)["status"] == "queued"


COMMANDS = [["status"], ["retry", "--failed-since", "1h"], ["prune"], ["run"], ["drain"]]
SLOW_TO_LOAD = """
import pathlib, time
pathlib.Path({begun!r}).touch()
time.sleep(60)
"""


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
def test_an_interruption_while_a_command_loads_leaves_no_traceback(
    site: Site, words: list[str], tmp_path: Path
) -> None:
    begun = tmp_path / "begun"
    (tmp_path / "supabase.py").write_text(SLOW_TO_LOAD.format(begun=str(begun)), encoding="utf-8")
    code, errors = interrupted(site, words, begun.exists, PYTHONPATH=str(tmp_path))
    assert (code, errors) == (0 if words[0] in {"run", "drain"} else 130, "")


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
def test_an_interruption_while_a_command_asks_leaves_no_traceback(site: Site, words: list[str]) -> None:
    asked, over = threading.Event(), threading.Event()

    def judge(_function: str, _body: bytes) -> Answer | None:
        asked.set()
        over.wait(60)
        return None

    with picky_gateway(site.api.url) as gateway:
        gateway.judge = judge
        try:
            code, errors = interrupted(site, words, asked.is_set, SUPABASE_URL=gateway.url)
        finally:
            over.set()
    assert code == (0 if words[0] in {"run", "drain"} else 130)
    assert "Traceback" not in errors


def interrupted(
    site: Site, words: list[str], begun: Callable[[], bool], **environment: str
) -> tuple[int, str]:
    """Interrupt a command once it has started something; return its exit code and errors."""
    process = subprocess.Popen(
        # A shell starts background commands with this signal ignored, and children inherit that.
        ["env", "--default-signal=INT", *WORKER, *words],
        cwd=ROOT,
        env=site.worker_environment(**environment),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        wait_until(begun, 20, "the command to begin")
        os.killpg(process.pid, signal.SIGINT)  # as Ctrl-C does
        return process.wait(timeout=20), process.communicate()[1]
    finally:
        process.kill()
        process.wait()


def test_finished_jobs_are_pruned_when_they_are_old(site: Site) -> None:
    upload = faulty(site)
    assert site.worker("prune").stdout == "0 finished jobs deleted.\n"
    site.run(
        "update private.jobs set created_at = created_at - interval '31 days',"
        " started_at = started_at - interval '31 days', finished_at = finished_at - interval '31 days'"
    )
    assert site.worker("prune").stdout == "1 finished job deleted.\n"
    # With a job goes its upload that made nothing.
    assert site.rows("select from public.assessment_uploads where id = %s", upload) == []


# --- what is wrong is said ----------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [("drain",), ("status",), ("run",)])
def test_a_wrong_key_is_named(site: Site, command: tuple[str, ...]) -> None:
    done = site.worker(*command, SUPABASE_SERVICE_ROLE_KEY="sb_secret_wrong")
    assert done.returncode == 77
    assert said(done).startswith("error: The API refused the key in SUPABASE_SERVICE_ROLE_KEY (HTTP 401")
    assert "sb_secret_wrong" not in done.stderr


def test_the_anon_key_is_not_enough(site: Site) -> None:
    done = site.worker("run", SUPABASE_SERVICE_ROLE_KEY=site.api.keys.anon)
    assert done.returncode == 77
    assert "the anon (publishable) key is not enough" in said(done)
    assert site.api.keys.anon not in done.stderr


@pytest.mark.parametrize("command", [("run",), ("status",)])
def test_an_api_that_does_not_answer_is_named(site: Site, command: tuple[str, ...]) -> None:
    done = site.worker(*command, SUPABASE_URL=f"http://127.0.0.1:{processes.free_port()}")
    assert done.returncode == 69
    assert "does not answer (ConnectError)" in said(done)


def test_an_address_of_something_else_is_named(site: Site) -> None:
    done = site.worker("run", SUPABASE_URL=f"{site.api.url}/nothing/here")
    assert done.returncode == 69
    assert "SUPABASE_URL is not a Supabase API" in said(done)


def test_missing_migrations_are_named(databases: Databases) -> None:
    with databases.clone("empty") as database:
        bare = make_site(databases.cluster, database.name)
        bare.start()
        try:
            done = bare.worker("run")
        finally:
            bare.stop()
    assert done.returncode == 76
    assert "The migrations are missing" in said(done)


def test_a_worker_that_speaks_otherwise_is_refused_before_it_claims(site: Site) -> None:
    """A worker that hands back one object per job, as earlier ones did."""
    upload = site.upload(site.tenant(), source("Unclaimed"))
    key = site.api.keys.service_role
    answer = httpx.post(
        f"{site.api.url}/rest/v1/rpc/exchange_jobs",
        json={"worker": "old", "finished": [], "claim_limit": 5, "lease_seconds": 60, "request": "1"},
        headers={"apikey": key, "Authorization": f"Bearer {key}"},
    )
    assert (answer.status_code, answer.json()["code"]) == (404, "PGRST202")
    assert site.upload_row(upload)["status"] == "queued"


def test_a_worker_waits_for_a_database_that_is_starting(site: Site) -> None:
    site.kill_postgrest()  # the gateway answers 503, as Supabase's does
    try:
        upload = site.upload(site.tenant(), source("Patient"))
        with site.running_worker(WORKER_POLL_SECONDS="0.1") as worker:
            worker.wait_for("api-waiting")
            site.start_postgrest()
            wait_until(lambda: site.upload_row(upload)["status"] == "succeeded", 30, "the upload to be done")
    finally:
        if site.postgrest is None:
            site.start_postgrest()


def test_a_port_that_is_taken_is_named(site: Site) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = site.worker("run", WORKER_METRICS_PORT=str(port))
    assert done.returncode == 78
    assert said(done).startswith(f"error: WORKER_METRICS_PORT is {port}, which cannot be used on 127.0.0.1: ")


# --- metrics and health -------------------------------------------------------------------------------------


def get(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_metrics_count_what_was_done(site: Site) -> None:
    tenant = site.tenant()
    for number in range(4):
        site.upload(tenant, source(f"Counted {number}"))
    site.upload(tenant, source("Counted").replace("weight: 0.6", "weight: heavy"))
    port = processes.free_port()
    with site.running_worker(WORKER_METRICS_PORT=str(port), WORKER_POLL_SECONDS="0.1") as worker:
        worker.wait_for("metrics")
        wait_until(lambda: site.value(OPEN) == 0, 30, "all jobs to be done")

        def counted() -> bool:
            return 'jobs_total{kind="compile",outcome="succeeded"} 4.0' in get(port, "/metrics")[1]

        wait_until(counted, 10, "the jobs to be counted")
        status, text = get(port, "/metrics")
        assert get(port, "/health") == (200, '{"status": "ok"}')
        assert get(port, "/elsewhere")[0] == 404
    assert status == 200
    assert 'assessment_worker_jobs_total{kind="compile",outcome="rejected"} 1.0' in text
    assert 'assessment_worker_job_seconds_count{kind="compile"} 5.0' in text
    assert 'assessment_worker_request_seconds_count{function="exchange_jobs"}' in text
    assert "assessment_queue_reachable 1.0" in text
    assert 'assessment_queue_jobs{kind="score",state="queued"} 0.0' in text


def test_metrics_tell_that_the_api_is_away(site: Site) -> None:
    port = processes.free_port()
    with site.running_worker(WORKER_METRICS_PORT=str(port), WORKER_POLL_SECONDS="0.1") as worker:
        worker.wait_for("started")
        site.kill_postgrest()
        try:
            worker.wait_for("api-waiting")
            text = get(port, "/metrics")[1]
            health = get(port, "/health")
        finally:
            site.start_postgrest()
    assert "assessment_queue_reachable 0.0" in text
    # The worker lost the API before or after comparing the versions.
    assert re.search(r'assessment_worker_request_retries_total\{function="\w+",reason="HTTP 503"\}', text)
    assert health == (200, '{"status": "waiting"}')


def test_metrics_are_served_while_the_api_is_silent(site: Site) -> None:
    port, silent, over = processes.free_port(), threading.Event(), threading.Event()

    def judge(_function: str, _body: bytes) -> Answer | None:
        if silent.is_set():
            over.wait(60)
        return None

    with picky_gateway(site.api.url) as gateway:
        gateway.judge = judge
        with site.running_worker(SUPABASE_URL=gateway.url, WORKER_METRICS_PORT=str(port)) as worker:
            wait_until(lambda: gateway.seen["exchange_jobs", 200], 20, "the first turn")
            silent.set()
            try:
                for _ in range(2):
                    # Many at once, each with Prometheus' usual limit of ten seconds.
                    with ThreadPoolExecutor(10) as scrapes:
                        texts = [text for _, text in scrapes.map(lambda _: get(port, "/metrics"), range(10))]
                    assert all("assessment_queue_reachable 0.0" in text for text in texts)
                    assert threads(worker.process.pid) < 10
                assert "Traceback" not in worker.log.read_text(encoding="utf-8")
            finally:
                over.set()


def threads(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


def test_a_client_that_goes_away_leaves_no_line(site: Site) -> None:
    port = processes.free_port()
    with site.running_worker(WORKER_METRICS_PORT=str(port), WORKER_POLL_SECONDS="0.1") as worker:
        worker.wait_for("started")
        for _ in range(10):
            with socket.create_connection(("127.0.0.1", port)) as client:
                client.sendall(b"GET /metrics HTTP/1.1\r\n\r\n")
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        assert get(port, "/metrics")[0] == 200
        lines = worker.log.read_text(encoding="utf-8").splitlines()
    assert all(line.startswith("{") for line in lines), lines
    assert "metrics-fault" not in str(lines)


def test_metrics_are_served_on_an_address_of_ipv6() -> None:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            pass
    except OSError:
        pytest.skip("this machine has no IPv6")
    server = MetricsServer(Metrics(dict), "::1", 0)
    server.start()
    try:
        with urllib.request.urlopen(f"http://[::1]:{server.port}/health", timeout=10) as answer:
            assert answer.status == 200
    finally:
        server.close()


def test_a_worker_without_a_sign_of_life_is_not_healthy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics_module, "STUCK_SECONDS", 0.2)
    metrics = Metrics(dict)
    assert metrics.health() == (True, "ok")
    time.sleep(0.3)
    metrics(RequestAnswered("exchange_jobs", 0.01))
    assert metrics.health() == (False, "stuck"), "an answer may be the last thing that it got"
    metrics(RequestRepeated("exchange_jobs", "HTTP 503", 0.1))
    assert metrics.health() == (True, "waiting")
    time.sleep(0.3)
    metrics(RequestAnswered("exchange_jobs", 0.01))
    metrics(Turn(3))
    assert metrics.health() == (True, "ok")


# --- one process --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["run", "drain"])
def test_several_processes_are_not_this_ones_to_start(site: Site, command: str) -> None:
    done = site.worker(command, "--concurrency", "2")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith(
        " error: argument --concurrency: a worker is one process: start more processes instead "
        "(docs/operations.md, Scaling)\n"
    )
    done = site.worker(command, WORKER_CONCURRENCY="2")
    assert (done.returncode, done.stdout) == (78, "")
    assert said(done).startswith("error: WORKER_CONCURRENCY is not a setting: a worker is one process")
