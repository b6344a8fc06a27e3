"""Both kinds of job from end to end: the real worker, PostgREST and Postgres."""

import json
import time
from decimal import Decimal

import httpx
import pytest

from stack.tokens import sign
from tests.py.worker.site import Site, source
from worker.engine.api import Api
from worker.engine.settings import Settings
from worker.engine.work import do_job


def codes(row: dict[str, object]) -> list[str]:
    diagnostics = row["diagnostics"]
    assert isinstance(diagnostics, list)
    return [diagnostic["code"] for diagnostic in diagnostics]


def test_an_upload_becomes_a_draft(site: Site) -> None:
    tenant = site.tenant()
    upload = site.upload(tenant, source("A new one"))
    assert site.drain() == {"compile succeeded": 1}
    row = site.upload_row(upload)
    assert (row["status"], row["diagnostics"], row["attempts"]) == ("succeeded", [], 1)
    assert row["definition"]["metadata"]["name"] == "A new one"
    (stored,) = site.rows(
        "select name, version, status, source_type, created_by, definition = %s::jsonb"
        " from public.custom_assessments where id = %s",
        json.dumps(row["definition"]),
        row["assessment_id"],
    )
    assert stored == ("A new one", "1.0", "draft", "upload", tenant.owner.id, True)


def test_a_file_with_errors_fails_with_all_of_them(site: Site) -> None:
    upload = site.upload(
        site.tenant(),
        source("Faulty").replace("weight: 0.6", "weight: heavy").replace("[3.0, 5.0]", "[5.0, 3.0]"),
    )
    assert site.drain() == {"compile rejected": 1}
    row = site.upload_row(upload)
    assert (row["status"], row["definition"], row["assessment_id"]) == ("failed", None, None)
    assert len(codes(row)) == 2
    assert {d["severity"] for d in row["diagnostics"]} == {"error"}
    assert [d["line"] for d in row["diagnostics"]] == sorted(d["line"] for d in row["diagnostics"])


def test_an_editor_applies_the_fixes_of_an_upload_and_uploads_again(site: Site) -> None:
    tenant = site.tenant()
    text = source("Fixed").replace("[Vision]", "[Visoin]").replace("- weight: 0.4", "- weight: 0,4")
    upload = site.upload(tenant, text)
    assert site.drain() == {"compile rejected": 1}
    lines = text.split("\n")
    for diagnostic in site.upload_row(upload)["diagnostics"]:
        assert diagnostic["args"]["found"] in {"Visoin", "0,4"}
        assert diagnostic["fix"]["safe"] == (diagnostic["code"] == "unknown-dimension")
        (edit,) = diagnostic["fix"]["edits"]
        assert edit["line"] == edit["end_line"]
        line = lines[edit["line"] - 1]
        lines[edit["line"] - 1] = line[: edit["column"] - 1] + edit["text"] + line[edit["end_column"] - 1 :]
    again = site.upload(tenant, "\n".join(lines))
    assert site.drain() == {"compile succeeded": 1}
    assert site.upload_row(again)["diagnostics"] == []


@pytest.mark.parametrize("nothing", ["", " \n\n"])
def test_a_file_without_content_is_taken_and_its_author_is_informed(site: Site, nothing: str) -> None:
    upload = site.upload(site.tenant(), nothing)
    assert site.drain() == {"compile rejected": 1}
    row = site.upload_row(upload)
    assert (row["status"], codes(row)) == ("failed", ["empty-file"])


def test_a_dry_run_compiles_and_makes_nothing(site: Site) -> None:
    tenant = site.tenant()
    upload = site.upload(tenant, source("Only looking"), dry_run=True)
    site.drain()
    row = site.upload_row(upload)
    assert (row["status"], row["assessment_id"]) == ("succeeded", None)
    assert row["definition"]["metadata"]["name"] == "Only looking"
    assert site.value("select count(*) from public.custom_assessments where tenant_id = %s", tenant.id) == 0


def test_the_same_bytes_again_change_nothing_and_say_so(site: Site) -> None:
    tenant = site.tenant()
    first = site.upload(tenant, source("Twice"))
    site.drain()
    again = site.upload(tenant, source("Twice"))
    site.drain()
    row = site.upload_row(again)
    assert (row["status"], codes(row)) == ("succeeded", ["already-uploaded"])
    assert row["assessment_id"] == site.upload_row(first)["assessment_id"]
    assert site.value("select count(*) from public.custom_assessments where tenant_id = %s", tenant.id) == 1


