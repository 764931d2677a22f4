"""The anchor: more than twenty hosts on loopback that do to a crawler what the web does, and log what it does to them.

Tests hold the crawler against the servers' log, benchmarks measure it here. `server` sends and logs, `paper` writes
ordinary sites, `hosts` makes the sites, good and bad, with the truth about each.
"""

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager

from pipelines.newsroom.anchor.hosts import Bind, Site, anchor, ordinary
from pipelines.newsroom.anchor.server import Asked, Reply, reply, serve
from pipelines.newsroom.room import HOST

__all__ = ["Asked", "Bind", "Reply", "Site", "anchor", "ordinary", "reply", "serving"]


@contextmanager
def serving(
    make: Callable[[Bind], list[Site]], ports: Mapping[str, int] | None = None
) -> Iterator[tuple[list[Site], list[Asked]]]:
    """Serve sites until the block ends; gives them and the growing log of all their hosts.

    `make` gets the function that gives a host's name an address: at its port in `ports`, else at a free one.
    """
    with ExitStack() as stack:
        sockets: dict[str, socket.socket] = {}

        def bind(name: str) -> str:
            listener = socket.create_server((HOST, (ports or {}).get(name, 0)), backlog=64)
            sockets[name] = stack.enter_context(listener)
            return f"http://{HOST}:{listener.getsockname()[1]}"

        sites = make(bind)
        answers = {name: answer for site in sites for name, answer in site.answers.items()}
        yield sites, stack.enter_context(serve(sockets, answers))
