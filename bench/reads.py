"""Reads under row level security: our schema, the literal one, and the limit, over SQL and over PostgREST."""

# Statements and requests are this file's own texts, and are easiest to compare when each is on one line.
# ruff: noqa: E501, S608

from __future__ import annotations

import gc
import itertools
import json
import os
import statistics
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Literal, LiteralString, TypeVar
from urllib.parse import urlencode

import httpx
import psycopg

from bench import cluster, data
from bench.cluster import Servers, make_token
from bench.data import Schema, Size
from bench.measure import Report, on_one_processor, sample_in_turn

# How often each reader asks in one sample. A sample is the median of these questions, so that what takes the
# processor away for a moment is seen in some of them and not in the sample.
PASSES = 2
TIMEOUT_MS = 8_000
# A statement that takes so long in all is asked no more often in the same sample. The literal schema, whose scans of
# whole tables would be most of what a small run waits for, has less: it shows how far off it is all the same.
ENOUGH_MS: Mapping[Schema, float] = {"ours": 250, "literal": 25, "limit": 250}
# What the databases hold at once, at the full size and at a tenth of it, and what a server needs beside them.
MEMORY_GB = {True: 16, False: 4}

Role = Literal["authenticated", "anon"]
_Reader = TypeVar("_Reader")

_LIST = "id, name, slug, version, status, assessment_type, marketplace_status, created_at, updated_at, published_at"
_LISTING = "id, tenant_id, name, slug, description, assessment_type, marketplace_price_tier, published_at"
_RESULT = (
    "id, assessment_id, session_id, session_type, overall_score, matched_category, created_at, completed_at"
)
_VERSION = "id, version, change_class, created_at"
_UPLOAD = "id, status, assessment_id, attempts, created_at, started_at, finished_at"

_PUBLISHED: LiteralString = "marketplace_status = 'published' and status = 'active'"


@dataclass(frozen=True)
class Read:
    """One read, as each schema answers it.

    Attributes:
        key: part of the figures' names.
        title: for people.
        role: who asks; at the limit it is the owner.
        sql: the statement for our schema.
        limit_sql: the statement at the limit.
        literal_sql: the statement for the literal schema; None where it has no answer.
        rest: the request for our schema: path and query.
        limit_rest: the same at the limit; None where there is none.
    """

    key: str
    title: str
    role: Role
    sql: str
    limit_sql: str
    literal_sql: str | None
    rest: str
    limit_rest: str | None

    @property
    def rest_in_literal(self) -> bool:
        """Whether the literal schema understands the same request."""
        return self.literal_sql is not None


def _pages(role: Role, page: int) -> Read:
    offset = (page - 1) * 20
    statement = (
        f"select {_LISTING} from public.custom_assessments where {_PUBLISHED}"
        f" order by published_at desc limit 20 offset {offset}"
    )
    query = urlencode(
        {
            "select": _LISTING.replace(" ", ""),
            "marketplace_status": "eq.published",
            "status": "eq.active",
            "order": "published_at.desc",
            "limit": "20",
            "offset": str(offset),
        },
        safe=",.",
    )
    return Read(
        f"marketplace_{page}_{role}",
        f"marketplace, page {page}" + (", as anon" if role == "anon" else ""),
        role,
        statement,
        statement,
        statement,
        f"/custom_assessments?{query}",
        f"/custom_assessments?{query}",
    )


_LISTINGS = "id, name, slug, tenant, description, type, dimension_names, price_tier, listed_at"


def _listing_page(page: int) -> Read:
    offset = (page - 1) * 20
    tail = f"order by listed_at desc, id limit 20 offset {offset}"
    return Read(
        f"listings_{page}",
        f"the view marketplace_listings, page {page}, as anon",
        "anon",
        f"select {_LISTINGS} from public.marketplace_listings {tail}",
        f"select {_LISTINGS} from public.listings {tail}",
        None,
        f"/marketplace_listings?select={_LISTINGS.replace(' ', '')}&order=listed_at.desc,id&limit=20&offset={offset}",
        f"/listings?select={_LISTINGS.replace(' ', '')}&order=listed_at.desc,id&limit=20&offset={offset}",
    )


