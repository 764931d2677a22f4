"""A record in the terminal: the story's fields with their sources, the blocks as a tree, and what stands below.

Belongs here: how a record is laid out for reading. Comments are counted, never shown: what readers wrote stays in the
lake.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from pipelines.extract.record import Article, Block, CommentSection, ExtractionRecord, Item
from pipelines.inspecting import COLOURS

# In the order in which a reader meets them on a page; `body_text` and its length follow.
_FIELDS: Final = (
    *("kicker", "title", "lead", "section", "breadcrumb", "published_at", "modified_at", "authors", "agency"),
    *("dateline", "language", "paywall", "tags", "canonical_url"),
)
_BODY_SHOWN: Final = 160  # characters from the beginning of the body
_SPACE: Final = Text("")


def outline(record: ExtractionRecord) -> RenderableType:
    """What was found on a page, to be printed by rich; readable from 80 columns."""
    parts: list[RenderableType] = [Text(record["url"], style="bold", overflow="fold")]
    if record["reason"]:
        return Group(*parts, Text(f"nothing was read: {record['reason']}", style="bold red"))
    article = record["article"]
    parts += [
        _SPACE,
        _story(article) if article else Text("no story: a front page, a section, a service", style="yellow"),
    ]
    parts += [_SPACE, _blocks(record["blocks"])]
    parts += [_SPACE, _facts("below the story", _below(record))]
    return Group(*parts)


def _story(article: Article) -> RenderableType:
    sources = article["sources"]
    rows = [(field, article[field], sources.get(field)) for field in _FIELDS]
    body = article["body_text"]
    if body:
        shown = " ".join(body[:_BODY_SHOWN].split())
        rows.append(("body_text", shown + ("…" if len(body) > _BODY_SHOWN else ""), sources.get("body_text")))
        rows.append(("word_count", article["word_count"], None))
    else:
        rows.append(("body_text", None, None))
    return _facts("story", rows)


def _facts(name: str, rows: Iterable[tuple[str, object, str | None]]) -> RenderableType:
    """Names, where each value is from, and the values; unknown ones are shown too: one looks for them."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for field, value, source in rows:
        table.add_row(field, source or "", _value(value))
    return Group(Text(name, style="bold underline"), Padding(table, (0, 0, 0, 2)))


def _value(value: object) -> Text:
    if value is None or value == []:
        return Text("–", style="dim")
    if isinstance(value, bool):
        return Text("yes" if value else "no")
    return Text(" · ".join(map(str, value)) if isinstance(value, list) else str(value))


def _blocks(blocks: list[Block]) -> RenderableType:
    items = sum(len(block["items"]) for block in blocks)
    tree = Tree(Text(f"{_count(len(blocks), 'block')}, {_count(items, 'item')}", style="bold underline"))
    for number, block in enumerate(blocks, 1):
        branch = tree.add(_block(number, block))
        for item in block["items"]:
            branch.add(_item(item))
    return tree


def _block(number: int, block: Block) -> Text:
    label = Text.assemble(f"{number} ", (f" {block['kind']} ", f"bold white on {COLOURS[block['kind']]}"), " ")
    if block["heading"]:
        label.append(f"{block['heading']} ", style="bold")
    return label.append(f"{block['placement']}, {_count(len(block['items']), 'item')}", style="dim")


def _item(item: Item) -> RenderableType:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(justify="right", style="dim", no_wrap=True, min_width=2)
    grid.add_column(overflow="fold")
    headline = Text(item["headline"] or "(no headline)", style="" if item["headline"] else "dim")
    marks = [name for name in ("external", "sponsored") if item[name]]
    if item["source"] == "json":
        marks.append("from JSON")
    if marks:
        headline.append(f"  {', '.join(marks)}", style="yellow")
    grid.add_row(str(item["slot"]), headline)
    if item["display"] is not None:
        grid.add_row("", Text.assemble(("shown as ", "dim"), (item["display"], "italic")))
    return grid


def _below(record: ExtractionRecord) -> Iterable[tuple[str, object, str | None]]:
    section = record["comment_section"]
    yield "comment section", _comments(section), section["platform"]
    for stated in record["engagement"]:
        yield stated["metric"], f"{stated['value']:,}", stated["source"]
    if record["shares"]:
        yield "shares", record["shares"], None
    if record["widgets"]:
        yield "widgets", [w["vendor"] + (" (empty)" if w["empty"] else "") for w in record["widgets"]], None


def _comments(section: CommentSection) -> str | None:
    if not section["present"]:
        return None
    states = Counter(comment["state"] for comment in section["comments"])
    said = [f"{_count(states.total(), 'comment')} in the page"]
    said += [f"{count} {state}" for state, count in sorted(states.items()) if state != "visible"]
    if section["claimed_count"] is not None:
        said.append(f"{section['claimed_count']:,} claimed")
    if section["char_limit"] is not None:
        said.append(f"at most {section['char_limit']:,} characters each")
    said += [
        words
        for name, words in (("closed", "closed"), ("login_required", "login required"), ("policy", "rules stated"))
        if section[name]
    ]
    return ", ".join(said)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
