"""``mcp``: the author's commands as tools of the Model Context Protocol, over standard input and output.

Tools are functions of their arguments: what they need besides is read when the server starts, so a call opens
no file and no connection. Only the command ``mcp`` imports this module, which needs the extra of that name.
"""

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Annotated, Any, Final, TypeAlias

import anyio
from mcp import MCPError
from mcp.server import Server, ServerRequestContext
from mcp.server.stdio import stdio_server
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListResourcesResult,
    ListToolsResult,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    ReadResourceResult,
    Resource,
    TextContent,
    TextResourceContents,
    Tool,
    ToolAnnotations,
)
from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from pydantic_core import ArgsKwargs

from worker import diff_report, mcp_answers, shipped
from worker.changes import rules
from worker.compiler import Compilation, compile_markdown, fix_source, format_source
from worker.compiler import explanation as explanations
from worker.compiler.diagnostics import plain
from worker.definition import MAX_TEXT_BYTES, Definition
from worker.diff import compare
from worker.names import fold
from worker.scoring import score as score_interview
from worker.version import VERSION

__all__ = ["serve"]

INSTRUCTIONS: Final = """\
These tools help to write an assessment: one Markdown file with dimensions, weights, rubrics and result \
categories. Begin with `template`, read the resource assessment://format, `check` the whole text after each \
change, apply `fix`, `explain` what remains, and try the result with `score`."""

MARKDOWN: Final = "text/markdown"

Json: TypeAlias = dict[str, Any]
Context: TypeAlias = ServerRequestContext[Any]
Text: TypeAlias = Annotated[str, Field(description="the whole text of an assessment file")]


class _Refused(Exception):  # noqa: N818 - says what it is
    """A call that cannot be answered; the message is for the caller."""


# --- the tools ----------------------------------------------------------------------------------------------


def check(text: Text) -> Json:
    """Report every error and warning of a file, with its place, a hint and, where one is proved, a fix."""
    return _checked(compile_markdown(_bytes(text)))


def fix(
    text: Text,
    unsafe: Annotated[bool, Field(description="fix also what changes a number or removes text")] = False,
) -> Json:
    """Apply the proved fixes of a file until there are none; return the text, and what remains."""
    fixed = fix_source(_bytes(text), unsafe=unsafe)
    applied = [diagnostic.to_dict() for diagnostic in fixed.applied]
    return {**_checked(fixed.compilation), "text": fixed.source.decode(errors="replace"), "fixed": applied}


def format_(text: Text) -> Json:
    """Rewrite a valid file in the canonical style, which means the same."""
    source = _bytes(text)
    return {**_checked(compile_markdown(source)), "text": format_source(source)}


def explain(code: Annotated[str, Field(description="the code of a diagnostic, such as weights-sum")]) -> Json:
    """Explain a code: its meaning, lines that have the error, their report, and the lines corrected."""
    explained = explanations.explain(explanations.find_code(code))._asdict()
    del explained["diagnostics"]
    return explained


def diff(
    old: Annotated[str, Field(description="the text of the file before")],
    new: Annotated[str, Field(description="the text of the file after")],
) -> Json:
    """Compare two valid files: what changed, whether results stay comparable, and the version it needs."""
    (before, _), (after, _) = _valid("old", old), _valid("new", new)
    found = compare(before, after)
    answer: Json = json.loads(diff_report.json_diff(diff_report.Files("old", "new"), found))
    return answer


def score(
    text: Text,
    scores: Annotated[
        dict[str, Decimal], Field(description="scores by the names of dimensions", min_length=1)
    ],
) -> Json:
    """Score an interview as the database does: the overall score, and the category or null."""
    _, definition = _valid("text", text)
    low, high = definition.metadata.scale
    names = {fold(dimension.name): dimension.name for dimension in definition.dimensions}
    for name, value in scores.items():
        if fold(name.strip()) not in names:
            raise _Refused(
                f"`scores`: there is no dimension `{plain(name)}`; there are {', '.join(names.values())}"
            )
        if not low <= value <= high:
            raise _Refused(f"`scores`: {plain(name)} must be {low} to {high}")
    outcome = score_interview(definition.rules, scores)
    category = None if outcome.category is None else outcome.category.name
    return {"overall": float(outcome.overall), "category": category, "uncovered": [*outcome.uncovered]}


def template(
    name: Annotated[str | None, Field(description="one of `names` of an earlier answer")] = None,
) -> Json:
    """Return a complete, valid file to start from."""
    return {"text": shipped.template(name), "names": [*shipped.starters()]}


def _checked(compilation: Compilation) -> Json:
    diagnostics = [diagnostic.to_dict() for diagnostic in compilation.diagnostics]
    return {"valid": compilation.valid, "diagnostics": diagnostics}


def _valid(name: str, text: str) -> tuple[Compilation, Definition]:
    compilation = compile_markdown(_bytes(text))
    if compilation.definition is None:
        raise _Refused(f"`{name}` has errors: `check` it first")
    return compilation, compilation.definition


