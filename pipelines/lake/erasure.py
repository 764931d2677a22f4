"""What was erased on somebody's request, and keeping it out of the lake for good.

The list of what was erased holds keyed hashes only: without the secret nobody can tell from it what they stand for, and
with it no more than whether something given is among them. Rows pass through `Erased.without` before they are
written, so that neither a new reading nor an old archive brings anything back. Records of the archive are taken out in
`pipelines.crawl.removal`.
"""

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final, Literal

import polars as pl

from pipelines.errors import YanyanaError
from pipelines.lake.files import replacing
from pipelines.lake.ids import article_id, key_id
from pipelines.lake.text import fold

ERASED_URL: Final = "erased"
_QUOTES_AN_ADDRESS: Final = {"skips": "example", "crawl_reports": "oldest_due"}
Kind = Literal["comment", "author", "said", "story"]


class ErasureError(YanyanaError):
    """The list of what was erased cannot be used, or what to erase cannot be told from the request."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased, as keyed marks, and the secret that they are keyed with."""

    secret: bytes = b""
    marks: frozenset[str] = frozenset()

    def mark(self, kind: Kind, *parts: str) -> str:
        """The mark of a comment (comment_id), an author (author_key), a story (article_id), or of what was said.

        `said` is a story, its author's key and the folded text: it knows a comment again that has no stable identifier.
        """
        return hmac.new(self.secret, "\x1f".join(("erased", kind, *parts)).encode(), sha256).hexdigest()

    def is_marked(self, kind: Kind, values: pl.Series) -> pl.Series:
        """Which values of a column of identifiers are marked; null is not."""
        marked = [value for value in values.unique().drop_nulls() if self.mark(kind, value) in self.marks]
        return values.is_in(marked).fill_null(False)

    def comments(self, comments: pl.DataFrame) -> pl.Series:
        """Which rows of `comments` were erased: as comments, with their author, or by what they say."""
        return (
            self.is_marked("comment", comments["comment_id"])
            | self.is_marked("author", comments["author_key"])
            | pl.Series([mark in self.marks for mark in self.said(comments)], dtype=pl.Boolean)
        )

    def said(self, comments: pl.DataFrame) -> list[str | None]:
        """The mark of what each row of `comments` says; None where it says nothing of its own, as a notice does."""
        rows = comments.select("article_id", "author_key", "text", pl.col("state").fill_null("visible"))
        return [
            self.mark("said", story, author or "", fold(text)) if text and state == "visible" else None
            for story, author, text, state in rows.iter_rows()
        ]

    def without(self, frames: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
        """The tables of one part, by name, without what was erased.

        Of a capture of an erased story a bare row stays, and a capture that shows an erased comment keeps its other
        rows; both become `due`: their record has to go from the archive. Teasers that lead to an erased story go.
        """
        if not self.marks:
            return dict(frames)
        captures, comments = frames["captures"], frames["comments"]
        removed = comments.filter(self.comments(comments))
        stories = self._stories(captures["url"])
        # A thread is asked for on behalf of its story.
        stories |= self._stories(captures["via"]) & captures["purpose"].eq_missing("comments")
        bare = captures.filter(stories)["capture_id"].to_list()
        for table in (frames["articles"], frames["thread_reads"], comments):
            bare += table.filter(self.is_marked("story", table["article_id"]))["capture_id"].to_list()
        # What was read together goes together: a comment may stand in any response of its reading, or in several.
        bare += captures.filter(pl.col("read_id").is_in(bare))["capture_id"].to_list()
        shown = pl.col("capture_id", "read_id").is_in([*bare, *removed["capture_id"]])
        due = pl.any_horizontal(shown).fill_null(False) & pl.col("archived").ne_missing("removed")
        left = {name: self._rows_left(name, data, bare) for name, data in frames.items()}
        blank = {"url": ERASED_URL, "address_id": article_id(ERASED_URL), "body_hash": ""}
        left["captures"] = captures.with_columns(
            *(
                pl.when(pl.col("capture_id").is_in(bare)).then(pl.lit(value)).otherwise(name).alias(name)
                for name, value in blank.items()
            ),
            archived=pl.when(due).then(pl.lit("due")).otherwise("archived"),
            via=pl.when(~self._stories(captures["via"])).then("via"),
        ).with_columns(no_body_to_refer_to(pl.col("archived").is_not_null()))
        return left

    def _rows_left(self, name: str, data: pl.DataFrame, bare: list[str]) -> pl.DataFrame:
        gone = pl.Series([False] * data.height, dtype=pl.Boolean)
        if "capture_id" in data.columns:
            gone |= data["capture_id"].is_in(bare).fill_null(False)
        for column in {"article_id", "target_id", "address_id"} & set(data.columns):
            gone |= self.is_marked("story", data[column])
        if name == "comments":
            gone |= self.comments(data)
            answered = self.is_marked("comment", data["parent_id"])
            data = data.with_columns(parent_id=pl.when(~answered).then("parent_id"))
        if quoted := _QUOTES_AN_ADDRESS.get(name):
            data = data.with_columns(pl.when(~self._stories(data[quoted])).then(quoted).alias(quoted))
        return data.filter(~gone)

    def _stories(self, urls: pl.Series) -> pl.Series:
        """Which addresses are those of erased stories."""
        stories = [None if url is None else article_id(url) for url in urls]
        return self.is_marked("story", pl.Series(stories, dtype=pl.String))


NOTHING_ERASED: Final = Erased()


def no_body_to_refer_to(captures: pl.Expr) -> list[pl.Expr]:
    """Columns of captures that let a later request refer to their body, null where its record goes or is gone."""
    return [pl.when(~captures).then(name).alias(name) for name in ("etag", "last_modified", "payload_digest")]


def read_erased(path: Path, secret: bytes | None) -> Erased:
    """What was erased, from the list at `path`; nothing where there is no list.

    Raises ErasureError when the list cannot be used with `secret`, since what was erased would then come back.
    """
    if not path.exists():
        return Erased(secret or b"")
    lines = [line.split() for line in path.read_text(encoding="ascii").splitlines()]
    keys = {key for key, _ in lines}
    if secret is None or keys - {key_id(secret)}:
        raise ErasureError(
            f"{path}: what was erased is marked with the secret of key id {', '.join(sorted(keys))}, and the one in "
            f"use is {key_id(secret) if secret else 'missing'}: put that secret back (YANYANA_AUTHOR_SECRET or "
            "secret.key), or what was erased would come back"
        )
    return Erased(secret, frozenset(mark for _, mark in lines))


def remember(path: Path, erased: Erased, marks: Iterable[str]) -> Erased:
    """Put further marks on the list at `path`, which is written whole; what is erased now."""
    grown = Erased(erased.secret, erased.marks.union(marks))
    with replacing(path) as temporary:
        lines = (f"{key_id(erased.secret)} {mark}\n" for mark in sorted(grown.marks))
        temporary.write_text("".join(lines), encoding="ascii")
    return grown
