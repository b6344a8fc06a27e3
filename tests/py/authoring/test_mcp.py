"""The commands as tools of a language model: a real client, and the server as its own process."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TextIO

import anyio
import pytest
from jsonschema import Draft202012Validator
from mcp import Client, MCPError, StdioServerParameters, stdio_client
from mcp_types import CallToolResult, TextContent

from stack.packages import ROOT
from worker import shipped
from worker.compiler import compile_markdown, fix_source, format_source
from worker.compiler.catalogue import SPECIMEN, Code

CASES = {path.stem: path for path in (ROOT / "tests" / "py" / "compiler" / "cases").glob("*.md")}
BROKEN = (ROOT / "examples" / "broken.md").read_text(encoding="utf-8")
CHANGED = (
    SPECIMEN.replace("version: 1.0", "version: 2.0")
    .replace("[3.0, 5.0]", "[2.9, 5.0]")
    .replace("2.9]", "2.8]")
)
#: Reports to standard error what the process opens and connects, from the first request of a tool on.
WATCHED = """
import os, sys
from worker import cli, mcp_server

def watch(event, arguments):
    if event == "open" or event.split(".")[0] in {"socket", "os", "subprocess", "shutil", "tempfile"}:
        os.write(2, f"{event} {arguments[0] if arguments else None}\\n".encode())

asked = mcp_server.FUNCTIONS.get
class Watching(dict):
    def get(self, name):
        if not self.get_called:
            sys.addaudithook(watch)
            Watching.get_called = True
        return super().get(name)
    get_called = False
mcp_server.FUNCTIONS = Watching(mcp_server.FUNCTIONS)
sys.exit(cli.main(["mcp"]))
"""


def run(session: Callable[[Client], Awaitable[None]], *arguments: str, errors: Path | None = None) -> None:
    """Start the server, let a client talk with it, and stop it."""
    server = StdioServerParameters(
        command=sys.executable, args=[*arguments] or ["-m", "worker", "mcp"], cwd=ROOT
    )

    async def talk(log: TextIO) -> None:
        async with Client(stdio_client(server, log)) as client:
            await session(client)

    with Path(errors or os.devnull).open("w", encoding="utf-8") as log:
        anyio.run(talk, log)


def said(result: CallToolResult) -> str:
    """Return what a tool answered, as text."""
    [content] = result.content
    assert isinstance(content, TextContent)
    return content.text


async def answer(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    """Call a tool that must answer; the client checks the answer against the tool's schema."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, said(result)
    assert isinstance(result.structured_content, dict)
    assert json.loads(said(result)) == result.structured_content
    return result.structured_content


async def refusal(client: Client, tool: str, **arguments: Any) -> str:
    """Call a tool that must refuse, and return why."""
    result = await client.call_tool(tool, arguments)
    assert result.is_error
    return said(result)


def edited(text: str, fix: dict[str, Any]) -> str:
    """Apply a fix as a client would: its edits from the last to the first."""
    lines = text.split("\n")
    for edit in reversed(fix["edits"]):
        before = lines[edit["line"] - 1][: edit["column"] - 1]
        after = lines[edit["end_line"] - 1][edit["end_column"] - 1 :]
        lines[edit["line"] - 1 : edit["end_line"]] = [before + edit["text"] + after]
    return "\n".join(lines)


def with_fixes() -> list[str]:
    return [
        name
        for name, path in CASES.items()
        if any(diagnostic.fix for diagnostic in compile_markdown(path.read_bytes()).diagnostics)
    ]


#: What remains of three cases: only their authors can know the scale, which of two levels a score has, or
#: which of two dimensions a question is for.
LEFT = {
    "constant-hints": ["invalid-scale"],
    "rubric-hint-cuts-comma": ["rubric-overlap"],
    "questions-for-two-dimensions": ["unknown-dimension"] * 4,
}


