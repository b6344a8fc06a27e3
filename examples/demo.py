"""The main job, done the way its users do it, against the local stack.

A tenant's owner signs in, uploads the assessments of this folder, activates one and creates a coaching
session with it. An interview agent (examples/agent.py, with a scripted stand-in for its model) interviews the
respondent and rates each dimension three times. The database scores it, and the result is shown with its
evidence as the owner sees it, and as the respondent sees it through the session's link. Nothing here has more
rights than the person or program it stands for.

Run by ``make demo``, after ``python -m stack reset``.
"""

from __future__ import annotations

import codecs
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Final, TextIO, TypeVar

try:
    import httpx
    from postgrest.exceptions import APIError
    from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
    from pydantic.alias_generators import to_camel
    from rich.console import Console, Group, RenderableType
    from rich.padding import Padding
    from rich.rule import Rule
    from rich.table import Table
    from rich.text import Text
    from supabase import Client, create_client
    from supabase.lib.client_options import SyncClientOptions
    from supabase_auth.errors import AuthError

    from examples.agent import Agent, Scripted
    from stack.errors import StackError
    from stack.local import Stack
    from worker.compiler import Compilation, Diagnostic
    from worker.compiler.report import summary, text_report
    from worker.definition import Definition
except KeyboardInterrupt:
    sys.exit(130)
except ModuleNotFoundError as missing:
    sys.exit(f"error: the Python package {missing.name} is missing\n  Run it in the checkout: make demo")

HERE: Final = Path(__file__).resolve().parent
BROKEN: Final = "broken.md"
ACTIVATED: Final = "leadership-archetypes.md"

# The first owner of supabase/seed.sql. The password is for the local stack only.
OWNER_EMAIL: Final = "owner@aldergrove.example"
OWNER_PASSWORD: Final = "aldergrove-local"  # noqa: S105 - published in the seed, for development only

RESPONDENT_NAME: Final = "Ines Carvalho"
RESPONDENT_EMAIL: Final = "ines.carvalho@client.example"
# What the agent's readings of the interview combine to.
SCORES: Final[Mapping[str, float]] = {
    "Strategic Direction": 4.5,
    "Decision Quality": 4,
    "Developing People": 3,
    "Candour and Trust": 3.5,
    "Delivery Discipline": 3.5,
}
INSIGHTS: Final = [
    {
        "dimension": "Strategic Direction",
        "text": "Ended the partner programme after two quarters and could say what evidence decided it.",
    },
    {
        "dimension": "Developing People",
        "text": "Knows each person's ambitions; stretch assignments happen when the calendar allows.",
    },
]

PATIENCE: Final = 60.0  # seconds to wait for one step
WIDTH: Final = 100

Scale = tuple[Decimal, Decimal]
Row = TypeVar("Row", bound=BaseModel)
Value = TypeVar("Value")


# --- what the API answers -----------------------------------------------------------------------------------


class Created(BaseModel):
    """A row that was inserted."""

    id: str


class Tenant(Created):
    """A tenant that the signed-in owner can see."""

    display_name: str


class Upload(Created):
    """An upload as its tenant reads it, with the compiler's diagnostics."""

    status: str
    assessment_id: str | None
    diagnostics: list[Diagnostic] | None


class Assessment(Created):
    """What the demo shows of an assessment."""

    name: str
    version: str
    status: str


class Session(Created):
    """A coaching session; its ``access_token`` identifies the respondent."""

    access_token: str


class LinkStatus(BaseModel):
    """What a welcome page shows to anyone who has a session's link."""

    state: str
    name: str
    tenant: str
    notice: dict[str, str | int | None]


class Context(BaseModel):
    """What an agent gets to ask, the same each time once the interview has begun."""

    version_id: str
    version: str
    definition: Definition


class Category(BaseModel):
    """The matched category, with the texts that its author wrote."""

    model_config = ConfigDict(alias_generator=to_camel)

    name: str
    description: str
    strengths: list[str] = []
    growth_areas: list[str] = []
    recommendations: list[str] = []


class Result(BaseModel):
    """A finished result, as its owner reads it."""

    id: str
    dimension_scores: dict[str, Decimal]
    overall_score: Decimal
    matched_category_data: Category
    ai_insights: list[dict[str, str]]
    assessment_definition_snapshot: Definition
    completed_at: datetime


class Quoted(BaseModel):
    """The respondent's own words, and the turn in which they were said."""

    turn: int
    quote: str


