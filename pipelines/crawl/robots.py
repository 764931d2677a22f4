"""What a site's robots.txt permits, after RFC 9309, and which of its lines says so.

Pure: fetching it is the work of `pipelines.crawl.politeness`. Written out here because a publisher must be able to hold
us to the standard by the line: the libraries take a group for `yan` as meant for Yanyana and cannot tell which rule
matched. Misspelt field names are understood where the intent is plain, as section 2.2.4 leaves to the reader of a file.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from math import isfinite
from typing import Final, Self
from urllib.parse import urlsplit

from pipelines import __version__

PRODUCT: Final = "Yanyana"  # the name that a robots.txt addresses us by
MAX_AGE: Final = 24 * 3600  # seconds; RFC 9309 2.4
MAX_REDIRECTS: Final = 5  # RFC 9309 2.3.1.2
_MAX_BYTES: Final = 500 * 1024  # RFC 9309 2.5

_FIELDS: Final = {
    **dict.fromkeys(("user-agent", "useragent", "user agent"), "user-agent"),
    **dict.fromkeys(("disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw"), "disallow"),
    "allow": "allow",
    "crawl-delay": "crawl-delay",
}
_END_OF_LINE: Final = re.compile(r"\r\n|\r|\n")
_TOKEN: Final = re.compile(r"\*(?=\s|$)|[A-Za-z_-]+")
_OCTET: Final = re.compile(r"%([0-9A-Fa-f]{2})|(.)", re.DOTALL)
_UNRESERVED: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_HEAD: Final = 2**17  # bytes
_META: Final = re.compile(rb"<meta\s[^>]{1,500}>", re.IGNORECASE)
_ATTRIBUTE: Final = re.compile(rb"""([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
# Words of X-Robots-Tag that a colon follows; any other word before a colon names the crawler that is addressed.
_WITH_VALUE: Final = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})


def user_agent(contact: str) -> str:
    """How we name ourselves to a site, with where its publisher reaches the operator; `contact` may be empty."""
    return f"{PRODUCT}/{__version__}" + (f" (+{contact})" if contact else "")


@dataclass(frozen=True, slots=True)
class Rule:
    """One allow or disallow line: its number from 1, and its pattern as it is written and as it is compared."""

    line: int
    allow: bool
    written: str
    parts: tuple[str, ...]  # in the normal form of `_normal`, between the wildcards
    anchored: bool

    @property
    def octets(self) -> int:
        """How specific the rule is (RFC 9309 2.2.2)."""
        return sum(map(len, self.parts)) + len(self.parts) - 1 + self.anchored

    def matches(self, path: str) -> bool:
        """Whether a path in its normal form begins as the pattern says. Never goes back, however many the wildcards."""
        first, *others = self.parts
        if not path.startswith(first):
            return False
        if not others:
            return not self.anchored or path == first
        position = len(first)
        *middle, last = others
        for part in middle:
            found = path.find(part, position)
            if found < 0:
                return False
            position = found + len(part)
        if self.anchored:
            return len(path) - len(last) >= position and path.endswith(last)
        return path.find(last, position) >= 0


@dataclass(frozen=True, slots=True)
class Robots:
    """A site's rules for us, and in words what they come from. `delay` is its Crawl-delay in seconds, 0 without one."""

    origin: str
    rules: tuple[Rule, ...] = ()
    delay: float = 0.0
    forbids_all: bool = False

    @classmethod
    def answered(cls, status: int, body: bytes) -> Self:
        """The rules of an answer to the request for robots.txt, or what its status means (RFC 9309 2.3.1).

        There are none with a 4xx, nor after more redirects than we follow; a 5xx forbids everything, and so does a 429:
        the standard would let us go on, but whoever says "too many requests" wants fewer.
        """
        if 200 <= status < 300:
            group = _group(_records(_text(body)))
            return cls("robots.txt", tuple(group.rules), group.delay)
        if 300 <= status < 500 and status != 429:
            return cls(f"no robots.txt (status {status})")
        return cls(f"robots.txt answered with status {status}", forbids_all=True)

    @classmethod
    def unreachable(cls, why: str) -> Self:
        """Nothing is allowed while robots.txt cannot be had (RFC 9309 2.3.1.4)."""
        return cls(f"robots.txt cannot be had: {why}", forbids_all=True)

    def refusal(self, url: str) -> str | None:
        """What forbids an address, in words; None when we may ask for it.

        Of the rules that match, the one with the most octets holds, and of two as long the one that allows.
        """
        address = urlsplit(url)
        if address.path == "/robots.txt":
            return None
        if self.forbids_all:
            return self.origin
        path = _normal((address.path or "/") + (f"?{address.query}" if address.query else ""))
        matching = [rule for rule in self.rules if rule.matches(path)]
        rule = max(matching, key=lambda rule: (rule.octets, rule.allow), default=None)
        return f"{self.origin} line {rule.line}: Disallow: {rule.written}" if rule and not rule.allow else None

    def allows(self, url: str) -> bool:
        """Whether we may ask for an address."""
        return self.refusal(url) is None


