"""The respondent's page: each state of a session, by its link alone."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.py.web.conftest import Open
from tests.py.web.site import Site


def test_a_link_welcomes_shows_the_notice_and_withdraws(open_page: Open, site: Site) -> None:
    interview = site.session(site.aldergrove, site.leadership, "Somebody")
    page = open_page(f"#/s/{interview.token}")
    expect(page.get_by_role("heading", name="Leadership Archetypes")).to_be_visible()
    expect(page.get_by_text("From Aldergrove Coaching")).to_be_visible()
    expect(page.get_by_text("A computer program asks the questions and scores your answers.")).to_be_visible()
    # The text is other people's, and the person's name is nobody's who has the link.
    expect(page.get_by_text("Somebody")).to_have_count(0)
    site.talk(interview)
    page.reload()
    expect(page.locator(".state")).to_contain_text("In progress.")
    page.get_by_role("button", name="Withdraw from the interview").press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("You cannot undo this.")
    dialog.get_by_role("button", name="Withdraw").press("Enter")
    expect(page.locator(".state")).to_contain_text("You have withdrawn from this interview.")
    page.reload()
    expect(page.locator(".state")).to_contain_text("Withdrawn.")


def test_the_result_appears_by_itself_as_far_as_it_is_disclosed(open_page: Open, site: Site) -> None:
    interview = site.session(site.aldergrove, site.leadership)
    page = open_page(f"#/s/{interview.token}")
    expect(page.locator(".state")).to_contain_text("Ready to begin.")
    site.score(interview, {"Strategic Direction": 4.5, "Decision Quality": 4})
    expect(page.locator(".state")).to_contain_text("Complete.")
    expect(page.get_by_role("heading", name="The Navigator")).to_be_visible()
    # The example discloses a teaser.
    expect(page.locator(".scores")).to_have_count(0)
    expect(page.get_by_text("Growth areas")).to_have_count(0)


def test_under_full_disclosure_scores_and_insights_are_shown_and_under_none_nothing(
    open_page: Open, site: Site
) -> None:
    for disclosure in ("full", "none"):
        definition = {
            "metadata": {"version": "1.0", "resultDisclosure": disclosure, "scale": [0, 10]},
            "dimensions": [
                {"name": "Clarity", "weight": 0.5, "description": "Says what is meant."},
                {"name": "Courage", "weight": 0.5, "description": "Says it when it is hard."},
            ],
            "resultCategories": [
                {"name": "Strong", "scoreRange": [0, 10], "description": "Speaks *plainly*."}
            ],
        }
        assessment = site.add(site.aldergrove, f"Disclosed {disclosure}", "active", definition)
        interview = site.score(site.session(site.aldergrove, assessment), {"Clarity": 7.5}, ["Pauses first."])
        page = open_page(f"#/s/{interview.token}")
        expect(page.locator(".state")).to_contain_text("Complete.")
        if disclosure == "none":
            expect(page.get_by_text("will talk with you about the result")).to_be_visible()
            expect(page.get_by_text("Strong")).to_have_count(0)
            continue
        expect(page.locator(".score").filter(has_text="Clarity")).to_contain_text("7.50")
        expect(page.locator(".score").filter(has_text="Courage")).to_contain_text("Not scored")
        expect(page.locator(".category em")).to_have_text("plainly")
        expect(page.get_by_text("Pauses first.")).to_be_visible()


def test_an_unknown_an_expired_and_a_malformed_link_look_alike(open_page: Open, site: Site) -> None:
    expired = site.session(site.aldergrove, site.leadership)
    site.postgres.execute(
        "update public.coaching_sessions set access_expires_at = now() - interval '1 hour' where id = %s",
        [expired.id],
    )
    texts = set()
    page = open_page()
    for token in (expired.token, "a" * 32, "%E0%A4%A", "x'; drop table"):
        page.goto(f"/#/s/{token}")
        page.reload()
        expect(page.get_by_role("heading", name="This link is not available")).to_be_visible()
        texts.add(page.get_by_role("main").inner_text())
    assert len(texts) == 1


def test_a_cancelled_session_says_so_and_nothing_answering_is_said_too(open_page: Open, site: Site) -> None:
    interview = site.session(site.aldergrove, site.leadership)
    site.postgres.execute(
        "update public.coaching_sessions set client_status = 'cancelled' where id = %s", [interview.id]
    )
    page = open_page(f"#/s/{interview.token}")
    expect(page.locator(".state")).to_contain_text("Cancelled.")
    other = site.session(site.aldergrove, site.leadership)
    page.context.set_offline(True)
    page.goto(f"/#/s/{other.token}")
    expect(page.get_by_role("alert")).to_contain_text("No answer from the server.")
    page.context.set_offline(False)
    expect(page.locator(".state")).to_contain_text("Ready to begin.")


def test_the_page_is_german_for_a_german_browser(open_page: Open, site: Site) -> None:
    interview = site.session(site.aldergrove, site.leadership)
    page = open_page(f"#/s/{interview.token}", locale="de-AT")
    expect(page.locator(".state")).to_contain_text("Ihr Interview hat noch nicht begonnen.")
    assert page.evaluate("document.documentElement.lang") == "de"
    page.get_by_label("Sprache").select_option("English")
    expect(page.locator(".state")).to_contain_text("Ready to begin.")
    page.reload()
    expect(page.locator(".state")).to_contain_text("Ready to begin.")
