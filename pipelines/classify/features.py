"""Headlines as counts of hashed n-grams: what the trained weights are multiplied with.

Up to three neighbouring words and runs of three to five characters of `words.in_words`, without accents, and how many
words there are, each hashed into one of `BUCKETS`. Case, addresses, account names and digits are gone before; they tell
the publisher. No vocabulary is kept, and the same few lines of NumPy serve training and use. What the weights mean
belongs to `model`.
"""

import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

BUCKETS = 1 << 20
COARSE = 1 << 17
_RUNS = (3, 4, 5)
_WORDS = (1, 2, 3)
_TOPICAL_RUNS = (5,)
_TOPICAL_WORDS = (1, 2)
_MOST_BLANKS = 31
# The code point after Latin Extended Additional.
_PAST_LATIN = 0x1F00
# Keys of lengths; above those of runs.
_LENGTH = 1 << 62
# A polynomial hash modulo 2^64 (Karp and Rabin 1987, “Efficient randomized pattern-matching algorithms”): that of any
# piece of text is a difference of two running sums. The bucket is then taken as in Fibonacci hashing (Knuth, TAOCP 3,
# section 6.4).
_BASE = 0x9E3779B97F4A7C55
_INVERSE = pow(_BASE, -1, 1 << 64)
_MIX = 0x9E3779B97F4A7C15
_BITS = BUCKETS.bit_length() - 1
_BLANK = ord(" ")


class _Family(NamedTuple):
    """n-grams of one kind, all headlines after one another: bucket and where each headline's begin."""

    buckets: np.ndarray
    starts: np.ndarray
    topical: bool
    """Whether the weights of topics read it; the rest only slows these, and helps them no more across sources."""


class Grams(NamedTuple):
    """n-grams of headlines, one row each, each row of length one, float32.

    A bucket may stand several times in a row, as sums of products do not mind.
    """

    fine: csr_array
    """All of them, in `BUCKETS` columns."""
    coarse: csr_array
    """The topical ones, in `COARSE` columns: for weights of which a bucket has many."""


def plain(text: str) -> str:
    """Text without accents on Latin letters: addresses and many a headline are written without them."""
    signs = np.frombuffer(text.encode("utf-32-le"), "<u4")
    bases = _bases()
    return np.where(signs < len(bases), bases[np.minimum(signs, len(bases) - 1)], signs).tobytes().decode("utf-32-le")


def hashed(words: Sequence[str]) -> Grams:
    """The n-grams of headlines as `in_words` writes them."""
    families = _families(words)
    topical = [family for family in families if family.topical]
    return Grams(_rows(families, BUCKETS), _rows(topical, COARSE))


def _rows(families: list[_Family], buckets: int) -> csr_array:
    """A row a headline with the n-grams of all families, in columns as many as buckets."""
    counts = np.sum([np.diff(family.starts) for family in families], axis=0)
    starts = np.concatenate([[0], np.cumsum(counts)])
    columns = np.empty(int(starts[-1]), np.int32)
    free = starts[:-1]
    for family in families:
        own = np.diff(family.starts)
        shift = np.repeat((free - family.starts[:-1]).astype(np.int32), own)
        columns[np.arange(len(family.buckets), dtype=np.int32) + shift] = family.buckets
        free = free + own
    columns >>= (BUCKETS // buckets).bit_length() - 1
    length = np.repeat((1 / np.sqrt(np.maximum(counts, 1))).astype(np.float32), counts)
    # Indices of one width, as SciPy would copy both; 32 bits number the n-grams of nine million headlines.
    return csr_array((length, columns, starts.astype(np.int32)), shape=(len(counts), buckets))


def _families(words: Sequence[str]) -> list[_Family]:
    texts = plain("\n".join(words)).encode().split(b"\n") if words else []
    text = b"".join(texts)
    starts = np.concatenate([[0], np.cumsum([len(each) for each in texts], dtype=np.int64)])
    octets = np.frombuffer(text, np.uint8)
    # Eight bytes from every byte on, of which a run takes the first few; little-endian wherever it runs.
    eights = np.ndarray((len(text),), "<u8", buffer=text + bytes(8), strides=(1,))
    blanks = np.flatnonzero(octets == _BLANK)
    first = np.searchsorted(blanks, starts)
    power, back = _powers(_BASE, len(octets)), _powers(_INVERSE, len(octets))
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(octets * power)])
    families = []
    for size in _RUNS:
        # Every headline in words is longer than a run; what would reach into the next one is left out.
        buckets = _bucket(eights & np.uint64((1 << 8 * size) - 1), size)
        own = starts - (size - 1) * np.arange(len(starts))
        families.append(_Family(buckets[_all_but_last(starts, size - 1)], own, size in _TOPICAL_RUNS))
    for count in _WORDS:
        opening = np.flatnonzero(_all_but_last(first, count))
        begin, end = blanks[opening], blanks[opening + count] + 1
        buckets = _bucket((sums[end] - sums[begin]) * back[begin], 0)
        families.append(_Family(buckets, first - count * np.arange(len(first)), count in _TOPICAL_WORDS))
    lengths = np.minimum(np.diff(first), _MOST_BLANKS).astype(np.uint64)
    families.append(_Family(_bucket(lengths, _LENGTH), np.arange(len(starts)), False))
    return families


def _bucket(key: np.ndarray, kind: int) -> np.ndarray:
    """The bucket of each key; `kind` tells keys of equal value but another meaning apart."""
    return ((key + np.uint64(kind)) * np.uint64(_MIX)) >> np.uint64(64 - _BITS)


def _all_but_last(starts: np.ndarray, count: int) -> np.ndarray:
    """A mask over runs that begin at `starts[:-1]` and end at `starts[1:]`: all but the last `count` of each."""
    mask = np.ones(starts[-1], bool)
    mask[(starts[1:, None] - np.arange(1, count + 1)).ravel()] = False
    return mask


@cache
def _bases() -> np.ndarray:
    """By code point up to the last accented Latin letter, that of the ASCII letter it is written with, else its own."""
    bases = np.arange(_PAST_LATIN, dtype="<u4")
    for point in range(128, _PAST_LATIN):
        base = unicodedata.normalize("NFD", chr(point))[0]
        if base.isascii():
            bases[point] = ord(base)
    bases[ord("ı")] = ord("i")
    return bases


_POWERS: dict[int, np.ndarray] = {}


def _powers(base: int, count: int) -> np.ndarray:
    """base^0 … base^(count - 1) modulo 2^64; the longest so far is kept."""
    known = _POWERS.get(base)
    if known is None or len(known) < count:
        known = np.full(max(count, 1), base, np.uint64)
        known[0] = 1
        known = _POWERS[base] = np.cumprod(known, dtype=np.uint64)
    return known[:count]
