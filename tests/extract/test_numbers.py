"""Counts as pages of several languages write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.extract.numbers import find_count


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("1,2 B", "tr", 1200),
        ("12 bin", "tr-TR", 12_000),
        ("3,4 Mn görüntülenme", "tr", 3_400_000),
        ("1.2K", "en", 1200),
        ("2B", "en", 2 * 10**9),
        ("1,234K", "en", 1_234_000),
        ("1.234", "de", 1234),
        ("1.234", "en", 1234),
        ("1'234", "de-CH", 1234),
        ("3,4 Mio.", "de", 3_400_000),
        ("1 234 567", "fr", 1_234_567),
        ("1\u202f234", "fr", 1234),
        ("5 mil", "es", 5000),
        ("5 mil", "en", 5),
        ("Kommentare (0)", "de", 0),
        ("22 comments on “A story of 2019”", "en", 22),
        ("17Kommentare", "de", 17),
        ("1234567", None, 1_234_567),
        ("1.2K", None, 1200),
    ],
)
def test_reads_counts_in_their_language(text: str, language: str | None, value: int) -> None:
    assert find_count(text, language) == value


@pytest.mark.parametrize(
    "text", ["", "no number", "1.5", "12:30", "2024-05-06", "12/500", "50 %", "50%", "2B", "24h", "-3"]
)
def test_what_is_no_count_stays_unknown(text: str) -> None:
    assert find_count(text) is None


@given(st.integers(0, 10**12), st.sampled_from([("en", ","), ("tr", "."), ("de", "."), ("fr", "\u202f"), ("fr", " ")]))
def test_grouping_by_thousands_changes_no_value(value: int, style: tuple[str, str]) -> None:
    language, separator = style
    assert find_count(f"({value:,})".replace(",", separator), language) == value


@given(st.text())
def test_any_text_gives_a_count_or_none(text: str) -> None:
    value = find_count(text, "tr")
    assert value is None or value >= 0
