"""The newsroom on loopback: one threaded HTTP server a site, conditional requests, a log of who asked what, when."""

import errno
import socket
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

from pipelines.errors import YanyanaError
from pipelines.newsroom.pages import Response
from pipelines.newsroom.room import HOST, Newsroom, Site
from pipelines.newsroom.sites import DESIGNS


@dataclass(frozen=True, slots=True)
class Request:
    """One request as the server saw it: when it arrived (UTC), what was asked, and the status it was answered with.

    `path` includes the query; header names are lower-case.
    """

    time: datetime
    method: str
    path: str
    headers: Mapping[str, str]
    status: int


@contextmanager
def serve(room: Newsroom) -> Iterator[dict[str, list[Request]]]:
    """Serve all sites of the room until the block ends; gives each site's growing request log by the site's name.

    Raises YanyanaError if a port is taken; no site is left running then.
    """
    with ExitStack() as stack:
        servers = [stack.enter_context(_bind(site)) for site in room.sites]
        for server in servers:
            threading.Thread(target=server.serve_forever, args=(0.05,), name=server.site.name, daemon=True).start()
            stack.callback(server.shutdown)
        yield {server.site.name: server.log for server in servers}


def free_ports() -> dict[str, int]:
    """For each site a port on which nobody listens at this moment, for rooms that stand beside another."""
    with ExitStack() as stack:
        sockets = {design.name: stack.enter_context(socket.create_server((HOST, 0))) for design in DESIGNS}
        return {name: listener.getsockname()[1] for name, listener in sockets.items()}


class _Server(ThreadingHTTPServer):
    """One site's server. Its threads end with the process, for a client may keep its connection open."""

    daemon_threads = True

    def __init__(self, site: Site) -> None:
        self.site = site
        self.log: list[Request] = []
        super().__init__((HOST, site.port), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A client that hangs up in mid-answer is its own affair.
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "YanyanaNewsroom"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        arrived = datetime.now(UTC)
        server = cast(_Server, self.server)
        pages, path = server.site.pages, self.path.partition("?")[0]  # a query that means nothing changes nothing
        response = pages.get(self.path) or pages.get(path, server.site.not_found)
        fresh = response.status == HTTPStatus.OK and _is_fresh(response, self.headers)
        status = HTTPStatus.NOT_MODIFIED if fresh else response.status
        # Logged before it is answered: whoever holds the answer finds the request in the log.
        headers = {name.lower(): value for name, value in self.headers.items()}
        server.log.append(Request(arrived, self.command, self.path, headers, int(status)))
        self.send_response(status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if not fresh:
            self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        if self.command != "HEAD" and not fresh:
            self.wfile.write(response.body)

    do_HEAD = do_GET

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Requests are kept in the server's log, not printed."""


def _bind(site: Site) -> _Server:
    try:
        return _Server(site)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise YanyanaError(
            f"The demo site {site.name} cannot be served: port {site.port} of {HOST} is taken. "
            "Stop the program that uses the port (`ss -ltnp` names it), or build the newsroom with other ports."
        ) from error


def _is_fresh(response: Response, headers: Any) -> bool:
    """Whether the client's copy is still good; If-None-Match decides alone where it is sent (RFC 9110 13.2.2)."""
    tags = headers.get("If-None-Match")
    if tags is not None:
        return tags.strip() == "*" or response.headers["ETag"] in [
            tag.strip().removeprefix("W/") for tag in tags.split(",")
        ]
    try:
        since = parsedate_to_datetime(headers.get("If-Modified-Since", ""))
        return parsedate_to_datetime(response.headers["Last-Modified"]) <= since
    except (ValueError, TypeError):
        return False  # No such header, or one that RFC 9110 13.1.3 tells to ignore.
