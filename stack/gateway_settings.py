"""The gateway's settings. In a separate module, so that starting it does not import its libraries."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from stack.tokens import Keys


@dataclass(frozen=True)
class Settings:
    """The gateway's settings.

    Attributes:
        host: the address to listen on; a loopback address.
        port: the port to listen on.
        rest_socket: PostgREST's Unix socket.
        auth_dsn: the database, as supabase_auth_admin.
        keys: the stack's secrets.
        uid: the account to become once the port is open, when started as root.
        gid: its group.
        with_parent: whether to end when the process that started it does.
    """

    host: str
    port: int
    rest_socket: str
    auth_dsn: str
    keys: Keys
    uid: int | None = None
    gid: int | None = None
    with_parent: bool = False

    def to_json(self) -> str:
        """As text, for `from_json`."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Settings:
        """From the text of `to_json`."""
        fields = json.loads(text)
        return cls(**{**fields, "keys": Keys(**fields["keys"])})
