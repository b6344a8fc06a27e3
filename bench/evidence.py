"""What evidence costs: the check of quotes, and completions with a transcript."""

# Statements are this file's own texts, and are easiest to compare when each is on one line. The texts of the interviews are made
# up by chance, and are not secrets.
# ruff: noqa: E501, SIM905, S311

from __future__ import annotations

import json
import random
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import psycopg

from bench import data, documents
from bench.cluster import Servers
from bench.data import Size
from bench.measure import Report, on_one_processor, sample_in_turn

#: What the check of 1,000 quotes in a transcript of 500 KB may take, in milliseconds of the database's CPU time.
MOST = 200.0
QUOTES = 1_000
TRANSCRIPT_BYTES = 500_000
_SHORT_TRANSCRIPT_BYTES = 50_000

_CHECK = "select private.located_quotes(%s::jsonb, %s::jsonb)"
_COMPLETE = "select public.complete_assessment_session(%s, 'coaching', %s, transcript => %s)"
_SESSIONS = (
    "insert into public.coaching_sessions (tenant_id, client_name, assessment_type, custom_assessment_id)"
    " select %s, 'Client', 'custom', %s from generate_series(1, %s) returning id::text"
)
_WORDS = (
    "I led the team through a difficult time because nobody else wanted the responsibility and when people asked me what"
    " to do I told them that we should listen to customers before any decision about price quality or budget"
).split()

_Turn = dict[str, object]
_Asked = dict[str, object]


def run(servers: Servers, report: Report, *, full: bool, tell: Callable[[str], None]) -> None:
    """Measure what evidence costs."""
    name = "evidence_ours"
    servers.make(name, "ours")
    with servers.superuser(name) as admin:
        data.load(admin, "ours", Size(1, stubs=True))
    with ExitStack() as stack:
        owner = stack.enter_context(servers.owner(name))
        agent = stack.enter_context(servers.owner(name))
        agent.execute("set role service_role")
        with on_one_processor(connection.info.backend_pid for connection in (owner, agent)):
            _quotes(owner, report, rounds=9 if full else 5, tell=tell)
            _completions(owner, agent, report, number=1_000 if full else 50, tell=tell)
    servers.drop(name)


def _cpu_milliseconds(process: int) -> float:
    """How long a process has run, whatever else the machine does; the time of day where Linux does not say."""
    scheduled = Path(f"/proc/{process}/schedstat")
    if scheduled.exists():
        return int(scheduled.read_text(encoding="ascii").split()[0]) / 1e6
    return time.perf_counter() * 1000


def _spent(connection: psycopg.Connection, statement: str, values: list[object]) -> float:
    """The database's CPU time for a statement, in milliseconds."""
    before = _cpu_milliseconds(connection.info.backend_pid)
    connection.execute(statement.encode(), values).fetchall()
    return _cpu_milliseconds(connection.info.backend_pid) - before


def transcript(chance: random.Random, size: int) -> list[_Turn]:
    """Turns of about 500 characters in turn of an interviewer and a respondent, of so many bytes together."""
    turns: list[_Turn] = []
    while size > 0:
        sentences = (" ".join(chance.choices(_WORDS, k=chance.randint(5, 15))) for _ in range(9))
        text = " ".join(sentence.capitalize() + "." for sentence in sentences)
        turns.append(
            {"turn": len(turns), "speaker": ("interviewer", "respondent")[len(turns) % 2], "text": text}
        )
        size -= len(text)
    return turns


def _asked(chance: random.Random, turns: list[_Turn]) -> Iterator[_Asked]:
    """Yield quotes as models give them.

    Of twenty, sixteen are as they were said, one each is in capitals within marks, of another turn, with other
    white space, and invented.
    """
    for place in range(QUOTES):
        turn = chance.choice(turns[1::2])
        words = str(turn["text"]).split()
        start = chance.randrange(len(words) - 30)
        quote = " ".join(words[start : start + chance.randint(8, 25)])
        named = turn["turn"]
        match place % 20:
            case 16:
                quote = f"\u201c{quote.upper()}\u2026\u201d"
            case 17:
                named = chance.choice(turns[1::2])["turn"]
            case 18:
                quote = quote.replace(" ", "  ")
            case 19:
                quote += f" and nobody said number {place}"
        yield {"turn": named, "quote": quote}