def test_the_same_bytes_twice_in_one_batch_make_one_assessment(site: Site) -> None:
    tenant = site.tenant()
    uploads = [site.upload(tenant, source("Together")) for _ in range(2)]
    assert site.drain() == {"compile succeeded": 2}
    first, second = map(site.upload_row, uploads)
    assert first["assessment_id"] == second["assessment_id"]
    assert codes(second) == ["already-uploaded"]


def test_an_active_assessment_is_replaced_by_a_higher_version_only(site: Site) -> None:
    tenant = site.tenant()
    assessment = site.assessment(tenant, source("Versioned", "1.1"))
    outcomes = {}
    for version, note in (("1.1", "Other bytes."), ("1.0", "Other bytes."), ("1.1", ""), ("1.10", "Better.")):
        upload = site.upload(tenant, source("Versioned", version, note), assessment)
        site.drain()
        row = site.upload_row(upload)
        outcomes[version, note] = (row["status"], codes(row))
        assert row["assessment_id"] == assessment
    assert outcomes == {
        ("1.1", "Other bytes."): ("failed", ["version-conflict"]),
        ("1.0", "Other bytes."): ("failed", ["version-falls"]),
        ("1.1", ""): ("succeeded", ["already-uploaded"]),
        ("1.10", "Better."): ("succeeded", []),
    }
    assert site.rows("select version, status from public.custom_assessments where id = %s", assessment) == [
        ("1.10", "active")
    ]


def test_the_place_of_a_version_conflict_is_the_version(site: Site) -> None:
    tenant = site.tenant()
    assessment = site.assessment(tenant, source("Placed"))
    upload = site.upload(tenant, source("Placed", note="Changed."), assessment)
    site.drain()
    (diagnostic,) = site.upload_row(upload)["diagnostics"]
    assert (diagnostic["line"], diagnostic["section"]) == (3, "Front matter / version")


def test_an_assessment_that_is_archived_meanwhile_is_not_replaced(site: Site) -> None:
    tenant = site.tenant()
    assessment = site.assessment(tenant, source("Old"))
    upload = site.upload(tenant, source("Old", "2.0"), assessment)
    site.run("update public.custom_assessments set status = 'archived' where id = %s", assessment)
    site.drain()
    row = site.upload_row(upload)
    assert (row["status"], codes(row)) == ("failed", ["assessment-archived"])


def test_a_completion_becomes_a_result(site: Site) -> None:
    tenant = site.tenant()
    assessment = site.assessment(tenant, source("Scored"))
    session = site.session(tenant, assessment)
    site.complete(session, {"vision": 4.27, "Delivery": 2.0})
    assert site.drain() == {"score succeeded": 1}
    ((overall, category, data, uncovered, version, snapshot),) = site.rows(
        "select overall_score, matched_category, matched_category_data, uncovered_dimensions,"
        " assessment_version, assessment_definition_snapshot"
        " from public.custom_assessment_results where session_id = %s",
        session,
    )
    assert (overall, category, uncovered, version) == (Decimal("3.36"), "Leader", [], "1.0")
    assert data["description"] == "Leads."
    assert snapshot["metadata"]["name"] == "Scored"


def test_a_dimension_that_was_not_scored_is_named(site: Site) -> None:
    tenant = site.tenant()
    session = site.session(tenant, site.assessment(tenant, source("Partial")))
    site.complete(session, {"Delivery": 2.0})
    site.drain()
    assert site.rows(
        "select overall_score, matched_category, uncovered_dimensions from public.custom_assessment_results"
        " where session_id = %s",
        session,
    ) == [(Decimal("2.00"), "Starter", ["Vision"])]


EDITED = {
    "dimensions": [
        {"name": "Vision", "weight": 0.999, "description": "d"},
        {"name": "Charm", "weight": 0.001, "description": "d"},
    ],
    "resultCategories": [],
}


