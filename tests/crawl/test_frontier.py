from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from pipelines.crawl.discovery import Purpose
from pipelines.crawl.frontier import FIRST_RETRY, FORGET, FRONTIER, GIVE_UP, LAST_RETRY, SECTIONS, Watch, derive
from pipelines.lake import schema
from pipelines.lake.ids import article_id

START = datetime.fromisoformat("2026-03-01T12:00")  # UTC without a zone, as in the lake
HOUR = timedelta(hours=1)
HOME = "https://paper.test"
AGES = (timedelta(0), HOUR, 6 * HOUR, 24 * HOUR)
LISTS = timedelta(minutes=30)
PAPER = Watch("paper", {Purpose.START: [f"{HOME}/"], Purpose.SITEMAP: [f"{HOME}/sitemap.xml"]}, AGES, LISTS)


@dataclass
class History:
    """A log as it grows; times are hours after START."""

    captures: list[dict[str, Any]] = field(default_factory=list)
    discoveries: list[dict[str, Any]] = field(default_factory=list)
    failures: list[dict[str, Any]] = field(default_factory=list)

    def found(self, path: str, at: float, *, published: float | None = None, **more: Any) -> None:
        row = {"address_id": article_id(HOME + path), "site": "paper", "url": HOME + path, "purpose": "story"}
        times: dict[str, datetime | None] = {"discovered_at": START + at * HOUR}
        times["published_at"] = START + published * HOUR if published is not None else None
        self.discoveries.append(row | times | {"found_on": f"{HOME}/", "found_in": "start", "capture_id": "c"} | more)

    def answered(self, path: str, at: float, status: int = 200, **more: Any) -> None:
        row = {"address_id": article_id(HOME + path), "site": "paper", "url": HOME + path, "purpose": "story"}
        where = {"segment": "seg", "offset": len(self.captures), "captured_at": START + at * HOUR, "status": status}
        body = {"payload_digest": f"sha1:{at}", "etag": f'"{at}"', "revisit_of": None} if status == 200 else {}
        self.captures.append(row | where | body | more)

    def failed(self, path: str, at: float) -> None:
        row = {"address_id": article_id(HOME + path), "site": "paper", "url": HOME + path}
        self.failures.append(
            row | {"failed_at": START + at * HOUR, "run_id": "r", "robots": False, "reason": "timeout"}
        )

    def derive(self, at: float, watches: Sequence[Watch] = (PAPER,)) -> pl.DataFrame:
        return derive(
            pl.LazyFrame(self.captures, schema=schema.CAPTURES.schema),
            pl.LazyFrame(self.discoveries, schema=schema.DISCOVERIES.schema),
            pl.LazyFrame(self.failures, schema=schema.CRAWL_FAILURES.schema),
            watches,
            START + at * HOUR,
        )

    def of(self, path: str, at: float) -> dict[str, Any]:
        return self.derive(at).row(by_predicate=pl.col("address_id") == article_id(HOME + path), named=True)

    def due(self, at: float) -> list[str]:
        ripe = self.derive(at).filter(pl.col("next_due") <= START + at * HOUR)
        return [url.removeprefix(HOME) for url in ripe["url"]]


def hours(time: datetime | None) -> float | None:
    return (time - START) / HOUR if time else None


def test_without_a_log_the_configured_addresses_are_due() -> None:
    known = History().derive(5)
    assert known.schema == FRONTIER
    assert History().due(5) == ["/", "/sitemap.xml"]
    assert known["why"].to_list() == ["new", "new"]


def test_a_story_is_due_when_it_is_found_and_again_at_its_ages() -> None:
    log = History()
    log.found("/a", 0)
    seen = []
    for at in (half / 2 for half in range(60)):
        if "/a" in log.due(at):
            seen.append(at)
            log.answered("/a", at)
    assert seen == [0, 1, 6, 24]
    assert log.of("/a", 30)["next_due"] is None
    assert log.of("/a", 30)["why"] == "captured at every age"


def test_ages_count_from_the_publication_and_a_missed_one_is_not_made_up_for() -> None:
    log = History()
    log.found("/a", 5, published=0)
    assert hours(log.of("/a", 5)["next_due"]) == 5
    log.answered("/a", 5.5)
    assert hours(log.of("/a", 5.5)["next_due"]) == 6
    log.answered("/a", 9)
    assert hours(log.of("/a", 9)["next_due"]) == 24
    log.found("/old", 5, published=-1000)
    log.answered("/old", 5.5)
    assert log.of("/old", 5.5)["next_due"] is None


