"""Two connections that race, and what can be seen of it."""

from __future__ import annotations

import json
import re
from typing import Any

import psycopg

from stack.postgres import SUPERUSER
from tests.py.harness.databases import Connection, Database
from tests.py.harness.sessions import Meanwhile, one
from tests.py.races.operations import OPERATIONS
from tests.py.races.scene import Scene, act_as

Order = tuple[tuple[int, str], tuple[int, str]]

ACCOUNTS = {"author": "author_account", "guest": "guest_account"}
ROLES = {
    "author": "authenticated",
    "guest": "authenticated",
    "visitor": "anon",
    "service": "service_role",
    "postgres": "none",
}


# Rows that a third session locks for a moment, so that the first of two stops there with what it has locked.
STOPS = {
    "line": "private.slug_series where tenant_id = %(author)s and stem = ''",
    "user's line": "private.slug_series where tenant_id = %(guest)s and stem = ''",
    "account": "auth.users where id = %(author_account)s",
    "writer's account": "auth.users where id = %(writer_account)s",
    "tenant": "public.tenant_profiles where id = %(author)s",
    "user": "public.tenant_profiles where id = %(guest)s",
    "jobs": "private.jobs where tenant_id = %(guest)s",
    "assessment": "public.custom_assessments where id = %(main)s",
    "draft": "public.custom_assessments where id = %(draft)s",
    "versions": "public.assessment_versions where assessment_id = %(main)s",
    "campaign": "public.campaigns where id = %(campaign)s",
    "person": "public.campaign_assignments where id in (%(begun)s, %(person_0)s)",
    "session": "public.coaching_sessions where id = %(session)s",
    "campaign's pin": "private.pins where id = %(campaign)s",
    "sessions' pins": "private.pins where id in (%(begun)s, %(session)s, %(drafts_session)s)",
    "scores": "private.score_requests where tenant_id = %(guest)s",
    "requests": "public.listing_requests where assessment_id = %(main)s",
    "listing": "private.listings where assessment_id = %(main)s",
}

# The tables of the platform and of custom assessments.
TABLES = """
select format('%I.%I', schemaname, tablename) from pg_catalog.pg_tables
 where schemaname in ('auth', 'public', 'private')
"""

# So many scenes are left in the database. What each leaves makes every later statement slower.
SCENES_KEPT = 40

# The refusals of the rules and of row-level security; a foreign key finds that a row is gone.
REFUSED = re.compile(r"PT4\d\d|42501|23503")


