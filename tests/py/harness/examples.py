"""How many examples the tests with generated inputs draw."""

from __future__ import annotations

from hypothesis import settings

#: Hypothesis's own default, on which the counts in the tests are based.
_ALL = 100


def register_profiles() -> None:
    """Register the profiles for `--hypothesis-profile`.

    `thorough` draws all examples, `quick` a tenth, and `usual`, which is used if none is chosen, a third.
    """
    settings.register_profile("thorough", max_examples=_ALL)
    settings.register_profile("usual", max_examples=_ALL // 3)
    settings.register_profile("quick", max_examples=_ALL // 10)
    settings.load_profile("usual")


def examples(count: int) -> int:
    """The value for `max_examples`: this count with the profile `thorough`, else its part of it."""
    assert settings.default is not None, "a profile is always loaded"
    return max(1, count * settings.default.max_examples // _ALL)
