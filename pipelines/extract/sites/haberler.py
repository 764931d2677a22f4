"""haberler.com: the two generations of its story pages.

Known from public scrapers; when a capture shows otherwise, add a generation above these instead of changing them, so
that old captures are read as what they were. Cards and comments need nothing from here: the generic readers find them.
"""

from pipelines.extract.sites.generation import Generation

HOST = "haberler.com"

_BOXES = (
    ".orderFlex, .hbContainer, .editorSade, #taboola-below-article-widget, #detay_native_desktop,"
    " #detay_native_mobile, #inpage_reklam, #nwsKeywords"
)

# Newest first: a page is of the first generation whose mark it has.
GENERATIONS = (
    Generation(
        name="news-icerik",
        mark="div.news-icerik",
        title="h1#title",
        lead="h2.spot, p.haber_spotu",
        body="div.news-icerik",
        boxes=_BOXES,
        credit="div.editorSade",
        tags=".news-tags a",
    ),
    Generation(
        name="hbpt",
        mark="header.hbptHead",
        title="header.hbptHead > h1",
        section="h2.hbptHead_h2",
        lead="p.haber_spotu",
        updated="time.hbptDate, div.hbptDate",
        body="div#icerikAlani",
        boxes=_BOXES,
        credit="div.editorSade",
        tags="div.hbptTagDate a[title]",
    ),
)
