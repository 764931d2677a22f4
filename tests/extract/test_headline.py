"""Which of a card's texts is its headline, and which is only shown."""

import pytest

from pipelines.extract.document import parse_text
from pipelines.extract.headline import Headline, Words, choose, read, word_count
from pipelines.extract.page import Page

FULL = "Harbour bridge stays closed until the first week of autumn"
SLUG = "https://www.example.org/city/harbour-bridge-stays-closed-until-first-week-of-autumn-4821.html"


def read_card(html: str, url: str = SLUG) -> Words:
    page = Page(parse_text(f"<html><body>{html}</body></html>"), "https://www.example.org/")
    return read(page.links, url=url)


def test_the_shown_text_is_the_headline_where_nothing_says_more() -> None:
    assert choose(FULL, "text") == Headline(FULL, "text", None, None)
    assert choose(FULL, "heading", title=FULL, alt=FULL) == Headline(FULL, "heading", None, None)
    assert choose("", "text") is None


@pytest.mark.parametrize("shown", ["Harbour bridge stays closed until the…", "Harbour bridge stays closed until..."])
def test_a_title_completes_what_is_cut_off(shown: str) -> None:
    chosen = choose(shown, "text", title=FULL)
    assert chosen == Headline(FULL, "title", shown, "text")


def test_a_sharpened_text_and_the_full_one_are_both_kept() -> None:
    assert choose("Drivers stunned!", "text", title=FULL, url=SLUG) == Headline(
        FULL, "title", "Drivers stunned!", "text"
    )


def test_turkish_capitals_are_the_same_headline() -> None:
    chosen = choose("İKİ İLÇEDE YARIN SU KESİNTİSİ VAR", "text", title="İki ilçede yarın su kesintisi var")
    assert chosen == Headline("İki ilçede yarın su kesintisi var", "title", None, None)
    chosen = choose("ISPARTA'DA GÜL HASADI ERKEN BAŞLADI", "text", title="Isparta'da gül hasadı erken başladı")
    assert chosen == Headline("Isparta'da gül hasadı erken başladı", "title", None, None)


@pytest.mark.parametrize(
    "title",
    [
        "Posts by Ada Example of the city desk",
        "https://www.example.org/city/harbour-bridge",
        "A photo shows ships before the old lighthouse",
        "Read this",
        f"Video: City: {FULL}",
        f"{FULL} " + "and so on " * 40,
    ],
)
def test_an_attribute_that_is_no_fuller_headline_is_left(title: str) -> None:
    assert choose(FULL, "text", title=title, label=title, alt=title, url=SLUG) == Headline(FULL, "text", None, None)


def test_a_photo_caption_does_not_replace_a_short_headline() -> None:
    caption = "Soup of onions in white bowls on a board of wood"
    assert choose("Onion soup", "text", alt=caption, url="https://www.example.org/onion-soup/") == Headline(
        "Onion soup", "text", None, None
    )


def test_what_stands_before_a_headline_is_taken_off() -> None:
    assert choose(f"3. {FULL}", "text") == Headline(FULL, "text", None, None)
    assert choose(f"Video: {FULL}", "text") == Headline(FULL, "text", None, None)
    assert choose(f"14:05 {FULL}", "text") == Headline(FULL, "text", None, None)
    assert choose("", "text", title=f"Permanent Link to {FULL}") == Headline(FULL, "title", None, None)
    assert choose("5 ways to cross the harbour", "text") == Headline("5 ways to cross the harbour", "text", None, None)


def test_a_card_is_read_without_kicker_time_and_summary() -> None:
    words = read_card(
        f'<a href="/a-1234567.html"><span class="kicker">Traffic in the old harbour</span><h3>{FULL}</h3>'
        '<p class="summary">Nobody knows yet how the ships of the season will get around it this year.</p>'
        "<time>2 hours ago</time></a>"
    )
    assert words.headline == Headline(FULL, "heading", None, None)


@pytest.mark.parametrize("credit", ["(Foto: Ada Kaya / Haber Ajansı)", "(Photo: -)", "[Bild: dpa/Ada Kaya]"])
def test_a_photographer_is_no_part_of_a_headline(credit: str) -> None:
    url = "https://www.example.org/harbour-bridge-stays-closed-1234567.html"
    assert choose(FULL, "text", title=f"{FULL} {credit}", url=url) == Headline(FULL, "text", None, None)


def test_emphasis_does_not_divide_a_headline() -> None:
    words = read_card('<a href="/a-1234567.html">Harbour <em>bridge</em> stays closed until <b>the</b> first week</a>')
    assert words.headline == Headline("Harbour bridge stays closed until the first week", "text", None, None)


def test_a_picture_alone_is_read_by_its_alt() -> None:
    words = read_card(f'<a href="/a-1234567.html"><img src="a.jpg" alt="{FULL}"></a>')
    assert (words.headline, words.image_alt) == (Headline(FULL, "image_alt", None, None), FULL)


def test_a_card_that_calls_itself_paid_is_sponsored() -> None:
    words = read_card(f'<a href="/a-1234567.html"><span>Sponsored</span><h3>{FULL}</h3></a>')
    assert (words.headline, words.sponsored) == (Headline(FULL, "heading", None, None), True)


@pytest.mark.parametrize(
    ("text", "words"),
    [("", 0), ("12 345", 0), ("Son dakika haberi", 3), ("Kahraman’ın evi", 2), ("大雪で新幹線が運転見合わせ", 5)],
)
def test_counts_words_of_scripts_with_and_without_blanks(text: str, words: float) -> None:
    assert word_count(text) == pytest.approx(words, abs=0.01)
