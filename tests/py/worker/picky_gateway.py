"""A gateway in front of the real API that answers some requests itself, depending on their content."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

Answer = tuple[int, bytes]


@dataclass
class PickyGateway:
    """Answers the requests that ``judge`` selects.

    Attributes:
        judge: is given the function and the body; returns the status and the page, or None to pass it on.
        seen: how often a function was answered with a status.
        content_type: of its own pages.
    """

    url: str = ""
    judge: Callable[[str, bytes], Answer | None] = field(default=lambda _function, _body: None)
    seen: Counter[tuple[str, int]] = field(default_factory=Counter)
    content_type: str = "text/html"


@contextmanager
def picky_gateway(url: str) -> Iterator[PickyGateway]:
    """Forward to the API at ``url``."""
    gateway = PickyGateway()
    client = httpx.Client(timeout=60, trust_env=False)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            function = self.path.rpartition("/")[2]
            own = gateway.judge(function, body)
            if own is None:
                kept = {n: v for n, v in self.headers.items() if n.lower() not in {"host", "accept-encoding"}}
                answer = client.post(f"{url}{self.path}", content=body, headers=kept)
                status, page = answer.status_code, answer.content
                content_type = answer.headers.get("Content-Type", "application/json")
            else:
                (status, page), content_type = own, gateway.content_type
            gateway.seen[function, status] += 1
            with suppress(OSError):  # the worker may have exited meanwhile
                self.send_response(status)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(page)))
                self.end_headers()
                self.wfile.write(page)

        do_GET = do_POST  # noqa: N815 - the base's name

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    gateway.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield gateway
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        client.close()
