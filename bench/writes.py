"""Writes: assessments, definitions, results and uploads; slugs of equal names; validation by size."""

# Statements are this file's own texts, and are easiest to compare when each is on one line.
# ruff: noqa: E501, S608

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

import psycopg

from bench import data, documents
from bench.cluster import Servers
from bench.data import Schema, Size
from bench.measure import LEAST_SAMPLES, Figure, Report, milliseconds, sample_in_turn

TENANTS = 50
TENANT = data.identifier("tenant", 1)
USER = data.identifier("user", 1)

_BARE = """
create table public.bare (
  tenant_id uuid, created_by uuid, name text, slug text, definition jsonb, id uuid default gen_random_uuid(),
  created_at timestamptz default now()
)
"""


@dataclass(frozen=True)
class _Writer:
    """Who writes where.

    Attributes:
        name: part of the figures' names.
        title: for people.
        connection: in autocommit, with its role and claims set.
        table: of assessments.
        slugs: whether the writer has to make the slug.
    """

    name: str
    title: str
    connection: psycopg.Connection
    table: str
    slugs: bool


def become_owner(connection: psycopg.Connection, tenant: int = 1) -> psycopg.Connection:
    """Make the connection that of a signed-in tenant's owner."""
    claims = json.dumps({"sub": str(data.identifier("user", tenant)), "role": "authenticated"})
    connection.execute(
        "select set_config('request.jwt.claims', %s, false), set_config('role', 'authenticated', false)",
        [claims],
    )
    return connection


def run(servers: Servers, report: Report, *, full: bool, tell: Callable[[str], None]) -> None:
    """Measure the writes."""
    rows = 2_000 if full else 100
    size = Size(TENANTS, stubs=True)
    schemas: dict[str, Schema] = {"write_ours": "ours", "write_literal": "literal", "write_limit": "limit"}
    for name, schema in schemas.items():
        servers.make(name, schema)
        with servers.superuser(name) as admin:
            data.load(admin, schema, size)
            admin.execute("grant usage on schema bench to authenticated")
            admin.execute("grant select on bench.varieties to authenticated")
    with ExitStack() as stack:

        def connect(name: str) -> psycopg.Connection:
            return stack.enter_context(servers.owner(name))

        connect("write_limit").execute(_BARE)
        writers = [
            _Writer("bare", "a bare heap", connect("write_limit"), "public.bare", slugs=True),
            _Writer("literal", "the literal schema, its owner", connect("write_literal"),
                    "public.custom_assessments", slugs=True),
            _Writer("literal_tenant", "the literal schema, as authenticated", become_owner(connect("write_literal")),
                    "public.custom_assessments", slugs=True),
            _Writer("ours", "ours, the owner", connect("write_ours"), "public.custom_assessments", slugs=False),
            _Writer("ours_tenant", "ours, as authenticated", become_owner(connect("write_ours")),
                    "public.custom_assessments", slugs=False),
        ]  # fmt: skip
        _inserts(writers, report, rows, tell)
        _updates(writers, report, tell)
        _results(connect("write_ours"), connect("write_literal"), report, tell)
        _uploads(become_owner(connect("write_ours")), connect("write_limit"), report, tell)
        _slugs(become_owner(connect("write_ours")), connect("write_ours"), report, full=full, tell=tell)
        _validation(connect("write_ours"), report, tell)
    for name in schemas:
        servers.drop(name)


def _inserts(writers: Sequence[_Writer], report: Report, rows: int, tell: Callable[[str], None]) -> None:
    definitions = [documents.definition(seed, named=False) for seed in range(data.VARIETIES)]
    written = 0

    def one_statement(writer: _Writer) -> float:
        nonlocal written
        written += rows
        slug = f"'x-' || {written} + n" if writer.slugs else "null"
        statement = (
            f"insert into {writer.table} (tenant_id, created_by, name, slug, definition)"
            f" select '{TENANT}', '{USER}', 'Assessment ' || {written} + n, {slug}, variety.definition"
            f" from generate_series(1, {rows}) as n"
            f" join bench.varieties as variety on variety.number = n % {data.VARIETIES}"
        )
        return milliseconds(lambda: writer.connection.execute(statement, prepare=False)) / rows

    def row_by_row(writer: _Writer) -> float:
        nonlocal written
        slug = ("slug, ", "%s, ") if writer.slugs else ("", "")
        statement = (
            f"insert into {writer.table} (tenant_id, created_by, name, {slug[0]}definition)"
            f" values (%s, %s, %s, {slug[1]}%s)"
        )
        start = time.perf_counter()
        for number in range(rows):
            written += 1
            name = f"Assessment {written}"
            values = [TENANT, USER, name, *([f"x-{written}"] if writer.slugs else [])]
            writer.connection.execute(statement, [*values, definitions[number % data.VARIETIES]])
        return (time.perf_counter() - start) * 1000 / rows

    for key, title, work in (
        ("one_statement", "in one statement", one_statement),
        ("row_by_row", "one statement a row", row_by_row),
    ):
        samples: dict[str, list[float]] = {writer.name: [] for writer in writers}
        for _ in range(LEAST_SAMPLES):
            for writer in writers:
                samples[writer.name].append(work(writer))
        figures: dict[str, Figure] = {}
        for writer in writers:
            how = (
                f"insert into {writer.table} (tenant_id, created_by, name{', slug' if writer.slugs else ''}, definition),"
                f" 7 KB each, {title}, {rows * LEAST_SAMPLES:,} rows in {LEAST_SAMPLES} parts: {writer.title}; a row"
            )
            figures[writer.name] = report.add(f"writes.{key}.{writer.name}", "ms", samples[writer.name], how)
        for name in ("ours_tenant", "ours", "literal_tenant"):
            writer = next(writer for writer in writers if writer.name == name)
            report.compare(
                f"writes.{key}.{name}",
                f"insert {title}: {writer.title}, against the literal schema's owner",
                figures[name],
                figures["literal"],
            )
        tell(f"insert {title}, ms a row: " + ", ".join(f"{n} {f.median:.3f}" for n, f in figures.items()))