class Explained(BaseModel):
    """What a dimension's score rests on, and how far the readings lie apart."""

    dimension: str
    spread: Decimal | None
    quotes: list[Quoted]


class Explanation(BaseModel):
    """How a result came about, as its owner reads it."""

    stability: dict[str, int]
    dimensions: list[Explained]


class LinkView(BaseModel):
    """What a respondent's link shows; parts that the assessment does not disclose are missing."""

    disclosure: str
    scale: Scale = (Decimal(1), Decimal(5))
    dimension_scores: dict[str, Decimal] = {}
    category: Category | None = None


def rows(model: type[Row], data: object) -> list[Row]:
    """Read an answer of PostgREST as rows, with exact numbers."""
    exact = json.loads(json.dumps(data), parse_float=Decimal)
    return TypeAdapter(list[model]).validate_python(exact)  # type: ignore[valid-type]  # a type made at run time


def one(model: type[Row], data: object) -> Row:
    """Read an answer that must be one row.

    Raises:
        StackError: there is none.
    """
    found = rows(model, data)
    if not found:
        raise StackError(f"A row is missing: {model.__name__}.", "Recreate the database: make reset")
    return found[0]


# --- the terminal -------------------------------------------------------------------------------------------

ASCII: Final = str.maketrans(
    {"✓": "+", "✗": "x", "█": "#", "░": ".", "•": "*", "─": "-", "→": ">", "…": "...", "·": "-",
     "“": '"', "”": '"', "‘": "'", "’": "'"}
)  # fmt: skip


