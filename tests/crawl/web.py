"""Small sites on loopback whose servers note who asked for what and when."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Answer:
    """What a server answers to one path."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": "text/html; charset=utf-8"})
    wait: float = 0.0
    short: bool = False  # says that more is coming than does


@dataclass(frozen=True)
class Asked:
    """One request as its server saw it."""

    path: str
    began: float
    ended: float
    headers: Mapping[str, str]


class Web:
    """One site at its own port."""

    def __init__(self, answers: Callable[[str], Mapping[str, Answer]]) -> None:
        web = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                began = time.monotonic()
                answer = web.answers.get(self.path, Answer(b"nothing here", 404))
                time.sleep(answer.wait)
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body) + 100 * answer.short))
                self.end_headers()
                # Noted before the last bytes go: after them the asker may be faster than this thread.
                web.log.append(Asked(self.path, began, time.monotonic(), dict(self.headers)))
                with suppress(OSError):  # who asked hangs up on a body that is too large
                    self.wfile.write(answer.body)
                self.close_connection = answer.short

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                pass

        self.log: list[Asked] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.answers = answers(self.url)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def paths(self) -> list[str]:
        """The paths that were asked for, in order."""
        return [asked.path for asked in self.log]

    @contextmanager
    def serving(self) -> Iterator["Web"]:
        """Serve while the block runs."""
        self._thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()


def page(title: str, *links: str, extra: str = "") -> Answer:
    """An HTML page with links."""
    anchors = "".join(f'<li><a href="{link}">{link}</a>' for link in links)
    return Answer(f"<!doctype html><title>{title}</title>{extra}<ul>{anchors}</ul>".encode())


def text(body: str, content_type: str = "text/plain") -> Answer:
    """A document of another kind."""
    return Answer(body.encode(), headers={"Content-Type": content_type})
