"""The cache for short texts, and what characters look like."""

import pytest

from worker.names import LONGEST_FOLDED, look, remembered


@pytest.mark.parametrize(("length", "calls"), [(0, 1), (1, 1), (39, 1), (40, 1), (41, 2), (100, 2)])
def test_answers_for_short_texts_are_remembered(length: int, calls: int) -> None:
    asked: list[str] = []

    def double(text: str) -> str:
        """Return it twice."""
        asked.append(text)
        return text * 2

    answer = remembered(double)
    text = "x" * length
    assert (answer(text), answer(text)) == (text * 2, text * 2)
    assert asked == [text] * calls
    assert answer.__doc__ == "Return it twice."


def test_only_the_last_thousand_are_remembered() -> None:
    asked: list[str] = []

    def note(text: str) -> str:
        asked.append(text)
        return text

    answer = remembered(note)
    for number in range(1024):
        answer(str(number))
    answer("0")
    assert len(asked) == 1024
    answer("new")
    answer("0")
    assert len(asked) == 1025
    answer("1")
    assert len(asked) == 1026


@pytest.mark.parametrize(("count", "seen"), [(1, "1"), (LONGEST_FOLDED, "1"), (LONGEST_FOLDED + 1, "１")])
def test_a_text_of_up_to_a_thousand_characters_is_read_as_it_looks(count: int, seen: str) -> None:
    assert look("１" * count) == seen * count


@pytest.mark.parametrize("slash", ["\u2044", "\u2215", "\uff0f"])
def test_signs_of_division_look_like_a_slash(slash: str) -> None:
    assert look(f"1{slash}4") == "1/4"