def _updates(writers: Sequence[_Writer], report: Report, tell: Callable[[str], None]) -> None:
    definitions = [documents.definition(1_000 + seed, named=False) for seed in range(50)]
    by_name = {writer.name: writer for writer in writers}
    ids = {
        name: [
            row[0]
            for row in by_name[name].connection.execute(
                "select id from public.custom_assessments where tenant_id = %s and status = 'draft' order by id limit 50",
                [TENANT],
            )
        ]
        for name in ("literal", "ours_tenant")
    }
    turn = 0

    def update(name: str) -> float:
        nonlocal turn
        turn += 1
        start = time.perf_counter()
        for place, key in enumerate(ids[name]):
            by_name[name].connection.execute(
                "update public.custom_assessments set definition = %s where id = %s",
                [definitions[(place + turn) % 50], key],
            )
        return (time.perf_counter() - start) * 1000 / len(ids[name])

    samples = sample_in_turn(
        {"ours": lambda: update("ours_tenant"), "literal": lambda: update("literal")}, rounds=7
    )
    how = "update public.custom_assessments set definition = %s where id = %s"
    ours = report.add("writes.update.ours_tenant", "ms", samples["ours"], f"{how}, as authenticated")
    literal = report.add("writes.update.literal", "ms", samples["literal"], f"{how}, the owner")
    report.compare(
        "writes.update",
        "update of a definition as authenticated, against the literal schema's owner",
        ours,
        literal,
    )
    tell(f"update of a definition: {ours.median:.2f} ms, the literal schema {literal.median:.2f}")


