"""One result as its owner sees it."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from examples import demo
from tests.py.web.conftest import Open
from tests.py.web.site import PASSWORD, Site


def test_an_owner_comes_from_the_library_to_what_the_database_computed(open_page: Open, site: Site) -> None:
    assert site.scored
    page = open_page()
    site.sign_in(page)
    page.get_by_label("Search by name").fill("Leadership")
    page.get_by_role("link", name="Leadership Archetypes").click()
    page.get_by_role("link", name=re.compile(demo.RESPONDENT_NAME)).click()
    expect(page.get_by_role("heading", name=demo.RESPONDENT_NAME)).to_be_visible()
    for name, score in demo.SCORES.items():
        expect(page.locator(".score").filter(has_text=name)).to_contain_text(f"{score:.2f}")
    expect(page.get_by_text("Overall 3.75")).to_be_visible()
    expect(page.get_by_role("heading", name="The Navigator")).to_be_visible()
    expect(page.get_by_text(demo.INSIGHTS[0]["text"])).to_be_visible()
    rubric = page.locator(".rubric").filter(has_text="Decision Quality")
    expect(rubric.locator("dt").first).to_be_hidden()
    rubric.locator("summary").press("Enter")
    expect(rubric.locator("dt").first).to_be_visible()


def test_a_profile_begins_with_its_category(open_page: Open, site: Site) -> None:
    tenant = site.tenant()
    definition = {
        "metadata": {"version": "1.0", "type": "single-outcome"},
        "dimensions": [{"name": "Clarity", "weight": 1, "description": "Says what is meant."}],
        "resultCategories": [{"name": "Plain", "scoreRange": [1, 5]}],
    }
    assessment = site.add(tenant.id, "Profile", "active", definition)
    result = site.score(site.session(tenant.id, assessment), {"Clarity": 3}).result
    page = open_page(f"#/results/{result}")
    site.sign_in(page, tenant.owner.email, PASSWORD)
    expect(page.get_by_role("heading", name="Without a name")).to_be_visible()
    headings = page.get_by_role("heading", level=2).all_inner_texts()
    assert headings == ["Plain", "Scores"]


def test_a_corrected_result_says_so_and_a_withdrawn_one_is_gone(open_page: Open, site: Site) -> None:
    tenant = site.tenant()
    interview = site.session(tenant.id, site.add(tenant.id, "Reviewed", "active"))
    result = site.score(interview, {"Clarity": 3}).result
    owner = site.api.http(token=site.api.token(tenant.owner))

    def review(decision: str, **values: object) -> None:
        answer = owner.post(
            "/rest/v1/rpc/review_result",
            json={"result_id": result, "decision": decision, "reason": "Heard again.", **values},
        )
        assert answer.status_code == 200, answer.text

    review("corrected", dimension_scores={"Clarity": 4})
    page = open_page(f"#/results/{result}")
    site.sign_in(page, tenant.owner.email, PASSWORD)
    expect(page.get_by_text("Corrected", exact=True)).to_be_visible()
    expect(page.locator(".score").filter(has_text="Clarity")).to_contain_text("4.00")
    review("withdrawn")
    page.reload()
    expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()


def test_anothers_result_and_a_malformed_address_are_nothing(open_page: Open, site: Site) -> None:
    page = open_page(f"#/results/{site.scored.result}")
    site.sign_in(page, site.tenant().owner.email, PASSWORD)
    for address in (f"results/{site.scored.result}", "results/1", f"assessments/{site.leadership}", "a/b/c"):
        page.goto(f"/#/{address}")
        expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()
        page.goto("/#/")
        expect(page.get_by_text("No assessments yet")).to_be_visible()