def _version_read(key: str, title: str, role: Role, columns: str, where: tuple[str, str]) -> Read:
    column, parameter = where
    statement = f"select {columns} from public.assessment_versions where {column} = %({parameter})s order by created_at desc"
    request = f"/assessment_versions?select={columns.replace(' ', '')}&{column}=eq.{{{parameter}}}&order=created_at.desc"
    return Read(key, title, role, statement, statement, None, request, request)


READS: tuple[Read, ...] = (
    Read(
        "list_mine",
        "list my assessments",
        "authenticated",
        f"select {_LIST} from public.custom_assessments where tenant_id = %(tenant)s order by created_at desc",
        f"select {_LIST} from public.custom_assessments where tenant_id = %(tenant)s order by created_at desc",
        f"select {_LIST} from public.custom_assessments where tenant_id = %(tenant)s order by created_at desc",
        f"/custom_assessments?select={_LIST.replace(' ', '')}&tenant_id=eq.{{tenant}}&order=created_at.desc",
        f"/custom_assessments?select={_LIST.replace(' ', '')}&tenant_id=eq.{{tenant}}&order=created_at.desc",
    ),
    Read(
        "mine_active",
        "my active assessments, by name",
        "authenticated",
        f"select {_LIST} from public.custom_assessments"
        " where tenant_id = %(tenant)s and status = 'active' order by name",
        f"select {_LIST} from public.custom_assessments"
        " where tenant_id = %(tenant)s and status = 'active' order by name",
        f"select {_LIST} from public.custom_assessments"
        " where tenant_id = %(tenant)s and status = 'active' order by name",
        f"/custom_assessments?select={_LIST.replace(' ', '')}&tenant_id=eq.{{tenant}}&status=eq.active&order=name",
        f"/custom_assessments?select={_LIST.replace(' ', '')}&tenant_id=eq.{{tenant}}&status=eq.active&order=name",
    ),
    _pages("authenticated", 1),
    _pages("authenticated", 50),
    _pages("anon", 1),
    _pages("anon", 50),
    _listing_page(1),
    _listing_page(50),
    _version_read(
        "versions",
        "the versions of an assessment",
        "authenticated",
        _VERSION,
        ("assessment_id", "assessment"),
    ),
    _version_read(
        "version_by_id",
        "a version with its definition",
        "authenticated",
        f"{_VERSION}, definition",
        ("id", "version"),
    ),
    _version_read(
        "listed_version", "a listed version, as anon", "anon", f"{_VERSION}, definition", ("id", "listed")
    ),
    Read(
        "count_results",
        "count my results",
        "authenticated",
        "select count(*) from public.custom_assessment_results",
        "select count(*) from public.custom_assessment_results where tenant_id = %(tenant)s",
        "select count(*) from public.custom_assessment_results",
        "/custom_assessment_results?select=id&limit=1",
        "/custom_assessment_results?select=id&limit=1&tenant_id=eq.{tenant}",
    ),
    Read(
        "count_results_filtered",
        "count my results, the tenant named in the query",
        "authenticated",
        "select count(*) from public.custom_assessment_results where tenant_id = %(tenant)s",
        "select count(*) from public.custom_assessment_results where tenant_id = %(tenant)s",
        None,
        "/custom_assessment_results?select=id&limit=1&tenant_id=eq.{tenant}",
        "/custom_assessment_results?select=id&limit=1&tenant_id=eq.{tenant}",
    ),
    Read(
        "last_results",
        "my last 20 results",
        "authenticated",
        f"select {_RESULT} from public.custom_assessment_results order by created_at desc limit 20",
        f"select {_RESULT} from public.custom_assessment_results"
        " where tenant_id = %(tenant)s order by created_at desc limit 20",
        f"select {_RESULT} from public.custom_assessment_results order by created_at desc limit 20",
        f"/custom_assessment_results?select={_RESULT.replace(' ', '')}&order=created_at.desc&limit=20",
        f"/custom_assessment_results?select={_RESULT.replace(' ', '')}"
        "&tenant_id=eq.{tenant}&order=created_at.desc&limit=20",
    ),
    Read(
        "last_results_of_tenants",
        "the last 20 results of each of my tenants",
        "authenticated",
        "select tenant.id, latest.* from public.tenant_profiles as tenant left join lateral"
        f" (select {_RESULT} from public.custom_assessment_results as result"
        " where result.tenant_id = tenant.id order by created_at desc limit 20) as latest (result_id) on true",
        f"select {_RESULT} from public.custom_assessment_results"
        " where tenant_id = %(tenant)s order by created_at desc limit 20",
        None,
        f"/tenant_profiles?select=id,custom_assessment_results({_RESULT.replace(' ', '')})"
        "&custom_assessment_results.order=created_at.desc&custom_assessment_results.limit=20",
        f"/custom_assessment_results?select={_RESULT.replace(' ', '')}"
        "&tenant_id=eq.{tenant}&order=created_at.desc&limit=20",
    ),
    Read(
        "last_results_filtered",
        "my last 20 results, the tenant named in the query",
        "authenticated",
        f"select {_RESULT} from public.custom_assessment_results"
        " where tenant_id = %(tenant)s order by created_at desc limit 20",
        f"select {_RESULT} from public.custom_assessment_results"
        " where tenant_id = %(tenant)s order by created_at desc limit 20",
        None,
        f"/custom_assessment_results?select={_RESULT.replace(' ', '')}"
        "&tenant_id=eq.{tenant}&order=created_at.desc&limit=20",
        f"/custom_assessment_results?select={_RESULT.replace(' ', '')}"
        "&tenant_id=eq.{tenant}&order=created_at.desc&limit=20",
    ),
    Read(
        "results_of_assessment",
        "results of one assessment",
        "authenticated",
        f"select {_RESULT} from public.custom_assessment_results"
        " where assessment_id = %(assessment)s order by created_at desc",
        f"select {_RESULT} from public.custom_assessment_results"
        " where assessment_id = %(assessment)s order by created_at desc",
        f"select {_RESULT} from public.custom_assessment_results"
        " where assessment_id = %(assessment)s order by created_at desc",
        f"/custom_assessment_results?select={_RESULT.replace(' ', '')}"
        "&assessment_id=eq.{assessment}&order=created_at.desc",
        f"/custom_assessment_results?select={_RESULT.replace(' ', '')}"
        "&assessment_id=eq.{assessment}&order=created_at.desc",
    ),
    Read(
        "result_by_session",
        "the result of one session",
        "authenticated",
        f"select {_RESULT}, dimension_scores from public.custom_assessment_results"
        " where session_id = %(session)s and session_type = 'campaign'",
        f"select {_RESULT}, dimension_scores from public.custom_assessment_results"
        " where session_id = %(session)s and session_type = 'campaign'",
        f"select {_RESULT}, dimension_scores from public.custom_assessment_results"
        " where session_id = %(session)s and session_type = 'campaign'",
        f"/custom_assessment_results?select={_RESULT.replace(' ', '')},dimension_scores"
        "&session_id=eq.{session}&session_type=eq.campaign",
        f"/custom_assessment_results?select={_RESULT.replace(' ', '')},dimension_scores"
        "&session_id=eq.{session}&session_type=eq.campaign",
    ),
    Read(
        "my_uploads",
        "my uploads",
        "authenticated",
        f"select {_UPLOAD} from public.assessment_uploads where tenant_id = %(tenant)s order by created_at desc",
        f"select {_UPLOAD} from public.assessment_uploads where tenant_id = %(tenant)s order by created_at desc",
        None,
        f"/assessment_uploads?select={_UPLOAD.replace(' ', '')}&tenant_id=eq.{{tenant}}&order=created_at.desc",
        f"/assessment_uploads?select={_UPLOAD.replace(' ', '')}&tenant_id=eq.{{tenant}}&order=created_at.desc",
    ),
    Read(
        "respondent_link",
        "a respondent's link, as anon",
        "anon",
        "select public.session_result(%(token)s)",
        "select overall_score, dimension_scores, matched_category_data, ai_insights, completed_at,"
        " assessment_definition_snapshot -> 'metadata'"
        " from public.custom_assessment_results where session_type = 'campaign' and session_id ="
        " (select id from public.campaign_assignments where access_token = %(token)s)",
        None,
        "/rpc/session_result?access_token={token}",
        None,
    ),
)


