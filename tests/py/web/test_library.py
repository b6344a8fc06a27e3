"""The library: found, changed and deleted, with each refusal where it belongs."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.py.harness.people import Tenant
from tests.py.web.conftest import Open
from tests.py.web.site import PASSWORD, Site


@pytest.fixture
def tenant(site: Site) -> Tenant:
    return site.tenant()


@pytest.fixture
def speech(site: Site, tenant: Tenant) -> str:
    """The active one of the tenant's three assessments."""
    site.add(tenant.id, "Courage 100%", "draft")
    site.add(tenant.id, "Old Ways", "archived")
    return site.add(tenant.id, "Clear Speech", "active")


@pytest.fixture
def library(open_page: Open, site: Site, tenant: Tenant, speech: str) -> Page:
    """The library with the three."""
    page = open_page(refused=(409, 429))
    site.sign_in(page, tenant.owner.email, PASSWORD)
    expect(page.get_by_text("3 assessments")).to_be_visible()
    return page


def test_it_is_searched_filtered_and_sorted_by_the_database(library: Page) -> None:
    library.get_by_label("Search by name").fill("100%")
    expect(library.get_by_text("1 assessment", exact=True)).to_be_visible()
    expect(library.locator(".card h2")).to_have_text(["Courage 100%"])
    library.get_by_label("Search by name").fill("%")
    expect(library.locator(".card")).to_have_count(1)
    library.get_by_label("Search by name").fill("nothing like it")
    expect(library.get_by_text("Nothing matches your search")).to_be_visible()
    library.get_by_role("button", name="Show all").click()
    expect(library.locator(".card")).to_have_count(3)
    expect(library.get_by_label("Search by name")).to_have_value("")
    library.get_by_label("Status").select_option("Archived")
    expect(library.locator(".card")).to_have_count(1)
    expect(library.locator(".card h2")).to_have_text(["Old Ways"])
    library.get_by_label("Status").select_option("All")
    library.get_by_label("Sort by").select_option("Name")
    expect(library.locator(".card").first).to_contain_text("Clear Speech")
    expect(library.locator(".card h2")).to_have_text(["Clear Speech", "Courage 100%", "Old Ways"])


def test_it_has_pages(open_page: Open, site: Site) -> None:
    tenant = site.tenant()
    for number in range(23):
        site.add(tenant.id, f"Number {number:02}")
    page = open_page()
    site.sign_in(page, tenant.owner.email, PASSWORD)
    page.get_by_label("Sort by").select_option("Name")
    expect(page.get_by_text("1 to 20 of 23")).to_be_visible()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("21 to 23 of 23")).to_be_visible()
    expect(page.locator(".card")).to_have_count(3)
    expect(page.locator(".card h2")).to_have_text(["Number 20", "Number 21", "Number 22"])


def test_a_status_is_changed_and_a_refusal_is_shown_at_its_row(
    library: Page, site: Site, speech: str
) -> None:
    card = library.locator(".card").filter(has_text="Courage 100%")
    card.get_by_role("button", name="Activate").click()
    expect(card.get_by_text("Active", exact=True)).to_be_visible()
    other = library.locator(".card").filter(has_text="Clear Speech")
    # Somebody else is writing to the tenant's assessments, and takes longer than one waits for it.
    elsewhere = site.api.database.connect(autocommit=False)
    elsewhere.execute(
        "insert into public.custom_assessments (tenant_id, name, definition)"
        " select tenant_id, 'Held', definition from public.custom_assessments where id = %s",
        [speech],
    )
    other.get_by_role("button", name="Archive").click()
    expect(other.get_by_role("alert")).to_contain_text("Too many requests are writing to this tenant")
    elsewhere.rollback()
    other.get_by_role("button", name="Archive").click()
    expect(other.get_by_text("Archived", exact=True)).to_be_visible()
    expect(other.get_by_role("alert")).to_have_count(0)


def test_what_was_deleted_elsewhere_goes_from_the_list_when_it_is_used(
    library: Page, site: Site, speech: str
) -> None:
    site.postgres.execute("delete from public.custom_assessments where id = %s", [speech])
    library.get_by_role("button", name="Archive: Clear Speech").click()
    expect(library.locator(".card")).to_have_count(2)


def test_deleting_says_what_goes_with_it_and_can_be_cancelled(
    library: Page, site: Site, tenant: Tenant, speech: str
) -> None:
    site.session(tenant.id, speech)
    card = library.locator(".card").filter(has_text="Clear Speech")
    card.get_by_role("button", name="Delete").click()
    dialog = library.get_by_role("dialog", name="Delete “Clear Speech”?")
    expect(dialog).to_contain_text("Its only version is deleted with it.")
    expect(dialog).to_contain_text("One coaching session loses its assessment, and its link no longer works.")
    library.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(card.get_by_role("button", name="Delete")).to_be_focused()
    card.get_by_role("button", name="Delete").click()
    dialog.get_by_role("button", name="Delete for good").click()
    expect(library.get_by_text("2 assessments")).to_be_visible()


def test_one_with_results_is_not_deleted_but_archived_from_the_same_place(
    library: Page, site: Site, tenant: Tenant, speech: str
) -> None:
    site.score(site.session(tenant.id, speech), {"Clarity": 4, "Courage": 3})
    card = library.locator(".card").filter(has_text="Clear Speech")
    card.get_by_role("button", name="Delete").click()
    dialog = library.get_by_role("dialog")
    expect(dialog).to_contain_text("It has a result.")
    dialog.get_by_role("button", name="Delete for good").click()
    expect(dialog.get_by_role("alert")).to_contain_text("The assessment has results and cannot be deleted.")
    dialog.get_by_role("button", name="Archive instead").click()
    expect(card.get_by_text("Archived", exact=True)).to_be_visible()


def test_without_a_connection_it_says_so_and_comes_back_by_itself(library: Page) -> None:
    library.context.set_offline(True)
    expect(library.get_by_text("You are offline. What you see may not be up to date.")).to_be_visible()
    library.get_by_label("Status").select_option("Draft")
    expect(library.get_by_role("alert")).to_contain_text("No answer from the server.")
    library.context.set_offline(False)
    expect(library.locator(".card")).to_have_count(1)
