"""Files that are broken as authors break them: reports are actionable, and fixes do no harm."""

import pytest
from hypothesis import HealthCheck, given, settings

from tests.py.compiler.specimen import check, definition
from tests.py.compiler.strategies import breakages, broken_files
from tests.py.harness.examples import examples
from worker.compiler import compile_markdown, fix_source
from worker.compiler.catalogue import SPECIMEN

MEANT = definition(SPECIMEN)


@pytest.mark.parametrize("part", range(4))
def test_a_safe_fix_of_one_broken_line_restores_what_was_meant(part: int) -> None:
    """Or leaves something to report: it never silently makes another assessment."""
    fixed = 0
    for text in list(breakages(SPECIMEN))[part::4]:
        before = check(text)
        after = fix_source(text.encode())
        if after.applied and not after.compilation.diagnostics:
            fixed += 1
            assert after.compilation.definition == MEANT, text
        else:
            assert len(after.compilation.diagnostics) <= len(before.diagnostics)
    assert fixed


@settings(max_examples=examples(100), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(broken_files())
def test_every_fix_of_a_broken_file_is_right(text: str) -> None:
    """The helper checks each fix, and each hint without one."""
    before = check(text).diagnostics
    for unsafe in (False, True):
        after = fix_source(text.encode(), unsafe=unsafe)
        assert after.compilation == compile_markdown(after.source)
        assert len(after.compilation.diagnostics) + bool(after.applied) <= len(before) or len(before) > 100
        assert {d.code for d in after.compilation.diagnostics} <= {d.code for d in before} or len(
            before
        ) > 100
