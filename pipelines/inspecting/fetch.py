"""Where an inspected page comes from: one polite request, or a file that somebody saved.

Belongs here: asking for a single page under the rules of a crawl (robots.txt, a name, a contact, limits). What is asked
for here is looked at and forgotten; pages to keep are `pipelines.crawl`'s.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Final, NamedTuple
from urllib.parse import urlsplit

import httpx

from pipelines.crawl.archive import Exchange, is_warc, not_a_page
from pipelines.crawl.robots import MAX_REDIRECTS, Robots, user_agent
from pipelines.errors import YanyanaError
from pipelines.extract.document import MAX_BYTES, PageLimitError, parse
from pipelines.extract.page import Page
from pipelines.settings import is_loopback

_PATIENCE: Final = 30.0  # seconds for one answer, however slowly its bytes trickle in
_ACCEPT: Final = b"text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"


class FetchError(YanyanaError):
    """A page that cannot be had, or may not be asked for."""


class Source(NamedTuple):
    """A page to look at: its address, its bytes, and what is known of how they came."""

    url: str
    body: bytes
    content_type: str | None = None
    captured_at: datetime | None = None


def open_page(page: str, contact: str) -> Source:
    """The page at an http(s) address, or in a saved file. Raises FetchError with the reason and the remedy."""
    return fetch(page, contact) if "://" in page else read_saved(Path(page))


def fetch(url: str, contact: str) -> Source:
    """Ask once for a page, as far as robots.txt of every host on the way allows.

    `contact` is the operator's address or page, sent in the User-Agent; without one only this machine is asked. Raises
    FetchError where the page may not be asked for, is none, or does not come whole within the limits.
    """
    headers = {b"User-Agent": user_agent(contact).encode(), b"Accept": _ACCEPT}
    rules: dict[str, Robots] = {}
    with httpx.Client(headers=headers, timeout=_PATIENCE, trust_env=False) as client:

        def permit(url: str) -> None:
            parts = urlsplit(url)
            host = f"{parts.scheme}://{parts.netloc}"
            if host not in rules:
                rules[host] = _robots(client, host, contact)
            if not rules[host].allows(url):
                raise FetchError(
                    f"{url}: may not be asked for ({rules[host].origin}); if a browser shows it to you, save it "
                    "there and inspect the file"
                )

        answer = _follow(client, url, contact, permit)
    reason = not_a_page(answer)
    if reason:
        raise FetchError(f"{answer.url}: no page to look at: {reason}; check the address in a browser")
    return Source(answer.url, answer.body, answer.content_type, answer.captured_at)


def read_saved(path: Path) -> Source:
    """A page saved as HTML. Its address is the one that it gives for itself, else the file's.

    Raises FetchError when there is no such file, or when it is a WARC file.
    """
    try:
        with path.open("rb") as file:
            body = file.read(MAX_BYTES + 1)
        if is_warc(path):
            raise FetchError(
                f"{path}: is a WARC file, and one page is looked at; `yanyana extract {path}` reads them all"
            )
    except OSError as error:
        raise FetchError(
            f"{path}: cannot be read ({error.strerror}); give a saved HTML file or an address with http:// or https://"
        ) from error
    return Source(_stated_address(body) or path.resolve().as_uri(), body)


def _stated_address(body: bytes) -> str | None:
    """The address that a page gives for itself, `canonical` before `og:url`."""
    try:
        page = Page(parse(body), "")
    except PageLimitError:
        return None  # the extraction will say why it reads nothing
    stated = [e.attrs.get("href") for e in page.by_name.get("link", ()) if "canonical" in e.attrs.get("rel", ())]
    stated.append(page.meta_content("og:url"))
    return next((url for href in stated if href and (url := page.resolve(href))), None)


def _robots(client: httpx.Client, host: str, contact: str) -> Robots:
    try:
        answer = _follow(client, f"{host}/robots.txt", contact, lambda _: None)
    except FetchError as error:
        return Robots.unreachable(str(error))
    return Robots.answered(answer.status, answer.body)


def _follow(
    client: httpx.Client, url: str, contact: str, permit: Callable[[str], None], hops: int = MAX_REDIRECTS
) -> Exchange:
    """The answer to a request, or to the last of `hops` that it redirects to; `permit` raises for a forbidden one."""
    _check(url, contact)
    permit(url)
    answer, following = _ask(client, url)
    return _follow(client, following, contact, permit, hops - 1) if following and hops else answer


def _check(url: str, contact: str) -> None:
    """Raise FetchError for an address that we do not speak to."""
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise FetchError(f"{url}: is no valid address ({error})") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise FetchError(f"{url}: is no address of a page; give one that begins with http:// or https://")
    if not contact and not is_loopback(url):
        raise FetchError(
            f"{url}: is not on this machine, and no contact is set: set contact under [crawl] in sites.toml to an "
            "address or page where the publisher can reach you, or inspect a saved file"
        )


def _ask(client: httpx.Client, url: str) -> tuple[Exchange, str | None]:
    """One request: the answer, and where it redirects to."""
    give_up = monotonic() + _PATIENCE
    body = bytearray()
    try:
        with client.stream("GET", url) as response:
            for part in response.iter_bytes(65536):
                body += part
                if len(body) > MAX_BYTES:
                    raise FetchError(f"{url}: is larger than the limit of {MAX_BYTES} bytes; inspect a shorter page")
                if monotonic() > give_up:
                    raise FetchError(f"{url}: did not come whole within {_PATIENCE:.0f} s; try again later")
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise FetchError(f"{url}: cannot be had: {error or type(error).__name__}; try it in a browser") from error
    answer = Exchange(
        url,
        datetime.now(UTC),
        response.status_code,
        tuple(response.headers.multi_items()),
        bytes(body),
        record_id="",
        offset=0,
    )
    return answer, str(response.next_request.url) if response.next_request else None
