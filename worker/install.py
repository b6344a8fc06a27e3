"""``install``: copy this release's migrations into a Supabase project, or add those of an upgrade.

A project's own migrations may be older and newer than ours, so each copy gets a timestamp after all of them.
A copy is identified by its head (``worker.release``), never by its name. Either all files are written or
none.
"""

import argparse
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from worker.release import Head, Release
from worker.shipped import shipped
from worker.version import VERSION

__all__ = ["Migration", "Plan", "Refused", "add_command", "make_plan", "own_migrations", "write"]

PLATFORM: Final = "platform_tables"
"""The subject of the migration that creates the platform's own tables, which a host may have already."""

EXIT_REFUSED: Final = 1
FIRST_STABLE: Final = Release(1, 0, 0)
STAMP_DIGITS: Final = 14
STAMP_FORMAT: Final = "%Y%m%d%H%M%S"
# The Supabase CLI treats only these files as migrations.
MIGRATION_NAME: Final = re.compile(r"(?P<stamp>[0-9]+)_.*\.sql", re.ASCII)
ROLL_BACK: Final = (
    "Roll back first (supabase/rollback/rollback.sql of that release), delete its files, then install."
)
NEXT: Final = """\
No other file was changed. Next, run in the project's folder:
  supabase migration up        applies them to the local database, with Docker
  supabase db push --dry-run   shows what would be applied to the linked project
  supabase db push             applies it
docs/upgrading.md explains their effect on a host that has data. Commit the new files, and start the workers
of this release after the migrations are applied."""


class Refused(Exception):  # noqa: N818 - says what happened
    """Nothing was installed. ``problems`` are sentences for people.

    ``left`` are files that were written but could not be removed again.
    """

    def __init__(self, *problems: str, left: Sequence[Path] = ()) -> None:
        self.problems = problems
        self.left = tuple(left)
        super().__init__(" ".join(problems))


@dataclass(frozen=True, slots=True)
class Migration:
    """One migration of this release: its head, and its whole text with the head."""

    head: Head
    text: str


@dataclass(frozen=True, slots=True)
class Copy:
    """A file in the project that is a migration of this product, of any release."""

    name: str
    head: Head
    intact: bool


@dataclass(frozen=True, slots=True)
class Choices:
    """The user's choices for an installation.

    Attributes:
        since: up to which release the database has the migrations without copies of them here, if it does.
        without_platform: whether to omit the migration that creates the platform's tables.
    """

    since: Release | None = None
    without_platform: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What an installation writes.

    Attributes:
        folder: the project's supabase/migrations.
        files: the new files' names, each with its migration, in their order.
        present: how many of this release's migrations exist already.
        left_out: whether the migration of the platform's tables is omitted, as requested.
    """

    folder: Path
    files: tuple[tuple[str, Migration], ...]
    present: int
    left_out: bool


# --- what is there ------------------------------------------------------------------------------------------


def own_migrations() -> list[Migration]:
    """Return this release's migrations, in their order.

    Raises:
        Refused: they are missing, or do not match their heads.
    """
    try:
        folder = shipped("migrations")
    except FileNotFoundError as fault:
        raise Refused(str(fault)) from fault
    found = []
    for path in sorted(folder.glob("*.sql")):
        text = path.read_text(encoding="utf-8")
        head = Head.find(text)
        if head is None or not head.is_of(text):
            raise Refused(f"{path} is not what its first line says: this copy of the worker is damaged.")
        found.append(Migration(head, text))
    return found


def _host_files(folder: Path) -> dict[str, str]:
    """Return the project's migrations by name, in the order in which the CLI applies them."""
    try:
        names = sorted(
            path.name
            for path in folder.iterdir()
            if MIGRATION_NAME.fullmatch(path.name) and not path.is_dir()
        )
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise Refused(f"{folder} cannot be read: {error.strerror}.") from None
    files, problems = {}, []
    for name in names:
        try:
            # A file that is not UTF-8 is not ours, or was edited; both are detected later.
            files[name] = (folder / name).read_bytes().decode(errors="replace")
        except OSError as error:
            problems.append(f"{folder / name} cannot be read: {error.strerror}.")
    if problems:
        raise Refused(*problems)
    return files


def _copies(files: dict[str, str]) -> list[Copy]:
    return [
        Copy(name, head, head.is_of(text))
        for name, text in files.items()
        if (head := Head.find(text)) is not None
    ]


# --- what is to be done -------------------------------------------------------------------------------------