def in_ascii(error: UnicodeError) -> tuple[str, int]:
    """Replace characters that a terminal's encoding lacks with the nearest ASCII."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end].translate(ASCII)
    return text.encode("ascii", "replace").decode(), error.end


def console_on(stream: TextIO, width: int | None = None) -> Console:
    """Return a console without colour if ``stream`` is not a terminal or NO_COLOR is set."""
    codecs.register_error("demo.ascii", in_ascii)
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="demo.ascii")
    console = Console(file=stream, width=width, markup=False, emoji=False, highlight=False)
    console.width = min(console.width, WIDTH)
    return console


def step(console: Console, doing: str, work: Callable[[], Value], done: str) -> Value:
    """Run a step, and show how long it took; ``done`` is a format for its result."""
    started = time.monotonic()
    try:
        with console.status(doing, spinner="line"):
            value = work()
    except BaseException:
        console.print(Text.assemble("   ", ("✗", "red"), f" {doing}"))
        raise
    seconds = f"{time.monotonic() - started:.1f} s"
    console.print(Text.assemble("   ", ("✓", "green"), f" {done.format(value)}  ", (seconds, "dim")))
    return value


def heading(console: Console, text: str) -> None:
    """Start a part of the demo."""
    console.print(Text(f"\n{text}", "bold"))


def boxed(console: Console, *parts: RenderableType) -> None:
    """Show something between two lines, within the margins."""
    console.print(Padding(Group(Rule(style=""), *parts, Rule(style="")), (0, 3)))


def bar(score: Decimal, scale: Scale, length: int = 24) -> str:
    """Return a bar of ``length`` characters, empty at the low end of the scale and full at the high end."""
    low, high = scale
    full = int((score - low) / (high - low) * length + Decimal("0.5"))
    return "█" * full + "░" * (length - full)


def score_table(
    scores: Mapping[str, Decimal],
    scale: Scale,
    weights: Mapping[str, Decimal],
    notes: Mapping[str, Iterable[str]] = MappingProxyType({}),
) -> RenderableType:
    """Return a line for each score, with a bar and its weight, if there is one, and its notes below."""
    width = max(map(len, scores), default=0)
    lines: list[RenderableType] = []
    for name, score in scores.items():
        weight = f"  {weights[name] * 100:4.0f} %" if name in weights else ""
        lines.append(
            Text.assemble(f"{name:<{width}}  {score:.2f}  ", (bar(score, scale), "cyan"), (weight, "dim"))
        )
        lines += [Padding(Text(note, "dim"), (0, 0, 0, width + 2)) for note in notes.get(name, ())]
    return Group(*lines)


def reflowed(text: str) -> Text:
    """Return a paragraph without the line breaks of its Markdown."""
    return Text(" ".join(text.split()))


def bullets(title: str, items: Iterable[str]) -> list[RenderableType]:
    """Return a titled list; nothing if it is empty."""
    table = Table.grid(padding=(0, 1))
    for item in items:
        table.add_row("•", reflowed(item))
    return [Text(f"\n{title}", "bold"), table] if table.rows else []


def category_texts(category: Category) -> list[RenderableType]:
    """Return the category and what its author wrote about it."""
    return [
        Text(f"\n{category.name}", "bold yellow"),
        reflowed(category.description),
        *bullets("Strengths", category.strengths),
        *bullets("Growth areas", category.growth_areas),
        *bullets("Recommendations", category.recommendations),
    ]


# --- what each person and program does ----------------------------------------------------------------------


def connect(stack: Mapping[str, str], key: str) -> Client:
    """Return a Supabase client; HTTP/1.1 and no background threads, since this program is short."""
    options = SyncClientOptions(
        auto_refresh_token=False,
        persist_session=False,
        httpx_client=httpx.Client(timeout=20.0, http2=False, follow_redirects=True),
    )
    return create_client(stack["API_URL"], key, options)


def sign_in(owner: Client) -> str:
    """Sign the owner in and return the access token."""
    answer = owner.auth.sign_in_with_password({"email": OWNER_EMAIL, "password": OWNER_PASSWORD})
    if answer.session is None:
        raise StackError("Auth answered without a session.", "Recreate the database: make reset")
    return answer.session.access_token


def upload(owner: Client, tenant: Tenant, path: Path) -> str:
    """Upload a file as the owner's front end does, and return the upload's id."""
    row = {"tenant_id": tenant.id, "source_markdown": path.read_text(encoding="utf-8")}
    return one(Created, owner.table("assessment_uploads").insert(row).execute().data).id


@contextmanager
def worker_running(stack: Mapping[str, str]) -> Iterator[Callable[[], None]]:
    """Run a worker beside this program, and stop it at the end.

    Yields a function that raises a StackError with the end of the worker's log once the worker has died.
    """
    environment = os.environ | {
        "SUPABASE_URL": stack["API_URL"],
        "SUPABASE_SERVICE_ROLE_KEY": stack["SERVICE_ROLE_KEY"],
        "DATABASE_URL": stack["DB_URL"],
    }
    command = [sys.executable, "-m", "worker", "run"]
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as log,
        # In its own session, because Ctrl-C is meant for the demo, which then stops the worker itself.
        subprocess.Popen(
            command, cwd=HERE.parent, env=environment, stdout=log, stderr=log, start_new_session=True
        ) as process,
    ):

        def check() -> None:
            if process.poll() is not None:
                log.seek(0)
                tail = "".join(log.readlines()[-20:])
                raise StackError(f"The worker stopped with exit code {process.returncode}.", log=tail)

        try:
            yield check
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=15)
            process.kill()


def wait_for(look: Callable[[], Value | None], alive: Callable[[], None]) -> Value:
    """Poll until there is a result.

    Raises:
        StackError: nothing came within a minute, or the worker died.
    """
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        seen = look()
        if seen is not None:
            return seen
        alive()
        time.sleep(0.1)
    raise StackError(
        f"The worker did not finish within {PATIENCE:.0f} seconds.",
        'Show the queue: eval "$(.venv/bin/python -m stack env)"; '
        "SUPABASE_URL=$API_URL SUPABASE_SERVICE_ROLE_KEY=$SERVICE_ROLE_KEY .venv/bin/python -m worker status",
    )


def finished_uploads(owner: Client, ids: Iterable[str]) -> dict[str, Upload] | None:
    """Return the uploads by id once all of them are done."""
    table = owner.table("assessment_uploads").select("id,status,assessment_id,diagnostics")
    found = {row.id: row for row in rows(Upload, table.in_("id", list(ids)).execute().data)}
    return found if all(row.status in {"succeeded", "failed"} for row in found.values()) else None


def assessment(owner: Client, assessment_id: str) -> Assessment:
    """Read an assessment as its owner."""
    table = owner.table("custom_assessments").select("id,name,version,status")
    return one(Assessment, table.eq("id", assessment_id).execute().data)


def activate(owner: Client, assessment_id: str) -> Assessment:
    """Make a draft available for sessions."""
    table = owner.table("custom_assessments").update({"status": "active"})
    return one(Assessment, table.eq("id", assessment_id).execute().data)


def create_session(owner: Client, tenant: Tenant, assessment_id: str) -> Session:
    """Create a coaching session, as the owner does when a client signs up."""
    row = {
        "tenant_id": tenant.id,
        "client_name": RESPONDENT_NAME,
        "client_email": RESPONDENT_EMAIL,
        "assessment_type": "custom",
        "custom_assessment_id": assessment_id,
    }
    return one(Session, owner.table("coaching_sessions").insert(row).execute().data)


def edit(owner: Client, assessment_id: str) -> Assessment:
    """Change the opening words while the interview is under way."""
    table = owner.table("custom_assessments")
    row = table.select("definition").eq("id", assessment_id).single().execute().data
    definition = row["definition"] if isinstance(row, dict) else {}
    definition["interviewGuidelines"]["opening"] = "How do you lead on a bad day?"
    changed = owner.table("custom_assessments").update({"definition": definition})
    return one(Assessment, changed.eq("id", assessment_id).execute().data)


def open_talk(agent: Client, session: Session, assessment_id: str) -> Created:
    """Open an agent session for the session that is interviewed."""
    row = {
        "coaching_session_id": session.id,
        "agent_type": "interview",
        "custom_assessment_id": assessment_id,
    }
    return one(Created, agent.table("agent_sessions").insert(row).execute().data)


def interview(agent: Client, talk: Created) -> Context:
    """Ask what to talk about, as an agent does; the first call begins the interview."""
    context = agent.rpc("interview_context", {"agent_session_id": talk.id}).execute().data
    if not isinstance(context, dict) or "definition" not in context:
        raise StackError("The interview has no assessment.", "Recreate the database: make reset")
    return one(Context, [context])


def explanation(owner: Client, session: Session) -> Explanation:
    """Read how the result came about."""
    asked = {"session_id": session.id, "session_type": "coaching"}
    return one(Explanation, [owner.rpc("explanation", asked).execute().data])


def result_of(owner: Client, session: Session) -> Result | None:
    """Read the session's result as its owner; None if there is none yet."""
    table = owner.table("effective_results").select("*").eq("session_id", session.id)
    return next(iter(rows(Result, table.eq("session_type", "coaching").execute().data)), None)


