"""`python -m stack.gateway CONFIG`: one port for the API, as Kong is for Supabase.

* /rest/v1/* goes to PostgREST, over a Unix socket.
* /auth/v1/* is answered by the local Auth, in this process.
* / is the built front end (`stack/pages.py`).

Like Supabase's it asks for an API key, adds CORS headers for browsers, and takes the newer opaque keys
for the tokens that they stand for. It is for development and tests only: it listens on the loopback
address and refuses any other.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from urllib.parse import unquote_plus

import aiohttp
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from stack.auth import MAX_BODY_BYTES, Auth, AuthError, UnavailableError
from stack.errors import StackError
from stack.gateway_settings import Settings
from stack.pages import Pages
from stack.processes import follow_parent

MAX_REST_BODY_BYTES = 20 * 1024 * 1024
# PostgREST's time grows with the square of the columns named in `select`, which anybody may send.
MAX_SELECT_BYTES = 4 * 1024
# Bodies up to this size are forwarded in one piece, which is faster than streaming them.
_WHOLE_BYTES = 256 * 1024
_CHUNK_BYTES = 64 * 1024
_MAX_LINE_BYTES = 64 * 1024

_REST = "/rest/v1"
_AUTH = "/auth/v1"

# They concern one connection, not the message; the lengths are set again.
_HOP_BY_HOP = frozenset(
    {
        "connection",
        "content-length",
        "expect",
        "host",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
_EXPOSED = (
    "Content-Encoding, Content-Location, Content-Profile, Content-Range, Content-Type, Date, Location, "
    "Preference-Applied, Proxy-Status, Range-Unit, Server, Server-Timing, Transfer-Encoding, WWW-Authenticate"
)
_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
_NO_BODY = frozenset({"GET", "HEAD", "OPTIONS"})

log = logging.getLogger("gateway")


def require_loopback(host: str) -> None:
    """Accept connections from this machine only.

    Raises:
        StackError: `host` is not a loopback address.
    """
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise StackError(
            f"the gateway refuses to listen on {host}",
            "It is for development on one machine and must not be reachable from others: use 127.0.0.1.",
        )


class Gateway:
    """Answers every request of one stack."""

    def __init__(self, settings: Settings) -> None:
        keys = settings.keys
        self._tokens = {
            keys.anon: keys.anon,
            keys.service_role: keys.service_role,
            keys.publishable: keys.anon,
            keys.secret: keys.service_role,
        }
        self._auth = Auth(
            settings.auth_dsn, keys.jwt_secret, f"http://{settings.host}:{settings.port}{_AUTH}"
        )
        self._pages = Pages({"key": keys.publishable})
        self._rest = aiohttp.ClientSession(
            connector=aiohttp.UnixConnector(settings.rest_socket, limit=0, keepalive_timeout=20),
            timeout=aiohttp.ClientTimeout(total=None, connect=5),
            auto_decompress=False,
            # An answer repeats its URL in a header.
            max_line_size=_MAX_LINE_BYTES,
            max_field_size=_MAX_LINE_BYTES,
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
        )

    async def close(self) -> None:
        """Close every connection to PostgREST, and the front end's folder."""
        self._pages.close()
        await self._rest.close()

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
            return _preflight(request)
        if request.headers.get("Expect", "").lower() == "100-continue":
            await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            request.writer.output_size = 0
        path, _, query = request.raw_path.partition("?")
        try:
            if path.startswith(f"{_REST}/") or path == _REST:
                return await self._to_rest(request, path.removeprefix(_REST) or "/", query)
            if path.startswith(f"{_AUTH}/"):
                return await self._to_auth(request, path.removeprefix(_AUTH))
            page = self._pages.answer(request.method, path)
            if page is not None:
                return page
        except _RefusalError as refusal:
            return _json(request, refusal.status, refusal.body, refusal.headers)
        return _json(
            request,
            404,
            {
                "message": "no Route matched with those values",
                "hint": f"Paths begin with {_REST} or {_AUTH}; the front end is at /.",
            },
        )

    # -- PostgREST -----------------------------------------------------------------------------------------

    async def _to_rest(self, request: web.BaseRequest, path: str, query: str) -> web.StreamResponse:
        token = self._token_of_key(request)
        headers = CIMultiDict(
            (name, value)
            for name, value in request.headers.items()
            if name.lower() not in _HOP_BY_HOP and name.lower() != "apikey"
        )
        bearer = _bearer(request)
        # Without an access token, the key is the token; an opaque key is replaced by its token.
        headers["Authorization"] = f"Bearer {self._tokens.get(bearer, bearer) if bearer else token}"
        if "apikey=" in query:
            query = "&".join(part for part in query.split("&") if not part.startswith("apikey="))
        if _select_bytes(query) > MAX_SELECT_BYTES:
            raise _RefusalError(
                414, {"message": f"The request's select is longer than {MAX_SELECT_BYTES} bytes"}
            )
        url = URL(f"http://postgrest{path}{'?' if query else ''}{query}", encoded=True)
        body = _Body(request)
        try:
            async with self._rest.request(
                request.method, url, headers=headers, data=await body.data(), allow_redirects=False
            ) as answer:
                return await _pass_on(request, answer)
        except aiohttp.ClientError as error:
            if body.too_large:
                raise _too_large(MAX_REST_BODY_BYTES) from None
            raise _RefusalError(
                503,
                {
                    "message": "PostgREST does not answer",
                    "hint": "It is starting, or has stopped: see `make status`.",
                },
                {"Retry-After": "1"},
            ) from error

    def _token_of_key(self, request: web.BaseRequest) -> str:
        """The token for the request's API key."""
        key = request.headers.get("apikey") or request.query.get("apikey")
        if not key:
            raise _RefusalError(
                401,
                {
                    "message": "No API key found in request",
                    "hint": "No `apikey` request header or url param was found.",
                },
            )
        token = self._tokens.get(key)
        if token is None:
            raise _RefusalError(
                401,
                {
                    "message": "Invalid API key",
                    "hint": "Double check your Supabase `anon` or `service_role` API key.",
                },
            )
        return token

    # -- Auth ----------------------------------------------------------------------------------------------

    async def _to_auth(self, request: web.BaseRequest, path: str) -> web.StreamResponse:
        self._token_of_key(request)
        if (request.content_length or 0) > MAX_BODY_BYTES:
            raise _too_large(MAX_BODY_BYTES)
        body = await request.content.read(MAX_BODY_BYTES + 1) if request.can_read_body else b""
        while request.can_read_body and not request.content.at_eof():
            body += await request.content.readany()
            if len(body) > MAX_BODY_BYTES:
                raise _too_large(MAX_BODY_BYTES)
        try:
            status, answer = await self._auth.handle(
                request.method, path, request.query, _bearer(request), body
            )
        except AuthError as error:
            status, answer = error.status, error.body
        except UnavailableError:
            raise _RefusalError(
                503,
                {"code": 503, "msg": "The database does not answer", "hint": "See `make status`."},
                {"Retry-After": "1"},
            ) from None
        return _json(request, status, answer)


