"""Folding: Turkish letters, property tests over any text."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from pipelines.lake.text import clean, fold, headline_key


def test_turkish_i_folds_as_turkish() -> None:
    assert fold("IŞIKLAR İSTANBUL'DA", "tr") == "ışıklar istanbul'da"
    assert fold("IŞIKLAR", "tr-TR") == fold("ışıklar", "tr")
    assert fold("TITLE", "en") == "title"
    assert len(fold("İ")) == 1


def test_typographic_variants_are_one_text() -> None:
    assert fold("“Şok”  gelişme\u00a0bu’", "tr") == fold('"şok" gelişme bu\'', "tr")


def test_one_headline_in_capitals_or_not_has_one_key() -> None:
    assert headline_key("KILIÇDAROĞLU’NDAN İLK AÇIKLAMA!") == headline_key("Kılıçdaroğlu'ndan ilk açıklama")
    assert headline_key("?!") == ""


@given(st.text())
def test_cleaning_and_folding_are_idempotent_and_nfc(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert fold(fold(text)) == fold(text)
    assert unicodedata.is_normalized("NFC", fold(text, "tr"))
    assert headline_key(headline_key(text)) == headline_key(text)


@given(st.text(st.characters(categories=["Cs", "Lu", "Zs"])))
def test_lone_surrogates_never_reach_the_lake(text: str) -> None:
    clean(text).encode()
