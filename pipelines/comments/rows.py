"""One reading of a platform's thread as rows of the lake: the reading with its counts, comments, an observation."""

from collections.abc import Mapping
from typing import Any

from pipelines.comments.adapter import Thread
from pipelines.comments.reading import Reading
from pipelines.lake.comment import comment_rows, enumerated
from pipelines.lake.ids import digest


def rows(
    reading: Reading, thread: Thread, first: Mapping[str, Any], *, article_id: str
) -> dict[str, list[dict[str, Any]]]:
    """Rows of thread_reads, comments and observations; `first` is the row of captures of the reading's first response.

    The page's own claim stands in the page's own reading. What was answered without saying anything of the thread (a
    refusal, an error page) is no reading.
    """
    if not (reading.comments or reading.complete or reading.platform_count is not None):
        return {}
    read = {
        "read_id": first["capture_id"],
        "capture_id": first["capture_id"],
        "site": thread.site,
        "article_id": article_id,
        "platform": thread.platform,
        "thread_id": thread.thread_id,
        "read_at": first["captured_at"],
        "claimed_by_page": None,
        "claimed_by_platform": reading.platform_count,
        "enumerated": enumerated(reading.comments),
        "complete": reading.complete,
    }
    comments = comment_rows(
        reading.comments,
        site=thread.site,
        article_id=article_id,
        capture_id=first["capture_id"],
        read_id=first["capture_id"],
    )
    claimed = {
        "observation_id": digest("observation", first["capture_id"], 1),
        "capture_id": first["capture_id"],
        "site": thread.site,
        "article_id": article_id,
        "observed_at": first["captured_at"],
        "metric": "comments",
        "value": reading.platform_count,
        "source": "platform",
        "ordinal": 1,
    }
    observations = [claimed] if reading.platform_count is not None else []
    return {"thread_reads": [read], "comments": comments, "observations": observations}
