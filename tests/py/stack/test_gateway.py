"""The gateway forwards requests to PostgREST like Supabase's, including keys, headers, bodies and errors."""

from __future__ import annotations

import gzip
import http.client
import json
import socket
import time
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from stack import gateway
from stack.errors import PortTakenError, StackError
from stack.tokens import Keys
from tests.py.harness.api import RunningApi

BROWSER = {"Origin": "http://localhost:3000"}


def test_a_request_without_a_key_is_refused(bare_api: RunningApi) -> None:
    answer = httpx.get(f"{bare_api.url}/rest/v1/notes")
    assert answer.status_code == 401
    assert answer.json()["message"] == "No API key found in request"


@pytest.mark.parametrize("path", ["/rest/v1/notes", "/auth/v1/user"])
def test_a_wrong_key_is_refused(bare_api: RunningApi, path: str) -> None:
    answer = httpx.get(bare_api.url + path, headers={"apikey": "wrong"})
    assert answer.status_code == 401
    assert answer.json()["message"] == "Invalid API key"


def test_a_key_in_the_url_counts_and_is_not_taken_for_a_filter(bare_api: RunningApi) -> None:
    answer = httpx.get(f"{bare_api.url}/rest/v1/notes", params={"apikey": bare_api.keys.anon, "id": "eq.0"})
    assert answer.status_code == 200
    assert answer.json() == []


def test_opaque_keys_stand_for_the_tokens(bare_api: RunningApi) -> None:
    bare_api.database.connect().execute(
        "create or replace function public.who() returns text language sql stable as $$ select auth.role() $$"
    )
    bare_api.reload()
    said = [
        bare_api.client(key).rpc("who", {}).execute().data
        for key in (bare_api.keys.publishable, bare_api.keys.secret)
    ]
    assert said == ["anon", "service_role"]


def test_a_forged_token_is_refused_by_postgrest(bare_api: RunningApi) -> None:
    token = bare_api.token("00000000-0000-0000-0000-000000000001")
    answer = bare_api.http(token=token[:-4] + "AAAA").get("/rest/v1/notes")
    assert answer.status_code == 401


def test_an_expired_token_is_refused(bare_api: RunningApi) -> None:
    token = bare_api.token("00000000-0000-0000-0000-000000000001", seconds=-60)
    answer = bare_api.http(token=token).get("/rest/v1/notes")
    assert (answer.status_code, answer.json()["message"]) == (401, "JWT expired")


def test_every_verb_and_header_arrives(bare_api: RunningApi) -> None:
    client = bare_api.http()
    made = client.post(
        "/rest/v1/notes", json=[{"body": "one"}, {"body": "two"}], headers={"Prefer": "return=representation"}
    )
    assert made.status_code == 201
    first, second = (note["id"] for note in made.json())

    changed = client.patch(
        f"/rest/v1/notes?id=eq.{first}", json={"body": "1"}, headers={"Prefer": "return=representation"}
    )
    assert changed.json() == [{"id": first, "body": "1"}]

    ranged = client.get("/rest/v1/notes?order=id", headers={"Range": "0-0", "Prefer": "count=exact"})
    assert ranged.status_code == 206
    assert ranged.headers["Content-Range"] == "0-0/2"

    counted = client.head("/rest/v1/notes", headers={"Prefer": "count=exact"})
    assert (counted.status_code, counted.headers["Content-Range"], counted.content) == (200, "0-1/2", b"")

    assert client.put(f"/rest/v1/notes?id=eq.{second}", json={"id": second, "body": "2"}).status_code in {
        200,
        204,
        400,  # PostgREST itself refuses PUT with an identity column that is always generated
    }
    assert client.delete(f"/rest/v1/notes?id=in.({first},{second})").status_code == 204
    assert client.get("/rest/v1/notes").json() == []
    assert client.get("/rest/v1/notes", headers={"Accept-Profile": "auth"}).status_code == 406


def test_odd_characters_in_a_url_are_not_changed_on_the_way(bare_api: RunningApi) -> None:
    client = bare_api.http()
    body = 'a b+c&d=e%20f/ü,"(x)"'
    client.post("/rest/v1/notes", json={"body": body})
    found = client.get("/rest/v1/notes", params={"body": f"eq.{body}", "select": "body"})
    assert found.json() == [{"body": body}]
    client.delete("/rest/v1/notes?id=gt.0")


def test_large_bodies_pass_both_ways_and_too_large_ones_are_refused(bare_api: RunningApi) -> None:
    client = bare_api.http()
    large = "x" * 3_000_000
    made = client.post("/rest/v1/notes", json={"body": large}, headers={"Prefer": "return=representation"})
    assert made.json()[0]["body"] == large
    client.delete("/rest/v1/notes?id=gt.0")

    refused = client.post("/rest/v1/notes", content=b"x" * (gateway.MAX_REST_BODY_BYTES + 1))
    assert refused.status_code == 413
    assert client.post("/auth/v1/signup", content=b"x" * 70_000).status_code == 413


def test_a_body_of_unknown_length_passes(bare_api: RunningApi) -> None:
    def parts() -> list[bytes]:
        return [b'{"body":', b' "in parts"}']

    client = bare_api.http()
    made = client.post(
        "/rest/v1/notes",
        content=iter(parts()),
        headers={"Content-Type": "application/json", "Prefer": "return=representation"},
    )
    assert made.json()[0]["body"] == "in parts"
    endless = client.post(
        "/rest/v1/notes",
        content=(b"x" * 1_000_000 for _ in range(30)),
        headers={"Content-Type": "application/json"},
    )
    assert endless.status_code == 413
    client.delete("/rest/v1/notes?id=gt.0")


