"""What versions cost: edits with and without them, the context of an interview, and the bytes of a result."""

# Statements are this file's own texts, and are easiest to compare when each is on one line.
# ruff: noqa: E501

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import count

import psycopg

from bench import data, documents
from bench.cluster import Servers
from bench.data import Size
from bench.measure import Report, on_one_processor, sample_in_turn
from bench.writes import become_owner

SIZES = (5_000, 50_000, 500_000)
# One for each size, and a few others.
TENANTS = 10
# Sessions that begin, or edits that are made, in one sample.
IN_A_SAMPLE = 3

# The same answer from the same tables, without versions and pins: what an application would write first.
_PLAIN_READ = (
    "select jsonb_build_object('assessment_id', assessment.id, 'version', assessment.version, 'interview_style',"
    " coalesce(coaching.interview_style_override, assessment.interview_style_default), 'definition', assessment.definition)"
    " from public.agent_sessions as agent join public.coaching_sessions as coaching on coaching.id = agent.coaching_session_id"
    " join public.custom_assessments as assessment on assessment.id = coaching.custom_assessment_id where agent.id = %s"
)
_PLAIN_PINS = """
create table public.plain_pins (
  session_id uuid primary key, tenant_id uuid not null, pinned_at timestamptz not null default now(),
  assessment_id uuid not null references public.custom_assessments (id)
)
"""
_PLAIN_INSERT = "insert into public.plain_pins (session_id, tenant_id, assessment_id) values (%s, %s, %s)"
_CONTEXT = "select public.interview_context(%s)"
_COMPLETE = "select public.complete_assessment_session(%s, 'coaching', %s)"
_SAVE = "select public.save_progress(%s, %s)"
_PLAIN_TURNS = "create table public.plain_turns (session_id uuid, turn integer, text text, primary key (session_id, turn))"
_PLAIN_TURN = "insert into public.plain_turns (session_id, turn, text) values (%s, %s, %s)"
# What a respondent says in a turn, and how many turns an interview has.
_WORDS = "Before I decide I ask the people whom it will affect, and then I say what I mean. " * 3
_TURNS = 40
_EDIT = "update public.custom_assessments set definition = %s where id = %s"


@dataclass(frozen=True)
class _Case:
    """One size.

    Attributes:
        owner: the connection of the database's owner.
        agent: that of an interview agent.
        editor: that of the owner of the tenant.
        place: the tenant's number.
        size: the bytes of the definitions.
        report: gets the figures.
        tell: is told what was found.
    """

    owner: psycopg.Connection
    agent: psycopg.Connection
    editor: psycopg.Connection
    place: int
    size: int
    report: Report
    tell: Callable[[str], None]


@dataclass(frozen=True)
class _Talk:
    """A coaching session that has not begun, and its agent session."""

    session: str
    agent_session: str


def run(servers: Servers, report: Report, *, full: bool, tell: Callable[[str], None]) -> None:
    """Measure what versions cost."""
    name = "versions_ours"
    servers.make(name, "ours")
    with servers.superuser(name) as admin:
        data.load(admin, "ours", Size(TENANTS, stubs=True))
    with ExitStack() as stack:
        owner = stack.enter_context(servers.owner(name))
        # As the worker does when it is idle for the first time: until then each session is brought over when it begins.
        while not _is_brought_over(owner):
            pass
        owner.execute(_PLAIN_PINS)
        owner.execute(_PLAIN_TURNS)
        agent = stack.enter_context(servers.owner(name))
        agent.execute("set role service_role")
        for place, size in enumerate(SIZES, start=1):
            # Each size has a tenant of its own: how many versions an account makes in an hour is limited.
            editor = become_owner(stack.enter_context(servers.owner(name)), place)
            with on_one_processor(connection.info.backend_pid for connection in (owner, agent, editor)):
                case = _Case(owner, agent, editor, place, size, report, tell)
                _edits(case)
                _contexts(case, rounds=9 if full else 5)
                _lives(case, rounds=9 if full else 5)
                _bytes(case)
    servers.drop(name)


def _is_brought_over(owner: psycopg.Connection) -> bool:
    """Bring over some rows from before versions; whether none is left."""
    row = owner.execute("select (public.backfill_versions(10000) ->> 'finished')::boolean").fetchone()
    return bool(row and row[0])


def _definition(size: int, change: int = 0) -> str:
    """A definition of that many bytes; another change is another description of its first dimension."""
    dimensions = 4 if size < 10_000 else 20
    whole = json.loads(documents.definition(1, dimensions=dimensions, size=size, named=False))
    whole["dimensions"][0]["description"] = f"Change {change}. " + whole["dimensions"][0]["description"]
    return json.dumps(whole)


