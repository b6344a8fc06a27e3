"""The operator's commands that name reviewers and list them."""

from __future__ import annotations

import pytest

from tests.py.worker.site import Site

pytestmark = pytest.mark.usefixtures("nothing_is_left")


def test_an_operator_names_a_reviewer_and_sees_who_is_one(site: Site) -> None:
    account = str(site.tenant().owner.id)
    before = site.worker("reviewers")
    assert (before.returncode, account in before.stdout) == (0, False), before.stderr
    named = site.worker("name-reviewer", account.upper())
    assert (named.returncode, named.stdout) == (0, "The account is a reviewer.\n"), named.stderr
    again = site.worker("name-reviewer", account)
    assert again.stdout == "Nothing changed: the account is a reviewer.\n"
    assert f"{account}  since " in site.worker("reviewers").stdout
    removed = site.worker("name-reviewer", account, "--remove")
    assert (removed.returncode, removed.stdout) == (0, "The account is not a reviewer.\n")
    assert account not in site.worker("reviewers").stdout


def test_an_account_that_does_not_exist_is_reported(site: Site) -> None:
    done = site.worker("name-reviewer", "00000000-0000-0000-0000-000000000000")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "error: There is no account with this id.\n"


def test_what_is_not_an_id_is_not_sent(site: Site) -> None:
    done = site.worker("name-reviewer", "somebody@example.test")
    assert done.returncode == 2
    assert "is not an account's id" in done.stderr
