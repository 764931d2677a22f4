from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.crawl.agenda import Agenda, Due
from pipelines.crawl.discovery import Purpose, leads
from pipelines.crawl.spider import Tally
from pipelines.settings import Site, SiteIndex

HOME = "https://paper.test/"
NOW = datetime(2026, 3, 10, tzinfo=UTC)
PAPER = Site.model_validate({"name": "paper", "language": "en", "start": [HOME], "delay": 5})
PAGE = b"""<a href="/a-story-of-four-words">1</a><a href="/world/">2</a><a href="/2026/03/01/">5</a>
<a href="//other.test/a-story-of-four-words">3</a><a href="https://video.paper.test/12345-story">4</a>"""


def learnt(purpose: Purpose, body: bytes) -> dict[str, Purpose]:
    index = SiteIndex((PAPER,))
    agenda, due = Agenda(lambda url: index.configured(url) is not None, 1000, NOW), Due(HOME, purpose, NOW, NOW)
    agenda.learn(leads(purpose, body, HOME, "text/html; charset=utf-8"), found_on=due)
    found = {}
    while following := agenda.next():
        assert following.via == HOME
        found[following.url] = following.purpose
    return found


def test_a_start_page_leads_to_stories_and_sections_of_its_own_site() -> None:
    stories = {HOME + "a-story-of-four-words": Purpose.STORY, "https://video.paper.test/12345-story": Purpose.STORY}
    assert learnt(Purpose.START, PAGE) == {HOME + "world/": Purpose.SECTION, **stories}
    assert learnt(Purpose.SECTION, PAGE) == stories
    assert learnt(Purpose.STORY, PAGE) == {}


@pytest.mark.parametrize("purpose", list(Purpose))
@given(
    body=st.one_of(
        st.binary(max_size=200),
        st.text("abc:/[]@?#%.\\\u0130\ud7ff ", max_size=40).map(
            lambda link: f"<rss><item><link>{link}</link></item><a href='{link}'></a></rss>".encode()
        ),
    )
)
def test_nothing_that_a_stranger_writes_ends_a_crawl(purpose: Purpose, body: bytes) -> None:
    learnt(purpose, body)


def test_the_least_gap_between_requests_is_kept() -> None:
    tally = Tally()
    assert tally.least_gap is None
    for time in (1.0, 3.0, 3.5, 9.0):
        tally.sent(time)
    assert tally.least_gap == 0.5
