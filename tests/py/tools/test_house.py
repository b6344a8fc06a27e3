"""What tools/house.py counts, and that it reports what exceeds its limit."""

import ast

import pytest

from tools import house


def module(text: str, path: str = "worker/compiler/made_up.py") -> house.Module:
    return house.Module(path, text.splitlines(), ast.parse(text))


def test_the_worker_is_within_the_bounds() -> None:
    assert list(house.complaints(house.modules())) == []


@pytest.mark.parametrize(
    ("text", "count"),
    [("a[0]", 1), ("a[-1]", 1), ("a[0][1]", 2), ("a[:1]", 0), ("a['b']", 0), ("a[b]", 0), ("a[True]", 0)],
)
def test_subscripts_that_are_whole_numbers_are_counted(text: str, count: int) -> None:
    assert house.subscripts_per_thousand([module(text)]) == 1000 * count


def test_a_circle_of_imports_is_named_also_where_one_is_late() -> None:
    worker = [
        module("from worker.compiler import b\n", "worker/compiler/a.py"),
        module("from worker.compiler.c import C\n", "worker/compiler/b.py"),
        module("def f() -> None:\n    import worker.compiler.a\n", "worker/compiler/c.py"),
        module("from worker.compiler.a import A\n", "worker/compiler/__init__.py"),
    ]
    [complaint] = house.complaints(worker)
    assert complaint.startswith("modules import each other in a circle: worker.compiler")
    late = module("def f() -> None:\n    pass\n", "worker/compiler/c.py")
    apart = [worker[1], late, module("import worker.compiler.b\n", "worker/compiler/a.py")]
    assert list(house.complaints(apart)) == []


def test_what_is_over_its_bound_is_named() -> None:
    long = "def f() -> None:\n" + "    pass\n" * house.LONGEST_FUNCTION
    silenced = "x = 1  # noqa: PLR0912 - a reason\n" * (house.MOST_SILENCED + 1)
    made_up = long + silenced + "x[0]\n"
    lines = made_up.count("\n")
    found = list(house.complaints([module(made_up), module("\n" * house.MOST_LINES, "worker/a.py")]))
    assert [complaint.partition(" ")[2] for complaint in found] == [
        f"has {house.MOST_LINES + lines:,} lines; at most {house.MOST_LINES:,} are allowed",
        f"has {1000 / lines:.1f} integer subscripts per 1,000 lines; at most 7",
        f"is silenced {house.MOST_SILENCED + 1} times; at most {house.MOST_SILENCED}: "
        + ", ".join(f"worker/compiler/made_up.py:{62 + n}" for n in range(house.MOST_SILENCED + 1)),
        f"f has {house.LONGEST_FUNCTION + 1} lines; at most {house.LONGEST_FUNCTION}",
    ]