def test_fixes_alone_lead_from_each_broken_file_to_a_valid_one() -> None:
    """One fix at a time, each computed from the text that the one before gave."""
    led: dict[str, list[str]] = {}

    async def session(client: Client) -> None:
        for name in with_fixes():
            text = CASES[name].read_text(encoding="utf-8")
            for _ in range(20):
                checked = await answer(client, "check", text=text)
                fixes = [found["fix"] for found in checked["diagnostics"] if "fix" in found]
                if not fixes:
                    break
                text = edited(text, fixes[0])
            led[name] = [d["code"] for d in checked["diagnostics"] if d["severity"] == "error"]
            at_once = await answer(client, "fix", text=CASES[name].read_text(encoding="utf-8"), unsafe=True)
            assert at_once["text"] == text, name
            assert at_once["valid"] == checked["valid"]

    run(session)
    assert len(led) > 10
    assert led == {name: LEFT.get(name, []) for name in led}
    assert LEFT.keys() <= led.keys()


def test_the_tools_answer_what_the_commands_do() -> None:
    published = json.loads((ROOT / "docs" / "diagnostics.schema.json").read_text(encoding="utf-8"))

    async def session(client: Client) -> None:
        checked = await answer(client, "check", text=BROKEN)
        assert checked["diagnostics"] == [d.to_dict() for d in compile_markdown(BROKEN.encode()).diagnostics]
        Draft202012Validator(published).validate(checked["diagnostics"])
        assert not checked["valid"]

        fixed = await answer(client, "fix", text=BROKEN)
        assert fixed["text"].encode() == fix_source(BROKEN.encode()).source
        assert len(fixed["fixed"]) > 3

        formatted = await answer(client, "format", text=SPECIMEN)
        assert formatted["text"] == format_source(SPECIMEN.encode())
        assert (await answer(client, "format", text=BROKEN))["text"] is None

        different = await answer(client, "diff", old=SPECIMEN, new=CHANGED)
        assert (different["class"], different["bump"], different["enough"]) == ("scoring", "major", True)
        same = await answer(client, "diff", old=SPECIMEN, new=SPECIMEN)
        assert (same["class"], same["changes"]) == (None, [])

        scored = await answer(client, "score", text=SPECIMEN, scores={"vision": 5, "Trust": 2.5})
        assert scored == {"overall": 4.0, "category": "Thriving", "uncovered": []}

        begun = await answer(client, "template")
        assert begun["text"] == (ROOT / "examples" / "starters" / "mentor-readiness.md").read_text()
        for name in begun["names"]:
            named = await answer(client, "template", name=name)
            assert compile_markdown(named["text"].encode()).valid

        for code in Code:
            explained = await answer(client, "explain", code=code)
            assert explained["meaning"] == code.meaning
            assert bool(explained["corrected"]) == bool(code.good)

    run(session)


def test_what_cannot_be_answered_is_refused_by_name() -> None:
    async def session(client: Client) -> None:
        large = "ä" * 256_001
        assert (
            await refusal(client, "check", text=large)
            == "`text` has 512,002 bytes; at most 512,000 are allowed"
        )
        assert "`new` has 512,002 bytes" in await refusal(client, "diff", old="", new=large)
        assert "`scores` has " in await refusal(client, "score", text=SPECIMEN, scores={large: 1})
        assert "`other` has " in await refusal(client, "check", text=SPECIMEN, other=[large])
        assert "valid" in await answer(client, "check", text="x" * 512_000)

        assert await refusal(client, "check", text="", path="a.md") == "`path`: Unexpected keyword argument"
        assert await refusal(client, "check") == "`text`: Missing required argument"
        assert (await refusal(client, "check", text=5)).startswith("`text`: ")
        assert "did you mean `weights-sum`?" in await refusal(client, "explain", code="weight-sum")
        assert "mentor-readiness" in await refusal(client, "template", name="../../secret")
        assert await refusal(client, "diff", old=BROKEN, new=SPECIMEN) == "`old` has errors: `check` it first"
        assert "Vision, Trust" in await refusal(client, "score", text=SPECIMEN, scores={"Visions": 3})
        assert "1 to 5" in await refusal(client, "score", text=SPECIMEN, scores={"Vision": 5.5})
        assert "`scores.Vision`" in await refusal(client, "score", text=SPECIMEN, scores={"Vision": "NaN"})
        assert "`scores`" in await refusal(client, "score", text=SPECIMEN, scores={})
        with pytest.raises(MCPError, match="there is no tool `publish`; there are check, fix"):
            await client.call_tool("publish", {})
        with pytest.raises(MCPError, match="assessment://format"):
            await client.read_resource("file:///etc/passwd")

    run(session)


