"""The Markdown of assessments that are edited without it, from the edit to the running worker and back."""

import json
from typing import Any

import pytest

from tests.py.worker.site import Site, source, wait_until
from worker.compiler import compile_markdown

pytestmark = pytest.mark.usefixtures("nothing_is_left")

BUILDER = (
    "insert into public.custom_assessments"
    " (tenant_id, name, definition, source_type, status, result_disclosure)"
    " values (%s, %s, %s, 'builder', 'active', 'teaser') returning id::text"
)
OF = "select {} from public.custom_assessments where id = %s"
DEFINITION: dict[str, Any] = {
    "dimensions": [
        {"name": "Clarity", "weight": 0.6, "description": "Says what is meant."},
        {"name": "Courage", "weight": 0.4, "description": "Says it when it is hard."},
    ],
    "resultCategories": [
        {"name": "Emerging", "scoreRange": [1.0, 2.9], "description": "Begins."},
        {"name": "Strong", "scoreRange": [3.0, 5.0], "description": "Goes on."},
    ],
}


def markdown_of(site: Site, assessment: str) -> str | None:
    found: str | None = site.value(OF.format("source_markdown"), assessment)
    return found


def test_a_builders_assessment_has_its_markdown_within_seconds(site: Site) -> None:
    with site.running_worker() as worker:
        worker.wait_for("started")
        assessment = site.value(BUILDER, site.tenant().id, "Clear Speech", json.dumps(DEFINITION))
        wait_until(lambda: markdown_of(site, assessment) is not None, 10, "the Markdown is written")
    written = markdown_of(site, assessment) or ""
    definition = compile_markdown(written.encode()).definition
    assert definition is not None
    assert (definition.metadata.name, definition.metadata.result_disclosure) == ("Clear Speech", "teaser")
    assert [dimension.id for dimension in definition.dimensions] == ["clarity", "courage"]


def test_an_incomplete_one_has_it_too_with_the_same_parts_missing(site: Site) -> None:
    incomplete = DEFINITION | {"resultCategories": [{"name": "Emerging"}]}
    assessment = site.value(BUILDER, site.tenant().id, "Half", json.dumps(incomplete))
    site.drain()
    written = markdown_of(site, assessment) or ""
    assert "### Emerging\n" in written
    assert "score_range" not in written


def test_an_uploaded_file_stays_but_for_the_lines_of_what_was_changed(site: Site) -> None:
    tenant = site.tenant()
    text = source("Leadership")
    upload = site.upload(tenant, text)
    site.drain()
    assessment = site.upload_row(upload)["assessment_id"]
    assert markdown_of(site, assessment) == text
    site.run("update public.custom_assessments set result_disclosure = 'none' where id = %s", assessment)
    updated = site.value(OF.format("updated_at"), assessment)
    site.drain()
    written = markdown_of(site, assessment) or ""
    assert "result_disclosure: none\n" in written
    assert written.partition("\n## ")[2] == text.partition("\n## ")[2]
    assert site.value(OF.format("updated_at"), assessment) == updated
    compiled = compile_markdown(written.encode()).definition
    assert compiled is not None
    assert json.loads(compiled.to_json()) == site.value(OF.format("definition"), assessment)