def make_plan(
    project: Path, ours: Sequence[Migration], release: Release, choices: Choices, now: datetime
) -> Plan:
    """Compute what an installation writes, without writing it.

    Args:
        project: the folder that contains ``supabase/config.toml``.
        ours: this release's migrations, in their order.
        release: this one.
        choices: what was chosen.
        now: the time, in UTC.

    Raises:
        Refused: with every reason against it.
    """
    since, without_platform = choices.since, choices.without_platform
    _require_project(project)
    folder = project / "supabase" / "migrations"
    files = _host_files(folder)
    copies = _copies(files)
    problems = [
        *_problems_of_release(ours, release, since),
        *_problems_of_copies(copies, {migration.head for migration in ours}, release),
    ]
    if problems:
        raise Refused(*problems)

    present = [copy.head for copy in copies]
    set_here = _without_platform(ours, present) if without_platform or _was_left_out(ours, present) else ours
    wanted = [migration for migration in set_here if since is None or migration.head.release > since]
    problems = list(_problems_of_order([m.head for m in wanted], copies))
    if problems:
        raise Refused(*problems)

    missing = [migration for migration in wanted if migration.head not in present]
    stamps = _stamps(files, now)
    return Plan(
        folder,
        tuple(
            (f"{next(stamps)}_custom_assessments_{migration.head.subject}.sql", migration)
            for migration in missing
        ),
        len(present),
        without_platform and len(set_here) < len(ours),
    )


def _without_platform(ours: Sequence[Migration], present: Sequence[Head]) -> list[Migration]:
    return [m for m in ours if m.head.subject != PLATFORM or m.head in present]


def _was_left_out(ours: Sequence[Migration], present: Sequence[Head]) -> bool:
    """Whether an earlier run omitted the platform's tables: later migrations exist already."""
    heads = [migration.head for migration in ours]
    at = next((n for n, head in enumerate(heads) if head.subject == PLATFORM), len(heads))
    return any(head in present for head in heads[at + 1 :])


def _require_project(project: Path) -> None:
    if (project / "supabase" / "config.toml").is_file():
        return
    problem = f"{project} is not a Supabase project: it has no supabase/config.toml."
    if project.resolve().name == "supabase" and (project / "config.toml").is_file():
        raise Refused(f"{problem} Use its parent folder.")
    raise Refused(f"{problem} Use the project's folder, or run `supabase init` in this one.")


def _problems_of_release(ours: Sequence[Migration], release: Release, since: Release | None) -> Iterator[str]:
    if since is None:
        return
    oldest = min(migration.head.release for migration in ours)
    if since > release:
        yield f"--from {since} is later than this release, {release}. Use a later release to install."
    elif since < oldest:
        yield (
            f"--from {since} had other migrations, before 1.0: those of this release begin with {oldest}. "
            f"{ROLL_BACK}"
        )


def _problems_of_copies(copies: Sequence[Copy], ours: set[Head], release: Release) -> Iterator[str]:
    edited = [copy for copy in copies if not copy.intact]
    foreign = [copy for copy in copies if copy.intact and copy.head not in ours]
    later = [copy for copy in foreign if copy.head.release > release]
    earlier = [copy for copy in foreign if copy.head.release < FIRST_STABLE and copy not in later]
    unknown = [copy for copy in foreign if copy not in later and copy not in earlier]
    for copy in edited:
        yield (
            f"{copy.name} is an edited copy of the migration {copy.head.subject} of {copy.head.release}. "
            "Restore the original, and put your change into a migration of your own."
        )
    if later:
        newest = max(copy.head.release for copy in later)
        yield (
            f"{_listed(later)} came with {newest}, which is later than this release, {release}. "
            f"Use {newest} or later to install."
        )
    if earlier:
        yield f"{_listed(earlier)} are from a release before 1.0 with other migrations. {ROLL_BACK}"
    if unknown:
        yield f"{_listed(unknown)} came with a release that cannot be upgraded to this one, {release}."
    twice = [copy for copy in copies if copy.intact and [c.head for c in copies].count(copy.head) > 1]
    if twice:
        yield f"{_listed(twice)} are copies of the same migration. Delete those that were never applied."


def _problems_of_order(wanted: Sequence[Head], copies: Sequence[Copy]) -> Iterator[str]:
    """Existing copies must be the first migrations, in their order; the installation adds the rest."""
    ours = [copy for copy in copies if copy.head in wanted]
    for copy, due in zip(ours, wanted, strict=False):
        if copy.head == due:
            continue
        if due in [other.head for other in ours]:
            yield (
                f"{copy.name} comes before the migration {due.subject}, which it needs. Rename the copies "
                "to the names with which they were installed."
            )
        else:
            yield (
                f"The migration {due.subject} of {due.release} is missing, but {copy.name}, which needs it, "
                "exists. Restore the missing file. If your own migrations contain its changes, name "
                "the release up to which they do with --from."
            )
        return


def _listed(copies: Sequence[Copy]) -> str:
    return ", ".join(copy.name for copy in copies)


def _stamps(names: Iterable[str], now: datetime) -> Iterator[str]:
    """Yield increasing timestamps of 14 digits, after those of the files and the current time."""
    stamp = now.strftime(STAMP_FORMAT)
    for name in names:
        stamp = max(stamp, _beyond(name))
    while True:
        yield stamp
        stamp = _following(stamp)


def _beyond(name: str) -> str:
    """Return the lowest timestamp after a file's. The CLI orders files by name and timestamps as text.

    A file's timestamp may have another number of digits: ``30_more.sql`` is after ``20260107000000_x.sql``.
    """
    digits = name.partition("_")[0]
    if len(digits) == STAMP_DIGITS:
        return _following(digits, name)
    kept = digits[:STAMP_DIGITS]
    return _plus_one(kept, name).ljust(STAMP_DIGITS, "0")


