import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.crawl.robots import Robots, forbids_keeping, stated_in

HOST = "https://paper.test"
URL = f"{HOST}/news/a"


def robots(text: str | bytes) -> Robots:
    return Robots.answered(200, text if isinstance(text, bytes) else text.encode())


@pytest.mark.parametrize(
    ("status", "allowed"),
    [
        (400, True),
        (401, True),
        (403, True),
        (404, True),
        (410, True),
        (301, True),
        (429, False),
        (500, False),
        (503, False),
    ],
)
def test_what_the_status_of_robots_txt_means(status: int, allowed: bool) -> None:
    assert Robots.answered(status, b"User-agent: *\nDisallow: /\n").allows(URL) == allowed


def test_an_unreachable_robots_txt_forbids_everything_but_itself() -> None:
    unreachable = Robots.unreachable("timeout")
    assert unreachable.refusal(URL) == "robots.txt cannot be had: timeout"
    assert unreachable.allows(f"{HOST}/robots.txt")
    assert unreachable.delay == 0


@pytest.mark.parametrize(
    ("rules", "allowed"),
    [
        ("", True),
        ("User-agent: *\nDisallow:", True),
        ("User-agent: *\nDisallow: /news/", False),
        ("User-agent: *\nDisallow: /news/\nAllow: /news/a", True),
        ("User-agent: *\nAllow: /news\nDisallow: /news", True),
        ("User-agent: *\nDisallow: /news\nAllow: /news", True),
        ("User-agent: *\nDisallow: /*/a$", False),
        ("User-agent: *\nDisallow: /*.php$", True),
        ("User-agent: *\nDisallow: *", False),
        ("User-agent: *\nDisallow: news", True),
        ("USER-AGENT : *\n DISALLOW\t: /news # all of it", False),
        ("User-agent: *\nDissallow: /news", False),
        ("User-agent: *\nDisallow /news", False),
        ("\ufeffUser-agent: *\r\nDisallow: /\r\n", False),
        ("User-agent: *\rDisallow: /\r", False),
        ("User-agent: *\nDisallow: /x\u2028Allow: /\nDisallow: /news", False),
        ("Disallow: /news", True),
        ("<html><body>Not found</body></html>", True),
    ],
)
def test_lines_are_read_as_the_standard_says(rules: str, allowed: bool) -> None:
    assert robots(rules).allows(URL) == allowed


@pytest.mark.parametrize(
    ("rules", "allowed"),
    [
        # A group is for the crawler whose product token it names, whole and in any case: 2.2.1.
        ("User-agent: YANYANA\nDisallow: /", False),
        ("User-agent: Yanyana/1.0\nDisallow: /", False),
        ("User-agent: yan\nDisallow: /", True),
        ("User-agent: ana\nDisallow: /", True),
        ("User-agent: notyanyana\nDisallow: /", True),
        ("User-agent: yanyana-news\nDisallow: /", True),
        # Who is named obeys that group alone.
        ("User-agent: *\nDisallow: /\n\nUser-agent: yanyana\nDisallow: /other", True),
        ("User-agent: yanyana\nDisallow:\n\nUser-agent: *\nDisallow: /", True),
        # Several names may open a group, with empty lines and other records between them.
        ("User-agent: other\nUser-agent: Yanyana\nDisallow: /", False),
        ("User-agent: Yanyana\n\nUser-agent: other\nDisallow: /", False),
        ("User-agent: Yanyana\nSitemap: https://paper.test/s.xml\nUser-agent: other\nDisallow: /", False),
        ("User-agent: *\nDisallow: /x\nSitemap: https://paper.test/s.xml\nDisallow: /news", False),
        ("User-agent: other\nDisallow: /x\nUser-agent: *\nAllow: /", True),
        # Groups with the same name are one.
        (
            "User-agent: Yanyana\nDisallow: /x\n\nUser-agent: other\nAllow: /\n\nUser-agent: yanyana\nDisallow: /n",
            False,
        ),
        ("User-agent: *\nDisallow: /x\n\nUser-agent: *\nDisallow: /n", False),
    ],
)
def test_the_groups_that_are_for_us(rules: str, allowed: bool) -> None:
    assert robots(rules).allows(URL) == allowed


