"""One failure at a time: the worker stops, dies, loses its lease, its answer, its API, its database."""

import json
import os
import random
import resource
import signal
import time
from pathlib import Path

import pytest

from stack import processes
from tests.py.worker.cutting_proxy import cutting_proxy
from tests.py.worker.site import ROOT, Site, source, wait_until
from worker.engine.api import Api
from worker.engine.jobs import Finished
from worker.engine.settings import Settings
from worker.engine.work import do_job

# An import path with which the compiler does what a source that begins with POISON says.
POISON = os.pathsep.join([str(Path(__file__).with_name("poison")), str(ROOT)])
OPEN = "select count(*) from private.jobs where state in ('queued', 'running')"
RUNNING = "select count(*) from private.jobs where state = 'running'"
FAST = {"WORKER_POLL_SECONDS": "0.1"}

pytestmark = pytest.mark.usefixtures("nothing_is_left")


def upload_many(site: Site, text: str, count: int) -> list[str]:
    return site.upload_many(site.tenant(), text, count)


def statuses(site: Site) -> dict[str, int]:
    return {
        row[0]: row[1]
        for row in site.rows("select status, count(*) from public.assessment_uploads group by 1")
    }


def api_for(site: Site, name: str, *, lease_seconds: int = 60) -> Api:
    settings = Settings(
        SUPABASE_URL=site.api.url,
        SUPABASE_SERVICE_ROLE_KEY=site.api.keys.service_role,
        WORKER_LEASE_SECONDS=lease_seconds,
    )
    return Api(settings, name)


# --- stopping -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["terminated", "interrupted"])
def test_a_busy_worker_stops_within_five_seconds_and_frees_its_jobs(
    site: Site, number: signal.Signals
) -> None:
    upload_many(site, "POISON nap NUMBER", 60)
    with site.running_worker(PYTHONPATH=POISON, **FAST) as worker:
        wait_until(lambda: statuses(site).get("failed", 0) >= 3, 20, "some jobs to be done")
        asked = time.monotonic()
        worker.process.send_signal(number)
        assert worker.process.wait(timeout=10) == 0
        assert time.monotonic() - asked < 5
    found = statuses(site)
    assert found["queued"] > 0
    assert "processing" not in found
    assert site.value(RUNNING) == 0
    assert site.value("select max(attempts - releases) from private.jobs where state = 'queued'") == 0


def test_a_worker_that_hangs_in_a_job_stops_within_five_seconds_and_frees_the_others(
    site: Site, tmp_path: Path
) -> None:
    (hanging,) = upload_many(site, "POISON hang NUMBER", 1)
    upload_many(site, source("Behind it NUMBER"), 3)
    begun = tmp_path / "begun"
    with site.running_worker(PYTHONPATH=POISON, POISON_BEGUN=str(begun), **FAST) as worker:
        wait_until(begun.exists, 20, "the job to begin")
        asked = time.monotonic()
        worker.process.send_signal(signal.SIGTERM)
        assert worker.process.wait(timeout=10) == 0
        assert time.monotonic() - asked < 5
        assert worker.wait_for("grace-over")["jobs"] == 4
    # The job that hung is left until its lease expires, which counts the attempt.
    assert site.rows("select subject_id::text from private.jobs where state = 'running'") == [(hanging,)]


def test_a_worker_without_its_api_stops_within_five_seconds(site: Site) -> None:
    with site.running_worker(**FAST) as worker:
        worker.wait_for("started")
        site.kill_postgrest()
        try:
            worker.wait_for("api-waiting")
            asked = time.monotonic()
            worker.process.send_signal(signal.SIGTERM)
            assert worker.process.wait(timeout=10) == 0
            assert time.monotonic() - asked < 5
        finally:
            site.start_postgrest()


# --- dying --------------------------------------------------------------------------------------------------


def test_the_jobs_of_a_killed_worker_are_done_by_another(site: Site) -> None:
    upload_many(site, "POISON nap NUMBER", 8)
    with site.running_worker(PYTHONPATH=POISON, WORKER_LEASE_SECONDS="1", **FAST) as worker:
        wait_until(lambda: site.value(RUNNING) > 0, 20, "jobs to run")
        worker.process.kill()
        worker.process.wait()
    assert site.value(RUNNING) > 0
    with site.running_worker(PYTHONPATH=POISON, WORKER_LEASE_SECONDS="1", **FAST):
        wait_until(lambda: site.value(OPEN) == 0, 30, "all jobs to be done")
    assert statuses(site) == {"failed": 8}
    assert site.value("select count(*) from private.jobs where last_error = 'invalid-source'") == 8


