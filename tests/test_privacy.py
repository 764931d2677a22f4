"""Whoever wrote a comment stays unnamed: a marker in every author's field of every form, searched in what is left."""

from datetime import date

import polars as pl
import pytest

from pipelines.lake import schema
from pipelines.lake.parts import Lake
from pipelines.segments import extract_segment
from pipelines.settings import SiteIndex
from tests import marked_threads
from tests.marked_pages import FORMS, markers, segment, url

DAY = date(2026, 3, 1)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    folder = tmp_path_factory.mktemp("marked")
    lake = Lake(folder / "lake")
    path = segment(folder / "archive", DAY)
    extract_segment(path, day=DAY, lake=lake, sites=SiteIndex(()), secret=b"a secret", workers=1)
    return lake


def test_every_form_is_read(lake: Lake) -> None:
    """Otherwise the search below would find nothing for the wrong reason."""
    captures = lake.scan(schema.CAPTURES).select("capture_id", "url")
    read = lake.scan(schema.COMMENTS).join(captures, on="capture_id").collect()
    for form in FORMS.keys() - {"recent"}:
        comments = read.filter(pl.col("url") == url(form))
        assert comments.height == 3, form
        assert comments["author_key"].null_count() == 0, form
        assert comments["author_key"].n_unique() == 3, form
        assert set(comments["author_key_from"]) <= {"id", "name"}, form
        assert comments["text"].str.contains("[mention]", literal=True).all(), form
        assert comments["text"].str.contains("[e-mail]", literal=True).all(), form
    assert len(set(markers())) > 80


def test_no_field_of_an_author_reaches_the_lake(lake: Lake) -> None:
    leaks = {
        (table.name, marker)
        for table in schema.EXTRACTED
        for text in [lake.scan(table).collect().write_json().casefold()]
        for marker in markers()
        if marker.casefold() in text
    }
    assert leaks == set()


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """A lake into which the answers of comment platforms were read."""
    folder = tmp_path_factory.mktemp("threads")
    lake, sites = Lake(folder / "lake"), SiteIndex((marked_threads.SITE,))
    path = marked_threads.segment(folder / "archive", DAY)
    extract_segment(path, day=DAY, lake=lake, sites=sites, secret=b"a secret", workers=1)
    return lake


def test_every_platform_is_read(heard: Lake) -> None:
    reads = heard.scan(schema.THREAD_READS).select("read_id", "platform")
    read = heard.scan(schema.COMMENTS).join(reads, on="read_id").collect()
    for marked in marked_threads.threads():
        comments = read.filter(platform=marked.platform)
        assert comments.height == 3, marked.platform
        assert comments["author_key"].n_unique() == 3, marked.platform
        assert comments["text"].str.contains("[mention]", literal=True).all(), marked.platform
        assert comments["text"].str.contains("[e-mail]", literal=True).all(), marked.platform
    assert len(set(marked_threads.markers())) > 80


def test_no_field_of_an_author_leaves_a_platforms_answer(heard: Lake) -> None:
    left = {table.name: heard.scan(table).collect().write_json().casefold() for table in schema.EXTRACTED}
    leaks = {(name, m) for name, text in left.items() for m in marked_threads.markers() if m.casefold() in text}
    assert leaks == set()


def test_a_key_for_a_platform_is_no_part_of_an_address(heard: Lake) -> None:
    [url] = heard.scan(schema.CAPTURES).filter(pl.col("url").str.contains("disqus.com")).collect()["url"]
    assert "api_key=-&forum=paper" in url
