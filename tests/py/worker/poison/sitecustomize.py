"""Makes the compiler do what a source beginning with POISON says, for any program with this on its path.

No upload crashes the real compiler, so the crash is simulated; the affected processes are real.
"""

import ctypes
import os
import time
from pathlib import Path

import worker.compiler
from worker.compiler import Compilation, Diagnostic

_compile = worker.compiler.compile_markdown


def _poisoned(source: bytes) -> Compilation:
    if not source.startswith(b"POISON "):
        return _compile(source)
    return _say(_act(source.split()[1].decode()))


def _act(what: str) -> str:  # noqa: PLR0912 - one branch for each case
    match what:
        case "segfault":
            ctypes.string_at(0)
        case "exit":
            os._exit(3)
        case "hang":
            if "POISON_BEGUN" in os.environ:
                Path(os.environ["POISON_BEGUN"]).touch()
            while True:
                time.sleep(0.01)
        case "spin":
            end = time.monotonic() + 3600
            while time.monotonic() < end:
                pass
        case "nap":
            time.sleep(0.2)
        case "doze":
            time.sleep(3)
        case "memory":
            blocks: list[bytearray] = []
            while True:
                blocks.append(bytearray(1 << 24))
        case "exception":
            raise RuntimeError("a text that quotes the tenant")
        case "environment":
            return " ".join(sorted(os.environ))
        case "pid":
            return str(os.getpid())
        case _:
            pass
    return "poison"


def _say(message: str) -> Compilation:
    said = Diagnostic("error", "poison", 1, 1, 1, 2, "", message, "")
    return Compilation(None, (said,), (1, 1))


worker.compiler.compile_markdown = _poisoned
