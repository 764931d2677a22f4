"""Numbers, recommendation slots and share buttons as pages state them; every page here is made up for these tests."""

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.extract.document import parse
from pipelines.extract.engagement import read_engagement, read_shares, read_widgets
from pipelines.extract.page import Page

URL = "https://paper.example/news/bridge-reopens-4711"


def page(body: str, *, language: str = "en", head: str = "") -> Page:
    html = f'<html lang="{language}"><head>{head}</head><body><h1>Bridge reopens</h1>{body}</body></html>'
    return Page(parse(html.encode()), URL)


def numbers(body: str, **options: str) -> list[tuple[str, int, str]]:
    return [(n["metric"], n["value"], n["source"]) for n in read_engagement(page(body, **options))]


def ld(value: Any) -> str:
    return f'<script type="application/ld+json">{json.dumps(value)}</script>'


# --- numbers ------------------------------------------------------------------------------------------------------


def test_json_ld_states_counts_and_interactions() -> None:
    story = {
        "@type": ["NewsArticle"],
        "commentCount": 0,
        "interactionStatistic": [
            {"interactionType": "https://schema.org/LikeAction", "userInteractionCount": "12"},
            {"interactionType": {"@type": "http://schema.org/ShareAction"}, "userInteractionCount": 3},
            {"interactionType": "https://schema.org/WatchAction", "userInteractionCount": 450.0},
            {"interactionType": "https://schema.org/SubscribeAction", "userInteractionCount": 9},
            {"interactionType": "https://schema.org/ShareAction", "userInteractionCount": -1},
        ],
    }
    person = {"@type": "Person", "interactionStatistic": {"interactionType": "FollowAction", "userInteractionCount": 7}}
    assert numbers(ld({"@graph": [story, person]})) == [
        ("comments", 0, "json-ld"),
        ("likes", 12, "json-ld"),
        ("shares", 3, "json-ld"),
        ("views", 450, "json-ld"),
    ]


def test_sources_that_disagree_are_kept_side_by_side() -> None:
    body = ld({"@type": "NewsArticle", "commentCount": 0}) + "<h2>8 comments</h2>"
    assert numbers(body) == [("comments", 0, "json-ld"), ("comments", 8, "text")]


def test_microdata_states_counts_of_the_story_but_not_of_its_comments() -> None:
    body = """<div itemscope itemtype="https://schema.org/NewsArticle"><meta itemprop="commentCount" content="4">
        <meta itemprop="interactionCount" content="UserLikes:1.234">
        <div itemprop="interactionStatistic" itemscope itemtype="https://schema.org/InteractionCounter">
        <meta itemprop="interactionType" content="https://schema.org/ShareAction">
        <span itemprop="userInteractionCount">56</span></div>
        <div itemprop="comment" itemscope itemtype="https://schema.org/Comment">
        <span itemprop="upvoteCount">7</span></div></div>"""
    assert numbers(body) == [("comments", 4, "microdata"), ("likes", 1234, "microdata"), ("shares", 56, "microdata")]


def test_metadata_and_data_layers_state_counts() -> None:
    head = '<meta name="article:comment_count" content="5"><meta name="comment" content="9">'
    layer = (
        '<script>dataLayer.push({"section": "city", "commentCount": 6, "shareCount": "17", "wordCount": 800});</script>'
    )
    assert numbers(layer, head=head) == [("comments", 5, "meta"), ("comments", 6, "script"), ("shares", 17, "script")]
    named = "<script>config = {numberOfComments: 4, allowComments: 1, commentsCountLimit: 9}</script>"
    assert numbers(named) == [("comments", 4, "script")]
    many = '<script>var teasers = [{"commentCount": 1}, {"commentCount": 2}]</script>'
    assert numbers(many) == []