def _parameters(size: Size, reader: int) -> dict[str, str]:
    """What one reader asks for: its tenant, an assessment, a session and a link of it."""
    # Spread over all tenants; the readers of a smaller size are not the same people, but live as they do.
    tenant = 1 + reader * size.step
    place = 7 * (reader % 10) + reader % 10
    assessment = data.identifier("assessment", tenant, reader % data.CAMPAIGNS)
    listed = data.identifier("assessment", tenant, reader % data.PUBLISHED)
    return {
        "user": str(data.identifier("user", tenant)),
        "tenant": str(data.identifier("tenant", tenant)),
        "assessment": str(assessment),
        "version": str(data.identifier(f"version-{assessment}")),
        "listed": str(data.identifier(f"version-{listed}")),
        "session": str(data.identifier("assignment", tenant, place)),
        "token": data.token("assignment", tenant, place),
    }


def _median_time(
    ask: Callable[[_Reader], float],
    readers: Sequence[_Reader],
    *,
    enough_ms: float,
    passes: int,
    warm_up: int = 0,
) -> float:
    """The median of what `ask` returns for the readers, each asked so many times unless that takes too long.

    Those of the warm-up come before and do not count: they bring back what the sample of another schema has
    pushed out of the processor's caches.
    """
    times: list[float] = []
    gc.collect()
    gc.disable()
    try:
        for reader in itertools.chain.from_iterable(itertools.repeat(readers, warm_up + passes)):
            times.append(ask(reader))
            if sum(times) > enough_ms:
                break
    finally:
        gc.enable()
    return statistics.median(times[warm_up * len(readers) :] or times)


