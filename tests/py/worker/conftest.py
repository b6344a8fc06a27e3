"""A site for the worker's tests: one per module, because PostgREST and the gateway serve one database."""

from collections.abc import Iterator

import pytest

from tests.py.harness.databases import Databases
from tests.py.worker.site import Site, make_site


@pytest.fixture(scope="module")
def site(databases: Databases) -> Iterator[Site]:
    """A migrated database with the real API over it."""
    with databases.clone("migrated") as database:
        made = make_site(databases.cluster, database.name)
        made.start()
        try:
            yield made
        finally:
            made.stop()


@pytest.fixture
def nothing_is_left(site: Site) -> Iterator[None]:
    """After the test the queue is empty."""
    yield
    site.run("delete from public.assessment_uploads")
    site.run("delete from private.jobs")