@pytest.mark.parametrize(
    ("text", "language", "metric", "value"),
    [
        ("324 kez okundu", "tr", "views", 324),
        ("Okunma: 1.234", "tr", "views", 1234),
        ("1,2 B görüntülenme", "tr", "views", 1200),
        ("12 bin paylaşım", "tr", "shares", 12_000),
        ("3 yorum", "tr", "comments", 3),
        ("45 Beğeni", "tr", "likes", 45),
        ("1.2K views", "en", "views", 1200),
        ("17 shares", "en", "shares", 17),
        ("Shares: 17", "en", "shares", 17),
        ("3.500 Mal geteilt", "de", "shares", 3500),
        ("12 Kommentare", "de", "comments", 12),
        ("8 commentaires", "fr", "comments", 8),
        ("1 234 vues", "fr", "views", 1234),
        ("5 mil lecturas", "es", "views", 5000),
        ("Comentarios (7)", "es", "comments", 7),
        ("2 reactions", "en", "reactions", 2),
        ("1,5 Mio. Aufrufe", "de", "views", 1_500_000),
        ("12 Leserkommentare", "de", "comments", 12),
        ("3,4 Mn görüntüleme", "tr", "views", 3_400_000),
        ("Okunma sayısı: 12 bin", "tr", "views", 12_000),
        ("Tüm yorumlar (7)", "tr", "comments", 7),
        ("Ver comentarios (7)", "es", "comments", 7),
        ("1,2 millones de visualizaciones", "es", "views", 1_200_000),
        ("Voir les 8 commentaires", "fr", "comments", 8),
        ("2,3 k partages", "fr", "shares", 2300),
        ("1.5 million views", "en", "views", 1_500_000),
        ("Reader comments 75", "en", "comments", 75),
    ],
)
def test_a_line_of_text_states_a_number(text: str, language: str, metric: str, value: int) -> None:
    assert numbers(f"<div><span>{text}</span></div>", language=language) == [(metric, value, "text")]


def test_a_line_may_state_several_numbers() -> None:
    assert numbers("<p>4   commentaires    1 529 partages</p>", language="fr") == [
        ("comments", 4, "text"),
        ("shares", 1529, "text"),
    ]


def test_schema_org_used_to_count_interactions_in_words() -> None:
    story = {"@type": "NewsArticle", "interactionCount": ["UserComments:5", "12 UserLikes", "UserCheckins:3"]}
    assert numbers(ld(story)) == [("comments", 5, "json-ld"), ("likes", 12, "json-ld")]


@pytest.mark.parametrize(
    "body",
    [
        "<p>The film had 2 million views and 17 shares in its first week, said the studio.</p>",
        "<p>17 shares of the company were sold.</p>",
        "<p>12 commentators, 3 viewsites</p>",
        "<p>3 comments and nothing new</p>",
        "<ul><li>3 comments</li><li>14 comments</li></ul>",
        "<p>Views</p>",
        "<p hidden>17 shares</p>",
        '<script type="application/json">{"viewCount": "many"}</script>',
    ],
)
def test_numbers_in_prose_or_of_other_stories_are_left_out(body: str) -> None:
    assert numbers(body) == []


def test_the_same_number_in_two_places_is_one_observation() -> None:
    assert numbers("<div>17 shares</div><footer>17 shares</footer>") == [("shares", 17, "text")]


# --- recommendation widgets ---------------------------------------------------------------------------------------


def test_placeholders_are_recorded_and_nothing_is_invented() -> None:
    body = """<div id="taboola-below-article-thumbnails"></div><script src="//cdn.taboola.com/x.js"></script>
        <div class="OUTBRAIN" data-widget-id="AR_1"><div class="ob-widget"><a href="https://ad.example/x">Buy</a></div>
        </div><div id="M123ScriptRootC456"></div><div class="plista_widget_belowArticle"></div>"""
    assert read_widgets(page(body)) == [
        {"vendor": "taboola", "empty": True},
        {"vendor": "outbrain", "empty": False},
        {"vendor": "mgid", "empty": True},
        {"vendor": "plista", "empty": True},
    ]


