"""The extraction record: everything that reading one page yields, as plain JSON.

Only shapes belong here. Unknown is None, never a guess; times are ISO 8601 with the offset that the page states.
The words (block, kind, placement, item, slot, headline, display …) are those of the design.
"""

from typing import Literal, TypedDict

from pipelines.lake.comment import Comment

Kind = Literal["related", "popular", "latest", "trending", "more", "sponsored", "inline"]
Placement = Literal["body", "below", "side", "footer", "top"]


class Article(TypedDict):
    """The story of the page.

    title           the headline as the reader sees it above the story
    kicker          the short line above or before the title, where it is set apart
    lead            the standfirst below the title
    section         the section as the page names it; breadcrumb has the whole path, outermost first
    published_at, modified_at   ISO 8601; without offset only where the page states none and the site's zone is unknown
    authors         names as printed, in order
    agency          the news agency that the page credits
    dateline        place and day at the head of the body ("MOSKOVA, 3 Aralık")
    body_text       paragraphs joined by a blank line, without the blocks that stand between them
    word_count      words of body_text; a character of a script written without blanks counts as half a word
    language        primary language subtag
    paywall         True where the page declares the story not free, False where it declares it free, else None
    tags            keywords and tags as named, in order
    sources         which part of the page each known field was read from: {"title": "h1", "published_at": "json-ld", …}
    """

    title: str | None
    kicker: str | None
    lead: str | None
    section: str | None
    breadcrumb: list[str]
    language: str | None
    published_at: str | None
    modified_at: str | None
    authors: list[str]
    agency: str | None
    dateline: str | None
    body_text: str | None
    word_count: int | None
    canonical_url: str | None
    paywall: bool | None
    tags: list[str]
    sources: dict[str, str]


class Item(TypedDict):
    """One teaser: `headline` is its full headline, `display` the text shown where that differs.

    headline_source, display_source   what each was read from: "text", "title", "aria-label", "image_alt", "json" …
    source      "html", or "json" where only a script's data holds the teaser
    """

    slot: int
    url: str
    headline: str | None
    display: str | None
    image_alt: str | None
    external: bool
    sponsored: bool
    headline_source: str | None
    display_source: str | None
    source: Literal["html", "json"]


class Block(TypedDict):
    """A run of teasers that a reader sees as one list."""

    kind: Kind
    heading: str | None
    placement: Placement
    items: list[Item]


class CommentSection(TypedDict):
    """What the page itself says about its comments.

    platform        wordpress, disqus, coral, openweb, viafoura, hyvor, isso, remark42, ghost, guardian, facebook,
                    vuukle, insticator, drupal, "own" for the site's own system; None where there is none or no name
                    for it
    endpoint        absolute root address of the platform's interface for this site, as the page gives it, ending in
                    "/": WordPress's REST root (…/wp-json/), the server of Isso, Coral or Ghost, the Guardian's
                    discussion API, Disqus's forum (https://SHORTNAME.disqus.com/); Remark42's server with the
                    name that the site has there (https://HOST/?site=SITE_ID)
    thread_id       under which the platform knows the thread: WordPress's post id, Drupal's node id, Ghost's post id,
                    Isso's uri, Coral's story id, the Guardian's short url key (/p/abc12), Disqus's identifier; where
                    the page gives Coral or Disqus an address only, and always for Remark42, that address
    claimed_count   comments that the page says there are
    char_limit      characters that a comment may have
    policy          whether rules or a disclaimer stand in the section
    """

    present: bool
    platform: str | None
    endpoint: str | None
    thread_id: str | None
    claimed_count: int | None
    char_limit: int | None
    closed: bool | None
    login_required: bool | None
    policy: bool | None
    comments: list[Comment]


class Engagement(TypedDict):
    """A number that the page states about its story."""

    metric: str
    value: int
    source: str


class Widget(TypedDict):
    """A recommendation vendor's slot; `empty` where it holds no teaser in the HTML."""

    vendor: str
    empty: bool


class ExtractionRecord(TypedDict):
    """One page. `reason` says why nothing was read (a limit, an error), else it is None.

    robots      what the page asks of robots in its head ("noarchive", "max-image-preview:large")
    """

    url: str
    language: str | None
    robots: str | None
    article: Article | None
    blocks: list[Block]
    comment_section: CommentSection
    engagement: list[Engagement]
    widgets: list[Widget]
    shares: list[str]
    reason: str | None
