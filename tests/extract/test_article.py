"""A story's fields: read from where they are trusted most, with the place each was read from."""

from datetime import UTC, datetime
from typing import Any

import pytest

from pipelines.extract import extract_page
from pipelines.extract.article import count_words
from pipelines.extract.record import Article
from tests.extract.pages import BROADSHEET_LD, BROADSHEET_PARAGRAPHS, BROADSHEET_URL, broadsheet, section_front

CAPTURED = datetime(2024, 3, 29, 18, 0, tzinfo=UTC)


def article_of(html: str, url: str = BROADSHEET_URL, timezone: str | None = None) -> Article:
    record = extract_page(html.encode(), url, captured_at=CAPTURED, timezone=timezone)
    assert record["reason"] is None
    assert record["article"] is not None
    return record["article"]


def story(head: str = "", body: str = "", lang: str = "en", title: str = "A title of several plain words") -> str:
    text = "".join(f"<p>{line}</p>" for line in BROADSHEET_PARAGRAPHS)
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head><title>{title}</title><meta property="og:type" content="article">'
        f"{head}</head><body><main><h1>{title}</h1>{body}<div>{text}</div></main></body></html>"
    )


def with_ld(**changes: Any) -> str:
    graph = [thing | changes if "headline" in thing else thing for thing in BROADSHEET_LD["@graph"]]
    return broadsheet(BROADSHEET_LD | {"@graph": graph})


def test_a_broadsheet_s_fields() -> None:
    article = article_of(broadsheet())
    assert article["title"] == "Harbour levy dropped after weeks of protest"
    assert article["kicker"] == "Local government"
    assert article["lead"] == (
        "The council withdrew the levy on small boats on Thursday evening after long debate. More soon."
    )
    assert article["section"] == "Politics"
    assert article["breadcrumb"] == ["Politics"]
    assert article["language"] == "en"
    assert article["published_at"] == "2024-03-29T14:02:11+01:00"
    assert article["modified_at"] == "2024-03-29T13:40:00+00:00"
    assert article["authors"] == ["Ida Brandt", "Tom O'Neil"]
    assert article["agency"] == "Reuters"
    assert article["dateline"] == "COPENHAGEN"
    assert article["body_text"] == "\n\n".join(BROADSHEET_PARAGRAPHS)
    assert article["word_count"] == len(" ".join(BROADSHEET_PARAGRAPHS).split())
    assert article["canonical_url"] == BROADSHEET_URL
    assert article["paywall"] is True
    assert article["tags"] == ["harbour", "levy", "council"]


def test_each_known_field_names_its_source() -> None:
    assert article_of(broadsheet())["sources"] == {
        "title": "h1",
        "lead": "standfirst",
        "section": "json-ld",
        "published_at": "json-ld",
        "modified_at": "json-ld",
        "authors": "json-ld",
        "agency": "text",
        "dateline": "text",
        "body_text": "text",
        "language": "declared",
        "canonical_url": "canonical",
        "paywall": "json-ld",
        "tags": "json-ld",
    }


def test_what_a_page_does_not_say_is_unknown() -> None:
    article = article_of(story().replace("COPENHAGEN (Reuters) - ", ""), "https://example.org/a/some-story-of-ours-1")
    unknown = (
        "kicker",
        "lead",
        "section",
        "published_at",
        "modified_at",
        "agency",
        "dateline",
        "paywall",
        "canonical_url",
    )
    assert {field: article[field] for field in unknown} == dict.fromkeys(unknown)
    assert article["authors"] == article["tags"] == article["breadcrumb"] == []
    assert article["sources"].keys() == {"title", "body_text", "language"}


# ---- title


@pytest.mark.parametrize(
    ("markup", "title"),
    [
        ("<h1>The Post</h1><h1>Harbour levy dropped at last</h1>", "Harbour levy dropped at last"),
        (
            "<nav><h1>Harbour levy dropped</h1></nav><h2>Harbour levy dropped at last</h2>",
            "Harbour levy dropped at last",
        ),
        ("<h1 hidden>Harbour levy dropped</h1><h2>Harbour levy dropped at last</h2>", "Harbour levy dropped at last"),
        ("<h1>Fishermen cheer as the council backs down</h1>", "Fishermen cheer as the council backs down"),
        ("<h1>Levy</h1>", "Harbour levy dropped at last"),
        ("<h1><div>Quays</div>Harbour levy is dropped, at long last</h1>", "Harbour levy is dropped, at long last"),
        ("<h1><span>Quays</span><span>Harbour levy dropped at last</span></h1>", "Harbour levy dropped at last"),
        ("", "Harbour levy dropped at last"),
    ],
)
def test_the_title_is_what_the_reader_sees_above_the_story(markup: str, title: str) -> None:
    head = '<meta property="og:title" content="Harbour levy dropped at last – The Post">'
    head += '<meta property="og:site_name" content="The Post">'
    html = (
        story(head)
        .replace("<h1>A title of several plain words</h1>", markup)
        .replace(
            "<title>A title of several plain words</title>", "<title>The Post | Harbour levy dropped at last</title>"
        )
    )
    assert article_of(html)["title"] == title