def _results(
    ours: psycopg.Connection, literal: psycopg.Connection, report: Report, tell: Callable[[str], None]
) -> None:
    """A result as the service role's tools write it; the literal schema's caller has to say everything itself."""
    for connection in (ours, literal):
        connection.execute("delete from public.custom_assessment_results")
    row = ours.execute(
        "select scores::text, category::text, definition::text from bench.varieties where number = 0"
    ).fetchone()
    scores, category, definition = row or ("", "", "")
    sessions = [
        (
            data.identifier("coaching", 1 + place % TENANTS, place // TENANTS),
            data.identifier("assessment", 1 + place % TENANTS, (place // TENANTS) % data.ACTIVE),
        )
        for place in range(TENANTS * data.COACHINGS)
    ]
    places = {"ours": 0, "literal": 0}

    def write(name: str) -> float:
        start = time.perf_counter()
        for _ in range(50):
            session, assessment = sessions[places[name]]
            places[name] += 1
            if name == "ours":
                ours.execute(
                    "insert into public.custom_assessment_results (assessment_id, session_id, session_type,"
                    " dimension_scores) values (%s, %s, 'coaching', %s)",
                    [assessment, session, scores],
                )
            else:
                literal.execute(
                    "insert into public.custom_assessment_results (assessment_id, session_id, session_type,"
                    " dimension_scores, overall_score, matched_category, matched_category_data, assessment_version,"
                    " assessment_definition_snapshot) values (%s, %s, 'coaching', %s, 3.40, 'Builder', %s, '1.0', %s)",
                    [assessment, session, scores, category, definition],
                )
        return (time.perf_counter() - start) * 1000 / 50

    samples = sample_in_turn({"ours": lambda: write("ours"), "literal": lambda: write("literal")}, rounds=7)
    first = report.add(
        "writes.result.ours",
        "ms",
        samples["ours"],
        "insert into custom_assessment_results (assessment_id, session_id, session_type, dimension_scores): "
        "scored, categorised and frozen by the database",
    )
    second = report.add(
        "writes.result.literal",
        "ms",
        samples["literal"],
        "the same row with everything given by the caller, 7 KB of snapshot included",
    )
    report.compare("writes.result", "insert of a result, against the literal schema's owner", first, second)
    tell(f"a result: {first.median:.2f} ms, the literal schema {second.median:.2f}")


def _uploads(
    ours: psycopg.Connection, limit: psycopg.Connection, report: Report, tell: Callable[[str], None]
) -> None:
    source = documents.markdown(1)

    def write(connection: psycopg.Connection) -> float:
        start = time.perf_counter()
        for _ in range(50):
            connection.execute(
                "insert into public.assessment_uploads (tenant_id, source_markdown) values (%s, %s)",
                [TENANT, source],
            )
        return (time.perf_counter() - start) * 1000 / 50

    samples = sample_in_turn({"ours": lambda: write(ours), "limit": lambda: write(limit)}, rounds=7)
    how = "insert into public.assessment_uploads (tenant_id, source_markdown), 10 KB"
    first = report.add(
        "writes.upload.ours", "ms", samples["ours"], f"{how}, as authenticated, queued with a fair rank"
    )
    second = report.add("writes.upload.limit", "ms", samples["limit"], f"{how}, the owner of a plain table")
    report.compare("writes.upload", "insert of an upload, against a plain table's owner", first, second)
    tell(f"an upload: {first.median:.2f} ms, a plain table {second.median:.2f}")


def _slugs(
    tenant: psycopg.Connection,
    owner: psycopg.Connection,
    report: Report,
    *,
    full: bool,
    tell: Callable[[str], None],
) -> None:
    small = '{"dimensions":[{"name":"A","weight":1,"description":"B"}],"resultCategories":[]}'
    steps = (1, 10, 100, 1_000, 10_000) if full else (1, 100, 1_000)
    statement = "insert into public.custom_assessments (tenant_id, name, definition) values (%s, %s, %s)"
    fresh = 0

    def insert(name: str) -> float:
        start = time.perf_counter()
        tenant.execute(statement, [TENANT, name, small])
        return (time.perf_counter() - start) * 1000

    for _ in range(100):
        insert("Warm up")
    figures: dict[int, Figure] = {}
    firsts: list[float] = []
    equals: list[float] = []
    present = 0
    for step in steps:
        if step > 1:
            owner.execute(
                "insert into public.custom_assessments (tenant_id, name, definition)"
                " select %s, 'Equal name', %s from generate_series(1, %s)",
                [TENANT, small, step - 1 - present],
            )
            owner.execute("vacuum analyze public.custom_assessments")
            owner.execute("vacuum private.slug_series")
            present = step - 1
        firsts, equals = [], []
        for _ in range(40):
            fresh += 1
            firsts.append(insert(f"First of its name {fresh}"))
            if step > 1:
                equals.append(insert("Equal name"))
                present += 1
        how = f"insert of an assessment whose name {step - 1:,} others of the tenant have"
        figures[step] = report.add(f"writes.slug.{step}", "ms", equals or firsts, how)
    report.add(
        "writes.first_of_its_name",
        "ms",
        firsts,
        f"insert of an assessment whose name no other has, in turn with the {steps[-1]:,}th of a name",
    )
    ratio = report.compare_in_turn(
        "writes.slug",
        f"the {steps[-1]:,}th equal name against the first of its name, in turn",
        equals,
        firsts,
    )
    tell(
        "equal names, ms: "
        + ", ".join(f"{step:,}: {figure.median:.3f}" for step, figure in figures.items())
        + f" ({ratio.value:.2f})"
    )


def _validation(owner: psycopg.Connection, report: Report, tell: Callable[[str], None]) -> None:
    told = []
    for size in (1_000, 7_000, 50_000, 100_000, 500_000):
        text = documents.definition(
            1, dimensions=4 if size < 5_000 else 20 if size > 20_000 else 8, size=size
        )
        owner.execute("create temporary table if not exists one (definition jsonb)")
        owner.execute("delete from one")
        owner.execute("insert into one values (%s)", [text])
        row = owner.execute("select private.definition_faults(definition) from one").fetchone()
        if row is None or row[0] != []:
            raise RuntimeError(f"the made-up definition of {size} bytes is not valid: {row}")
        query = "select private.definition_faults(definition) from one"
        samples = [milliseconds(partial(owner.execute, query), 10) for _ in range(7)]
        figure = report.add(
            f"writes.validation.{size // 1000}_kb", "ms", samples, f"{query}: {len(text):,} bytes of JSON"
        )
        told.append(f"{len(text):,} bytes {figure.median:.2f}")
    tell("validation, ms: " + ", ".join(told))
