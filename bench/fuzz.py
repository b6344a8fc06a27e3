"""Coverage-guided fuzzing of the compiler: ``python -m bench.fuzz [SECONDS]``, ten minutes by default.

Needs atheris, which is built for few platforms and therefore no development package: ``make fuzz`` installs
it. Every input is compiled, reported in every form, fixed, formatted and compiled again, as the tests do with
theirs. An input that breaks a promise is written to the current folder as ``crash-...`` (or ``timeout-...``,
``oom-...``); put it, made small, into tests/py/compiler/corpus, where the tests will find it.
"""

import importlib
import sys
import tempfile
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[1]
SEEDS = (ROOT / "tests/py/compiler/corpus", ROOT / "examples")
SECONDS = 600


def main(arguments: list[str]) -> int:
    """Fuzz for some seconds; the exit code is 0 if nothing was found."""
    try:
        atheris: ModuleType = importlib.import_module("atheris")
    except ImportError:
        sys.stderr.write("fuzzing needs atheris, which `make fuzz` installs\n")
        return 2
    seconds = int(arguments[0]) if arguments else SECONDS
    with atheris.instrument_imports(include=["worker"]):
        from tests.py.compiler.test_robustness import everything  # noqa: PLC0415 - instrumented as it is imported
    with tempfile.TemporaryDirectory() as found:
        options = [
            f"-max_total_time={seconds}",
            "-timeout=5",
            "-rss_limit_mb=2048",
            "-max_len=8000",
            "-verbosity=0",
        ]
        atheris.Setup([sys.argv[0], *options, "-print_final_stats=1", found, *map(str, SEEDS)], everything)
        atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
