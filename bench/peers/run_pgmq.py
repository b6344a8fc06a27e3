"""pgmq by plain SQL through psycopg, without a client around it: read a batch, do nothing, delete it.

    python run_pgmq.py DSN JOBS BATCH

Prints one JSON object: the messages done and the seconds from the first read to the last delete. Sending
is not timed.
"""

# This file runs in an environment of its own.

from __future__ import annotations

import json
import sys
import time

import psycopg

READ = "select msg_id from pgmq.read('nothing', 60, %s)"
DELETE = "select count(*) from pgmq.delete('nothing', %s::bigint[])"


def run(dsn: str, jobs: int, batch: int) -> dict[str, float]:
    """Send `jobs` messages, then read and delete them all."""
    done = 0
    with psycopg.connect(dsn, autocommit=True, prepare_threshold=0) as connection:
        connection.execute("select pgmq.create('nothing')")
        connection.execute(
            "select count(*) from pgmq.send_batch('nothing',"
            " (select array_agg(jsonb_build_object('job', n)) from generate_series(1, %s) as n))",
            [jobs],
        )
        connection.execute("vacuum analyze pgmq.q_nothing")
        start = time.perf_counter()
        while True:
            messages = [row[0] for row in connection.execute(READ, [batch])]
            if not messages:
                break
            connection.execute(DELETE, [messages])
            done += len(messages)
        seconds = time.perf_counter() - start
    return {"jobs": done, "seconds": seconds}


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
