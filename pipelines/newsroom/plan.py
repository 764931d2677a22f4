"""What stands beside what: the truth planted in the pages, which the pipeline's answer is held against."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pipelines.newsroom.sites import BlockDesign, Design
from pipelines.newsroom.stories import Story, phrasebook, slug, upper, write_stories


@dataclass(frozen=True, slots=True)
class Item:
    """One teaser as planted; its slot is its position in the block, from 1.

    `display` is the visible text where it differs from the headline; `clickbait` speaks of the headline. A partner's
    teaser is clickbait, leads off the site and has no `story`.
    """

    url: str
    headline: str
    display: str | None
    clickbait: bool
    story: Story | None


@dataclass(frozen=True, slots=True)
class Block:
    """One teaser list on an article page; `kind`, `heading` and `placement` in DESIGN.md's words."""

    kind: str
    heading: str
    placement: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Article:
    """One article page: the story (with topic, hard, headline, comments) and the blocks that stand beside it."""

    site: str
    url: str
    story: Story
    blocks: tuple[Block, ...]


def plan(design: Design, base_url: str, seed: int, now: datetime) -> tuple[Article, ...]:
    """All article pages of a site, newest first, with the effect planted in their related blocks."""
    stories = write_stories(design, seed, now)
    draw = random.Random(f"{seed}/{design.name}/plan")
    related = _related(design, stories, draw)

    def beside(host: Story, block: BlockDesign) -> Block:
        if block.kind == "related":
            chosen = related[host.id]
        elif block.kind == "more" and not design.gallery_path:
            chosen = _neighbours(stories, host)
        else:
            chosen = _choose(block, [story for story in stories if story is not host], draw)
        items = tuple(
            Item(base_url + story.path, story.headline, _display(design, block, story), story.clickbait, story)
            for story in chosen
        )
        return Block(block.kind, block.heading, block.placement, items)

    def sponsored(host: Story, block: BlockDesign) -> Block:
        lines = draw.sample(phrasebook(design.language)["partner"], block.size)
        items = (
            Item(f"https://{slug(line, 24)}.example/offer?from={host.id}", line, None, True, None) for line in lines
        )
        return Block(block.kind, block.heading, block.placement, tuple(items))

    return tuple(
        Article(
            design.name,
            base_url + host.path,
            host,
            tuple(
                sponsored(host, block) if block.kind == "sponsored" else beside(host, block) for block in design.blocks
            ),
        )
        for host in stories
    )


def _related(design: Design, stories: Sequence[Story], draw: random.Random) -> dict[int, list[Story]]:
    """The stories of each host's related block, by the host's id.

    Each slot is marked clickbait or not before any story is chosen, so that the effect is planted exactly; within a
    mark the choice is uniform among all stories but the host.
    """
    size = next(block.size for block in design.blocks if block.kind == "related")
    chosen: dict[int, list[Story]] = {}
    for share, hard in ((design.effect.hard, True), (design.effect.soft, False)):
        hosts = [story for story in stories if story.hard is hard]
        slots = size * len(hosts)
        marks = [slot < round(share * slots) for slot in range(slots)]
        draw.shuffle(marks)
        for number, host in enumerate(hosts):
            pools = {
                mark: draw.sample([story for story in stories if story.clickbait is mark and story is not host], size)
                for mark in (True, False)
            }
            row = [pools[mark].pop() for mark in marks[number * size : (number + 1) * size]]
            if design.repeat_every and number % design.repeat_every == 0:
                row = _show_one_twice(row)
            chosen[host.id] = row
    return chosen


def _show_one_twice(row: list[Story]) -> list[Story]:
    """The row with its last story repeated further up in a slot of the same class, so that no share changes."""
    twin = next((slot for slot, story in enumerate(row[:-1]) if story.clickbait is row[-1].clickbait), None)
    return row if twin is None else [*row[:twin], row[-1], *row[twin + 1 :]]


def _neighbours(stories: Sequence[Story], host: Story) -> list[Story]:
    """The story before and the story after the host in time, as far as there are any."""
    place = stories.index(host)
    return [*stories[place + 1 : place + 2], *stories[max(place - 1, 0) : place]]


def _choose(block: BlockDesign, others: Sequence[Story], draw: random.Random) -> Sequence[Story]:
    """The stories of a block that looks at nothing but the site; `others` are newest first."""
    if block.kind == "latest":
        return others[: block.size]
    if block.kind == "popular":
        return sorted(others, key=lambda story: -story.views)[: block.size]
    if block.kind == "more":
        return draw.sample([story for story in others if story.gallery], block.size)
    return draw.sample(others, block.size)


def _display(design: Design, block: BlockDesign, story: Story) -> str | None:
    if block.kind != "related" or design.related_cards == "plain":
        return None
    if design.related_cards == "capitals":
        return upper(story.headline, design.language)
    return story.display
