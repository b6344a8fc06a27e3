"""Uploads with `definition` in place of Markdown, over the real API, from the insert to the worker."""

from __future__ import annotations

import json
import time
from typing import Any

import httpx
import pytest

from stack.tokens import sign
from tests.py.harness.people import Tenant
from tests.py.worker.site import Site, source
from worker.compiler import compile_markdown, format_definition
from worker.compiler.catalogue import Code

pytestmark = pytest.mark.usefixtures("nothing_is_left")

Json = dict[str, Any]

CLARITY = {"name": "Clarity", "weight": 0.6, "description": "Says what is meant."}
COURAGE = {"name": "Courage", "weight": 0.4, "description": "Says it when it is hard."}
EMERGING = {"name": "Emerging", "scoreRange": [1.0, 2.9], "description": "Begins."}
STRONG = {"name": "Strong", "scoreRange": [3.0, 5.0], "description": "Goes on."}
DEFINITION: Json = {
    "metadata": {"name": "Clear Speech", "version": "1.0"},
    "dimensions": [CLARITY, COURAGE],
    "resultCategories": [EMERGING, STRONG],
}
ROW = (
    "select to_jsonb(a) - '{id,slug,source_type,created_at,updated_at,content_changed_at,published_at,"
    "newest_version_id}'::text[] from public.custom_assessments as a where id = %s"
)


def insert(site: Site, tenant: Tenant, body: str | Json) -> httpx.Response:
    """Insert an upload as the tenant's front end does; a text is the body of the request as it is."""
    claims = {"sub": str(tenant.owner.id), "role": "authenticated", "exp": int(time.time()) + 600}
    return httpx.post(
        f"{site.api.url}/rest/v1/assessment_uploads",
        content=body if isinstance(body, str) else json.dumps({"tenant_id": str(tenant.id), **body}),
        headers={
            "apikey": site.api.keys.anon,
            "Authorization": f"Bearer {sign(claims, site.api.keys.jwt_secret)}",
            "Content-Type": "application/json",
            "Prefer": "return=representation",
        },
        timeout=60,
    )


def upload(site: Site, tenant: Tenant, definition: Json, **more: object) -> Json:
    """Upload a definition, and return its row when the worker is done."""
    answer = insert(site, tenant, {"definition": definition, **more})
    assert answer.status_code == 201, answer.text
    site.drain()
    return site.upload_row(answer.json()[0]["id"])


def told(row: Json) -> list[tuple[str, str, str, int]]:
    """The diagnostics of an upload: severity, code, path and line."""
    return [(d["severity"], d["code"], d["path"], d["line"]) for d in row["diagnostics"]]


def with_(**parts: object) -> Json:
    return DEFINITION | parts


def test_the_same_by_markdown_and_by_definition_is_the_same_row_hash_and_result(site: Site) -> None:
    tenant, other = site.tenant(), site.tenant()
    compiled = compile_markdown(source("Leadership").encode()).definition
    assert compiled is not None
    by_definition = upload(site, tenant, json.loads(compiled.to_json()))
    assert (by_definition["status"], by_definition["diagnostics"]) == ("succeeded", [])
    file = site.upload(other, format_definition(compiled))
    site.drain()
    by_markdown = site.upload_row(file)
    assert by_definition["definition"] == by_markdown["definition"]
    made = [row["assessment_id"] for row in (by_definition, by_markdown)]
    of_one, of_other = (site.value(ROW, assessment) for assessment in made)
    assert of_one == of_other | {"tenant_id": str(tenant.id), "created_by": str(tenant.owner.id)}
    types = [site.value("select source_type from public.custom_assessments where id = %s", a) for a in made]
    assert types == ["builder", "upload"]

    results = []
    for assessment, owner in zip(made, (tenant, other), strict=True):
        site.run("update public.custom_assessments set status = 'active' where id = %s", assessment)
        session = site.session(owner, assessment)
        site.complete(session, {"Vision": 4.5, "Delivery": 2})
        site.drain()
        results += site.rows(
            "select v.definition_sha256, v.scoring_sha256, v.dimension_hashes,"
            " r.overall_score, r.matched_category_data"
            " from public.custom_assessment_results as r"
            " join public.assessment_versions as v on v.assessment_id = r.assessment_id"
            " where r.session_id = %s",
            session,
        )
    assert len(results) == 2
    assert results[0] == results[1]


