"""How many examples the tests with generated inputs draw."""

from __future__ import annotations

from hypothesis import settings

#: Hypothesis's own default, which the counts that tests state are measured by.
_USUAL = 100


def register_quick() -> None:
    """Make the profile `quick` known, which draws a tenth (`--hypothesis-profile quick`)."""
    settings.register_profile("quick", max_examples=_USUAL // 10)


def examples(count: int) -> int:
    """So many examples, or in the profile `quick` a tenth of them: what `max_examples` is to be."""
    assert settings.default is not None, "a profile is always loaded"
    return max(1, count * settings.default.max_examples // _USUAL)
