"""What every test may use: databases of its own, pgTAP files as tests, and what `make quick` leaves out."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from tests.py.harness.examples import register_profiles
from tests.py.harness.fixtures import connection, database, databases, empty_database, people, seeded_database
from tests.py.pgtap.collector import pytest_collect_file

__all__ = [
    "connection",
    "database",
    "databases",
    "empty_database",
    "people",
    "pytest_collect_file",
    "seeded_database",
]

register_profiles()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option of `make quick`."""
    parser.addoption("--no-database", action="store_true", help="leave out every test that uses a database")


@pytest.hookimpl(tryfirst=True)  # so that a random order may still undo it
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what `--no-database` leaves out, and start with the files of the longest tests.

    The processes share the tests out as they go: a test of half a minute that comes last keeps the others
    waiting. Whole files are moved, because their tests share an API.
    """
    if config.getoption("no_database"):
        kept = [item for item in items if "databases" not in getattr(item, "fixturenames", ())]
        config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
        items[:] = kept
    long = {item.path for item in items if item.get_closest_marker("long")}
    items.sort(key=lambda item: item.path not in long)


@pytest.fixture(autouse=True)
def _alone(request: pytest.FixtureRequest) -> Iterator[None]:
    """Hold a lock while a test marked `alone` runs: one for all checkouts, which share the processors."""
    if request.node.get_closest_marker("alone") is None:
        yield
        return
    with FileLock(Path(tempfile.gettempdir()) / f"custom-assessments-alone-{os.getuid()}.lock"):
        yield
