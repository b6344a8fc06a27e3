"""The built front end at the gateway's `/`: files of web/dist, with the headers that `_headers` there lists.

Nothing else is served: an unknown path is for the gateway to refuse.
"""

from __future__ import annotations

import mimetypes
import os
import re
from collections.abc import Mapping
from pathlib import Path

from aiohttp import web

from stack.packages import ROOT

FOLDER = ROOT / "web"
BUILT = "dist"
_NOT_BUILT = "The page is not built. In the checkout, run: make up\n"


class Pages:
    """Serves the built files and the page's settings.

    The folder is opened at once, because the gateway then changes to an account that may not reach the
    checkout; the files in it are read when they are asked for, so that a new build needs no new gateway.

    Args:
        settings: the content of `config.json`: the public key.
        folder: the folder that the build writes `dist` into.
    """

    def __init__(self, settings: Mapping[str, str], folder: Path = FOLDER) -> None:
        self._settings = settings
        self._folder = os.open(folder, os.O_RDONLY | os.O_DIRECTORY) if folder.is_dir() else None

    def close(self) -> None:
        """Close the folder."""
        if self._folder is not None:
            os.close(self._folder)
            self._folder = None

    def answer(self, method: str, path: str) -> web.Response | None:
        """The answer to a request, or None without such a file."""
        if method not in {"GET", "HEAD"}:
            return None
        if path == "/config.json":
            return web.json_response(dict(self._settings), headers={"Cache-Control": "no-store"})
        name = path.removeprefix("/") or "index.html"
        if not _is_plain(name):
            return None
        body = self._read(name)
        if body is None:
            return web.Response(status=503, text=_NOT_BUILT) if path == "/" else None
        headers = _parse(self._read("_headers") or b"")
        # The names of assets contain a hash of their content.
        headers["Cache-Control"] = "max-age=31536000, immutable" if "/" in name else "no-cache"
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        if kind.startswith("text/"):
            kind += "; charset=utf-8"
        return web.Response(body=body, headers={**headers, "Content-Type": kind})

    def _read(self, name: str) -> bytes | None:
        if self._folder is None:
            return None
        try:
            with open(f"{BUILT}/{name}", "rb", opener=self._open) as file:
                return file.read()
        except OSError:
            return None

    def _open(self, path: str, flags: int) -> int:
        return os.open(path, flags | os.O_NOFOLLOW, dir_fd=self._folder)


def _is_plain(name: str) -> bool:
    """Whether this is `file` or `assets/file`; nothing else is for readers, `_headers` neither."""
    return re.fullmatch(r"(assets/)?[A-Za-z0-9][\w.-]*", name, re.ASCII) is not None


def _parse(text: bytes) -> dict[str, str]:
    """The headers in a `_headers` file: its indented lines, as static hosts read it."""
    lines = (line for line in text.decode().splitlines() if line.startswith(" ") and ":" in line)
    return {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