def test_a_publication_that_lies_ahead_is_not_believed() -> None:
    log = History()
    log.found("/a", 1, published=500)
    log.answered("/a", 1)
    assert hours(log.of("/a", 1)["next_due"]) == 2


def test_not_modified_is_a_capture_that_refers_to_the_body_before() -> None:
    log = History()
    log.found("/a", 0)
    log.answered("/a", 0)
    log.answered("/a", 1, 304, etag='"later"')
    row = log.of("/a", 2)
    assert row["captures"] == 2
    assert hours(row["next_due"]) == 6
    assert (hours(row["body_at"]), row["body_segment"], row["body_offset"]) == (0, "seg", 0)
    assert row["etag"] == '"later"'
    log.answered("/a", 6, revisit_of="c")
    assert hours(log.of("/a", 7)["body_at"]) == 0
    log.answered("/a", 24)
    assert log.of("/a", 24)["next_due"] is None


def test_what_is_asked_for_is_the_address_that_has_the_body() -> None:
    log = History()
    log.found("/a?utm_source=feed", 0)
    log.answered("/a?utm_source=feed", 0, 302)
    log.answered("/a", 0.01)
    assert log.of("/a", 1)["url"] == f"{HOME}/a"


def test_a_body_that_the_archive_no_longer_holds_is_not_referred_to() -> None:
    log = History()
    log.found("/a", 0)
    log.answered("/a", 0, payload_digest=None, etag=None)
    row = log.of("/a", 1)
    assert row["body_at"] is None
    assert row["captures"] == 1


def test_failures_are_tried_again_later_and_ever_later_and_given_up_at_last() -> None:
    log = History()
    log.found("/a", 0)
    at, gaps = 0.0, []
    for n in range(GIVE_UP):
        log.failed("/a", at) if n % 2 else log.answered("/a", at, 503)
        following = hours(log.of("/a", at)["next_due"])
        if following is None:
            break
        gaps.append(following - at)
        at = following
    assert gaps == [1, 2, 4, 8, 16, 24, 24]
    assert (gaps[0] * HOUR, gaps[-1] * HOUR) == (FIRST_RETRY, LAST_RETRY)
    assert "given up" in log.of("/a", at)["why"]


def test_a_refusal_that_was_tried_again_in_the_same_run_is_one_failure() -> None:
    log = History()
    log.found("/a", 0)
    for seconds in (0, 1, 3):
        log.answered("/a", 0.1 + seconds / 3600, 429)
    assert log.of("/a", 0.2)["failing"] == 1


def test_a_failure_on_the_way_does_not_end_the_ages() -> None:
    log = History()
    log.found("/a", 0)
    log.answered("/a", 0)
    log.failed("/a", 1)
    assert hours(log.of("/a", 1)["next_due"]) == 2
    log.answered("/a", 2)
    assert hours(log.of("/a", 2)["next_due"]) == 6


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_gone_is_asked_for_a_few_times_and_no_more(status: int) -> None:
    log = History()
    log.found("/a", 0)
    for at in (0, 2):
        log.answered("/a", at, status)
        assert log.of("/a", at)["next_due"] is not None
    log.answered("/a", 5, status)
    assert log.of("/a", 5)["next_due"] is None
    assert "gone" in log.of("/a", 5)["why"]


def test_what_has_moved_for_good_is_read_at_its_new_address() -> None:
    log = History()
    log.found("/a", 0)
    log.answered("/a", 0, 301)
    log.found("/b", 0, found_in="redirect", found_on=f"{HOME}/a")
    assert {"/a", "/b"} <= set(log.due(1))
    log.answered("/a", 1, 301)
    assert log.of("/a", 2)["next_due"] is None
    assert "/b" in log.due(1)


def test_lists_are_read_at_their_rhythm_whatever_they_answer() -> None:
    log = History()
    log.answered("/", 0, purpose="start")
    log.answered("/sitemap.xml", 0, 404, purpose="sitemap")
    assert log.due(0.4) == []
    assert len(log.due(0.5)) == 2
    for n in range(9):
        log.answered("/", 1 + n, 404, purpose="start")
    assert log.of("/", 9)["next_due"] is not None


