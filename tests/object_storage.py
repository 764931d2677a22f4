"""A real S3 server on loopback, and a proxy before it that fails the way networks and storage do."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Literal

from pipelines.lake.store import ObjectPath

_DENIED = b"<?xml version='1.0'?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
Action = Literal["fail", "deny", "stall", "drop", "hold"]


@dataclass
class Fault:
    """What happens to the next `times` requests of a method whose path holds `part`; `met` is set at the first.

    `fail` answers 500, `deny` 403, `stall` after seconds, `drop` closes the connection amid the request's body, and
    `hold` keeps the request until the test ends, so that whoever made it can be killed meanwhile.
    """

    method: str
    part: str
    action: Action
    times: int = 1
    met: Event = field(default_factory=Event)


@dataclass
class Storage:
    """An empty bucket, the environment that leads to it, and what goes wrong on the way."""

    bucket: ObjectPath
    environment: dict[str, str]
    faults: list[Fault] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)
    ended: Event = field(default_factory=Event)

    def goes_wrong(self, method: str, part: str, action: Action, times: int = 1) -> Fault:
        """Let requests go wrong from now on."""
        fault = Fault(method, part, action, times)
        self.faults.append(fault)
        return fault

    def take(self, method: str, path: str) -> Action | None:
        """The fault that a request meets, if any; counts it."""
        self.requests.append((method, path))
        for fault in self.faults:
            if fault.times and fault.method == method and fault.part in path:
                fault.times -= 1
                fault.met.set()
                return fault.action
        return None

    def asked(self, method: str, part: str) -> int:
        """How many requests of a method there were for what holds `part`."""
        return sum(each == method and part in path for each, path in self.requests)


@contextmanager
def s3_server() -> Iterator[int]:
    """The port of a server of Amazon's protocol, which keeps objects in memory."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        give_up = time.monotonic() + 120
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert process.poll() is None, "the S3 server did not start"
                assert time.monotonic() < give_up
                time.sleep(0.05)
        yield port
    finally:
        process.kill()
        process.wait()


@contextmanager
def storage_before(port: int, bucket: str) -> Iterator[Storage]:
    """A new bucket on the server at a port, seen through a proxy that can fail."""
    _forward(port, "PUT", f"/{bucket}", {}, b"")
    address = ("127.0.0.1", 0)
    with ThreadingHTTPServer(address, BaseHTTPRequestHandler) as proxy:
        environment = {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{proxy.server_port}",
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "tests",
            "AWS_SECRET_ACCESS_KEY": "tests",
        }
        storage = Storage(ObjectPath(bucket, ""), environment)
        proxy.RequestHandlerClass = _handler(port, storage)
        proxy.daemon_threads = True
        thread = Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield storage
        finally:
            storage.ended.set()
            proxy.shutdown()
            thread.join()


def _forward(port: int, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, list, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.getheaders(), answer.read()
    finally:
        connection.close()


def _handler(port: int, storage: Storage) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            action = storage.take(self.command, self.path)
            length = int(self.headers.get("Content-Length") or 0)
            if action == "drop":
                self.rfile.read(length // 2)
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
                return
            body = self.rfile.read(length)
            if action == "hold":
                storage.ended.wait()
                self.close_connection = True
                return
            if action == "stall":
                storage.ended.wait(3)
            if action == "fail":
                self.send(500, [], b"")
            elif action == "deny":
                self.send(403, [("Content-Type", "application/xml")], _DENIED)
            else:
                self.send(*_forward(port, self.command, self.path, dict(self.headers), body))

        def send(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
            if self.command != "HEAD":
                headers = [each for each in headers if each[0].lower() not in {"content-length", "connection"}]
                headers.append(("Content-Length", str(len(body))))
            try:
                self.send_response_only(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
            except OSError:  # the client gave up waiting
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            return

    answer: Callable[[Handler], None] = Handler.answer
    for method in ("GET", "HEAD", "PUT", "POST", "DELETE"):
        setattr(Handler, f"do_{method}", answer)
    return Handler


def environment_of(storage: Storage) -> dict[str, str]:
    """The environment of a process that uses the storage."""
    return {**os.environ, **storage.environment}
