"""PGQueuer through asyncpg and uvloop: jobs that do nothing.

    python run_pgqueuer.py DSN JOBS BATCH

Prints one JSON object: the jobs done and the seconds from the first claim to the last finish. The tables
are made durable, as ours are; enqueueing is not timed.
"""

# This file runs in an environment of its own, whose packages the type checker does not see.
# mypy: disable-error-code="import-not-found,untyped-decorator,no-any-unimported"

from __future__ import annotations

import asyncio
import json
import sys
import time

import asyncpg
import uvloop
from pgqueuer import PgQueuer
from pgqueuer.db import AsyncpgDriver
from pgqueuer.models import Job
from pgqueuer.types import QueueExecutionMode


async def run(dsn: str, jobs: int, batch: int) -> dict[str, float]:
    """Enqueue `jobs` jobs, then drain them."""
    connection = await asyncpg.connect(dsn)
    driver = AsyncpgDriver(connection)
    queue = PgQueuer(driver)
    done = 0

    @queue.entrypoint("nothing")
    async def nothing(_job: Job) -> None:
        nonlocal done
        done += 1

    for first in range(0, jobs, 1000):
        count = min(1000, jobs - first)
        await queue.qm.queries.enqueue(["nothing"] * count, [None] * count, [0] * count)
    await connection.execute("vacuum analyze")
    start = time.perf_counter()
    await queue.qm.run(batch_size=batch, mode=QueueExecutionMode.drain)
    seconds = time.perf_counter() - start
    await connection.close()
    return {"jobs": done, "seconds": seconds}


if __name__ == "__main__":
    uvloop.install()
    print(json.dumps(asyncio.run(run(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))))
