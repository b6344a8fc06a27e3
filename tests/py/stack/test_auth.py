"""Sign-up, sign-in, refresh, account and sign-out, with supabase-py and GoTrue's answers and errors."""

from __future__ import annotations

import base64
import json
import uuid
from typing import Any

import httpx
import pytest
from supabase import AuthApiError, AuthWeakPasswordError, Client

from tests.py.harness.api import RunningApi
from tests.py.harness.people import PASSWORD, People


def new_email() -> str:
    return f"{uuid.uuid4().hex}@example.test"


def claims_of(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


def sign_up(client: Client, email: str | None = None) -> Any:
    answer = client.auth.sign_up({"email": email or new_email(), "password": PASSWORD})
    assert answer.session is not None
    return answer.session


def post(api: RunningApi, path: str, token: str | None = None, **body: object) -> httpx.Response:
    return api.http(token=token).post(f"/auth/v1{path}", json=body)


def test_sign_up_signs_in_and_the_token_has_gotrues_claims(bare_api: RunningApi) -> None:
    email = new_email()
    client = bare_api.client()
    answer = client.auth.sign_up(
        {"email": email.upper(), "password": PASSWORD, "options": {"data": {"plan": "pro"}}}
    )
    assert answer.user is not None
    assert answer.session is not None
    assert answer.user.email == email
    assert answer.user.user_metadata["plan"] == "pro"
    claims = claims_of(answer.session.access_token)
    assert claims | {"exp": 0, "iat": 0, "amr": 0, "session_id": 0, "user_metadata": 0} == {
        "iss": f"{bare_api.url}/auth/v1",
        "sub": answer.user.id,
        "aud": "authenticated",
        "role": "authenticated",
        "email": email,
        "phone": "",
        "app_metadata": {"provider": "email", "providers": ["email"]},
        "aal": "aal1",
        "is_anonymous": False,
        "exp": 0,
        "iat": 0,
        "amr": 0,
        "session_id": 0,
        "user_metadata": 0,
    }
    assert claims["exp"] - claims["iat"] == 3600
    assert claims["amr"][0]["method"] == "password"


def test_the_session_of_a_sign_in_is_the_caller_in_the_database(bare_api: RunningApi) -> None:
    bare_api.database.connect().execute(
        """
        create or replace function public.my_id() returns uuid
        language sql stable as $$ select auth.uid() $$
        """
    )
    bare_api.reload()
    user = People(bare_api.database.connect()).user()
    client = bare_api.signed_in(user)
    assert client.rpc("my_id", {}).execute().data == str(user.id)


def test_passwords_are_hashed_by_bcrypt(bare_api: RunningApi) -> None:
    email = new_email()
    sign_up(bare_api.client(), email)
    row = (
        bare_api.database.connect("supabase_admin")
        .execute("select encrypted_password from auth.users where email = %s", [email])
        .fetchone()
    )
    assert row is not None
    assert row[0].startswith("$2a$10$")


def test_a_taken_address_is_refused(bare_api: RunningApi) -> None:
    email = new_email()
    sign_up(bare_api.client(), email)
    with pytest.raises(AuthApiError, match="User already registered") as refused:
        bare_api.client().auth.sign_up({"email": email, "password": PASSWORD})
    assert (refused.value.status, refused.value.code) == (422, "user_already_exists")


def test_a_weak_password_is_refused(bare_api: RunningApi) -> None:
    with pytest.raises(AuthWeakPasswordError, match="at least 6 characters"):
        bare_api.client().auth.sign_up({"email": new_email(), "password": "short"})


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("no-address", PASSWORD),
        ("a@b", PASSWORD),
        ("", PASSWORD),
        (7, PASSWORD),
        ("a\x00@example.test", PASSWORD),
        ("a@example.test", None),
        ("a@example.test", "x" * 73),
        ("a@example.test", "nul\x00nul"),
    ],
)
def test_a_sign_up_without_a_valid_address_and_password_is_refused(
    bare_api: RunningApi, email: object, password: object
) -> None:
    answer = post(bare_api, "/signup", email=email, password=password)
    assert answer.status_code == 400
    assert answer.json()["error_code"] == "validation_failed"


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'"text"', b"[" * 60_000, b'{"email": "\\ud800@example.test"}']
)
def test_a_body_that_is_not_an_object_is_refused(bare_api: RunningApi, body: bytes) -> None:
    answer = bare_api.http().post("/auth/v1/signup", content=body)
    assert answer.status_code == 400


