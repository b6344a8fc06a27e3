"""``explain`` and ``template``: what a code means, and a file to start from."""

from __future__ import annotations

import pytest

from worker import cli
from worker.compiler import compile_markdown
from worker.compiler.catalogue import Code
from worker.shipped import starters


@pytest.mark.parametrize("code", Code)
def test_every_code_is_explained(code: Code, capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", code]) == 0
    text = capfd.readouterr().out
    assert f"[{code}]: {code.meaning}\n" in text
    assert ("\nReported:\n\n    team-check.md:" in text) == (not code.after_compiling)
    assert ("\nCorrected:\n\n    " in text) == bool(code.good)


def test_an_unknown_code_is_refused_with_the_most_similar(capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", "weight-sum"]) == 2
    assert capfd.readouterr().err == "error: there is no code `weight-sum`; did you mean `weights-sum`?\n"
    assert cli.main(["explain", "\x1b[0m"]) == 2
    assert capfd.readouterr().err == "error: there is no code `\N{REPLACEMENT CHARACTER}[0m`\n"


@pytest.mark.parametrize("words", [[], *([name] for name in starters())], ids=" ".join)
def test_a_template_is_a_valid_file(words: list[str], capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert cli.main(["template", *words]) == 0
    text = capfdbinary.readouterr().out
    assert compile_markdown(text).valid
    assert text.decode() == starters()[words[0] if words else "mentor-readiness"]


def test_an_unknown_template_is_refused_with_all_names(capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["template", "../seed"]) == 2
    error = capfd.readouterr().err
    assert error == f"error: there is no template `../seed`; there are {', '.join(starters())}\n"