@pytest.mark.parametrize("what", ["segfault", "hang"])
def test_a_poisonous_file_ends_as_failed_and_takes_no_neighbour_along(site: Site, what: str) -> None:
    (poison,) = upload_many(site, f"POISON {what} NUMBER", 1)
    others = upload_many(site, source("Neighbour NUMBER"), 5)
    settings = {"PYTHONPATH": POISON, "WORKER_LEASE_SECONDS": "1", "WORKER_JOB_SECONDS": "0.5", **FAST}
    end = time.monotonic() + 60
    while site.value(OPEN) and time.monotonic() < end:
        # The crash ends the worker on the first attempt, and its supervisor restarts it.
        with site.running_worker(**settings) as worker:
            while site.value(OPEN) and worker.process.poll() is None and time.monotonic() < end:
                # The database sets the delays between attempts; the test ends them to see all five.
                site.run("update private.jobs set not_before = now() where not_before is not null")
                time.sleep(0.1)
    row = site.upload_row(poison)
    assert (row["status"], row["attempts"]) == ("failed", 5)
    (diagnostic,) = row["diagnostics"]
    assert diagnostic["code"] in {"too-many-attempts", "worker-lost"}
    assert {site.upload_row(other)["status"] for other in others} == {"succeeded"}


def test_an_exception_in_the_worker_ends_as_failed_on_the_second_attempt(site: Site) -> None:
    (upload,) = upload_many(site, "POISON exception NUMBER", 1)
    with site.running_worker(PYTHONPATH=POISON, **FAST) as worker:
        wait_until(lambda: site.value(OPEN) == 0, 20, "the job to end")
        log = worker.log.read_text(encoding="utf-8")
    row = site.upload_row(upload)
    assert (row["status"], row["attempts"]) == ("failed", 2)
    assert [d["code"] for d in row["diagnostics"]] == ["internal-error"]
    faults = [event for event in worker.events() if event["event"] == "job-fault"]
    assert [(fault["error"], fault["level"]) for fault in faults] == [("RuntimeError", "error")] * 2
    assert "quotes the tenant" not in log


