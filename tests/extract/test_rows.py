"""Extraction records as rows: keys, times, and which wordings count as another headline."""

from datetime import datetime

import pytest

from pipelines.extract import EXTRACTOR_VERSION, extract_page
from pipelines.extract.rows import Rows, headline_id, rows
from pipelines.lake import schema
from pipelines.lake.parts import check, frame

URL = "https://www.town.example/politika/meclis-yeni-koprunun-butcesini-kabul-etti-1234567-haberi/"
CAPTURE = {
    "capture_id": "c",
    "site": "town.example",
    "url": URL,
    "captured_at": datetime(2026, 3, 1, 12),  # noqa: DTZ001  # the lake's times are naive UTC
}
CARDS = (
    (
        "/dunya/yanardag-patladi-iki-koy-bosaltildi-11-haberi/",
        "Yanardağ patladı, iki köy boşaltıldı",
        "Görülmemiş olay",
    ),
    ("/spor/genc-takim-kupayi-kazandi-12-haberi/", "Genç takım kupayı uzatmalarda kazandı", "Genç takım kupayı…"),
    ("/saglik/bakanlik-asi-takvimini-yeniledi-13-haberi/", "Bakanlık takvimi yeniledi", "BAKANLIK TAKVİMİ YENİLEDİ"),
)


def page() -> Rows:
    cards = "".join(
        f'<li><a href="{url}" title="{headline}"><img src="/x.jpg" alt="{headline}"><span>{shown}</span></a></li>'
        for url, headline, shown in CARDS
    )
    prose = "".join(f"<p>Meclisin {n}. oturumunda köprünün bütçesi uzun uzun konuşuldu.</p>" for n in range(15))
    html = (
        '<html lang="tr"><head><meta property="og:type" content="article">'
        '<meta property="article:published_time" content="2026-03-01T14:02:00+03:00"></head><body>'
        f"<article><h1>Meclis yeni köprünün bütçesini kabul etti</h1>{prose}</article>"
        f"<section><h2>İlgili Haberler</h2><ul>{cards}</ul></section></body></html>"
    )
    return rows(extract_page(html.encode(), URL), CAPTURE, EXTRACTOR_VERSION, keep_comments=True)


def test_times_become_utc_with_their_offset_beside() -> None:
    [article] = page()["articles"]
    assert article["published_at"] == datetime(2026, 3, 1, 11, 2)  # noqa: DTZ001
    assert article["published_offset"] == 180


def test_a_displayed_text_is_a_headline_of_its_own_only_where_it_says_something_else() -> None:
    items = page()["items"]
    assert [item["headline"] for item in items] == [headline for _, headline, _ in CARDS]
    assert [item["display_id"] is not None for item in items] == [True, False, False]


def test_rows_fit_the_tables_they_are_for() -> None:
    for name, found in page().items():
        check(schema.TABLES[name], frame(schema.TABLES[name], found))


@pytest.mark.parametrize("number", ["9" * 30, "1e400", "-1e300", "NaN"])
def test_an_absurd_number_is_unknown_and_stops_no_segment(number: str) -> None:
    prose = "".join(f"<p>Paragraph {n} says what the council decided.</p>" for n in range(20))
    html = (
        '<html lang="en"><head><meta property="og:type" content="article"><script type="application/ld+json">'
        f'{{"@type":"NewsArticle","headline":"Council opens the bridge","commentCount":{number}}}</script></head><body>'
        f"<article><h1>Council opens the bridge</h1>{prose}</article><div id='comments'><h2>{number} comments</h2>"
        f"<form><textarea name='comment' maxlength='{number}'></textarea></form></div></body></html>"
    )
    found = rows(extract_page(html.encode(), URL), CAPTURE, EXTRACTOR_VERSION, keep_comments=True)
    assert found["pages"][0]["outcome"] == "article"
    for name, table_rows in found.items():
        check(schema.TABLES[name], frame(schema.TABLES[name], table_rows))


def test_spellings_of_a_headline_meet_within_a_site_only() -> None:
    assert headline_id("a", "ŞOK GELİŞME!") == headline_id("a", "Şok gelişme")
    assert headline_id("a", "Şok gelişme") != headline_id("b", "Şok gelişme")
    assert headline_id("a", "…!") is None


def commented(claim: str, comments: int, *, kept: bool = True) -> Rows:
    """A story with a claim above its comments."""
    prose = "".join(f"<p>Paragraph {n} says what the council decided.</p>" for n in range(20))
    standing = "".join(
        f'<li class="comment" id="comment-{n}"><cite class="fn">Reader {n}</cite>'
        f'<div class="comment-content"><p>Remark number {n} on the bridge.</p></div></li>'
        for n in range(1, comments + 1)
    )
    html = (
        '<html lang="en"><head><meta property="og:type" content="article"></head><body><article><h1>Council opens the '
        f'bridge</h1>{prose}</article><section id="comments"><h2>{claim}</h2><ol class="comment-list">{standing}</ol>'
        "<form id='commentform'><textarea name='comment'></textarea></form></section></body></html>"
    )
    return rows(extract_page(html.encode(), URL), CAPTURE, EXTRACTOR_VERSION, keep_comments=kept)


@pytest.mark.parametrize(
    ("claim", "standing", "complete"),
    [("3 comments", 3, True), ("12 comments", 3, False), ("0 comments", 0, False), ("Comments", 2, False)],
)
def test_a_page_is_a_complete_reading_only_where_it_has_all_that_it_claims(
    claim: str, standing: int, complete: bool
) -> None:
    found = commented(claim, standing)
    [read] = found["thread_reads"]
    assert (read["enumerated"], read["complete"]) == (standing, complete)
    assert read["claimed_by_page"] == (int(claim.split()[0]) if claim[0].isdigit() else None)
    assert read["claimed_by_platform"] is None
    assert {comment["read_id"] for comment in found["comments"]} <= {read["read_id"]}
    for name in ("thread_reads", "comments"):
        check(schema.TABLES[name], frame(schema.TABLES[name], found[name]))


def test_a_reading_whose_comments_are_not_kept_proves_nothing_gone() -> None:
    [read] = commented("3 comments", 3, kept=False)["thread_reads"]
    assert (read["enumerated"], read["complete"]) == (3, False)


def test_a_page_without_a_comment_section_is_no_reading() -> None:
    assert page()["thread_reads"] == []