def _add_assessment(case: _Case, status: str) -> str:
    row = case.owner.execute(
        "insert into public.custom_assessments (tenant_id, created_by, name, definition, status)"
        " values (%s, %s, %s, %s, %s) returning id::text",
        [
            data.identifier("tenant", case.place),
            data.identifier("user", case.place),
            f"Of {case.size:,} bytes, {status}",
            _definition(case.size),
            status,
        ],
    ).fetchone()
    if row is None:
        raise RuntimeError("the assessment was not inserted")
    return str(row[0])


def _seconds(connection: psycopg.Connection, statement: str, values: Sequence[object]) -> float:
    start = time.perf_counter()
    cursor = connection.execute(statement.encode(), values)
    if cursor.description:
        cursor.fetchall()
    return time.perf_counter() - start


def _median_of(work: Callable[[], float], times: int) -> float:
    """The median of so many calls, which return seconds, in milliseconds."""
    return 1000 * statistics.median(work() for _ in range(times))


def _edits(case: _Case) -> None:
    """The same edit of an active assessment, which makes a version, and of a draft, which makes none."""
    changes = count(1)
    texts = {change: _definition(case.size, change) for change in range(1, 100)}
    ids = {
        "with": _add_assessment(case, "active"),
        "without": _add_assessment(case, "draft"),
    }

    def edit(name: str) -> float:
        return _median_of(
            lambda: _seconds(case.editor, _EDIT, [texts[next(changes)], ids[name]]), IN_A_SAMPLE
        )

    samples = sample_in_turn({name: partial(edit, name) for name in ids}, rounds=9)
    for name, told in (("with", "an active assessment"), ("without", "a draft that was never used")):
        case.report.add(
            f"versions.edit.{case.size}.{name}", "ms", samples[name], f"{_EDIT}, {case.size:,} bytes, {told}"
        )
    ratio = case.report.compare_in_turn(
        f"versions.edit.{case.size}",
        f"an edit of {case.size // 1000:,} KB with versions, against without",
        samples["with"],
        samples["without"],
    )
    case.tell(
        f"an edit of {case.size:,} bytes: {statistics.median(samples['with']):.2f} ms, {ratio.value:.2f}"
    )


def _add_talks(case: _Case, assessment: str, number: int) -> list[_Talk]:
    sessions = case.owner.execute(
        "insert into public.coaching_sessions (tenant_id, client_name, assessment_type, custom_assessment_id)"
        " select %s, 'Client', 'custom', %s from generate_series(1, %s) returning id::text",
        [data.identifier("tenant", case.place), assessment, number],
    ).fetchall()
    talks = case.owner.execute(
        "insert into public.agent_sessions (coaching_session_id) select unnest(%s::uuid[])"
        " returning coaching_session_id::text, id::text",
        [[row[0] for row in sessions]],
    ).fetchall()
    case.owner.execute("vacuum analyze")
    return [_Talk(*row) for row in talks]


def _contexts(case: _Case, *, rounds: int) -> None:
    """The first call of a session against a plain read and the insert of a row, later ones against a plain read."""
    assessment = _add_assessment(case, "active")
    talks = _add_talks(case, assessment, 2 * IN_A_SAMPLE * (rounds + 2))
    fresh: Iterator[_Talk] = iter(talks)
    begun: list[_Talk] = []
    # The version's first session fills its definition in, for all others.
    _seconds(case.agent, _CONTEXT, [next(fresh).agent_session])

    def first() -> float:
        talk = next(fresh)
        begun.append(talk)
        return _seconds(case.agent, _CONTEXT, [talk.agent_session])

    def plain_first() -> float:
        talk = next(fresh)
        values = [talk.session, data.identifier("tenant", case.place), assessment]
        return _seconds(case.owner, _PLAIN_READ, [talk.agent_session]) + _seconds(
            case.owner, _PLAIN_INSERT, values
        )

    def later() -> float:
        return _seconds(case.agent, _CONTEXT, [begun[0].agent_session])

    def plain_later() -> float:
        return _seconds(case.owner, _PLAIN_READ, [begun[0].agent_session])

    for key, ours, plain, times, against in (
        ("first", first, plain_first, IN_A_SAMPLE, "a plain read and a plain insert of a row"),
        ("later", later, plain_later, 10 * IN_A_SAMPLE, "a plain read"),
    ):
        samples = sample_in_turn(
            {name: partial(_median_of, work, times) for name, work in (("ours", ours), ("plain", plain))},
            rounds=rounds,
        )
        how = {"ours": _CONTEXT, "plain": _PLAIN_READ + (f"; {_PLAIN_INSERT}" if key == "first" else "")}
        for name, statement in how.items():
            case.report.add(f"versions.context_{key}.{case.size}.{name}", "ms", samples[name], statement)
        ratio = case.report.compare_in_turn(
            f"versions.context_{key}.{case.size}",
            f"the {key} interview_context of {case.size // 1000:,} KB, against {against}",
            samples["ours"],
            samples["plain"],
        )
        case.tell(
            f"{key} context of {case.size:,} bytes: {statistics.median(samples['ours']):.3f} ms, {ratio.value:.2f}"
        )


