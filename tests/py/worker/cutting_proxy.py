"""A TCP proxy that cuts off answers: the server has committed, but the client cannot know."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class CuttingProxy:
    """Cuts off the answers that ``cut`` selects.

    Attributes:
        cut: is given each request's first bytes and says whether to cut its answer.
        cuts: how many were cut.
    """

    url: str = ""
    cut: Callable[[bytes], bool] = field(default=lambda _: False)
    cuts: int = 0


@contextmanager
def cutting_proxy(host: str, port: int) -> Iterator[CuttingProxy]:
    """Forward connections to a server."""
    proxy = CuttingProxy()
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)
    proxy.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    closing = threading.Event()

    def accept() -> None:
        while not closing.is_set():
            with contextlib.suppress(OSError):
                client, _ = listener.accept()
                threading.Thread(target=serve, args=(client,), daemon=True).start()

    def serve(client: socket.socket) -> None:
        with client, contextlib.suppress(OSError), socket.create_connection((host, port)) as server:
            doomed = threading.Event()
            threading.Thread(target=upstream, args=(client, server, doomed), daemon=True).start()
            while answer := server.recv(65536):
                if doomed.is_set():
                    # Some bytes of the answer, then the end, as when a machine between the two dies.
                    proxy.cuts += 1
                    client.sendall(answer[:40])
                    client.shutdown(socket.SHUT_RDWR)
                    return
                client.sendall(answer)

    def upstream(client: socket.socket, server: socket.socket, doomed: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while request := client.recv(65536):
                if request.startswith(b"POST ") and proxy.cut(request):
                    doomed.set()
                server.sendall(request)
            server.shutdown(socket.SHUT_WR)

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        closing.set()
        thread.join()
        listener.close()
