"""Signing in and out, and what happens when a session ends by itself."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.py.web.conftest import Open
from tests.py.web.site import PASSWORD, Site


def test_an_owner_signs_in_by_the_keyboard_alone_and_out_again(open_page: Open, site: Site) -> None:
    page = open_page()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    for text in ("owner@aldergrove.example", "aldergrove-local"):
        page.keyboard.press("Tab")
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Aldergrove Coaching")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    page.get_by_role("button", name="Sign out").press("Enter")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_wrong_password_is_said_at_the_form(open_page: Open, site: Site) -> None:
    page = open_page(refused=(400,))
    page.get_by_label("Email").fill("owner@aldergrove.example")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text("The email or the password is not correct.")


def test_a_session_that_ended_leads_to_signing_in_and_back_to_the_same_page(
    open_page: Open, site: Site
) -> None:
    page = open_page(f"#/assessments/{site.leadership}", refused=(400, 401))
    site.sign_in(page)
    expect(page.get_by_role("heading", name="Leadership Archetypes")).to_be_visible()
    site.end_sessions(page)
    page.get_by_role("link", name="Assessments").first.click()
    expect(page.get_by_text("Your session has ended. Sign in to continue where you were.")).to_be_visible()
    site.sign_in(page)
    expect(page.get_by_role("heading", name="Assessments")).to_be_visible()


def test_nothing_of_the_former_account_is_shown_to_the_next(open_page: Open, site: Site) -> None:
    page = open_page()
    site.sign_in(page)
    expect(page.get_by_text("Leadership Archetypes" if site.leadership else "")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    owner = site.tenant().owner
    page.evaluate(
        """() => {
          window.seen = [];
          new MutationObserver(() => window.seen.push(document.body.textContent))
            .observe(document.body, { subtree: true, childList: true, characterData: true });
        }"""
    )
    site.sign_in(page, owner.email, PASSWORD)
    expect(page.get_by_text("No assessments yet")).to_be_visible()
    assert [
        text for text in page.evaluate("window.seen") if "Leadership" in text or "Aldergrove" in text
    ] == []


def test_a_new_account_creates_its_organization_and_a_refused_name_is_said_at_the_form(
    open_page: Open, site: Site
) -> None:
    page = open_page(refused=(422,))
    site.sign_in(page, site.people.user().email, PASSWORD)
    expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
    page.get_by_label("Name of your organization").fill("<b>School</b>")
    page.get_by_role("button", name="Create it").click()
    expect(page.get_by_role("alert")).to_contain_text("An argument is missing or out of range.")
    page.get_by_label("Name of your organization").fill("School of Listening")
    page.get_by_role("button", name="Create it").press("Enter")
    expect(page.get_by_text("No assessments yet")).to_be_visible()
    expect(page.get_by_text("School of Listening")).to_be_visible()


def test_where_the_host_creates_tenants_a_new_account_is_told_whom_to_ask(
    open_page: Open, site: Site
) -> None:
    page = open_page(refused=(403,))
    site.sign_in(page, site.people.user().email, PASSWORD)
    site.postgres.execute("update private.settings set value = 0 where name = 'create_tenant'")
    try:
        page.get_by_label("Name of your organization").fill("School of Listening")
        page.get_by_role("button", name="Create it").click()
        expect(page.get_by_text("Ask the operator of this site")).to_be_visible()
    finally:
        site.postgres.execute("update private.settings set value = 1 where name = 'create_tenant'")


def test_the_hosts_page_for_a_forgotten_password_is_linked(open_page: Open, site: Site) -> None:
    page = open_page()
    expect(page.get_by_role("link", name="Forgot your password?")).to_have_count(0)
    page.route(
        "**/config.json",
        lambda route: route.fulfill(
            json={
                "key": site.api.keys.publishable,
                "forgottenPassword": "https://host.example/forgot",
                "brand": "Alder",
            }
        ),
    )
    page.reload()
    expect(page.get_by_role("link", name="Forgot your password?")).to_have_attribute(
        "href", "https://host.example/forgot"
    )
    expect(page.get_by_text("Alder", exact=True)).to_be_visible()
