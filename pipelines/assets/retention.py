"""What the archive no longer keeps: removed daily, by age and after erasures."""

import dagster as dg

from pipelines.assets.tables import OWNERS, SettingsResource, counts_table, today
from pipelines.crawl.retention import remove_erased, remove_old
from pipelines.lake.parts import Lake


@dg.asset(deps=["captures"], group_name="retain", owners=OWNERS, kinds={"warc"})
def retention(settings: SettingsResource) -> dg.MaterializeResult:
    """Responses of comment platforms, and pages where sites.toml says so, leave the archive after so many days.

    Records in which something was erased leave it too, when a later capture brought it back. What was read of them
    stays.

    *When it fails:* a segment is damaged, was compressed as a whole, or cannot be rewritten; the log names it and the
    remedy. Nothing is removed of a segment that fails, and what was removed of others stays removed. Run it again.
    """
    lake, keep = Lake(settings.lake), settings.configured.archive.keep_days
    removed = remove_erased(settings.archive, lake) + remove_old(
        settings.archive, lake, today=today(), comment_days=keep.comments, page_days=keep.pages
    )
    return dg.MaterializeResult(
        metadata={"captures removed": removed.total(), "by reason": counts_table(removed, "reason")}
    )
