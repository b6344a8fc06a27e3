"""Accounts and tenants for tests."""

from __future__ import annotations

import itertools
import uuid
from dataclasses import dataclass

from tests.py.harness.databases import Connection

PASSWORD = "correct horse battery staple"

_numbers = itertools.count(1)


@dataclass(frozen=True)
class User:
    """An account that can sign in with `PASSWORD`."""

    id: uuid.UUID
    email: str


@dataclass(frozen=True)
class Tenant:
    """A tenant and the account that owns it."""

    id: uuid.UUID
    owner: User


class People:
    """Creates accounts and tenants, as a trusted writer does.

    Args:
        connection: role postgres's, in autocommit.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def user(self, email: str | None = None) -> User:
        """A new account, confirmed, with `PASSWORD`."""
        user = User(uuid.uuid4(), email or f"user-{next(_numbers)}@example.test")
        self._connection.execute(
            """
            insert into auth.users (
              instance_id, id, aud, role, email, encrypted_password, email_confirmed_at,
              raw_app_meta_data, raw_user_meta_data, created_at, updated_at
            )
            values (
              '00000000-0000-0000-0000-000000000000', %s, 'authenticated', 'authenticated', %s,
              extensions.crypt(%s, extensions.gen_salt('bf', 4)), now(),
              '{"provider": "email", "providers": ["email"]}', '{}', now(), now()
            )
            """,
            [user.id, user.email, PASSWORD],
        )
        return user

    def tenant(self, owner: User | None = None, *, tenant_type: str = "coach", active: bool = True) -> Tenant:
        """A new tenant, of a new account unless an owner is given."""
        tenant = Tenant(uuid.uuid4(), owner or self.user())
        self._connection.execute(
            """
            insert into public.tenant_profiles (id, user_id, slug, display_name, tenant_type, is_active)
            values (%s, %s, %s, %s, %s, %s)
            """,
            [tenant.id, tenant.owner.id, f"tenant-{next(_numbers)}", "A tenant", tenant_type, active],
        )
        return tenant
