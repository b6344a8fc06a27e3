"""Keys and tokens, as in older Supabase projects: signed with HS256 and one secret."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt

# Keys are valid for ten years, as Supabase's are.
_KEY_SECONDS = 10 * 365 * 24 * 3600


@dataclass(frozen=True)
class Keys:
    """A stack's secrets.

    Attributes:
        jwt_secret: signs and verifies every token.
        anon: the key for callers who are not signed in, a token.
        service_role: the key that skips policies, a token.
        publishable: the newer, opaque form of `anon`; the gateway puts the token in its place.
        secret: the newer, opaque form of `service_role`.
    """

    jwt_secret: str
    anon: str
    service_role: str
    publishable: str
    secret: str

    @classmethod
    def generate(cls) -> Keys:
        """New secrets."""
        jwt_secret = secrets.token_urlsafe(36)
        return cls(
            jwt_secret=jwt_secret,
            anon=key_for("anon", jwt_secret),
            service_role=key_for("service_role", jwt_secret),
            publishable=f"sb_publishable_{secrets.token_urlsafe(24)}",
            secret=f"sb_secret_{secrets.token_urlsafe(24)}",
        )


def key_for(role: str, jwt_secret: str) -> str:
    """A key: a token that contains only a role."""
    now = int(time.time())
    return sign({"iss": "supabase-local", "role": role, "iat": now, "exp": now + _KEY_SECONDS}, jwt_secret)


def sign(claims: Mapping[str, Any], jwt_secret: str) -> str:
    """Create a token with these claims."""
    return jwt.encode(dict(claims), jwt_secret, algorithm="HS256")


def verify(token: str, jwt_secret: str) -> dict[str, Any] | None:
    """A token's claims, or None if it is not ours or has expired."""
    try:
        claims: dict[str, Any] = jwt.decode(
            token, jwt_secret, algorithms=["HS256"], options={"verify_aud": False, "require": ["exp"]}
        )
    except jwt.InvalidTokenError:
        return None
    return claims
