"""Pages in the anatomy of real ones, written for these tests: a broadsheet rich in JSON-LD, a section front."""

import json
from typing import Any

BROADSHEET_URL = "https://www.example.org/politics/2024/03/29/harbour-levy-dropped-after-protest-48213"
BROADSHEET_LD: dict[str, Any] = {
    "@context": "https://schema.org",
    "@graph": [
        {"@type": "WebSite", "name": "The Harbour Post"},
        {
            "@type": "BreadcrumbList",
            "itemListElement": [
                {"@type": "ListItem", "position": 1, "name": "Home", "item": "https://www.example.org/"},
                {"@type": "ListItem", "position": 2, "item": {"@id": "/politics", "name": "Politics"}},
                {"@type": "ListItem", "position": 3, "name": "Harbour levy dropped after weeks of protest"},
            ],
        },
        {
            "@type": ["NewsArticle"],
            "mainEntityOfPage": {"@id": BROADSHEET_URL},
            "headline": "Harbour levy dropped",
            "description": "The council withdrew the levy on small boats on Thursday evening after long debate.",
            "datePublished": "2024-03-29T14:02:11+0100",
            "dateModified": "2024-03-29T13:40:00Z",
            "articleSection": ["News", "Politics"],
            "author": [{"@type": "Person", "name": "Ida Brandt"}, {"@type": "Person", "name": "Tom O&#39;Neil"}],
            "isAccessibleForFree": "False",
            "keywords": "harbour, levy, council",
            "publisher": {"@type": "Organization", "name": "The Harbour Post"},
        },
    ],
}
BROADSHEET_PARAGRAPHS = (
    "COPENHAGEN (Reuters) - The city council withdrew its levy on small boats on Thursday evening, ending a dispute"
    " that had kept fishermen on the quays for five weeks.",
    "Councillors voted by nine to four against the measure, which would have charged owners by metre and night.",
    "A new proposal is expected before the summer, the mayor's office said, and will be put to a public hearing.",
)


def broadsheet(ld: dict[str, Any] | None = BROADSHEET_LD, *, head: str = "") -> str:
    """A story page with its facts in JSON-LD (or none), with boxes between its paragraphs."""
    script = f'<script type="application/ld+json">{json.dumps(ld)}</script>' if ld else ""
    first, second, third = BROADSHEET_PARAGRAPHS
    return f"""<!DOCTYPE html><html lang="en-GB"><head>
<title>Harbour levy dropped after weeks of protest | The Harbour Post</title>
<meta property="og:site_name" content="The Harbour Post">
<meta property="og:title" content="Harbour levy dropped after weeks of protest">
<meta property="og:type" content="article">
<link rel="canonical" href="{BROADSHEET_URL}">
{head}{script}</head><body>
<header><a href="/"><h1 class="logo">The Harbour Post</h1></a></header>
<main><article>
<header><h1><span class="kicker">Local government</span> Harbour levy dropped after weeks of protest</h1>
<p class="standfirst">The council withdrew the levy on small boats on Thursday evening after long debate. More soon.</p>
<p class="byline">By Ida Brandt and Tom O'Neil, 29 March 2024, 14:02</p></header>
<div class="text">
<p>{first}</p>
<figure><img src="/i.jpg" alt="Boats">
<figcaption>Boats in the old harbour on a grey morning in spring.</figcaption></figure>
<p>{second}</p>
<aside><h3>Read also</h3>
<p><a href="/a/1">A ferry company orders three electric ships for the northern line</a></p></aside>
<p><a href="/a/2">Watch: how the harbour changed within a single generation of fishermen</a></p>
<div class="newsletter-box"><p>Sign up for the morning letter and never miss what happens on the quays.</p></div>
<p>{third}</p>
</div></article></main>
<footer><p>All rights reserved by the publisher of this newspaper, which is printed on recycled paper.</p></footer>
</body></html>"""


def section_front() -> str:
    """A section's page: teasers with summaries, and no story of its own."""
    teasers = "".join(
        f'<li><a href="/politics/2024/03/2{n}/a-story-of-many-words-number-{n}-4820{n}"><h2>A story of many words,'
        f" number {n}</h2></a><p>What the story is about is told here in one sentence of some length.</p></li>"
        for n in range(1, 9)
    )
    return f"""<!DOCTYPE html><html lang="en"><head><title>Politics | The Harbour Post</title>
<meta property="og:type" content="website"><meta property="og:title" content="Politics">
<script type="application/ld+json">{{"@type": "CollectionPage", "name": "Politics"}}</script></head>
<body><h1>Politics</h1><ul>{teasers}</ul></body></html>"""