def test_the_canonical_markdown_is_there_at_once(site: Site) -> None:
    row = upload(site, site.tenant(), DEFINITION)
    markdown = site.value(
        "select source_markdown from public.custom_assessments where id = %s", row["assessment_id"]
    )
    compiled = compile_markdown(markdown.encode()).definition
    assert compiled is not None
    assert json.loads(compiled.to_json()) == row["definition"]
    assert row["source_definition"] == DEFINITION
    assert row["source_markdown"] is None


def test_what_may_be_missing_is_a_warning_and_stays_missing(site: Site) -> None:
    row = upload(site, site.tenant(), with_(resultCategories=[EMERGING, {"name": "Strong"}]))
    assert row["status"] == "succeeded"
    assert told(row) == [
        ("warning", "missing-field", "$.resultCategories[1].scoreRange", 34),
        ("warning", "missing-field", "$.resultCategories[1].description", 34),
    ]
    assert row["definition"]["resultCategories"][1].keys().isdisjoint({"scoreRange", "description"})
    markdown = site.value(
        "select source_markdown from public.custom_assessments where id = %s", row["assessment_id"]
    )
    assert markdown.splitlines()[33] == "### Strong"
    # As it would be, had a builder written it into the table: nothing is left for the worker to do.
    assert site.value("select count(*) from private.markdown_due") == 0


def test_an_unknown_key_is_kept_and_named(site: Site) -> None:
    row = upload(
        site, site.tenant(), with_(colours={"a": [1.50, None]}, dimensions=[CLARITY | {"hue": 1}, COURAGE])
    )
    assert [diagnostic[:3] for diagnostic in told(row)] == [
        ("warning", "unknown-key", "$.colours"),
        ("warning", "unknown-key", "$.dimensions[0].hue"),
    ]
    assert row["status"] == "succeeded"
    assert row["definition"]["colours"] == {"a": [1.5, None]}
    assert row["definition"]["dimensions"][0]["hue"] == 1


INVALID: dict[str, tuple[Json, list[tuple[str, str]]]] = {
    "weights": (with_(dimensions=[CLARITY, COURAGE | {"weight": 0.5}]), [("weights-sum", "$.dimensions")]),
    "a name twice": (
        with_(dimensions=[CLARITY, COURAGE | {"name": "CLARITY"}]),
        [("duplicate-name", "$.dimensions[1].name")],
    ),
    "no name": (with_(metadata={}), [("invalid-name", "$.metadata.name")]),
    "a type": (with_(dimensions=[CLARITY, 7]), [("invalid-definition", "$.dimensions[1]")]),
    "HTML": (
        with_(dimensions=[CLARITY, COURAGE | {"interviewThemes": ["fine", "<b>bold</b>"]}]),
        [("raw-html", "$.dimensions[1].interviewThemes[1]")],
    ),
    "a wrong example": (
        with_(examples=[{"name": "Low", "scores": {"Clarity": 1, "Courage": 1}, "category": "Strong"}]),
        [("wrong-category", "$.examples[0].category")],
    ),
    "an unknown dimension": (
        with_(interviewGuidelines={"probingQuestions": {"Calm": ["Are you?"]}}),
        [("unknown-dimension", "$.interviewGuidelines.probingQuestions.Calm")],
    ),
    "nothing of it": (
        {},
        [("invalid-definition", "$.dimensions"), ("invalid-definition", "$.resultCategories")],
    ),
}


