import pytest

from pipelines.crawl.robots import Robots

URL = "https://paper.test/news/a"


@pytest.mark.parametrize(
    ("status", "allowed"),
    [(404, True), (410, True), (301, True), (500, False), (503, False), (599, False)],
)
def test_what_the_status_of_robots_txt_means(status: int, allowed: bool) -> None:
    assert Robots.answered(status, b"User-agent: *\nDisallow: /\n").allows(URL) == allowed


def test_an_unreachable_robots_txt_forbids_everything() -> None:
    robots = Robots.unreachable("timeout")
    assert not robots.allows(URL)
    assert "timeout" in robots.origin
    assert robots.delay == 0


@pytest.mark.parametrize(
    ("rules", "allowed"),
    [
        ("", True),
        ("User-agent: *\nDisallow:", True),
        ("User-agent: *\nDisallow: /news/", False),
        ("User-agent: *\nDisallow: /news/\nAllow: /news/a", True),
        ("User-agent: *\nAllow: /news\nDisallow: /news", True),
        ("User-agent: *\nDisallow: /*/a$", False),
        ("User-agent: *\nDisallow: /*.php$", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: yanyana\nDisallow: /other", True),
        ("User-agent: other\nUser-agent: Yanyana\nDisallow: /", False),
        ("User-agent: notyanyana\nDisallow: /", True),
        ("\ufeffUser-agent: *\r\nDisallow: /\r\n", False),
        ("<html><body>Not found</body></html>", True),
    ],
)
def test_rules_are_read_as_the_standard_says(rules: str, allowed: bool) -> None:
    assert Robots.answered(200, rules.encode()).allows(URL) == allowed


def test_rules_beyond_the_first_500_kib_are_not_read() -> None:
    padding = b"# " + b"x" * 600 * 1024 + b"\n"
    rules = b"User-agent: *\nDisallow: /news/\n"
    assert Robots.answered(200, padding + rules).allows(URL)
    assert not Robots.answered(200, rules + padding).allows(URL)


def test_the_crawl_delay_for_us() -> None:
    rules = b"User-agent: *\nCrawl-delay: 3\n\nUser-agent: Yanyana\nCrawl-delay: 7.5\n"
    assert Robots.answered(200, rules).delay == 7.5
    assert Robots.answered(200, b"User-agent: *\nCrawl-delay: soon").delay == 0
    assert Robots.answered(404, b"").delay == 0