class _SqlReader:
    """Asks over SQL, as PostgREST does: one transaction with role and claims set, then the statement."""

    def __init__(self, connection: psycopg.Connection, schema: Schema, size: Size) -> None:
        self._connection = connection
        self._schema: Schema = schema
        self._readers = [_parameters(size, reader) for reader in range(data.READERS)]
        connection.execute(f"set statement_timeout = {TIMEOUT_MS}")
        connection.commit()
        self.timed_out = False

    @property
    def server(self) -> int:
        """The process that answers this reader."""
        return self._connection.info.backend_pid

    def statement(self, read: Read) -> str | None:
        """What is asked of this schema."""
        return {"ours": read.sql, "literal": read.literal_sql, "limit": read.limit_sql}[self._schema]

    def sample(self, read: Read) -> float:
        """The median time of the statement over all readers, in milliseconds; a slow one is asked less often."""
        statement = self.statement(read)
        if statement is None:
            raise ValueError(read.key)
        return _median_time(
            lambda reader: self._ask(statement, read.role, reader),
            self._readers,
            enough_ms=ENOUGH_MS[self._schema],
            passes=PASSES,
            warm_up=1,
        )

    def _ask(self, statement: str, role: Role, reader: Mapping[str, str]) -> float:
        claims = json.dumps(
            {"sub": reader["user"], "role": role} if role == "authenticated" else {"role": role}
        )
        cursor = self._connection.cursor()
        # The limit sets its claims too, so that both statements stand at the same place of the same transaction.
        cursor.execute(
            "select set_config('role', %s, true), set_config('request.jwt.claims', %s, true)",
            ["postgres" if self._schema == "limit" else role, claims],
        )
        start = time.perf_counter()
        try:
            cursor.execute(statement, reader)
            cursor.fetchall()
        except psycopg.errors.QueryCanceled:
            self._connection.rollback()
            self.timed_out = True
            return float(TIMEOUT_MS)
        seconds = time.perf_counter() - start
        self._connection.commit()
        return seconds * 1000

    def rows(self, read: Read) -> int:
        """How many rows the first reader gets; -1 when it is refused."""
        statement = self.statement(read)
        reader = self._readers[0]
        claims = {"role": read.role} | ({"sub": reader["user"]} if read.role == "authenticated" else {})
        self._connection.execute(
            "select set_config('role', %s, true), set_config('request.jwt.claims', %s, true)",
            ["postgres" if self._schema == "limit" else read.role, json.dumps(claims)],
        )
        try:
            rows = self._connection.execute(statement or "", reader).fetchall()
        except psycopg.errors.InsufficientPrivilege:
            self._connection.rollback()
            return -1
        self._connection.commit()
        first = rows[0][0] if len(rows) == 1 else None
        return first if isinstance(first, int) else len(rows)


