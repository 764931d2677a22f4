"""Times go into the lake as UTC with the source's offset beside them."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from pipelines.lake.times import utc


@given(st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)), st.integers(-720, 840))  # noqa: DTZ001
def test_any_time_survives(moment: datetime, minutes: int) -> None:
    zone = timezone(timedelta(minutes=minutes))
    assert utc(moment.replace(tzinfo=UTC).astimezone(zone).isoformat()) == (moment, minutes)


def test_a_time_at_the_end_of_the_calendar_is_unknown() -> None:
    assert utc("9999-12-31T23:59:59-03:00") == (None, None)
