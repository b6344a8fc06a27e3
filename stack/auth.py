"""A replacement for Supabase Auth (GoTrue), which no package registry has. For development and tests only.

It answers the requests of supabase-js and supabase-py to sign up, sign in with a password, refresh, read the
account and sign out, with GoTrue's answers, errors, tokens and tables, so a front end works unchanged with a
hosted project. It sends no mail and does not limit attempts; it refuses everything else of GoTrue by name.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, TypeVar

import psycopg
from psycopg.types.json import Jsonb
from pydantic import BaseModel, JsonValue, StringConstraints, ValidationError

from stack import tokens

MAX_BODY_BYTES: Final = 64 * 1024
_TOKEN_SECONDS: Final = 3600
# A client that lost the answer to a refresh can use the same token again for this long.
_REUSE_SECONDS: Final = 10
_MIN_PASSWORD: Final = 6
_CONNECTIONS: Final = 4
_SETTINGS: Final = {"external": {"email": True}, "disable_signup": False, "mailer_autoconfirm": True}

_EMAIL: Final = r"^[^@\s]+@([^@\s]+\.[^@\s]+|localhost)$"
_CLAIMS: Final = ("aud", "email", "phone", "app_metadata", "user_metadata", "role", "is_anonymous")

# An account as GoTrue shows it to its owner.
_ACCOUNT: Final = """
    select to_jsonb(account)
    from (
      select
        id, aud, role, email, email_confirmed_at, coalesce(phone, '') as phone, confirmed_at, last_sign_in_at,
        raw_app_meta_data as app_metadata, raw_user_meta_data as user_metadata, created_at, updated_at,
        is_anonymous, '[]'::jsonb as identities
      from auth.users
      where id = %s
    ) as account
"""

Account = dict[str, Any]
Answer = dict[str, Any]
Connection = psycopg.AsyncConnection[tuple[Any, ...]]
Body = TypeVar("Body", bound=BaseModel)


class _Credentials(BaseModel):
    """The body of a sign-up or a sign-in; ``data`` becomes the account's metadata."""

    email: Annotated[
        str, StringConstraints(strip_whitespace=True, to_lower=True, max_length=255, pattern=_EMAIL)
    ]
    password: Annotated[str, StringConstraints(max_length=72)]  # bcrypt ignores what follows
    data: dict[str, JsonValue] | None = None


class _Refresh(BaseModel):
    refresh_token: str


class AuthError(Exception):
    """A refusal in GoTrue's format: the HTTP status, and the body with GoTrue's name for the reason."""

    def __init__(self, status: int, code: str, message: str, **extra: object) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"code": status, "error_code": code, "msg": message, **extra}


class UnavailableError(Exception):
    """The database does not answer."""


