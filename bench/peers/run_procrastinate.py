"""procrastinate through psycopg: jobs that do nothing.

    python run_procrastinate.py DSN JOBS CONCURRENCY

Prints one JSON object: the jobs done and the seconds from the first claim to the last finish. Deferring is
not timed.
"""

# This file runs in an environment of its own, whose packages the type checker does not see.
# mypy: disable-error-code="import-not-found,untyped-decorator,no-any-unimported"

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time

import procrastinate


async def run(dsn: str, jobs: int, concurrency: int) -> dict[str, float]:
    """Defer `jobs` jobs, then work until there are none."""
    logging.disable(logging.INFO)
    app = procrastinate.App(
        connector=procrastinate.PsycopgConnector(conninfo=dsn, max_size=concurrency + 4, min_size=concurrency)
    )
    done = 0

    @app.task(name="nothing")
    async def nothing() -> None:
        nonlocal done
        done += 1

    async with app.open_async():
        for first in range(0, jobs, 1000):
            await nothing.batch_defer_async(*[{} for _ in range(min(1000, jobs - first))])
        await app.connector.execute_query_async("analyze procrastinate_jobs")
        start = time.perf_counter()
        await app.run_worker_async(
            wait=False, concurrency=concurrency, install_signal_handlers=False, listen_notify=False
        )
        seconds = time.perf_counter() - start
    return {"jobs": done, "seconds": seconds}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(run(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))))