class _HttpReader:
    """Asks over PostgREST, with a reader's own token; at the limit with one that RLS does not bind."""

    def __init__(self, url: str, schema: Schema, size: Size) -> None:
        self._client = httpx.Client(base_url=url, timeout=60)
        self._schema: Schema = schema
        self._readers = [_parameters(size, reader) for reader in range(data.READERS)]
        self._tokens = [make_token("authenticated", uuid.UUID(reader["user"])) for reader in self._readers]
        self._service = make_token("service_role")

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def request(self, read: Read) -> str | None:
        """What is asked of this schema."""
        if self._schema == "limit":
            return read.limit_rest
        if self._schema == "literal" and not read.rest_in_literal:
            return None
        return read.rest

    def sample(self, read: Read) -> float:
        """The median time of the request over all readers, in milliseconds; a slow one is asked less often."""
        request = self.request(read)
        if request is None:
            raise ValueError(read.key)
        readers = list(zip(self._readers, self._tokens, strict=True))
        return _median_time(
            lambda reader: self._ask(read, request, *reader),
            readers,
            enough_ms=ENOUGH_MS[self._schema],
            passes=1,
        )

    def _ask(self, read: Read, request: str, reader: Mapping[str, str], token: str) -> float:
        # A count stands in the answer's Content-Range, beside one row.
        headers = {"Prefer": "count=exact"} if read.key.startswith("count_") else {}
        if self._schema == "limit":
            headers["Authorization"] = f"Bearer {self._service}"
        elif read.role == "authenticated":
            headers["Authorization"] = f"Bearer {token}"
        path = request.format(**reader)
        start = time.perf_counter()
        answer = self._client.get(path, headers=headers)
        milliseconds = (time.perf_counter() - start) * 1000
        if answer.status_code not in (200, 206):
            raise RuntimeError(f"{path}: {answer.status_code} {answer.text[:500]}")
        return milliseconds


def run(report: Report, *, full: bool, tenfold: bool, tell: Callable[[str], None]) -> None:
    """Load the data into a server of their own and measure every read.

    Args:
        report: gets the figures.
        full: at the full size, or at a tenth of it.
        tenfold: whether ten times the full size is loaded too; without it growth is shown from a tenth to the
            run's size.
        tell: is told what was found.
    """
    size = Size(2_000) if full else Size(200)
    rounds = 9 if full else 5
    report.detail("reads", **{f"{name} at 1x": count for name, count in size.counts.items()})
    if hasattr(os, "sched_setaffinity"):
        report.note(
            "reads",
            "Over SQL, the client and the server's processes share one processor, so that no sample waits for "
            "another one to wake. PostgREST is left to the system.",
        )
    databases: dict[str, tuple[Schema, Size]] = {
        "ours": ("ours", size),
        "literal": ("literal", size),
        "limit": ("limit", size),
        "ours_tenth": ("ours", size.times(0.1, stubs=False)),
        "literal_tenth": ("literal", size.times(0.1, stubs=False)),
    }
    # Nothing is written while the reads are timed, so nothing is there to vacuum.
    with cluster.start({"autovacuum": "off"}, memory_gb=MEMORY_GB[full]) as servers:
        _load(servers, report, databases, tell)
        _measure(servers, report, databases, rounds, tell)
        if full and tenfold:
            # Both sizes of ours fit in memory once the others are gone.
            for name in set(databases) - {"ours"}:
                servers.drop(name)
            more: dict[str, tuple[Schema, Size]] = {"ours_tenfold": ("ours", size.times(10, stubs=True))}
            report.note(
                "reads",
                "At ten times the tenants the Markdown, the definitions of uploads and versions and the results' snapshots are stubs, "
                "except for the tenants that are asked for; everything else is as large as at 1x.",
            )
            _load(servers, report, more, tell)
            _measure_growth(servers, report, {"ours": databases["ours"], **more}, rounds, tell)
        else:
            report.note(
                "reads",
                f"Growth is shown from {size.tenants // 10:,} tenants to {size.tenants:,}: ten times this run's size was not "
                "loaded.",
            )
            less = {name: databases[name] for name in ("ours_tenth", "ours")}
            _measure_growth(servers, report, less, rounds, tell)


