"""Requests are repeated as long as that may help: tested with a real server that misbehaves."""

import gc
import socket
import time
from collections import deque
from contextlib import suppress
from typing import Any

import httpx
import pytest

from tests.py.worker.rude_server import Reply, rude_server
from worker.engine import api as api_module
from worker.engine.api import Api, FunctionMissing, KeyRefused, RequestRefused, Stopped, Unreachable, Waiting
from worker.engine.events import Event, Events, RequestRepeated
from worker.engine.jobs import Finished, Release, tell
from worker.engine.settings import Settings

KEY = "sb_secret_do-not-show-me"
EMPTY = Reply(body={"settled": [], "jobs": [], "next_in_ms": None})


class Waits:
    """Records the waits in the API's events."""

    def __init__(self) -> None:
        self.reasons: list[str] = []
        self.delays: list[float] = []

    def __call__(self, event: Event) -> None:
        if isinstance(event, RequestRepeated):
            self.reasons.append(event.reason)
            self.delays.append(event.seconds)


@pytest.fixture
def waits() -> Waits:
    return Waits()


def settings_for(url: str, **more: Any) -> Settings:
    return Settings(SUPABASE_URL=url, SUPABASE_SERVICE_ROLE_KEY=KEY, WORKER_HTTP_SECONDS=1, **more)


def api_for(url: str, waits: Waits | None = None, *, stopping: bool = False) -> Api:
    # Waits are recorded but not waited for, so that the tests are fast: they test requests and answers.
    events = Events(*([waits] if waits else []))
    return Api(settings_for(url), "w1", waiting=Waiting(lambda _: None, lambda: stopping), events=events)


def test_a_request_carries_the_key_and_the_arguments() -> None:
    with rude_server(EMPTY) as rude:
        api = api_for(rude.url)
        api.exchange([Release(1, 1)], 50)
        api.exchange([], 0)
    (path, headers, body), second = rude.requests
    assert path == "/rest/v1/rpc/exchange_jobs"
    assert {name.lower(): value for name, value in headers.items()}["apikey"] == KEY
    assert body == {
        "worker": "w1",
        "handed_back": [{"jobs": [1], "attempts": [1], "outcome": "release"}],
        "claim_limit": 50,
        "lease_seconds": 60,
        "request": "1",
    }
    assert (second[2]["handed_back"], second[2]["request"]) == ([], "2")


@pytest.mark.parametrize(
    "bad",
    [
        Reply(status=503, body={"code": "PGRST001", "message": "no connection"}),
        Reply(status=503, body={"code": "PGRST002", "message": "schema cache"}, headers={"Retry-After": "2"}),
        Reply(status=500, body={"code": "57P01", "message": "terminating connection"}),
        Reply(status=500, body={"code": "40001", "message": "serialization"}),
        Reply(status=502, body=b"<html>bad gateway</html>", headers={"Content-Type": "text/html"}),
        Reply(status=504, body=b""),
        Reply(status=429, body={"message": "too many"}, headers={"Retry-After": "1"}),
        Reply(status=200, body={"settled": [], "jobs": [], "next_in_ms": None}, cut=0),
        Reply(status=200, body={"settled": [], "jobs": [], "next_in_ms": None}, cut=20),
        Reply(status=200, body={"settled": [], "jobs": [], "next_in_ms": None}, hang=1.5),
    ],
    ids=lambda r: f"{r.status}-cut{r.cut}-hang{r.hang}" if isinstance(r, Reply) else "",
)
def test_what_passes_is_waited_for_and_the_same_request_repeated(bad: Reply, waits: Waits) -> None:
    with rude_server(bad, EMPTY) as rude:
        answer = api_for(rude.url, waits).exchange([Release(1, 1)], 5)
    assert answer.jobs == deque()
    assert len(waits.reasons) == 1
    assert len(rude.requests) == 2
    assert rude.requests[0][2] == rude.requests[1][2]


def test_nobody_listening_is_waited_for(waits: Waits) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(Unreachable, match=r"does not answer \(ConnectError\)") as caught:
        api_for(url, waits).exchange([], 5, patience=1.0)
    assert not caught.value.waiting
    assert len(waits.reasons) >= 3
    assert KEY not in str(caught.value)


def test_the_delay_grows_and_is_jittered(waits: Waits, monkeypatch: pytest.MonkeyPatch) -> None:
    refusals = [Reply(status=503, body={"message": "x"})] * 10
    with rude_server(*refusals, EMPTY) as rude:
        api_for(rude.url, waits).exchange([], 5)
    bounds = [min(15.0, 0.1 * 2**n) for n in range(10)]
    assert all(bound * 0.5 <= delay <= bound for delay, bound in zip(waits.delays, bounds, strict=True))
    assert len({delay / bound for delay, bound in zip(waits.delays, bounds, strict=True)}) > 1


@pytest.mark.parametrize(
    ("told", "least"), [("3", 3.0), ("100000", 60.0), ("Wed, 21 Oct 2026 07:28:00 GMT", 0.05)]
)
def test_retry_after_is_kept_within_reason(told: str, least: float, waits: Waits) -> None:
    with rude_server(Reply(status=503, body={}, headers={"Retry-After": told}), EMPTY) as rude:
        api_for(rude.url, waits).exchange([], 5)
    assert least <= waits.delays[0] <= max(least, 0.1)


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_is_reported_at_once_at_the_start(status: int) -> None:
    with rude_server(Reply(status=status, body={"code": "42501", "message": "permission denied"})) as rude:
        with pytest.raises(KeyRefused, match="refused the key in SUPABASE_SERVICE_ROLE_KEY") as caught:
            api_for(rude.url).exchange([], 5, patience=5)
        assert len(rude.requests) == 1
    assert caught.value.exit_code == 77
    assert KEY not in str(caught.value)


