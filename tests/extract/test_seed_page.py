"""The seed page of the design, in both generations of its markup: everything that stands on it is found."""

from datetime import UTC, datetime
from typing import Literal

import pytest

from pipelines.extract import extract_page
from pipelines.extract.record import ExtractionRecord
from tests.extract import seed

Generation = Literal["older", "newer"]
both = pytest.mark.parametrize("generation", ["older", "newer"])


def record_of(generation: Generation, *, generic: bool = False) -> ExtractionRecord:
    return extract_page(
        seed.seed_page(generation).encode(),
        seed.URL,
        captured_at=datetime(2023, 12, 3, 12, tzinfo=UTC),
        timezone="Europe/Istanbul",
        generic=generic,
    )


@both
def test_thirteen_slots_over_twelve_stories_with_both_headline_forms(generation: Generation) -> None:
    (block,) = record_of(generation)["blocks"]
    items = block["items"]
    assert (block["kind"], block["heading"], block["placement"]) == ("related", "İlgili Haberler", "below")
    assert [item["slot"] for item in items] == list(range(1, 14))
    assert [item["url"] for item in items] == [seed.address(card) for card in seed.SLOTS]
    assert len({item["url"] for item in items}) == 12
    assert [(item["headline"], item["display"]) for item in items] == [(c.full, c.sharpened) for c in seed.SLOTS]
    assert [item["slot"] for item in items if item["url"] == seed.address(seed.CARDS[3])] == [4, 10]


@both
@pytest.mark.parametrize("generic", [False, True])
def test_the_story_s_facts(generation: Generation, generic: bool) -> None:
    article = record_of(generation, generic=generic)["article"]
    assert article is not None
    assert article["title"] == seed.TITLE
    assert article["lead"] == seed.LEAD
    assert article["language"] == "tr"
    assert article["section"] == "Güncel"
    assert article["agency"] == "Xinhua"
    assert article["dateline"] == "BRÜKSEL, 3 Aralık"
    assert article["published_at"] is None
    assert article["modified_at"] == seed.UPDATED
    assert set(seed.PARAGRAPHS) <= set((article["body_text"] or "").split("\n\n"))


@both
def test_the_site_s_own_parser_knows_what_is_not_the_story(generation: Generation) -> None:
    article = record_of(generation)["article"]
    assert article is not None
    assert article["body_text"] == "\n\n".join(seed.PARAGRAPHS)
    assert article["tags"] == ["Feribot", "Marmara"]
    assert article["sources"]["body_text"] == "site"


@both
def test_without_site_knowledge_no_field_comes_from_it(generation: Generation) -> None:
    article = record_of(generation, generic=True)["article"]
    assert article is not None
    assert "site" not in article["sources"].values()


@both
def test_the_comment_box_and_the_share_row(generation: Generation) -> None:
    record = record_of(generation)
    section = record["comment_section"]
    assert (section["present"], section["char_limit"], section["comments"]) == (True, 500, [])
    assert section["policy"] is True
    assert record["shares"] == ["facebook", "x", "whatsapp", "google-news"]


@both
def test_the_notification_prompt_is_no_content(generation: Generation) -> None:
    assert "bildirim" not in str(record_of(generation))
