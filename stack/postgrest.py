"""PostgREST's settings, as in hosted projects."""

from __future__ import annotations

from pathlib import Path

MAX_ROWS = 1000


def write_config(path: Path, *, dsn: str, socket: Path, jwt_secret: str, api_url: str) -> None:
    """Write PostgREST's settings file, readable only by its owner.

    Args:
        path: the file.
        dsn: the database, as authenticator.
        socket: the Unix socket to listen on; there is no TCP port.
        jwt_secret: verifies the tokens.
        api_url: what clients call it, for the OpenAPI description.
    """
    settings: dict[str, str | int | bool] = {
        "db-uri": dsn,
        "db-schemas": "public",
        "db-anon-role": "anon",
        "db-extra-search-path": "public,extensions",
        "db-max-rows": MAX_ROWS,
        "db-pool": 20,
        "db-pool-acquisition-timeout": 10,
        "db-channel": "pgrst",
        "db-channel-enabled": True,
        "jwt-secret": jwt_secret,
        "jwt-cache-max-lifetime": 0,
        "openapi-server-proxy-uri": f"{api_url}/rest/v1",
        "server-unix-socket": str(socket),
        "server-unix-socket-mode": "660",
        "log-level": "error",
    }
    path.touch(mode=0o600)
    path.write_text(
        "".join(f"{name} = {_quoted(value)}\n" for name, value in settings.items()), encoding="utf-8"
    )


def _quoted(value: str | int | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
