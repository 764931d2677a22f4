"""What a site's robots.txt permits, after RFC 9309. Pure: fetching it is the work of `pipelines.crawl.politeness`."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

from protego import Protego

from pipelines import __version__

PRODUCT: Final = "Yanyana"  # the name that a robots.txt addresses us by
MAX_AGE: Final = 24 * 3600  # seconds; RFC 9309 2.4
MAX_REDIRECTS: Final = 5  # RFC 9309 2.3.1.2
_MAX_BYTES: Final = 500 * 1024  # RFC 9309 2.5

# Words of X-Robots-Tag that a colon follows; any other word before a colon names the crawler that is addressed.
_WITH_VALUE: Final = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})

_ALLOW: Final = Protego.parse("")
_FORBID: Final = Protego.parse("User-agent: *\nDisallow: /")


def user_agent(contact: str) -> str:
    """How we name ourselves to a site, with where its publisher reaches the operator; `contact` may be empty."""
    return f"{PRODUCT}/{__version__}" + (f" (+{contact})" if contact else "")


@dataclass(frozen=True, slots=True)
class Robots:
    """A site's rules, and in words what they come from."""

    origin: str
    _rules: Protego

    @classmethod
    def answered(cls, status: int, body: bytes) -> Self:
        """The rules of an answer to the request for robots.txt, or what its status means (RFC 9309 2.3.1).

        There are none with a 4xx, nor after more redirects than we follow; a 5xx forbids everything.
        """
        if 200 <= status < 300:
            return cls("robots.txt", Protego.parse(body[:_MAX_BYTES].decode("utf-8-sig", "replace")))
        if 300 <= status < 500:
            return cls(f"no robots.txt (status {status})", _ALLOW)
        return cls(f"robots.txt answered with status {status}", _FORBID)

    @classmethod
    def unreachable(cls, why: str) -> Self:
        """Nothing is allowed while robots.txt cannot be had (RFC 9309 2.3.1.4)."""
        return cls(f"robots.txt cannot be had: {why}", _FORBID)

    def refusal(self, url: str) -> str | None:
        """What forbids an address, in words; None when we may ask for it."""
        return None if self._rules.can_fetch(url, PRODUCT) else self.origin

    def allows(self, url: str) -> bool:
        """Whether we may ask for an address."""
        return self.refusal(url) is None

    @property
    def delay(self) -> float:
        """The Crawl-delay asked of us, in seconds; 0 when there is none."""
        return self._rules.crawl_delay(PRODUCT) or 0.0


def forbids_keeping(tags: Iterable[str]) -> bool:
    """Whether X-Robots-Tag headers say noarchive, to everybody or to us."""
    for tag in tags:
        name, addressed, rest = tag.partition(":")
        if addressed and "," not in name and name.strip().lower() not in _WITH_VALUE:
            if name.strip().lower() != PRODUCT.lower():
                continue
            tag = rest
        if "noarchive" in (word.strip().lower() for word in tag.split(",")):
            return True
    return False