def link_says(respondent: Client, session: Session) -> LinkStatus:
    """Read how far the session is, as a welcome page does."""
    answer = respondent.rpc("session_status", {"access_token": session.access_token}).execute()
    return one(LinkStatus, [answer.data])


def link_shows(respondent: Client, session: Session) -> LinkView:
    """Read as the respondent does: without an account, with the token of the link."""
    answer = respondent.rpc("session_result", {"access_token": session.access_token}).execute()
    return one(LinkView, [answer.data])


# --- what is shown ------------------------------------------------------------------------------------------


def show_uploads(console: Console, owner: Client, paths: Mapping[Path, Upload]) -> None:
    """Show the outcome of each file, and the diagnostics of those that failed."""
    for path, done in paths.items():
        diagnostics = tuple(done.diagnostics or [])
        if done.assessment_id is None:
            console.print(
                Text.assemble(
                    "   ", ("✗", "red"), f" {path.name:<26} → failed, every error reported at once:\n"
                )
            )
            errors = sum(diagnostic.severity == "error" for diagnostic in diagnostics)
            compilation = Compilation(None, diagnostics, (1, 1))
            report = text_report(path.name, path.read_bytes(), compilation, colour=True)
            report += summary(1, errors, len(diagnostics) - errors)
            for line in report.splitlines():
                console.print(Text.assemble("     ", Text.from_ansi(line)), soft_wrap=True)
            continue
        made = assessment(owner, done.assessment_id)
        warnings = f"  {len(diagnostics)} warning{'s'[: len(diagnostics) > 1]}" if diagnostics else ""
        what = f" {path.name:<26} → {made.status} “{made.name}” {made.version}"
        console.print(Text.assemble("   ", ("✓", "green"), what, (warnings, "dim")))


def evidence(why: Explanation) -> Iterator[tuple[str, list[str]]]:
    """Yield what stands under each bar: the respondent's words, and how far the readings agree."""
    runs, same = why.stability["runs"], why.stability["same"]
    for each in why.dimensions:
        apart = f"{runs} readings, up to {each.spread:.1f} apart" if each.spread else f"{runs} equal readings"
        yield each.dimension, [*(f"“{quoted.quote}” (turn {quoted.turn})" for quoted in each.quotes), apart]
    yield "Overall", [f"the same category in {same} of {runs} readings by the same model"]


