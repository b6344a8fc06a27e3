"""What ``install`` writes into a project, what it refuses, and that either all files are written or none."""

from __future__ import annotations

import re
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from stack.database import migrations
from stack.packages import ROOT
from tests.py.install.projects import contents, copies, install, make_project
from worker.install import PLATFORM, Choices, Migration, Plan, Refused, make_plan, own_migrations, write
from worker.release import Head, Release
from worker.version import VERSION

NOW = datetime(2026, 11, 30, 12, 59, 58, tzinfo=UTC)
TEXTS = [path.read_text("utf-8") for path in migrations()]
OURS = [migration.head.subject for migration in own_migrations()]
HOST = {"20250101000000_tables": "create table public.a ();\n", "20260401120000_more": "select 1;\n"}


def release_of(version: str, *subjects: str, body: str = "select 1;") -> list[Migration]:
    """Fake migrations of a release."""
    release = Release.parse(version)
    made = []
    for subject in subjects:
        text = f"-- {subject}\n{body}\n"
        head = Head.of(release, subject, text)
        made.append(Migration(head, f"{head}\n{text}"))
    return made


FIRST = release_of("1.0.0", PLATFORM, "tables", "access")
SECOND = [*FIRST, *release_of("1.1.0", "notes", "access_to_notes")]


def planned(
    project: Path,
    ours: list[Migration],
    version: str,
    *,
    since: str | None = None,
    without_platform: bool = False,
    now: datetime = NOW,
) -> Plan:
    return make_plan(
        project,
        ours,
        Release.parse(version),
        Choices(None if since is None else Release.parse(since), without_platform),
        now,
    )


def subjects(plan: Plan) -> list[str]:
    return [migration.head.subject for _, migration in plan.files]


