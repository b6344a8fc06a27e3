"""A stand-in for Supabase Auth (GoTrue), which no package registry ships. For development and tests only.

It does what supabase-js and supabase-py ask of it to sign up, sign in with a password, refresh, read and
change the account, and sign out; the answers, the errors and the tokens have GoTrue's shapes, so the same
front-end code signs in against a hosted project unchanged. It keeps its accounts in the same tables:
auth.users (passwords hashed by bcrypt in the database), auth.identities, auth.sessions and
auth.refresh_tokens. It sends no mail: an address is taken as confirmed at once. Of the rest of GoTrue
(OAuth, magic links, MFA, SSO, the admin API) it has nothing, and says so.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import secrets
import time
import uuid
from collections import deque
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row

from stack import tokens

TOKEN_SECONDS = 3600
# A refresh token may be used again for so long, by a client that lost the answer.
REUSE_SECONDS = 10
# Failed sign-ins for one address in five minutes; then it has to wait.
FAILURES_ALLOWED = 30
FAILURE_WINDOW_SECONDS = 300
MAX_BODY_BYTES = 64 * 1024
_MAX_EMAIL = 255
# bcrypt reads no more of a password than this.
_MAX_PASSWORD_BYTES = 72
_MIN_PASSWORD = 6
_CONNECTIONS = 4

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+|[^@\s]+@localhost")
_NO_INSTANCE = "00000000-0000-0000-0000-000000000000"

Row = dict[str, Any]
Connection = psycopg.AsyncConnection[Row]


class AuthError(Exception):
    """A refusal, as GoTrue words it.

    Attributes:
        status: the HTTP status.
        code: GoTrue's name for the reason.
        message: a sentence for a person.
        extra: further members of the answer.
    """

    def __init__(self, status: int, code: str, message: str, **extra: object) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.extra = extra

    def body(self) -> dict[str, object]:
        """The answer's body."""
        return {"code": self.status, "error_code": self.code, "msg": self.message, **self.extra}


class Unavailable(Exception):  # noqa: N818  a state of the server, not a caller's fault
    """The database cannot be reached just now."""


