"""How many examples the tests with generated inputs draw."""

from __future__ import annotations

from hypothesis import settings

#: Hypothesis's own default, on which the counts in the tests are based.
_USUAL = 100


def register_quick() -> None:
    """Register the profile `quick`, which draws a tenth (`--hypothesis-profile quick`)."""
    settings.register_profile("quick", max_examples=_USUAL // 10)


def examples(count: int) -> int:
    """The value for `max_examples`: this count, or a tenth of it with the profile `quick`."""
    assert settings.default is not None, "a profile is always loaded"
    return max(1, count * settings.default.max_examples // _USUAL)
