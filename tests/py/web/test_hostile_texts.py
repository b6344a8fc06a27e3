"""Texts that other people wrote never run, whatever they contain, on any page."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Page, Route, expect

from tests.py.web.conftest import Open
from tests.py.web.site import PASSWORD, Site

ATTACK = (
    "<img src=x onerror=window.ran=1><script>window.ran=1</script>"
    "[click](javascript:window.ran=1) ![](https://elsewhere.example/x.png)"
    " <a href='javascript:window.ran=1'>a</a>"
)
# What a database without our checks could contain: each text that people write.
TEXTS = {
    *(
        "name",
        "description",
        "tenant",
        "opening",
        "text",
        "sentence",
        "old",
        "new",
        "message",
        "hint",
        "title",
    ),
    *(
        "display_name",
        "matched_category",
        "machine",
        "kept",
        "readers",
        "shown",
        "contact",
        "note",
        "client_name",
    ),
}


def spoiled(value: Any, key: str = "") -> Any:
    """The value with the attack in front of every text."""
    if isinstance(value, dict):
        return {name: spoiled(each, name) for name, each in value.items()}
    if isinstance(value, list):
        return [spoiled(each, key) for each in value]
    listed = {"strengths", "growthAreas", "recommendations", "interviewThemes"}
    return f"{ATTACK}{value}" if isinstance(value, str) and key in TEXTS | listed else value


def spoil(page: Page) -> None:
    """Put the attack into every answer of the API."""

    def answer(route: Route) -> None:
        response = route.fetch()
        body = response.text()
        changed = json.dumps(spoiled(json.loads(body))) if body else body
        route.fulfill(response=response, body=changed)

    page.context.route("**/rest/v1/**", answer)


def harmless(page: Page) -> None:
    """Nothing ran, and what is in the page cannot run when it is clicked."""
    assert page.evaluate("window.ran") is None
    assert page.locator("#app img:not([src='./icon.svg']), #app script, #app iframe").count() == 0
    for link in page.locator("#app a[href]").all():
        assert (link.get_attribute("href") or "").startswith(("#", "https://", "http://", "mailto:"))
    assert page.locator("#app [onerror], #app [onclick], #app [onload]").count() == 0


def test_the_respondents_pages(open_page: Open, site: Site) -> None:
    waiting = site.session(site.aldergrove, site.leadership)
    page = open_page()
    spoil(page)
    for interview, arrived in ((waiting, "Ready to begin."), (site.scored, "Complete.")):
        page.goto(f"/#/s/{interview.token}")
        expect(page.locator(".state")).to_contain_text(arrived)
        expect(page.locator("h1")).to_contain_text("<img src=x onerror")
        page.wait_for_load_state("networkidle")
        harmless(page)


def test_the_owners_pages(open_page: Open, site: Site) -> None:
    page = open_page()
    spoil(page)
    site.sign_in(page)
    for path in ("", "assessments/{0}", "results/{1}", "assessments/{0}/versions", "assessments/{0}/edit"):
        page.goto("/#/nowhere")
        page.goto(f"/#/{path.format(site.leadership, site.scored.result)}")
        expect(page.get_by_role("main").get_by_text("<img src=x onerror").first).to_be_attached()
        for details in page.locator("details").all():
            details.locator("summary").click()
        page.wait_for_load_state("networkidle")
        harmless(page)


def test_what_the_database_accepts_as_a_name_is_text(open_page: Open, site: Site) -> None:
    tenant = site.tenant()
    site.postgres.execute(
        "update public.tenant_profiles set display_name = %s where id = %s", [ATTACK[:190], tenant.id]
    )
    interview = site.session(tenant.id, site.add(tenant.id, "Plain", "active"), ATTACK)
    result = site.score(
        interview, {"Clarity": 3, "Courage": 3}, [ATTACK, {"text": ATTACK, "dimension": ATTACK}]
    ).result
    page = open_page(f"#/results/{result}")
    site.sign_in(page, tenant.owner.email, PASSWORD)
    expect(page.locator("h1")).to_have_text(ATTACK)
    expect(page.locator(".insights li")).to_have_count(2)
    page.wait_for_load_state("networkidle")
    harmless(page)