class Racer:
    """A connection on which one operation at a time runs, in a transaction."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._running: Meanwhile | None = None

    def do(self, name: str, scene: Scene, place: int) -> str:
        """Run an operation; what it returned, or why not. The transaction stays open."""
        operation = OPERATIONS[name]
        account = ACCOUNTS.get(operation.who)
        act_as(self.connection, ROLES[operation.who], scene.names[account] if account else None)
        try:
            with self.connection.transaction():
                self.connection.execute(operation.before.encode(), scene.values(place))
                row = self.connection.execute(operation.query.encode(), scene.values(place)).fetchone()
                # What is checked at the end of a transaction may wait as well.
                self.connection.execute("set constraints all immediate; set constraints all deferred")
        except psycopg.Error as error:
            # The second of two is refused by one rule or another.
            return (
                "refused" if REFUSED.fullmatch(error.sqlstate or "") else f"{error.sqlstate} {reason(error)}"
            )
        return "nothing" if row is None else str(row[0])

    def start(self, name: str, scene: Scene, place: int) -> None:
        """Run it in another thread."""
        self._running = Meanwhile(lambda: self.do(name, scene, place))

    def waits(self, postgres: Connection) -> bool:
        """Whether it waits for a lock; otherwise it has ended."""
        assert self._running is not None
        return self._running.waits(postgres, self.connection)

    def ends(self) -> bool:
        """Whether it has ended by now."""
        assert self._running is not None
        return self._running.has_ended()

    def said(self) -> str:
        """What came of it."""
        assert self._running is not None
        return str(self._running.result())


def is_error(said: str) -> bool:
    """Whether an operation was aborted, rather than refused by a rule."""
    return re.match(r"[0-9A-Z]{5} ", said) is not None


def reason(error: psycopg.Error) -> str:
    """The reason of a refusal, or the message of another error."""
    try:
        return str(json.loads(error.diag.message_detail or "")["reason"])
    except (ValueError, TypeError):
        return str(error.diag.message_primary)


class Track:
    """One database, with two connections that race, one that stops them, and one that looks on."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.postgres = database.connect()
        # Nothing is from before versions were kept.
        self.postgres.execute("update private.backfills set finished_at = now() where true")
        # Something to prune in every scene.
        self.postgres.execute("update private.settings set value = 1 where name = 'versions_kept'")
        self.racers = [self.racer(database) for _ in range(2)]
        self.stopper = database.connect(autocommit=False)
        self._stops: dict[str, set[str]] = {}
        self._held: dict[str, dict[str, set[str]]] = {}
        self._scenes = 0
        self._admin = database.connect(SUPERUSER)
        self._admin.execute("set session_replication_role = replica; set lock_timeout = '10s'")
        self._emptied = [
            table
            for (table,) in self._admin.execute(TABLES).fetchall()
            if not one(self._admin, f"select exists (select from {table})")
        ]

    @staticmethod
    def racer(database: Database) -> Racer:
        """Another one, who waits for a lock for at most ten seconds."""
        connection = database.connect(autocommit=False)
        connection.execute("set lock_timeout = '10s'")
        connection.commit()
        return Racer(connection)

    def scene(self, *names: str) -> Scene:
        """Another scene, prepared for these operations."""
        self._scenes += 1
        if self._scenes % SCENES_KEPT == 0:
            self._admin.execute(f"truncate {', '.join(self._emptied)}".encode())
        scene = Scene(self.postgres)
        for prepare in {OPERATIONS[name].prepare for name in names} - {None}:
            assert prepare is not None
            prepare(scene, self.postgres)
        return scene

    def one_after_the_other(self, scene: Scene, order: Order) -> dict[str, Any]:
        """What comes of it when the second begins after the first has ended. The scene is left as it was."""
        racer = self.racers[0]
        said = {place: racer.do(name, scene, place) for place, name in order}
        outcome = {"said": said, "seen": scene.seen(racer.connection)}
        racer.connection.rollback()
        return outcome

    def at_once(self, scene: Scene, order: Order) -> dict[str, Any]:
        """What comes of it when the second begins before the first has ended."""
        first, second = self.racers
        (place, name), (late_place, late_name) = order
        said = {place: first.do(name, scene, place)}
        second.start(late_name, scene, late_place)
        second.waits(self.postgres)
        first.connection.commit()
        said[late_place] = second.said()
        second.connection.commit()
        with self.postgres.transaction():
            return {"said": said, "seen": scene.seen(self.postgres)}

    def stopped(self, scene: Scene, order: Order, stop: str) -> list[str]:
        """What both say when the first is stopped while the second begins. The scene is left as it was."""
        self.stopper.execute(f"select from {STOPS[stop]} for update".encode(), scene.names)
        for racer, (place, name) in zip(self.racers, order, strict=True):
            racer.start(name, scene, place)
            racer.waits(self.postgres)
        self.stopper.rollback()
        running = list(self.racers)
        said = []
        while running:
            ended = next((racer for racer in running if racer.ends()), None)
            if ended is not None:
                said.append(ended.said())
                ended.connection.rollback()
                running.remove(ended)
        return said

    def stops_of(self, scene: Scene, name: str) -> set[str]:
        """The stops whose rows an operation locks."""
        if name not in self._stops:
            racer = self.racers[0]
            racer.do(name, scene, 0)
            self._stops[name] = {stop for stop in STOPS if self._is_locked(scene, stop)}
            self.stopper.rollback()
            racer.connection.rollback()
        return self._stops[name]

    def can_meet(self, scene: Scene, first: str, second: str, stop: str) -> bool:
        """Whether the second can have locked what the first, stopped here, locks later.

        The second waits at the latest at the rows that the first has locked, or at this stop.
        """
        locked = self._held_of(scene, first)[stop] | {stop}
        later = self.stops_of(scene, first) - locked
        held = self._held_of(scene, second)
        return any(held[place] & later for place in locked & held.keys())

    def _held_of(self, scene: Scene, name: str) -> dict[str, set[str]]:
        """For each of its stops, the others that an operation has locked when it waits there."""
        if name not in self._held:
            racer, stops = self.racers[0], self.stops_of(scene, name)
            self._held[name] = {}
            for stop in stops:
                self.stopper.execute(f"select from {STOPS[stop]} for update".encode(), scene.names)
                racer.start(name, scene, 0)
                # One that passes by locked rows, such as pruning, can have locked all others.
                self._held[name][stop] = (
                    {other for other in stops - {stop} if self._is_locked(scene, other)}
                    if racer.waits(self.postgres)
                    else stops - {stop}
                )
                self.stopper.rollback()
                racer.said()
                racer.connection.rollback()
        return self._held[name]

    def _is_locked(self, scene: Scene, stop: str) -> bool:
        """Whether another session has locked a stop's rows."""
        rows = STOPS[stop]
        free = f"select from {rows} for update skip locked"
        locked = f"select (select count(*) from {rows}) > (select count(*) from ({free}) as free)"
        return self.stopper.execute(locked.encode(), scene.names).fetchone() == (True,)
