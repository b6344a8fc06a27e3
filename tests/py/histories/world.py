"""Three tenants, a reviewer and those who are trusted, in one database, and what each of them may do there.

Everything that a tenant writes contains a word that nobody else has written. A reader of another tenant's
word must have been shown it by an approval, or by a template.
"""

from __future__ import annotations

import itertools
import json
import re
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from tests.py.harness.databases import Connection, as_role
from tests.py.harness.people import People, Tenant, User
from tests.py.harness.sessions import compiled, exchange, one
from worker.engine.jobs import Snapshot

WORD = re.compile(r"word\d+x")
#: What a rule refuses with. Anything else is an error of the database's.
REFUSED = re.compile(r"PT\d{3}|42501|23\w{3}")


def words(value: object) -> set[str]:
    """The words in a row, a document or a text."""
    return set(WORD.findall(json.dumps(value, default=str)))


@dataclass(frozen=True)
class Step:
    """One thing that is done.

    Attributes:
        action: the name of a method of `World`.
        who: which tenant does it.
        which: which of the assessments, sessions or versions it is done to, counted around.
        how: a further choice, such as what is edited.
    """

    action: str
    who: int
    which: int
    how: int


@dataclass
class World:
    """What there is, and what was shown to whom.

    Attributes:
        connection: role postgres's, in a transaction.
        tenants: three.
        reviewer: an account that an operator has named.
        shown: the words that a reviewer or a trusted writer has approved, or that a template had.
        written: by tenant, the words that were written for it.
        listed: what was approved to stand on the page: version, slug, price tier and name of the tenant.
        begun: by session, tenant and assessment, the version that its interview began with.
    """

    connection: Connection
    tenants: Sequence[Tenant]
    reviewer: User
    shown: set[str] = field(default_factory=set)
    written: dict[uuid.UUID, set[str]] = field(default_factory=dict)
    listed: set[tuple[object, ...]] = field(default_factory=set)
    begun: dict[tuple[uuid.UUID, uuid.UUID, str], str] = field(default_factory=dict)
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    @classmethod
    def begin(cls, connection: Connection) -> World:
        """Three tenants, of which the first two have an active assessment each; the first one's is listed."""
        people = People(connection)
        world = cls(connection, [people.tenant() for _ in range(3)], people.user())
        world.written = {tenant.id: {"A tenant"} for tenant in world.tenants}
        connection.execute("select public.name_reviewer(%s)", [world.reviewer.id])
        for who in (0, 1):
            world.create(Step("create", who, 0, 1))
        world.ask(Step("ask", 0, 0, 0))
        world.decide(Step("decide", 0, 0, 0))
        return world

    def do(self, step: Step) -> str | None:
        """Do it; the SQLSTATE where it is refused, and then nothing has happened."""
        try:
            with self.connection.transaction():
                getattr(self, step.action)(step)
        except psycopg.Error as error:
            if not REFUSED.fullmatch(error.sqlstate or ""):
                raise
            return error.sqlstate
        return None

    # --- who does it ----------------------------------------------------------------------------------------

    def word(self, tenant: Tenant) -> str:
        """A new word of a tenant's."""
        made = f"word{next(self._numbers)}x"
        self.written[tenant.id].add(made)
        return made

    def as_owner(self, tenant: Tenant, query: str, *values: object) -> Any:
        """The one value that a statement gives the owner of a tenant."""
        with as_role(self.connection, "authenticated", tenant.owner.id) as connection:
            return one(connection, query, *values)

    def as_service(self, query: str, *values: object) -> Any:
        """The same of the service."""
        with as_role(self.connection, "service_role") as connection:
            return one(connection, query, *values)

    def pick(self, query: str, place: int, *values: object) -> Any:
        """One of the ids that a query gives, counted around; an id of nothing where it gives none."""
        found = [row[0] for row in self.connection.execute(query.encode(), values)]
        return found[place % len(found)] if found else uuid.UUID(int=0)

    def own(self, step: Step) -> uuid.UUID:
        """An assessment of the tenant's."""
        picked: uuid.UUID = self.pick(
            "select id from public.custom_assessments where tenant_id = %s order by created_at, id",
            step.which,
            self.tenants[step.who].id,
        )
        return picked

    def any_assessment(self, step: Step) -> uuid.UUID:
        """An assessment of anybody's."""
        picked: uuid.UUID = self.pick("select id from public.custom_assessments order by id", step.which)
        return picked

    # --- assessments ----------------------------------------------------------------------------------------

    def definition(self, tenant: Tenant) -> dict[str, Any]:
        """A definition of new words."""
        return {
            "dimensions": [
                {"name": "Clarity", "weight": 0.5, "description": self.word(tenant)},
                {"name": "Courage", "weight": 0.5, "description": "Says it when it is hard."},
            ],
            "resultCategories": [
                {"name": "Emerging", "scoreRange": [1.0, 2.9]},
                {"name": "Strong", "scoreRange": [3.0, 5.0]},
            ],
        }

    def create(self, step: Step) -> None:
        """Make a draft, or an active one, which asks to be listed or does not."""
        tenant = self.tenants[step.who]
        self.as_owner(
            tenant,
            "insert into public.custom_assessments (tenant_id, name, definition, status, marketplace_status)"
            " values (%s, %s, %s, %s, %s) returning id",
            tenant.id,
            self.word(tenant),
            Jsonb(self.definition(tenant)),
            "active" if step.how % 2 else "draft",
            "pending_review" if step.how == 3 else "private",
        )

    def edit(self, step: Step) -> None:
        """Change one thing or another, as the owner or as the service."""
        tenant = self.tenants[step.who]
        word = self.word(tenant)
        column, value = (
            ("name", word),
            ("description", word),
            ("definition", Jsonb(self.definition(tenant))),
            ("slug", f"a-{word}"),
            ("source_markdown", f"# {word}"),
            ("result_disclosure", "none"),
            ("marketplace_price_tier", "starter"),
            ("definition", Jsonb(self.definition(tenant) | {"note": word})),
        )[step.how % 8]
        by = self.as_service if step.how >= 8 else lambda *call: self.as_owner(tenant, *call)
        by(
            f"update public.custom_assessments set {column} = %s where id = %s returning id",
            value,
            self.own(step),
        )
        if step.how >= 8:
            self._show_templates()

    def set_status(self, step: Step) -> None:
        """Activate it or archive it."""
        self.as_owner(
            self.tenants[step.who],
            "update public.custom_assessments set status = %s where id = %s returning id",
            ("active", "archived")[step.how % 2],
            self.own(step),
        )

    def delete(self, step: Step) -> None:
        """Delete it."""
        self.as_owner(
            self.tenants[step.who],
            "delete from public.custom_assessments where id = %s returning id",
            self.own(step),
        )

    def upload(self, step: Step) -> None:
        """Upload a file in its place, which a worker compiles at once."""
        tenant = self.tenants[step.who]
        self.as_owner(
            tenant,
            "insert into public.assessment_uploads (tenant_id, source_markdown, assessment_id)"
            " values (%s, %s, %s) returning id",
            tenant.id,
            f"# {self.word(tenant)}",
            self.own(step),
        )
        with as_role(self.connection, "service_role") as connection:
            jobs = exchange(connection, "w", claim=1)["jobs"]
            exchange(connection, "w", [compiled(job, self.word(tenant), "9.0") for job in jobs])

    def rename(self, step: Step) -> None:
        """Give the tenant another name."""
        tenant = self.tenants[step.who]
        self.as_owner(
            tenant,
            "update public.tenant_profiles set display_name = %s where id = %s returning id",
            self.word(tenant),
            tenant.id,
        )

    def deactivate(self, step: Step) -> None:
        """Deactivate the tenant, or take that back."""
        self.as_service(
            "update public.tenant_profiles set is_active = %s where id = %s returning id",
            step.how % 3 > 0,
            self.tenants[step.who].id,
        )

    def make_template(self, step: Step) -> None:
        """Make it a template, which everybody reads while it is active, or no longer one."""
        assessment = self.own(step)
        self.as_service(
            "update public.custom_assessments set is_template = %s where id = %s returning id",
            step.how % 2 == 0,
            assessment,
        )
        self._show_templates()

    def erase(self, step: Step) -> None:
        """Erase the tenant."""
        self.as_service("select public.erase_tenant(%s)", self.tenants[step.who].id)

    # --- review ---------------------------------------------------------------------------------------------

    def ask(self, step: Step) -> None:
        """Ask for review."""
        self._move_listing(step, "pending_review")

    def go_private(self, step: Step) -> None:
        """End the listing."""
        self._move_listing(step, "private")

    def _move_listing(self, step: Step, status: str) -> None:
        self.as_owner(
            self.tenants[step.who],
            "update public.custom_assessments set marketplace_status = %s where id = %s returning id",
            status,
            self.own(step),
        )

    def decide(self, step: Step) -> None:
        """Decide about a version that asked, as a reviewer who has read it, a moment ago or just now."""
        version = self.pick(
            "select version_id from public.listing_requests order by open desc, asked_at, version_id",
            step.which,
        )
        request = self.connection.execute(
            "select id from public.listing_requests where version_id = %s", [version]
        ).fetchone()
        decision = ("approved", "rejected", "taken_down")[step.how % 3]
        with as_role(self.connection, "authenticated", self.reviewer.id) as connection:
            one(
                connection,
                "select public.review_listing(%s, %s, request_id => %s)",
                version,
                decision,
                request[0] if request and step.how < 6 else None,
            )
        if decision == "approved":
            self._show(version)

    def decide_by_hand(self, step: Step) -> None:
        """Write published or rejected, as a trusted writer."""
        assessment = self.any_assessment(step)
        status = ("published", "rejected", "pending_review")[step.how % 3]
        self.as_service(
            "update public.custom_assessments set marketplace_status = %s where id = %s returning id",
            status,
            assessment,
        )
        row = self.connection.execute(
            "select marketplace_status, newest_version_id from public.custom_assessments where id = %s",
            [assessment],
        ).fetchone()
        if status == "published" and row is not None and row[0] == "published":
            self._show(row[1])

    def _show(self, version: uuid.UUID) -> None:
        """From now on everybody can read what the request for a version contains."""
        row = self.connection.execute(
            "select to_jsonb(shown)::text || to_jsonb(request)::text,"
            " request.version_id, request.slug, request.price_tier, request.tenant"
            " from public.assessment_versions as shown"
            " join public.listing_requests as request on request.version_id = shown.id where shown.id = %s",
            [version],
        ).fetchone()
        assert row is not None
        self.shown |= set(WORD.findall(row[0]))
        self.listed.add(tuple(row[1:]))

    def _show_templates(self) -> None:
        rows = self.connection.execute(
            "select to_jsonb(template)::text || coalesce(to_jsonb(newest)::text, '')"
            " from public.custom_assessments as template"
            " left join public.assessment_versions as newest on newest.id = template.newest_version_id"
            " where template.is_template"
        )
        for (text,) in rows:
            self.shown |= set(WORD.findall(text))

    # --- sessions -------------------------------------------------------------------------------------------

    def choose(self, step: Step) -> None:
        """Make a session that uses an assessment, or let one use another."""
        tenant = self.tenants[step.who]
        if step.how % 3:
            self.as_owner(
                tenant,
                "insert into public.coaching_sessions (tenant_id, assessment_type, custom_assessment_id)"
                " values (%s, 'custom', %s) returning id",
                tenant.id,
                self.any_assessment(step),
            )
        else:
            self.as_owner(
                self.tenant_of(self.session(step)),
                "update public.coaching_sessions set custom_assessment_id = %s where id = %s returning id",
                self.any_assessment(step),
                self.session(step),
            )
            self._begin_anew(self.session(step))

    def session(self, step: Step) -> uuid.UUID:
        """A session of anybody's."""
        picked: uuid.UUID = self.pick("select id from public.coaching_sessions order by id", step.how)
        return picked

    def tenant_of(self, session: uuid.UUID) -> Tenant:
        """The tenant that a session belongs to; any where there is no session."""
        tenant = one(self.connection, "select tenant_id from public.coaching_sessions where id = %s", session)
        return next((each for each in self.tenants if each.id == tenant), self.tenants[0])

    def _begin_anew(self, session: uuid.UUID) -> None:
        """What a session was before counts no more."""
        self.begun = {known: version for known, version in self.begun.items() if known[0] != session}

    def interview(self, step: Step) -> None:
        """Begin an interview or go on with it: always of one version, and of words that were shown."""
        session = self.session(step)
        tenant = self.tenant_of(session)
        talk = self.as_service(
            "insert into public.agent_sessions (coaching_session_id, custom_assessment_id)"
            " select id, custom_assessment_id from public.coaching_sessions where id = %s returning id",
            session,
        )
        context = self.as_service("select public.interview_context(%s)", talk)
        if context is not None:
            unseen = words(context) - self.shown - self.written[tenant.id]
            assert not unseen, f"words that were never shown: {unseen}"
            withdrawn = one(
                self.connection,
                "select private.is_withdrawn(%s) and tenant_id <> %s"
                " from public.custom_assessments where id = %s",
                context["version_id"],
                tenant.id,
                context["assessment_id"],
            )
            assert not withdrawn, "an interview of a version that was taken down"
            known = (session, tenant.id, context["assessment_id"])
            # What was completed without an interview is as it is: nothing begins any more.
            if not one(
                self.connection,
                "select count(*) from public.custom_assessment_results where session_id = %s",
                session,
            ):
                self.begun.setdefault(known, context["version_id"])
            assert self.begun.get(known, context["version_id"]) == context["version_id"]

    def reuse_id(self, step: Step) -> None:
        """Give a session's id to a session of another tenant's."""
        session = self.session(step)
        if not self.as_service("delete from public.coaching_sessions where id = %s returning id", session):
            return
        self._begin_anew(session)
        other = self.tenants[step.who]
        self.as_service(
            "insert into public.coaching_sessions (id, tenant_id, assessment_type, custom_assessment_id)"
            " values (%s, %s, 'custom', %s) returning id",
            session,
            other.id,
            self.pick(
                "select id from public.custom_assessments where tenant_id = %s order by id",
                step.which,
                other.id,
            ),
        )

    def repin(self, step: Step) -> None:
        """Move a session on to the newest version, as its owner."""
        session = self.session(step)
        self.as_owner(self.tenant_of(session), "select public.repin_session(%s, 'coaching')", session)
        self._begin_anew(session)

    def complete(self, step: Step) -> None:
        """Hand in scores, which a worker has written as a result at once."""
        scores = Jsonb({"Clarity": 1 + step.which % 5, "Courage": 1 + step.how % 5})
        session = self.session(step)
        with as_role(self.connection, "service_role") as connection:
            one(
                connection,
                "select public.complete_assessment_session(%s, 'coaching', %s)",
                session,
                scores,
            )
            jobs = exchange(connection, "w", claim=1)["jobs"]
            exchange(connection, "w", [Snapshot(job["job"], job["attempt"]) for job in jobs])


ACTIONS: dict[str, Callable[[World, Step], None]] = {
    action.__name__: action
    for action in (
        World.ask,
        World.choose,
        World.complete,
        World.create,
        World.deactivate,
        World.decide,
        World.decide_by_hand,
        World.delete,
        World.edit,
        World.erase,
        World.go_private,
        World.interview,
        World.make_template,
        World.rename,
        World.repin,
        World.reuse_id,
        World.set_status,
        World.upload,
    )
}
