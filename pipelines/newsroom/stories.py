"""What the demo sites write: stories and readers' comments, filled from `phrases/` by a seeded draw.

Which story stands beside which is the business of `plan`; how it looks, of `templates/`.
"""

import random
import re
import tomllib
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any

from pipelines.newsroom.sites import Design

HARD_TOPICS = (
    "politics-government",
    "economy-business-finance",
    "conflict-war-peace",
    "disaster-accident",
    "health",
    "education",
    "environment",
    "science-technology",
)
SOFT_TOPICS = ("sport", "arts-culture-entertainment-media", "lifestyle-leisure", "human-interest")

# How many stories of a topic a site has. Clickbait is rarer in hard news, as it is outside, yet occurs in both.
PLAIN_PER_HARD, CLICKBAIT_PER_HARD = 3, 1
PLAIN_PER_SOFT, CLICKBAIT_PER_SOFT = 2, 3
# The share of stories whose card shows a sharpened headline where the phrasebook has one. Kept small: what a card shows
# is what counts as clickbait beside a story, and sharpening knows nothing of the story it stands beside.
SHARPENED = 0.25
LONG_THREAD = 5  # comments; in a longer one the last is removed where the counter of the page does not see it

NEWS_SPAN = timedelta(days=3)
_TURKISH_ASCII = str.maketrans("çğıöşüÇĞİIÖŞÜ", "cgiosucgiiosu")


@dataclass(frozen=True, slots=True)
class Comment:
    """One reader's comment (or a pingback, which is none); `depth` counts from 0, `parent_id` is null at depth 0."""

    id: int
    parent_id: int | None
    depth: int
    author: str
    text: str
    created_at: datetime
    likes: int
    dislikes: int
    pingback: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """One story of one site. `display` is what a card shows where that differs from the headline.

    Times carry the site's offset. `views` and `claimed_comments` are the numbers that the site claims; the latter
    counts pingbacks, and on a site whose comments stand behind an interface the last comment of a long thread, which
    was removed since.
    """

    id: int
    path: str
    topic: str
    hard: bool
    section: str
    section_label: str
    headline: str
    display: str | None
    clickbait: bool
    gallery: bool
    lead: str
    paragraphs: tuple[str, ...]
    agency: str
    author: str
    city: str
    tags: tuple[str, ...]
    published_at: datetime
    modified_at: datetime
    views: int
    comments: tuple[Comment, ...]
    claimed_comments: int
    comments_closed: bool


@cache
def phrasebook(language: str) -> dict[str, Any]:
    """The parsed `phrases/<language>.toml`."""
    return tomllib.loads(resources.files("pipelines.newsroom").joinpath(f"phrases/{language}.toml").read_text("utf-8"))


def upper(text: str, language: str) -> str:
    """Text in capitals as the language writes them: Turkish i becomes İ."""
    return (text.replace("i", "İ") if language == "tr" else text).upper()


def slug(text: str, limit: int = 64) -> str:
    """Text as it stands in a URL: ASCII lower case, words joined by hyphens, cut between words at `limit`."""
    plain = unicodedata.normalize("NFKD", text.translate(_TURKISH_ASCII)).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain.replace("'", ""))
    while len("-".join(words)) > limit:
        words.pop()
    return "-".join(words)


