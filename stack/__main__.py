"""`python -m stack up | down | reset | status | env | logs PART`."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stack.local import Stack


def main() -> int:
    """Run the command; 0 if it succeeded."""
    arguments = parse()
    try:
        from stack import local  # noqa: PLC0415  a missing package is reported without a traceback
        from stack.errors import StackError  # noqa: PLC0415  as above
    except ModuleNotFoundError as error:
        print(f"error: the Python package {error.name} is missing\n  Run `make setup`.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    try:
        return run(local.Stack(say), arguments)
    except StackError as error:
        print(error, file=sys.stderr)
    except OSError as error:
        print(f"error: {error.strerror or error}: {error.filename or 'the system refused'}", file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    return 1


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m stack",
        description="The local Supabase without Docker: Postgres, PostgREST, and a gateway with Auth.",
        epilog="`env` uses the names of `supabase status -o env`. The worker's are SUPABASE_URL (API_URL), "
        "SUPABASE_SERVICE_ROLE_KEY (SERVICE_ROLE_KEY) and DATABASE_URL (DB_URL). STACK_API_PORT and "
        "STACK_DB_PORT ask for ports, STACK_HOME for another folder than .stack.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("up", help="start what is not running, and print all addresses")
    commands.add_parser("down", help="stop everything")
    commands.add_parser("reset", help="recreate the database, with migrations and seed")
    commands.add_parser("status", help="show what is running, where, and what failed")
    commands.add_parser("env", help='the URLs and keys, for a shell: eval "$(python -m stack env)"')
    logs = commands.add_parser("logs", help="the end of a part's log")
    logs.add_argument("part", choices=["postgres", "postgrest", "gateway"])
    return parser.parse_args()


def run(stack: Stack, arguments: argparse.Namespace) -> int:
    """Run the command and return the exit code."""
    match arguments.command:
        case "up":
            stack.up()
            return print_status(stack)
        case "down":
            say("The stack is stopped." if stack.down() else "Nothing was running.")
        case "reset":
            stack.reset()
            say("The database is ready: migrations and seed are applied.")
        case "status":
            return print_status(stack)
        case "env":
            for name, value in stack.env().items():
                print(f'{name}="{value}"')
        case _:
            print(stack.read_log(arguments.part))
    return 0


def print_status(stack: Stack) -> int:
    """Print the state and address of each part; 0 if all are up."""
    parts = stack.status()
    for part in parts:
        state = "up" if part.up else "has died; the end of its log:" if part.wanted else "down"
        say(f"  {part.name:17} {state}")
        if part.wanted and not part.up:
            say("\n".join(f"      {line}" for line in part.log_end.splitlines()) or "      (empty)")
    if all(part.up for part in parts):
        width = max(len(name) for name in stack.env())
        print("\n".join(f"  {name:{width}}  {value}" for name, value in stack.env().items()))
        return 0
    print("Start what is missing: `make up`.", file=sys.stderr)
    return 1


def say(line: str) -> None:
    """Print a line immediately."""
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
