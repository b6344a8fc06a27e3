"""Any two operations at the same time end as if one had come after the other; none is aborted or starved."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator, Sequence
from functools import partial

import pytest

from tests.py.harness.databases import Databases
from tests.py.harness.sessions import Meanwhile
from tests.py.races.operations import OPERATIONS, Operation
from tests.py.races.track import STOPS, Track, is_error

PAIRS = list(itertools.combinations_with_replacement(OPERATIONS, 2))


@pytest.fixture(scope="module")
def track(databases: Databases) -> Iterator[Track]:
    with databases.clone("migrated") as database:
        yield Track(database)


@pytest.mark.parametrize(("one", "other"), PAIRS, ids=[" and ".join(pair) for pair in PAIRS])
def test_two_at_once_end_as_one_after_the_other(track: Track, one: str, other: str) -> None:
    orders = [((0, one), (1, other)), ((1, other), (0, one))]
    scene = track.scene(one, other)
    known = [track.one_after_the_other(scene, order) for order in orders]
    stops = track.stops_of(scene, one) & track.stops_of(scene, other)
    for stop in stops:
        for order in orders:
            if not track.can_meet(scene, order[0][1], order[1][1], stop):
                continue
            said = track.stopped(scene, order, stop)
            assert not any(map(is_error, said)), (stop, order, said)
    assert track.at_once(scene, orders[0]) in known
    # If neither locks what the other does, or both do the same, the other order is the same race.
    if stops and one != other:
        assert track.at_once(track.scene(one, other), orders[1]) in known


def test_rows_that_are_locked_in_another_order_are_found(
    track: Track, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = [STOPS["tenant"], STOPS["assessment"]]
    for name, (first, second) in {"tenant first": both, "tenant last": both[::-1]}.items():
        query = f"select 'locked' from {second} for update"
        operation = Operation("postgres", query, before=f"select from {first} for update")
        monkeypatch.setitem(OPERATIONS, name, operation)
    scene = track.scene("tenant first", "tenant last")
    assert track.can_meet(scene, "tenant first", "tenant last", "tenant")
    assert not track.can_meet(scene, "tenant first", "tenant first", "tenant")
    said = track.stopped(scene, ((0, "tenant first"), (1, "tenant last")), "tenant")
    assert any(map(is_error, said))


def test_everything_at_once_ends(track: Track) -> None:
    """Each operation several times, while all others run, and one deletion after the other begins."""
    scene = track.scene(*OPERATIONS)
    deletions = [name for name in OPERATIONS if name.startswith(("delete", "erasure"))]
    writers = [(name,) * 3 for name in OPERATIONS if name not in deletions]
    barrier = threading.Barrier(len(writers) + 1)

    def run(names: Sequence[str]) -> list[str]:
        racer = track.racer(track.database)
        said = []
        barrier.wait()
        for name in names:
            said.append(f"{racer.do(name, scene, 0)}, {name}")
            if name in deletions:
                racer.connection.rollback()
            else:
                racer.connection.commit()
        return said

    running = [Meanwhile(partial(run, names)) for names in (*writers, deletions)]
    assert not [said for each in running for said in each.result() if is_error(said)]
    with track.postgres.transaction():
        scene.seen(track.postgres)
