"""The room's door: whatever comes in, a record goes out, the same one each time."""

import json
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastwarc import ArchiveIterator, WarcRecordType
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import pipelines.extract
from pipelines.extract import extract_page
from pipelines.extract.record import ExtractionRecord
from tests.extract.pages import BROADSHEET_URL, broadsheet, section_front
from tests.extract.seed import seed_page

NOW = datetime(2024, 3, 29, 18, tzinfo=UTC)
PAGES = [page.encode() for page in (broadsheet(), section_front(), seed_page("older"), seed_page("newer"))]


def record_of(body: bytes, content_type: str | None = None) -> ExtractionRecord:
    return extract_page(
        body, BROADSHEET_URL, content_type=content_type, captured_at=NOW, author_key=lambda name: "0" * 16
    )


def check_shape(record: ExtractionRecord) -> None:
    assert record.keys() == ExtractionRecord.__annotations__.keys()
    json.dumps(record).encode()  # plain JSON, no lone surrogates that could not be written
    json.dumps(record, ensure_ascii=False).encode()
    article = record["article"]
    if article is not None:
        for time_ in (article["published_at"], article["modified_at"]):
            assert time_ is None or datetime.fromisoformat(time_)
        known = {field for field, value in article.items() if value not in (None, [], {}) and field != "sources"}
        assert set(article["sources"]) <= known


# ---- mutations: what breaks pages on their way, and what breaks parsers

Mutation = Callable[[bytes, random.Random], bytes]


def cut(body: bytes, rng: random.Random) -> bytes:
    return body[: rng.randrange(len(body) + 1)]


def drop(body: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(body) + 1)
    return body[:start] + body[start + rng.randrange(200) :]


def repeat(body: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(body) + 1)
    part = body[start : start + rng.randrange(1, 300)]
    return body[:start] + part * rng.randrange(1, 20) + body[start:]


def swap(body: bytes, rng: random.Random) -> bytes:
    first, second = sorted((rng.randrange(len(body) + 1), rng.randrange(len(body) + 1)))
    return body[second:] + body[first:second] + body[:first]


def noise(body: bytes, rng: random.Random) -> bytes:
    damaged = bytearray(body)
    for _ in range(rng.randrange(1, 30)):
        if damaged:
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
    return bytes(damaged)


def insert(body: bytes, rng: random.Random) -> bytes:
    floods = (
        b"<div>" * 600,
        b"<a href=",
        b"<!--",
        b"&amp;&#xD800;&#0;&bogus;" * 50,
        b"\x00\xff\xfe",
        b'<script type="application/ld+json">[[[[{"@graph":{"headline":[{}],"datePublished":{"a":1}}',
        b"<table><tr><td><form><select><option>",
        b"</div></body></html>",
        b"<template><noscript><textarea><title>",
        b'<div id="x"><div id="x">',
        b'<a href="http://[::1">x</a><a href="//">y</a><base href="javascript:0">',
        b'<time datetime="9999-99-99T99:99">29 Mart</time>',
        b'<meta http-equiv="content-type" content="text/html; charset=shift_jis">',
    )
    start = rng.randrange(len(body) + 1)
    return body[:start] + rng.choice(floods) + body[start:]


def recode(body: bytes, rng: random.Random) -> bytes:
    return body.decode(errors="replace").encode(
        rng.choice(["utf-16", "windows-1254", "shift_jis", "utf-8-sig"]), "replace"
    )


MUTATIONS: tuple[Mutation, ...] = (cut, drop, repeat, swap, noise, insert, recode)


def mutate(body: bytes, rng: random.Random) -> bytes:
    for _ in range(rng.randrange(1, 5)):
        body = rng.choice(MUTATIONS)(body, rng)[:200_000]
    return body


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(PAGES), st.randoms(use_true_random=False))
def test_mutated_pages_give_a_record_without_an_error(body: bytes, rng: random.Random) -> None:
    record = record_of(mutate(body, rng))
    assert record["reason"] is None
    check_shape(record)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=500), st.text(max_size=40))
def test_any_bytes_under_any_header_give_a_record(body: bytes, content_type: str) -> None:
    record = record_of(body, content_type)
    assert record["reason"] is None
    check_shape(record)


@given(st.text(max_size=60))
@settings(max_examples=100, deadline=None)
def test_any_address_gives_a_record(url: str) -> None:
    assert extract_page(PAGES[0], url)["reason"] is None


