"""The main job, done the way its users do it, against the local stack.

A tenant's owner signs in, uploads the assessments of this folder, activates one and makes a coaching session
with it. An interview agent completes the session. The database scores it, and the result is shown as the
owner sees it and as the respondent sees it through the session's link. Nothing here has more rights than the
person or program it stands for.

Run by ``make demo``, after ``python -m stack reset``.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, Final, TypeVar

try:
    import httpx
    from postgrest.exceptions import APIError
    from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
    from pydantic.alias_generators import to_camel
    from supabase import Client, create_client
    from supabase.lib.client_options import SyncClientOptions
    from supabase_auth.errors import AuthError

    from worker.compiler import Compilation, Diagnostic
    from worker.compiler.report import summary, text_report
except KeyboardInterrupt:
    sys.exit(130)
except ModuleNotFoundError as missing:
    sys.exit(f"error: the Python package {missing.name} is missing\n  Run it in the checkout: make demo")

HERE: Final = Path(__file__).resolve().parent
CHECKOUT: Final = HERE.parent
BROKEN: Final = "broken.md"
ACTIVATED: Final = "leadership-archetypes.md"

# The first owner of supabase/seed.sql. The password is for this machine's stack only.
OWNER_EMAIL: Final = "owner@aldergrove.example"
OWNER_PASSWORD: Final = "aldergrove-local"  # noqa: S105 - published in the seed, for development only

RESPONDENT_NAME: Final = "Ines Carvalho"
RESPONDENT_EMAIL: Final = "ines.carvalho@client.example"
# What the agent's interview came to.
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

PATIENCE: Final = 60.0  # seconds that the worker is given for one step
POLL: Final = 0.1  # seconds between two looks

Row = TypeVar("Row", bound=BaseModel)
Value = TypeVar("Value")


class DemoError(Exception):
    """Something is missing or went wrong, and a person can do something about it."""

    def __init__(self, message: str, hint: str = "", log: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.log = log


# ------------------------------------------------------------------------------------------------------------
# What the API answers with
# ------------------------------------------------------------------------------------------------------------


class Tenant(BaseModel):
    """A tenant that the signed-in owner may see."""

    id: str
    display_name: str


class Upload(BaseModel):
    """An upload as its tenant reads it back; ``diagnostics`` are those of the compiler."""

    id: str
    status: str
    assessment_id: str | None = None
    diagnostics: list[dict[str, Any]] | None = None

    @property
    def finished(self) -> bool:
        """Whether the worker is done with it."""
        return self.status in {"succeeded", "failed"}


class Assessment(BaseModel):
    """What the demo reads of an assessment."""

    id: str
    name: str
    slug: str
    version: str
    status: str


class Session(BaseModel):
    """A coaching session; whoever has ``access_token`` is its respondent."""

    id: str
    access_token: str


class AgentSession(BaseModel):
    """The agent's side of a session."""

    id: str


class Part(BaseModel):
    """A part of a definition; its JSON is written in camelCase."""

    model_config = ConfigDict(alias_generator=to_camel)


class Metadata(Part):
    """The definition's own description."""

    name: str
    version: str = ""
    scale: tuple[Decimal, Decimal] = (Decimal(1), Decimal(5))


class Dimension(Part):
    """One dimension, with its share of the overall score from 0 to 1."""

    name: str
    weight: Decimal


class Guidelines(Part):
    """How the interview goes."""

    opening: str | None = None
    probing_questions: dict[str, list[str]] = {}


class Definition(Part):
    """What a report and an agent need of a definition."""

    metadata: Metadata
    dimensions: list[Dimension]
    interview_guidelines: Guidelines = Guidelines()


class Category(Part):
    """A matched category, with the texts that its author wrote."""

    name: str
    description: str | None = None
    strengths: list[str] = []
    growth_areas: list[str] = []
    recommendations: list[str] = []


class Insight(BaseModel):
    """What the agent noted beside the scores."""

    dimension: str | None = None
    text: str


class Result(BaseModel):
    """A finished result, as its owner reads it."""

    dimension_scores: dict[str, Decimal]
    overall_score: Decimal
    matched_category_data: Category | None
    ai_insights: list[Insight] | None
    assessment_definition_snapshot: Definition
    completed_at: datetime | None


class LinkView(BaseModel):
    """What a respondent's link answers; what the assessment does not disclose is missing."""

    complete: bool
    disclosure: str | None = None
    scale: tuple[Decimal, Decimal] = (Decimal(1), Decimal(5))
    dimension_scores: dict[str, Decimal] | None = None
    overall_score: Decimal | None = None
    category: Category | None = None


