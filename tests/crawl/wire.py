"""Servers on loopback that write any bytes at all, for what an HTTP library would not send."""

import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass

Answer = Callable[[int], Iterable[bytes]]  # of which request for the path this is, from 0


@dataclass(frozen=True)
class Asked:
    """One request as its server saw it: when it was whole, and how many bytes went out in answer."""

    path: str
    time: float
    head: str
    sent: int


class Wire:
    """One server at its own port; every answer ends its connection, or with `keep_alive` those that say nothing."""

    def __init__(self, answers: Mapping[str, Answer], *, keep_alive: bool = False) -> None:
        self.answers = answers
        self._keep_alive = keep_alive
        self.log: list[Asked] = []
        self.connections = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._over = threading.Event()

    def times(self, path: str | None = None) -> list[float]:
        """When the requests came, in order."""
        return sorted(asked.time for asked in self.log if path in (None, asked.path))

    @contextmanager
    def serving(self) -> Iterator["Wire"]:
        """Serve while the block runs."""
        thread = threading.Thread(target=self._accept)
        thread.start()
        try:
            yield self
        finally:
            self._over.set()
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                pass
            thread.join()
            self._socket.close()

    def _accept(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            if self._over.is_set():
                connection.close()
                return
            self.connections += 1
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.settimeout(20)
            while self._exchange(connection) and self._keep_alive:
                pass

    def _exchange(self, connection: socket.socket) -> int:
        """Answer one request; returns how many bytes went out."""
        head = b""
        while b"\r\n\r\n" not in head:
            if not (data := connection.recv(65536)):
                return 0
            head += data
        path, came, sent = head.split()[1].decode(), time.monotonic(), 0
        nth = sum(asked.path == path for asked in self.log)
        at = len(self.log)
        self.log.append(Asked(path, came, head.decode("latin-1"), 0))
        for data in self.answers.get(path, missing)(nth):
            if self._over.is_set():
                break
            connection.sendall(data)
            sent += len(data)
            self.log[at] = Asked(path, came, head.decode("latin-1"), sent)
        return sent


def http(body: bytes = b"<p>a story", *headers: str, status: str = "200 OK") -> bytes:
    """A well-formed answer."""
    lines = [f"HTTP/1.1 {status}", "Content-Type: text/html", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def missing(_: int) -> list[bytes]:
    """What a server says of what it does not have."""
    return [http(b"", status="404 Not Found")]
