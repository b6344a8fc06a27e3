"""``python -m tools.pictures``: the pictures in the README, drawn from what the programs print now.

`make generate` draws them too, and a test compares them, so that none is older than what it shows.
"""

import io
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from examples import demo
from stack.packages import ROOT
from worker.compiler import compile_markdown
from worker.scoring import score

FOLDER: Final = ROOT / "docs" / "pictures"
EXAMPLE: Final = ROOT / "examples" / demo.ACTIVATED
# The picture of check shows this many entries and the number of the others; all of them would fill a page.
ENTRIES: Final = 5
# What the coach changes after the first interviews, for the picture of diff.
EDITS: Final = {
    "version: 1.0": "version: 1.1",
    "score_range: [2.4, 3.5]": "score_range: [2.4, 3.6]",
    "Thank you": "Thank you very much",
}
_COLUMNS: Final = 108
_BLACK_TO_YELLOW: Final = ((60, 60, 66), (255, 121, 121), (130, 210, 130), (240, 200, 110))
_BLUE_TO_WHITE: Final = ((120, 170, 255), (210, 150, 240), (110, 210, 220), (220, 220, 224))
_THEME: Final = TerminalTheme((30, 30, 36), (220, 220, 224), [*_BLACK_TO_YELLOW, *_BLUE_TO_WHITE])
# rich's own frame would fetch a font from another host, which a page that shows the picture would block.
_FRAME: Final = """\
<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="LABEL" \
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


class Picture(NamedTuple):
    """A picture: what it shows, for people who do not see it, and what draws it."""

    label: str
    draw: Callable[[Console], None]


def on_a_terminal(folder: Path, *arguments: str) -> str:
    """Return what a command of the worker prints on a terminal, including colours."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "worker", *arguments],
        cwd=folder,
        stdout=theirs,
        stdin=subprocess.DEVNULL,
        env={
            "PATH": os.environ["PATH"],
            "TERM": "xterm-256color",
            "LC_ALL": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
        },
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


def prompt(console: Console, *arguments: str) -> None:
    """Print the command as a person types it."""
    console.print(Text(f"$ python -m worker {' '.join(arguments)}", style="bold"))


def check(console: Console) -> None:
    """Draw the first entries, a line with the number of the others, and the last line."""
    command = ("check", "examples/broken.md")
    prompt(console, *command)
    lines = Text.from_ansi(on_a_terminal(ROOT, *command)).split("\n")
    begins = [number for number, line in enumerate(lines) if line.plain.startswith(command[1])]
    left_out = Text(f"... {len(begins) - ENTRIES} more ...", style="dim")
    console.print(Text("\n").join([*lines[: begins[ENTRIES]], left_out, lines[-1]]))


def diff(console: Console) -> None:
    """Draw the comparison of the example with an edited copy."""
    command = ("diff", "before.md", "after.md")
    prompt(console, *command)
    text = EXAMPLE.read_text(encoding="utf-8")
    with TemporaryDirectory() as folder:
        Path(folder, command[1]).write_text(text, encoding="utf-8")
        for before, after in EDITS.items():
            text = text.replace(before, after, 1)
        Path(folder, command[2]).write_text(text, encoding="utf-8")
        console.print(Text.from_ansi(on_a_terminal(Path(folder), *command)))


def result(console: Console) -> None:
    """Draw the demo's result as its owner sees it."""
    console.width = demo.WIDTH
    demo.show_result(console, finished())


def link(console: Console) -> None:
    """Draw the same result as the respondent sees it: no more than the assessment discloses."""
    shown = finished()
    category = shown.matched_category_data
    view = demo.LinkView(
        disclosure=shown.assessment_definition_snapshot.metadata.result_disclosure,
        category=demo.Category(name=category.name, description=category.description),
    )
    console.width = demo.WIDTH
    demo.show_respondents_view(console, view)


def finished() -> demo.Result:
    """Return the result of the demo's scores, as the database computes it."""
    definition = compile_markdown(EXAMPLE.read_bytes()).definition
    if definition is None:
        raise ValueError(f"{EXAMPLE.name} does not compile")
    scores = {name: Decimal(str(given)) for name, given in demo.SCORES.items()}
    outcome = score(definition.rules, scores)
    [category] = [
        each
        for each in definition.result_categories
        if outcome.category and each.name == outcome.category.name
    ]
    return demo.Result(
        id="",
        dimension_scores=scores,
        overall_score=outcome.overall,
        matched_category_data=demo.Category.model_validate(category.model_dump(), by_name=True),
        ai_insights=demo.INSIGHTS,
        assessment_definition_snapshot=definition,
        completed_at=datetime(2026, 1, 12, 10, tzinfo=UTC),
    )


PICTURES: Final = {
    "check": Picture("What check prints about a broken file", check),
    "diff": Picture("What diff prints about two versions of a file", diff),
    "result": Picture("A result as the coach sees it", result),
    "link": Picture("The result as the respondent sees it", link),
}


def generated() -> Iterator[tuple[Path, str]]:
    """Yield the path and the content of each picture."""
    for name, picture in PICTURES.items():
        console = Console(
            record=True, width=_COLUMNS, file=io.StringIO(), force_terminal=True, color_system="truecolor"
        )
        picture.draw(console)
        frame = _FRAME.replace("LABEL", picture.label)
        yield (
            FOLDER / f"{name}.svg",
            console.export_svg(title="", theme=_THEME, code_format=frame, unique_id=name),
        )


def main() -> None:
    """Write the pictures."""
    FOLDER.mkdir(exist_ok=True)
    for path, text in generated():
        path.write_text(text, encoding="utf-8")
        print(f"wrote {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