@pytest.mark.parametrize("case", INVALID)
def test_every_error_has_its_code_its_path_and_a_line(site: Site, case: str) -> None:
    definition, expected = INVALID[case]
    row = upload(site, site.tenant(), definition)
    errors = [(d["code"], d["path"]) for d in row["diagnostics"] if d["severity"] == "error"]
    assert errors == expected
    assert (row["status"], row["assessment_id"], row["definition"]) == ("failed", None, None)
    for diagnostic in row["diagnostics"]:
        assert diagnostic["line"] >= 1
        assert diagnostic["code"] in set(Code)
        assert diagnostic["message"]
        assert diagnostic["hint"]
        # Edits of lines that the author does not have would be of no use.
        assert "fix" not in diagnostic


def test_a_dry_run_makes_nothing(site: Site) -> None:
    tenant = site.tenant()
    row = upload(site, tenant, DEFINITION, dry_run=True)
    assert (row["status"], row["assessment_id"]) == ("succeeded", None)
    assert row["definition"]["metadata"]["scale"] == [1, 5]
    assert site.value("select count(*) from public.custom_assessments where tenant_id = %s", tenant.id) == 0


def test_the_same_again_is_found(site: Site) -> None:
    tenant = site.tenant()
    first = upload(site, tenant, DEFINITION)
    again = upload(site, tenant, with_(dimensions=[CLARITY | {"interviewThemes": []}, COURAGE]))
    assert again["assessment_id"] == first["assessment_id"]
    assert told(again) == [("warning", "already-uploaded", "$", 1)]


def test_two_of_one_batch_are_two_drafts_and_two_equal_ones_are_one(site: Site) -> None:
    tenant = site.tenant()
    other = with_(metadata={"name": "Other"})
    answers = [
        insert(site, tenant, {"definition": each}).json()[0]["id"] for each in (DEFINITION, other, DEFINITION)
    ]
    site.drain()
    one, two, three = (site.upload_row(answer)["assessment_id"] for answer in answers)
    assert one == three != two


def test_a_replacement_follows_the_rules_of_versions(site: Site) -> None:
    tenant = site.tenant()
    assessment = upload(site, tenant, DEFINITION)["assessment_id"]
    site.run("update public.custom_assessments set status = 'active' where id = %s", assessment)
    changed = with_(dimensions=[CLARITY | {"weight": 0.5}, COURAGE | {"weight": 0.5}])

    conflict = upload(site, tenant, changed, assessment_id=assessment)
    assert conflict["status"] == "failed"
    assert told(conflict) == [("error", "version-conflict", "$.metadata.version", 3)]
    assert '"version": "2.0"' in conflict["diagnostics"][0]["hint"]
    assert "fix" not in conflict["diagnostics"][0]

    unstated = changed | {"metadata": {"name": "Clear Speech"}}
    replaced = upload(site, tenant, unstated, assessment_id=assessment)
    assert (replaced["status"], replaced["definition"]["metadata"]["version"]) == ("succeeded", "2.0")
    again = upload(site, tenant, unstated, assessment_id=assessment)
    assert told(again) == [("warning", "already-uploaded", "$", 1)]
    falling = upload(site, tenant, changed, assessment_id=assessment)
    assert told(falling) == [("error", "version-falls", "$.metadata.version", 3)]


def test_it_is_never_applied_over_something_newer(site: Site) -> None:
    tenant = site.tenant()
    assessment = upload(site, tenant, DEFINITION)["assessment_id"]
    late = insert(
        site, tenant, {"definition": with_(resultCategories=[STRONG]), "assessment_id": assessment}
    ).json()[0]
    site.run("update public.custom_assessments set description = 'Edited.' where id = %s", assessment)
    site.drain()
    row = site.upload_row(late["id"])
    assert row["status"] == "failed"
    assert ("error", "superseded", "$", 1) in told(row)
    assert row["source_definition"] == with_(resultCategories=[STRONG])


HOSTILE: dict[str, str] = {
    "nested too deep for the format": '{"dimensions": ' + "[" * 200 + "]" * 200 + "}",
    "nested too deep for Postgres": '{"dimensions": ' + "[" * 100_000 + "]" * 100_000 + "}",
    "a number of 131,072 digits": '{"dimensions": [{"name": "A", "weight": 1e131071}]}',
    "a number beyond Postgres": '{"dimensions": [{"name": "A", "weight": 1e999999}]}',
    "many such numbers": '{"x": [' + ",".join(["1e131071"] * 50_000) + "]}",
    "a null byte": '{"dimensions": "\\u0000"}',
    "half of a surrogate pair": '{"dimensions": "\\ud800"}',
    "over 500 KB": '{"dimensions": "' + "x" * 512_000 + '"}',
    "no object": "[[]]",
}


