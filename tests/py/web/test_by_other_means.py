"""The same by the keyboard alone, in German, at 200 % zoom and on paper."""

from __future__ import annotations

import os
import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from examples import demo
from tests.py.web.conftest import Open
from tests.py.web.site import PASSWORD, Site
from tests.py.web.test_editor import GOOD, checked

# Where `make pictures` wants the pictures of the README.
PICTURES = os.environ.get("TEST_README_PICTURES")


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until this has the focus, as somebody without a mouse does."""
    wanted.wait_for()
    for _ in range(60):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            assert wanted.evaluate("element => getComputedStyle(element).outlineStyle !== 'none'") or (
                wanted.evaluate("element => element.classList.contains('cm-content')")
            ), "the focus is not visible"
            return
    raise AssertionError("the Tab key does not reach it")


def test_the_main_job_by_the_keyboard_alone(open_page: Open, site: Site) -> None:
    owner = site.tenant().owner
    page = open_page()
    tab_to(page, page.get_by_label("Email"))
    page.keyboard.type(owner.email)
    tab_to(page, page.get_by_label("Password"))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("link", name="New assessment"))
    page.keyboard.press("Enter")
    tab_to(page, page.locator(".cm-content"))
    page.keyboard.insert_text(GOOD.replace("weight: 60%", "wieght: 60%"))
    tab_to(page, page.locator(".problem .fix"))
    page.keyboard.press("Enter")
    checked(page, "No problems")
    tab_to(page, page.get_by_role("button", name="Save draft"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Saved as a draft")).to_be_visible()
    tab_to(page, page.get_by_role("link", name="Assessments", exact=True).nth(1))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("button", name="Activate: Clear Speech"))
    page.keyboard.press("Enter")
    expect(page.locator(".card .badge")).to_have_text("Active")
    tab_to(page, page.get_by_role("button", name="Delete: Clear Speech"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("dialog").get_by_role("button", name="Delete for good"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("No assessments yet")).to_be_visible()


def test_the_owners_pages_are_german_without_an_english_word_of_the_page(open_page: Open, site: Site) -> None:
    page = open_page(locale="de-DE")
    page.get_by_label("E-Mail").fill(demo.OWNER_EMAIL)
    page.get_by_label("Passwort").fill(demo.OWNER_PASSWORD)
    page.get_by_role("button", name="Anmelden").click()
    expect(page.get_by_role("heading", name="Einschätzungen")).to_be_visible()
    words = re.compile(
        r"\b(Active|Draft|Version|Delete|Archive|Search|Changed|Loading|Sign|Problems|Saved|Overall)\b"
    )
    for path, arrived in {
        "": page.locator(".card").first,
        f"assessments/{site.scored.assessment}": page.locator(".results a").first,
        f"results/{site.scored.result}": page.locator(".overall"),
        f"assessments/{site.scored.assessment}/versions": page.locator(".version").first,
        f"assessments/{site.scored.assessment}/edit": page.locator(".outline"),
    }.items():
        page.goto(f"/#/{path}")
        arrived.wait_for()
        # What authors wrote and the compiler says stays as it is.
        text = page.evaluate(
            """() => {
              const copy = document.getElementById("app").cloneNode(true);
              const others = ".code, [lang=en], .prose, .prose-list, .description";
              copy.querySelectorAll(others).forEach((each) => each.remove());
              return copy.textContent;
            }"""
        )
        assert words.findall(text) == [], path
    # Numbers and dates as they are written there.
    page.goto(f"/#/results/{site.scored.result}")
    expect(page.get_by_text("Gesamt 3,75")).to_be_visible()


def test_a_result_is_printed_with_its_rubrics_and_without_the_frame(open_page: Open, site: Site) -> None:
    page = open_page(f"#/results/{site.scored.result}", color_scheme="dark")
    site.sign_in(page)
    expect(page.locator(".overall")).to_be_visible()
    page.emulate_media(media="print")
    for part in ("header.frame", ".preferences", ".buttons"):
        expect(page.locator(part).first).to_be_hidden()
    for text in page.locator(".rubric dd").all():
        assert (text.bounding_box() or {"height": 0})["height"] > 0
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(29, 36, 33)", (
        "dark ink on white paper"
    )
    printed = page.pdf(tagged=True, format="A4")
    assert printed.startswith(b"%PDF")
    assert b"/StructTreeRoot" in printed


def test_at_200_percent_nothing_is_cut_off(open_page: Open, site: Site) -> None:
    # A window of 1,280 pixels at 200 % has 640.
    page = open_page(viewport={"width": 640, "height": 450}, device_scale_factor=2)
    site.sign_in(page)
    for path, arrived in {
        f"assessments/{site.scored.assessment}/edit": page.locator(".outline"),
        f"results/{site.scored.result}": page.locator(".overall"),
    }.items():
        page.goto(f"/#/{path}")
        arrived.wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= 640
        wide = page.evaluate(
            "[...document.querySelectorAll('main *')].filter((each) => !each.closest('.cm-editor, svg')"
            " && each.getBoundingClientRect().right > innerWidth + 1)"
            ".map((each) => each.outerHTML.slice(0, 80))"
        )
        assert wide == []


def test_the_pictures_of_the_readme_can_be_made(open_page: Open, site: Site) -> None:
    page = open_page("#/new", viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    site.sign_in(page)
    page.locator(".cm-content").focus()
    page.keyboard.insert_text(
        GOOD.replace("weight: 60%", "wieght: 60%").replace("score_range: 1.0-3.4", "score_range: 1.0-3.8")
    )
    expect(page.locator(".problem .fix").first).to_be_visible()
    page.keyboard.press("Control+Home")
    picture(page, "editor")
    page.goto(f"/#/results/{site.scored.result}")
    expect(page.locator(".radar")).to_be_visible()
    picture(page, "report")


def picture(page: Page, name: str) -> None:
    taken = page.screenshot(scale="css")
    if PICTURES:
        (Path(PICTURES) / f"{name}.png").write_bytes(taken)
