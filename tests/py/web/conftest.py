"""One stack with a worker, one built page and one browser for the folder; a fresh context for each test."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from filelock import FileLock
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect

from stack.packages import ROOT
from tests.py.harness.api import api_over
from tests.py.harness.browser import running_browser
from tests.py.harness.databases import Databases
from tests.py.web.site import Site

# Not `make`, which would install packages first.
BUILD = ["node_modules/.bin/vite", "build", "--config", "web/vite.config.mjs", "--logLevel", "warn"]

Open = Callable[..., Page]

# Longer than the page waits before it looks at a session again, and than a loaded machine needs.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="package")
def built() -> None:
    """The page, built from what is here now, by the first process that needs it."""
    built = ROOT / "web" / "dist" / "index.html"
    with FileLock(ROOT / "web" / ".build.lock"):
        newest = max(
            path.stat().st_mtime
            for folder in ("web", "types", "examples/starters")
            for path in (ROOT / folder).rglob("*")
            if "dist" not in path.parts and path.name != ".build.lock"
        )
        if not built.exists() or built.stat().st_mtime < newest:
            subprocess.run(BUILD, cwd=ROOT, check=True, timeout=120)
            built.touch()


@pytest.fixture(scope="package")
def site(databases: Databases, built: None) -> Iterator[Site]:
    with databases.clone("seeded") as database, api_over(database) as api, Site.over(api) as site:
        yield site


@pytest.fixture(scope="package")
def browser(built: None) -> Iterator[Browser]:
    with running_browser() as browser:
        yield browser


@pytest.fixture
def open_page(browser: Browser, site: Site) -> Iterator[Open]:
    """Opens pages of the site, each in a browser that has nothing stored.

    Afterwards none of them may have an error in its console, or have loaded anything from elsewhere.
    `refused` names the statuses that the test expects of the API, which the console reports too.
    """
    with ExitStack() as opened:
        checks: list[Callable[[], None]] = []

        def open_one(hash_: str = "#/", *, refused: tuple[int, ...] = (), **options: object) -> Page:
            defaults = {"locale": "en-GB", "reduced_motion": "reduce"}
            context = browser.new_context(base_url=site.url, **defaults | options)  # type: ignore[arg-type]  # options by name
            opened.callback(context.close)
            # Answers that are still on their way when a test ends concern nobody.
            opened.callback(context.unroute_all, behavior="ignoreErrors")
            context.set_default_timeout(20_000)
            page = context.new_page()
            checks.append(watch(page, site.url, refused))
            page.goto(f"/{hash_}")
            return page

        yield open_one
        for check in checks:
            check()


def watch(page: Page, url: str, refused: tuple[int, ...]) -> Callable[[], None]:
    """Collect what must not happen on a page; the function that is returned checks that it did not."""
    wrong: list[str] = []
    expected = {f"the server responded with a status of {status}" for status in refused}
    # What Chromium says of a request while there is no connection.
    expected.add("net::ERR_INTERNET_DISCONNECTED")

    def said(message: ConsoleMessage) -> None:
        if message.type == "error" and not any(text in message.text for text in expected):
            wrong.append(f"{message.text} ({message.location.get('url', '')})")

    def asked(request: Request) -> None:
        if not request.url.startswith((url, "data:", "blob:")):
            wrong.append(f"loads {request.url}")

    page.on("console", said)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", asked)

    def check() -> None:
        assert wrong == []

    return check