def test_a_child_that_cannot_be_started_ends_neither_the_worker_nor_the_job(site: Site) -> None:
    port = processes.free_port()
    with site.running_worker(WORKER_METRICS_PORT=str(port), **FAST) as worker:
        worker.wait_for("started")
        time.sleep(0.5)  # until it has its connection
        _, most = resource.prlimit(worker.process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(worker.process.pid, resource.RLIMIT_NOFILE, (_descriptors(worker.process.pid), most))
        with site.connect() as connection, connection.transaction():
            # On its second attempt, which is isolated.
            connection.execute(
                "insert into public.assessment_uploads (tenant_id, source_markdown) values (%s, %s)",
                (site.tenant().id, source("Second try")),
            )
            connection.execute("update private.jobs set attempts = 1")
        assert worker.wait_for("isolation-failed")["error"] == "OSError"
        assert worker.wait_for("isolated-job-ended")["code"] == "crashed"
        resource.prlimit(worker.process.pid, resource.RLIMIT_NOFILE, (most, most))
        site.run("update private.jobs set not_before = now() where not_before is not null")
        wait_until(lambda: statuses(site) == {"succeeded": 1}, 20, "the job to be done")
        assert worker.process.poll() is None


def _descriptors(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


# --- leases -------------------------------------------------------------------------------------------------


def test_a_job_that_takes_longer_than_its_lease_keeps_it(site: Site) -> None:
    upload_many(site, "POISON doze NUMBER", 2)
    with site.running_worker(PYTHONPATH=POISON, WORKER_LEASE_SECONDS="2", **FAST) as worker:
        wait_until(lambda: site.value(OPEN) == 0, 30, "all jobs to be done")
        assert worker.wait_for("leases-extended")["lost"] == 0
    assert site.value("select max(attempts - releases) from private.jobs") == 1
    assert statuses(site) == {"failed": 2}


def test_a_job_whose_lease_ended_while_it_ran_is_applied_once(site: Site) -> None:
    (upload,) = upload_many(site, source("Slow NUMBER"), 1)
    slow = api_for(site, "slow", lease_seconds=1)
    (job,) = slow.exchange([], 1).jobs
    time.sleep(1.1)
    with site.running_worker(**FAST):
        wait_until(lambda: site.value(OPEN) == 0, 20, "the other worker to do the job")
    answer = slow.exchange([do_job(job)], 0)
    assert [settled.outcome for settled in answer.settled] == ["lost"]
    assert site.upload_row(upload)["status"] == "succeeded"
    assert site.value("select count(*) from public.custom_assessments where name = 'Slow 1'") == 1


def test_a_finish_that_is_sent_again_is_applied_once(site: Site) -> None:
    upload_many(site, source("Again NUMBER"), 3)
    api = api_for(site, "twice")
    jobs = api.exchange([], 10).jobs
    finished: list[Finished] = [do_job(job) for job in jobs]
    for outcome in ("succeeded", "repeated"):
        (settled,) = api.exchange(finished, 0).settled
        assert (sorted(settled.jobs), settled.outcome) == (sorted(job.job for job in jobs), outcome)
    assert site.value("select count(*) from public.custom_assessments where name like 'Again %'") == 3


# --- answers, the API and the database ----------------------------------------------------------------------


def test_answers_that_are_lost_after_the_commit_cost_no_job_and_double_none(site: Site) -> None:
    upload_many(site, source("Cut NUMBER"), 60)
    chance = random.Random(5)
    with cutting_proxy(site.api.host, site.api.port) as proxy:
        proxy.cut = lambda request: b"exchange_jobs" in request and chance.random() < 0.4
        with site.running_worker(SUPABASE_URL=proxy.url, WORKER_BATCH="4", **FAST) as worker:
            wait_until(lambda: site.value(OPEN) == 0, 60, "all jobs to be done")
            assert proxy.cuts >= 3
            worker.wait_for("api-waiting")
    assert statuses(site) == {"succeeded": 60}
    assert site.value("select count(*) from public.custom_assessments where name like 'Cut %'") == 60
    # If the answer to a claim is lost, the same request gets it again: no lease has to expire.
    assert site.value("select max(attempts - releases) from private.jobs") == 1


def test_postgrest_may_go_and_come_back(site: Site) -> None:
    upload_many(site, source("Away NUMBER"), 40)
    with site.running_worker(WORKER_BATCH="2", **FAST) as worker:
        wait_until(lambda: statuses(site).get("succeeded", 0) > 0, 20, "a first job")
        site.kill_postgrest()
        worker.wait_for("api-waiting")
        site.start_postgrest()
        wait_until(lambda: site.value(OPEN) == 0, 30, "all jobs to be done")
        worker.wait_for("api-back")
    assert statuses(site) == {"succeeded": 40}


def test_logs_are_json_and_hold_no_key_and_no_text_of_a_tenant(site: Site) -> None:
    upload_many(
        site, source("Confidential-name NUMBER").replace("weight: 0.6", "weight: Confidential-weight"), 3
    )
    upload_many(site, source("Confidential-name NUMBER"), 3)
    with site.running_worker(WORKER_LOG_LEVEL="debug", **FAST) as worker:
        wait_until(lambda: site.value(OPEN) == 0, 20, "all jobs to be done")
        worker.process.send_signal(signal.SIGTERM)
        worker.process.wait(timeout=10)
        lines = worker.log.read_text(encoding="utf-8").splitlines()
    events = [json.loads(line) for line in lines]
    assert {event["event"] for event in events} >= {"started", "job-done", "stopped"}
    assert all({"time", "level", "event", "worker"} <= event.keys() for event in events)
    text = "\n".join(lines)
    assert "Confidential" not in text
    assert site.api.keys.service_role not in text


@pytest.mark.alone
def test_with_listen_an_upload_does_not_wait_for_a_poll(site: Site) -> None:
    url = site.cluster.url("postgres", site.database)
    with site.running_worker(DATABASE_URL=url, WORKER_POLL_SECONDS="60") as worker:
        worker.wait_for("listening")
        seconds = []
        for number in range(5):
            time.sleep(0.1)
            started = time.monotonic()
            upload_many(site, source(f"Now {number} NUMBER"), 1)
            wait_until(lambda: site.value(OPEN) == 0, 5, "the job to be done")
            seconds.append(time.monotonic() - started)
    assert sorted(seconds)[2] < 1.0


def test_a_listener_that_is_cut_off_connects_again(site: Site) -> None:
    url = site.cluster.url("postgres", site.database)
    ended = (
        "select count(pg_terminate_backend(pid)) from pg_stat_activity"
        " where application_name = 'assessment-worker-listener'"
    )
    with site.running_worker(DATABASE_URL=url, WORKER_POLL_SECONDS="60") as worker:
        worker.wait_for("listening")
        with site.connect("supabase_admin") as admin:
            assert admin.execute(ended.encode()).fetchone() == (1,)
        worker.wait_for("listener-lost")
        wait_until(
            lambda: [e["event"] for e in worker.events()].count("listening") == 2, 10, "listening again"
        )
        upload_many(site, source("Heard NUMBER"), 1)
        wait_until(lambda: site.value(OPEN) == 0, 5, "the job to be done")


def test_a_transaction_pooler_is_named_and_polled_instead(site: Site) -> None:
    upload_many(site, source("Pooled NUMBER"), 1)
    with site.running_worker(DATABASE_URL="postgresql://u:p@127.0.0.1:6543/postgres", **FAST) as worker:
        assert "port 6543" in str(worker.wait_for("not-listening")["reason"])
        wait_until(lambda: site.value(OPEN) == 0, 20, "the job to be done")
        assert not [event for event in worker.events() if event["event"] == "listener-lost"]


def test_a_listener_that_may_not_connect_says_why_and_the_worker_polls(site: Site) -> None:
    (upload,) = upload_many(site, source("Polled NUMBER"), 1)
    url = site.cluster.url("nobody_of_that_name", site.database).replace("postgres@", "hidden-password@")
    with site.running_worker(DATABASE_URL=url, **FAST) as worker:
        assert "nobody_of_that_name" in str(worker.wait_for("listener-lost")["reason"])
        wait_until(lambda: site.upload_row(upload)["status"] == "succeeded", 20, "the job to be done")
        assert "hidden-password" not in worker.log.read_text(encoding="utf-8")


# --- memory -------------------------------------------------------------------------------------------------


def resident_kb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS:")).split()[1])


def test_memory_stays_flat(site: Site) -> None:
    """Two thousand jobs after the first five hundred use no more memory; a leak per job would show."""
    upload_many(site, source("Flat NUMBER").replace("weight: 0.6", "weight: heavy"), 2500)
    with site.running_worker(**FAST) as worker:
        wait_until(lambda: site.value(OPEN) <= 2000, 60, "500 jobs to be done")
        first = resident_kb(worker.process.pid)
        wait_until(lambda: site.value(OPEN) == 0, 60, "all jobs to be done")
        last = resident_kb(worker.process.pid)
    assert last <= first * 1.1


def test_memory_of_large_files_is_given_back(site: Site) -> None:
    """Six megabytes of sources, their definitions and the messages with both are not kept in memory."""
    dimensions = "".join(
        f"\n### Dimension {number}\n\n- weight: 0.05\n- description: {'Word by word. ' * 300}\n"
        for number in range(18)
    )
    large = (
        source("Large NUMBER").replace("weight: 0.6", "weight: 0.05").replace("weight: 0.4", "weight: 0.05")
    )
    large = large.replace("\n## Result", dimensions + "\n## Result")
    upload_many(site, source("Small NUMBER"), 500)
    with site.running_worker(**FAST) as worker:
        wait_until(lambda: site.value(OPEN) == 0, 60, "the small ones to be done")
        first = resident_kb(worker.process.pid)
        upload_many(site, large, 80)
        wait_until(lambda: site.value(OPEN) == 0, 60, "the large ones to be done")
        wait_until(lambda: resident_kb(worker.process.pid) <= first * 1.05, 5, "the memory to be given back")
    assert statuses(site) == {"succeeded": 580}
