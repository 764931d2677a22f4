"""Which network addresses a crawl may connect to: public ones, and those that its configuration writes out.

A link, a redirect or a name server may lead anywhere, so the check stands where every connection passes: between the
resolution of a name and the connection to the very address that it gave. Nothing is looked up a second time, so that
a name server that changes its answer gains nothing.
"""

import logging
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any, Final, Self
from urllib.parse import urlsplit

from scrapy.crawler import Crawler
from scrapy.resolver import CachingHostnameResolver
from twisted.internet.interfaces import IAddress, IHostnameResolver, IHostResolution, IResolutionReceiver
from zope.interface import implementer

log = logging.getLogger("yanyana.crawl")

# The special-purpose address registries of IANA (RFC 6890 and later), without the ranges that are globally reachable.
_NOT_PUBLIC_4: Final = [
    IPv4Network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24"),
        *("203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
    )
]
_GLOBAL_6: Final = IPv6Network("2000::/3")
_NOT_PUBLIC_6: Final = [
    IPv6Network(network)  # tunnels (Teredo among the first, 6to4) and documentation
    for network in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
]
_NAT64: Final = IPv6Network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Whether an IP address, as text, is one of the public internet; what is no IP address is not."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, IPv6Address):
        inner = ip.ipv4_mapped or (IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else None)
        if inner is None:
            return ip in _GLOBAL_6 and not any(ip in network for network in _NOT_PUBLIC_6)
        ip = inner
    return not any(ip in network for network in _NOT_PUBLIC_4)


def written_out(urls: Sequence[str]) -> frozenset[tuple[str, int]]:
    """Host and port of the addresses whose host is an IP address or localhost, so that no name server decides it."""
    found = set()
    for address in map(urlsplit, urls):
        host = address.hostname or ""
        if host == "localhost" or _is_ip(host):
            found.add((host, address.port or (443 if address.scheme == "https" else 80)))
    return frozenset(found)


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


@implementer(IHostnameResolver)
class PublicResolver(CachingHostnameResolver):
    """Resolves names, and also hosts that are IP addresses in any spelling, to public addresses alone.

    Scrapy's clients connect to nothing that this does not give them. The setting `REACHABLE` lists the hosts and ports
    of which every address is given. `kept_out` collects the hosts that had none but addresses that are not public.
    """

    def __init__(self, reactor: Any, cache_size: int) -> None:
        super().__init__(reactor, cache_size)
        self.kept_out: set[str] = set()
        self._reachable: frozenset[tuple[str, int]] = frozenset()

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: Any) -> Self:
        """The form in which Scrapy makes its components."""
        resolver = super().from_crawler(crawler, reactor)
        resolver._reachable = crawler.settings["REACHABLE"]
        return resolver

    def resolveHostName(
        self,
        resolutionReceiver: Any,
        hostName: str,
        portNumber: int = 0,
        addressTypes: Sequence[type[IAddress]] | None = None,
        transportSemantics: str = "TCP",
    ) -> IHostResolution:
        """Resolve a name as Twisted's interface says."""
        if (hostName, portNumber) not in self._reachable:
            resolutionReceiver = _PublicOnly(resolutionReceiver, hostName, self.kept_out)
        return super().resolveHostName(resolutionReceiver, hostName, portNumber, addressTypes, transportSemantics)


@implementer(IResolutionReceiver)
class _PublicOnly:
    """Passes on the public ones of a name's addresses."""

    def __init__(self, receiver: Any, host: str, kept_out: set[str]) -> None:
        self._receiver = receiver
        self._host = host
        self._kept_out = kept_out
        self._refused: list[str] = []
        self._passed = False

    def resolutionBegan(self, resolutionInProgress: IHostResolution) -> None:
        self._receiver.resolutionBegan(resolutionInProgress)

    def addressResolved(self, address: IAddress) -> None:
        host = getattr(address, "host", "")
        if is_public(host):
            self._passed = True
            self._receiver.addressResolved(address)
        else:
            self._refused.append(host)

    def resolutionComplete(self) -> None:
        if self._refused and not self._passed:
            log.warning("%s is not asked: its address %s is not public", self._host, self._refused[0])
            self._kept_out.add(self._host)
        self._receiver.resolutionComplete()
