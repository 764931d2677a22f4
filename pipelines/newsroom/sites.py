"""The four demo sites as configured: address, language, anatomy of their pages and the effect planted in them.

What the sites write is in `stories`, what stands beside what in `plan`, how a page looks in `templates/`.
"""

from dataclasses import dataclass
from datetime import tzinfo
from typing import Literal
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Effect:
    """The planted truth: the share of clickbait in the `related` block of hard-news hosts and of all other hosts.

    Exactly round(share * slots) slots of each class of hosts get clickbait, scattered at random over the hosts, so that
    the built site shows these shares but for rounding. The other blocks do not depend on the host's class.
    """

    hard: float
    soft: float


@dataclass(frozen=True, slots=True)
class BlockDesign:
    """One teaser list as it stands on every article page of a site: DESIGN.md's words, and how many items it has."""

    kind: str
    heading: str
    placement: str
    size: int


@dataclass(frozen=True, slots=True)
class Design:
    """One demo site.

    `article_path`, `gallery_path` and `section_path` are formats over the fields of a story (`section`, `slug`, `id`,
    `date`); a site without `gallery_path` has no galleries. `blocks` stand on each article page in this order; no kind
    occurs twice. On every `repeat_every`-th article page the related block shows one of its stories twice.

    `comments`: whether readers' comments stand in the page as one list, as a tree of replies, or behind an interface
    (Ghost's), where the page only claims a number; `comments_page`: whether a story's page shows a few and links a page
    of all.
    `related_cards`: whether the related block shows headlines as they are, shortened or sharpened, or in capitals.

    `feed` is Atom where it ends in .atom, else RSS; `sitemap` names the stories of the last two days and is compressed
    where it ends in .gz. `forbidden` is a section that every page links and robots.txt closes, `short_link` a format of
    addresses that redirect to a story, `gone` a story that the sitemap still names although it has been taken down.
    Every `legacy_charset_every`-th article page is encoded in windows-1254 instead of UTF-8.
    """

    name: str
    title: str
    port: int
    language: str
    timezone: tzinfo
    effect: Effect
    blocks: tuple[BlockDesign, ...]
    article_path: str
    section_path: str
    first_id: int
    comments: Literal["flat", "threaded", "interface"]
    feed: str
    sitemap: str
    forbidden: str
    short_link: str
    sitemap_index: str | None = None
    gone: str | None = None
    legacy_charset_every: int | None = None
    comments_page: bool = False
    related_cards: Literal["plain", "sharpened", "capitals"] = "plain"
    gallery_path: str | None = None
    repeat_every: int | None = None

    @property
    def templates(self) -> str:
        """The folder of this site's templates."""
        return self.name.removeprefix("demo-")


ISTANBUL = ZoneInfo("Europe/Istanbul")

DESIGNS = (
    Design(
        name="demo-portal",
        title="Günebakan Haber",
        port=8761,
        language="tr",
        timezone=ISTANBUL,
        effect=Effect(hard=0.55, soft=0.25),
        blocks=(
            BlockDesign("related", "İlgili Haberler", "below", 12),
            BlockDesign("latest", "Son Dakika Haberleri", "side", 6),
        ),
        article_path="/{section}/{slug}-{id}-haberi/",
        section_path="/{section}/",
        first_id=18_240_000,
        comments="flat",
        feed="/rss.xml",
        sitemap="/sitemap_news.xml",
        sitemap_index="/sitemap.xml",
        forbidden="/arsiv/",
        short_link="/h/{id}",
        comments_page=True,
        related_cards="sharpened",
        repeat_every=4,
    ),
    Design(
        name="demo-gazette",
        title="The Aldermoor Gazette",
        port=8762,
        language="en",
        timezone=ZoneInfo("Europe/London"),
        effect=Effect(hard=0.4, soft=0.4),
        blocks=(
            BlockDesign("related", "Related posts", "below", 6),
            BlockDesign("more", "Post navigation", "below", 2),
            BlockDesign("latest", "Recent Posts", "side", 5),
        ),
        article_path="/{date:%Y/%m/%d}/{slug}/",
        section_path="/category/{section}/",
        first_id=2_100,
        comments="threaded",
        feed="/feed/",
        sitemap="/wp-sitemap-posts-post-1.xml",
        sitemap_index="/sitemap.xml",
        forbidden="/members/",
        short_link="/?p={id}",
    ),
    Design(
        name="demo-broadsheet",
        title="The Northwick Courier",
        port=8763,
        language="en",
        timezone=ZoneInfo("America/New_York"),
        effect=Effect(hard=0.45, soft=0.35),
        blocks=(
            BlockDesign("inline", "Read also", "body", 1),
            BlockDesign("related", "More on this story", "below", 6),
            BlockDesign("sponsored", "From our partners", "below", 4),
            BlockDesign("popular", "Most read", "side", 5),
        ),
        article_path="/{section}/{date:%Y/%m}/{slug}-nc{id}",
        section_path="/{section}",
        first_id=70_400,
        comments="interface",
        feed="/feeds/latest.atom",
        sitemap="/sitemap-news.xml.gz",
        sitemap_index="/sitemap.xml",
        forbidden="/subscribers/",
        short_link="/s/{id}",
    ),
    Design(
        name="demo-kulis",
        title="Kulis Gazetesi",
        port=8764,
        language="tr",
        timezone=ISTANBUL,
        effect=Effect(hard=0.5, soft=0.5),
        blocks=(
            BlockDesign("related", "İLGİLİ HABERLER", "below", 6),
            BlockDesign("more", "BUNLARA DA BAKIN", "below", 4),
            BlockDesign("popular", "ÇOK OKUNAN", "side", 8),
            BlockDesign("latest", "SON DAKİKA", "side", 8),
        ),
        article_path="/{section}/{slug}-h{id}.html",
        section_path="/{section}/",
        first_id=551_000,
        comments="flat",
        feed="/rss.xml",
        sitemap="/sitemap.xml",
        forbidden="/ozel/",
        short_link="/git/{id}",
        gone="/politika/kaldirilan-haber-h550999.html",
        legacy_charset_every=8,
        related_cards="capitals",
        gallery_path="/galeri/{slug}-g{id}.html",
    ),
)
