"""The dictionaries are complete, and no text is written in the code."""

from __future__ import annotations

import json
import re

import pytest

from stack.packages import ROOT

SOURCES = ROOT / "web" / "src"
PARTS = sorted(path.name.split(".")[1] for path in (SOURCES / "words").glob("en.*.json"))
# What is the same in both languages.
SAME: set[str] = set()


def words(language: str, part: str) -> dict[str, str]:
    found: dict[str, str] = json.loads(
        (SOURCES / "words" / f"{language}.{part}.json").read_text(encoding="utf-8")
    )
    return found


@pytest.mark.parametrize("part", [part for part in PARTS if part != "refusals"])
def test_german_has_every_text_with_the_same_values(part: str) -> None:
    english, german = words("en", part), words("de", part)
    assert list(german) == list(english)
    values = {key: sorted(re.findall(r"\{\w+\}", text)) for key, text in english.items()}
    assert {key: sorted(re.findall(r"\{\w+\}", text)) for key, text in german.items()} == values
    assert {key for key, text in german.items() if text == english[key]} <= SAME


def test_translated_refusals_exist_in_the_database_with_message_and_hint() -> None:
    errors = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    reasons = set(re.findall(r"^\| `([A-Z_]+)` \|", errors, re.MULTILINE))
    german = words("de", "refusals")
    assert {key.split(".")[0] for key in german} <= reasons
    assert sorted(german) == sorted(f"{reason}.{part}" for reason in {key.split(".")[0] for key in german}
                                    for part in ("message", "hint"))  # fmt: skip


def test_no_text_is_written_in_the_code() -> None:
    found = []
    for path in SOURCES.rglob("*.tsx"):
        source = path.read_text(encoding="utf-8")
        # Text between tags, and attributes that people read.
        found += [(path.name, text) for text in re.findall(r"(?<!=)>\s*([A-Z][a-z]+[^<>{}=;()]*)<", source)]
        found += [
            (path.name, text)
            for text in re.findall(r'(?:title|aria-label|placeholder|alt)="([^"]+)"', source)
        ]
    assert found == []


def test_every_text_is_used() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES.rglob("*.ts*"))
    # Keys that are put together from a word of the database.
    groups = set(re.findall(r"t\(`([\w.-]+)\.\$\{", code)) | set(re.findall(r'word\("(\w+)"', code))
    unused = [
        key
        for part in PARTS
        for key in words("en", part)
        if f'"{key}"' not in code
        and f'"{re.sub("[.]one$", "", key)}"' not in code
        and not any(key.startswith(f"{group}.") for group in groups)
    ]
    assert unused == []
