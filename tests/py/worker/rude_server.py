"""A real HTTP server that misbehaves on demand, as a healthy API cannot."""

import json
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Reply:
    """One answer. ``cut`` resets the connection after that many bytes; ``hang`` waits that many seconds."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None
    hang: float = 0.0


@dataclass
class RudeServer:
    """The next replies, and the received requests. The last reply is repeated."""

    replies: list[Reply] = field(default_factory=list)
    requests: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)
    url: str = ""
    connections: int = 0

    def next(self) -> Reply:
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


@contextmanager
def rude_server(*replies: Reply) -> Iterator[RudeServer]:
    """Serve the replies in their order."""
    rude = RudeServer(list(replies))
    closing = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            rude.connections += 1
            super().setup()

        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            rude.requests.append((self.path, dict(self.headers.items()), json.loads(asked or b"null")))
            reply = rude.next()
            closing.wait(reply.hang)
            body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if reply.cut is not None:
                self.wfile.write(body[: reply.cut])
                # A reset, as when a machine between the two dies.
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.close_connection = True
                self.connection.close()
                return
            self.wfile.write(body)

        do_GET = do_POST  # noqa: N815 - the base's name

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
            """Log nothing."""

        def finish(self) -> None:
            if not self.wfile.closed:
                with suppress(OSError):
                    super().finish()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    rude.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield rude
    finally:
        closing.set()
        server.shutdown()
        server.server_close()
        thread.join()