def _quotes(owner: psycopg.Connection, report: Report, *, rounds: int, tell: Callable[[str], None]) -> None:
    """The check of quotes as models give them, and of those that are meant to take long."""
    chance = random.Random(20260107)
    turns = transcript(chance, TRANSCRIPT_BYTES)
    letters = [{"turn": turn, "speaker": "respondent", "text": "a" * 20_000} for turn in range(25)]
    cases: dict[str, tuple[list[_Turn], list[_Asked]]] = {
        "usual": (turns, list(_asked(chance, turns))),
        "invented": (
            turns,
            [{"turn": 1, "quote": f"and nobody said the number {place}"} for place in range(QUOTES)],
        ),
        "equal": ([dict(turn) for turn in letters], [{"turn": 3, "quote": "a" * 1_000}] * QUOTES),
    }
    works = {
        name: partial(_spent, owner, _CHECK, [json.dumps(said), json.dumps(asked)])
        for name, (said, asked) in cases.items()
    }
    samples = sample_in_turn(works, rounds=rounds)
    told = {
        "usual": "as models give them",
        "invented": "that nobody said",
        "equal": 'that are equal, in turns of "aaaa..."',
    }
    for name, taken in samples.items():
        report.add(
            f"evidence.quotes.{name}", "ms", taken, f"CPU time of {_CHECK}, {QUOTES:,} quotes {told[name]}"
        )
    middle = {name: statistics.median(taken) for name, taken in samples.items()}
    report.ratio(
        "evidence.quotes.usual",
        f"{QUOTES:,} quotes in 500 KB, of {MOST:g} ms of CPU time",
        middle["usual"] / MOST,
    )
    for name in ("invented", "equal"):
        report.compare_in_turn(
            f"evidence.quotes.hostile.{name}",
            f"{QUOTES:,} quotes {told[name]}, against as many as models give them",
            samples[name],
            samples["usual"],
        )
    tell(f"{QUOTES:,} quotes: " + ", ".join(f"{name} {value:.0f} ms" for name, value in middle.items()))


def _completions(
    owner: psycopg.Connection,
    agent: psycopg.Connection,
    report: Report,
    *,
    number: int,
    tell: Callable[[str], None],
) -> None:
    """A batch of completions with transcripts of 50 KB, in turn with a batch of bare ones."""
    definition = documents.definition(1, dimensions=8, size=7_000, named=False)
    row = owner.execute(
        "insert into public.custom_assessments (tenant_id, created_by, name, definition, status)"
        " values (%s, %s, 'Evidence', %s, 'active') returning id::text",
        [data.identifier("tenant", 1), data.identifier("user", 1), definition],
    ).fetchone()
    if row is None:
        raise RuntimeError("the assessment was not inserted")
    scores = json.dumps({dimension["name"]: 3 for dimension in json.loads(definition)["dimensions"]})
    said = json.dumps(transcript(random.Random(20260107), _SHORT_TRANSCRIPT_BYTES))
    rounds = 5
    part = number // rounds

    def batch(turns: str | None) -> float:
        sessions = owner.execute(_SESSIONS, [data.identifier("tenant", 1), row[0], part]).fetchall()
        return sum(_spent(agent, _COMPLETE, [session[0], scores, turns]) for session in sessions) / part

    samples = sample_in_turn({"with": partial(batch, said), "bare": partial(batch, None)}, rounds=rounds)
    for name, told in (("with", "a transcript of 50 KB"), ("bare", "no transcript")):
        report.add(
            f"evidence.completions.{name}",
            "ms",
            samples[name],
            f"CPU time of {_COMPLETE}, {told}, {number:,} in {rounds} batches",
        )
    ratio = report.compare_in_turn(
        "evidence.completions",
        "a completion with a transcript of 50 KB, against a bare one",
        samples["with"],
        samples["bare"],
    )
    middle = {name: statistics.median(taken) for name, taken in samples.items()}
    tell(
        f"a completion: {middle['with']:.2f} ms with a transcript, {middle['bare']:.2f} bare, {ratio.value:.1f}"
    )