def test_the_most_specific_rule_holds() -> None:
    """The worked example of RFC 9309 5.2, with pages of our own."""
    rules = robots("User-agent: *\nAllow: /stories/open/\nDisallow: /stories/open/draft.gif\nDisallow: /")
    assert rules.allows(f"{HOST}/stories/open/one.html")
    assert not rules.allows(f"{HOST}/stories/open/draft.gif")
    assert not rules.allows(f"{HOST}/stories/")


def test_special_characters() -> None:
    """Of RFC 9309 2.2.3 and 5.1: `*` for any octets, `$` for the end, `#` for a comment, and each of them escaped."""
    rules = robots(
        "User-agent: *\nDisallow: *.gif$\nDisallow: /a/*/print\nDisallow: /star-%2A\nDisallow: /price-%24\n"
        "Disallow: /odd$end\nAllow: /public # not only here\n"
    )
    refused = ("/x.gif", "/a/b/c/print.html", "/a//print", "/star-*", "/star-%2a-2", "/price-$", "/odd$end")
    assert [path for path in refused if rules.allows(HOST + path)] == []
    allowed = ("/x.gif?large", "/a/print", "/star-x", "/price-", "/odd", "/public")
    assert [path for path in allowed if not rules.allows(HOST + path)] == []


@pytest.mark.parametrize(
    ("pattern", "path", "same"),
    [
        # The table of RFC 9309 2.2.2, with paths of our own.
        ("/foto/ara?q=kar", "/foto/ara?q=kar", True),
        ("/foto/ara?q=https://kar.test", "/foto/ara?q=https%3A%2F%2Fkar.test", True),
        ("/foto/ara?q=https%3a%2f%2fkar.test", "/foto/ara?q=https://kar.test", True),
        ("/foto/*q=*//kar", "/foto/ara?q=https%3A%2F%2Fkar.test", True),
        ("/foto/ğ", "/foto/%C4%9F", True),
        ("/foto/%c4%9f", "/foto/ğ", True),
        ("/foto/%6B%61r", "/foto/kar", True),
        ("/foto/kar", "/foto/%6b%61%72", True),
        # A reserved character that is escaped is not what separates.
        ("/foto%2Fkar", "/foto/kar", False),
        ("/foto/kar", "/foto%2Fkar", False),
        ("/foto%3Fq", "/foto?q", False),
        # Octets are compared, so an escape is matched whole, and one that is none is a percent sign.
        ("/*2F", "/foto%2Fkar", False),
        ("/100%", "/100%25", True),
        ("/%zz", "/%25zz", True),
    ],
)
def test_paths_are_compared_octet_by_octet(pattern: str, path: str, same: bool) -> None:
    assert robots(f"User-agent: *\nDisallow: {pattern}").allows(HOST + path) != same


def test_octets_that_are_no_utf8_are_compared_too() -> None:
    rules = robots(b"User-agent: *\nDisallow: /caf\xe9\n")
    assert not rules.allows(f"{HOST}/caf%E9/menu")
    assert rules.allows(f"{HOST}/caf%C3%A9/menu")
    assert (rules.refusal(f"{HOST}/caf%E9") or "").isascii()


def test_the_rule_that_forbids_is_named() -> None:
    rules = robots("# ours\nUser-agent: *\nDisallow: /members/\nAllow: /members/faq\nDisallow: /*?print=*\n")
    assert rules.refusal(f"{HOST}/members/a") == "robots.txt line 3: Disallow: /members/"
    assert rules.refusal(f"{HOST}/a?print=1") == "robots.txt line 5: Disallow: /*?print=*"
    assert rules.refusal(f"{HOST}/members/faq") is None
    assert Robots.answered(503, b"").refusal(URL) == "robots.txt answered with status 503"


