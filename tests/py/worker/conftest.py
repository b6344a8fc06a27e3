"""A site for the worker's tests: one for each module, since PostgREST and the gateway serve one database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.py.harness.databases import Databases
from tests.py.worker.site import Site, make_site


@pytest.fixture(scope="module")
def site(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A migrated database with the real API over it."""
    home: Path = tmp_path_factory.mktemp("site")
    account = databases.cluster.account
    with databases.clone("migrated") as database:
        made = make_site(databases.cluster, database.name, home)
        if account is not None:
            account.take(home)
            for folder in (home, *home.parents):
                if folder.stat().st_uid == 0 and folder.stat().st_mode & 0o005 != 0o005:
                    folder.chmod(folder.stat().st_mode | 0o011)
        made.start()
        try:
            yield made
        finally:
            made.stop()