class _RefusalError(Exception):
    """The gateway's own answer to a request that it does not forward."""

    def __init__(self, status: int, body: object, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.body = body
        self.headers = headers or {}


def _too_large(limit: int) -> _RefusalError:
    return _RefusalError(413, {"message": f"The request's body is larger than {limit} bytes"})


def _select_bytes(query: str) -> int:
    """How long the `select` of a query is, however its name is encoded."""
    parts = (part.partition("=") for part in query.split("&"))
    return max((len(value) for name, _, value in parts if unquote_plus(name) == "select"), default=0)


def _bearer(request: web.BaseRequest) -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


class _Body:
    """A request's body on its way to PostgREST.

    Attributes:
        too_large: whether it turned out to be larger than the limit, and was given up.
    """

    def __init__(self, request: web.BaseRequest) -> None:
        self._request = request
        self.too_large = False

    async def data(self) -> bytes | AsyncIterator[bytes] | None:
        """The body, in one piece when it is small."""
        length = self._request.content_length
        if not self._request.can_read_body or (self._request.method in _NO_BODY and not length):
            return None
        if length is None:
            return self._parts()
        if length > MAX_REST_BODY_BYTES:
            raise _too_large(MAX_REST_BODY_BYTES)
        return await self._request.content.read() if length <= _WHOLE_BYTES else self._parts()

    async def _parts(self) -> AsyncIterator[bytes]:
        passed = 0
        async for chunk in self._request.content.iter_any():
            passed += len(chunk)
            if passed > MAX_REST_BODY_BYTES:
                self.too_large = True
                raise _too_large(MAX_REST_BODY_BYTES)
            yield chunk


async def _pass_on(request: web.BaseRequest, answer: aiohttp.ClientResponse) -> web.StreamResponse:
    """Send PostgREST's answer to the client."""
    headers = CIMultiDict(
        (name, value)
        for name, value in answer.headers.items()
        if name.lower() not in _HOP_BY_HOP and not name.lower().startswith("access-control-")
    )
    _allow_origin(request, headers)
    length = answer.headers.get("Content-Length")
    if request.method == "HEAD" or answer.status in {204, 304}:
        return web.Response(status=answer.status, reason=answer.reason, headers=headers)
    if length is not None and int(length) <= _WHOLE_BYTES:
        return web.Response(
            body=await answer.read(), status=answer.status, reason=answer.reason, headers=headers
        )
    # PostgREST sends its answers chunked, mostly in a single chunk that has already arrived.
    first = await answer.content.readany()
    if answer.content.at_eof() or (not first and length is None):
        return web.Response(body=first, status=answer.status, reason=answer.reason, headers=headers)
    response = web.StreamResponse(status=answer.status, reason=answer.reason, headers=headers)
    await response.prepare(request)
    try:
        await response.write(first)
        async for chunk in answer.content.iter_chunked(_CHUNK_BYTES):
            await response.write(chunk)
        await response.write_eof()
    except (aiohttp.ClientError, ConnectionError):
        # The status is already sent, so the error can only be shown by closing the connection.
        if request.transport is not None:
            request.transport.close()
    return response


def _allow_origin(request: web.BaseRequest, headers: CIMultiDict[str]) -> None:
    if "Origin" in request.headers:
        headers["Access-Control-Allow-Origin"] = "*"
        headers["Access-Control-Expose-Headers"] = _EXPOSED


def _preflight(request: web.BaseRequest) -> web.Response:
    """Answer a browser's preflight request."""
    return web.Response(
        status=204,
        headers={
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Allow-Methods": _METHODS,
            "Access-Control-Allow-Headers": request.headers.get("Access-Control-Request-Headers", "*"),
            "Access-Control-Max-Age": "3600",
        },
    )


def _json(
    request: web.BaseRequest, status: int, body: object, extra: Mapping[str, str] | None = None
) -> web.Response:
    headers = CIMultiDict(extra or {})
    _allow_origin(request, headers)
    if body is None:
        return web.Response(status=status, headers=headers)
    return web.json_response(body, status=status, headers=headers)


async def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT.

    Raises:
        StackError: not a loopback address, or the port is taken.
    """
    require_loopback(settings.host)
    gateway = Gateway(settings)
    runner = web.ServerRunner(
        web.Server(
            gateway.handle,
            access_log=None,
            keepalive_timeout=75,
            # A filter can list many ids, and bodies are forwarded as they arrive.
            max_line_size=_MAX_LINE_BYTES,
            max_field_size=_MAX_LINE_BYTES,
            auto_decompress=False,
        )
    )
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, settings.host, settings.port, backlog=512, reuse_address=True).start()
        except OSError as error:
            raise StackError(
                f"the gateway cannot listen on {settings.host}:{settings.port}: {error.strerror}"
            ) from error
        _drop_privileges(settings)
        print(f"listening on {settings.host}:{settings.port}", flush=True)
        ended = asyncio.Event()
        for sign in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(sign, ended.set)
        await ended.wait()
    finally:
        await runner.cleanup()
        await gateway.close()


def _drop_privileges(settings: Settings) -> None:
    if settings.uid is not None and settings.gid is not None and os.geteuid() == 0:
        os.setgroups([])
        os.setgid(settings.gid)
        os.setuid(settings.uid)
        if settings.with_parent:
            follow_parent()  # changing the account has reset it


def main() -> int:
    """Serve with a settings file; 1 if that is not possible."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
    if len(sys.argv) != 2:
        print("usage: python -m stack.gateway CONFIG", file=sys.stderr)
        return 2
    settings = Settings.from_json(Path(sys.argv[1]).read_text(encoding="utf-8"))
    try:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(serve(settings))
    except StackError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
