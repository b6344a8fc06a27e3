"""``python -m tools.lint_sql PATH...``: sqlfluff, for files that have not passed yet.

sqlfluff takes half a second for a large file. So ``.sqlfluff_cache`` records the files that passed, by a hash
of the file, of sqlfluff's settings and of its version; if any of them changes, the file is checked again.
"""

import hashlib
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

from stack.packages import ROOT

_SETTINGS = ROOT / "pyproject.toml"
_PASSED = ROOT / ".sqlfluff_cache"
_FEW = 4


def main(paths: list[str]) -> int:
    """Lint new files under the paths; the exit code is sqlfluff's."""
    settings = tomllib.loads(_SETTINGS.read_text(encoding="utf-8"))["tool"]["sqlfluff"]
    known = f"{version('sqlfluff')} {settings}".encode()
    files = {
        hashlib.sha256(known + bytes(file) + file.read_bytes()).hexdigest(): file
        for path in paths
        for file in (sorted(Path(path).rglob("*.sql")) if Path(path).is_dir() else [Path(path)])
    }
    passed = set(_PASSED.read_text(encoding="utf-8").split()) if _PASSED.exists() else set()
    new = [str(file) for mark, file in files.items() if mark not in passed]
    if new:
        # In this process if there are few files: each further process takes a second to start.
        processes = "0" if len(new) > _FEW else "1"
        done = subprocess.run(
            [
                *(sys.executable, "-W", "ignore", "-m", "sqlfluff", "lint"),
                *("--config", str(_SETTINGS), "--processes", processes, "--disable-progress-bar", *new),
            ],
            check=False,
        )
        if done.returncode != 0:
            return done.returncode
    _PASSED.write_text("\n".join(files), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
