"""A page to inspect, in the anatomy of real ones: a menu, a story, a related list, a sidebar and its hidden copy."""

URL = "https://paper.example/world/harbour-talks-resume-after-a-week-of-storms-1004/"

RELATED = (
    "ferry-operators-plan-to-return-on-monday-2001",
    "what-the-pilots-said-about-the-harbour-wall-2002",
    "council-sets-aside-money-for-the-breakwater-2003",
)
POPULAR = (
    "you-will-not-believe-what-the-divers-found-3001",
    RELATED[0],  # the same story in a second list
    "how-one-village-keeps-its-lighthouse-burning-3003",
)


def title_of(slug: str) -> str:
    return slug.rpartition("-")[0].replace("-", " ").capitalize()


def _entry(slug: str) -> str:
    """An entry of a list: picture and headline are links of their own."""
    picture = f'<a href="/world/{slug}/"><img src="/{slug}.jpg" alt=""></a>'
    return f'<li>{picture} <a href="/world/{slug}/">{title_of(slug)}</a></li>'


def page(head: str = "", headline: str = "Harbour talks resume after a week of storms", more: str = "") -> bytes:
    paragraphs = "".join(
        f"<p>Paragraph {number} tells at some length what the harbour master said on the quay, and why.</p>"
        for number in range(1, 7)
    )
    related, popular = "".join(map(_entry, RELATED)), "".join(map(_entry, POPULAR))
    return f"""<!doctype html><html lang="en"><head><meta charset="iso-8859-1"><title>Harbour talks</title>
<meta property="og:type" content="article"><meta property="og:title" content="{headline}">
<meta property="article:published_time" content="2026-03-02T08:00:00+00:00">{head}</head><body>
<header><nav class="menu"><ul><li><a href="/world/">World</a></li><li><a href="/world/{RELATED[1]}/">The pilots</a></li>
</ul></nav></header>
<main><article><h1>{headline}</h1>{paragraphs}</article>
<section class="related"><h2>Related stories</h2><ul id="related">{related}</ul></section>{more}</main>
<aside><h2>Most read</h2>
<ul id="popular-mobile" style="display:none">{popular}</ul><ul id="popular">{popular}</ul></aside>
</body></html>""".encode()
