"""Agencies and datelines, as they are written in several languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.extract.credits import find_agency, find_dateline


@pytest.mark.parametrize(
    ("paragraph", "dateline", "agency"),
    [
        ("MOSKOVA, 3 Aralık (Xinhua) -- Metnin başı.", "MOSKOVA, 3 Aralık", "Xinhua"),
        ("ANKARA (AA) - Metnin başı.", "ANKARA", "AA"),
        ("İSTANBUL, 5 Mayıs (İHA) - Metnin başı.", "İSTANBUL, 5 Mayıs", "İHA"),
        ("LONDON, Jan 5 (Reuters) - The text.", "LONDON, Jan 5", "Reuters"),
        ("New York (AFP) – The text.", "New York", "AFP"),
        ("Berlin (dpa/lby) - Der Text.", "Berlin", "dpa"),
        ("WASHINGTON — The text.", "WASHINGTON", None),
        ("PARIS, France – The text.", "PARIS, France", None),
        ("Trump – ein Präsident im Zwielicht.", None, None),
        ("Berlin ist (AA) - groß geschrieben.", None, "AA"),
        ("A sentence (with an aside) - and more.", None, None),
    ],
)
def test_datelines(paragraph: str, dateline: str | None, agency: str | None) -> None:
    assert find_dateline(paragraph) == dateline
    assert find_agency([paragraph], []) == (agency, None)


@pytest.mark.parametrize(
    ("lines", "names", "found"),
    [
        (["Text.", "Kaynak: Xinhua / Güncel"], [], ("Xinhua", "Güncel")),
        (["Quelle: dpa"], [], ("dpa", None)),
        (["Quelle: A programme that pushes for public infrastructure"], [], (None, None)),
        (["Fuente: Un diario local"], [], ("Un diario local", None)),
        (["Das sagte er am Montag. (dpa)"], [], ("dpa", None)),
        (["Das sagte er am Montag. dpa/abc"], [], ("dpa", None)),
        (["Il l'a dit lundi. © AFP"], [], ("AFP", None)),
        (["Text."], ["Ida Brandt", "Reuters"], ("Reuters", None)),
        (["The AP course is hard, said EP members at the TT races."], ["Ida Brandt"], (None, None)),
        ([], [], (None, None)),
    ],
)
def test_agencies(lines: list[str], names: list[str], found: tuple[str | None, str | None]) -> None:
    assert find_agency(lines, names) == found


@given(st.lists(st.text(max_size=150), max_size=5), st.lists(st.text(max_size=30), max_size=3))
def test_any_lines_are_read(lines: list[str], names: list[str]) -> None:
    find_agency(lines, names)
    for line in lines:
        dateline = find_dateline(line)
        assert dateline is None or dateline in line