def test_a_kicker_that_metadata_joins_with_a_colon_gets_the_colon() -> None:
    html = story('<meta property="og:title" content="Quays: Levy dropped at last today">').replace(
        "<h1>A title of several plain words</h1>", "<h1><span>Quays</span> <span>Levy dropped at last today</span></h1>"
    )
    assert article_of(html)["title"] == "Quays: Levy dropped at last today"


def test_a_kicker_in_the_line_of_the_title_is_kept_apart_where_metadata_leaves_it_out() -> None:
    html = story('<script type="application/ld+json">{"headline": "Levy dropped at last today"}</script>').replace(
        "<h1>A title of several plain words</h1>", "<h1><span>Quays</span>Levy dropped at last today</h1>"
    )
    article = article_of(html)
    assert (article["title"], article["kicker"]) == ("Levy dropped at last today", "Quays")


# ---- times


@pytest.mark.parametrize(
    ("lang", "line", "day"),
    [
        ("tr", "29 Mart 2018, 14:02", "2018-03-29T14:02:00+03:00"),
        ("tr", "Giriş: 3 Ağustos 2018 09:30", "2018-08-03T09:30:00+03:00"),
        ("de", "Veröffentlicht am 29. März 2018 um 14:02 Uhr", "2018-03-29T14:02:00+03:00"),
        ("de", "Do 25.04.24 | 14:07 Uhr", "2024-04-25T14:07:00+03:00"),
        ("es", "29 de marzo de 2018 - 14:02", "2018-03-29T14:02:00+03:00"),
        ("fr", "Publié le 29 mars 2018 à 14h02", "2018-03-29T14:02:00+03:00"),
        ("it", "29 marzo 2018", "2018-03-29"),
        ("pt", "29 de março de 2018, 14h02", "2018-03-29T14:02:00+03:00"),
        ("en", "March 29, 2018 2:02 pm", "2018-03-29T14:02:00+03:00"),
        ("nl", "29 maart 2018 14:02", "2018-03-29T14:02:00+03:00"),
        ("pl", "29 marca 2018, 14:02", "2018-03-29T14:02:00+03:00"),
        ("ja", "2018年3月29日 14:02", "2018-03-29T14:02:00+03:00"),
        ("ru", "29 марта 2018, 14:02", "2018-03-29T14:02:00+03:00"),
    ],
)
def test_a_date_that_only_readers_see_is_read_in_the_page_s_language(lang: str, line: str, day: str) -> None:
    article = article_of(story(body=f"<div class=meta>{line}</div>", lang=lang), timezone="Europe/Istanbul")
    assert (article["published_at"], article["sources"]["published_at"]) == (day, "text")


def test_a_relative_time_counts_from_the_capture() -> None:
    article = article_of(story(body="<div><time>2 saat önce</time></div>", lang="tr"))
    assert (article["published_at"], article["sources"]["published_at"]) == ("2024-03-29T16:00:00+00:00", "time")


def test_a_line_of_change_is_no_line_of_publication() -> None:
    line = "<p>Yayınlanma: 01.12.2023 10:00 Güncelleme: 03.12.2023 14:02</p>"
    article = article_of(story(body=line, lang="tr"), timezone="Europe/Istanbul")
    assert article["published_at"] == "2023-12-01T10:00:00+03:00"
    assert article["modified_at"] == "2023-12-03T14:02:00+03:00"


@pytest.mark.parametrize(
    ("head", "time", "source"),
    [
        ('<meta property="article:published_time" content="2018-03-29 14:02:11">', "2018-03-29T14:02:11", "meta"),
        ('<meta name="date" content="1522332131000">', "2018-03-29T14:02:11+00:00", "meta"),
        ("<meta itemprop=datePublished content=2018-03-29T14:02+03:00>", "2018-03-29T14:02:00+03:00", "meta"),
        (
            '<meta name=parsely-page content=\'{"pub_date":"2018-03-29T14:02:11Z"}\'>',
            "2018-03-29T14:02:11+00:00",
            "meta",
        ),
        ('<meta name="date" content="soon"><meta name="dc.date" content="2018-03-29">', "2018-03-29", "meta"),
    ],
)
def test_times_in_metadata(head: str, time: str, source: str) -> None:
    article = article_of(story(head))
    assert (article["published_at"], article["sources"]["published_at"]) == (time, source)