def test_of_a_long_file_the_first_500_kib_are_read_in_whole_lines() -> None:
    padding = b"# " + b"x" * 600 * 1024 + b"\n"
    rules = b"User-agent: *\nDisallow: /news/\n"
    assert robots(padding + rules).allows(URL)
    assert not robots(rules + padding).allows(URL)
    begun = b"User-agent: *\nAllow: /news/\n"
    fill = b"#" * (500 * 1024 - len(begun) - 1 - len("Disallow: /n")) + b"\n"
    assert robots(begun + fill + b"Disallow: /news/a-line-that-is-cut").allows(URL)


def test_the_crawl_delay_for_us() -> None:
    rules = "User-agent: *\nCrawl-delay: 3\nDisallow: /x\n\nUser-agent: Yanyana\nCrawl-delay: 7.5\nCrawl-delay: 2\n"
    assert robots(rules).delay == 7.5
    for nonsense in ("soon", "-4", "nan", "inf", ""):
        assert robots(f"User-agent: *\nCrawl-delay: {nonsense}").delay == 0
    assert Robots.answered(404, b"").delay == 0


@given(pattern=st.text("ab/*", max_size=10), path=st.text("ab/", max_size=10), anchored=st.booleans())
def test_wildcards_match_what_a_regular_expression_does(pattern: str, path: str, anchored: bool) -> None:
    """A second account of the same: `re` with its backtracking, on patterns short enough for it."""
    expected = ".*".join(map(re.escape, ("/" + pattern).split("*"))) + ("$" if anchored else "")
    rules = robots(f"User-agent: *\nDisallow: /{pattern}{'$' * anchored}")
    assert rules.allows(f"{HOST}/{path}") == (re.match(expected, f"/{path}") is None)


def test_a_hostile_pattern_is_matched_in_no_time() -> None:
    """A matcher that goes back would not end within anybody's lifetime."""
    rules = robots("User-agent: *\nDisallow: /" + "*a" * 5000 + "b\n" + "Disallow: /" + "*" * 100_000 + "x")
    assert rules.allows(f"{HOST}/{'a' * 2000}")


@given(
    body=st.one_of(st.binary(max_size=300), st.text(max_size=200).map(lambda text: b"User-agent: *\n" + text.encode()))
)
def test_no_file_is_too_strange_to_be_read(body: bytes) -> None:
    robots(body).refusal(URL)


@pytest.mark.parametrize(
    ("tags", "forbidden"),
    [
        ([], False),
        (["noindex, NoArchive"], True),
        (["noindex", "noarchive"], True),
        (["otherbot: noarchive"], False),
        (["yanyana: nofollow, noarchive"], True),
        (["unavailable_after: 25 Jun 2030 15:00:00 GMT", "all"], False),
        (["max-snippet: 20, noarchive"], True),
        (["noarchive, max-snippet: 20"], True),
    ],
)
def test_who_is_asked_not_to_keep_a_page(tags: list[str], forbidden: bool) -> None:
    assert forbids_keeping(tags) == forbidden


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (b'<head><meta name="robots" content="noarchive, max-snippet:-1"></head>', ["noarchive, max-snippet:-1"]),
        (b"<META CONTENT='NOARCHIVE' NAME='Robots'/>", ["NOARCHIVE"]),
        (b"<meta name=yanyana content=noarchive><meta name=robots content=all>", ["noarchive", "all"]),
        (b'<meta name="otherbot" content="noarchive"><meta name="description" content="noarchive">', []),
        (b"<meta name=robots>", [""]),
        (b"<meta " * 50_000, []),
        (b"", []),
    ],
)
def test_reads_what_a_page_says_to_robots(page: bytes, said: list[str]) -> None:
    assert stated_in(page) == said
