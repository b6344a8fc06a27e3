"""`python -m bench.backfill [--results N]`: how long it takes to bring over rows from before versions.

The rows are as a former release leaves them, and a tenth of the results was made from an earlier text. An
author edits one assessment after another meanwhile: the edits wait for what a batch has locked.
"""

# Statements are easiest to compare when their columns stay on one line.
# ruff: noqa: E501

from __future__ import annotations

import argparse
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import psycopg

from bench import cluster, data
from bench.cluster import Servers
from bench.data import ASSESSMENTS, Size
from worker.engine.backfill import BATCH

DATABASE = "backfill"
RESULTS_OF_ONE = 75

_RESULTS = """
insert into public.custom_assessment_results
  (assessment_id, session_id, session_type, dimension_scores, overall_score, matched_category, matched_category_data,
   assessment_version, assessment_definition_snapshot, result_disclosure, tenant_id)
select assessment.id, gen_random_uuid(), 'coaching', variety.scores, variety.overall, variety.category ->> 'name',
       variety.category, assessment.version,
       case when place %% 10 = 0
         then jsonb_set(assessment.definition, '{dimensions,0,description}', '"Another text."')
         else assessment.definition end,
       assessment.result_disclosure, assessment.tenant_id
  from public.custom_assessments as assessment
  join bench.varieties as variety on variety.definition = assessment.definition
 cross join generate_series(1, %s) as place
"""


def fill(connection: psycopg.Connection, results: int) -> None:
    """Load that many results, and their assessments, as a former release leaves them."""
    data.load(connection, "ours", Size(max(1, results // (RESULTS_OF_ONE * ASSESSMENTS))))
    connection.execute("set session_replication_role = replica")
    connection.execute("truncate public.custom_assessment_results, private.listings")
    connection.execute(_RESULTS, [RESULTS_OF_ONE])
    connection.execute("reset session_replication_role")
    connection.execute("vacuum analyze")


def edit_until(done: threading.Event, author: psycopg.Connection, took: list[float]) -> None:
    """Edit one assessment after another; add how long each edit takes."""
    ids = author.execute(
        "select array_agg(id) from public.custom_assessments where status <> 'archived'"
    ).fetchone()
    for number in range(10**6):
        began = time.monotonic()
        author.execute(
            "update public.custom_assessments set description = %s where id = (%s::uuid[])[1 + %s %% %s]",
            [f"Edit {number}.", ids[0], number, len(ids[0])] if ids else [],
        )
        took.append(time.monotonic() - began)
        if done.wait(0.05):
            return


def bring_over(servers: Servers, batches: list[float], edits: list[float]) -> float:
    """Call the function until nothing is left, as a worker does; return the seconds of the database's CPU."""
    done = threading.Event()
    with ExitStack() as stack:
        service = stack.enter_context(servers.owner(DATABASE))
        author = threading.Thread(
            target=edit_until, args=(done, stack.enter_context(servers.owner(DATABASE)), edits)
        )
        service.execute("set role service_role")
        author.start()
        try:
            finished = False
            while not finished:
                began = time.monotonic()
                row = service.execute("select public.backfill_versions(%s)", [BATCH]).fetchone()
                batches.append(time.monotonic() - began)
                finished = row is None or row[0]["finished"]
            return cpu_seconds(service.info.backend_pid)
        finally:
            done.set()
            author.join()


def cpu_seconds(process: int) -> float:
    """The CPU time of a process; 0 where the system has no /proc."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text(encoding="ascii")
    except OSError:
        return 0.0
    user, system = stat.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / 100


def main(arguments: list[str] | None = None) -> int:
    """Measure, and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.backfill")
    parser.add_argument("--results", type=int, default=300_000)
    options = parser.parse_args(arguments)
    batches: list[float] = []
    edits: list[float] = []
    with cluster.start() as servers:
        servers.make(DATABASE, "ours")
        with servers.superuser(DATABASE) as admin:
            fill(admin, options.results)
        servers.checkpoint()
        busy = bring_over(servers, batches, edits)
        with servers.superuser(DATABASE) as admin:
            for row in admin.execute(
                "select step, examined, left_over from private.backfills order by place"
            ):
                print(f"{row[0]:12} {row[1]:8} rows, {row[2]} left over")
    print(
        f"{sum(batches):.1f} s ({busy:.1f} s of CPU) in {len(batches)} batches, the longest {max(batches):.2f} s"
    )
    print(f"{len(edits)} edits meanwhile, the longest {max(edits):.2f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