# ------------------------------------------------------------------------------------------------------------
# The terminal
# ------------------------------------------------------------------------------------------------------------


@dataclass
class Terminal:
    """Writes to a person: in colour where that is wanted, and in ASCII where nothing else can be shown."""

    stream: IO[str]
    colour: bool
    unicode: bool
    live: bool
    width: int = 100
    _step: int = field(default=0, init=False)

    @classmethod
    def for_stream(cls, stream: IO[str], environment: Mapping[str, str]) -> Terminal:
        """Look at what ``stream`` can do; NO_COLOR (any value) turns colour off."""
        live = stream.isatty() and environment.get("TERM") != "dumb"
        encoding = (getattr(stream, "encoding", None) or "ascii").lower().replace("-", "")
        return cls(
            stream,
            colour=live and not environment.get("NO_COLOR"),
            unicode=encoding.startswith("utf"),
            live=live,
            width=max(60, min(100, shutil.get_terminal_size((100, 24)).columns)),
        )

    def paint(self, code: str, text: str) -> str:
        """Return ``text`` in the colour of an SGR ``code``, or as it is."""
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour else text

    def write(self, text: str = "") -> None:
        """Write a line; what cannot be shown here is replaced."""
        if not self.unicode:
            text = text.translate(ASCII).encode("ascii", "replace").decode()
        self.stream.write(text + "\n")
        self.stream.flush()

    def heading(self, text: str) -> None:
        """Begin a numbered step."""
        self._step += 1
        self.write()
        self.write(self.paint("1", f"{self._step}  {text}"))

    def wrapped(self, text: str, indent: str, first: str | None = None) -> None:
        """Write a paragraph within the width."""
        start = indent if first is None else first
        for line in textwrap.wrap(text, self.width, initial_indent=start, subsequent_indent=indent):
            self.write(line)

    @contextmanager
    def doing(self, text: str) -> Iterator[Callable[[str], None]]:
        """Show what is being done, then that it is done and how long it took.

        Yields a function that changes the line's final text. A live terminal sees the line at once; elsewhere
        it is written when its outcome is known, so that a log has one line a step.
        """
        said = [text]
        if self.live:
            self.stream.write(f"   {self.paint('2', '… ' + text if self.unicode else '. ' + text)}")
            self.stream.flush()
        started = time.monotonic()
        try:
            yield lambda final: said.__setitem__(0, final)
        except BaseException:
            self._erase()
            self.write(f"   {self.paint('31', '✗')} {text}")
            raise
        self._erase()
        seconds = self.paint("2", f"{time.monotonic() - started:.1f} s")
        self.write(f"   {self.paint('32', '✓')} {said[0]}  {seconds}")

    def _erase(self) -> None:
        if self.live:
            self.stream.write("\r\x1b[2K")


ASCII: Final = str.maketrans(
    {"✓": "+", "✗": "x", "█": "#", "░": ".", "•": "*", "─": "-", "–": "-", "→": ">", "…": "...", "·": "-",
     "“": '"', "”": '"', "‘": "'", "’": "'"}
)  # fmt: skip


# ------------------------------------------------------------------------------------------------------------
# The stack and the worker
# ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stack:
    """Where the local stack answers, and its keys."""

    url: str
    anon_key: str
    publishable_key: str
    service_key: str
    database_url: str