def _bytes(text: str) -> bytes:
    """Return a text as a file has it; half of a surrogate pair is then reported as no UTF-8."""
    return text.encode(errors="surrogatepass")


class _Function:
    """A tool: a function, whose annotations are its arguments' schema, and the shape of its answer."""

    def __init__(self, run: Callable[..., Json], answer: type[BaseModel]) -> None:
        self.name = run.__name__.rstrip("_")
        self.about = run.__doc__
        # pydantic also adapts functions: it checks the arguments and calls them, which its types do not say.
        self.arguments: TypeAdapter[Any] = TypeAdapter(run)  # type: ignore[arg-type]
        self.answer = answer

    def listed(self) -> Tool:
        """Return the tool as clients list it."""
        return Tool(
            name=self.name,
            description=self.about,
            input_schema=self.arguments.json_schema(),
            output_schema=self.answer.model_json_schema(mode="serialization"),
            annotations=ToolAnnotations(read_only_hint=True, open_world_hint=False),
        )

    def call(self, arguments: Json) -> Json:
        """Answer a call.

        Raises:
            _Refused: an argument is too large, unknown, missing or of another type, or cannot be used.
        """
        for name, value in arguments.items():
            size = len(_bytes(value if isinstance(value, str) else json.dumps(value)))
            if size > MAX_TEXT_BYTES:
                raise _Refused(f"`{plain(name)}` has {size:,} bytes; at most {MAX_TEXT_BYTES:,} are allowed")
        try:
            answer: Json = self.arguments.validate_python(ArgsKwargs((), arguments))
        except ValidationError as error:
            raise _Refused("; ".join(_complaints(error))) from error
        except ValueError as error:
            raise _Refused(str(error)) from error
        return answer


def _complaints(error: ValidationError) -> Iterator[str]:
    for fault in error.errors(include_url=False, include_input=False, include_context=False):
        yield f"`{'.'.join(plain(str(step)) for step in fault['loc'])}`: {fault['msg']}"


FUNCTIONS: Final = {
    function.name: function
    for function in (
        _Function(check, mcp_answers.Checked),
        _Function(fix, mcp_answers.Fixed),
        _Function(format_, mcp_answers.Formatted),
        _Function(explain, mcp_answers.Explained),
        _Function(diff, mcp_answers.Compared),
        _Function(score, mcp_answers.Scored),
        _Function(template, mcp_answers.Template),
    )
}


# --- the server ---------------------------------------------------------------------------------------------


async def _list_tools(_: Context, __: PaginatedRequestParams | None) -> ListToolsResult:
    return ListToolsResult(tools=[function.listed() for function in FUNCTIONS.values()])


async def _call_tool(_: Context, call: CallToolRequestParams) -> CallToolResult:
    function = FUNCTIONS.get(call.name)
    if function is None:
        raise MCPError(
            INVALID_PARAMS, f"there is no tool `{plain(call.name)}`; there are {', '.join(FUNCTIONS)}"
        )
    try:
        answer = function.call(call.arguments or {})
    except _Refused as refused:
        return CallToolResult(content=[TextContent(text=str(refused))], is_error=True)
    # The same as text, for clients that read no structured answers.
    text = json.dumps(answer, ensure_ascii=False)
    return CallToolResult(content=[TextContent(text=text)], structured_content=answer)


def _resources() -> Iterator[tuple[Resource, str]]:
    """Yield what can be read, with its text."""
    texts = {
        "format": ("The format: all rules of an assessment file", shipped.page("format")),
        "guide": ("The guide: how to write an assessment, step by step", shipped.page("authoring")),
    }
    for name, text in shipped.starters().items():
        texts[f"examples/{name}"] = ("A complete assessment", text)
    for name, (about, text) in texts.items():
        uri = f"assessment://{name}"
        yield Resource(uri=uri, name=name, description=about, mime_type=MARKDOWN), text


RESOURCES: Final = {resource.uri: (resource, text) for resource, text in _resources()}


async def _list_resources(_: Context, __: PaginatedRequestParams | None) -> ListResourcesResult:
    return ListResourcesResult(resources=[resource for resource, _ in RESOURCES.values()])


async def _read_resource(_: Context, asked: ReadResourceRequestParams) -> ReadResourceResult:
    found = RESOURCES.get(asked.uri)
    if found is None:
        known = ", ".join(RESOURCES)
        raise MCPError(INVALID_PARAMS, f"there is no resource {plain(asked.uri)}; there are {known}")
    resource, text = found
    content = TextResourceContents(uri=resource.uri, mime_type=MARKDOWN, text=text)
    return ReadResourceResult(contents=[content])


def serve() -> None:
    """Answer until standard input ends."""
    # They are kept once they are read, so that `diff` opens no file.
    rules()
    anyio.run(_serve)


async def _serve() -> None:
    server = Server(
        "custom-assessments",
        version=VERSION,
        instructions=INSTRUCTIONS,
        on_list_tools=_list_tools,
        on_call_tool=_call_tool,
        on_list_resources=_list_resources,
        on_read_resource=_read_resource,
    )
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())
