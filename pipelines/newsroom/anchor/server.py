"""A server that misbehaves on purpose: many hosts on loopback in one thread, and a log of who asked what, when.

What a host answers is decided by the host; here it is sent as it stands, however wrong, and what was asked and what
went out is noted. For well-behaved sites `pipelines.newsroom.server` is enough.
"""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any

_PIECE = 65536


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes out for one request: a head as it stands, then pieces of a body.

    `wait` are the seconds before the head, `pause` those before each piece of the body; `close` hangs up afterwards. A
    reply without a head hangs up unanswered.
    """

    head: bytes
    pieces: Iterable[bytes] = ()
    wait: float = 0.0
    pause: float = 0.0
    close: bool = False

    @property
    def status(self) -> int:
        """The status that the head states; 0 where it states none."""
        words = self.head.split(b" ", 2)
        return int(words[1]) if len(words) > 1 and words[1].isdigit() else 0


@dataclass(slots=True)
class Asked:
    """One request as the server saw it; times are seconds of the machine's monotonic clock.

    `began` is when the request's head had arrived, `ended` when the last byte was about to go out or the asker had
    hung up; `sent` counts the bytes that went out, and `whole` says whether all of them did.
    """

    host: str
    path: str
    headers: Mapping[str, str]
    began: float
    ended: float = float("inf")
    status: int = 0
    sent: int = 0
    whole: bool = False

    @property
    def url(self) -> str:
        """The address that was asked for, as the asker named the host."""
        return f"http://{self.headers['host']}{self.path}"


Answer = Callable[[Asked], Reply]


def reply(
    body: bytes = b"",
    status: int = 200,
    headers: Mapping[str, object] | None = None,
    *,
    wait: float = 0.0,
    close: bool = False,
) -> Reply:
    """An honest reply with a Content-Length, unless the headers state another."""
    pieces = [body[at : at + _PIECE] for at in range(0, len(body), _PIECE)]
    return Reply(head(status, {"Content-Length": len(body)} | dict(headers or {})), pieces, wait, close=close)


def head(status: int, headers: Mapping[str, object]) -> bytes:
    """The head of an answer."""
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Odd"
    lines = [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([f"HTTP/1.1 {status} {phrase}", *lines, "", ""]).encode("latin-1")


@contextmanager
def serve(sockets: Mapping[str, socket.socket], answers: Mapping[str, Answer]) -> Iterator[list[Asked]]:
    """Answer on the sockets until the block ends; gives the growing log of all hosts, in the order of arrival.

    What goes wrong in an answer hangs up on the asker, and is raised when the block ends.
    """
    log: list[Asked] = []
    broken: list[Exception] = []
    loop, stop = asyncio.new_event_loop(), asyncio.Event()

    def note(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        # Connections that are still open at the end are cancelled, which is no Exception.
        if isinstance(error := context.get("exception"), Exception):
            broken.append(error)

    loop.set_exception_handler(note)

    async def run() -> None:
        servers = [
            await asyncio.start_server(partial(_connection, name, answers[name], log), sock=listener.dup())
            for name, listener in sockets.items()
        ]
        await stop.wait()
        for server in servers:
            server.close()

    def main() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(run())

    thread = threading.Thread(target=main, name="anchor", daemon=True)
    thread.start()
    try:
        yield log
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
    if broken:
        raise ExceptionGroup("hosts could not answer", broken)


async def _connection(
    host: str,
    answer: Answer,
    log: list[Asked],
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> None:
    # Without this an answer in several pieces waits for acknowledgements; asyncio sets it only on some sockets.
    writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        while True:
            first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            path = first.split(" ")[1]
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            asked = Asked(host, path, headers, time.monotonic())
            log.append(asked)
            reply = answer(asked)
            asked.status = reply.status
            try:
                await _send(reply, asked, reader, writer)
            finally:
                asked.ended = min(asked.ended, time.monotonic())
            if reply.close or not reply.head:
                return
    except (asyncio.IncompleteReadError, ConnectionError):
        return  # the asker has gone
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def _send(reply: Reply, asked: Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await _patience(reply.wait, reader)
    data = reply.head
    for piece in reply.pieces:
        if reply.pause or len(data) >= _PIECE:
            writer.write(data)
            asked.sent += len(data)
            await writer.drain()
            await _patience(reply.pause, reader)
            data = b""
        data += piece
    # Noted before the last bytes go: after them the asker may be faster than this thread.
    asked.ended = time.monotonic()
    writer.write(data)
    asked.sent += len(data)
    await writer.drain()
    asked.whole = True


async def _patience(seconds: float, reader: asyncio.StreamReader) -> None:
    """Wait, unless the asker hangs up: then raise ConnectionError."""
    if seconds:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await reader.read(1)  # nobody asks before the answer is there, so only the end can come
            raise ConnectionError("the asker hung up")