def _lives(case: _Case, *, rounds: int) -> None:
    """A session from its first context to accepted scores: without turns, with kept ones, with rows of a plain table."""
    fresh = iter(_add_talks(case, _add_assessment(case, "active"), 4 * (rounds + 2)))
    scores = json.dumps(
        {dimension["name"]: 3 for dimension in json.loads(_definition(case.size))["dimensions"]}
    )

    def save(talk: _Talk, numbers: range) -> float:
        turns = [{"turn": number, "speaker": "respondent", "text": _WORDS} for number in numbers]
        return _seconds(case.agent, _SAVE, [talk.agent_session, json.dumps(turns)])

    def insert(talk: _Talk, numbers: range) -> float:
        return sum(_seconds(case.owner, _PLAIN_TURN, [talk.session, number, _WORDS]) for number in numbers)

    def life(keep: Callable[[_Talk, range], float] | None, at_once: int) -> float:
        talk = next(fresh)
        seconds = _seconds(case.agent, _CONTEXT, [talk.agent_session])
        if keep is not None:
            seconds += sum(keep(talk, range(first, first + at_once)) for first in range(0, _TURNS, at_once))
        return 1000 * (seconds + _seconds(case.agent, _COMPLETE, [talk.session, scores]))

    ways = {"without": (None, 1), "kept": (save, 1), "kept_by_ten": (save, 10), "plain": (insert, 1)}
    samples = sample_in_turn({name: partial(life, *way) for name, way in ways.items()}, rounds=rounds)
    how = {
        "without": "",
        "kept": f"; {_TURNS} times {_SAVE}",
        "kept_by_ten": f"; {_TURNS // 10} times {_SAVE} with ten turns",
        "plain": f"; {_TURNS} times {_PLAIN_TURN}",
    }
    for name, statement in how.items():
        case.report.add(
            f"versions.life.{case.size}.{name}", "ms", samples[name], f"{_CONTEXT}{statement}; {_COMPLETE}"
        )
    ratio = case.report.compare_in_turn(
        f"versions.life.{case.size}",
        f"a session of {case.size // 1000:,} KB with {_TURNS} kept turns, against one with as many plain inserts of a row",
        samples["kept"],
        samples["plain"],
    )
    case.report.compare_in_turn(
        f"versions.life_by_ten.{case.size}",
        f"a session of {case.size // 1000:,} KB with {_TURNS} turns kept ten at a time, against {_TURNS} plain inserts",
        samples["kept_by_ten"],
        samples["plain"],
    )
    middle = {name: statistics.median(taken) for name, taken in samples.items()}
    case.tell(f"a session's life with {case.size:,} bytes: {middle}, {ratio.value:.2f}")


def _bytes(case: _Case) -> None:
    """What a result stores: its snapshot is the version's definition, stored a second time."""
    assessment = _add_assessment(case, "active")
    (talk,) = _add_talks(case, assessment, 1)
    _seconds(case.agent, _CONTEXT, [talk.agent_session])
    scores = {dimension["name"]: 3 for dimension in json.loads(_definition(case.size))["dimensions"]}
    case.owner.execute(
        "insert into public.custom_assessment_results (assessment_id, session_id, session_type, dimension_scores)"
        " values (%s, %s, 'coaching', %s)",
        [assessment, talk.session, json.dumps(scores)],
    )
    row = case.owner.execute(
        "select octet_length(assessment_definition_snapshot::text), pg_column_size(assessment_definition_snapshot),"
        " pg_column_size(result.*) from public.custom_assessment_results as result where assessment_id = %s",
        [assessment],
    ).fetchone()
    if row is None:
        raise RuntimeError("the result was not written")
    told = f"{case.size // 1000:,} KB"
    case.report.detail(
        "versions",
        **{
            f"{told}: bytes of a definition as text": int(row[0]),
            f"{told}: bytes of a snapshot as stored": int(row[1]),
        },
    )
    case.tell(f"a snapshot of {row[0]:,} bytes is stored in {row[1]:,}")
