"""The tenant whose sessions race."""

from __future__ import annotations

import pytest

from tests.py.harness.databases import Database
from tests.py.harness.people import People
from tests.py.harness.sessions import World


@pytest.fixture
def world(database: Database, people: People) -> World:
    return World(database, people)