def stack_in_use() -> Stack:
    """Ask ``python -m stack env`` where everything is.

    Raises:
        DemoError: the stack does not run.
    """
    asked = subprocess.run(
        [sys.executable, "-m", "stack", "env"], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    if asked.returncode != 0:
        said, _, hint = asked.stderr.strip().partition("\n")
        raise DemoError(said.removeprefix("error: "), hint.strip() or "Start the stack: make up")
    values = dict(
        word.removeprefix("export ").split("=", 1)
        for line in asked.stdout.splitlines()
        for word in shlex.split(line)
        if "=" in word
    )
    try:
        return Stack(
            url=values["API_URL"],
            anon_key=values["ANON_KEY"],
            publishable_key=values.get("PUBLISHABLE_KEY", values["ANON_KEY"]),
            service_key=values["SERVICE_ROLE_KEY"],
            database_url=values["DB_URL"],
        )
    except KeyError as missing:
        raise DemoError(
            f"`python -m stack env` did not say {missing}.", "Start the stack anew: make up"
        ) from None


@contextmanager
def worker_running(stack: Stack) -> Iterator[Callable[[], None]]:
    """Run ``python -m worker run`` beside this program, and stop it at the end.

    Yields a function that raises a DemoError with the end of the worker's log once the worker has died.
    """
    environment = {
        **os.environ,
        "SUPABASE_URL": stack.url,
        "SUPABASE_SERVICE_ROLE_KEY": stack.service_key,
        "DATABASE_URL": stack.database_url,
    }
    with tempfile.TemporaryFile("w+", encoding="utf-8") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "worker", "run"],
            cwd=CHECKOUT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for the demo, which then stops the worker itself
        )

        def check() -> None:
            if process.poll() is not None:
                log.seek(0)
                tail = "".join(log.readlines()[-20:])
                raise DemoError(f"The worker stopped with exit code {process.returncode}.", log=tail)

        try:
            yield check
        finally:
            process.terminate()
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def connect(stack: Stack, key: str) -> Client:
    """Return a Supabase client; HTTP/1.1 and no background threads, since this program is short."""
    options = SyncClientOptions(
        auto_refresh_token=False,
        persist_session=False,
        httpx_client=httpx.Client(timeout=20.0, http2=False, follow_redirects=True),
    )
    return create_client(stack.url, key, options)


def rows(model: type[Row], data: object) -> list[Row]:
    """Read an answer of PostgREST as rows of ``model``."""
    return TypeAdapter(list[model]).validate_python(data)  # type: ignore[valid-type]  # a type made at run time


def one(model: type[Row], data: object, what: str) -> Row:
    """Read an answer that must hold one row.

    Raises:
        DemoError: there is none, ``what`` being what was looked for.
    """
    found = rows(model, data)
    if not found:
        raise DemoError(f"There is no {what}.", "Make the database anew: make reset")
    return found[0]


def wait_for(look: Callable[[], Value | None], what: str, alive: Callable[[], None]) -> Value:
    """Look again and again until there is something to see.

    Raises:
        DemoError: nothing came within a minute, or the worker died.
    """
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        seen = look()
        if seen is not None:
            return seen
        alive()
        time.sleep(POLL)
    raise DemoError(
        f"Waited {PATIENCE:.0f} seconds for {what}, and nothing came.",
        'See what the queue holds: eval "$(.venv/bin/python -m stack env)"; '
        "SUPABASE_URL=$API_URL SUPABASE_SERVICE_ROLE_KEY=$SERVICE_ROLE_KEY .venv/bin/python -m worker status",
    )


# ------------------------------------------------------------------------------------------------------------
# What each person and program does
# ------------------------------------------------------------------------------------------------------------


def sign_in(client: Client) -> str:
    """Sign the owner in through Auth and return the access token."""
    answer = client.auth.sign_in_with_password({"email": OWNER_EMAIL, "password": OWNER_PASSWORD})
    if answer.session is None:
        raise DemoError("Auth answered without a session.", "Make the database anew: make reset")
    return answer.session.access_token


def upload(owner: Client, tenant: Tenant, path: Path) -> str:
    """Hand in a file as the owner's front end does, and return the upload's id."""
    row = {"tenant_id": tenant.id, "source_markdown": path.read_text(encoding="utf-8")}
    return one(Upload, owner.table("assessment_uploads").insert(row).execute().data, "upload").id


def finished_uploads(owner: Client, ids: list[str]) -> dict[str, Upload] | None:
    """Return the uploads by id once all of them are done."""
    answer = (
        owner.table("assessment_uploads")
        .select("id,status,assessment_id,diagnostics")
        .in_("id", ids)
        .execute()
    )
    found = {row.id: row for row in rows(Upload, answer.data)}
    return found if len(found) == len(ids) and all(row.finished for row in found.values()) else None


def assessment(owner: Client, assessment_id: str) -> Assessment:
    """Read an assessment as its owner."""
    answer = (
        owner.table("custom_assessments")
        .select("id,name,slug,version,status")
        .eq("id", assessment_id)
        .execute()
    )
    return one(Assessment, answer.data, "assessment of that id")


def activate(owner: Client, assessment_id: str) -> None:
    """Make a draft one that can be chosen."""
    owner.table("custom_assessments").update({"status": "active"}).eq("id", assessment_id).execute()


