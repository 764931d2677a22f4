"""Which records of the archive have to go: those kept long enough, and those in which something was erased.

What was read of them stays in the lake, and the captures say that their record is removed. How a record is taken out of
its segment stands in `pipelines.crawl.removal`.
"""

from collections import Counter
from datetime import date, timedelta

import polars as pl

from pipelines.crawl.archive import day_folder
from pipelines.crawl.removal import remove_records
from pipelines.lake.erasure import no_body_to_refer_to
from pipelines.lake.parts import Lake
from pipelines.lake.schema import CAPTURES
from pipelines.lake.store import Place


def remove_erased(archive: Place, lake: Lake) -> Counter[str]:
    """Remove the records of the captures that are `due` since something in them was erased; how many by reason."""
    counts: Counter[str] = Counter()
    for day in lake.days(CAPTURES):
        counts += _remove(archive, lake, day, pl.col("archived") == "due", "erased")
    return counts


def remove_old(archive: Place, lake: Lake, *, today: date, comment_days: int, page_days: int | None) -> Counter[str]:
    """Remove the responses of comment platforms, and all others, that were kept for so many days; how many by reason.

    Days count from the archive day on which a response came in; None keeps for good. A segment that was never read into
    the lake is left alone until it has been.
    """
    of_comments = pl.col("purpose").eq_missing("comments")
    counts: Counter[str] = Counter()
    for day in lake.days(CAPTURES):
        if day < today - timedelta(days=comment_days):
            counts += _remove(archive, lake, day, of_comments, "comments kept long enough")
        if page_days is not None and day < today - timedelta(days=page_days):
            counts += _remove(archive, lake, day, ~of_comments, "pages kept long enough")
    return counts


def _remove(archive: Place, lake: Lake, day: date, which: pl.Expr, reason: str) -> Counter[str]:
    """Remove the records of a day's captures that fit `which`; dying midway leaves some to be removed once more.

    A segment of which nothing is left is deleted.
    """
    removed = pl.col("archived").eq_missing("removed")
    doomed = lake.scan(CAPTURES, day).filter(which & ~removed).select("segment", "capture_id", "offset").collect()
    for (part,), records in doomed.sort("segment", "offset").group_by("segment", maintain_order=True):
        of_record = pl.col("capture_id").is_in(records["capture_id"].to_list())
        captures = (
            lake.read(CAPTURES, part=part, day=day)
            .with_columns(archived=pl.when(of_record).then(pl.lit("removed")).otherwise("archived"))
            .with_columns(no_body_to_refer_to(removed))
        )
        for segment in day_folder(archive, day).glob(f"{part}.warc*"):
            if captures.select(removed.all()).item():
                segment.unlink()
            else:
                remove_records(segment, records["offset"].to_list(), reason)
        made_by = lake.made_by(CAPTURES, part=part, day=day)
        lake.write(CAPTURES, captures, part=part, day=day, made_by=made_by or "")
    return Counter({reason: doomed.height})
