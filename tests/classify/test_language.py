"""Guessing Turkish and English, and abstaining."""

import pytest

from pipelines.classify.language import guesses
from pipelines.classify.words import in_words


@pytest.mark.parametrize(
    ("headline", "language"),
    [
        ("Köprü için yeni ihale yapıldı", "tr"),
        ("BELEDİYE İÇİN YENİ BAŞKAN", "tr"),
        ("The bridge is open to traffic again", "en"),
        ("Die Brücke ist wieder für den Verkehr frei", None),
        ("El puente y las obras que no terminan", None),
        ("Podul este din nou deschis pentru trafic", None),
        ("橋が再開した", None),
        ("Kanarya", None),
        ("", None),
    ],
)
def test_guess(headline: str, language: str | None) -> None:
    assert guesses(in_words([headline], None)) == [language]


def test_each_headline_is_guessed_for_itself() -> None:
    headlines = ["Köprü için yeni ihale yapıldı", "", "The bridge is open again", "Die Brücke ist offen"]
    assert guesses(in_words(headlines, None)) == ["tr", None, "en", None]
    assert guesses([]) == []