def test_a_key_that_was_good_is_given_a_while(monkeypatch: pytest.MonkeyPatch, waits: Waits) -> None:
    refusal = Reply(status=401, body={"message": "bad key"})
    with rude_server(refusal, refusal, EMPTY) as rude:
        api_for(rude.url, waits).exchange([], 5)
    assert len(waits.reasons) == 2
    monkeypatch.setattr(api_module, "PATIENCE_SECONDS", -1.0)
    with rude_server(refusal) as rude, pytest.raises(KeyRefused):
        api_for(rude.url).exchange([], 5)


FINISHED: Finished = Release(1, 1)


@pytest.mark.parametrize("status", [401, 403, 502, 503, 200, 404])
def test_a_request_that_fails_while_an_empty_one_is_answered_is_refused(
    status: int, monkeypatch: pytest.MonkeyPatch, waits: Waits
) -> None:
    monkeypatch.setattr(api_module, "DOUBT_SECONDS", 0.0)
    page = Reply(status=status, body=b"<html>blocked</html>")
    with rude_server(page, EMPTY, page, EMPTY, page, EMPTY) as rude:
        with pytest.raises(RequestRefused) as caught:
            api_for(rude.url, waits).exchange([FINISHED], 5)
        assert len(rude.requests) == 6
    assert caught.value.status == status
    tries, empty = [body for *_, body in rude.requests[::2]], [body for *_, body in rude.requests[1::2]]
    assert all((body["handed_back"], body["claim_limit"]) == (tell([FINISHED]), 5) for body in tries)
    assert all((body["handed_back"], body["claim_limit"]) == ([], 0) for body in empty)


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_is_refused_without_content_too_is_refused(
    status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_module, "DOUBT_SECONDS", 0.0)
    refusal = Reply(status=status, body={"code": "42501", "message": "permission denied"})
    with rude_server(refusal, refusal, EMPTY) as rude:
        api_for(rude.url).exchange([FINISHED], 5)
    monkeypatch.setattr(api_module, "PATIENCE_SECONDS", -1.0)
    with rude_server(refusal) as rude, pytest.raises(KeyRefused):
        api_for(rude.url).exchange([FINISHED], 5)


def test_a_request_is_not_doubted_while_nothing_is_answered_nor_when_fewer_are_asked_for(
    monkeypatch: pytest.MonkeyPatch, waits: Waits
) -> None:
    monkeypatch.setattr(api_module, "DOUBT_SECONDS", 0.0)
    away, too_many = Reply(status=503, body={}), Reply(status=429, body={})
    once_well = [away, EMPTY, away, EMPTY, away, away]
    with rude_server(*once_well, *[away] * 10, *[too_many] * 5, EMPTY) as rude:
        api_for(rude.url, waits).exchange([FINISHED], 5)
        assert len(rude.requests) == len(once_well) + 16


def test_missing_migrations_are_named() -> None:
    with (
        rude_server(Reply(status=404, body={"code": "PGRST202", "message": "no function"})) as rude,
        pytest.raises(FunctionMissing, match="The migrations are missing"),
    ):
        api_for(rude.url).exchange([], 5, patience=5)


@pytest.mark.parametrize(
    "page",
    [
        Reply(status=404, body=b"<html>nothing here</html>"),
        Reply(status=200, body=b"<html>welcome</html>", headers={"Content-Type": "text/html"}),
        Reply(status=301, body=b"", headers={"Location": "https://elsewhere.example/"}),
    ],
)
def test_a_page_of_something_else_is_recognised(page: Reply) -> None:
    with rude_server(page) as rude, pytest.raises(Unreachable, match="is not a Supabase API"):
        api_for(rude.url).exchange([], 5, patience=5)


@pytest.mark.parametrize(
    ("status", "code"),
    [(400, "22P02"), (500, "P0002"), (500, "XX000"), (500, "57014"), (413, "413"), (422, "PT422")],
)
def test_what_this_request_cannot_pass_is_not_repeated(status: int, code: str) -> None:
    with rude_server(Reply(status=status, body={"code": code, "message": "no"})) as rude:
        with pytest.raises(RequestRefused) as caught:
            api_for(rude.url).exchange([], 5)
        assert len(rude.requests) == 1
    assert (caught.value.status, caught.value.code) == (status, code)


def test_a_stop_ends_the_waiting() -> None:
    with rude_server(Reply(status=503, body={})) as rude:
        started = time.monotonic()
        with pytest.raises(Stopped):
            api_for(rude.url, stopping=True).exchange([], 5)
        assert time.monotonic() - started < 2
        assert len(rude.requests) == 3


def test_one_connection_serves_many_requests() -> None:
    with rude_server(EMPTY) as rude:
        api = api_for(rude.url)
        for _ in range(5):
            api.exchange([], 5)
        assert rude.connections == 1


@pytest.mark.parametrize(
    "reply",
    [EMPTY, Reply(status=503, body=b"<html>busy</html>"), Reply(status=400, body={"code": "22P02"})],
    ids=["an answer", "a page", "a refusal"],
)
def test_what_was_sent_and_answered_is_let_go_without_a_collection(reply: Reply) -> None:
    with rude_server(reply, EMPTY) as rude:
        api = api_for(rude.url)
        gc.collect()
        gc.disable()
        try:
            before = _messages()
            with suppress(RequestRefused):
                api.exchange([Release(1, 1)], 5)
            assert _messages() == before
        finally:
            gc.enable()


def _messages() -> int:
    return sum(isinstance(thing, httpx.Request | httpx.Response) for thing in gc.get_objects())
