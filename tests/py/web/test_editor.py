"""The editor: marks as one types, fixes, saving, and that nothing which was typed is lost."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Page, expect

from tests.py.harness.people import Tenant
from tests.py.web.conftest import Open
from tests.py.web.site import PASSWORD, Site
from worker.compiler import compile_markdown

GOOD = """---
name: Clear Speech
version: 1.0
---

## Dimensions

### Clarity
- weight: 60%
- description: Says what is meant.

### Courage
- weight: 40%
- description: Says it when it is hard.

## Result Categories

### Ready
- score_range: 3.5-5.0
- description: Start at once.

### Not yet
- score_range: 1.0-3.4
- description: Agree on first steps.
"""


@pytest.fixture
def tenant(site: Site) -> Tenant:
    return site.tenant()


@pytest.fixture
def editor(open_page: Open, site: Site, tenant: Tenant) -> Page:
    """The editor of a new assessment."""
    page = open_page("#/new")
    site.sign_in(page, tenant.owner.email, PASSWORD)
    page.locator(".cm-content").wait_for()
    return page


def write(page: Page, text: str) -> None:
    """Put a text in place of what is there, by the keyboard, and wait until it was checked."""
    page.locator(".cm-content").focus()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)
    page.locator('.code[data-checked="true"]').wait_for()


def checked(page: Page, summary: str) -> None:
    expect(page.locator(".problems [role=status]")).to_have_text(summary)


def test_the_main_job_from_an_error_to_a_new_version(editor: Page, site: Site, tenant: Tenant) -> None:
    write(editor, GOOD.replace("weight: 60%", "wieght: 60%"))
    expect(editor.locator(".cm-lint-marker-error").first).to_be_visible()
    editor.locator(".problem .fix").first.click()
    checked(editor, "No problems")
    expect(editor.get_by_role("heading", name="2 dimensions")).to_be_visible()
    editor.get_by_role("button", name="Save draft").click()
    expect(editor.get_by_text("Saved as a draft, version 1.0.")).to_be_visible()
    # Saved, and at an address of its own.
    editor.reload()
    checked(editor, "No problems")
    assert "weight: 60%" in editor.locator(".cm-content").inner_text()
    editor.get_by_role("link", name="Clear Speech").click()
    editor.get_by_role("button", name="Activate: Clear Speech").click()
    expect(editor.get_by_text("Active", exact=True)).to_be_visible()
    editor.get_by_role("link", name="Edit").click()
    write(
        editor,
        GOOD.replace("weight: 60%", "weight: 70%")
        .replace("weight: 40%", "weight: 30%")
        .replace("version: 1.0\n", ""),
    )
    editor.get_by_role("button", name="Save as a new version").click()
    expect(editor.get_by_text("Saved. The version in force is now 2.0.")).to_be_visible()
    editor.get_by_role("link", name="Clear Speech").click()
    editor.get_by_role("link", name="Versions").click()
    newest = editor.locator(".version").first
    expect(newest).to_contain_text("Version 2.0")
    newest.locator("summary").click()
    expect(newest.locator(".changes")).to_contain_text("weight")
    expect(newest.locator(".value").first).to_be_visible()
    expect(newest).to_contain_text("0 results, 0 sessions use it.")


def test_checks_leave_no_rows(editor: Page, site: Site, tenant: Tenant) -> None:
    write(editor, GOOD)
    write(editor, GOOD + "\n")
    until = time.monotonic() + 20
    counted = "select count(*) from public.assessment_uploads where tenant_id = %s"
    while site.postgres.execute(counted, [tenant.id]).fetchone() != (0,):
        assert time.monotonic() < until
        time.sleep(0.1)


def test_what_is_wrong_is_not_saved_and_stays_in_the_field(editor: Page) -> None:
    write(editor, "# Nothing of an assessment")
    editor.get_by_role("button", name="Save draft").click()
    expect(editor.get_by_text("Not saved: fix the errors first.")).to_be_visible()
    expect(editor.locator(".cm-content")).to_contain_text("Nothing of an assessment")


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_marks_and_fixes_are_at_their_place_beside_emoji_and_crlf(editor: Page, line_end: str) -> None:
    text = GOOD.replace("Says what is meant.", "🎯🇦🇹 é <b>loud</b> 🎯").replace(
        "### Courage", "### 🎯 Courage"
    )
    source = text.replace("\n", line_end)
    editor.locator("input[type=file]").set_input_files(
        {"name": "emoji.md", "mimeType": "text/markdown", "buffer": source.encode()}
    )
    editor.locator('.code[data-checked="true"]').wait_for()
    lines = text.split("\n")
    expected = [
        lines[each.line - 1][each.column - 1 : each.end_column - 1]
        for each in compile_markdown(source.encode()).diagnostics
        if each.line == each.end_line
    ]
    assert any("<" in each for each in expected)
    expect(editor.locator(".cm-lintRange-error").first).to_be_visible()
    marked = editor.locator(".cm-lintRange").all_inner_texts()
    assert marked == expected
    fixes = editor.locator(".problem .fix")
    while fixes.count():
        before = fixes.count()
        fixes.first.click()
        expect(fixes).not_to_have_count(before)
    assert "🎯🇦🇹 é" in editor.locator(".cm-content").inner_text()


def test_a_file_of_500_kb_is_marked_at_its_end(editor: Page) -> None:
    filler = "".join(f"  - Theme {number} of a very long list of themes\n" for number in range(10_500))
    text = GOOD.replace(
        "- description: Says what is meant.\n", f"- description: Says it.\n- interview_themes:\n{filler}"
    )
    text = text.replace("score_range: 1.0-3.4", "score_range: 1.0-9.4")
    assert 440_000 < len(text) < 512_000
    editor.locator("input[type=file]").set_input_files(
        {"name": "long.md", "mimeType": "text/markdown", "buffer": text.encode()}
    )
    problem = editor.locator(".problem").filter(has_text="9.4").first
    problem.get_by_role("button").first.click()
    expect(editor.locator(".cm-lintRange-error")).to_have_text("1.0-9.4")


def test_a_file_is_dropped_and_what_is_no_text_is_refused(editor: Page) -> None:
    for content, name in ((GOOD.encode(), "good.md"), (b"\xff\xfe\x00", "picture.md")):
        editor.evaluate(
            """([bytes, name]) => {
              const transfer = new DataTransfer();
              transfer.items.add(new File([new Uint8Array(bytes)], name));
              document.querySelector(".cm-content").dispatchEvent(
                new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
            }""",
            [list(content), name],
        )
        if name == "good.md":
            checked(editor, "No problems")
    expect(editor.get_by_role("alert")).to_contain_text("picture.md is not a text in UTF-8.")
    expect(editor.locator(".cm-content")).to_contain_text("Clear Speech")


def test_an_example_is_a_start(editor: Page) -> None:
    editor.get_by_role("button", name="Team Health").click()
    checked(editor, "No problems")
    expect(editor.locator(".cm-content")).to_contain_text("Team Health Check")


def uploaded(site: Site, tenant: Tenant, editor: Page) -> str:
    """Save the good text; return the address of its editor."""
    write(editor, GOOD)
    editor.get_by_role("button", name="Save draft").click()
    expect(editor.get_by_text("Saved as a draft")).to_be_visible()
    return editor.url


def test_two_tabs_lose_neither_text(editor: Page, site: Site, tenant: Tenant) -> None:
    address = uploaded(site, tenant, editor)
    other = editor.context.new_page()
    other.goto(address)
    checked(other, "No problems")
    write(editor, GOOD.replace("Start at once.", "Start today."))
    write(other, GOOD.replace("Start at once.", "Start tomorrow."))
    editor.get_by_role("button", name="Save draft").click()
    expect(editor.get_by_text("Saved as a draft")).to_be_visible()
    other.get_by_role("button", name="Save draft").click()
    dialog = other.get_by_role("dialog", name="Somebody saved another text meanwhile")
    dialog.get_by_role("button", name="Show theirs").click()
    expect(other.locator(".cm-content")).to_contain_text("Start today.")
    # The other text survives the tab.
    other.reload()
    expect(other.locator(".cm-content")).to_contain_text("Start today.")
    other.get_by_role("button", name="Continue with it").click()
    expect(other.locator(".cm-content")).to_contain_text("Start tomorrow.")
    other.get_by_role("button", name="Save draft").click()
    expect(other.get_by_text("Saved as a draft")).to_be_visible()
    other.close()
    write(editor, GOOD.replace("Start at once.", "Start never."))
    editor.get_by_role("button", name="Save draft").click()
    editor.get_by_role("button", name="Save mine over it").click()
    expect(editor.get_by_text("Saved as a draft")).to_be_visible()
    editor.reload()
    expect(editor.locator(".cm-content")).to_contain_text("Start never.")
    expect(editor.locator(".drafts")).to_have_count(0)


def test_text_survives_a_session_that_ends_and_a_lost_connection(
    open_page: Open, site: Site, tenant: Tenant
) -> None:
    page = open_page("#/new", refused=(400, 401))
    site.sign_in(page, tenant.owner.email, PASSWORD)
    write(page, GOOD)
    page.context.set_offline(True)
    page.locator(".cm-content").focus()
    page.keyboard.press("Control+End")
    page.keyboard.insert_text("More words.")
    expect(page.get_by_role("alert")).to_contain_text("Nothing you entered is lost.")
    page.context.set_offline(False)
    expect(page.get_by_role("alert")).to_have_count(0)
    site.end_sessions(page)
    page.keyboard.insert_text(" And more.")
    expect(page.get_by_text("Your session has ended.")).to_be_visible()
    site.sign_in(page, tenant.owner.email, PASSWORD)
    page.get_by_role("button", name="Continue with it").click()
    expect(page.locator(".cm-content")).to_contain_text("More words. And more.")


def test_an_archived_assessment_is_only_read(open_page: Open, site: Site, tenant: Tenant) -> None:
    draft = site.add(tenant.id, "Old Ways")
    page = open_page(f"#/assessments/{draft}/edit")
    site.sign_in(page, tenant.owner.email, PASSWORD)
    # It is a builder's, so that the worker writes its Markdown meanwhile.
    expect(page.locator(".cm-content")).to_contain_text("name: Old Ways", timeout=30_000)
    site.postgres.execute("update public.custom_assessments set status = 'archived' where id = %s", [draft])
    page.reload()
    expect(page.get_by_text("This assessment is archived.")).to_be_visible()
    expect(page.get_by_role("button", name="Save draft")).to_have_count(0)
    expect(page.locator(".cm-content")).to_contain_text("name: Old Ways")
