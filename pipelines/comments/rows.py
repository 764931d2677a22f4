"""One reading of a platform's thread as rows of the lake: the reading with its counts, and the comments."""

from collections.abc import Mapping
from typing import Any

from pipelines.comments.adapter import Thread
from pipelines.comments.reading import Reading
from pipelines.lake.comment import comment_rows, enumerated


def rows(
    reading: Reading, thread: Thread, first: Mapping[str, Any], *, article_id: str
) -> dict[str, list[dict[str, Any]]]:
    """Rows of thread_reads and comments. `first` is the row of captures of the reading's first response.

    The page's own claim stands in the page's own reading.
    """
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
    return {"thread_reads": [read], "comments": comments}
