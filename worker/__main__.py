"""Runs the command line: ``python -m worker``."""

import sys

from worker.cli import main

if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:
        # The reader of a pipe went away, such as `| head`; that is its right.
        sys.stderr.close()
        sys.exit(1)
