"""The database that the real CLI makes from the migrations equals the one made from the schemas."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from stack import database as stack_database
from stack.packages import ROOT
from tests.py.harness.cli import SupabaseCli
from tests.py.harness.databases import Connection, Database, Databases
from tools.catalogue import RULE_TABLES, Catalogue, catalogue, differences
from tools.schemas import schema_files


@pytest.fixture(scope="module")
def from_schemas(databases: Databases) -> Iterator[Database]:
    """A database made from the schemas, in their order."""
    with databases.clone("empty") as database:
        stack_database.migrate(database.connect(autocommit=False), schema_files())
        yield database


@pytest.fixture(scope="module")
def said(from_schemas: Database) -> Catalogue:
    """The catalogue of the schemas' database."""
    return catalogue(from_schemas.connect("supabase_admin"))


def test_the_migrations_give_exactly_what_the_schemas_say(
    empty_database: Database, tmp_path: Path, said: Catalogue
) -> None:
    SupabaseCli(empty_database, ROOT, home=tmp_path)("db", "push")
    made = catalogue(empty_database.connect("supabase_admin"))
    assert differences(made, said) == []
    assert made == said
    kinds = {kind for kind, _ in said}
    assert kinds >= {
        "schema", "relation", "column", "constraint", "index", "view", "function", "trigger", "policy",
        "default privileges", "extension", "row",
    }  # fmt: skip


def test_every_row_that_the_migrations_bring_is_compared(from_schemas: Database) -> None:
    """A table that they fill, but that is not listed among the tables of rules, would be compared empty."""
    connection = from_schemas.connect("supabase_admin")
    tables = connection.execute("""
        select oid::regclass::text from pg_class
         where relnamespace in ('public'::regnamespace, 'private'::regnamespace) and relkind in ('r', 'p')
    """).fetchall()
    assert len(tables) > 10
    filled = {
        name for (name,) in tables if connection.execute(f"select from {name} limit 1".encode()).rowcount
    }
    assert filled == {f"private.{table}" for table in RULE_TABLES}


@pytest.fixture
def owner(from_schemas: Database) -> Iterator[Connection]:
    """A connection whose changes are undone."""
    connection = from_schemas.connect("supabase_admin", autocommit=False)
    try:
        yield connection
    finally:
        connection.rollback()


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        (
            """do $$ begin execute replace(pg_get_functiondef('private.refuse(text,jsonb)'::regprocedure),
               'begin', 'begin '); end $$""",
            "function private.refuse(text,jsonb) differs",
        ),
        (
            "alter function private.refuse(text, jsonb) set lock_timeout = '1s'",
            "function private.refuse(text,jsonb) differs",
        ),
        (
            "revoke execute on function private.refuse(text, jsonb) from service_role",
            "function private.refuse(text,jsonb) differs",
        ),
        (
            "comment on function public.queue_status() is 'For operators'",
            "function public.queue_status() differs",
        ),
        ("comment on column private.jobs.attempts is 'x'", "column private.jobs.attempts differs"),
        (
            "alter table private.jobs alter size_bytes set default 1",
            "column private.jobs.size_bytes differs",
        ),
        (
            "alter table private.jobs alter worker set statistics 0",
            "column private.jobs.worker differs",
        ),
        ("grant update (worker) on private.jobs to anon", "column private.jobs.worker differs"),
        ("alter table private.jobs set (fillfactor = 41)", "relation private.jobs differs"),
        ("alter table private.jobs disable row level security", "relation private.jobs differs"),
        ("grant truncate on private.jobs to anon", "relation private.jobs differs"),
        ("create table private.more (id integer)", "column private.more.id should not be there"),
        (
            "alter table public.custom_assessments drop constraint slug_format",
            "constraint public.custom_assessments.slug_format is missing",
        ),
        (
            """alter table public.custom_assessments drop constraint slug_format;
               alter table public.custom_assessments add constraint slug_format check (slug ~ '^[a-z]+$')""",
            "constraint public.custom_assessments.slug_format differs",
        ),
        ("drop index private.idx_jobs_open", "index private.idx_jobs_open is missing"),
        (
            "alter table public.custom_assessments disable trigger assessment_5_slug",
            "trigger public.custom_assessments.assessment_5_slug differs",
        ),
        (
            "drop trigger hand_over_assessments on auth.users",
            "trigger auth.users.hand_over_assessments is missing",
        ),
        (
            """alter policy "Owners read their uploads" on public.assessment_uploads using (true)""",
            "policy public.assessment_uploads.Owners read their uploads differs",
        ),
        (
            """alter policy "Owners read their uploads" on public.assessment_uploads to anon""",
            "policy public.assessment_uploads.Owners read their uploads differs",
        ),
        (
            "alter view public.job_queue set (security_invoker = false)",
            "relation public.job_queue differs",
        ),
        (
            "alter default privileges for role postgres in schema private grant select on tables to anon",
            "default privileges postgres private r should not be there",
        ),
        ("grant create on schema private to anon", "schema private differs"),
        ("alter type private.judged_job rename attribute code to a", "type private.judged_job differs"),
        (
            "update private.job_kinds set turn = 9 where kind = 'probe'",
            "row job_kinds probe differs",
        ),
        (
            "update private.refusals set hint = hint || '.' where reason = 'BUSY'",
            "row refusals BUSY differs",
        ),
        ("delete from private.refusals where reason = 'BUSY'", "row refusals BUSY is missing"),
        (
            """update private.extended_rules set extended = extended || ' '
                where name = 'campaigns_assessment_type_check'""",
            "row extended_rules public.campaigns campaigns_assessment_type_check differs",
        ),
    ],
)
def test_one_change_is_one_difference(
    owner: Connection, said: Catalogue, change: str, difference: str
) -> None:
    owner.execute(change.encode())
    found = differences(catalogue(owner), said)
    assert difference in found
    # An additional table has its own row, while dropping a trigger has no row like that.
    assert len(found) <= 2
