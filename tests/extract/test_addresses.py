"""What an address says before anybody reads the page behind it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.extract.addresses import LIST, NEVER, STORY, Addresses, parse_address, site_of

PAGE = "https://www.example.co.uk/city/council-votes-for-the-tram-482913.html"


def score(url: str, *others: str, page: str = PAGE) -> float:
    addresses = Addresses(page, (), {url, *others})
    address = addresses[url]
    assert address is not None
    return addresses.score(address)


@pytest.mark.parametrize(
    "url",
    [
        "https://www.example.co.uk/city/rain-washes-out-the-festival-512003.html",
        "https://www.example.co.uk/2024/05/02/rain-washes-out-the-festival/",
        "https://www.example.co.uk/?p=51200",
        "https://www.example.co.uk/news/articles/c0rxk4q0pj0o",
        "https://www.example.co.uk/haber/15012345",
    ],
)
def test_stories(url: str) -> None:
    assert score(url) >= 1


@pytest.mark.parametrize(
    "url",
    [
        "https://www.example.co.uk/city/",
        "https://www.example.co.uk/tag/rain-over-the-old-city/",
        "https://www.example.co.uk/author/ada-example-of-the-city-desk",
        "https://www.example.co.uk/privacy",
        "https://jobs.example.co.uk/city/gardener",
        "https://www.example.co.uk/coupons/rain-coats",
    ],
)
def test_lists_and_services(url: str) -> None:
    assert score(url) < 1


@pytest.mark.parametrize(
    "url",
    [
        "https://www.example.co.uk/",
        "https://www.facebook.com/sharer/sharer.php?u=rain-washes-out-the-festival",
        "https://www.example.co.uk/photos/rain-washes-out-the-festival-512003.jpg",
    ],
)
def test_no_pages_of_a_publisher(url: str) -> None:
    assert score(url) == NEVER


def test_what_other_links_lie_in_is_a_list() -> None:
    series = "https://www.example.co.uk/series/ten-walks-around-the-city"
    assert score(series) >= 1
    assert score(series, f"{series}/along-the-river", f"{series}/up-the-hill") < 1


def test_what_lies_below_the_own_story_is_part_of_it() -> None:
    assert score(f"{PAGE}/pictures-of-the-tram-line/1090402") == LIST


def test_a_story_is_own_under_all_its_addresses() -> None:
    links = [f"{PAGE}?utm_source=list", PAGE.replace("www.", ""), "https://amp.example.co.uk/482913"]
    other = "https://www.example.co.uk/city/another-story-for-the-tram-482914.html"
    addresses = Addresses(PAGE, [links[2]], [*links, other])
    assert all((address := addresses[link]) and addresses.is_own(address) for link in links)
    address = addresses[other]
    assert address is not None
    assert not addresses.is_own(address)
    assert not addresses.is_external(address)


def test_parameters_may_say_which_story_it_is() -> None:
    addresses = Addresses("https://www.example.co.uk/story.php?id=7", (), ["https://www.example.co.uk/story.php?id=8"])
    address = addresses["https://www.example.co.uk/story.php?id=8"]
    assert address is not None
    assert not addresses.is_own(address)


def test_sites_are_registered_domains() -> None:
    assert site_of("news.example.co.uk") == site_of("example.co.uk") != site_of("other.co.uk")
    assert site_of("127.0.0.1:8001") != site_of("127.0.0.1:8002")


def test_addresses_of_one_page_share_their_key() -> None:
    keys = {
        address.key
        for url in (
            "http://example.org/a%C3%A7/",
            "https://www.example.org/aç?utm_source=x",
            "https://example.org:443/aç#top",
        )
        if (address := parse_address(url))
    }
    assert len(keys) == 1


@given(st.text(max_size=60))
def test_any_text_is_judged(text: str) -> None:
    url = f"https://example.org/{text}"
    addresses = Addresses(PAGE, [url], [url, text])
    for link in (url, text):
        address = addresses[link]
        if address is not None:
            assert addresses.score(address) == NEVER or LIST <= addresses.score(address) <= STORY