def make_session(owner: Client, tenant: Tenant, assessment_id: str) -> Session:
    """Make a coaching session, as the owner does when a client signs up."""
    row = {
        "tenant_id": tenant.id,
        "client_name": RESPONDENT_NAME,
        "client_email": RESPONDENT_EMAIL,
        "assessment_type": "custom",
        "custom_assessment_id": assessment_id,
    }
    return one(Session, owner.table("coaching_sessions").insert(row).execute().data, "coaching session")


def interview(agent: Client, session: Session, assessment_id: str) -> Definition:
    """Begin the interview as an agent does: open a session of its own and ask what to talk about."""
    row = {
        "coaching_session_id": session.id,
        "agent_type": "interview",
        "custom_assessment_id": assessment_id,
    }
    opened = one(AgentSession, agent.table("agent_sessions").insert(row).execute().data, "agent session")
    answer = agent.rpc("interview_context", {"agent_session_id": opened.id}).execute()
    context = answer.data
    if not isinstance(context, dict) or "definition" not in context:
        raise DemoError("The interview has no assessment to go by.", "Make the database anew: make reset")
    return Definition.model_validate(context["definition"])


def complete(agent: Client, session: Session) -> None:
    """Hand in the scores, as the agent does at the end of the interview."""
    agent.rpc(
        "complete_assessment_session",
        {
            "session_id": session.id,
            "session_type": "coaching",
            "dimension_scores": dict(SCORES),
            "ai_insights": INSIGHTS,
            "completed_at": datetime.now(UTC).isoformat(),
        },
    ).execute()


def result_of(owner: Client, session: Session) -> Result | None:
    """Read the session's result as its owner; None while there is none."""
    answer = (
        owner.table("custom_assessment_results")
        .select("*")
        .eq("session_id", session.id)
        .eq("session_type", "coaching")
        .execute()
    )
    found = rows(Result, answer.data)
    return found[0] if found else None


def link_shows(respondent: Client, session: Session) -> LinkView:
    """Ask as the respondent does: without an account, with the token of the link."""
    answer = respondent.rpc("session_result", {"access_token": session.access_token}).execute()
    return LinkView.model_validate(answer.data)


# ------------------------------------------------------------------------------------------------------------
# The report
# ------------------------------------------------------------------------------------------------------------


def bar(score: Decimal, scale: tuple[Decimal, Decimal], length: int = 24) -> str:
    """Return a bar of ``length`` characters, empty at the low end of the scale and full at the high end."""
    low, high = scale
    full = int((score - low) / (high - low) * length + Decimal("0.5"))
    return "█" * full + "░" * (length - full)


def print_report(terminal: Terminal, result: Result) -> None:
    """Print a result as a report: a bar for each dimension, the category and what its author wrote."""
    definition = result.assessment_definition_snapshot
    scale = definition.metadata.scale
    names = max(len(dimension.name) for dimension in definition.dimensions)
    rule = "   " + "─" * (terminal.width - 6)
    when = f" · {result.completed_at:%d %B %Y}" if result.completed_at else ""
    terminal.write(rule)
    title = terminal.paint("1", definition.metadata.name)
    terminal.write(f"   {title} {definition.metadata.version} · {RESPONDENT_NAME}{when}")
    terminal.write(rule)
    for dimension in definition.dimensions:
        share = terminal.paint("2", f"{dimension.weight * 100:4.0f} %")
        score = result.dimension_scores.get(dimension.name)
        if score is None:
            terminal.write(f"   {dimension.name:<{names}}     –  {'not discussed':<24}  {share}")
        else:
            colour = terminal.paint("36", bar(score, scale))
            terminal.write(f"   {dimension.name:<{names}}  {score:.2f}  {colour}  {share}")
    overall = terminal.paint("1;36", bar(result.overall_score, scale))
    terminal.write(f"   {terminal.paint('1', 'Overall'.ljust(names))}  {result.overall_score:.2f}  {overall}")
    terminal.write()
    print_category(terminal, result.matched_category_data)
    if result.ai_insights:
        print_list(terminal, "From the interview", [insight.text for insight in result.ai_insights])
    terminal.write(rule)


def print_category(terminal: Terminal, category: Category | None) -> None:
    """Print the matched category, or that there is none."""
    if category is None:
        terminal.write("   No category stands for this score.")
        return
    terminal.write(f"   {terminal.paint('1;33', category.name)}")
    if category.description:
        terminal.wrapped(category.description, "   ")
    print_list(terminal, "Strengths", category.strengths)
    print_list(terminal, "Growth areas", category.growth_areas)
    print_list(terminal, "Recommendations", category.recommendations)


