"""Runs the command line: ``python -m worker``."""

import sys

EXIT_INTERRUPTED = 130

if __name__ == "__main__":
    try:
        from worker.cli import main

        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
