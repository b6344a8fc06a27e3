"""What each page shows while it loads, without an answer, after a failure, and with nothing in it yet."""

from __future__ import annotations

from playwright.sync_api import Page, Route, expect

from tests.py.web.conftest import Open
from tests.py.web.site import PASSWORD, Site

# Each page by what comes after `#/`, and an element that it has once it is loaded.
PAGES = {
    "": ".card",
    "assessments/{0}": ".results a",
    "results/{1}": ".overall",
    "assessments/{0}/versions": ".version",
    "assessments/{0}/edit": ".code .cm-content",
    "s/{2}": ".state",
}


def test_each_page_says_that_it_loads_that_nothing_answers_and_that_something_failed(
    open_page: Open, site: Site
) -> None:
    page = open_page("#/elsewhere", refused=(500,))
    site.sign_in(page)
    for path, loaded in PAGES.items():
        page.evaluate("location.hash = '#/elsewhere'")
        page.get_by_role("heading", name="There is nothing here").wait_for()
        address = path.format(site.leadership, site.scored.result, site.scored.token)
        fails_in_three_ways(page, address)
        expect(page.locator(loaded).first).to_be_visible()


def fails_in_three_ways(page: Page, address: str) -> None:
    held: list[Route] = []
    page.route("**/rest/v1/**", lambda route: held.append(route))  # noqa: PLW0108  it sets attributes
    page.evaluate("hash => { location.hash = hash; }", f"#/{address}")
    expect(page.get_by_role("main").get_by_text("Loading …").first).to_be_visible()
    for _ in range(200):
        if held:
            break
        page.wait_for_timeout(50)
    for route in held:
        route.abort("internetdisconnected")
    page.unroute("**/rest/v1/**")
    alert = page.get_by_role("main").get_by_role("alert").first
    expect(alert).to_contain_text("No answer from the server.")
    broken = {
        "status": 500,
        "json": {"code": "XX000", "message": "internal words", "details": None, "hint": None},
    }
    page.route("**/rest/v1/**", lambda route: route.fulfill(**broken))
    alert.get_by_role("button", name="Try again").click()
    expect(alert).to_contain_text("Something did not work.")
    page.unroute("**/rest/v1/**")
    for button in page.get_by_role("button", name="Try again").all():
        button.click()


def test_a_new_tenants_pages_say_what_is_not_there_yet(open_page: Open, site: Site) -> None:
    tenant = site.tenant()
    page = open_page()
    site.sign_in(page, tenant.owner.email, PASSWORD)
    expect(page.get_by_text("No assessments yet")).to_be_visible()
    draft = site.add(tenant.id, "Draft")
    page.goto(f"/#/assessments/{draft}")
    expect(page.get_by_text("No results yet.")).to_be_visible()
    page.get_by_role("link", name="Versions").click()
    expect(page.get_by_text("No version yet.")).to_be_visible()