def test_a_day_in_the_address_is_the_last_resort() -> None:
    article = article_of(story(), "https://example.org/2018/3/29/a-story-of-ours")
    assert (article["published_at"], article["sources"]["published_at"]) == ("2018-03-29", "url")


# ---- the rest


def test_json_ld_that_is_broken_is_still_read() -> None:
    broken = (
        '<script type="application/ld+json">//<![CDATA[\n{"@type":"NewsArticle","headline":"A\ttitle \\x of words",'
    )
    broken += '"datePublished":"2018-03-29T14:02:11Z",}\n//]]></script>'
    assert article_of(story(broken))["published_at"] == "2018-03-29T14:02:11+00:00"


def test_the_page_s_own_object_counts_among_several() -> None:
    others = [
        {"@type": "NewsArticle", "headline": f"Another story {n}", "datePublished": "2011-01-01"} for n in range(3)
    ]
    ld = BROADSHEET_LD | {"@graph": [*others, *BROADSHEET_LD["@graph"]]}
    assert article_of(broadsheet(ld))["published_at"] == "2024-03-29T14:02:11+01:00"


@pytest.mark.parametrize(
    ("value", "paywall"), [(True, False), ("true", False), (False, True), (None, None), ("?", None)]
)
def test_the_paywall_is_what_the_page_declares(value: Any, paywall: bool | None) -> None:
    assert article_of(with_ld(isAccessibleForFree=value))["paywall"] is paywall


def test_a_body_that_only_json_ld_holds_says_so() -> None:
    html = broadsheet(None).replace("<p>", "<i>").replace("</p>", "</i>")
    for line in BROADSHEET_PARAGRAPHS:
        html = html.replace(line, "…")
    script = '<script type="application/ld+json">{"@type":"NewsArticle","articleBody":"%s"}</script>'
    article = article_of(html.replace("</head>", script % " ".join(BROADSHEET_PARAGRAPHS) + "</head>"))
    assert article["body_text"] == " ".join(BROADSHEET_PARAGRAPHS)
    assert article["sources"]["body_text"] == "json-ld"


def test_lines_between_breaks_are_paragraphs() -> None:
    html = broadsheet().replace('<div class="text">', "<div>").replace("<p>", "").replace("</p>", "<br><br>")
    assert BROADSHEET_PARAGRAPHS[1] in (article_of(html)["body_text"] or "").split("\n\n")


def test_a_concealed_story_behind_a_paywall_is_its_body() -> None:
    html = broadsheet().replace('<div class="text">', '<div class="text" style="display:none">')
    assert article_of(html)["body_text"] == "\n\n".join(BROADSHEET_PARAGRAPHS)


def test_captions_are_the_text_of_a_picture_story() -> None:
    captions = "".join(
        f"<figure><img src=x><figcaption><p>{line}</p></figcaption></figure>" for line in BROADSHEET_PARAGRAPHS
    )
    head = "<html><head><meta property=og:type content=article></head>"
    html = f"{head}<body><article><h1>Harbour in pictures, a walk</h1>{captions}"
    assert article_of(html)["body_text"] == "\n\n".join(BROADSHEET_PARAGRAPHS)


@pytest.mark.parametrize(
    ("text", "words"), [("", 0), ("İki kelime", 2), ("it's one-two 3.5", 3), ("日本の記事です", 4), ("GPT 日本", 2)]
)
def test_words_are_counted_with_and_without_blanks(text: str, words: int) -> None:
    assert count_words(text) == words


@pytest.mark.parametrize(
    ("html", "url"),
    [
        (section_front(), "https://www.example.org/politics/"),
        (broadsheet(), "https://www.example.org/"),
        (broadsheet(), "https://www.example.org/de/"),
        ("<html><title>Search</title><h1>Search</h1><p>No results.</p>", "https://www.example.org/search?q=x"),
        ("", "https://www.example.org/a-story-of-many-words"),
    ],
)
def test_a_page_that_is_no_story_has_no_article(html: str, url: str) -> None:
    assert extract_page(html.encode(), url)["article"] is None


def test_a_front_still_gives_its_teasers() -> None:
    record = extract_page(section_front().encode(), "https://www.example.org/politics/")
    assert [len(block["items"]) for block in record["blocks"]] == [8]