@pytest.mark.parametrize("claimed_before_the_edit", [False, True])
def test_an_edit_while_an_interview_waits_changes_nothing_about_it(
    site: Site, claimed_before_the_edit: bool
) -> None:
    """The scores were accepted for a definition, and are scored with it."""
    tenant = site.tenant()
    assessment = site.assessment(tenant, source("Moving"))
    session = site.session(tenant, assessment)
    site.complete(session, {"Vision": 5.0, "Delivery": 1.0})
    settings = Settings(SUPABASE_URL=site.api.url, SUPABASE_SERVICE_ROLE_KEY=site.api.keys.service_role)
    api = Api(settings, "slow-worker")
    jobs = api.exchange([], 10).jobs if claimed_before_the_edit else None
    # Over the API, as the owner does it. One of the scored dimensions no longer exists.
    claims = {"sub": str(tenant.owner.id), "role": "authenticated", "exp": int(time.time()) + 600}
    token = sign(claims, site.api.keys.jwt_secret)
    edit = httpx.patch(
        f"{site.api.url}/rest/v1/custom_assessments",
        params={"id": f"eq.{assessment}"},
        json={"definition": EDITED, "result_disclosure": "none"},
        headers={"apikey": site.api.keys.anon, "Authorization": f"Bearer {token}"},
    )
    assert edit.status_code == 204, edit.text
    if jobs is not None:
        (job,) = jobs
        assert [settled.outcome for settled in api.exchange([do_job(job)], 0).settled] == ["succeeded"]
        # The edit came without Markdown, so the worker writes it.
        assert site.drain() == {"markdown succeeded": 1}
    else:
        assert site.drain() == {"score succeeded": 1, "markdown succeeded": 1}
    assert site.rows(
        "select overall_score, matched_category, assessment_version, result_disclosure,"
        " assessment_definition_snapshot -> 'metadata' ->> 'name'"
        " from public.custom_assessment_results where session_id = %s",
        session,
    ) == [(Decimal("3.40"), "Leader", "1.0", "full", "Moving")]
    assert site.value("select version from public.custom_assessments where id = %s", assessment) == "2.0"


def test_an_agent_reads_that_scoring_failed_and_why(site: Site) -> None:
    tenant = site.tenant()
    session = site.session(tenant, site.assessment(tenant, source("Unscored")))
    receipt = site.complete(session, {"Vision": 4.0})
    site.run("delete from public.coaching_sessions where id = %s", session)
    assert site.drain() == {"score failed": 1}
    read = httpx.get(
        f"{site.api.url}/rest/v1/job_queue",
        params={"id": f"eq.{receipt['job']}", "select": "state,last_error"},
        headers={"apikey": site.api.keys.service_role},
    )
    assert read.json() == [{"state": "failed", "last_error": "session-not-found"}]


def test_nothing_to_do_is_reported(site: Site) -> None:
    assert site.drain() == {}
    done = site.worker("drain")
    assert (done.returncode, done.stdout) == (0, "Drained: no job was ready.\n"), done.stderr


def test_a_burst_of_both_kinds_is_done_once_each(site: Site) -> None:
    tenant = site.tenant()
    assessment = site.assessment(tenant, source("Burst"))
    uploads = site.upload_many(tenant, source("Burst NUMBER"), 30)
    sessions = [site.session(tenant, assessment) for _ in range(30)]
    for session in sessions:
        site.complete(session, {"Vision": 4.0})
    done = site.worker("drain", "--batch", "7")
    assert (done.returncode, done.stdout) == (0, "Drained: 30 compile succeeded, 30 score succeeded.\n"), (
        done.stderr
    )
    assert {site.upload_row(upload)["status"] for upload in uploads} == {"succeeded"}
    assert (
        site.value(
            "select count(*) from public.custom_assessments where tenant_id = %s and name like 'Burst %%'",
            tenant.id,
        )
        == 30
    )
    assert (
        site.value(
            "select count(*) from public.custom_assessment_results where session_id = any (%s::uuid[])",
            sessions,
        )
        == 30
    )


def test_one_upload_of_a_tenant_does_not_wait_behind_hundreds_of_another(site: Site) -> None:
    busy, quiet = site.tenant(), site.tenant()
    site.upload_many(busy, source("Busy NUMBER"), 300)
    upload = site.upload(quiet, source("Quiet"))
    assert site.worker("drain", "--batch", "10").returncode == 0
    before = site.value(
        "select count(*) from public.assessment_uploads as other, public.assessment_uploads as mine"
        " where mine.id = %s and other.tenant_id = %s and other.finished_at < mine.finished_at",
        upload,
        busy.id,
    )
    assert before <= 10