@pytest.mark.parametrize("case", HOSTILE)
def test_json_that_cannot_be_kept_is_refused(site: Site, case: str) -> None:
    tenant = site.tenant()
    answer = insert(site, tenant, f'{{"tenant_id": "{tenant.id}", "definition": {HOSTILE[case]}}}')
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.json()["code"]
    assert site.value("select count(*) from public.assessment_uploads where tenant_id = %s", tenant.id) == 0


KEPT: dict[str, tuple[str, str, str]] = {
    "a key twice: the last one counts": (
        '{"metadata": {"name": "A", "name": 7}, "dimensions": [], "resultCategories": []}',
        "invalid-definition",
        "$.metadata.name",
    ),
    "many empty dimensions": (
        '{"dimensions": [' + ",".join(["{}"] * 120_000) + '], "resultCategories": []}',
        "invalid-definition",
        "$.dimensions",
    ),
    "a key of 400 KB": (
        '{"dimensions": [{"name": "A", "weight": 1, "description": "B", "scoringRubric": {"'
        + "k" * 400_000
        + '": ""}}], "resultCategories": []}',
        "invalid-definition",
        '$.dimensions[0].scoringRubric["' + "k" * 100 + '"]',
    ),
    "500 KB of text in a wrong place": (
        '{"dimensions": "' + "x" * 500_000 + '", "resultCategories": []}',
        "invalid-definition",
        "$.dimensions",
    ),
    "a number that no part has": (
        '{"dimensions": [{"name": "A", "weight": 1e99, "description": "B"}], "resultCategories": []}',
        "invalid-definition",
        "$.dimensions[0].weight",
    ),
    "fields twice in many dimensions": (
        '{"dimensions": [' + ",".join(['{"name": "A", "weight": 0.05, "description": "B"}'] * 20) + "],"
        ' "resultCategories": []}',
        "duplicate-name",
        "$.dimensions[1].name",
    ),
}


@pytest.mark.parametrize("case", KEPT)
def test_other_hostile_json_ends_with_named_diagnostics(site: Site, case: str) -> None:
    tenant = site.tenant()
    definition, code, path = KEPT[case]
    answer = insert(site, tenant, f'{{"tenant_id": "{tenant.id}", "definition": {definition}}}')
    assert answer.status_code == 201, answer.text
    done = site.worker("drain")
    assert done.returncode == 0
    assert "Traceback" not in done.stdout + done.stderr
    row = site.upload_row(answer.json()[0]["id"])
    assert (row["status"], row["attempts"]) == ("failed", 1)
    assert (code, path) in [(d["code"], d["path"]) for d in row["diagnostics"]]
    assert len(row["diagnostics"]) <= 101
    assert all(d["code"] in set(Code) for d in row["diagnostics"])


def test_a_valid_definition_of_almost_500_kb_is_stored(site: Site) -> None:
    text = "It is said again, and again it is said. " * 12_000
    row = upload(site, site.tenant(), with_(dimensions=[CLARITY | {"description": text}, COURAGE]))
    assert row["status"] == "succeeded", row["diagnostics"]
    assert row["definition"]["dimensions"][0]["description"] == text.strip()


def test_a_failed_job_can_be_retried(site: Site) -> None:
    """What was uploaded is still there, also where the worker could not say anything about it."""
    tenant = site.tenant()
    row = insert(site, tenant, {"definition": DEFINITION}).json()[0]
    site.run(
        "update private.jobs set state = 'failed', rank = null, finished_at = now(),"
        " last_error = 'worker-lost'"
    )
    assert site.value("select public.retry_jobs(uploads => array[%s::uuid])", row["id"]) == 1
    site.drain()
    assert site.upload_row(row["id"])["status"] == "succeeded"