def test_scripts_and_links_to_vendors_are_no_slots() -> None:
    body = '<script class="taboola">x</script><a class="outbrain-privacy" href="https://www.outbrain.com/">About</a>'
    assert read_widgets(page(body)) == []


# --- sharing --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "networks"),
    [
        ('<a href="https://www.facebook.com/sharer/sharer.php?u=x">f</a>', ["facebook"]),
        ('<a href="https://twitter.com/intent/tweet?text=x">t</a>', ["x"]),
        ('<a href="https://x.com/intent/post?url=x">x</a>', ["x"]),
        ('<a href="https://wa.me/?text=x">w</a>', ["whatsapp"]),
        ('<a href="whatsapp://send?text=x">w</a>', ["whatsapp"]),
        ('<a href="https://t.me/share/url?url=x">t</a>', ["telegram"]),
        ('<a href="mailto:?subject=x">m</a>', ["email"]),
        ('<div id="share-facebook"></div><div id="share-twitter"></div><div id="share-whatsapp"></div>', None),
        ('<button class="social-share__btn social-share__btn--linkedin"></button>', ["linkedin"]),
        ('<button aria-label="Facebook\'ta paylaş"></button>', ["facebook"]),
        ('<button title="Auf WhatsApp teilen"></button>', ["whatsapp"]),
        ('<button data-share="reddit"></button>', ["reddit"]),
        ('<a class="a2a_button_bluesky"></a>', ["bluesky"]),
    ],
)
def test_reads_the_networks_to_share_to(body: str, networks: list[str] | None) -> None:
    assert read_shares(page(body)) == (networks or ["facebook", "x", "whatsapp"])


def test_networks_stand_in_document_order_and_once() -> None:
    body = """<a href="https://wa.me/?text=x">w</a><button aria-label="Share on Facebook"></button>
        <a href="https://api.whatsapp.com/send?text=x">w</a>"""
    assert read_shares(page(body)) == ["whatsapp", "facebook"]


@pytest.mark.parametrize(
    "body",
    [
        '<a href="https://www.facebook.com/paperexample" title="Facebook">Follow us</a>',
        '<a href="https://x.com/paperexample">X</a><a href="https://wa.me/905321234567">Write to us</a>',
        '<a href="mailto:desk@paper.example">Write to us</a>',
        '<a href="/facebook-shares-fall">Facebook shares fall</a>',
        '<div class="share-price">12</div>',
    ],
)
def test_profiles_and_stories_are_no_share_buttons(body: str) -> None:
    assert read_shares(page(body)) == []


# --- any page -------------------------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    [
        '<div class="taboola">',
        "</div>",
        '<a href="https://wa.me/?text=',
        '">12 shares</a>',
        "<meta itemprop=interactionCount content=UserLikes:",
        '<script type="application/ld+json">{"@type":"NewsArticle","commentCount":',
        "1e999}</script>",
        "<script>viewCount: 99999999999999999999</script>",
        "\0",
        "ı İ K",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(PIECES, st.text(max_size=20)), max_size=12))
def test_any_page_is_read_alike_twice(pieces: list[str]) -> None:
    html = "".join(pieces)
    for read in (read_engagement, read_widgets, read_shares):
        assert read(page(html)) == read(page(html))


@pytest.mark.parametrize(
    "unit",
    [
        "<p>1 views 1</p>",
        '<div class="taboola"><a href="/x">x</a>',
        '<script>"commentCount": 1;</script>',
        "1 " * 30,
        "<p>1 views 2 shares 3 likes 4</p>",
        '<a class="share-x" title="Share on x" href="https://x.com/share">',
        "<b itemprop=commentCount itemscope>1",
    ],
)
def test_a_flood_is_read_in_time(unit: str) -> None:
    flooded = page(unit * 5_000)
    started = time.process_time()
    for read in (read_engagement, read_widgets, read_shares):
        read(flooded)
    assert time.process_time() - started < 3
