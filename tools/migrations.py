"""supabase/migrations, assembled from supabase/schemas until version 1.0: one migration per folder.

A migration is the text of its folder's files in the order of ``schema_paths``, under one head line, which
identifies it. If a folder would make a migration of more than 400 lines, it makes several, split between
files. Assembling is deterministic.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from stack import database
from stack.errors import StackError
from tools.release import declared
from tools.schemas import MOST_LINES_OF_A_FILE, SUPABASE, schema_files
from worker.release import Head, Release

MIGRATIONS = SUPABASE / "migrations"

# From this major version on, a migration is written once and never changed.
ASSEMBLED_BEFORE = 1

# Until 1.0 the timestamps only give the order: the date of the first one, and a number.
_FIRST_STAMP = 20260107000000


@dataclass(frozen=True)
class Part:
    """The schema files that one migration is made of.

    Attributes:
        stamp: 14 digits, by which the Supabase CLI sorts.
        subject: what it is about, as the file's name and the head line have it.
        files: in the order in which they are applied.
    """

    stamp: int
    subject: str
    files: tuple[Path, ...]


def parts(files: Iterable[Path]) -> Iterator[Part]:
    """Yield the schema files, grouped by migration."""
    for number, (folder, inside) in enumerate(groupby(files, key=lambda path: path.parent), start=1):
        bundles = list(_bundles(inside))
        for place, bundle in enumerate(bundles):
            subject = folder.name if len(bundles) == 1 else f"{folder.name}_{bundle[0].stem}"
            yield Part(_FIRST_STAMP + 100 * number + place, subject, tuple(bundle))


def _bundles(files: Iterable[Path]) -> Iterator[list[Path]]:
    """Yield the files of one folder in groups that fit into a migration."""
    bundle: list[Path] = []
    total = 1  # the head line
    for path in files:
        lines = path.read_text(encoding="utf-8").count("\n") + 1  # and the empty line between two files
        if bundle and total + lines > MOST_LINES_OF_A_FILE:
            yield bundle
            bundle, total = [], 1
        bundle.append(path)
        total += lines
    yield bundle


def assembled(release: Release, supabase: Path = SUPABASE) -> Iterator[tuple[Path, str]]:
    """Yield each migration: its path and its text."""
    for part in parts(schema_files(supabase)):
        body = "\n".join(path.read_text(encoding="utf-8") for path in part.files)
        path = supabase / "migrations" / f"{part.stamp}_{part.subject}.sql"
        yield path, f"{Head.of(release, part.subject, body)}\n{body}"


def generated(supabase: Path = SUPABASE) -> Iterator[tuple[Path, str]]:
    """Yield the expected migrations: until 1.0 all of them, afterwards those of the coming release.

    Raises:
        StackError: a migration of an earlier release was edited.
    """
    release = declared()
    if release.major < ASSEMBLED_BEFORE:
        yield from assembled(release, supabase)
        return
    for path in database.migrations(supabase / "migrations"):
        yield path, headed(path, release)


def headed(path: Path, release: Release) -> str:
    """Return a migration with its head: the existing one if it was released, otherwise a new one.

    Raises:
        StackError: it was released, and edited afterwards.
    """
    text = path.read_text(encoding="utf-8")
    head = Head.find(text)
    if head is not None and head.release < release:
        if not head.is_of(text):
            raise StackError(f"{path.name} was released with {head.release}, and is never edited after that")
        return text
    body = text if head is None else text.partition("\n")[2]
    return f"{Head.of(release, path.stem.partition('_')[2], body)}\n{body}"


def left_over(supabase: Path = SUPABASE) -> list[Path]:
    """The migrations without schema files; until 1.0 there are no others."""
    wanted = {path for path, _ in generated(supabase)}
    return [path for path in database.migrations(supabase / "migrations") if path not in wanted]
