"""What the demo plants: the effect, the lists, the stories and the comments, as `truth` tells them."""

import os
import subprocess
import sys
from collections import Counter
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.lake.text import fold, headline_key
from pipelines.newsroom import DEFAULT_NOW, DESIGNS, Article, Newsroom, build, truth
from pipelines.newsroom.stories import LONG_THREAD

DIGEST = """
import hashlib
from pipelines.newsroom import build
digest = hashlib.sha256()
for site in build().sites:
    for path, page in sorted(site.pages.items()):
        digest.update(repr((path, page.status, sorted(page.headers.items()), page.body)).encode())
print(digest.hexdigest())
"""


def related_shares(articles: tuple[Article, ...], site: str, *, hard: bool) -> tuple[float, int]:
    """The share of clickbait in the related blocks of a class of hosts, and the number of slots it is a share of."""
    items = [
        item
        for article in articles
        if article.site == site and article.story.hard is hard
        for block in article.blocks
        if block.kind == "related"
        for item in block.items
    ]
    return sum(item.clickbait for item in items) / len(items), len(items)


def test_the_same_arguments_give_the_same_bytes_in_any_process() -> None:
    digests = set()
    for hash_seed, zone in (("1", "Pacific/Auckland"), ("2", "America/Lima")):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "TZ": zone}
        done = subprocess.run(
            [sys.executable, "-c", DIGEST], env=environment, capture_output=True, text=True, timeout=60, check=True
        )
        digests.add(done.stdout)
    assert len(digests) == 1


def test_build_shows_what_truth_tells(room: Newsroom) -> None:
    assert room.articles == truth()


def test_another_seed_gives_other_news() -> None:
    assert {article.url for article in truth(seed=7)} != {article.url for article in truth(seed=8)}


def test_news_lies_within_the_three_days_before_now() -> None:
    now = datetime.fromisoformat("2027-10-31T03:30:00+01:00")
    for article in truth(now=now):
        story = article.story
        assert timedelta() < now - story.published_at <= timedelta(days=3)
        assert story.published_at <= story.modified_at <= now
        assert all(story.published_at < comment.created_at < now for comment in story.comments)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="2026-03-02T09:00:00, names no time zone"):
        build(now=DEFAULT_NOW.replace(tzinfo=None))


@settings(max_examples=10, deadline=None)
@given(st.integers(min_value=0, max_value=10**6))
def test_the_effect_is_planted_exactly_whatever_the_seed(seed: int) -> None:
    articles = truth(seed=seed)
    for design in DESIGNS:
        for hard, planted in ((True, design.effect.hard), (False, design.effect.soft)):
            share, slots = related_shares(articles, design.name, hard=hard)
            assert abs(share - planted) <= 0.5 / slots


@settings(max_examples=10, deadline=None)
@given(st.integers(min_value=0, max_value=10**6))
def test_every_block_is_as_designed_and_leaves_its_host_out(seed: int) -> None:
    articles = truth(seed=seed)
    known = {(article.url, article.story.headline, article.story.clickbait) for article in articles}
    designs = {design.name: design for design in DESIGNS}
    for article in articles:
        for block, design in zip(article.blocks, designs[article.site].blocks, strict=True):
            assert (block.kind, block.heading, block.placement) == (design.kind, design.heading, design.placement)
            assert len(block.items) == design.size or (block.heading == "Post navigation" and len(block.items) == 1)
            assert article.url not in {item.url for item in block.items}
            for item in block.items:
                assert block.kind == "sponsored" or (item.url, item.headline, item.clickbait) in known


def test_the_portal_shows_a_story_twice_on_some_pages_and_nobody_else_does(room: Newsroom) -> None:
    repeating = Counter(
        article.site
        for article in room.articles
        for block in article.blocks
        if len({item.url for item in block.items}) < len(block.items)
    )
    assert repeating.keys() == {"demo-portal"}
    assert 8 <= repeating["demo-portal"] <= 16


def test_each_site_has_the_same_mix_of_topics_and_no_headline_twice(room: Newsroom) -> None:
    for design in DESIGNS:
        stories = [article.story for article in room.articles if article.site == design.name]
        assert Counter((story.hard, story.clickbait) for story in stories) == {
            (True, False): 24,
            (True, True): 8,
            (False, False): 8,
            (False, True): 12,
        }
        assert len({story.topic for story in stories}) == 12
        assert len({headline_key(story.headline) for story in stories}) == len(stories)


def test_cards_of_the_portal_shorten_or_sharpen_and_those_of_kulis_shout(room: Newsroom) -> None:
    cards = {
        (article.site, item.headline, item.display)
        for article in room.articles
        for block in article.blocks
        for item in block.items
        if item.display is not None
    }
    shouted = [(headline, display) for site, headline, display in cards if site == "demo-kulis"]
    assert shouted
    for headline, display in shouted:
        assert display == display.upper()
        assert fold(display, "tr") == fold(headline, "tr")
    portal = [(headline, display) for site, headline, display in cards if site == "demo-portal"]
    shortened = [display for headline, display in portal if headline.startswith(display.removesuffix("…"))]
    assert 10 <= len(shortened) <= len(portal) - 5
    assert len(shouted) + len(portal) == len(cards)


def test_all_four_letters_i_stand_where_turkish_has_them(room: Newsroom) -> None:
    shouted = " ".join(
        item.display
        for article in room.articles
        if article.site == "demo-kulis"
        for block in article.blocks
        for item in block.items
        if item.display is not None
    )
    assert {"İ", "I"} <= set(shouted)
    assert not {"i", "ı", "\u0307"} & set(shouted)


def test_threads_are_trees_that_only_the_gazette_has(room: Newsroom) -> None:
    depths: dict[str, set[int]] = {design.name: set() for design in DESIGNS}
    for article in room.articles:
        seen = {}
        for comment in article.story.comments:
            depth = 0 if comment.parent_id is None else seen[comment.parent_id] + 1
            assert comment.depth == depth
            seen[comment.id] = depth
            depths[article.site].add(depth)
    assert depths == {
        "demo-portal": {0},
        "demo-gazette": {0, 1, 2, 3},
        "demo-broadsheet": {0},
        "demo-kulis": {0},
    }


def test_claimed_counts_disagree_with_readable_comments_where_real_ones_do(room: Newsroom) -> None:
    gaps = {design.name: 0 for design in DESIGNS}
    for article in room.articles:
        readable = sum(not comment.pingback for comment in article.story.comments)
        gaps[article.site] += article.story.claimed_comments - readable
    assert gaps["demo-portal"] == gaps["demo-kulis"] == 0
    assert gaps["demo-gazette"] > 0
    claims = [each.story.claimed_comments for each in room.articles if each.site == "demo-broadsheet"]
    assert gaps["demo-broadsheet"] == sum(claimed > LONG_THREAD for claimed in claims) > 0
