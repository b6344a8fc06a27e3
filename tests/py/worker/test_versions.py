"""A worker refuses a database of another release, at its start and when it reconnects."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.py.harness.databases import Databases
from tests.py.worker.rude_server import Reply, rude_server
from tests.py.worker.site import Site, make_site, source, wait_until
from worker.engine.api import Api, Unreachable, VersionDiffers, Waiting
from worker.engine.settings import Settings
from worker.release import Release
from worker.version import VERSION

OWN = Release.parse(VERSION)
LATER = Release(OWN.major, OWN.minor + 1, 0)
EARLIER = Release(OWN.major, OWN.minor - 1, 9)
FAST = {"WORKER_POLL_SECONDS": "0.1"}
ASKED = "/rest/v1/rpc/custom_assessments_version"
EMPTY = Reply(body={"settled": [], "jobs": [], "next_seconds": None})
AWAY = Reply(status=503, body={})


@pytest.fixture(autouse=True)
def own_version_again(site: Site) -> Iterator[None]:
    """The site is shared."""
    yield
    become(site, OWN)


def become(site: Site, release: Release) -> None:
    site.run(
        "create or replace function private.version() returns text language sql immutable "
        f"set search_path = '' as $$ select '{release}' $$"
    )


def api_for(url: str) -> Api:
    settings = Settings(SUPABASE_URL=url, SUPABASE_SERVICE_ROLE_KEY="sb_secret_of_the_tests")
    return Api(settings, "w1", waiting=Waiting(lambda _: None), compares_versions=True)


@pytest.mark.parametrize("command", ["run", "drain"])
@pytest.mark.parametrize(
    ("theirs", "cure"),
    [
        (EARLIER, f"Apply the migrations of {OWN} first"),
        (LATER, f"Replace this worker with one of {LATER.major}.{LATER.minor}."),
        (Release(OWN.major + 1, OWN.minor, 0), "Replace this worker"),
    ],
)
def test_another_release_ends_a_worker_at_its_start(
    site: Site, command: str, theirs: Release, cure: str
) -> None:
    upload = site.upload(site.tenant(), source("Unclaimed"))
    become(site, theirs)

    done = site.worker(command)

    assert done.returncode == 76
    assert (
        f"error: The database has custom assessments {theirs}, but this worker is version {OWN}"
        in done.stderr
    )
    assert cure in done.stderr
    assert site.upload_row(upload)["status"] == "queued"

    become(site, OWN)
    site.drain()
    assert site.upload_row(upload)["status"] == "succeeded"


def test_another_patch_makes_no_difference(site: Site) -> None:
    upload = site.upload(site.tenant(), source("Patched"))
    become(site, Release(OWN.major, OWN.minor, OWN.patch + 7))

    site.drain()

    assert site.upload_row(upload)["status"] == "succeeded"


@contextmanager
def without_the_function(databases: Databases) -> Iterator[Site]:
    """A database of a release without the version function."""
    with databases.clone("migrated") as database:
        database.connect().execute("drop function public.custom_assessments_version()")
        site = make_site(databases.cluster, database.name)
        site.start()
        try:
            yield site
        finally:
            site.stop()


def test_a_database_that_tells_no_version_misses_the_migrations(databases: Databases) -> None:
    with without_the_function(databases) as site:
        done = site.worker("run")
    assert done.returncode == 76
    assert "error: The migrations are missing" in done.stderr


def test_a_worker_compares_again_before_it_claims_when_the_api_was_away(site: Site) -> None:
    tenant = site.tenant()
    with site.running_worker(**FAST) as worker:
        first = site.upload(tenant, source("Before"))
        wait_until(lambda: site.upload_row(first)["status"] == "succeeded", 20, "the first upload")
        site.kill_postgrest()
        worker.wait_for("api-waiting")
        second = site.upload(tenant, source("Meanwhile"))
        become(site, LATER)
        site.start_postgrest()
        wait_until(lambda: worker.process.poll() is not None, 30, "the worker to end")
        assert worker.process.returncode == 76
    assert site.upload_row(second)["status"] == "queued"
    become(site, OWN)
    site.drain()


def test_a_worker_goes_on_when_the_api_comes_back_with_the_same_release(site: Site) -> None:
    tenant = site.tenant()
    with site.running_worker(**FAST) as worker:
        site.kill_postgrest()
        worker.wait_for("api-waiting")
        upload = site.upload(tenant, source("Afterwards"))
        site.start_postgrest()
        wait_until(lambda: site.upload_row(upload)["status"] == "succeeded", 30, "the upload")
        os.kill(worker.process.pid, signal.SIGTERM)
        assert worker.process.wait(10) == 0


def test_a_listener_that_lost_the_database_has_the_versions_compared(site: Site) -> None:
    url = site.cluster.url("postgres", site.database)
    with site.running_worker(DATABASE_URL=url, WORKER_POLL_SECONDS="1") as worker:
        worker.wait_for("listening")
        become(site, LATER)
        ended = site.value(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity "
            "where application_name = 'assessment-worker-listener' and datname = current_database()"
        )
        assert ended == 1
        wait_until(lambda: worker.process.poll() is not None, 30, "the worker to end")
        assert worker.process.returncode == 76


def test_the_version_is_asked_for_once_and_again_only_after_the_api_was_away() -> None:
    own, busy = Reply(body=VERSION), Reply(status=429, body={})
    page, missing = Reply(body=b"<html>back at nine</html>"), Reply(status=404, body={"code": "PGRST202"})
    replies = [AWAY, own, own, EMPTY, EMPTY, busy, EMPTY, AWAY, own, EMPTY, page, own, missing, own, EMPTY]
    with rude_server(*replies) as rude:
        api = api_for(rude.url)
        for patience in [60, 60, 60, 60, None]:
            api.exchange([], 5, patience=patience)
    exchange = "/rest/v1/rpc/exchange_jobs"
    assert [path.partition("?")[0] for path, _, _ in rude.requests] == [
        *(ASKED, ASKED, ASKED, exchange),
        exchange,
        *(exchange, exchange),
        *(exchange, ASKED, exchange),
        *(exchange, ASKED, exchange, ASKED, exchange),
    ]


@pytest.mark.parametrize("body", ["", "soon", None, 7, {"version": VERSION}, f"{VERSION}-rc1"])
def test_what_is_no_version_comes_from_something_else(body: object) -> None:
    with (
        rude_server(Reply(body=body)) as rude,
        pytest.raises(Unreachable, match="is not a Supabase API"),
    ):
        api_for(rude.url).exchange([], 5, patience=5)


def test_a_database_that_cannot_say_is_asked_for_jobs_and_then_again() -> None:
    refused, later = Reply(status=500, body={"code": "57014", "message": "timeout"}), Reply(body=str(LATER))
    with rude_server(refused, EMPTY, later) as rude:
        api = api_for(rude.url)
        api.exchange([], 5, patience=5)
        with pytest.raises(VersionDiffers):
            api.exchange([], 5, patience=5)
