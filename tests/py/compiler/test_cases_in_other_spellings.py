"""More small files as authors write them, of the kinds of test_cases.py."""

import pytest

from tests.py.compiler.specimen import check
from tests.py.compiler.test_cases import line_of, named, source


def test_a_question_for_two_dimensions_is_given_to_neither_of_them() -> None:
    """Once it went to the one that was named last, and the fix removed the name of the other."""
    name = "questions-for-two-dimensions"
    several = "it names more than one dimension: write each of them separately"
    sentence = "- Wie hängen Fürsorge und Antrieb zusammen: ein Beispiel?"
    one = "- **Zu Antrieb:** Was hast du beendet?"
    found = named(
        name,
        "- primary_dimensions: Fürsorge und Antrieb",
        "- Fürsorge & Antrieb: Was war schwer?",
        "- Fürsorge / Antrieb: Was war leicht?",
        "- **Fürsorge, Antrieb:** Was kam zuerst?",
        "- Antrieb und Fürsorge:",
        sentence,
        one,
    )
    assert found.pop(one) == ("unusual-spelling", "write `- Antrieb: Was hast du beendet?`")
    assert found.pop(sentence) == (
        "swallowed-line",
        "if it is for one of them, begin it with the name and a colon",
    )
    assert set(found.values()) == {("unknown-dimension", several)}
    fixes = [d.line for d in check(source(name)).diagnostics if d.fix is not None]
    assert fixes == [line_of(source(name), one)]


@pytest.mark.parametrize(
    ("names", "several"),
    [
        (("Trust", "Trust & Care"), False),  # the shorter name is a part of the longer
        (("Care", "Drive"), True),
        (("Car", "Drive"), False),  # `Care` only begins with it
    ],
)
def test_names_are_words(names: tuple[str, str], several: bool) -> None:
    text = source("ten-questions").partition("9. ")[0]
    for old, new in zip(("Care", "Drive"), names, strict=True):
        text = text.replace(f"### {old}", f"### {new}")
    label = "Trust & Care" if names[0] == "Trust" else "Care and Drive"
    found = [d for d in check(f"{text}- About {label}: What?\n").diagnostics if d.code != "possible-tie"]
    assert [d.hint.startswith("it names more") or "`Care` and" in d.message for d in found] == [several]
