"""Projects to install into, and the command as their developers run it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from stack.packages import ROOT

CONFIG = 'project_id = "host"\n\n[db]\nmajor_version = 17\n'


def make_project(folder: Path, migrations: Mapping[str, str]) -> Path:
    """Create a Supabase project with these migrations, by their names without .sql."""
    (folder / "supabase" / "migrations").mkdir(parents=True)
    (folder / "supabase" / "config.toml").write_text(CONFIG, "utf-8")
    for name, text in migrations.items():
        (folder / "supabase" / "migrations" / f"{name}.sql").write_text(text, "utf-8")
    return folder


def contents(project: Path) -> dict[str, bytes]:
    """Every file of a project, including hidden ones."""
    return {
        str(path.relative_to(project)): path.read_bytes()
        for path in sorted(project.rglob("*"))
        if path.is_file()
    }


def copies(project: Path) -> list[Path]:
    """The copies of our migrations in a project, in the order in which the CLI applies them."""
    return sorted((project / "supabase" / "migrations").glob("*_custom_assessments_*.sql"))


def install(project: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the command as from a checkout."""
    return subprocess.run(
        [sys.executable, "-m", "worker", "install", str(project), *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
