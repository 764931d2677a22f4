"""Extraction records as rows of the lake: one page's record in, rows of every table it fills out.

Only the shapes change here (nesting becomes keys, times become UTC with their offset beside); what a page says is read
in the other modules of this room.
"""

from collections.abc import Mapping
from typing import Any

from pipelines.lake.comment import comment_rows, enumerated
from pipelines.lake.ids import article_id, digest
from pipelines.lake.text import headline_key
from pipelines.lake.times import utc

_ABSURD = 10**15

Row = dict[str, Any]
Rows = dict[str, list[Row]]


def headline_id(site: str, text: str | None) -> str | None:
    """The identifier under which all spellings of a headline meet on a site; None for a text without a word."""
    key = headline_key(text) if text else ""
    return digest("headline", site, key) if key else None


def rows(record: Mapping[str, Any], capture: Row, version: str, *, keep_comments: bool) -> Rows:
    """The rows that one page's extraction record adds to each table but `captures`.

    `capture` is the page's row of `captures`. Comments are left out unless `keep_comments`: without a secret their
    authors could not be pseudonymised.
    """
    common = {"capture_id": capture["capture_id"], "site": capture["site"]}
    article = record["article"]
    address = (article or {}).get("canonical_url") or capture["url"]
    story = article_id(address)
    blocks, items = _block_rows(record["blocks"], common)
    comments = comment_rows(
        record["comment_section"]["comments"] if keep_comments else [],
        site=capture["site"],
        article_id=story,
        capture_id=capture["capture_id"],
        read_id=capture["capture_id"],
    )
    outcome, reason = _outcome(record)
    section = {key: value for key, value in record["comment_section"].items() if key != "comments"}
    return {
        "pages": [
            common
            | {
                "url": capture["url"],
                "outcome": outcome,
                "reason": reason,
                "title": article["title"] if article else None,
                "language": record["language"],
                "robots": record["robots"],
                "n_blocks": len(blocks),
                "n_items": len(items),
                "n_comments": len(record["comment_section"]["comments"]),
                "extractor_version": version,
            }
        ],
        "articles": [_article_row(article, common, address)] if article else [],
        "blocks": blocks,
        "items": items,
        "comment_sections": [
            common | _known(section, _SECTION) | {"visible_count": len(record["comment_section"]["comments"])}
        ]
        if article
        else [],
        "thread_reads": _thread_read_rows(record["comment_section"], capture, story, kept=keep_comments)
        if article or comments
        else [],
        "comments": comments,
        "observations": [
            common
            | {
                "observation_id": digest("observation", capture["capture_id"], ordinal),
                "article_id": story,
                "observed_at": capture["captured_at"],
                "ordinal": ordinal,
            }
            | _known(stated, ("metric", "value", "source"))
            for ordinal, stated in enumerate(record["engagement"], 1)
            if _is_plausible(stated["value"])
        ]
        if article
        else [],
        "widgets": [
            common | _known(widget, ("vendor", "empty")) | {"ordinal": ordinal}
            for ordinal, widget in enumerate(record["widgets"], 1)
        ],
        "shares": [common | {"network": network} for network in dict.fromkeys(record["shares"])],
    }


_SECTION = (
    "present",
    "platform",
    "endpoint",
    "thread_id",
    "claimed_count",
    "char_limit",
    "closed",
    "login_required",
    "policy",
)


def _known(record: Mapping[str, Any], names: tuple[str, ...]) -> Row:
    return {name: value if _is_plausible(value := record.get(name)) else None for name in names}


def _is_plausible(value: Any) -> bool:
    """Whether a number is one that a site can mean: pages state absurd ones, and no column holds them."""
    return not isinstance(value, int | float) or abs(value) < _ABSURD


def _outcome(record: Mapping[str, Any]) -> tuple[str, str | None]:
    if record["article"]:
        return "article", None
    if record.get("reason"):
        return "failed", record["reason"]
    if record["blocks"]:
        return "list", "no story on the page, only teasers"
    return "empty", "neither a story nor a teaser list in the HTML"


def _article_row(article: Mapping[str, Any], common: Row, address: str) -> Row:
    published_at, published_offset = utc(article["published_at"])
    modified_at, modified_offset = utc(article["modified_at"])
    return (
        common
        | {
            "article_id": article_id(address),
            "url": address,
            "headline_id": headline_id(common["site"], article["title"]),
            "published_at": published_at,
            "published_offset": published_offset,
            "modified_at": modified_at,
            "modified_offset": modified_offset,
        }
        | _known(
            article,
            ("title", "lead", "section", "language", "authors", "agency", "dateline", "body_text", "word_count"),
        )
    )


def _block_rows(blocks: list[Mapping[str, Any]], common: Row) -> tuple[list[Row], list[Row]]:
    block_rows, item_rows = [], []
    for position, block in enumerate(blocks, 1):
        block_id = digest("block", common["capture_id"], position)
        targets = [article_id(item["url"]) for item in block["items"]]
        block_rows.append(
            common
            | {
                "block_id": block_id,
                "position": position,
                "n_items": len(targets),
                "content_hash": digest("items", *targets),
            }
            | _known(block, ("kind", "heading", "placement"))
        )
        item_rows.extend(
            common
            | {
                "item_id": digest("item", block_id, item["slot"]),
                "block_id": block_id,
                "target_id": target,
                "headline_id": headline_id(common["site"], item["headline"]),
                "display_id": headline_id(common["site"], _other_wording(item)),
            }
            | _known(item, ("slot", "url", "headline", "display", "image_alt", "external", "sponsored", "source"))
            for item, target in zip(block["items"], targets, strict=True)
        )
    return block_rows, item_rows


def _other_wording(item: Mapping[str, Any]) -> str | None:
    """The displayed text, unless it is only the headline cut short: an ellipsis for want of room teases nobody."""
    display, headline = item["display"], item["headline"]
    if display and headline and headline_key(headline).startswith(headline_key(display)):
        return None
    return display


def _thread_read_rows(section: Mapping[str, Any], capture: Row, story: str, *, kept: bool) -> list[Row]:
    """The reading of the thread that the page itself is, where it has a comment section.

    It is known to be complete where the page claims as many as stand in it and these are `kept`. A claim of none proves
    nothing: it is what stands in a counter before a script fills it.
    """
    if not section["present"]:
        return []
    claimed = _known(section, ("claimed_count",))["claimed_count"]
    read = enumerated(section["comments"])
    return [
        {
            "read_id": capture["capture_id"],
            "capture_id": capture["capture_id"],
            "site": capture["site"],
            "article_id": story,
            "read_at": capture["captured_at"],
            "claimed_by_page": claimed,
            "claimed_by_platform": None,
            "enumerated": read,
            "complete": kept and claimed == read > 0,
        }
        | _known(section, ("platform", "thread_id"))
    ]
