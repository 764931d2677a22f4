"""How headlines become words, and how phrases are found in them."""

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.classify.words import find, has_words, in_language, in_words, mentions, phrase


def test_case_addresses_and_account_names_are_no_evidence() -> None:
    shouted, plain = in_words(["IŞIK SÖNDÜ @gazete https://ornek.example/a?b=1 www.ornek.example", "ışık söndü"], "tr")
    assert shouted == plain == " ^ ışık söndü $ "


def test_numbers_are_alike_and_dots_make_one_ellipsis() -> None:
    assert in_words(["12.500 kişi ve 3 kedi..."], "tr") == in_words(["7 kişi ve 1,5 kedi…"], "tr")


def test_the_turkish_i_is_folded_by_language() -> None:
    assert in_words(["ISPARTA'DA İLK"], "tr") == [" ^ ısparta da ilk $ "]
    assert in_words(["ISLAND FIRST"], "en") == [" ^ island first $ "]


@settings(deadline=None)
@given(st.lists(st.text()))
def test_every_headline_keeps_its_place_whatever_it_holds(headlines: list[str]) -> None:
    together = in_words(headlines, "tr")
    assert together == [words for headline in headlines for words in in_words([headline], "tr")]
    assert all(words.startswith(" ^ ") and words.endswith(" $ ") for words in together)


@settings(deadline=None)
@given(st.lists(st.text() | st.text("IİıiŞ̇ ")), st.sampled_from(["tr", "en", "az", None]))
def test_words_of_no_language_become_those_of_one(headlines: list[str], language: str | None) -> None:
    known = [None if row % 3 == 2 else words for row, words in enumerate(in_words(headlines, None))]
    assert in_language(headlines, known, language) == in_words(headlines, language)


def test_text_of_marks_alone_has_no_words() -> None:
    assert [has_words(words) for words in in_words(["", "?!…", "_ _", "a", "7"], None)] == [
        False,
        False,
        False,
        True,
        True,
    ]


def found(pattern: str, headline: str) -> bool:
    return not find(pl.Series([phrase(pattern, "tr")]), in_words([headline], "tr")).is_empty()


def test_a_phrase_is_whole_words() -> None:
    assert found("işte", "Ve işte sonuç")
    assert not found("işte", "Gelişte sorun")
    assert not found("işte", "İştembe kapandı")


def test_signs_bind_a_phrase_to_the_ends_and_free_its_ending() -> None:
    assert found("^o", "O isim konuştu")
    assert not found("^o", "Konuşan o isim")
    assert found("?$", "Kim kazandı?")
    assert not found("?$", "Kim kazandı? Cevap geldi")
    assert found("skandal*", "Skandalın ardından")
    assert found("3 neden", "Gitmek için 10 neden")


def test_overlapping_phrases_are_all_found_once_each() -> None:
    phrases = pl.Series([phrase(pattern, "tr") for pattern in ("flaş", "flaş açıklama", "açıklama")])
    hits = find(phrases, in_words(["Flaş açıklama, flaş açıklama", "Sakin bir gün"], "tr"))
    assert sorted(hits.rows()) == [(0, " açıklama "), (0, " flaş "), (0, " flaş açıklama ")]


def test_mentions_are_counted() -> None:
    told = mentions(pl.Series([phrase("kasab*", "tr")]), in_words(["Kasaba kasabaya bakar", "Kasaba", "Köy"], "tr"))
    assert sorted(told.rows()) == [(0, " kasab", 2), (1, " kasab", 1)]


def test_a_language_without_blanks_has_phrases_anywhere() -> None:
    assert not find(pl.Series([phrase("地震", "ja")]), in_words(["昨夜の地震で橋が閉鎖"], "ja")).is_empty()


def test_no_phrases_find_nothing() -> None:
    assert find(pl.Series([], dtype=pl.String), in_words(["Kasaba"], "tr")).is_empty()


def test_a_mark_belongs_to_its_letter_and_is_no_word_alone() -> None:
    assert in_words(["मनोरंजन ❤️"], None) == [" ^ मनोरंजन $ "]
