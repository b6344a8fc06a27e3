"""The real Supabase CLI, without Docker."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from stack.packages import find_supabase_cli
from tests.py.harness.databases import Database


class SupabaseCli:
    """The CLI, in one project and for one database."""

    def __init__(self, database: Database, project: Path, *, home: Path) -> None:
        self._target = f"--remote={database.url()}?sslmode=disable"
        self._project = project
        self._home = home

    def __call__(self, *arguments: str) -> str:
        """Run a command that must succeed; return its output."""
        answer = self.run(*arguments)
        assert answer.returncode == 0, answer.stdout + answer.stderr
        return answer.stdout + answer.stderr

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command."""
        return subprocess.run(
            [find_supabase_cli(), *arguments, self._target, "--workdir", self._project, "--yes"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            env=os.environ | {"DO_NOT_TRACK": "1", "HOME": str(self._home), "NO_COLOR": "1"},
        )
