"""Changes the wall clock of any program with this on its path: a day back or forth every half second."""

import time

_true = time.time
_ns = time.time_ns


def _step() -> int:
    return 86_400 * (int(time.monotonic() * 2) % 3 - 1)


time.time = lambda: _true() + _step()
time.time_ns = lambda: _ns() + _step() * 1_000_000_000