def names(plan: Plan) -> list[str]:
    return [name for name, _ in plan.files]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A host with two migrations of its own."""
    return make_project(tmp_path / "host", HOST)


# --- what is written ----------------------------------------------------------------------------------------


def test_every_migration_is_copied_under_a_stamp_after_the_hosts_and_after_now(project: Path) -> None:
    before = contents(project)
    began = datetime.now(UTC)

    done = install(project)

    assert done.returncode == 0, done.stderr
    written = copies(project)
    assert [path.read_text("utf-8") for path in written] == TEXTS
    stamps = [path.name.partition("_")[0] for path in written]
    assert all(re.fullmatch(r"\d{14}", stamp) for stamp in stamps)
    assert stamps == sorted(set(stamps))
    assert stamps[0] >= began.strftime("%Y%m%d%H%M%S")
    after = contents(project)
    assert {name: after[name] for name in before} == before
    assert len(after) == len(before) + len(TEXTS)
    for path in written:
        assert path.name in done.stdout
    assert f"{len(TEXTS)} migrations of custom assessments {VERSION} written" in done.stdout
    assert "supabase db push" in done.stdout


def test_a_second_run_writes_nothing_and_says_so(project: Path) -> None:
    install(project)
    before = contents(project)

    done = install(project)

    assert (done.returncode, contents(project)) == (0, before)
    assert f"already has the migrations of custom assessments {VERSION}. Nothing was written." in done.stdout


def test_a_dry_run_names_the_files_and_writes_nothing(project: Path) -> None:
    before = contents(project)

    done = install(project, "--dry-run")

    assert (done.returncode, contents(project)) == (0, before)
    assert len(re.findall(r"^  \d{14}_custom_assessments_\w+\.sql$", done.stdout, re.MULTILINE)) == len(TEXTS)
    assert "Nothing was written." in done.stdout
    assert "supabase db push" not in done.stdout


def test_a_project_without_a_folder_of_migrations_gets_one(project: Path) -> None:
    for path in (project / "supabase" / "migrations").iterdir():
        path.unlink()
    (project / "supabase" / "migrations").rmdir()

    assert install(project).returncode == 0

    assert len(copies(project)) == len(TEXTS)


def test_what_adapts_the_hosts_tables_goes_along_without_the_platform(project: Path) -> None:
    done = install(project, "--without-platform")

    assert done.returncode == 0, done.stderr
    written = [path.read_text("utf-8") for path in copies(project)]
    assert len(written) == len(TEXTS) - 1
    assert written == [text for text in TEXTS if f" {PLATFORM} sha256:" not in text]
    assert f"Omitted: {PLATFORM}" in done.stdout
    before = contents(project)
    assert "Nothing was written." in install(project).stdout
    assert contents(project) == before


def test_a_copy_is_known_by_its_head_and_not_by_its_name(project: Path) -> None:
    install(project)
    for path in copies(project):
        path.rename(path.with_name(f"{path.name.partition('_')[0]}_ours.sql"))
    before = contents(project)

    assert "Nothing was written." in install(project).stdout

    assert contents(project) == before


def test_copies_that_git_gave_windows_line_endings_are_known(project: Path) -> None:
    install(project)
    for path in copies(project):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))

    assert "Nothing was written." in install(project).stdout


@pytest.mark.parametrize(
    ("newest", "first"),
    [
        ("20250101000000_x", "20261130125958"),
        ("20261130125958_x", "20261130125959"),
        ("20270228235959_x", "20270301000000"),
        ("20261399999999_x", "20261400000000"),
        ("0007_x", "20261130125958"),
        ("3_x", "40000000000000"),
        ("2026_x", "20270000000000"),
        ("20261130125958123_x", "20261130125959"),
    ],
)
def test_stamps_come_after_the_newest_file_as_the_cli_orders_them(
    tmp_path: Path, newest: str, first: str
) -> None:
    project = make_project(tmp_path / "host", {newest: "select 1;\n"})

    given = names(planned(project, FIRST, "1.0.0"))

    assert given[0].startswith(f"{first}_")
    assert all(len(name.partition("_")[0]) == 14 for name in given)
    # Both orders of the CLI: that of the file names, and that of the timestamps in its history.
    ordered = [f"{newest}.sql", *given]
    assert sorted(ordered) == ordered
    assert sorted(ordered, key=lambda name: name.partition("_")[0]) == ordered


def test_no_stamp_is_left_after_the_last_one(tmp_path: Path) -> None:
    project = make_project(tmp_path / "host", {"99999999999999_x": "select 1;\n"})
    with pytest.raises(Refused, match=r"comes after that of 99999999999999_x\.sql\. Rename it"):
        planned(project, FIRST, "1.0.0")


def test_what_the_cli_skips_counts_for_nothing(project: Path) -> None:
    folder = project / "supabase" / "migrations"
    (folder / "29990101000000.sql").write_text("select 1;\n")
    (folder / "notes.sql").write_text(FIRST[0].text)
    (folder / "29990101000000_folder.sql").mkdir()
    (folder / "29990101000000_folder.sql" / "20260101000000_a.sql").write_text(FIRST[0].text)

    assert names(planned(project, FIRST, "1.0.0"))[0] == f"20261130125958_custom_assessments_{PLATFORM}.sql"


def test_a_hosts_file_that_is_not_utf_8_is_the_hosts(project: Path) -> None:
    path = project / "supabase" / "migrations" / "20260501000000_latin.sql"
    path.write_bytes("-- Führung\n".encode("latin-1"))

    assert len(planned(project, FIRST, "1.0.0").files) == len(FIRST)


# --- upgrades -----------------------------------------------------------------------------------------------


def test_an_upgrade_writes_only_what_is_new_after_everything_else(project: Path) -> None:
    write(planned(project, FIRST, "1.0.0"))
    (project / "supabase" / "migrations" / "20261201000000_host.sql").write_text("select 2;\n")

    plan = planned(project, SECOND, "1.1.0")

    assert names(plan) == [
        "20261201000001_custom_assessments_notes.sql",
        "20261201000002_custom_assessments_access_to_notes.sql",
    ]
    assert plan.present == len(FIRST)
    write(plan)
    assert planned(project, SECOND, "1.1.0").files == ()


def test_an_upgrade_of_a_host_without_the_platform_file_stays_without_it(project: Path) -> None:
    write(planned(project, FIRST, "1.0.0", without_platform=True))

    assert subjects(planned(project, SECOND, "1.1.0")) == ["notes", "access_to_notes"]


@pytest.mark.parametrize(("killed_after", "goes_on_with"), [(1, [PLATFORM, "tables"]), (2, ["tables"])])
def test_the_platform_file_is_still_written_when_nothing_that_needs_it_is_there(
    project: Path, killed_after: int, goes_on_with: list[str]
) -> None:
    ours = release_of("1.0.0", "check", PLATFORM, "tables")
    whole = planned(project, ours, "1.0.0")
    write(Plan(whole.folder, whole.files[:killed_after], 0, left_out=False))

    assert subjects(planned(project, ours, "1.0.0")) == goes_on_with
    assert PLATFORM not in subjects(planned(project, ours, "1.0.0", without_platform=True))


def test_from_a_release_only_what_came_later_is_written(project: Path) -> None:
    plan = planned(project, SECOND, "1.1.0", since="1.0.0")
    assert subjects(plan) == ["notes", "access_to_notes"]
    write(plan)
    assert planned(project, SECOND, "1.1.0", since="1.0.0").files == ()

    third = [*SECOND, *release_of("1.2.0", "more")]
    assert subjects(planned(project, third, "1.2.0", since="1.0.0")) == ["more"]
    assert subjects(planned(project, third, "1.2.0", since="1.1.0")) == ["more"]
    with pytest.raises(Refused, match=r"The migration tables of 1\.0\.0 is missing.*--from"):
        planned(project, third, "1.2.0")


def test_from_this_release_there_is_nothing_to_write(project: Path) -> None:
    done = install(project, "--from", VERSION)

    assert done.returncode == 0
    assert "Nothing was written." in done.stdout
    assert copies(project) == []


# --- refusals -----------------------------------------------------------------------------------------------


def no_config(project: Path) -> None:
    (project / "supabase" / "config.toml").unlink()


def edited(project: Path) -> None:
    install(project)
    with copies(project)[3].open("a", encoding="utf-8") as file:
        file.write("-- and one thing more\n")


def another_set(project: Path) -> None:
    write(planned(project, release_of("0.1.0", "tables", "access"), "0.1.0"))


def later(project: Path) -> None:
    write(planned(project, release_of("7.0.0", "tables"), "7.0.0"))


def from_nowhere(project: Path) -> None:
    write(planned(project, release_of("1.0.0", "tables"), "1.0.0"))


def one_missing(project: Path) -> None:
    install(project, "--without-platform")
    copies(project)[2].unlink()


def one_twice(project: Path) -> None:
    install(project)
    first = copies(project)[0]
    (project / "supabase" / "migrations" / "20200101000000_again.sql").write_bytes(first.read_bytes())


def out_of_order(project: Path) -> None:
    install(project)
    first, second, *_ = copies(project)
    aside = first.with_suffix(".aside")
    first.rename(aside)
    second.rename(first)
    aside.rename(second)


def a_file_for_a_folder(project: Path) -> None:
    for path in (project / "supabase" / "migrations").iterdir():
        path.unlink()
    (project / "supabase" / "migrations").rmdir()
    (project / "supabase" / "migrations").write_text("")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (one_missing, r"The migration \w+ of .* is missing, but \w+\.sql, which needs it, exists"),
        (no_config, r"host is not a Supabase project: it has no supabase/config\.toml"),
        (edited, r"\d{14}_custom_assessments_\w+\.sql is an edited copy of the migration \w+ of 0"),
        (
            another_set,
            r"_tables\.sql, .*_access\.sql are from a release before .* Roll back first .* then install",
        ),
        (later, r"_tables\.sql came with 7\.0\.0, which is later than this release"),
        (one_twice, rf"20200101000000_again\.sql, \w+_{OURS[0]}\.sql are copies of the same migration"),
        (out_of_order, rf"\.sql comes before the migration {OURS[0]}, which it needs"),
        (a_file_for_a_folder, r"supabase/migrations cannot be read: Not a directory"),
    ],
)
def test_a_refusal_names_what_is_wrong_and_writes_nothing(
    project: Path, given: Callable[[Path], None], says: str
) -> None:
    given(project)
    before = contents(project)

    done = install(project)

    assert (done.returncode, done.stdout) == (1, "")
    assert re.match(rf"error: .*{says}", done.stderr), done.stderr
    assert done.stderr.endswith("\nNothing was written.\n")
    assert contents(project) == before


def test_everything_that_is_wrong_is_named_at_once(project: Path) -> None:
    edited(project)
    [foreign] = release_of("7.0.0", "tables")
    (project / "supabase" / "migrations" / "20260501000000_tables.sql").write_text(foreign.text)

    done = install(project, "--from", "99.0.0")

    assert done.returncode == 1
    for says in ("later than this release", "is an edited copy", "came with 7.0.0"):
        assert done.stderr.count(f"{says}") >= 1, done.stderr
    assert done.stderr.count("error: ") == 3


def test_a_stable_copy_of_no_known_release_is_refused(project: Path) -> None:
    from_nowhere(project)
    with pytest.raises(
        Refused, match=r"_tables\.sql came with a release that cannot be upgraded to this one, 1\.2\.0"
    ):
        planned(project, release_of("1.0.0", "other"), "1.2.0")


def test_the_folder_supabase_itself_is_pointed_out(project: Path) -> None:
    done = install(project / "supabase")

    assert done.returncode == 1
    assert "Use its parent folder." in done.stderr


@pytest.mark.parametrize(
    ("since", "says"),
    [
        ("0.1.0", r"--from 0\.1\.0 had other migrations, before 1\.0.*Roll back first"),
        ("99.0.0", r"--from 99\.0\.0 is later than this release"),
    ],
)
def test_a_release_that_this_one_does_not_follow_is_refused(project: Path, since: str, says: str) -> None:
    before = contents(project)

    done = install(project, "--from", since)

    assert done.returncode == 1
    assert re.search(says, done.stderr)
    assert contents(project) == before


def test_what_is_no_version_is_a_mistake_of_the_command_line(project: Path) -> None:
    done = install(project, "--from", "latest")

    assert done.returncode == 2
    assert "'latest' is not a version: 0.2.0 is" in done.stderr


# --- all or none --------------------------------------------------------------------------------------------


def test_a_file_that_cannot_be_written_takes_the_others_back(project: Path) -> None:
    before = contents(project)
    # The system refuses the larger files: 12,000 bytes are only enough for the first ones.
    done = subprocess.run(
        [sys.executable, "-m", "worker", "install", str(project)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (12_000, 12_000)),
    )

    assert done.returncode == 1
    assert re.match(
        r"error: \S+_custom_assessments_\w+\.sql\S* cannot be written: File too large", done.stderr
    )
    assert contents(project) == before


def test_a_name_that_is_taken_takes_the_others_back(project: Path) -> None:
    plan = planned(project, SECOND, "1.1.0")
    (plan.folder / names(plan)[3] / "inside").mkdir(parents=True)
    before = contents(project)

    with pytest.raises(Refused, match=rf"{names(plan)[3]} cannot be written: Is a directory"):
        write(plan)

    assert contents(project) == before


def test_a_folder_that_was_made_goes_with_the_files(project: Path) -> None:
    for path in (project / "supabase" / "migrations").iterdir():
        path.unlink()
    (project / "supabase" / "migrations").rmdir()
    broken = Migration(FIRST[1].head, FIRST[1].text + "\ud800")  # which cannot be encoded

    with pytest.raises(UnicodeEncodeError):
        write(planned(project, [FIRST[0], broken], "1.0.0"))

    assert not (project / "supabase" / "migrations").exists()


def test_what_cannot_be_removed_again_is_named(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = planned(project, SECOND, "1.1.0")
    (plan.folder / names(plan)[2] / "inside").mkdir(parents=True)
    unlink = Path.unlink

    def stubborn(path: Path, missing_ok: bool = False) -> None:
        if path.name == names(plan)[1]:
            raise PermissionError
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", stubborn)

    with pytest.raises(Refused) as refused:
        write(plan)

    assert [path.name for path in refused.value.left] == [names(plan)[1]]


KILLED = """
import os, pathlib, signal, sys
from worker.cli import main