def write_stories(design: Design, seed: int, now: datetime) -> tuple[Story, ...]:
    """All stories of a site, newest first, published within the three days before `now`."""
    draw = random.Random(f"{seed}/{design.name}/stories")
    book = phrasebook(design.language)
    outlines = _outlines(book, draw)
    draw.shuffle(outlines)
    now = now.replace(second=0, microsecond=0)
    minutes = sorted(draw.sample(range(30, int(NEWS_SPAN.total_seconds() // 60)), len(outlines)), reverse=True)
    stories = [
        _write(design, book, outline, design.first_id + 37 * number, now - timedelta(minutes=age), now, draw)
        for number, (outline, age) in enumerate(zip(outlines, minutes, strict=True))
    ]
    return tuple(reversed(stories))


@dataclass(frozen=True, slots=True)
class _Outline:
    """What a story is about before its text is written: topic, headline and the words bound to its slots."""

    topic: str
    hard: bool
    clickbait: bool
    headline: str
    display: str | None
    words: dict[str, Any]


def _outlines(book: dict[str, Any], draw: random.Random) -> list[_Outline]:
    """One outline per story, no headline twice: patterns are drawn without replacement within topic and class."""
    outlines = []
    for topics, hard, plain, clickbait in (
        (HARD_TOPICS, True, PLAIN_PER_HARD, CLICKBAIT_PER_HARD),
        (SOFT_TOPICS, False, PLAIN_PER_SOFT, CLICKBAIT_PER_SOFT),
    ):
        for topic in topics:
            patterns = book["topic"][topic]["headlines"]
            chosen = [(pattern, False) for pattern in draw.sample(patterns["plain"], plain)]
            chosen += [(pattern, True) for pattern in draw.sample(patterns["clickbait"], clickbait)]
            for pattern, is_clickbait in chosen:
                words = {slot: draw.choice(options) for slot, options in book["slots"].items()}
                headline, _, tease = pattern.partition(" | ")
                display = (
                    _fill(tease, words) if tease and draw.random() < SHARPENED else _shorten(_fill(headline, words))
                )
                headline = _fill(headline, words)
                display = None if display == headline else display
                outlines.append(_Outline(topic, hard, is_clickbait, headline, display, words))
    return outlines


def _write(
    design: Design,
    book: dict[str, Any],
    outline: _Outline,
    story_id: int,
    published_at: datetime,
    now: datetime,
    draw: random.Random,
) -> Story:
    topic, words = book["topic"][outline.topic], outline.words
    modified_at = published_at
    if draw.random() < 0.4:
        modified_at = min(published_at + timedelta(minutes=draw.randrange(10, 180)), now)
    gallery_path = design.gallery_path if outline.clickbait and not outline.hard else None
    fields = {
        "section": topic["section"],
        "slug": slug(outline.headline),
        "id": story_id,
        "date": published_at.astimezone(design.timezone),
    }
    city = words["city"]["name"] if isinstance(words["city"], dict) else words["city"]
    body = draw.sample(topic["paragraphs"], 3) + draw.sample(book["closing"], 3)
    comments = _comments(design, book["comments"], story_id, published_at, now, draw)
    return Story(
        id=story_id,
        path=(gallery_path or design.article_path).format(**fields),
        topic=outline.topic,
        hard=outline.hard,
        section=topic["section"],
        section_label=topic["label"],
        headline=outline.headline,
        display=outline.display,
        clickbait=outline.clickbait,
        gallery=gallery_path is not None,
        lead=_fill(draw.choice(topic["leads"]), words),
        paragraphs=tuple(_fill(pattern, words) for pattern in body),
        agency=draw.choice(book["agencies"]),
        author=draw.choice([name for name in book["slots"]["person"] if name != words["person"]]),
        city=city,
        tags=(topic["label"], city),
        published_at=published_at.astimezone(design.timezone),
        modified_at=modified_at.astimezone(design.timezone),
        views=int(draw.lognormvariate(7.5, 1.0)),
        comments=comments[:-1] if design.comments == "interface" and len(comments) > LONG_THREAD else comments,
        claimed_comments=len(comments),
        comments_closed=draw.random() < 0.15,
    )


def _comments(
    design: Design, phrases: dict[str, Any], story_id: int, published_at: datetime, now: datetime, draw: random.Random
) -> tuple[Comment, ...]:
    """A thread in the order of writing, empty on four stories of ten; replies, at most 3 deep, only in a tree."""
    if draw.random() < 0.4:
        return ()
    count = draw.randrange(1, 10)
    minutes = int((now - published_at).total_seconds() // 60)
    thread: list[Comment] = []
    for number, (age, text) in enumerate(
        zip(sorted(draw.sample(range(1, minutes), count)), draw.sample(phrases["texts"], count), strict=True)
    ):
        parents = [comment for comment in thread if comment.depth < 3 and not comment.pingback]
        answers = design.comments == "threaded" and bool(parents) and draw.random() < 0.6
        parent = draw.choice(parents) if answers else None
        thread.append(
            Comment(
                id=story_id * 10 + number,
                parent_id=parent.id if parent else None,
                depth=parent.depth + 1 if parent else 0,
                author=draw.choice(phrases["authors"]),
                text=draw.choice(phrases["replies"]) if parent else text,
                created_at=(published_at + timedelta(minutes=age)).astimezone(design.timezone),
                likes=draw.randrange(0, 40),
                dislikes=draw.randrange(0, 12),
                pingback=design.comments == "threaded" and parent is None and draw.random() < 0.1,
            )
        )
    return tuple(thread)


def _fill(pattern: str, words: dict[str, Any]) -> str:
    text = pattern.format(**words)
    return text[:1].upper() + text[1:]


def _shorten(headline: str, limit: int = 56) -> str:
    """The headline cut between words with an ellipsis, as narrow cards show it."""
    if len(headline) <= limit:
        return headline
    return headline[:limit].rsplit(" ", 1)[0].rstrip(" ,:") + "…"
