"""The command line. The operator's commands are in ``worker.engine.commands`` and ``worker.install``."""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, TextIO

from worker.version import VERSION

__all__ = ["main"]

EXIT_FAULTS: Final = 1
EXIT_USAGE: Final = 2
STDIN: Final = "-"

CHECK_HELP: Final = "check assessments and show every error with its line and how to fix it"
FIX_HELP: Final = "fix in place what can be fixed safely; standard input is written to standard output"
DIFF_HELP: Final = "show what changed between two assessments, and which version the change needs"
FORMAT_HELP: Final = "rewrite valid assessments in the canonical style"
EXPLAIN_HELP: Final = "explain a code that `check` reports, with an example"
TEMPLATE_HELP: Final = "print a complete assessment to start from"
MCP_HELP: Final = "offer these commands to a language model, over standard input and output (MCP)"
ONLY_HELP: Final = "skip files that do not begin with `---`, as in a folder"


class _Unreadable(Exception):  # noqa: N818 - says what it is
    """A file or folder cannot be read; the message is for people."""


class _Unwritable(Exception):  # noqa: N818 - likewise
    """Standard output cannot be written, such as on a full device; the message is for people."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0, 1 if a file has an error, 2 for a usage error."""
    parser = argparse.ArgumentParser(
        prog=_program(),
        description="Check assessments, and run the worker that compiles uploads and triggers scoring.",
    )
    parser.add_argument("--version", action="version", version=f"custom-assessments {VERSION}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    check = commands.add_parser("check", help=CHECK_HELP, description=CHECK_HELP)
    check.add_argument("files", nargs="+", metavar="FILE", help="a file, a folder, or - for standard input")
    check.add_argument("--format", choices=("text", "json", "github"), default="text", help="how to report")
    check.add_argument("--only-assessments", action="store_true", help=ONLY_HELP)
    check.add_argument("--fix", action="store_true", help=FIX_HELP)
    check.add_argument("--unsafe", action="store_true", help="fix also what changes a number or removes text")
    check.add_argument("--diff", action="store_true", help="show what --fix would change, and write nothing")
    check.set_defaults(run=_check)
    formatter = commands.add_parser("format", help=FORMAT_HELP, description=FORMAT_HELP)
    formatter.add_argument(
        "files", nargs="+", metavar="FILE", help="a file, a folder, or - for standard input"
    )
    formatter.add_argument(
        "--check", action="store_true", help="write nothing; exit with 1 if a file would change"
    )
    formatter.add_argument("--only-assessments", action="store_true", help=ONLY_HELP)
    formatter.add_argument(
        "--from-json", action="store_true", help="read definitions in JSON and print their Markdown"
    )
    formatter.set_defaults(run=_format)
    diff = commands.add_parser("diff", help=DIFF_HELP, description=DIFF_HELP)
    diff.add_argument("old", metavar="OLD", help="a file, or - for standard input")
    diff.add_argument("new", metavar="NEW", help="the same; only one of the two can be -")
    diff.add_argument(
        "--format", choices=("text", "json", "markdown", "github"), default="text", help="how to report"
    )
    diff.set_defaults(run=_diff)
    _add_learning_commands(commands)
    _add_other_commands(commands)
    options = parser.parse_args(arguments)
    try:
        result = options.run(options)
    except BrokenPipeError:
        # The reader of a pipe went away, such as `| head`; that is its right.
        _let_go_of_output()
        return 1
    except _Unwritable as fault:
        sys.stderr.write(f"error: standard output cannot be written: {fault}\n")
        _let_go_of_output()
        return EXIT_USAGE
    return int(result or 0)


def _program() -> str:
    """Return the command's name for its usage: the module, or the installed name."""
    name = Path(sys.argv[0]).name
    return "python -m worker" if name == "__main__.py" else name


def _let_go_of_output() -> None:
    """Drop the buffer's content: Python would try to write it again at exit, and fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _add_learning_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    explain = commands.add_parser("explain", help=EXPLAIN_HELP, description=EXPLAIN_HELP)
    explain.add_argument("code", metavar="CODE", help="such as weights-sum")
    explain.set_defaults(run=_explain)
    template = commands.add_parser("template", help=TEMPLATE_HELP, description=TEMPLATE_HELP)
    template.add_argument("name", metavar="NAME", nargs="?", help="one of several; the guide's if omitted")
    template.set_defaults(run=_template)
    mcp = commands.add_parser("mcp", help=MCP_HELP, description=MCP_HELP)
    mcp.set_defaults(run=_mcp)


def _add_other_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    from worker import install  # noqa: PLC0415 - keeps the author's tools quick to start
    from worker.engine.commands import add_commands  # noqa: PLC0415 - likewise

    install.add_command(commands)
    add_commands(commands)


def _check(options: argparse.Namespace) -> int:
    from worker.compiler import Fixed, compile_markdown, fix_source, report  # noqa: PLC0415 - only this command needs them

    if (options.unsafe or options.diff) and not options.fix:
        sys.stderr.write("error: --unsafe and --diff say how to fix: add --fix\n")
        return EXIT_USAGE
    # Where standard output is the fixed text, or what would change, the report is beside it.
    stream = sys.stderr if options.fix and (options.diff or STDIN in options.files) else sys.stdout
    colour = report.wants_colour(stream)
    files = errors = warnings = 0
    incomplete = False
    for name, source in _read_all(options):
        if source is None:
            incomplete = True
            continue
        if options.fix:
            fixed = fix_source(source, unsafe=options.unsafe)
            incomplete = not _keep(name, source, fixed.source, diff=options.diff) or incomplete
        else:
            fixed = Fixed(source, compile_markdown(source), ())
        compilation = fixed.compilation
        files += 1
        errors += sum(d.severity == "error" for d in compilation.diagnostics)
        warnings += sum(d.severity == "warning" for d in compilation.diagnostics)
        if options.format == "json":
            _print(report.json_report(name, compilation, fixed.applied if options.fix else None), stream)
            continue
        _print(report.fixes_report(name, fixed.applied), stream)
        if options.format == "github":
            _print(report.github_report(name, compilation), stream)
        else:
            _print(report.text_report(name, fixed.source, compilation, colour=colour), stream)
    if options.format == "text" and files:
        _print(report.summary(files, errors, warnings), stream)
    return EXIT_USAGE if incomplete else EXIT_FAULTS if errors else 0


def _keep(name: str, source: bytes, fixed: bytes, *, diff: bool) -> bool:
    """Write a fixed file, or show what would change; return whether it could be written."""
    from worker.compiler import report  # noqa: PLC0415 - only this command needs it

    if diff:
        _print(report.diff_report(name, source, fixed))
    elif name == STDIN:
        _print(fixed)
    elif fixed != source:
        return _written(name, fixed)
    return True


def _written(name: str, content: bytes) -> bool:
    """Write a file anew; return whether that was possible, which is reported where it was not."""
    try:
        _replace(Path(name), content)
    except OSError as fault:
        sys.stderr.write(f"{name}: cannot be written: {fault.strerror or fault}\n")
        return False
    return True


def _format(options: argparse.Namespace) -> int:
    format_one = _format_json if options.from_json else _format_markdown
    codes = [
        EXIT_USAGE if source is None else format_one(name, source, check=options.check)
        for name, source in _read_all(options)
    ]
    return max(codes, default=0)


def _format_json(name: str, source: bytes, *, check: bool) -> int:
    """Print the Markdown of a definition in JSON, or its errors."""
    from worker.compiler import format_definition  # noqa: PLC0415 - only this command needs it
    from worker.definition import Definition, json_faults  # noqa: PLC0415 - likewise

    try:
        text = format_definition(Definition.from_json(source))
    except ValueError as error:
        for fault in json_faults(error):
            sys.stderr.write(f"{name}: {fault.path}: {fault.reason}\n")
        return EXIT_FAULTS
    if _is_too_large(name, text):
        return EXIT_FAULTS
    if not check:
        _print(text)
    return 0


def _format_markdown(name: str, source: bytes, *, check: bool) -> int:
    """Rewrite a file in the canonical style, or report that it would change or has errors."""
    from worker.compiler import compile_markdown, format_source, report  # noqa: PLC0415 - only this command needs them

    text = format_source(source)
    if text is None:
        sys.stderr.write(report.text_report(name, source, compile_markdown(source)))
        sys.stderr.write(f"{name}: not formatted because it has errors\n")
        return EXIT_FAULTS
    if _is_too_large(name, text):
        return EXIT_FAULTS
    if name == STDIN and not check:
        _print(text)
    elif text.encode() != source:
        if check:
            _print(f"{name}: would be formatted\n")
            return EXIT_FAULTS
        if not _written(name, text.encode()):
            return EXIT_USAGE
        _print(f"{name}: formatted\n")
    return 0


def _diff(options: argparse.Namespace) -> int:
    """Compare two files: 0 if they are equal or differ only in presentation, 1 for other changes."""
    from worker import diff_report  # noqa: PLC0415 - only this command needs them
    from worker.compiler import Compilation, compile_markdown, report  # noqa: PLC0415 - likewise
    from worker.diff import compare  # noqa: PLC0415 - likewise

    if options.old == options.new == STDIN:
        sys.stderr.write("only one of the two files can be standard input\n")
        return EXIT_USAGE
    compiled: list[Compilation] = []
    for name in (options.old, options.new):
        try:
            source = sys.stdin.buffer.read() if name == STDIN else Path(name).read_bytes()
        except OSError as fault:
            _say_unreadable(name, fault)
            continue
        compilation = compile_markdown(source)
        if compilation.valid:
            compiled.append(compilation)
        else:
            errors = tuple([d for d in compilation.diagnostics if d.severity == "error"])
            sys.stderr.write(report.text_report(name, source, replace(compilation, diagnostics=errors)))
            sys.stderr.write(f"{name}: not compared because it has errors\n")
    if len(compiled) != 2:
        return EXIT_USAGE
    old, new = compiled
    found = compare(old, new)
    show = {
        "text": diff_report.text_diff,
        "json": diff_report.json_diff,
        "markdown": diff_report.markdown_diff,
        "github": diff_report.github_diff,
    }[options.format]
    _print(show(diff_report.Files(options.old, options.new), found))
    return 0 if found.class_ in {None, "presentation"} else EXIT_FAULTS


def _explain(options: argparse.Namespace) -> int:
    from worker.compiler.explanation import explain, find_code  # noqa: PLC0415 - only this command needs it

    return _answer(lambda: explain(find_code(options.code)).text())


def _template(options: argparse.Namespace) -> int:
    from worker.shipped import template  # noqa: PLC0415 - only this command needs it

    return _answer(lambda: template(options.name))


def _answer(make: Callable[[], str]) -> int:
    """Print a text, or why there is none."""
    try:
        _print(make())
    except (FileNotFoundError, ValueError) as fault:
        sys.stderr.write(f"error: {fault}\n")
        return EXIT_USAGE
    return 0


def _mcp(_: argparse.Namespace) -> int:
    try:
        from worker.mcp_server import serve  # noqa: PLC0415 - only this command needs it, and the extra
    except ModuleNotFoundError as missing:
        if (missing.name or "").split(".")[0] not in {"anyio", "mcp", "mcp_types"}:
            raise
        sys.stderr.write("error: install the extra `mcp` first, from requirements-mcp.txt\n")
        return EXIT_USAGE
    except FileNotFoundError as fault:
        sys.stderr.write(f"error: {fault}\n")
        return EXIT_USAGE
    serve()
    return 0


def _is_too_large(name: str, text: str) -> bool:
    """Report a canonical file over the limit: it states defaults that the original omits."""
    from worker.definition import MAX_TEXT_BYTES  # noqa: PLC0415 - only this command needs it

    size = len(text.encode())
    if size > MAX_TEXT_BYTES:
        sys.stderr.write(
            f"{name}: not formatted: it would have {size:,} bytes; the limit is {MAX_TEXT_BYTES:,}\n"
        )
    return size > MAX_TEXT_BYTES


def _read_all(options: argparse.Namespace) -> Iterator[tuple[str, bytes | None]]:
    """Yield every file with its bytes, or None after a message on standard error if it is unreadable."""
    for name in options.files:
        try:
            if name == STDIN:
                yield name, sys.stdin.buffer.read()
                continue
            paths = _files(Path(name), only_assessments=options.only_assessments)
        except (OSError, _Unreadable) as fault:
            _say_unreadable(name, fault)
            yield name, None
            continue
        for path in paths:
            try:
                source = path.read_bytes()
            except OSError as fault:
                _say_unreadable(path, fault)
                yield str(path), None
            else:
                yield str(path), source


def _say_unreadable(name: str | Path, fault: OSError | _Unreadable) -> None:
    reason = fault.strerror if isinstance(fault, OSError) and fault.strerror else str(fault)
    sys.stderr.write(f"{name}: cannot be read: {reason}\n")


def _files(path: Path, *, only_assessments: bool) -> list[Path]:
    """Return a file itself, or the assessments of a folder: its Markdown files with a front matter."""
    if not path.is_dir():
        return [] if only_assessments and not _has_front_matter(path) else [path]
    found = [
        p
        for p in sorted(path.rglob("*.md"))
        if p.is_file() and not _is_hidden(p, path) and _has_front_matter(p)
    ]
    if not found:
        msg = "the folder contains no Markdown file that begins with `---`"
        raise _Unreadable(msg)
    return found


def _is_hidden(path: Path, root: Path) -> bool:
    return any(part.startswith(".") or part == "node_modules" for part in path.relative_to(root).parts)


def _has_front_matter(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(1000).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"---")
    except OSError:
        return True  # not left out in silence: reading it says why it cannot be read


def _replace(path: Path, content: bytes) -> None:
    """Write a file in one step, so that a crash leaves the old or the new one."""
    path = path.resolve()
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).chmod(path.stat().st_mode & 0o7777)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _print(text: str | bytes, stream: TextIO | None = None) -> None:
    """Write to standard output, or to another stream, as UTF-8, regardless of the locale."""
    stream = stream or sys.stdout
    try:
        stream.flush()
        stream.buffer.write(text if isinstance(text, bytes) else text.encode(errors="replace"))
        stream.flush()
    except BrokenPipeError:
        raise
    except OSError as fault:
        raise _Unwritable(fault.strerror or str(fault)) from fault