def test_the_format_the_guide_and_the_examples_can_be_read() -> None:
    async def session(client: Client) -> None:
        listed = (await client.list_resources()).resources
        read = {}
        for resource in listed:
            [content] = (await client.read_resource(resource.uri)).contents
            read[resource.uri.removeprefix("assessment://")] = content.model_dump()["text"]
        assert read.pop("format") == (ROOT / "docs" / "format.md").read_text(encoding="utf-8")
        assert read.pop("guide") == (ROOT / "docs" / "authoring.md").read_text(encoding="utf-8")
        assert read == {f"examples/{name}": text for name, text in shipped.starters().items()}
        assert len(read) == 4

    run(session)


def test_a_call_opens_no_file_and_no_socket(tmp_path: Path) -> None:
    """The first call of all and every tool after it; the file that a tool might open is there."""
    seen = tmp_path / "seen"

    async def session(client: Client) -> None:
        await answer(client, "check", text=BROKEN)
        await answer(client, "fix", text=BROKEN, unsafe=True)
        await answer(client, "format", text=SPECIMEN)
        await answer(client, "explain", code="weights-sum")
        await answer(client, "diff", old=SPECIMEN, new=CHANGED)
        await answer(client, "score", text=SPECIMEN, scores={"Vision": 5})
        await answer(client, "template")
        await client.read_resource("assessment://guide")
        await refusal(client, "check", text="examples/broken.md", unknown=True)

    run(session, "-c", WATCHED, errors=seen)
    assert seen.read_text() == ""


def test_what_a_call_would_open_is_seen(tmp_path: Path) -> None:
    """The watch of the test above notices a file and a socket."""
    seen = tmp_path / "seen"
    start = "sys.exit(cli.main"
    opening = "lambda _: [open('README.md').close(), socket.socket().close(), 1 / 0]"
    script = WATCHED.replace(start, f"import socket\nmcp_server.FUNCTIONS['check'].call = {opening}\n{start}")

    async def session(client: Client) -> None:
        with pytest.raises(MCPError):
            await client.call_tool("check", {"text": ""})

    run(session, "-c", script, errors=seen)
    assert "open README.md" in seen.read_text()
    assert "socket.__new__" in seen.read_text()


def test_without_the_extra_one_line_says_what_to_install() -> None:
    without = "import sys; sys.modules['mcp'] = None; from worker.cli import main; sys.exit(main(['mcp']))"
    done = subprocess.run(
        [sys.executable, "-c", without],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: install the extra `mcp` first, from requirements-mcp.txt\n"


def test_no_other_command_imports_the_extra() -> None:
    listing = "import sys; from worker.cli import main; main(['check', 'README.md']); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", listing], cwd=ROOT, capture_output=True, text=True, check=False
    )
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "worker.compiler" in loaded
    assert {name for name in loaded if name.partition(".")[0] in {"mcp", "mcp_types"}} == set()


def test_the_wheel_carries_what_is_looked_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    folders = project["tool"]["setuptools"]["package-dir"]
    assert folders.pop("worker") == "worker"
    assert folders == {f"worker.{name}": folder for name, folder in shipped.FOLDERS.items()}


def test_the_guide_lists_the_tools_and_its_settings_start_the_server() -> None:
    guide = (ROOT / "docs" / "authoring.md").read_text(encoding="utf-8").split("\n## 16.")[1]
    [settings] = re.findall(r"^```json\n(.*?)^```", guide, re.MULTILINE | re.DOTALL)
    [server] = json.loads(settings)["mcpServers"].values()
    assert server["args"] == ["-m", "worker", "mcp"]

    async def session(client: Client) -> None:
        tools = (await client.list_tools()).tools
        assert re.findall(r"^\| `(\w+)` \|", guide, re.MULTILINE) == [tool.name for tool in tools]
        for tool in tools:
            assert tool.description
            assert tool.input_schema["additionalProperties"] is False
            assert tool.output_schema is not None
            Draft202012Validator.check_schema(tool.input_schema)
            Draft202012Validator.check_schema(tool.output_schema)

    run(session, *server["args"])
