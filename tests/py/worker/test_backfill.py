"""Workers bring over rows from before versions were kept when they have no job."""

import json

import pytest
from prometheus_client import generate_latest

from tests.py.worker.picky_gateway import Answer, picky_gateway
from tests.py.worker.site import Site, source, wait_until
from worker.engine.events import RowsBroughtOver
from worker.engine.metrics import Metrics

FAST = {"WORKER_POLL_SECONDS": "0.1"}
UNFINISHED = "select count(*) from private.backfills where finished_at is null"
ROWS = 1200

pytestmark = pytest.mark.usefixtures("nothing_is_left")


@pytest.fixture(autouse=True)
def _rows_from_before(site: Site) -> None:
    """Rows to bring over: sessions, in more batches than one."""
    site.run(
        "insert into public.coaching_sessions (tenant_id)"
        " select %s::uuid from generate_series(1, %s - (select count(*) from public.coaching_sessions))",
        site.tenant().id,
        ROWS,
    )
    site.run(
        "update private.backfills set after = '00000000-0000-0000-0000-000000000000',"
        " examined = 0, left_over = 0, finished_at = null"
    )


def finished(errors: str) -> list[dict[str, object]]:
    logged = [json.loads(line) for line in errors.splitlines()]
    return [entry for entry in logged if entry["event"] == "backfill-finished"]


def test_drain_brings_over_all_rows_and_does_its_jobs(site: Site) -> None:
    upload = site.upload(site.tenant(), source())
    drained = site.worker("drain")
    assert (drained.returncode, drained.stdout) == (0, "Drained: 1 compile succeeded.\n")
    assert site.upload_row(upload)["status"] == "succeeded"
    [entry] = finished(drained.stderr)
    assert (entry["left_over"], entry["level"]) == (0, "info")
    assert entry["rows"] == site.value("select sum(examined) from private.backfills")
    assert site.value(UNFINISHED) == 0
    assert finished(site.worker("drain").stderr) == []


def test_two_workers_bring_over_each_row_once_and_go_on_with_jobs(site: Site) -> None:
    with site.running_worker(**FAST) as one, site.running_worker(**FAST) as other:
        upload = site.upload(site.tenant(), source())
        wait_until(lambda: site.upload_row(upload)["status"] == "succeeded", 20, "the job to be done")
        wait_until(lambda: site.value(UNFINISHED) == 0, 20, "all rows to be brought over")
        later = site.upload(site.tenant(), source())
        wait_until(lambda: site.upload_row(later)["status"] == "succeeded", 20, "a job afterwards")
        warned = [entry for worker in (one, other) for entry in worker.events() if entry["level"] != "info"]
    assert warned == []
    assert (
        site.value("select examined from private.backfills where step = 'coaching'")
        == site.value("select count(*) from public.coaching_sessions")
        >= ROWS
    )


def test_a_refusal_is_logged_and_jobs_go_on(site: Site) -> None:
    def judge(function: str, _body: bytes) -> Answer | None:
        return (400, b'{"code": "57014", "message": "too slow"}') if function == "backfill_versions" else None

    with picky_gateway(site.api.url) as gateway:
        gateway.judge = judge
        with site.running_worker(SUPABASE_URL=gateway.url, **FAST) as worker:
            refused = worker.wait_for("backfill-refused")
            upload = site.upload(site.tenant(), source())
            wait_until(lambda: site.upload_row(upload)["status"] == "succeeded", 20, "the job to be done")
            assert gateway.seen["backfill_versions", 400] == 1
    assert (refused["status"], refused["code"], refused["level"]) == (400, "57014", "error")


def test_the_command_reports_what_is_left_over_in_one_line(site: Site) -> None:
    done = site.worker("backfill")
    rows = site.value("select sum(examined) from private.backfills")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        f"All rows from before versions were examined, {rows} of them just now; none is left.\n"
    )
    site.run("update private.backfills set left_over = 2 where step = 'results'")
    again = site.worker("backfill")
    assert (again.returncode, again.stdout) == (
        1,
        "All rows from before versions were examined, 0 of them just now; 2 could not be brought over.\n",
    )


def test_rows_are_counted() -> None:
    metrics = Metrics(dict)
    metrics(RowsBroughtOver(3))
    metrics(RowsBroughtOver(4))
    assert b"assessment_worker_brought_over_rows_total 7.0\n" in generate_latest(metrics.registry)
