"""A real Isso on loopback with a database of its own, filled through the interface that its own client uses."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.end_to_end.workplace import free_port

# Everything is held for moderation except what comes from an e-mail address that was approved once.
_CONFIGURATION = """
[general]
dbpath = {folder}/comments.db
host = http://127.0.0.1/
log-file = {folder}/isso.log
[server]
listen = http://127.0.0.1:{port}
public-endpoint = http://127.0.0.1:{port}
trusted-proxies = 127.0.0.1
[moderation]
enabled = true
approve-if-email-previously-approved = true
[guard]
enabled = false
"""
APPROVED, UNKNOWN = "approved@mail.example", "unknown@mail.example"


@dataclass(frozen=True)
class Isso:
    """A running Isso; `client` keeps the cookies with which writers may change what they wrote."""

    endpoint: str
    client: httpx.Client
    log: Path

    def write(
        self, uri: str, text: str, *, author: str | None, email: str = APPROVED, parent: int | None = None
    ) -> int:
        """Write a comment; its number."""
        comment = {"text": text, "author": author, "email": email, "parent": parent, "title": "A story"}
        return self._ok(self.client.post("/new", params={"uri": uri}, json=comment)).json()["id"]

    def approve(self, comment: int) -> None:
        """Do what the moderator's link in the log does."""
        link = re.findall(rf"Activate comment: (\S+/id/{comment}/activate/\S+)", self.log.read_text(encoding="utf-8"))
        self._ok(self.client.post(link[-1], json={}))

    def edit(self, comment: int, text: str, author: str) -> None:
        """Change one's own comment."""
        self._ok(self.client.put(f"/id/{comment}", json={"text": text, "author": author}))

    def delete(self, comment: int) -> None:
        """Delete one's own comment."""
        self._ok(self.client.request("DELETE", f"/id/{comment}", json={}))

    def vote(self, comment: int, *, like: bool, network: int) -> None:
        """Vote from a network of one's own: Isso takes one vote a /24."""
        address = {"X-Forwarded-For": f"10.0.{network}.1"}
        self._ok(self.client.post(f"/id/{comment}/{'like' if like else 'dislike'}", json={}, headers=address))

    @staticmethod
    def _ok(response: httpx.Response) -> httpx.Response:
        assert response.status_code < 300, (response.status_code, response.text)
        return response


@contextmanager
def isso(folder: Path) -> Iterator[Isso]:
    """Start Isso, wait until it answers, and stop it at the end."""
    port = free_port()
    configuration = folder / "isso.cfg"
    configuration.write_text(_CONFIGURATION.format(folder=folder, port=port), encoding="utf-8")
    endpoint = f"http://127.0.0.1:{port}/"
    process = subprocess.Popen(
        [str(Path(sys.executable).with_name("isso")), "-c", str(configuration), "run"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        with httpx.Client(base_url=endpoint, headers={"Origin": endpoint}, timeout=10) as client:
            _wait(client, process)
            yield Isso(endpoint, client, folder / "isso.log")
    finally:
        process.kill()  # nothing of it is wanted any more, and it was once seen to sit out SIGTERM for a minute
        process.wait()


def _wait(client: httpx.Client, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            client.get("/config")
            return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError(f"Isso did not start (return code {process.poll()})")
