"""Uploads for one assessment: an older one is never applied over anything newer."""

from __future__ import annotations

import time
import uuid
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.py.harness.databases import Connection
from tests.py.harness.sessions import Meanwhile, World, compiled, one
from worker.engine.jobs import Failed, Finished, Rendered, read_jobs, tell

UPLOAD = (
    "insert into public.assessment_uploads (tenant_id, assessment_id, source_markdown)"
    " values (%s, %s, %s) returning id"
)
LEASE = 1


@pytest.fixture
def draft(world: World) -> uuid.UUID:
    made: uuid.UUID = one(
        world.owner(),
        "insert into public.custom_assessments (tenant_id, name, definition, source_markdown)"
        " select tenant_id, 'Draft', definition, '# Draft' from public.custom_assessments where id = %s"
        " returning id",
        world.assessment,
    )
    return made


def upload(world: World, assessment: uuid.UUID, source: str) -> uuid.UUID:
    made: uuid.UUID = one(world.owner(), UPLOAD, world.tenant.id, assessment, source)
    return made


def claim(connection: Connection, worker: str) -> dict[str, Any]:
    """The next job, under a lease of one second."""
    answer = one(connection, "select public.exchange_jobs(%s, '[]', 1, %s)", worker, LEASE)
    (job,) = [job for claimed in answer["jobs"] for job in read_jobs(claimed)]
    return job._asdict()


def finish(connection: Connection, worker: str, finished: Finished) -> tuple[str, str | None]:
    answer = one(connection, "select public.exchange_jobs(%s, %s)", worker, Jsonb(tell([finished])))
    (settled,) = answer["settled"]
    return settled["outcome"], settled["error"]


def stored(world: World, assessment: uuid.UUID) -> str:
    """The name of the assessment, which shows which upload it was made from."""
    name: str = one(world.postgres, "select name from public.custom_assessments where id = %s", assessment)
    return name


def codes(world: World, upload_id: uuid.UUID) -> list[str]:
    found = one(world.postgres, "select diagnostics from public.assessment_uploads where id = %s", upload_id)
    return [diagnostic["code"] for diagnostic in found]


def test_an_upload_whose_worker_died_is_not_applied_over_a_later_one(world: World, draft: uuid.UUID) -> None:
    worker = world.agent()
    first = upload(world, draft, "# First")
    assert claim(worker, "dead")["subject"] == str(first)
    upload(world, draft, "# Second")
    assert finish(worker, "w", compiled(claim(worker, "w"), "Second")) == ("succeeded", None)
    time.sleep(LEASE + 0.1)
    again = claim(worker, "w")
    assert again["subject"] == str(first)
    assert finish(worker, "w", compiled(again, "First")) == ("rejected", "superseded")
    assert codes(world, first) == ["superseded"]
    assert stored(world, draft) == "Second"


def test_a_late_worker_that_still_has_its_job_overwrites_nothing_either(
    world: World, draft: uuid.UUID
) -> None:
    worker = world.agent()
    upload(world, draft, "# First")
    late = claim(worker, "late")
    upload(world, draft, "# Second")
    assert finish(worker, "w", compiled(claim(worker, "w"), "Second")) == ("succeeded", None)
    assert finish(worker, "late", compiled(late, "First")) == ("rejected", "superseded")
    assert stored(world, draft) == "Second"


def test_retrying_an_older_upload_overwrites_nothing(world: World, draft: uuid.UUID) -> None:
    worker = world.agent()
    first = upload(world, draft, "# First")
    job = claim(worker, "w")
    assert finish(worker, "w", Failed(job["job"], job["attempt"], "internal-error", [])) == (
        "failed",
        "internal-error",
    )
    upload(world, draft, "# Second")
    assert finish(worker, "w", compiled(claim(worker, "w"), "Second")) == ("succeeded", None)
    assert one(worker, "select public.retry_jobs(uploads => array[%s])", first) == 1
    assert finish(worker, "w", compiled(claim(worker, "w"), "First")) == ("rejected", "superseded")
    assert stored(world, draft) == "Second"


def test_one_that_failed_supersedes_nothing(world: World, draft: uuid.UUID) -> None:
    worker = world.agent()
    upload(world, draft, "# First")
    held = claim(worker, "slow")
    upload(world, draft, "# Second")
    job = claim(worker, "w")
    assert finish(worker, "w", Failed(job["job"], job["attempt"], "invalid-source", []))[0] == "rejected"
    assert finish(worker, "slow", compiled(held, "First")) == ("succeeded", None)
    assert stored(world, draft) == "First"


def test_an_edit_after_the_upload_came_in_is_kept(world: World, draft: uuid.UUID) -> None:
    worker = world.agent()
    upload(world, draft, "# First")
    world.owner().execute(
        "update public.custom_assessments set description = 'By hand' where id = %s", [draft]
    )
    assert finish(worker, "w", compiled(claim(worker, "w"), "First")) == ("rejected", "superseded")
    assert stored(world, draft) == "Draft"


@pytest.mark.parametrize("edit", ["slug = 'another'", "status = 'active'", "description = description"])
def test_what_is_no_change_of_the_content_supersedes_nothing(
    world: World, draft: uuid.UUID, edit: str
) -> None:
    worker = world.agent()
    upload(world, draft, "# First")
    world.owner().execute(f"update public.custom_assessments set {edit} where id = %s".encode(), [draft])
    held = claim(worker, "w")
    named = compiled(held, "First", "2.0")
    assert finish(worker, "w", named) == ("succeeded", None)
    assert stored(world, draft) == "First"