class Auth:
    """The accounts and sessions of one stack.

    Args:
        dsn: the database, as supabase_auth_admin.
        jwt_secret: signs the tokens.
        issuer: the tokens' issuer: the URL of this service.
    """

    def __init__(self, dsn: str, jwt_secret: str, issuer: str) -> None:
        self._dsn = dsn
        self._jwt_secret = jwt_secret
        self._issuer = issuer
        self._idle: deque[Connection] = deque()
        self._slots = asyncio.Semaphore(_CONNECTIONS)
        self._failures: dict[str, deque[float]] = {}

    async def close(self) -> None:
        """Give up the connections."""
        while self._idle:
            await self._idle.pop().close()

    async def handle(
        self, method: str, path: str, query: Mapping[str, str], bearer: str | None, body: bytes
    ) -> tuple[int, object]:
        """Answer a request.

        Args:
            method: the HTTP verb.
            path: what follows /auth/v1, beginning with a slash.
            query: the URL's parameters.
            bearer: the token of the Authorization header.
            body: the request's body, at most MAX_BODY_BYTES.

        Returns:
            The status, and what becomes the JSON body; None for an empty one.

        Raises:
            AuthError: a refusal.
            Unavailable: the database does not answer.
        """
        match method, path.rstrip("/"):
            case "POST", "/signup":
                answer = await self._sign_up(_fields(body))
            case "POST", "/token":
                answer = await self._token(query.get("grant_type"), _fields(body))
            case "GET", "/user":
                answer = await self._user(bearer)
            case "PUT", "/user":
                answer = await self._change_user(bearer, _fields(body))
            case "POST", "/logout":
                await self._sign_out(bearer, query.get("scope", "global"))
                return 204, None
            case "GET", known if known in _FIXED:
                answer = _FIXED[known]
            case _:
                raise AuthError(
                    404,
                    "not_implemented",
                    f"The stand-in for Auth does not offer {method} {path}; use a hosted project or Docker",
                )
        return 200, answer

    # -- what it offers ------------------------------------------------------------------------------------

    async def _sign_up(self, fields: Row) -> Row:
        email, password = _email(fields), _password(fields)
        data = fields.get("data") if isinstance(fields.get("data"), dict) else {}
        user_id = uuid.uuid4()
        try:
            async with self._transaction() as db:
                user = await _one(
                    db,
                    """
                    insert into auth.users (
                      instance_id, id, aud, role, email, encrypted_password, email_confirmed_at,
                      last_sign_in_at, raw_app_meta_data, raw_user_meta_data, created_at, updated_at,
                      confirmation_token, recovery_token, email_change_token_new, email_change
                    )
                    values (
                      %s, %s, 'authenticated', 'authenticated', %s,
                      extensions.crypt(%s, extensions.gen_salt('bf', 10)), now(), now(),
                      '{"provider": "email", "providers": ["email"]}',
                      %s::jsonb || jsonb_build_object(
                        'sub', %s::text, 'email', %s::text, 'email_verified', true, 'phone_verified', false
                      ),
                      now(), now(), '', '', '', ''
                    )
                    returning *
                    """,
                    [_NO_INSTANCE, user_id, email, password, json.dumps(data), str(user_id), email],
                )
                assert user is not None  # noqa: S101  an insert returns its row
                await db.execute(
                    """
                    insert into auth.identities (
                      provider_id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at
                    )
                    select id::text, id, raw_user_meta_data, 'email', now(), now(), now()
                    from auth.users
                    where id = %s
                    """,
                    [user_id],
                )
                return await self._open_session(db, user)
        except psycopg.errors.UniqueViolation:
            raise AuthError(422, "user_already_exists", "User already registered") from None

    async def _token(self, grant_type: str | None, fields: Row) -> Row:
        if grant_type == "password":
            return await self._sign_in(fields)
        if grant_type == "refresh_token":
            return await self._refresh(fields)
        raise AuthError(
            400, "validation_failed", "The stand-in for Auth knows the grants password and refresh_token only"
        )

    async def _sign_in(self, fields: Row) -> Row:
        refused = AuthError(400, "invalid_credentials", "Invalid login credentials")
        email, password = fields.get("email"), fields.get("password")
        if not isinstance(email, str) or not isinstance(password, str):
            raise AuthError(400, "validation_failed", "An email address and a password are needed")
        email = email.strip().lower()
        if not self._may_try(email):
            raise AuthError(429, "over_request_rate_limit", "Request rate limit reached")
        if "\x00" in email + password or len(password.encode()) > _MAX_PASSWORD_BYTES:
            raise refused
        async with self._transaction() as db:
            # An unknown address costs as much time as a known one, so that the time tells nothing.
            user = await _one(
                db,
                """
                with account as (select * from auth.users where email = %s and not is_sso_user)
                select
                  account.*,
                  extensions.crypt(
                    %s, coalesce(nullif(account.encrypted_password, ''), extensions.gen_salt('bf', 10))
                  ) = account.encrypted_password as password_is_right
                from (select) as nobody
                left join account on true
                """,
                [email, password],
            )
            if user is None or not user["password_is_right"]:
                self._failures.setdefault(email, deque()).append(time.monotonic())
                raise refused
            if user["banned_until"] is not None and user["banned_until"] > datetime.now(UTC):
                raise AuthError(400, "user_banned", "User is banned")
            if user["email_confirmed_at"] is None:
                raise AuthError(400, "email_not_confirmed", "Email not confirmed")
            user["last_sign_in_at"] = datetime.now(UTC)
            await db.execute("update auth.users set last_sign_in_at = now() where id = %s", [user["id"]])
            return await self._open_session(db, user)

    async def _refresh(self, fields: Row) -> Row:
        token = fields.get("refresh_token")
        if not isinstance(token, str) or not token:
            raise AuthError(400, "validation_failed", "A refresh token is needed")
        stolen = False
        async with self._transaction() as db:
            held = await _one(
                db,
                """
                select tokens.*, tokens.updated_at < now() - make_interval(secs => %s) as is_old
                from auth.refresh_tokens as tokens
                inner join auth.sessions on sessions.id = tokens.session_id
                where tokens.token = %s
                for update
                """,
                [REUSE_SECONDS, token],
            )
            if held is None:
                raise AuthError(
                    400, "refresh_token_not_found", "Invalid Refresh Token: Refresh Token Not Found"
                )
            if not held["revoked"]:
                token = secrets.token_urlsafe(16)
                await db.execute(
                    "update auth.refresh_tokens set revoked = true, updated_at = now() where id = %s",
                    [held["id"]],
                )
                await db.execute(
                    """
                    insert into auth.refresh_tokens (
                      instance_id, token, user_id, revoked, created_at, updated_at, parent, session_id
                    )
                    values (%s, %s, %s, false, now(), now(), %s, %s)
                    """,
                    [_NO_INSTANCE, token, held["user_id"], held["token"], held["session_id"]],
                )
                await db.execute(
                    "update auth.sessions set refreshed_at = now(), updated_at = now() where id = %s",
                    [held["session_id"]],
                )
            elif held["is_old"]:
                # Used twice by two clients: one of them stole it, and the session is over for both.
                await db.execute("delete from auth.sessions where id = %s", [held["session_id"]])
                stolen = True
            else:
                current = await _one(
                    db,
                    "select token from auth.refresh_tokens where session_id = %s and not revoked",
                    [held["session_id"]],
                )
                assert current is not None  # noqa: S101  a session has one token that is not revoked
                token = current["token"]
            user = await _one(db, "select * from auth.users where id = %s", [held["user_id"]])
        if stolen or user is None:
            raise AuthError(400, "refresh_token_already_used", "Invalid Refresh Token: Already Used")
        return self._session(user, held["session_id"], token)

    async def _user(self, bearer: str | None) -> Row:
        async with self._transaction() as db:
            user, _ = await self._caller(db, bearer)
            identities = await _all(db, "select * from auth.identities where user_id = %s", [user["id"]])
            return _public(user) | {"identities": [_identity(row) for row in identities]}

    async def _change_user(self, bearer: str | None, fields: Row) -> Row:
        async with self._transaction() as db:
            user, _ = await self._caller(db, bearer)
            if fields.get("email") is not None:
                try:
                    await db.execute(
                        "update auth.users set email = %s, updated_at = now() where id = %s",
                        [_email(fields), user["id"]],
                    )
                except psycopg.errors.UniqueViolation:
                    raise AuthError(
                        422, "email_exists", "A user with this email address has already been registered"
                    ) from None
            if fields.get("password") is not None:
                changed = await _one(
                    db,
                    """
                    update auth.users
                    set
                      encrypted_password = extensions.crypt(%s, extensions.gen_salt('bf', 10)),
                      updated_at = now()
                    where
                      id = %s
                      and encrypted_password is distinct from extensions.crypt(%s, encrypted_password)
                    returning id
                    """,
                    [_password(fields), user["id"], fields["password"]],
                )
                if changed is None:
                    raise AuthError(
                        422, "same_password", "New password should be different from the old password."
                    )
            if isinstance(fields.get("data"), dict):
                await db.execute(
                    """
                    update auth.users
                    set
                      raw_user_meta_data = coalesce(raw_user_meta_data, '{}') || %s::jsonb,
                      updated_at = now()
                    where id = %s
                    """,
                    [json.dumps(fields["data"]), user["id"]],
                )
        return await self._user(bearer)

    async def _sign_out(self, bearer: str | None, scope: str) -> None:
        async with self._transaction() as db:
            user, session = await self._caller(db, bearer)
            condition = {
                "global": "user_id = %(user)s",
                "local": "id = %(session)s",
                "others": "user_id = %(user)s and id <> %(session)s",
            }.get(scope)
            if condition is None:
                raise AuthError(400, "validation_failed", "Scope must be global, local or others")
            await db.execute(
                f"delete from auth.sessions where {condition}".encode(),  # noqa: S608  one of the three above
                {"user": user["id"], "session": session},
            )

    # -- sessions and tokens -------------------------------------------------------------------------------

    async def _open_session(self, db: Connection, user: Row) -> Row:
        session_id, token = uuid.uuid4(), secrets.token_urlsafe(16)
        await db.execute(
            """
            insert into auth.sessions (id, user_id, created_at, updated_at, aal)
            values (%s, %s, now(), now(), 'aal1')
            """,
            [session_id, user["id"]],
        )
        await db.execute(
            """
            insert into auth.refresh_tokens (
              instance_id, token, user_id, revoked, created_at, updated_at, session_id
            )
            values (%s, %s, %s, false, now(), now(), %s)
            """,
            [_NO_INSTANCE, token, str(user["id"]), session_id],
        )
        return self._session(user, session_id, token)

    def _session(self, user: Row, session_id: uuid.UUID, refresh_token: str) -> Row:
        now = int(time.time())
        claims = {
            "iss": self._issuer,
            "sub": str(user["id"]),
            "aud": user["aud"] or "authenticated",
            "exp": now + TOKEN_SECONDS,
            "iat": now,
            "email": user["email"] or "",
            "phone": user["phone"] or "",
            "app_metadata": user["raw_app_meta_data"] or {},
            "user_metadata": user["raw_user_meta_data"] or {},
            "role": user["role"] or "authenticated",
            "aal": "aal1",
            "amr": [{"method": "password", "timestamp": now}],
            "session_id": str(session_id),
            "is_anonymous": user["is_anonymous"],
        }
        return {
            "access_token": tokens.sign(claims, self._jwt_secret),
            "token_type": "bearer",
            "expires_in": TOKEN_SECONDS,
            "expires_at": now + TOKEN_SECONDS,
            "refresh_token": refresh_token,
            "user": _public(user) | {"identities": []},
        }

    async def _caller(self, db: Connection, bearer: str | None) -> tuple[Row, str]:
        """The account and the session of a token."""
        claims = tokens.verify(bearer, self._jwt_secret) if bearer else None
        if not bearer:
            raise AuthError(401, "no_authorization", "This endpoint requires a valid Bearer token")
        if claims is None:
            raise AuthError(
                403, "bad_jwt", "invalid JWT: unable to parse or verify signature, or token is expired"
            )
        if "sub" not in claims:
            raise AuthError(403, "bad_jwt", "invalid claim: missing sub claim")
        user = await _one(
            db,
            """
            select users.*
            from auth.users
            inner join auth.sessions on sessions.user_id = users.id
            where users.id::text = %s and sessions.id::text = %s
            """,
            [str(claims["sub"]), str(claims.get("session_id"))],
        )
        if user is None:
            raise AuthError(403, "session_not_found", "Session from session_id claim in JWT does not exist")
        return user, str(claims["session_id"])

    def _may_try(self, email: str) -> bool:
        """Whether this address has not failed too often of late."""
        since = time.monotonic() - FAILURE_WINDOW_SECONDS
        for address in [address for address, failures in self._failures.items() if failures[-1] < since]:
            del self._failures[address]
        failures = self._failures.get(email, deque())
        while failures and failures[0] < since:
            failures.popleft()
        return len(failures) < FAILURES_ALLOWED

    # -- the database --------------------------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Connection]:
        """A connection in a transaction; kept for the next request unless it broke."""
        async with self._slots:
            db = await self._connected()
            try:
                async with db.transaction():
                    yield db
            except psycopg.OperationalError as error:
                await db.close()
                raise Unavailable from error
            except psycopg.DataError as error:
                raise AuthError(400, "validation_failed", "The database cannot store such a value") from error
            finally:
                if not db.closed:
                    self._idle.append(db)

    async def _connected(self) -> Connection:
        """A connection that works: the database may have been restarted since the last request."""
        while self._idle:
            db = self._idle.pop()
            try:
                await db.execute("select")
                await db.commit()
            except psycopg.Error:
                await db.close()
            else:
                return db
        try:
            return await psycopg.AsyncConnection.connect(
                self._dsn, row_factory=dict_row, prepare_threshold=None
            )
        except psycopg.OperationalError as error:
            raise Unavailable from error


