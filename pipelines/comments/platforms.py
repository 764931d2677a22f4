"""Which adapter reads which platform. A new one is entered here.

OpenWeb and Viafoura have none on purpose: their interfaces are undocumented and meant for their own scripts.
"""

from pipelines.comments.adapter import Adapter
from pipelines.comments.coral import Coral
from pipelines.comments.disqus import Disqus
from pipelines.comments.ghost import Ghost
from pipelines.comments.guardian import Guardian
from pipelines.comments.isso import Isso
from pipelines.comments.own import Own
from pipelines.comments.remark42 import Remark42
from pipelines.comments.wordpress import WordPress


def adapter_of(platform: str | None, *, own: Own | None = None, disqus_key: str | None = None) -> Adapter | None:
    """The adapter for a platform, as a page's comment section names it; None where there is none.

    `own` is what is configured for a site's own system; it also reads pages on which no platform was recognised.
    `disqus_key` is the public key of an application at Disqus.
    """
    adapters: dict[str | None, Adapter] = {
        "coral": Coral(),
        "disqus": Disqus(disqus_key),
        "ghost": Ghost(),
        "guardian": Guardian(),
        "isso": Isso(),
        "remark42": Remark42(),
        "wordpress": WordPress(),
    }
    return adapters.get(platform, own)