def _load(
    servers: Servers,
    report: Report,
    databases: Mapping[str, tuple[Schema, Size]],
    tell: Callable[[str], None],
) -> None:
    for name, (schema, _size) in databases.items():
        servers.make(name, schema)

    def load(name: str) -> None:
        schema, its_size = databases[name]
        start = time.monotonic()
        with servers.superuser(name) as admin:
            data.load(admin, schema, its_size)
            row = admin.execute("select pg_database_size(current_database()) / 1000000").fetchone()
        report.detail("reads", **{f"{name}: size in MB": int(row[0]) if row else 0})
        tell(f"{name}: {its_size.tenants:,} tenants loaded in {time.monotonic() - start:.0f} s")

    # The largest first, two at a time: loading is not what is measured.
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(load, sorted(databases, key=lambda name: -databases[name][1].tenants)))
    servers.checkpoint()


def _sql_readers(
    stack: ExitStack, servers: Servers, databases: Mapping[str, tuple[Schema, Size]]
) -> dict[str, _SqlReader]:
    """A reader of each database, whose connection ends with the stack."""
    return {
        name: _SqlReader(stack.enter_context(servers.owner(name, autocommit=False)), schema, its_size)
        for name, (schema, its_size) in databases.items()
    }


def _measure(
    servers: Servers,
    report: Report,
    databases: Mapping[str, tuple[Schema, Size]],
    rounds: int,
    tell: Callable[[str], None],
) -> None:
    """Measure every read on databases that are loaded, over SQL and over PostgREST."""
    with ExitStack() as stack:
        sql_readers = _sql_readers(stack, servers, databases)
        with on_one_processor(reader.server for reader in sql_readers.values()):
            for read in READS:
                _measure_sql(report, read, sql_readers, rounds, tell)
        for reader in sql_readers.values():
            if reader.timed_out:
                report.note(
                    "reads",
                    "A statement that reached the 8 s limit of hosted projects counts as 8,000 ms: at least. Over PostgREST "
                    "it is not asked again.",
                )
        http_readers = {}
        for name in ("ours", "literal", "limit"):
            url = stack.enter_context(servers.rest(name))
            http_readers[name] = _HttpReader(url, *databases[name])
        for read in READS:
            _measure_http(report, read, http_readers, rounds, tell)
        for client in http_readers.values():
            client.close()


def _apart(
    works: Mapping[str, Callable[[], float]],
) -> tuple[dict[str, Callable[[], float]], dict[str, Callable[[], float]]]:
    """Ours and the limit, and what asks the literal schema, to be sampled after them.

    What its scans leave behind, caches without the others' rows and a processor that is wide awake, would else meet
    one side of the ratio that has a target and not the other.
    """
    literals = {name: work for name, work in works.items() if name.startswith("literal")}
    return {name: work for name, work in works.items() if name not in literals}, literals


