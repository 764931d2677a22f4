"""Keeping erased things out: which rows go, what the list gives away, and with which secret it can be used."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.lake import schema
from pipelines.lake.erasure import Erased, ErasureError, read_erased, remember
from pipelines.lake.ids import article_id
from pipelines.lake.parts import check, frame

NOON = datetime.fromisoformat("2026-03-01T12:00")
SECRET = b"a secret that only tests know"
STORY, OTHER = "https://paper.example/bridge", "https://paper.example/storm"


def capture(identity: str, url: str) -> dict[str, Any]:
    return {
        "capture_id": identity,
        "site": "paper",
        "url": url,
        "address_id": article_id(url),
        "captured_at": NOON,
        "day": date(2026, 3, 1),
        "status": 200,
        "body_bytes": 10,
        "body_hash": f"hash of {url}",
        "source": "crawl",
        "via": STORY,
        "etag": "v1",
        "payload_digest": "sha1:x",
        "segment": "s",
        "offset": 1,
    }


def comment(identity: str, url: str = STORY, **columns: Any) -> dict[str, Any]:
    return {
        "comment_id": identity,
        "capture_id": "c1" if url == STORY else "c2",
        "read_id": "c1",
        "site": "paper",
        "article_id": article_id(url),
        "author_key": f"author of {identity}",
        "text": f"what {identity} says",
        **columns,
    }


def report(column: str, value: str) -> dict[str, Any]:
    counts = dict.fromkeys(("discovered", "responses", "refused_by_robots", "failed", "bytes"), 0)
    times = {"started_at": NOON, "finished_at": NOON}
    return {"run_id": "r", "site": "paper", "delay": 1.0, column: value} | counts | times


def part(*comments: dict[str, Any]) -> dict[str, pl.DataFrame]:
    item = {"block_id": "b", "site": "paper", "external": False, "sponsored": False}
    rows: dict[str, list[dict[str, Any]]] = {
        "captures": [capture("c1", STORY), capture("c2", OTHER)],
        "items": [
            item | {"item_id": "i1", "capture_id": "c1", "slot": 1, "url": OTHER, "target_id": article_id(OTHER)},
            item | {"item_id": "i2", "capture_id": "c2", "slot": 1, "url": STORY, "target_id": article_id(STORY)},
        ],
        "comments": list(comments),
        "crawl_reports": [report("oldest_due", STORY)],
        "crawl_failures": [
            {"run_id": "r", "site": "paper", "url": STORY, "address_id": article_id(STORY), "failed_at": NOON}
            | {"robots": False, "reason": "timeout"}
        ],
        "skips": [{"segment": "s", "reason": "not HTML", "records": 1, "example": STORY}],
    }
    tables = (*schema.EXTRACTED, schema.CRAWL_REPORTS, schema.CRAWL_FAILURES)
    return {table.name: frame(table, rows.get(table.name, [])) for table in tables}


def erased(*marks: str) -> Erased:
    return Erased(SECRET, frozenset(marks))


KEYED = Erased(SECRET)


def test_an_erased_comment_goes_and_its_capture_has_to_go_from_the_archive() -> None:
    left = erased(KEYED.mark("comment", "a")).without(part(comment("a"), comment("b", parent_id="a")))
    [kept] = left["comments"].to_dicts()
    assert (kept["comment_id"], kept["parent_id"]) == ("b", None)
    captures = {row["capture_id"]: row for row in left["captures"].to_dicts()}
    assert (captures["c1"]["archived"], captures["c2"]["archived"]) == ("due", None)
    assert captures["c1"]["url"] == STORY
    # Nothing may be asked for "unless changed" against a body that goes.
    assert captures["c1"]["payload_digest"] is captures["c1"]["etag"] is None
    assert captures["c2"]["payload_digest"] == "sha1:x"
    assert left["items"].height == 2


def test_an_erased_author_goes_with_every_comment_also_later_ones() -> None:
    marks = erased(KEYED.mark("author", "ann"))
    rows = part(comment("a", author_key="ann"), comment("b", author_key="bob"), comment("c", OTHER, author_key="ann"))
    assert marks.without(rows)["comments"]["comment_id"].to_list() == ["b"]


def test_a_comment_is_known_again_by_author_and_text_in_its_story_only() -> None:
    [mark] = KEYED.said(part(comment("a", author_key="ann", text="Long  LIVE it"))["comments"])
    assert mark is not None
    again = part(
        comment("a2", author_key="ann", text="long live it"),
        comment("b", author_key="bob", text="long live it"),
        comment("c", OTHER, author_key="ann", text="long live it"),
        comment("d", author_key=None, text=None),
    )
    assert set(erased(mark).without(again)["comments"]["comment_id"]) == {"b", "c", "d"}


def test_a_notice_says_nothing_by_which_others_could_be_taken_for_it() -> None:
    notices = part(
        *(comment(name, author_key=None, text="Removed.", state="deleted") for name in "ab"), comment("c", text=None)
    )
    assert KEYED.said(notices["comments"]) == [None, None, None]
    assert set(erased(KEYED.mark("comment", "a")).without(notices)["comments"]["comment_id"]) == {"b", "c"}


def test_of_an_erased_story_only_a_bare_capture_stays() -> None:
    left = erased(KEYED.mark("story", article_id(STORY))).without(part(comment("a"), comment("b", OTHER)))
    assert left["comments"]["comment_id"].to_list() == ["b"]
    assert left["items"].is_empty()  # one stood on its page, the other leads to it
    bare = left["captures"].row(0, named=True)
    assert (bare["url"], bare["via"], bare["body_hash"], bare["archived"]) == ("erased", None, "", "due")
    assert left["captures"]["via"].to_list() == [None, None]
    assert bare["address_id"] != article_id(STORY)
    assert left["skips"]["example"].to_list() == [None]
    assert left["crawl_reports"]["oldest_due"].to_list() == [None]
    assert left["crawl_failures"].is_empty()
    assert not any(STORY in data.write_json() for data in left.values())
    for name, data in left.items():
        check(schema.TABLES[name], data)


def test_a_capture_whose_record_is_removed_stays_removed() -> None:
    rows = part(comment("a"))
    rows["captures"] = rows["captures"].with_columns(archived=pl.lit("removed"))
    left = erased(KEYED.mark("comment", "a")).without(rows)
    assert left["captures"]["archived"].to_list() == ["removed", "removed"]


def test_without_marks_nothing_changes() -> None:
    rows = part(comment("a"))
    assert KEYED.without(rows) == rows


def test_the_list_gives_nothing_away_and_outlives_the_process(tmp_path: Path) -> None:
    path = tmp_path / "erased"
    first = remember(path, read_erased(path, SECRET), [KEYED.mark("comment", "a")])
    remember(path, first, [KEYED.mark("author", "ann")])
    text = path.read_text()
    assert len(text.splitlines()) == 2
    assert "ann" not in text
    assert read_erased(path, SECRET).marks == {KEYED.mark("comment", "a"), KEYED.mark("author", "ann")}
    assert Erased(b"another secret").mark("author", "ann") not in text


@pytest.mark.parametrize("secret", [None, b"another secret"])
def test_a_list_of_another_secret_stops_everything_rather_than_let_things_come_back(
    tmp_path: Path, secret: bytes | None
) -> None:
    path = tmp_path / "erased"
    remember(path, KEYED, [KEYED.mark("comment", "a")])
    with pytest.raises(ErasureError, match="put that secret back"):
        read_erased(path, secret)
    assert read_erased(tmp_path / "none", secret).marks == frozenset()
