"""Records in, measures out: what stands beside the news, and whether more often than chance.

The rule of this room is *count big, judge small*. Whatever touches every exposure (joins, counts, de-duplication) is
written once in narwhals over lazy frames, so that it runs on whichever engine holds the data, and ends in a small table
of counts. Expected values, associations and intervals are computed from that table in Polars and SciPy, at a cost that
does not grow with the data.

Every function here takes lazy frames (all of one engine: Polars, DuckDB, Spark …) with the columns that
`pipelines.lake.schema` declares, and returns a Polars frame in the schema of the table it is named after, sorted by its
key; only `exposures` itself, which grows with the archive, stays lazy and on the engine. Nothing here reads or writes
files, and nothing looks at words: labels come from `pipelines.classify`.
"""

from pipelines.analysis.company import headline_pairs
from pipelines.analysis.contrast import contrasts, time_course
from pipelines.analysis.exposure import exposures
from pipelines.analysis.lifetimes import lifetimes
from pipelines.analysis.prevalence import clickbait_shares
from pipelines.analysis.sharpening import sharpening
from pipelines.analysis.topics import cooccurrence, topic_matrix
from pipelines.analysis.wordings import headline_variants

__all__ = [
    "clickbait_shares",
    "contrasts",
    "cooccurrence",
    "exposures",
    "headline_pairs",
    "headline_variants",
    "lifetimes",
    "sharpening",
    "time_course",
    "topic_matrix",
]