@pytest.mark.parametrize("name", ["select", "%73elect"])
def test_a_select_of_thousands_of_columns_is_refused(bare_api: RunningApi, name: str) -> None:
    """It would occupy PostgREST for seconds."""
    columns = [f"a{number}:id" for number in range(1_600)]
    refused = bare_api.http().get(f"/rest/v1/notes?id=eq.0&{name}={','.join(columns)}")
    assert refused.status_code == 414
    assert refused.json() == {"message": "The request's select is longer than 4096 bytes"}
    answered = bare_api.http().get(f"/rest/v1/notes?id=eq.0&{name}={','.join(columns[:400])}")
    assert (answered.status_code, answered.json()) == (200, [])


def test_a_long_list_of_ids_fits_into_a_url(bare_api: RunningApi) -> None:
    ids = ",".join(str(number) for number in range(10**9, 10**9 + 3000))
    assert bare_api.http().get(f"/rest/v1/notes?id=in.({ids})").json() == []


def test_a_client_that_asks_whether_to_go_on_is_answered_at_once(bare_api: RunningApi) -> None:
    body = b'{"body": "after a pause"}'
    head = (
        "POST /rest/v1/notes HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"apikey: {bare_api.keys.anon}\r\nContent-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", bare_api.api.port), timeout=10) as connection:
        connection.sendall(head.encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 100 Continue")
        connection.sendall(body)
        assert connection.recv(1000).startswith(b"HTTP/1.1 201")
    bare_api.http().delete("/rest/v1/notes?id=gt.0")


def test_a_compressed_body_is_not_blown_up_on_the_way(bare_api: RunningApi) -> None:
    answer = bare_api.http().post(
        "/rest/v1/notes",
        content=gzip.compress(b'{"body": "' + b"x" * 50_000_000 + b'"}'),
        headers={"Content-Type": "application/json", "Content-Encoding": "gzip"},
    )
    assert answer.status_code == 400


def test_a_browser_may_ask_from_another_origin(bare_api: RunningApi) -> None:
    asked = {
        **BROWSER,
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "apikey,authorization,prefer",
    }
    for path in ("/rest/v1/notes", "/auth/v1/token"):
        preflight = httpx.options(bare_api.url + path, headers=asked)
        assert preflight.status_code == 204
        assert preflight.headers["Access-Control-Allow-Origin"] == "*"
        assert "PATCH" in preflight.headers["Access-Control-Allow-Methods"]
        assert preflight.headers["Access-Control-Allow-Headers"] == "apikey,authorization,prefer"
    answer = bare_api.http().get("/rest/v1/notes", headers=BROWSER)
    assert answer.headers.get_list("Access-Control-Allow-Origin") == ["*"]
    assert "Content-Range" in answer.headers["Access-Control-Expose-Headers"]
    assert (
        httpx.get(f"{bare_api.url}/rest/v1/notes", headers=BROWSER).headers["Access-Control-Allow-Origin"]
        == "*"
    )


def test_the_root_describes_the_api_with_the_gateways_address(bare_api: RunningApi) -> None:
    description = bare_api.http().get("/rest/v1/").json()
    assert "/notes" in description["paths"]
    assert f"http://{description['host']}{description['basePath']}".rstrip("/") == f"{bare_api.url}/rest/v1"


def test_an_unknown_path_says_what_there_is(bare_api: RunningApi) -> None:
    answer = httpx.get(f"{bare_api.url}/storage/v1/object", headers={"apikey": bare_api.keys.anon})
    assert answer.status_code == 404
    assert "/rest/v1" in answer.json()["hint"]


def test_connections_are_kept_alive(bare_api: RunningApi) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", bare_api.api.port)
    headers = {"apikey": bare_api.keys.anon}
    connection.connect()
    used = connection.sock
    for _ in range(3):
        connection.request("GET", "/rest/v1/notes", headers=headers)
        assert json.loads(connection.getresponse().read()) == []
        assert connection.sock is used
    connection.close()


def test_the_statement_timeout_is_three_seconds_for_anon(bare_api: RunningApi) -> None:
    bare_api.database.connect().execute(
        """
        create or replace function public.sleep(seconds double precision) returns void
        language sql as $$ select pg_sleep(seconds) $$
        """
    )
    bare_api.reload()
    started = time.monotonic()
    answer = bare_api.http().post("/rest/v1/rpc/sleep", json={"seconds": 6})
    assert answer.json()["code"] == "57014"
    assert 2.5 < time.monotonic() - started < 5


def test_answers_have_at_most_a_thousand_rows(bare_api: RunningApi) -> None:
    owner = bare_api.database.connect()
    owner.execute("insert into public.notes (body) select 'n' from generate_series(1, 1100)")
    assert len(bare_api.http().get("/rest/v1/notes").json()) == 1000
    owner.execute("truncate public.notes")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.1", "example.test", ""])
def test_it_refuses_to_listen_beyond_this_machine(host: str) -> None:
    with pytest.raises(StackError, match="refuses to listen"):
        gateway.require_loopback(host)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1"])
def test_it_listens_on_the_loopback_addresses(host: str) -> None:
    gateway.require_loopback(host)


def test_another_stacks_gateway_on_the_same_port_is_not_taken_for_this_ones(
    bare_api: RunningApi, tmp_path: Path
) -> None:
    # As when two stacks choose the same port at the same time: the second finds that it is taken.
    late = replace(bare_api.api, home=tmp_path, keys=Keys.generate())
    assert bare_api.api.gateway_answers()
    assert not late.gateway_answers()
    with pytest.raises(PortTakenError, match=r"is taken[\s\S]*choose another port"):
        late.start_gateway(with_parent=True)
