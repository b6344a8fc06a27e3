"""What every test may use: databases of its own, and pgTAP files as tests."""

from tests.py.harness.fixtures import connection, database, databases, empty_database, people, seeded_database
from tests.py.pgtap.collector import pytest_collect_file, pytest_runtest_protocol, pytest_runtestloop

__all__ = [
    "connection",
    "database",
    "databases",
    "empty_database",
    "people",
    "pytest_collect_file",
    "pytest_runtest_protocol",
    "pytest_runtestloop",
    "seeded_database",
]
