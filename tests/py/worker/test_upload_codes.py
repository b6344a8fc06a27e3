"""Every code with which an upload can end is explained in docs/diagnostics.md."""

import ast
import re
from pathlib import Path

import pytest

from tests.py.worker.site import Site
from worker.compiler.catalogue import Code
from worker.uploaded import compile_definition

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "diagnostics.md").read_text(encoding="utf-8")


def said_by_the_worker() -> set[str]:
    """Return the codes of the engine's diagnostics: second arguments of `failed(...)`."""
    found = set()
    for path in (ROOT / "worker" / "engine").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "failed":
                code = re.fullmatch(r"Code\.(\w+)\.value", ast.unparse(node.args[1]))
                assert code is not None, f"{path.name}:{node.lineno} does not name a code of the catalogue"
                found.add(Code[code[1]].value)
    return found


def said_by_the_database(site: Site) -> dict[str, str]:
    """Return the codes of the database's diagnostics, with their severity."""
    text = site.value("select prosrc from pg_proc where proname = 'upload_diagnostic'")
    codes = re.findall(r"\('([a-z-]+)', '(?:error|warning)'", text)
    made = {code: site.value("select private.upload_diagnostic(%s)", code) for code in codes}
    return {code: diagnostic["severity"] for code, diagnostic in made.items()}


def test_every_code_that_is_reported_after_compiling_is_in_the_catalogue(site: Site) -> None:
    database = said_by_the_database(site)
    codes = {code.value: code for code in Code if code.after_compiling}
    assert len(database) >= 8
    assert said_by_the_worker() == {"internal-error"}
    assert database.keys() | said_by_the_worker() | {"invalid-definition"} == codes.keys()
    assert {code: codes[code].severity for code in database} == database
    (refused,) = compile_definition("[]").diagnostics
    assert refused.code == "invalid-definition"


@pytest.mark.parametrize("code", Code, ids=str)
def test_every_code_is_on_the_page(code: Code) -> None:
    assert f"| [`{code}`](#{code}) |" in PAGE
    assert re.search(rf"^#+ {code}$", PAGE, re.MULTILINE)
