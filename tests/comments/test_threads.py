"""From a page's HTML to the address that is asked: what the extraction says is what the adapters need.

Each page is written here as the platform's own instructions tell a site to embed it.
"""

import pytest

from pipelines.comments.adapter import Page
from pipelines.comments.parsing import parameters
from pipelines.comments.platforms import adapter_of
from pipelines.extract import extract_page

STORY = "https://news.example/2024/05/story-1/"
GHOST = '<script defer src="https://cdn.jsdelivr.net/ghost/comments-ui@1/umd/comments-ui.min.js" data-ghost-comments='
EMBEDS = {
    "wordpress": (
        '<link rel="https://api.w.org/" href="https://news.example/wp-json/"></head><body class="single postid-77">'
        '<div id="respond" class="comment-respond"><form><textarea name="comment"></textarea>'
        '<input type="hidden" name="comment_post_ID" value="77"></form></div>',
        "https://news.example/wp-json/wp/v2/comments",
        {"post": "77"},
    ),
    "isso": (
        '<script data-isso="//comments.news.example/" src="//comments.news.example/js/embed.min.js"></script></head>'
        '<body><section id="isso-thread" data-isso-id="/s/1"></section>',
        "https://comments.news.example/",
        {"uri": "/s/1"},
    ),
    "isso without an id": (
        '<script data-isso="https://comments.news.example/isso/" src="/embed.js"></script></head>'
        '<body><section id="isso-thread"></section>',
        "https://comments.news.example/isso/",
        {"uri": "/2024/05/story-1/"},
    ),
    "ghost": (
        f'</head><body>{GHOST}"https://news.example/" data-api="https://news.example/ghost/api/content/" '
        'data-post-id="65a0c0ffee00000000000001" data-key="x"></script>',
        "https://news.example/members/api/comments/post/65a0c0ffee00000000000001/",
        {"page": "1"},
    ),
    "remark42": (
        "</head><body><div id='remark42'></div>"
        "<script>var remark_config = {host: 'https://remark.news.example', site_id: 'news', url: "
        f"'{STORY}'}};</script>",
        "https://remark.news.example/api/v1/find",
        {"site": "news", "url": STORY},
    ),
    "disqus": (
        "</head><body><div id='disqus_thread'></div><script>var disqus_config = function () "
        "{ this.page.url = 'https://news.example/s/1'; this.page.identifier = 's1'; };"
        "(function() { var d = document, s = d.createElement('script');"
        "s.src = 'https://newspaper.disqus.com/embed.js'; })();</script>",
        "https://disqus.com/api/3.0/threads/listPosts.json",
        {"forum": "newspaper", "thread:ident": "s1"},
    ),
    "coral": (
        "</head><body><div id='coral_thread'></div><script>(function() { var s = document.createElement('script');"
        "s.src = 'https://coral.news.example/assets/js/embed.js'; s.onload = function() { Coral.createStreamEmbed("
        "{id: 'coral_thread', rootURL: 'https://coral.news.example', storyID: 's1'}); }; })();</script>",
        "https://coral.news.example/api/story/count",
        {"id": "s1"},
    ),
}


@pytest.mark.parametrize("platform", EMBEDS)
def test_an_embedded_platform_leads_to_the_address_that_is_asked(platform: str) -> None:
    embed, address, query = EMBEDS[platform]
    paragraph = "<p>" + "Words of a story that is long enough to be one. " * 12 + "</p>"
    html = (
        f"<html lang=en><head><title>Story</title>{embed}<article><h1>Story</h1>{paragraph * 3}</article></body></html>"
    )
    section = extract_page(html.encode(), STORY)["comment_section"]
    adapter = adapter_of(section["platform"], disqus_key="public")
    assert adapter is not None
    [thread] = adapter.threads_of(Page(STORY, "news", section))
    first = adapter.first(thread, None)
    assert first is not None
    assert first.url.partition("?")[0] == address
    assert query.items() <= parameters(first.url).items()