def print_list(terminal: Terminal, title: str, items: list[str]) -> None:
    """Print a titled list; nothing at all when it is empty."""
    if not items:
        return
    terminal.write()
    terminal.write(f"   {terminal.paint('1', title)}")
    for item in items:
        terminal.wrapped(item, "     ", "   • ")


def print_respondents_view(terminal: Terminal, view: LinkView) -> None:
    """Print what the session's link shows: as much as the assessment's ``result_disclosure`` allows."""
    terminal.write("   " + "─" * (terminal.width - 6))
    if not view.complete:
        terminal.write("   Nothing yet: the interview is not complete.")
    elif view.disclosure is None:
        terminal.write(
            "   The interview is complete. This assessment tells its respondents no more than that."
        )
    else:
        told = "the category, and no scores" if view.dimension_scores is None else "everything"
        terminal.write(f"   {terminal.paint('2', f'result_disclosure {view.disclosure}: {told}')}")
        terminal.write()
        for name, score in (view.dimension_scores or {}).items():
            terminal.write(f"   {name:<28} {score:.2f}  {terminal.paint('36', bar(score, view.scale))}")
        print_category(terminal, view.category)
    terminal.write("   " + "─" * (terminal.width - 6))


# ------------------------------------------------------------------------------------------------------------
# The demo
# ------------------------------------------------------------------------------------------------------------


def show_uploads(
    terminal: Terminal, owner: Client, paths: Mapping[str, Path], uploads: Mapping[str, Upload]
) -> None:
    """Say what became of each file, and show the faults of those that failed."""
    for upload_id, path in paths.items():
        done = uploads[upload_id]
        if done.assessment_id is not None:
            made = assessment(owner, done.assessment_id)
            count = len(done.diagnostics or [])
            noted = f"  {count} warning{'s' if count > 1 else ''}" if count else ""
            tick, what = terminal.paint("32", "✓"), f"{made.status} “{made.name}” {made.version}"
            terminal.write(f"   {tick} {path.name:<26} → {what}{terminal.paint('2', noted)}")
            continue
        terminal.write(f"   {terminal.paint('31', '✗')} {path.name:<26} → failed, with every fault at once:")
        terminal.write()
        terminal.write(textwrap.indent(faults_report(path, done, colour=terminal.colour), "     ").rstrip())


def faults_report(path: Path, upload: Upload, *, colour: bool) -> str:
    """Return the upload's diagnostics as ``python -m worker check`` prints them."""
    source = path.read_bytes()
    told = tuple(Diagnostic(**fault) for fault in upload.diagnostics or [])
    errors = sum(fault.severity == "error" for fault in told)
    return text_report(path.name, source, Compilation(None, told, (1, 1)), colour=colour) + summary(
        1, errors, len(told) - errors
    )


def show_next(terminal: Terminal, stack: Stack, token: str, session: Session) -> None:
    """Say where everything is, and give three lines that work when they are pasted."""
    rest = f"{stack.url}/rest/v1"
    key = f"-H 'apikey: {stack.publishable_key}'"
    bearer = f"-H 'Authorization: Bearer {token}'"
    body = json.dumps({"access_token": session.access_token})
    script = (
        'import {createClient} from "@supabase/supabase-js"; import ws from "ws"; '
        f'const db = createClient("{stack.url}", "{stack.publishable_key}", '
        "{realtime: {transport: ws}}); "
        f'await db.auth.signInWithPassword({{email: "{OWNER_EMAIL}", password: "{OWNER_PASSWORD}"}}); '
        'console.table((await db.from("custom_assessments").select("name,version,status,slug")).data)'
    )
    terminal.heading("The stack is still up. What to try next, in this folder")
    for title, line in {
        "what the respondent's link shows, without an account": (
            f"curl -sw '\\n' {rest}/rpc/session_result {key} -H 'Content-Type: application/json' -d '{body}'"
        ),
        "the owner's results (this token is good for an hour)": (
            f"curl -sw '\\n' '{rest}/custom_assessment_results"
            f"?select=matched_category,overall_score,dimension_scores' {key} {bearer}"
        ),
        "what the owner may read, with supabase-js": f"node --input-type=module -e '{script}'",
    }.items():
        terminal.write()
        terminal.write(terminal.paint("2", f"# {title}"))
        terminal.write(line)
    terminal.write()
    terminal.write(f"API        {terminal.paint('1', stack.url)}")
    terminal.write(f"Owners     {OWNER_EMAIL}  {OWNER_PASSWORD}")
    terminal.write("           owner@northfield.example  northfield-local")
    terminal.write("Worker     stopped with this demo; README.md says how to run one")
    terminal.write("Stop it    make down")


