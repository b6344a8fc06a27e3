"""Every page in both themes: axe finds nothing, and nothing is wider than 320 pixels."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from stack.packages import NODE_MODULES
from tests.py.web.conftest import Open
from tests.py.web.site import Site

AXE = (NODE_MODULES / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
# Where pictures of the pages are kept, if anywhere.
PICTURES = os.environ.get("TEST_WEB_PICTURES")


def check(page: Page, name: str) -> None:
    """Look at the page as it is now, by axe and at three widths."""
    page.evaluate(AXE)  # the policy would refuse a script element
    # All that a theme can change is the contrast.
    rules = ["color-contrast"] if name.startswith("dark") else []
    options = {"resultTypes": ["violations"], **({"runOnly": rules} if rules else {})}
    found = page.evaluate("options => axe.run(document, options)", options)
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found["violations"]] == [], (
        name
    )
    for width in (320, 768, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        if PICTURES:
            page.screenshot(path=Path(PICTURES) / f"{name}-{width}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page(open_page: Open, site: Site, theme: Literal["light", "dark"]) -> None:
    scored = site.scored
    page = open_page(color_scheme=theme, viewport={"width": 1280, "height": 900})
    pages: dict[str, tuple[str, Callable[[], object]]] = {
        "library": ("", page.locator(".card").first.wait_for),
        "assessment": (f"assessments/{scored.assessment}", page.locator(".results a").first.wait_for),
        "result": (f"results/{scored.result}", page.locator(".radar").wait_for),
        "editor": (f"assessments/{scored.assessment}/edit", page.locator(".outline").wait_for),
        "editor-new": ("new", page.locator(".starters").wait_for),
        "versions": (f"assessments/{scored.assessment}/versions", page.locator(".version").first.wait_for),
        "missing": ("nowhere", page.get_by_role("heading", name="There is nothing here").wait_for),
        "link-complete": (f"s/{scored.token}", page.locator(".category").wait_for),
        "link-open": (
            f"s/{site.session(site.aldergrove, site.leadership).token}",
            page.get_by_text("Ready to begin.").wait_for,
        ),
    }
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    check(page, f"{theme}-sign-in")
    site.sign_in(page)
    for name, (path, arrived) in pages.items():
        page.goto(f"/#/{path}")
        arrived()
        check(page, f"{theme}-{name}")
    page.goto("/#/")
    page.locator(".card").filter(has_text="Leadership Archetypes").first.get_by_role(
        "button", name="Delete"
    ).click()
    page.get_by_role("dialog").get_by_role("listitem").first.wait_for()
    check(page, f"{theme}-delete")