def _measure_sql(
    report: Report, read: Read, readers: Mapping[str, _SqlReader], rounds: int, tell: Callable[[str], None]
) -> None:
    works = {
        name: (lambda reader=reader: reader.sample(read))
        for name, reader in readers.items()
        if reader.statement(read)
    }
    rows = {name: readers[name].rows(read) for name in works}
    if rows.get("literal") == -1:
        report.note(
            "reads",
            f"{read.title}: the literal schema refuses it (42501); its policies read a table that anon may not.",
        )
    # A page that a smaller size does not reach is no page.
    works = {name: work for name, work in works.items() if rows[name] > 0}
    if "ours" not in works:
        tell(f"{read.title}: our schema has no rows for it")
        return
    others, literals = _apart(works)
    samples = sample_in_turn(others, rounds=rounds, budget_seconds=20)
    # Not without the limit, which theirs is compared with as well.
    beside = sample_in_turn(
        {"limit": works["limit"], **literals} if literals else {}, rounds=rounds, budget_seconds=20
    )
    figures = {
        name: report.add(
            f"reads.sql.{read.key}.{name}",
            "ms",
            (beside if name in literals else samples)[name],
            readers[name].statement(read) or "",
        )
        for name in works
    }
    parts = [f"{name} {figure.median:.3f}" for name, figure in figures.items()]
    if "limit" in figures:
        ratio = report.compare_in_turn(
            f"reads.sql.{read.key}", f"{read.title}: SQL", samples["ours"], samples["limit"]
        )
        parts.append(f"against the limit {ratio.value:.2f}")
        if "literal" in figures:
            report.compare_in_turn(
                f"reads.literal_sql.{read.key}",
                f"{read.title}: the literal schema, SQL",
                beside["literal"],
                beside["limit"],
            )
    tell(f"{read.title}: " + ", ".join(parts))


def _measure_growth(
    servers: Servers,
    report: Report,
    databases: Mapping[str, tuple[Schema, Size]],
    rounds: int,
    tell: Callable[[str], None],
) -> None:
    """Measure every read of ours at two sizes, the smaller one first, by SQL."""
    with ExitStack() as stack:
        readers = _sql_readers(stack, servers, databases)
        with on_one_processor(reader.server for reader in readers.values()):
            for read in READS:
                if all(reader.rows(read) > 0 for reader in readers.values()):
                    _measure_growth_of(report, read, readers, rounds, tell)


def _measure_growth_of(
    report: Report, read: Read, readers: Mapping[str, _SqlReader], rounds: int, tell: Callable[[str], None]
) -> None:
    works = {name: (lambda reader=reader: reader.sample(read)) for name, reader in readers.items()}
    samples = sample_in_turn(works, rounds=rounds, budget_seconds=20)
    for name, values in zip(("less", "more"), samples.values(), strict=True):
        report.add(f"reads.growth.{read.key}.{name}", "ms", values, read.sql)
    less, more = samples.values()
    ratio = report.compare_in_turn(
        f"reads.growth.{read.key}", f"{read.title}: at 10x the tenants", more, less
    )
    tell(f"{read.title}: with ten times the tenants {ratio.value:.2f} times as long")


def _measure_http(
    report: Report, read: Read, readers: Mapping[str, _HttpReader], rounds: int, tell: Callable[[str], None]
) -> None:
    works = {
        name: (lambda reader=reader: reader.sample(read))
        for name, reader in readers.items()
        if reader.request(read)
    }
    works = {name: work for name, work in works.items() if f"reads.sql.{read.key}.{name}" in report.figures}
    if "ours" not in works:
        return
    literal = report.figures.get(f"reads.sql.{read.key}.literal")
    if literal is not None and literal.median >= TIMEOUT_MS:
        works.pop("literal", None)
    others, literals = _apart(works)
    samples = sample_in_turn(others, rounds=rounds, budget_seconds=10)
    samples |= sample_in_turn(literals, rounds=rounds, budget_seconds=10)
    figures = {
        name: report.add(
            f"reads.rest.{read.key}.{name}",
            "ms",
            samples[name],
            f"GET {readers[name].request(read)}"
            + (" with Prefer: count=exact" if read.key.startswith("count_") else ""),
        )
        for name in works
    }
    if "limit" in figures:
        ratio = report.compare_in_turn(
            f"reads.rest.{read.key}", f"{read.title}: PostgREST", samples["ours"], samples["limit"]
        )
        tell(
            f"{read.title} over PostgREST: {figures['ours'].median:.2f} ms, against the limit {ratio.value:.2f}"
        )
