"""The gateway serves the built front end at `/`, and nothing else of the checkout."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from aiohttp import web

from stack.packages import ROOT
from stack.pages import Pages
from tests.py.harness.api import RunningApi


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "dist" / "assets").mkdir(parents=True)
    (tmp_path / "dist" / "index.html").write_text("<!doctype html>the page", encoding="utf-8")
    (tmp_path / "dist" / "assets" / "main-1.js").write_text("export {};", encoding="utf-8")
    (tmp_path / "dist" / "_headers").write_text(
        (ROOT / "web" / "public" / "_headers").read_text(), encoding="utf-8"
    )
    (tmp_path / "secret").write_text("not for readers", encoding="utf-8")
    return tmp_path


@pytest.fixture
def pages(folder: Path) -> Iterator[Pages]:
    pages = Pages({"key": "sb_publishable_1"}, folder)
    yield pages
    pages.close()


def text(answer: web.Response | None) -> str:
    assert answer is not None
    assert isinstance(answer.body, bytes)
    return answer.body.decode()


def test_the_page_and_its_parts_are_served_with_a_policy_without_exceptions_for_scripts(pages: Pages) -> None:
    page = pages.answer("GET", "/")
    assert text(page) == "<!doctype html>the page"
    assert page is not None
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.headers["Cache-Control"] == "no-cache"
    assert "script-src 'self';" in page.headers["Content-Security-Policy"]
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    part = pages.answer("GET", "/assets/main-1.js")
    assert text(part) == "export {};"
    assert part is not None
    assert part.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert "immutable" in part.headers["Cache-Control"]


def test_the_settings_have_the_public_key_alone(pages: Pages) -> None:
    assert json.loads(text(pages.answer("GET", "/config.json"))) == {"key": "sb_publishable_1"}


@pytest.mark.parametrize(
    "path",
    [
        *("/library", "/assets", "/assets/", "/assets/none.js", "/index", "//index.html", "/_headers"),
        *("/../secret", "/assets/../../secret", "/%2e%2e/secret", "/..%2fsecret", "/assets/..", "/\0", "/ä"),
    ],
)
def test_an_unknown_path_is_no_page(pages: Pages, path: str) -> None:
    assert pages.answer("GET", path) is None


def test_a_link_that_leads_out_of_the_folder_is_not_followed(pages: Pages, folder: Path) -> None:
    (folder / "dist" / "out.txt").symlink_to(folder / "secret")
    assert pages.answer("GET", "/out.txt") is None


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_nothing_is_written(pages: Pages, method: str) -> None:
    assert pages.answer(method, "/") is None


def test_without_a_build_it_says_what_to_run_and_a_later_build_is_found(pages: Pages, folder: Path) -> None:
    built = folder / "dist" / "index.html"
    built.rename(folder / "kept")
    answer = pages.answer("GET", "/")
    assert "make up" in text(answer)
    assert answer is not None
    assert answer.status == 503
    (folder / "kept").rename(built)
    assert text(pages.answer("GET", "/")) == "<!doctype html>the page"


@pytest.mark.parametrize("path", ["/library", "/rest", "/auth/v1", "/rest/v2/", "/auth"])
def test_what_the_gateway_does_not_know_is_404_in_json(bare_api: RunningApi, path: str) -> None:
    answer = httpx.get(bare_api.url + path, headers={"apikey": bare_api.keys.anon})
    assert answer.status_code == 404
    assert answer.json()["message"] == "no Route matched with those values"


@pytest.mark.parametrize("path", ["/rest/v1/", "/rest/v1/index.html", "/auth/v1/", "/auth/v1/index.html"])
def test_the_page_is_never_at_a_path_of_the_api(bare_api: RunningApi, path: str) -> None:
    answer = httpx.get(bare_api.url + path, headers={"apikey": bare_api.keys.anon})
    assert "html" not in answer.headers.get("Content-Type", "")
