"""Times as pages of several languages write them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.extract.times import read_time

NOW = datetime(2025, 1, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "language", "time"),
    [
        ("2023-11-03T20:14:00+03:00", None, "2023-11-03T20:14:00+03:00"),
        ("2023-11-03T17:14:00.250Z", "tr", "2023-11-03T17:14:00+00:00"),
        ("2023-11-03", None, "2023-11-03"),
        ("1699042440000", None, "2023-11-03T20:14:00+00:00"),
        ("29 Mart 2018, 14:02", "tr", "2018-03-29T14:02:00"),
        ("3 KASIM 2020 SALI 10:05", "tr-TR", "2020-11-03T10:05:00"),
        ("3. November 2023 um 20:14 Uhr", "de", "2023-11-03T20:14:00"),
        ("February 20, 2019 at 3:42 pm", "en-US", "2019-02-20T15:42:00"),
        ("12:05 am, 6 May 2018", "en", "2018-05-06T00:05:00"),
        ("1er août 2020 à 10h11", "fr", "2020-08-01T10:11:00"),
        ("12 de mayo de 2020", "es", "2020-05-12"),
        ("05/06/2018", "en", "2018-05-06"),
        ("05/06/2018", "tr", "2018-06-05"),
        ("25/06/2018", None, "2018-06-25"),
        ("2023年11月3日", "ja", "2023-11-03"),
        ("Tue, 03 Nov 2020 10:00:00 GMT", "en", "2020-11-03T10:00:00+00:00"),
    ],
)
def test_reads_what_the_page_states(text: str, language: str | None, time: str) -> None:
    assert read_time(text, language, NOW) == (time, "stated")


@pytest.mark.parametrize(
    ("text", "language", "time"),
    [
        ("3 saat önce", "tr", "2025-01-02T09:00:00+00:00"),
        ("2 Stunden 30 Minuten her", "de", "2025-01-02T09:30:00+00:00"),
        ("vor 2 Tagen", "de", "2024-12-31T12:00:00+00:00"),
        ("5 minutes ago", "en", "2025-01-02T11:55:00+00:00"),
    ],
)
def test_reckons_relative_times_from_the_capture(text: str, language: str, time: str) -> None:
    assert read_time(text, language, NOW) == (time, "relative")
    assert read_time(text, language, None) is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("", "en"),
        ("Hello", "en"),
        ("May 19th", "en"),
        ("05/06/2018", None),
        ("29 Mart 2018", None),
        ("32.12.2020", "de"),
        ("in 2 Tagen", "de"),
        ("3 hours ago", "xx"),
    ],
)
def test_does_not_guess(text: str, language: str | None) -> None:
    assert read_time(text, language, NOW) is None


@given(
    st.datetimes(datetime.fromisoformat("2000-01-01"), datetime.fromisoformat("2099-01-01")),
    st.sampled_from(["tr", "de", "en", "fr", "es"]),
)
def test_every_written_out_day_comes_back(time: datetime, language: str) -> None:
    text = time.strftime("%d.%m.%Y %H:%M") if language != "en" else time.strftime("%m/%d/%Y %H:%M")
    assert read_time(text, language, NOW) == (time.replace(second=0, microsecond=0).isoformat(), "stated")


@given(st.text(max_size=120), st.sampled_from(["tr", "de", None]))
def test_any_text_gives_a_time_or_none(text: str, language: str | None) -> None:
    found = read_time(text, language, NOW)
    assert found is None or datetime.fromisoformat(found[0])