_FIXED: dict[str, Row] = {
    "/health": {
        "version": "local stand-in",
        "name": "GoTrue",
        "description": "A stand-in for Supabase Auth, for development and tests only",
    },
    "/settings": {
        "external": {"email": True, "phone": False, "anonymous_users": False},
        "disable_signup": False,
        "mailer_autoconfirm": True,
        "phone_autoconfirm": False,
        "sms_provider": "",
        "saml_enabled": False,
    },
    "/.well-known/jwks.json": {"keys": []},
}


async def _one(db: Connection, query: str, parameters: list[object]) -> Row | None:
    cursor = await db.execute(query.encode(), parameters)
    return await cursor.fetchone()


async def _all(db: Connection, query: str, parameters: list[object]) -> list[Row]:
    cursor = await db.execute(query.encode(), parameters)
    return await cursor.fetchall()


def _fields(body: bytes) -> Row:
    """A request's JSON object."""
    try:
        fields = json.loads(body or b"{}")
        json.dumps(fields, ensure_ascii=False).encode()  # half a surrogate pair is no text
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        raise AuthError(400, "bad_json", "Could not parse request body as JSON: an object is expected")
    return fields


def _email(fields: Row) -> str:
    email = fields.get("email")
    if not isinstance(email, str) or not email:
        raise AuthError(400, "validation_failed", "An email address is needed")
    email = email.strip().lower()
    if len(email) > _MAX_EMAIL or "\x00" in email or not _EMAIL.fullmatch(email):
        raise AuthError(400, "validation_failed", "Unable to validate email address: invalid format")
    return email