def show_result(console: Console, result: Result, why: Explanation | None = None) -> None:
    """Show a result as a report: a bar for each dimension, the category and what its author wrote."""
    definition = result.assessment_definition_snapshot
    metadata = definition.metadata
    weights = {dimension.name: dimension.weight for dimension in definition.dimensions}
    scores = {name: result.dimension_scores[name] for name in weights}
    about = f" {metadata.version} · {RESPONDENT_NAME} · {result.completed_at:%d %B %Y}"
    notes = dict(evidence(why)) if why else {}
    boxed(
        console,
        Text.assemble((metadata.name, "bold"), about),
        Rule(style=""),
        score_table(scores | {"Overall": result.overall_score}, metadata.scale, weights, notes),
        *category_texts(result.matched_category_data),
        *bullets("From the interview", (insight["text"] for insight in result.ai_insights)),
    )


def show_respondents_view(console: Console, view: LinkView) -> None:
    """Show what the session's link shows: as much as the assessment's ``result_disclosure`` allows."""
    what = "the category and the scores" if view.dimension_scores else "the category, without scores"
    boxed(
        console,
        Text(f"result_disclosure is {view.disclosure}: {what}", "dim"),
        *([score_table(view.dimension_scores, view.scale, {})] if view.dimension_scores else []),
        *(category_texts(view.category) if view.category else []),
    )


def show_next(
    console: Console, stack: Mapping[str, str], token: str, session: Session, result: Result
) -> None:
    """Show three lines that work when they are pasted, all addresses, and two links to click."""
    url, key = stack["API_URL"], stack["PUBLISHABLE_KEY"]
    curl, header = "curl -sw '\\n'", f"-H 'apikey: {key}'"
    json_header, bearer = "-H 'Content-Type: application/json'", f"-H 'Authorization: Bearer {token}'"
    body = json.dumps({"access_token": session.access_token})
    script = (
        'import {createClient} from "@supabase/supabase-js"; import ws from "ws"; '
        f'const db = createClient("{url}", "{key}", {{realtime: {{transport: ws}}}}); '
        f'await db.auth.signInWithPassword({{email: "{OWNER_EMAIL}", password: "{OWNER_PASSWORD}"}}); '
        'console.table((await db.from("custom_assessments").select("name,version,status,slug")).data)'
    )
    heading(console, "7  The stack is still running: paste these lines in this folder")
    for title, line in {
        "what the respondent's link shows, without an account": (
            f"{curl} {url}/rest/v1/rpc/session_result {header} {json_header} -d '{body}'"
        ),
        "the owner's results (the token is valid for an hour)": (
            f"{curl} '{url}/rest/v1/effective_results"
            f"?select=matched_category,overall_score,dimension_scores' {header} {bearer}"
        ),
        "the owner's assessments, with supabase-js": f"node --input-type=module -e '{script}'",
    }.items():
        console.print(Text(f"\n# {title}", "dim"))
        console.print(line, soft_wrap=True)
    table = Table.grid(padding=(0, 2))
    table.add_row("API", Text(url, "bold"))
    table.add_row("Owners", f"{OWNER_EMAIL}  {OWNER_PASSWORD}")
    table.add_row("", "owner@northfield.example  northfield-local")
    table.add_row("Worker", "stopped with this demo; README.md shows how to run one")
    table.add_row("Stop", "make down")
    console.print("", table)
    heading(console, "8  See both in a browser")
    for title, path in {
        f"the owner's result, after signing in as {OWNER_EMAIL} with the password {OWNER_PASSWORD}": (
            f"results/{result.id}"
        ),
        "the respondent's view": f"s/{session.access_token}",
    }.items():
        console.print(Text(f"\n# {title}", "dim"))
        console.print(f"{url}/#/{path}", soft_wrap=True)


