"""`python -m stack.scratch`: a private database server that lasts as long as this command.

    python -m stack.scratch                 prints its URLs and waits for Ctrl-C
    python -m stack.scratch COMMAND ...     runs a command with DB_URL and SUPERUSER_DB_URL set, then ends

The database is migrated; `--empty` leaves the migrations out, `--seed` adds the seed.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from types import FrameType

import psycopg

from stack import database, postgres
from stack.errors import StackError
from stack.packages import find_postgres

_ENDING = (signal.SIGTERM, signal.SIGHUP)


def end_in_order(number: int, _frame: FrameType | None) -> None:
    """Unwind when a signal ends this command, so that the server and its folder are removed."""
    for each in _ENDING:
        signal.signal(each, signal.SIG_IGN)
    sys.exit(128 + number)


def run(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run the command; it ends before its database does."""
    with subprocess.Popen(command, env=environment) as process:
        try:
            return process.wait()
        except BaseException:
            process.terminate()
            raise


def main() -> int:
    """Run the command; return its exit code, or 1 for an error of our own."""
    parser = argparse.ArgumentParser(
        prog="python -m stack.scratch", description="A private, throwaway database."
    )
    parser.add_argument("--empty", action="store_true", help="run no migration")
    parser.add_argument("--seed", action="store_true", help="run supabase/seed.sql too")
    parser.add_argument("--default-privileges", choices=["new", "old"], default="new")
    parser.add_argument("command", nargs=argparse.REMAINDER, help="what to run; without it, wait")
    arguments = parser.parse_args()
    for each in _ENDING:
        signal.signal(each, end_in_order)
    try:
        with postgres.throwaway(find_postgres()) as cluster:
            with psycopg.connect(cluster.dsn(postgres.SUPERUSER, "postgres")) as admin:
                database.bootstrap(
                    admin, password=cluster.password, default_privileges=arguments.default_privileges
                )
            with psycopg.connect(cluster.dsn("postgres", "postgres")) as owner:
                if not arguments.empty:
                    database.migrate(owner)
                if arguments.seed:
                    database.run_file(owner, database.SEED)
            urls = {
                "DB_URL": cluster.url("postgres", "postgres"),
                "SUPERUSER_DB_URL": cluster.url(postgres.SUPERUSER, "postgres"),
            }
            if arguments.command:
                return run(arguments.command, os.environ | urls)
            for name, url in urls.items():
                print(f"{name}={url}", flush=True)
            threading.Event().wait()
    except StackError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