def _password(fields: Row) -> str:
    password = fields.get("password")
    if not isinstance(password, str) or not password:
        raise AuthError(400, "validation_failed", "Signup requires a valid password")
    if len(password.encode()) > _MAX_PASSWORD_BYTES or "\x00" in password:
        raise AuthError(
            400, "validation_failed", f"Password cannot be longer than {_MAX_PASSWORD_BYTES} characters"
        )
    if len(password) < _MIN_PASSWORD:
        raise AuthError(
            422,
            "weak_password",
            f"Password should be at least {_MIN_PASSWORD} characters.",
            weak_password={"reasons": ["length"]},
        )
    return password


def _time(value: datetime | None) -> str | None:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z") if value else None


def _public(user: Row) -> Row:
    """An account as its owner sees it."""
    return {
        "id": str(user["id"]),
        "aud": user["aud"],
        "role": user["role"],
        "email": user["email"] or "",
        "email_confirmed_at": _time(user["email_confirmed_at"]),
        "phone": user["phone"] or "",
        "confirmed_at": _time(user["confirmed_at"]),
        "last_sign_in_at": _time(user["last_sign_in_at"]),
        "app_metadata": user["raw_app_meta_data"] or {},
        "user_metadata": user["raw_user_meta_data"] or {},
        "created_at": _time(user["created_at"]),
        "updated_at": _time(user["updated_at"]),
        "is_anonymous": user["is_anonymous"],
    }


def _identity(row: Row) -> Row:
    return {
        "identity_id": str(row["id"]),
        "id": row["provider_id"],
        "user_id": str(row["user_id"]),
        "identity_data": row["identity_data"],
        "provider": row["provider"],
        "last_sign_in_at": _time(row["last_sign_in_at"]),
        "created_at": _time(row["created_at"]),
        "updated_at": _time(row["updated_at"]),
        "email": row["email"],
    }