def run(console: Console, stack: Mapping[str, str]) -> None:
    """Run the whole demo."""
    owner, respondent = connect(stack, stack["ANON_KEY"]), connect(stack, stack["ANON_KEY"])
    agent = connect(stack, stack["SERVICE_ROLE_KEY"])

    heading(console, "1  The owner of a coaching practice signs in")
    token = step(console, "signing in", lambda: sign_in(owner), f"signed in as {OWNER_EMAIL}")
    tenant = one(Tenant, owner.table("tenant_profiles").select("id,display_name").execute().data)
    console.print(f"     the practice: {tenant.display_name}")

    with worker_running(stack) as alive:
        heading(console, "2  The owner uploads four Markdown files; the worker compiles them")
        files = sorted(HERE.glob("*.md"), key=lambda path: (path.name == BROKEN, path.name))
        ids = step(
            console,
            "uploading",
            lambda: {path: upload(owner, tenant, path) for path in files},
            "uploaded through PostgREST",
        )
        uploads = step(
            console,
            "waiting for the worker",
            lambda: wait_for(lambda: finished_uploads(owner, ids.values()), alive),
            "compiled by the worker",
        )
        show_uploads(console, owner, {path: uploads[upload_id] for path, upload_id in ids.items()})
        chosen = uploads[ids[HERE / ACTIVATED]].assessment_id
        if chosen is None:
            raise StackError(f"{ACTIVATED} did not compile.", "See its errors above.")

        heading(console, "3  The owner activates one and creates a coaching session with it")
        step(console, "activating", lambda: activate(owner, chosen), "“{0.name}” is {0.status}")
        session = step(
            console,
            "creating the session",
            lambda: create_session(owner, tenant, chosen),
            f"created a session for {RESPONDENT_NAME}, with a link of its own",
        )
        welcome = link_says(respondent, session)
        console.print(f"     the link says: {welcome.state}, “{welcome.name}” from {welcome.tenant}")
        console.print(f"     and: {welcome.notice['machine']}")

        heading(console, "4  An agent interviews the respondent and submits the scores")
        talk = open_talk(agent, session, chosen)
        context = step(
            console,
            "asking for the context",
            lambda: interview(agent, talk),
            "began the interview with version {0.version}",
        )
        opening = context.definition.interview_guidelines.opening
        console.print(Padding(reflowed(f"“{opening}”"), (0, 0, 0, 5)))
        step(
            console,
            "editing the assessment",
            lambda: edit(owner, chosen),
            "meanwhile its owner edited the opening: version {0.version}",
        )
        step(
            console,
            "asking once more",
            lambda: interview(agent, talk),
            "the interview goes on with version {0.version}",
        )
        script = Scripted()
        interviewer = Agent(lambda name, given: agent.rpc(name, given).execute().data, talk.id, script)
        step(
            console,
            "asking the questions",
            lambda: interviewer.interview(script.reply),
            "asked about each dimension: {0} turns, each kept when it was said",
        )
        step(
            console,
            "rating",
            interviewer.rate,
            "rated in three readings, each with the bands in another order: {0} ratings with quotes",
        )
        step(
            console,
            "handing in",
            lambda: interviewer.hand_in(
                session.id, ai_insights=INSIGHTS, completed_at=datetime.now(UTC).isoformat()
            ),
            "handed in; the database found the quotes in the transcript",
        )
        result = step(
            console,
            "waiting for the result",
            lambda: wait_for(lambda: result_of(owner, session), alive),
            "scored by the database; the result is frozen",
        )

    heading(console, "5  What the owner sees")
    show_result(console, result, explanation(owner, session))
    heading(console, "6  What the respondent sees through the link")
    console.print(f"     the link says: {link_says(respondent, session).state}")
    show_respondents_view(console, link_shows(respondent, session))
    show_next(console, stack, token, session, result)


def explain(error: Exception) -> StackError:
    """Turn errors of libraries into errors that a person can fix."""
    match error:
        case StackError():
            return error
        case APIError():
            return StackError(f"The API refused: {error.message}", error.hint or "", error.details or "")
        case AuthError():
            return StackError(
                f"Signing in as {OWNER_EMAIL} failed: {error.message}",
                "The owners come from supabase/seed.sql. Recreate the database: make reset",
            )
        case httpx.TransportError():
            return StackError(
                f"The local stack does not answer ({type(error).__name__}).",
                "See what is running: make status. Start it: make up",
            )
        case ValidationError():
            return StackError(
                "The API's answer is not what this demo expects.",
                "Recreate the database with its latest migrations: make reset",
                str(error),
            )
        case _:
            raise error


def main() -> int:
    """Run the demo; 0 if it succeeded, 1 if something was missing or refused, 130 if interrupted."""
    console = console_on(sys.stdout)
    try:
        run(console, Stack(print).env())
    except KeyboardInterrupt:
        console.print("\nInterrupted. The stack is still running; stop it with: make down")
        return 130
    except (StackError, APIError, AuthError, httpx.TransportError, ValidationError) as error:
        print(f"\n{explain(error)}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