class Auth:
    """The accounts and sessions of one stack, in the database of ``dsn`` (as supabase_auth_admin).

    ``jwt_secret`` signs the tokens; ``issuer`` is the URL of this service.
    """

    def __init__(self, dsn: str, jwt_secret: str, issuer: str) -> None:
        self._dsn = dsn
        self._jwt_secret = jwt_secret
        self._issuer = issuer
        self._slots = asyncio.Semaphore(_CONNECTIONS)

    async def handle(
        self, method: str, path: str, query: Mapping[str, str], bearer: str | None, body: bytes
    ) -> tuple[int, Answer | None]:
        """Answer a request in one transaction; ``path`` is what follows /auth/v1.

        Returns:
            The status, and the body before it becomes JSON; None for an empty one.

        Raises:
            AuthError: a refusal.
            UnavailableError: the database does not answer.
        """
        if (method, path) == ("GET", "/settings"):
            return 200, _SETTINGS
        try:
            async with self._slots, await psycopg.AsyncConnection.connect(self._dsn) as db:
                match method, path, query.get("grant_type"):
                    case "POST", "/signup", _:
                        return 200, await self._sign_up(db, _read(_Credentials, body))
                    case "POST", "/token", "password":
                        return 200, await self._sign_in(db, _read(_Credentials, body))
                    case "POST", "/token", "refresh_token":
                        return 200, await self._refresh(db, _read(_Refresh, body).refresh_token)
                    case "POST", "/token", _:
                        message = "The local Auth supports the grant types password and refresh_token"
                        raise AuthError(400, "validation_failed", message)
                    case "GET", "/user", _:
                        return 200, (await self._caller(db, bearer))[0]
                    case "POST", "/logout", _:
                        await self._sign_out(db, bearer, query.get("scope", "global"))
                        return 204, None
        except psycopg.OperationalError as error:
            raise UnavailableError from error
        except psycopg.DataError as error:
            raise AuthError(400, "validation_failed", "The database cannot store such a value") from error
        message = f"The local Auth does not support {method} {path}; use a hosted project or Docker"
        raise AuthError(404, "not_implemented", message)

    async def _sign_up(self, db: Connection, given: _Credentials) -> Answer:
        if len(given.password) < _MIN_PASSWORD:
            message = f"Password should be at least {_MIN_PASSWORD} characters."
            raise AuthError(422, "weak_password", message, weak_password={"reasons": ["length"]})
        try:
            [user_id] = await _row(
                db,
                """
                insert into auth.users (
                  id, aud, role, email, encrypted_password, email_confirmed_at, last_sign_in_at,
                  raw_app_meta_data, raw_user_meta_data, created_at, updated_at
                )
                select
                  fresh.id, 'authenticated', 'authenticated', %(email)s::text,
                  extensions.crypt(%(password)s::text, extensions.gen_salt('bf', 10)), now(), now(),
                  '{"provider": "email", "providers": ["email"]}',
                  %(data)s || jsonb_build_object('sub', fresh.id, 'email', %(email)s::text), now(), now()
                from (select gen_random_uuid() as id) as fresh
                returning id
                """,
                given.model_dump() | {"data": Jsonb(given.data or {})},
            )
        except psycopg.errors.UniqueViolation:
            raise AuthError(422, "user_already_exists", "User already registered") from None
        return await self._open_session(db, user_id)

    async def _sign_in(self, db: Connection, given: _Credentials) -> Answer:
        user = await _row(
            db,
            """
            update auth.users set last_sign_in_at = now()
            where email = %s and encrypted_password = extensions.crypt(%s, encrypted_password)
            returning id
            """,
            [given.email, given.password],
        )
        if not user:
            raise AuthError(400, "invalid_credentials", "Invalid login credentials")
        return await self._open_session(db, user[0])

    async def _open_session(self, db: Connection, user_id: object) -> Answer:
        query = """
            insert into auth.sessions (id, user_id, created_at, updated_at)
            values (gen_random_uuid(), %s, now(), now()) returning id
        """
        [session_id] = await _row(db, query, [user_id])
        return await self._session(db, session_id, user_id)

    async def _refresh(self, db: Connection, token: str) -> Answer:
        # Two tabs that refresh at the same time wait for each other here, and get the same new token.
        used = await _row(
            db,
            """
            update auth.refresh_tokens
            set revoked = true, updated_at = case when revoked then updated_at else now() end
            where token = %s and (not revoked or updated_at > now() - make_interval(secs => %s))
            returning session_id, user_id::uuid
            """,
            [token, _REUSE_SECONDS],
        )
        if not used:
            raise AuthError(400, "refresh_token_not_found", "Invalid Refresh Token: Refresh Token Not Found")
        return await self._session(db, *used)

    async def _session(self, db: Connection, session_id: object, user_id: object) -> Answer:
        """The tokens of a session; it gets a new refresh token unless it has an unused one."""
        await db.execute(
            """
            insert into auth.refresh_tokens (token, user_id, revoked, created_at, updated_at, session_id)
            select %(token)s, %(user)s, false, now(), now(), %(session)s
            where not exists (
              select from auth.refresh_tokens where session_id = %(session)s and not revoked
            )
            """,
            {"token": secrets.token_urlsafe(16), "user": str(user_id), "session": session_id},
        )
        [refresh_token] = await _row(
            db, "select token from auth.refresh_tokens where session_id = %s and not revoked", [session_id]
        )
        [user] = await _row(db, _ACCOUNT, [user_id])
        now = int(time.time())
        claims = {name: user[name] for name in _CLAIMS} | {
            "iss": self._issuer,
            "sub": user["id"],
            "exp": now + _TOKEN_SECONDS,
            "iat": now,
            "aal": "aal1",
            "amr": [{"method": "password", "timestamp": now}],
            "session_id": str(session_id),
        }
        return {
            "access_token": tokens.sign(claims, self._jwt_secret),
            "token_type": "bearer",
            "expires_in": _TOKEN_SECONDS,
            "expires_at": now + _TOKEN_SECONDS,
            "refresh_token": refresh_token,
            "user": user,
        }

    async def _sign_out(self, db: Connection, bearer: str | None, scope: str) -> None:
        user, session_id = await self._caller(db, bearer)
        if scope not in {"global", "local"}:
            raise AuthError(400, "validation_failed", "The local Auth supports the scopes global and local")
        query = "delete from auth.sessions where user_id = %s and (id = %s or %s = 'global')"
        await db.execute(query, [user["id"], session_id, scope])

    async def _caller(self, db: Connection, bearer: str | None) -> tuple[Account, str]:
        """The account and the session that a token belongs to."""
        if not bearer:
            raise AuthError(401, "no_authorization", "This endpoint requires a valid Bearer token")
        claims = tokens.verify(bearer, self._jwt_secret)
        if claims is None or "session_id" not in claims:
            message = "invalid JWT: unable to parse or verify signature, or token is expired"
            raise AuthError(403, "bad_jwt", message)
        held = await _row(db, "select user_id from auth.sessions where id = %s", [claims["session_id"]])
        if not held:
            raise AuthError(403, "session_not_found", "Session from session_id claim in JWT does not exist")
        [user] = await _row(db, _ACCOUNT, held)
        return user, claims["session_id"]


async def _row(
    db: Connection, query: str, values: Mapping[str, object] | Sequence[object]
) -> tuple[Any, ...]:
    """The first row of a query; an empty tuple if there is none."""
    cursor = await db.execute(query.encode(), values)
    return await cursor.fetchone() or ()


def _read(model: type[Body], body: bytes) -> Body:
    """A request's body, parsed and validated."""
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "body"
        raise AuthError(400, "validation_failed", f"{where}: {first['msg']}") from None
