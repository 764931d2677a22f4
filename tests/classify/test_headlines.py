"""Which headlines the lake holds, and what their pages tell of them."""

import polars as pl

from pipelines.classify.headlines import distinct_headlines

PAGES = pl.LazyFrame({"capture_id": ["c1", "c2"], "language": ["tr", "tr"]})
ARTICLES = pl.LazyFrame(
    {
        "headline_id": ["h1", "h2"],
        "site": ["sabah", "sabah"],
        "url": ["https://sabah.example/a", "https://sabah.example/b"],
        "section": ["Ekonomi", None],
        "capture_id": ["c1", "c2"],
        "title": ["Köprü açıldı", "Liman büyüdü"],
        "language": ["tr", None],
        "lead": ["Meclis toplandı.", None],
        "body_text": ["Bütçe görüşüldü. " * 1000, None],
    }
)
ITEMS = pl.LazyFrame(
    {
        "site": ["sabah"],
        "url": ["https://sabah.example/a?list"],
        "capture_id": ["c2"],
        "headline": ["Köprü açıldı"],
        "headline_id": ["h1"],
        "display": ["Köprü!"],
        "display_id": ["h3"],
    }
)


def test_a_story_tells_more_of_its_headline_than_a_teaser() -> None:
    rows = {row["headline_id"]: row for row in distinct_headlines(PAGES, ARTICLES, ITEMS).iter_rows(named=True)}
    assert set(rows) == {"h1", "h2", "h3"}
    assert (rows["h1"]["url"], rows["h1"]["section"]) == ("https://sabah.example/a", "Ekonomi")
    assert rows["h1"]["text"].startswith("Meclis toplandı. Bütçe")
    assert len(rows["h1"]["text"]) == 3000
    assert (rows["h3"]["headline"], rows["h3"]["section"], rows["h3"]["text"]) == ("Köprü!", None, None)
    assert rows["h2"]["language"] == "tr"
    assert not rows["h2"]["text"]
