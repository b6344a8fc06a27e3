"""A name under very many combining marks blocks neither the worker nor the database."""

from __future__ import annotations

import time

import pytest

from tests.py.harness.databases import Connection
from worker.compiler import compile_markdown
from worker.names import fold

MARKS = "\u0316\u0301"  # in the wrong order, so that normalising has to sort them


@pytest.mark.parametrize("pairs", [1, 400, 499, 500, 501, 1000, 20_000])
@pytest.mark.parametrize("letters", ["Å", "A\u030a", "ẞ", "Σς"])
def test_both_fold_it_alike(connection: Connection, letters: str, pairs: int) -> None:
    name = letters + MARKS * pairs
    row = connection.execute("select private.fold_name(%s)", [name]).fetchone()
    assert row == (fold(name),)


def test_a_file_whose_heading_is_nothing_but_marks_is_compiled_in_time() -> None:
    source = f"---\nname: T\nversion: 1.0\n---\n\n## Dimensions\n\n### a{MARKS * 110_000}\n\n- weight: 1.0\n"
    started = time.monotonic()
    assert not compile_markdown(source.encode()).valid
    assert time.monotonic() - started < 10, "minutes, when it is normalised"
