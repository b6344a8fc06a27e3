"""`worker drain` that says where its time went: one JSON object with seconds on the last line.

`total` runs from the first request to the last answer; `compiling` is inside the compiler; `requests` is
waiting for answers of the API, with what the client does before and after.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence

from worker.compiler import Compilation, compile_markdown
from worker.engine import api, compile_job
from worker.engine.jobs import Exchange, Finished
from worker.engine.process import run_worker
from worker.engine.settings import load_settings

_SPENT = {"compiling": 0.0, "requests": 0.0}
_SPAN: list[float] = []
_exchange = api.Api.exchange


def compile_timed(source: bytes) -> Compilation:
    """Compile, and add up the time."""
    start = time.perf_counter()
    try:
        return compile_markdown(source)
    finally:
        _SPENT["compiling"] += time.perf_counter() - start


def exchange_timed(
    self: api.Api,
    finished: Sequence[Finished],
    claim_limit: int,
    *,
    patience: float | None = None,
    doubted: bool = False,
) -> Exchange:
    """Exchange, and add up the time."""
    start = time.perf_counter()
    _SPAN.append(start)
    try:
        return _exchange(self, finished, claim_limit, patience=patience, doubted=doubted)
    finally:
        _SPAN.append(time.perf_counter())
        _SPENT["requests"] += _SPAN[-1] - start


if __name__ == "__main__":
    # The name that the worker calls is replaced, as a test would do it.
    vars(compile_job)["compile_markdown"] = compile_timed
    api.Api.exchange = exchange_timed  # type: ignore[method-assign]  # measuring it from outside
    run_worker(load_settings(), drain=True)
    print(json.dumps({"total": _SPAN[-1] - _SPAN[0], **_SPENT}))