rename, renamed = pathlib.Path.rename, []

def dying(path, target):
    if len(renamed) == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    renamed.append(target)
    return rename(path, target)

pathlib.Path.rename = dying
main(["install", sys.argv[1]])
"""


def test_a_run_that_was_killed_half_way_is_finished_by_the_next(project: Path) -> None:
    died = subprocess.run([sys.executable, "-c", KILLED, str(project)], cwd=ROOT, check=False)
    assert died.returncode == -signal.SIGKILL
    assert len(copies(project)) == 5
    # Meanwhile a migration is added.
    soon = (datetime.now(UTC) + timedelta(minutes=1)).strftime("%Y%m%d%H%M%S")
    (project / "supabase" / "migrations" / f"{soon}_host.sql").write_text("select 1;\n")

    done = install(project)

    assert done.returncode == 0, done.stderr
    assert "Already there: 5 migrations." in done.stdout
    assert [path.read_text("utf-8") for path in copies(project)] == TEXTS
    assert copies(project)[5].name > f"{soon}_host.sql"


# --- our own ------------------------------------------------------------------------------------------------


def test_the_checkouts_migrations_are_what_is_installed() -> None:
    assert [migration.text for migration in own_migrations()] == TEXTS
    assert PLATFORM in {migration.head.subject for migration in own_migrations()}


def test_the_page_lists_the_options_that_there_are() -> None:
    page = (ROOT / "docs" / "upgrading.md").read_text("utf-8")
    listed = re.findall(r"^\| `(--[a-z-]+)[^`]*` \|", page, re.MULTILINE)
    shown = subprocess.run(
        [sys.executable, "-m", "worker", "install", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert sorted(listed) == sorted(set(re.findall(r"^  (--[a-z-]+)", shown, re.MULTILINE)))