def test_metadata_that_the_database_cannot_store_is_refused(bare_api: RunningApi) -> None:
    answer = post(bare_api, "/signup", email=new_email(), password=PASSWORD, data={"name": "nul\x00"})
    assert (answer.status_code, answer.json()["error_code"]) == (400, "validation_failed")


@pytest.mark.parametrize("known", [True, False])
def test_a_wrong_password_and_an_unknown_address_are_answered_alike(
    bare_api: RunningApi, known: bool
) -> None:
    email = new_email()
    if known:
        sign_up(bare_api.client(), email)
    answer = post(bare_api, "/token?grant_type=password", email=email, password="a wrong one")
    assert answer.status_code == 400
    assert answer.json() == {
        "code": 400,
        "error_code": "invalid_credentials",
        "msg": "Invalid login credentials",
    }


def test_a_refresh_gives_new_tokens_for_the_same_session(bare_api: RunningApi) -> None:
    client = bare_api.client()
    before = sign_up(client)
    after = client.auth.refresh_session().session
    assert after is not None
    assert after.refresh_token != before.refresh_token
    assert claims_of(after.access_token)["session_id"] == claims_of(before.access_token)["session_id"]


def test_a_lost_answer_to_a_refresh_can_be_asked_for_again(bare_api: RunningApi) -> None:
    session = sign_up(bare_api.client())
    first, second = (
        post(bare_api, "/token?grant_type=refresh_token", refresh_token=session.refresh_token).json()
        for _ in range(2)
    )
    assert first["refresh_token"] == second["refresh_token"]


def test_a_used_refresh_token_is_refused(bare_api: RunningApi) -> None:
    session = sign_up(bare_api.client())
    post(bare_api, "/token?grant_type=refresh_token", refresh_token=session.refresh_token)
    bare_api.database.connect().execute(
        "update auth.refresh_tokens set updated_at = now() - interval '1 minute' where token = %s",
        [session.refresh_token],
    )
    reused = post(bare_api, "/token?grant_type=refresh_token", refresh_token=session.refresh_token)
    assert (reused.status_code, reused.json()["error_code"]) == (400, "refresh_token_not_found")


def test_the_account_can_be_read(bare_api: RunningApi) -> None:
    client = bare_api.client()
    email = new_email()
    sign_up(client, email)
    known = client.auth.get_user()
    assert known is not None
    assert known.user.email == email


def test_signing_out_ends_the_session(bare_api: RunningApi) -> None:
    email = new_email()
    first, second = bare_api.client(), bare_api.client()
    sign_up(first, email)
    signed_in = second.auth.sign_in_with_password({"email": email, "password": PASSWORD}).session
    assert signed_in is not None
    second.auth.sign_out({"scope": "local"})
    assert first.auth.get_user() is not None
    refused = bare_api.http(token=signed_in.access_token).get("/auth/v1/user")
    assert (refused.status_code, refused.json()["error_code"]) == (403, "session_not_found")
    first.auth.sign_out()


@pytest.mark.parametrize(
    ("authorization", "status", "code"),
    [
        (None, 401, "no_authorization"),
        ("Bearer nonsense", 403, "bad_jwt"),
        ("Basic YTpi", 401, "no_authorization"),
    ],
)
def test_an_account_needs_a_token(
    bare_api: RunningApi, authorization: str | None, status: int, code: str
) -> None:
    headers = {"apikey": bare_api.keys.anon} | ({"Authorization": authorization} if authorization else {})
    answer = httpx.get(f"{bare_api.url}/auth/v1/user", headers=headers)
    assert (answer.status_code, answer.json()["error_code"]) == (status, code)


def test_a_key_is_not_an_account(bare_api: RunningApi) -> None:
    answer = bare_api.http(bare_api.keys.service_role).get("/auth/v1/user")
    assert (answer.status_code, answer.json()["error_code"]) == (403, "bad_jwt")


def test_what_it_does_not_offer_is_refused_by_name(bare_api: RunningApi) -> None:
    answer = post(bare_api, "/otp", email=new_email())
    assert answer.status_code == 404
    assert "does not support POST /otp" in answer.json()["msg"]
    assert post(bare_api, "/token?grant_type=pkce").status_code == 400
    token = sign_up(bare_api.client()).access_token
    assert post(bare_api, "/logout?scope=others", token).status_code == 400


def test_settings_say_what_is_on(bare_api: RunningApi) -> None:
    settings = bare_api.http().get("/auth/v1/settings").json()
    assert settings["external"]["email"] is True
    assert settings["mailer_autoconfirm"] is True