def run(terminal: Terminal, stack: Stack) -> None:
    """Do the main job from beginning to end."""
    owner, agent, respondent = (
        connect(stack, stack.anon_key),
        connect(stack, stack.service_key),
        connect(stack, stack.anon_key),
    )

    terminal.heading("The owner of a coaching practice signs in")
    with terminal.doing("signing in through Auth") as say:
        token = sign_in(owner)
        tenant = one(
            Tenant,
            owner.table("tenant_profiles").select("id,display_name").execute().data,
            "tenant of this owner",
        )
        say(f"signed in as {OWNER_EMAIL}, {tenant.display_name}")

    with worker_running(stack) as alive:
        terminal.heading("The owner uploads four Markdown files; the worker compiles them")
        files = sorted(HERE.glob("*.md"), key=lambda path: (path.name == BROKEN, path.name))
        with terminal.doing("uploading through PostgREST"):
            paths = {upload(owner, tenant, path): path for path in files}
        with terminal.doing("waiting for the worker") as say:
            uploads = wait_for(lambda: finished_uploads(owner, list(paths)), "the uploads", alive)
            say("compiled by the worker")
        show_uploads(terminal, owner, paths, uploads)
        chosen = next(uploads[key].assessment_id for key, path in paths.items() if path.name == ACTIVATED)
        if chosen is None:
            raise DemoError(f"{ACTIVATED} did not compile.", "See its faults above.")

        terminal.heading("The owner activates one and makes a coaching session with it")
        with terminal.doing("activating") as say:
            activate(owner, chosen)
            say(f"“{assessment(owner, chosen).name}” is {assessment(owner, chosen).status}")
        with terminal.doing("making the session") as say:
            session = make_session(owner, tenant, chosen)
            say(f"session for {RESPONDENT_NAME}, with a link of its own")

        terminal.heading("An agent holds the interview and hands in its scores")
        with terminal.doing("asking what to talk about") as say:
            definition = interview(agent, session, chosen)
            say(f"the agent knows {len(definition.dimensions)} dimensions and how to begin")
        terminal.wrapped(f"“{definition.interview_guidelines.opening}”", "     ")
        with terminal.doing("handing in the scores"):
            complete(agent, session)
        with terminal.doing("waiting for the worker") as say:
            result = wait_for(lambda: result_of(owner, session), "the result", alive)
            say("scored by the database, and frozen")

    terminal.heading("What the owner sees")
    print_report(terminal, result)

    terminal.heading("What the respondent sees through the link")
    print_respondents_view(terminal, link_shows(respondent, session))

    show_next(terminal, stack, token, session)


def explain(error: Exception) -> DemoError:
    """Turn what a library raises into what a person can act on."""
    match error:
        case DemoError():
            return error
        case APIError():
            return DemoError(f"The API refused: {error.message}", error.hint or "", error.details or "")
        case AuthError():
            return DemoError(
                f"Signing in as {OWNER_EMAIL} failed: {error.message}",
                "The owners come from supabase/seed.sql. Make the database anew: make reset",
            )
        case httpx.TransportError():
            return DemoError(
                f"The local stack does not answer ({type(error).__name__}).",
                "See what runs: make status. Start it: make up",
            )
        case ValidationError():
            return DemoError(
                "The API's answer is not what this demo expects.",
                "Is the database migrated? Make it anew: make reset",
                str(error),
            )
        case _:
            raise error


def main() -> int:
    """Run the demo; 0 when it went through, 1 when something was missing or refused, 130 when interrupted."""
    terminal = Terminal.for_stream(sys.stdout, os.environ)
    try:
        run(terminal, stack_in_use())
    except KeyboardInterrupt:
        terminal.write()
        terminal.write("Interrupted. The stack still runs; stop it with: make down")
        return 130
    except (DemoError, APIError, AuthError, httpx.TransportError, ValidationError) as error:
        trouble = explain(error)
        print(f"\nerror: {trouble.message}", file=sys.stderr)
        if trouble.log:
            print(textwrap.indent(trouble.log.rstrip(), "    "), file=sys.stderr)
        if trouble.hint:
            print(f"  {trouble.hint}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