def _following(stamp: str, name: str = "") -> str:
    """Return the timestamp a second later, or the next number if it is not a time."""
    with suppress(ValueError, OverflowError):
        return (datetime.strptime(stamp, STAMP_FORMAT) + timedelta(seconds=1)).strftime(STAMP_FORMAT)  # noqa: DTZ007 - UTC, as stamps are
    return _plus_one(stamp, name)


def _plus_one(digits: str, name: str) -> str:
    number = str(int(digits) + 1).zfill(len(digits))
    if len(number) > len(digits):
        raise Refused(f"No stamp of {STAMP_DIGITS} digits comes after that of {name or digits}. Rename it.")
    return number


# --- doing it -----------------------------------------------------------------------------------------------


def write(plan: Plan) -> None:
    """Write the plan: each file under a name that the CLI ignores, then rename all of them.

    If the process is killed between two renames, the first copies remain, complete; the next run finds
    them by their heads and writes the others.

    Raises:
        Refused: a file cannot be written. Files already written are deleted.
    """
    targets = [plan.folder / name for name, _ in plan.files]
    temporary = [plan.folder / f".{name}.{os.getpid()}.part" for name, _ in plan.files]
    made_folder = not plan.folder.exists()
    written: list[Path] = []
    at = plan.folder
    try:
        plan.folder.mkdir(exist_ok=True)
        for (_, migration), at in zip(plan.files, temporary, strict=True):
            written.append(at)
            with at.open("w", encoding="utf-8", newline="\n") as file:
                file.write(migration.text)
                file.flush()
                os.fsync(file.fileno())
        for part, at in zip(temporary, targets, strict=True):
            part.rename(at)
            written.append(at)
    except BaseException as error:
        left = _remove(written)
        if made_folder:
            with suppress(OSError):
                plan.folder.rmdir()
        if not isinstance(error, OSError):
            raise
        raise Refused(f"{at} cannot be written: {error.strerror or error}.", left=left) from None


def _remove(paths: Sequence[Path]) -> list[Path]:
    """Delete files, the last first, so that the first ones remain if interrupted; return the rest."""
    left: list[Path] = []
    for path in reversed(paths):
        try:
            path.unlink(missing_ok=True)
        except OSError:
            left.insert(0, path)
    return left


# --- the command --------------------------------------------------------------------------------------------


def add_command(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command; it sets ``run``, a function from the arguments to the exit code."""
    help_text = "copy the migrations into a Supabase project, or add those of an upgrade"
    install = subparsers.add_parser(
        "install",
        help=help_text,
        description=f"{help_text.capitalize()}. Existing files are not changed. Either all files are written "
        "or none.",
    )
    install.add_argument(
        "project", type=Path, metavar="PATH", help="the project's folder, which contains supabase/config.toml"
    )
    install.add_argument(
        "--from",
        dest="since",
        type=_release,
        metavar="VERSION",
        help="write only later migrations: the database has those up to this release, but the folder has no "
        "copies of them",
    )
    install.add_argument("--dry-run", action="store_true", help="list the files, write nothing")
    install.add_argument(
        "--without-platform",
        action="store_true",
        help="omit the migration that creates the platform's five tables if they are missing",
    )
    install.set_defaults(run=_install)


def _release(text: str) -> Release:
    try:
        return Release.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _install(arguments: argparse.Namespace) -> int:
    dry_run: bool = arguments.dry_run
    try:
        plan = make_plan(
            arguments.project,
            own_migrations(),
            Release.parse(VERSION),
            Choices(arguments.since, arguments.without_platform),
            datetime.now(UTC),
        )
        if not dry_run:
            write(plan)
    except Refused as refused:
        for problem in refused.problems:
            print(f"error: {problem}", file=sys.stderr)
        print(_what_is_left(refused), file=sys.stderr)
        return EXIT_REFUSED
    print(_report(plan, dry_run=dry_run))
    return 0


def _what_is_left(refused: Refused) -> str:
    if not refused.left:
        return "Nothing was written."
    names = ", ".join(path.name for path in refused.left)
    return f"These files could not be removed again: {names}. Delete them, or run this again to continue."


def _report(plan: Plan, *, dry_run: bool) -> str:
    """Report what was written, or would be, and what to run next."""
    if not plan.files:
        return (
            f"{plan.folder} already has the migrations of custom assessments {VERSION}. Nothing was written."
        )
    done = "would be written" if dry_run else "written"
    lines = [f"{_amount(len(plan.files))} of custom assessments {VERSION} {done} to {plan.folder}:"]
    lines += [f"  {name}" for name, _ in plan.files]
    if plan.present:
        lines.append(f"Already there: {_amount(plan.present)}.")
    if plan.left_out:
        lines.append(f"Omitted: {PLATFORM}, which creates the platform's tables if they are missing.")
    return "\n".join([*lines, "Nothing was written." if dry_run else NEXT])


def _amount(count: int) -> str:
    return "1 migration" if count == 1 else f"{count} migrations"
