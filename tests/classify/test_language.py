"""Guessing Turkish and English, and abstaining."""

import pytest

from pipelines.classify.language import guess


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
    assert guess(headline) == language