def test_a_section_that_nothing_names_any_more_is_dropped() -> None:
    log = History()
    log.found("/world", 0, purpose="section")
    assert "/world" in log.due(1)
    days = FORGET / HOUR
    assert "/world" not in log.due(days + 1)
    log.found("/world", days, purpose="section")
    assert "/world" in log.due(days + 1)


def test_of_many_sections_those_named_last_are_read() -> None:
    log = History()
    for n in range(SECTIONS + 5):
        log.found(f"/section-{n}", n, purpose="section")
    sections = [path for path in log.due(30) if path.startswith("/section")]
    assert {int(path.rpartition("-")[2]) for path in sections} == set(range(5, SECTIONS + 5))


def test_sitemaps_are_followed_a_few_steps_from_the_configured_ones() -> None:
    log = History()
    source = "/sitemap.xml"
    for n in range(6):
        log.found(f"/nest-{n}.xml", 0, purpose="sitemap", found_on=HOME + source, found_in="sitemap")
        source = f"/nest-{n}.xml"
    log.found("/elsewhere.xml", 0, purpose="sitemap")
    nested = {path for path in log.due(1) if path.endswith("xml")} - {"/sitemap.xml"}
    assert nested == {"/nest-0.xml", "/nest-1.xml", "/nest-2.xml"}


def test_sites_that_are_not_watched_are_known_and_never_due() -> None:
    log = History()
    log.found("/a", 0, site="other")
    log.answered("/asked-once", 0)
    assert log.due(1) == ["/", "/sitemap.xml"]
    row = log.of("/asked-once", 1)
    assert (row["next_due"], row["why"]) == (None, "no document names it")


def test_lists_come_before_stories_and_young_stories_before_old_ones() -> None:
    log = History()
    log.found("/undated", 3)
    log.found("/young", 9, published=8)
    log.found("/old", 9, published=-50)
    log.found("/world", 9, purpose="section")
    assert log.due(9)[2:] == ["/world", "/young", "/undated", "/old"]


events = st.lists(
    st.tuples(
        st.sampled_from(["found", "answered", "failed"]),
        st.sampled_from(["/a", "/b", "/a?utm_source=x", "/world", "/"]),
        st.sampled_from([200, 200, 200, 304, 301, 302, 404, 410, 429, 503]),
        st.one_of(st.none(), st.integers(-100, 50)),
    ),
    max_size=40,
)


def history(happened: Sequence[tuple[str, str, int, int | None]]) -> History:
    """A log of events a quarter of an hour apart."""
    log = History()
    for n, (what, path, status, published) in enumerate(happened):
        match what:
            case "found":
                log.found(path, n / 4, published=published, purpose="section" if path == "/world" else "story")
            case "answered":
                log.answered(path, n / 4, status)
            case _:
                log.failed(path, n / 4)
    return log


@settings(max_examples=50, deadline=None)
@given(happened=events, randomly=st.randoms(use_true_random=False))
def test_the_same_log_in_any_order_gives_the_same_frontier(happened: Any, randomly: Any) -> None:
    log, at = history(happened), len(happened) / 4
    before = log.derive(at)
    for rows in (log.captures, log.discoveries, log.failures):
        randomly.shuffle(rows)
    assert_frame_equal(log.derive(at), before)


@settings(max_examples=50, deadline=None)
@given(happened=events, later=st.integers(0, 40))
def test_an_address_is_due_at_most_once_and_never_before_its_age(happened: Any, later: int) -> None:
    log, at = history(happened), (len(happened) + later) / 4
    now, known = START + at * HOUR, log.derive(at)
    assert known["address_id"].is_unique().all()
    for row in known.filter(pl.col("next_due") <= now).iter_rows(named=True):
        good = [
            each["captured_at"]
            for each in log.captures
            if each["address_id"] == row["address_id"] and each["status"] < 400
        ]
        if row["purpose"] == "story" and good:
            ripe = [row["born"] + age for age in AGES if max(good) < row["born"] + age <= now]
            assert ripe
            assert row["next_due"] >= min(ripe)
        if row["purpose"] != "story" and row["last_tried"]:
            assert row["next_due"] == row["last_tried"] + LISTS
        if row["failing"]:
            assert row["next_due"] >= row["last_tried"] + min(LISTS, FIRST_RETRY)
