"""Comments that say nearly the same, within a thread and across threads: copies, campaigns and double posts.

Candidates come from MinHash with locality-sensitive hashing; each is then measured exactly, so that nothing rests on an
estimate of similarity.
"""

from typing import Final

import numpy as np
import polars as pl
from rensa import RMinHash, RMinHashLSH  # pyright: ignore[reportAttributeAccessIssue]  # compiled, without stubs
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from pipelines.analysis.tables import shaped
from pipelines.lake.schema import COMMENT_REPETITIONS
from pipelines.lake.text import headline_key

SIMILARITY: Final = 0.7
"""Jaccard similarity of character 5-grams from which two comments say nearly the same."""
LEAST_CHARACTERS: Final = 30
"""Letters and blanks a comment must have: shorter ones ("aynen katılıyorum") are repeated without being copied."""

_GRAM: Final = 5
_PERMUTATIONS: Final = 128
_SEED: Final = 7
_BANDS: Final = 32  # of 4 rows: pairs of similarity 0.7 are missed with probability (1 − 0.7⁴)³² < 0.02 %


def comment_repetitions(thread_reads: pl.LazyFrame, comments: pl.LazyFrame) -> pl.DataFrame:
    """Groups of comments that say nearly the same, a row a comment, in the schema of COMMENT_REPETITIONS.

    Each comment counts as it last stood, without case, punctuation and the dots of i. Two are alike from a Jaccard
    similarity of `SIMILARITY` between their sets of character 5-grams (Broder, "On the resemblance and containment of
    documents", 1997); a group is what hangs together by likeness. Its `similarity` is to the group's first comment, so
    that a long chain shows.
    """
    latest = _latest(thread_reads, comments)
    keys = latest.select("key").unique().sort("key")["key"]
    grams = [_grams(key) for key in keys]
    groups = pl.DataFrame({"key": keys, "group": _groups(grams)}, schema_overrides={"key": pl.String})
    grouped = latest.join(groups, on="key").sort("first_seen", "comment_id")
    grams_of = dict(zip(keys, grams, strict=True))
    within = pl.len().over("group")
    repeated = grouped.filter(within > 1).with_columns(
        group_id=pl.col("comment_id").first().over("group"),
        first_key=pl.col("key").first().over("group"),
        comments=within,
        stories=pl.col("article_id").n_unique().over("group"),
        commenters=pl.col("author_key").drop_nulls().n_unique().over("group"),
    )
    similarity = [
        jaccard(grams_of[key], grams_of[first]) for key, first in repeated.select("key", "first_key").iter_rows()
    ]
    return shaped(COMMENT_REPETITIONS, repeated.with_columns(similarity=pl.Series(similarity, dtype=pl.Float64)))


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """|A ∩ B| / |A ∪ B| of two sets that are not both empty."""
    common = len(one & other)
    return common / (len(one) + len(other) - common)


def _latest(thread_reads: pl.LazyFrame, comments: pl.LazyFrame) -> pl.DataFrame:
    """Each visible comment once, as it last stood, with the `key` that its text is compared by, if long enough."""
    visible = (
        comments.join(thread_reads.select("read_id", "read_at"), on="read_id")
        .filter(pl.col("state").fill_null("visible") == "visible", pl.col("text").is_not_null())
        .sort("read_at", "read_id", "capture_id")
        .group_by("comment_id", maintain_order=True)
        .agg(pl.col("site", "article_id", "author_key", "text").last(), first_seen=pl.col("read_at").first())
        .collect()
    )
    keys = pl.Series([headline_key(text) for text in visible["text"]], dtype=pl.String)
    return visible.with_columns(key=keys).filter(pl.col("key").str.len_chars() >= LEAST_CHARACTERS)


def _grams(key: str) -> frozenset[str]:
    return frozenset(key[at : at + _GRAM] for at in range(len(key) - _GRAM + 1))


def _groups(grams: list[frozenset[str]]) -> np.ndarray:
    """The number of each text's group: texts hang together that are alike, or alike to one that is."""
    hashes = RMinHash.from_token_sets([sorted(each) for each in grams], _PERMUTATIONS, _SEED) if grams else []
    index = RMinHashLSH(SIMILARITY, _PERMUTATIONS, _BANDS)
    index.insert_many(hashes)
    pairs = [
        (at, other)
        for at, near in enumerate(index.query_all(hashes))
        for other in near
        if at < other and jaccard(grams[at], grams[other]) >= SIMILARITY
    ]
    ends = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    links = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(len(grams), len(grams)))
    return connected_components(links, directed=False)[1] if grams else np.empty(0, dtype=np.int32)
