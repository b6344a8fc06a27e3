"""Where assignments are a view, what happens at the same time ends in one of two orders, too."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from tests.py.harness.databases import Database
from tests.py.harness.sessions import Meanwhile, reason_of
from tests.py.upgrade.hosts import make_host, migrate, single
from tests.py.upgrade.test_links_of_sessions import WITHDRAW, answer
from tests.py.upgrade.test_statuses import a_session_of, a_session_of_other

TALK = """
insert into public.agent_sessions (stakeholder_session_id, session_context) values (%s, '{}') returning id
"""
SAVE = (
    'select public.save_progress(%s, \'[{"turn": 1, "speaker": "respondent", "text": "I am Kim."}]\')'
    " ->> 'saved'"
)
ERASE = "select public.erase_session(%s, 'campaign')"
# Of a union no row can be locked.
UNION_VIEW = """
create or replace view public.campaign_assignments as
select * from public.stakeholder_sessions union all select * from public.stakeholder_sessions where false
"""
WORDS = (
    "select (select count(*) from private.turns where session_id = %(id)s)"
    " + (select count(*) from public.agent_sessions"
    " where stakeholder_session_id = %(id)s and session_context <> '{}')"
)


class Host:
    """A host with a view, one session without and one with an agent's session, and two connections.

    Attributes:
        first: a connection whose transactions the test commits.
        second: one that waits for the first.
    """

    def __init__(self, database: Database, view: str = "") -> None:
        self.observer = make_host(database, "newer", "view")
        migrate(database)
        self.assessment, self.session = a_session_of(self.observer, "invited")
        self.observer.execute(view.encode())
        self.first = database.connect(autocommit=False)
        self.second = database.connect()

    def talk(self) -> Any:
        """An agent's session."""
        return answer(self.observer, TALK, self.session)

    def then(self, query: str, value: object) -> Any:
        """What the second connection's call returns, which waits for the first; a refusal by its reason."""
        late = Meanwhile(lambda: answer(self.second, query, value))
        waited = late.waits(self.observer, self.second)
        self.first.commit()
        assert waited
        try:
            return late.result()
        except psycopg.Error as refused:
            return reason_of(refused)

    def words(self) -> int:
        """How many turns and contexts with words are left."""
        (left,) = single(self.observer, WORDS, {"id": self.session})
        return int(left)


@pytest.mark.parametrize("view", ["", UNION_VIEW], ids=["that can be locked", "that cannot"])
def test_an_agent_session_comes_before_an_erasure_or_is_refused(empty_database: Database, view: str) -> None:
    host = Host(empty_database, view)
    talk = answer(host.first, TALK, host.session)
    host.first.execute(
        'update public.agent_sessions set session_context = \'{"said": "I am Kim."}\' where id = %s', [talk]
    )
    assert host.then(ERASE, host.session)["agent_sessions"] == 1
    assert host.words() == 0

    answer(host.first, ERASE, host.session)
    assert host.then(TALK, host.session) == "SESSION_ERASED"


def test_a_first_turn_comes_before_a_withdrawal_or_is_refused(empty_database: Database) -> None:
    host = Host(empty_database)
    talk = host.talk()
    assert answer(host.first, SAVE, talk) == "1"
    assert host.then(WITHDRAW, "a link") == "withdrawn"
    assert host.words() == 0

    _, other = a_session_of_other(host.observer, host.assessment)
    host.session = other
    talk = host.talk()
    assert answer(host.first, WITHDRAW, "another link") == "withdrawn"
    assert host.then(SAVE, talk) == "SESSION_CANCELLED"
    assert host.words() == 0


def test_an_erased_sessions_agent_writes_no_words_again(empty_database: Database) -> None:
    host = Host(empty_database)
    talk = host.talk()
    write = "update public.agent_sessions set session_context = %s where id = %s"
    words = '{"said": "I am Kim."}'
    host.observer.execute(write, [words, talk])
    answer(host.observer, ERASE, host.session)
    with pytest.raises(psycopg.Error) as refused:
        host.observer.execute(write, [words, talk])
    assert reason_of(refused.value) == "SESSION_ERASED"
    host.observer.execute("update public.agent_sessions set custom_assessment_id = null, agent_type = 'over'")
    host.observer.execute(write, ["{}", talk])
    assert answer(host.observer, ERASE, host.session)["agent_sessions"] == 0
