from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.crawl.pace import PATIENCE, Pace, retry_after

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def answered(pace: Pace, at: float, latency: float) -> float:
    """One request and its answer; returns when that one was there."""
    pace.sent(at)
    pace.answered(at + latency)
    return at + latency


def test_the_first_request_need_not_wait_and_the_next_waits_from_its_beginning() -> None:
    pace = Pace(5.0)
    assert pace.wait(100.0) == 0
    pace.sent(100.0)
    assert pace.wait(101.0) == 4
    assert pace.wait(105.0) == 0


def test_a_slow_site_is_asked_less_and_a_fast_one_never_more_than_configured() -> None:
    slow, fast = Pace(5.0), Pace(5.0)
    answered(slow, 0.0, 3.0)
    answered(fast, 0.0, 0.01)
    assert slow.delay == 12
    assert fast.delay == 5


def test_one_slow_answer_is_forgotten_again() -> None:
    pace, now = Pace(1.0), 0.0
    answered(pace, now, 2.0)
    assert pace.delay == 8
    for _ in range(12):
        now = answered(pace, now + 10, 0.01)
    assert pace.delay == 1


def test_without_a_delay_nothing_waits() -> None:
    pace = Pace(0.0)
    now = answered(pace, 0.0, 9.0)
    pace.refused(now, "status 503")
    assert pace.wait(now) == 0


def test_a_larger_crawl_delay_holds_and_a_smaller_one_does_not() -> None:
    pace = Pace(5.0)
    pace.slow_down(2.0)
    assert pace.delay == 5
    pace.slow_down(30.0)
    assert pace.delay == 30
    assert pace.stopped is None
    pace.slow_down(86400.0)
    assert pace.stopped == "robots.txt asks for 86400 s between requests"


def test_refusals_in_a_row_double_the_wait_and_then_stop_the_site() -> None:
    pace, now, waits = Pace(1.0), 0.0, []
    while not pace.stopped:
        pace.sent(now)
        pace.refused(now, "status 429")
        waits.append(pace.wait(now))
        now += waits[-1]
    assert waits == [2, 4, 8, 16, 32, 64]
    assert pace.stopped == "status 429, 6 times in a row"


def test_an_answer_between_refusals_makes_up_for_them() -> None:
    pace = Pace(1.0)
    for now in range(0, 1000, 100):
        pace.refused(now, "timeout")
        answered(pace, now + 50.0, 0.1)
    assert pace.stopped is None
    assert pace.delay == 1


def test_what_the_site_asks_for_is_waited_for_or_the_site_is_left() -> None:
    pace = Pace(1.0)
    pace.refused(0.0, "status 503", 90.0)
    assert pace.wait(0.0) == 90
    pace.refused(90.0, "status 503", 1.0)
    assert pace.wait(90.0) == 4, "the back-off is kept though the site would have us sooner"
    pace.refused(100.0, "status 503", 7200.0)
    assert pace.stopped == "status 503, to be asked again in 7200 s"


@given(
    least=st.floats(0, 60),
    events=st.lists(st.tuples(st.sampled_from(["answer", "refuse"]), st.floats(0, 1000)), max_size=20),
)
def test_the_least_delay_always_holds_and_waits_are_bounded(least: float, events: list[tuple[str, float]]) -> None:
    pace, now = Pace(least), 0.0
    for kind, took in events:
        now += pace.wait(now)
        pace.sent(now)
        sent, now = now, now + took
        if kind == "answer":
            pace.answered(now)
        else:
            pace.refused(now, "status 503", took)
        if pace.stopped:
            break
        assert now + pace.wait(now) >= sent + least - 1e-6
        assert pace.wait(now) <= max(PATIENCE, 10 * least) + 1e-6


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        (format_datetime(NOW + timedelta(minutes=2), usegmt=True), 120.0),
        (format_datetime(NOW - timedelta(minutes=2), usegmt=True), 0.0),
        ("Sunday, 01-Mar-26 12:01:00 GMT", 60.0),
        ("Sun Mar  1 12:01:00 2026", 60.0),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("", None),
        ("٣", None),
        ("Sun, 99 Mar 2026 12:00:00 GMT", None),
    ],
)
def test_what_retry_after_says(value: str, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


@given(st.text(max_size=60))
def test_no_retry_after_is_too_strange(value: str) -> None:
    seconds = retry_after(value, NOW)
    assert seconds is None or seconds >= 0