@pytest.mark.slow
@pytest.mark.parametrize("part", range(10))
def test_ten_thousand_mutated_pages(part: int) -> None:
    rng = random.Random(part)
    for _ in range(1_000):
        began = time.process_time()
        record = record_of(mutate(rng.choice(PAGES), rng))
        assert time.process_time() - began < 5
        assert record["reason"] is None


@pytest.mark.corpus
@pytest.mark.slow
def test_real_pages_mutated(shared: Path) -> None:
    rng = random.Random(0)
    with open(shared / "pages" / "labelled.warc.gz", "rb") as stream:
        for warc in ArchiveIterator(stream, record_types=WarcRecordType.response):
            body = warc.reader.read()
            for _ in range(10):
                began = time.process_time()
                record = record_of(mutate(body, rng))
                assert time.process_time() - began < 5
                assert record["reason"] is None, warc.headers["WARC-Target-URI"]


FLOODS: dict[str, bytes] = {
    "100,000 links": b'<p><a href="/news/2024/a-story-with-a-long-slug-1">A headline of five words</a></p>' * 49_000,
    "deep": b"<div>" * 50_000 + b"<a href=/x-y-z-1>A headline of five words</a>",
    "deep lists of links": b"<ul><li><a href=/a-b-c-1>A headline of five words</a>" * 20_000,
    "one id": b'<div id="a" class="b">text of the story</div>' * 50_000,
    "text": b"word " * 1_900_000,
    "lines": b"A sentence that is long enough to be prose, and then some.<br>" * 90_000,
    "entities": b"&amp;&lt;&notit;" * 600_000,
    "JSON": b'<script type="application/ld+json">' + b'{"@graph":[' * 100_000 + b"</script>",
    "JSON objects": b'<script type="application/ld+json">[' + b'{"headline":"x"},' * 200_000 + b"{}]</script>",
    "headings": b"<h1>A title of several plain words</h1>" * 49_000,
    "times": b"<h1>A title of plain words</h1>" + b"<time>29 Mart 2018, 14:02</time>" * 49_000,
    "comments": b'<div class="comment"><p class="comment-content">Text of a comment</p></div>' * 49_000,
    "classes": b'<p class="' + b"a-b " * 1_000_000 + b'">x</p>',
    "a class in many": b"".join(b'<p class="a b%d">x</p>' % number for number in range(90_000)),
    "links without end": b'<a href="' * 500_000,
}


@pytest.mark.parametrize("name", FLOODS)
def test_floods_are_read_or_refused_in_five_seconds(name: str) -> None:
    began = time.process_time()
    record = record_of(FLOODS[name])
    assert time.process_time() - began < 5
    assert record["reason"] is None or "over" in record["reason"]


def test_a_page_over_a_limit_says_why() -> None:
    record = record_of(b"<p>x</p>" * 2_000_000)
    assert record["reason"] == f"page of 16000000 bytes is over the limit of {10 * 2**20}; it was not parsed"
    assert (record["article"], record["blocks"], record["comment_section"]["present"]) == (None, [], False)


def test_an_error_of_the_extractor_costs_one_page_and_quotes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(*_: Any) -> None:
        raise ValueError("a reader's name")

    monkeypatch.setattr(pipelines.extract, "read_widgets", stumble)
    record = record_of(PAGES[0])
    assert record["article"] is None
    assert "ValueError at pipelines.extract:" in (record["reason"] or "")
    assert "reader" not in (record["reason"] or "")


@pytest.mark.parametrize("body", PAGES)
def test_the_same_bytes_give_the_same_record(body: bytes) -> None:
    assert json.dumps(record_of(body)) == json.dumps(record_of(body))


@pytest.mark.corpus
def test_real_pages_keep_title_and_day(shared: Path) -> None:
    """What readers see on fifty real pages; the labels are read, never copied."""
    labels = {
        label["url"]: label["article"]
        for label in map(json.loads, (shared / "labels" / "blocks.jsonl").read_text(encoding="utf-8").splitlines())
    }
    titles = days = 0
    with open(shared / "pages" / "labelled.warc.gz", "rb") as stream:
        for warc in ArchiveIterator(stream, record_types=WarcRecordType.response):
            url = str(warc.headers["WARC-Target-URI"])
            record = extract_page(warc.reader.read(), url, content_type=warc.http_content_type, generic=True)
            article = record["article"]
            assert article is not None, (url, record["reason"])
            titles += _letters(article["title"]) == _letters(labels[url]["title"])
            days += (article["published_at"] or "")[:10] == labels[url]["published"][:10]
    assert titles >= 0.95 * len(labels)
    assert days >= 0.98 * len(labels)


def _letters(text: str | None) -> str:
    return "".join(character for character in (text or "").casefold() if character.isalnum())