def test_uploads_in_their_order_are_all_applied(world: World, draft: uuid.UUID) -> None:
    worker = world.agent()
    for name in ("First", "Second", "Third"):
        upload(world, draft, f"# {name}")
    for name in ("First", "Second", "Third"):
        assert finish(worker, "w", compiled(claim(worker, "w"), name)) == ("succeeded", None)
    assert stored(world, draft) == "Third"


def test_a_later_upload_of_what_is_there_counts_as_applied(world: World, draft: uuid.UUID) -> None:
    worker = world.agent()
    upload(world, draft, "# Same")
    assert finish(worker, "w", compiled(claim(worker, "w"), "Same")) == ("succeeded", None)
    changed = one(world.postgres, "select updated_at from public.custom_assessments where id = %s", draft)
    upload(world, draft, "# First")
    held = claim(worker, "slow")
    again = upload(world, draft, "# Same")
    assert finish(worker, "w", compiled(claim(worker, "w"), "Same")) == ("succeeded", None)
    assert codes(world, again) == ["already-uploaded"]
    assert finish(worker, "slow", compiled(held, "First")) == ("rejected", "superseded")
    assert stored(world, draft) == "Same"
    assert one(
        world.postgres, "select updated_at = %s from public.custom_assessments where id = %s", changed, draft
    )


def test_edits_and_uploads_of_one_transaction_are_in_their_order(world: World, draft: uuid.UUID) -> None:
    worker, owner = world.agent(), world.owner(autocommit=False)
    owner.execute("update public.custom_assessments set description = 'Before' where id = %s", [draft])
    owner.execute(UPLOAD.encode(), [world.tenant.id, draft, "# First"])
    owner.commit()
    assert finish(worker, "w", compiled(claim(worker, "w"), "First")) == ("succeeded", None)


def test_a_trusted_writer_cannot_date_a_content_into_the_future(world: World, draft: uuid.UUID) -> None:
    world.agent().execute(
        "update public.custom_assessments set content_changed_at = now() + interval '1 year' where id = %s",
        [draft],
    )
    worker = world.agent()
    upload(world, draft, "# First")
    assert finish(worker, "w", compiled(claim(worker, "w"), "First")) == ("succeeded", None)


def test_an_edit_without_markdown_does_not_deadlock_with_the_deletion_of_its_tenant(
    world: World, draft: uuid.UUID
) -> None:
    editor, remover = world.agent(autocommit=False), world.database.connect(autocommit=False)
    remover.execute("select from public.tenant_profiles where id = %s for update", [world.tenant.id])
    editor.execute(
        "update public.custom_assessments set definition = definition || '{\"note\": 1}' where id = %s",
        [draft],
    )
    gone = Meanwhile(
        lambda: remover.execute("delete from public.tenant_profiles where id = %s", [world.tenant.id])
    )
    assert gone.waits(world.postgres, remover)
    editor.commit()
    gone.result()
    remover.commit()
    assert one(world.postgres, "select count(*) from public.custom_assessments where id = %s", draft) == 0
    assert one(world.agent(), "select public.exchange_jobs('w', '[]', 10)")["jobs"] == []


def test_an_edit_in_flight_while_its_markdown_is_stored_has_the_last_word(
    world: World, draft: uuid.UUID
) -> None:
    owner, worker = world.owner(autocommit=False), world.agent()
    edit = "update public.custom_assessments set definition = definition || %s where id = %s"
    world.owner().execute(edit.encode(), [Jsonb({"note": 1}), draft])
    job = claim(worker, "w")
    owner.execute(edit.encode(), [Jsonb({"note": 2}), draft])
    written = Rendered(job["job"], job["attempt"], "# One", job["made_from"])
    late = Meanwhile(lambda: finish(worker, "w", written))
    assert late.waits(world.postgres, worker)
    owner.commit()
    assert late.result() == ("released", None)
    again = claim(worker, "w")
    assert '"note": 2' in again["definition"]
    assert finish(worker, "w", Rendered(again["job"], again["attempt"], "# Two", again["made_from"])) == (
        "succeeded",
        None,
    )
    stored_source = "select source_markdown from public.custom_assessments where id = %s"
    assert one(world.postgres, stored_source, draft) == "# Two"


def test_a_deletion_waits_only_briefly_for_a_worker_that_finishes_the_upload(
    world: World, draft: uuid.UUID
) -> None:
    finishing = world.agent(autocommit=False)
    deleted = upload(world, draft, "# Deleted")
    assert finish(finishing, "w", compiled(claim(finishing, "w"), "Deleted")) == ("succeeded", None)
    impatient = world.owner()
    impatient.execute("set lock_timeout = '50ms'")
    with pytest.raises(psycopg.Error) as refused:
        impatient.execute("delete from public.assessment_uploads where id = %s", [deleted])
    assert refused.value.sqlstate == "PT429"
    finishing.commit()
    world.owner().execute("delete from public.assessment_uploads where id = %s", [deleted])
    assert one(world.postgres, "select count(*) from public.assessment_uploads where id = %s", deleted) == 0
    assert stored(world, draft) == "Deleted"
