"""The picture in the README: the terminal output of ``check`` for the broken example."""

import io
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from stack.packages import ROOT

TARGET: Final = Path("docs") / "pictures" / "check.svg"
COMMAND: Final = ("check", "examples/broken.md")
# The picture shows this many entries and the number of the others; all of them would fill a page.
ENTRIES: Final = 5
_COLUMNS: Final = 108
_BLACK_TO_YELLOW: Final = ((60, 60, 66), (255, 121, 121), (130, 210, 130), (240, 200, 110))
_BLUE_TO_WHITE: Final = ((120, 170, 255), (210, 150, 240), (110, 210, 220), (220, 220, 224))
_THEME: Final = TerminalTheme((30, 30, 36), (220, 220, 224), [*_BLACK_TO_YELLOW, *_BLUE_TO_WHITE])
# rich's own frame would fetch a font from another host, which a page that shows the picture would block.
_FRAME: Final = """\
<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="What check prints about a broken file" \
viewBox="0 0 {width} {height}">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; \
font-size: {char_height}px; line-height: {line_height}px; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def on_a_terminal(*arguments: str) -> str:
    """Return the command's output for a terminal, including colours."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "worker", *arguments],
        cwd=ROOT,
        stdout=theirs,
        stdin=subprocess.DEVNULL,
        env={"PATH": os.environ["PATH"], "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"},
    ):
        os.close(theirs)
        shown = bytearray()
        try:
            while part := os.read(ours, 65536):
                shown += part
        except OSError:
            pass  # Linux's way to report that the other end was closed
        finally:
            os.close(ours)
    return shown.decode().replace("\r\n", "\n")


def shortened(shown: str) -> Text:
    """Return the first entries, a line with the number of the others, and the last line."""
    lines = Text.from_ansi(shown).split("\n")
    begins = [number for number, line in enumerate(lines) if line.plain.startswith(COMMAND[1])]
    left_out = Text(f"... {len(begins) - ENTRIES} more ...", style="dim")
    return Text("\n").join([*lines[: begins[ENTRIES]], left_out, lines[-1]])


def generate() -> str:
    """Return the picture."""
    console = Console(
        record=True, width=_COLUMNS, file=io.StringIO(), force_terminal=True, color_system="truecolor"
    )
    console.print(Text(f"$ python -m worker {' '.join(COMMAND)}", style="bold"))
    console.print(shortened(on_a_terminal(*COMMAND)))
    return console.export_svg(title="", theme=_THEME, code_format=_FRAME, unique_id="check")
