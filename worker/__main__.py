"""Runs the command line: ``python -m worker``."""

import sys

EXIT_INTERRUPTED = 130

if __name__ == "__main__":
    try:
        from worker.cli import main

        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
    except BrokenPipeError:
        # The reader of a pipe went away, such as `| head`; that is its right.
        sys.stderr.close()
        sys.exit(1)
