"""Machine-readable times as sites write them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.extract.dates import stated_time


@pytest.mark.parametrize(
    ("value", "time"),
    [
        ("2025-11-07T11:00:52+0000", "2025-11-07T11:00:52+00:00"),
        ("2025-11-07T11:00:52.123Z", "2025-11-07T11:00:52+00:00"),
        ("2025-11-07 9:05", "2025-11-07T09:05:00+03:00"),
        ("2025-11-07T9:05:00+3:00", "2025-11-07T09:05:00+03:00"),
        ("2025-11-07T11:00:52 -0300", "2025-11-07T11:00:52-03:00"),
        ("2025-11-07", "2025-11-07"),
        ("20251107", "2025-11-07"),
        ("20251107T110052Z", "2025-11-07T11:00:52+00:00"),
        ("1762513252", "2025-11-07T11:00:52+00:00"),
        ("1762513252000", "2025-11-07T11:00:52+00:00"),
        ("Fri, 07 Nov 2025 11:00:52 GMT", "2025-11-07T11:00:52+00:00"),
        ("Nov 7, 2025 5:22 PM", "2025-11-07T17:22:00+03:00"),
        ("2025-11-31", None),
        ("2025-13-07T11:00:00Z", None),
        ("0001-01-01T00:00:00Z", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_values(value: str, time: str | None) -> None:
    assert stated_time(value, "Europe/Istanbul", "en") == time


def test_without_a_time_zone_a_time_without_offset_stays_without() -> None:
    assert stated_time("2025-11-07T11:00:52") == "2025-11-07T11:00:52"


EARLIEST, LATEST = datetime.fromisoformat("1990-01-02"), datetime.fromisoformat("2099-12-30")
offsets = st.integers(-12 * 4, 14 * 4).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))


@given(st.datetimes(EARLIEST, LATEST, timezones=offsets | st.just(UTC)))
def test_iso_times_keep_their_instant_and_their_offset(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    read = datetime.fromisoformat(stated_time(moment.isoformat()) or "")
    assert (read, read.utcoffset()) == (moment, moment.utcoffset())


@given(st.text(max_size=70))
def test_any_text_gives_a_time_or_none(value: str) -> None:
    time = stated_time(value, "Europe/Istanbul", "tr")
    assert time is None or datetime.fromisoformat(time)
