"""``python -m tools.generate [--check]``: every committed file that a program writes.

The database's files come from a throwaway database that the migrations were just applied to; the others from the
code. With ``--check`` nothing is written; the exit code is 1 when a committed file differs, and the difference is shown.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path

import psycopg

from stack import database, postgres
from stack.errors import StackError
from stack.packages import NODE_MODULES, ROOT, find_postgres, find_supabase_cli
from tools import (
    api_shapes,
    definition_schema,
    definition_vectors,
    diagnostic_schema,
    diagnostics_doc,
    evidence_vectors,
    format_doc,
    functions,
    migrations,
    pictures,
    release,
    scoring_vectors,
    seed,
    types,
    version_vectors,
)
from tools.access_doc import access_doc
from tools.changes_doc import change_rules, changes_doc, rules_json
from tools.diagram import diagram
from tools.errors_doc import errors_doc


def gen_types(url: str, language: str) -> str:
    """Return the row types of the exposed schema as the Supabase CLI writes them.

    Args:
        url: of the migrated database, as role postgres.
        language: ``typescript`` or ``python``.
    """
    done = subprocess.run(
        [
            find_supabase_cli(),
            "gen",
            "types",
            "--lang",
            language,
            "--schema",
            "public",
            f"--remote={url}?sslmode=disable",
        ],
        env=os.environ | {"DO_NOT_TRACK": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise StackError(f"supabase gen types --lang {language} failed", log=done.stderr)
    return done.stdout.rstrip() + "\n"


def prettier(name: str, text: str) -> str:
    """Format a file of TypeScript, which the CLI does not.

    Args:
        name: the file's name, which tells the language.
        text: what it holds.
    """
    done = subprocess.run(
        ["node", NODE_MODULES / "prettier" / "bin" / "prettier.cjs", "--stdin-filepath", name],
        input=text,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise StackError(f"prettier could not format {name}", log=done.stderr)
    return done.stdout


def generated_files() -> Iterator[tuple[Path, str]]:
    """Yield every generated file: its path and its expected content."""
    yield ROOT / definition_schema.TARGET, definition_schema.generate()
    yield ROOT / diagnostic_schema.TARGET, diagnostic_schema.generate()
    yield ROOT / api_shapes.TARGET, api_shapes.generate()
    yield ROOT / diagnostics_doc.TARGET, diagnostics_doc.generate()
    yield ROOT / format_doc.TARGET, format_doc.generate()
    yield from pictures.generated()
    yield ROOT / definition_vectors.TARGET, definition_vectors.generate()
    yield ROOT / evidence_vectors.TARGET, evidence_vectors.generate()
    yield ROOT / scoring_vectors.TARGET, scoring_vectors.generate()
    yield ROOT / version_vectors.TARGET, version_vectors.generate()
    yield from release.generated()
    yield from functions.generated()
    yield from migrations.generated()
    yield seed.SEED, seed.refreshed(seed.SEED.read_text(encoding="utf-8"))
    yield from generated_from_the_database()


def generated_from_the_database() -> Iterator[tuple[Path, str]]:
    """Yield the files that are read from a freshly migrated database."""
    with postgres.throwaway(find_postgres()) as cluster:
        with psycopg.connect(cluster.dsn(postgres.SUPERUSER, "postgres")) as admin:
            database.bootstrap(admin, password=cluster.password)
            # The probe of the access matrix is shared with the pgTAP files, whose helpers need pgTAP.
            admin.execute("create extension if not exists pgtap with schema extensions")
            admin.commit()
        with psycopg.connect(cluster.dsn("postgres", "postgres")) as owner:
            database.migrate(owner, [path for path, _ in migrations.generated()])
            yield ROOT / "docs" / "diagram.md", diagram(owner)
            yield ROOT / "docs" / "errors.md", errors_doc(owner)
            yield ROOT / "docs" / "access.md", access_doc(owner)
            changes = change_rules(owner)
            yield ROOT / "docs" / "changes.md", changes_doc(changes)
            yield ROOT / "worker" / "change_rules.json", rules_json(changes)
        url = cluster.url("postgres", "postgres")
        name = "database.types.ts"
        written = types.typescript(prettier(name, gen_types(url, "typescript")))
        yield ROOT / "types" / name, prettier(name, written)
        yield ROOT / "types" / "database_types.py", types.python(gen_types(url, "python"))


def difference(name: str, committed: str, generated: str) -> str:
    """Return the changes to a file in the format of ``diff -u``."""
    lines = (committed.splitlines(keepends=True), generated.splitlines(keepends=True))
    return "".join(unified_diff(*lines, name, f"{name}, generated"))


def _left_over(*, check: bool) -> list[str]:
    """Delete the migrations that no schema produces any more, or return their names."""
    found = migrations.left_over()
    if check:
        return [str(path.relative_to(ROOT)) for path in found]
    for path in found:
        path.unlink()
        print(f"deleted {path.relative_to(ROOT)}")
    return []


def main() -> int:
    """Write or check the generated files; 0 if all is well, 1 if a file differs or something failed."""
    parser = argparse.ArgumentParser(prog="python -m tools.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a file differs")
    check: bool = parser.parse_args().check
    stale: list[str] = []
    try:
        for path, text in generated_files():
            committed = path.read_text(encoding="utf-8") if path.exists() else ""
            if committed == text:
                continue
            name = str(path.relative_to(ROOT))
            if check:
                stale.append(name)
                sys.stdout.write(difference(name, committed, text))
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
                print(f"wrote {name}")
        stale += _left_over(check=check)
    except StackError as error:
        print(error, file=sys.stderr)
        return 1
    for name in stale:
        print(
            f"{name} differs from what the code generates; run `make generate` and commit it.",
            file=sys.stderr,
        )
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
