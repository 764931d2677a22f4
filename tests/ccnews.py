"""WARC files as Common Crawl's news crawl writes them, with what makes such files awkward; the pages are our own.

A file begins with a warcinfo record; each page is a request and a response, at times with metadata after it, every
record a gzip member. The crawler undoes transfer and content encodings, but renames their headers only in newer files.
"""

import gzip
import random
from collections.abc import Iterator
from pathlib import Path

_PROSE = "Paragraph {} says what the council decided about the bridge, the school and the market that day."


def _record(kind: str, block: bytes, url: str | None, number: int, *headers: str, ties: str | None = None) -> bytes:
    lines = [
        "WARC/1.0",
        f"WARC-Type: {kind}",
        "WARC-Date: 2025-06-01T10:00:00Z",
        f"WARC-Record-ID: <urn:uuid:{number:08d}-{kind}>",
        *([f"WARC-Target-URI: {url}"] if url else []),
        *([f"WARC-Concurrent-To: <urn:uuid:{ties}>"] if ties else []),
        *headers,
        f"Content-Length: {len(block)}",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + block + b"\r\n\r\n"


def _http(body: bytes, *headers: str) -> bytes:
    return "\r\n".join(["HTTP/1.1 200 OK", *headers, "", ""]).encode("latin-1") + body


def _html(number: int, charset: str = "utf-8", length: int = 12) -> bytes:
    prose = "".join(f"<p>{_PROSE.format(each)}" for each in range(length))
    teasers = "".join(
        f'<li><a href="/news/{other}.html" title="Haber {other}: köprü ne zaman açılıyor?">Köprü {other}</a></li>'
        for other in range(number + 1, number + 9)
    )
    return (
        f'<!DOCTYPE html><html lang="tr"><head><meta charset="{charset}"><meta property="og:type" content="article">'
        f"<title>Şehir {number}. köprüyü açtı</title></head><body><article><h1>Şehir {number}. köprüyü açtı</h1>{prose}"
        f"</article><h3>İlgili haberler</h3><ul>{teasers}</ul></body></html>"
    ).encode(charset, "replace")


def _response(number: int, random_: random.Random) -> tuple[bytes, tuple[str, ...]]:
    """The HTTP message of a page and further WARC headers; every tenth or so is awkward in one way or another."""
    page, kind = _html(number), "Content-Type: text/html; charset=utf-8"
    chunked = b"".join(b"%x\r\n%s\r\n" % (len(page[at : at + 999]), page[at : at + 999]) for at in (0, 999))
    awkward: dict[str, tuple[bytes, tuple[str, ...]]] = {
        "encoding kept": (_http(page, kind, "Content-Encoding: gzip", "Transfer-Encoding: chunked"), ()),
        "encoding renamed": (_http(page, kind, "X-Crawler-Content-Encoding: br", f"Content-Length: {len(page)}"), ()),
        "still encoded": (_http(gzip.compress(page), kind, "Content-Encoding: gzip"), ()),
        "chunks left": (_http(chunked, kind, "X-Crawler-Transfer-Encoding: chunked"), ()),
        "cut": (_http(page[:700], kind), ("WARC-Truncated: length",)),
        "windows-1254": (_http(_html(number, "windows-1254"), "Content-Type: text/html"), ()),
        "wrong charset": (_http(_html(number, "iso-8859-9"), kind), ()),
        "unknown charset": (_http(page, "Content-Type: text/html; charset=x-turkce"), ()),
        "wrong type": (_http(page, "Content-Type: application/octet-stream"), ()),
        "no type": (_http(page), ()),
        "picture": (_http(random_.randbytes(3000), "Content-Type: image/jpeg"), ()),
        "picture as page": (_http(random_.randbytes(3000), kind), ()),
        "feed": (_http(b"<?xml version='1.0'?><rss><channel/></rss>", "Content-Type: application/rss+xml"), ()),
        "empty": (_http(b"", kind), ()),
        "no HTTP": (b"\0\0 not HTTP", ()),
    }
    every = 3 * len(awkward)
    return list(awkward.values())[number % every] if number % every < len(awkward) else (_http(page, kind), ())


def records(pages: int, *, seed: int = 7) -> Iterator[bytes]:
    """The records of a file of so many pages, not compressed."""
    random_ = random.Random(seed)
    yield _record("warcinfo", b"software: StormCrawler\r\n", None, 0, "Content-Type: application/warc-fields")
    for number in range(pages):
        url = f"https://www.haber{number % 40}.example/news/{number}.html"
        block, headers = _response(number, random_)
        me = f"{number:08d}-response"
        yield _record("request", b"GET /news HTTP/1.1\r\nHost: x\r\n\r\n", url, number, ties=me)
        yield _record("response", block, url, number, "Content-Type: application/http; msgtype=response", *headers)
        if number % 5 == 0:
            yield _record("metadata", b"fetchTimeMs: 210\r\n", url, number, ties=me)


def write(path: Path, pages: int, *, seed: int = 7) -> Path:
    """Write such a file; how it begins does not depend on how long it is."""
    with path.open("wb") as file:
        for record in records(pages, seed=seed):
            file.write(gzip.compress(record, 6))
    return path
