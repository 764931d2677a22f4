"""The topics of whole stories, on real pages that were read for it.

`page_topics.json` has the pages by BLAKE2b of their address (8 bytes) and the topic that one reader gave to title,
section and lead; `a|b` where a story is of both. A quarter of the pages was read after the words of the tables stood.
"""

import json
from hashlib import blake2b
from pathlib import Path

import pytest

from pipelines.classify import classify
from pipelines.crawl.archive import Exchange, read_segment
from pipelines.extract import extract_page

READ = json.loads((Path(__file__).parent / "page_topics.json").read_text("utf-8"))


@pytest.mark.corpus
@pytest.mark.slow
def test_topics_of_real_stories_are_those_that_a_reader_gave(shared: Path) -> None:
    pages = {}
    for name in ("labelled", "news"):
        for exchange in read_segment(shared / "pages" / f"{name}.warc.gz"):
            if isinstance(exchange, Exchange):
                key = blake2b(exchange.url.encode(), digest_size=8).hexdigest()
                if key in READ and key not in pages:
                    pages[key] = extract_page(exchange.body, exchange.url, content_type=exchange.content_type)
    assert set(pages) == set(READ)
    articles = {key: page["article"] for key, page in pages.items() if page["article"]}
    labels = classify(
        [article["title"] or "" for article in articles.values()],
        [article["language"] for article in articles.values()],
        urls=[pages[key]["url"] for key in articles],
        sections=[article["section"] for article in articles.values()],
        texts=[f"{article['lead'] or ''} {article['body_text'] or ''}"[:3000] for article in articles.values()],
    )
    told = dict(zip(articles, labels, strict=True))
    right = {key: label.topic in READ[key].split("|") for key, label in told.items()}
    english = [right[key] for key, label in told.items() if label.language == "en"]
    assert sum(english) / len(english) >= 0.9
    assert sum(right.values()) / len(READ) >= 0.85