@dataclass(slots=True)
class _Group:
    """What is said to one user agent, wherever in the file."""

    rules: list[Rule] = field(default_factory=list)
    delay: float = 0.0


def _text(body: bytes) -> str:
    """The file as far as it is read, in whole lines; octets that are no UTF-8 are kept as such."""
    if len(body) > _MAX_BYTES:
        body = body[:_MAX_BYTES]
        body = body[: max(body.rfind(b"\n"), body.rfind(b"\r")) + 1]
    return body.decode("utf-8", "surrogateescape").removeprefix("\ufeff")


def _records(text: str) -> Iterator[tuple[int, str, str]]:
    """Line number, field and value of every line that says something to a crawler."""
    for number, line in enumerate(_END_OF_LINE.split(text), 1):
        said = line.partition("#")[0].strip(" \t")
        name, colon, value = said.partition(":")
        if not colon:
            name, _, value = said.partition(" ")
        known = _FIELDS.get(name.strip(" \t").lower())
        if known:
            yield number, known, value.strip(" \t")


def _group(records: Iterable[tuple[int, str, str]]) -> _Group:
    """All that is said to us: the groups that name us, else those for everybody (RFC 9309 2.2.1)."""
    groups: dict[str, _Group] = {}
    named: list[str] = []
    opened = False  # whether the lines before named user agents, to whom one more may be added
    for number, name, value in records:
        if name == "user-agent":
            token = _TOKEN.match(value)
            named = [*(named if opened else ()), *([token[0].lower()] if token else ())]
            opened = True
            for agent in named:
                groups.setdefault(agent, _Group())
        elif name == "crawl-delay":
            # No line of the standard, so it does not end the naming of user agents.
            for agent in named:
                groups[agent].delay = max(groups[agent].delay, _seconds(value))
        else:
            opened = False
            if value:
                rule = _rule(number, name == "allow", value)
                for agent in named:
                    groups[agent].rules.append(rule)
    return groups.get(PRODUCT.lower()) or groups.get("*") or _Group()


def _rule(line: int, allow: bool, written: str) -> Rule:
    anchored = written.endswith("$")
    pieces = written.removesuffix("$").split("*")
    query_from = next((n for n, piece in enumerate(pieces) if "?" in piece), len(pieces))
    parts = tuple(_normal(piece, in_query=n > query_from) for n, piece in enumerate(pieces))
    return Rule(line, allow, written.encode("utf-8", "replace").decode(), parts, anchored)


def _normal(path: str, *, in_query: bool = False) -> str:
    """A path and query, or a part of them, as one character an octet, so that whatever means the same is equal.

    Octets are compared as RFC 9309 2.2.2 says: those that need no escape are themselves, escaped or not; all others
    count as escaped, and stand here as characters beyond any octet. A slash is a slash unless it is escaped, except in
    the query, where it separates nothing.
    """
    octets = []
    for escaped, plain in _OCTET.findall(path):
        if escaped:
            octet = chr(int(escaped, 16))
            octets.append(octet if octet in _UNRESERVED or (in_query and octet in "/?") else chr(256 + ord(octet)))
        elif plain in _UNRESERVED or plain in "/?":
            in_query = in_query or plain == "?"
            octets.append(plain)
        else:
            octets += [chr(256 + octet) for octet in plain.encode("utf-8", "surrogateescape")]
    return "".join(octets)


def _seconds(value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        return 0.0
    return seconds if isfinite(seconds) and seconds > 0 else 0.0


def stated_in(page: bytes) -> list[str]:
    """What a page's own tags for robots say to everybody or to us, as X-Robots-Tag headers would.

    They stand in its head: only the beginning is looked at, and anything that is no such tag gives nothing.
    """
    found = []
    for tag in _META.findall(page[:_HEAD]):
        attributes = {name.lower(): a or b or c for name, a, b, c in _ATTRIBUTE.findall(tag)}
        if attributes.get(b"name", b"").strip().lower() in (b"robots", PRODUCT.lower().encode()):
            found.append(attributes.get(b"content", b"").decode("latin-1"))
    return found


def forbids_keeping(tags: Iterable[str]) -> bool:
    """Whether X-Robots-Tag headers, or the page's own tags, say noarchive, to everybody or to us."""
    for tag in tags:
        name, addressed, rest = tag.partition(":")
        if addressed and "," not in name and name.strip().lower() not in _WITH_VALUE:
            if name.strip().lower() != PRODUCT.lower():
                continue
            tag = rest
        if "noarchive" in (word.strip().lower() for word in tag.split(",")):
            return True
    return False
