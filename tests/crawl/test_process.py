"""Crawls as they are run: the process on one side, and what the servers saw on the other."""

import fcntl
import gzip
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipelines.crawl.archive import Exchange, not_a_page, read_segment, segments
from pipelines.crawl.process import CrawlError, read_job
from pipelines.crawl.segment import recover
from pipelines.lake import schema
from pipelines.lake.parts import Lake, check, frame
from tests.crawl.web import Answer, Asked, Web, page, text

DAY = date(2026, 3, 1)
ALLOW = text("User-agent: *\nDisallow:")
COMMAND = [sys.executable, "-m", "pipelines.crawl.process"]
STORIES = ["/a-story-of-four-words", "/another-story-of-five-words", "/the-third-of-these-stories"]

Answers = Callable[[str], Mapping[str, Answer]]


def job(archive: Path, *sites: dict[str, Any], **more: Any) -> dict[str, Any]:
    places = {"archive": str(archive), "lake": str(archive / "lake")}
    return {"run_id": "run-1", "day": DAY.isoformat(), "sites": list(sites), **places, **more}


def site(name: str, web: Web, **more: Any) -> dict[str, Any]:
    return {"name": name, "language": "en", "start": [f"{web.url}/"], "delay": 0, **more}


def run(job: dict[str, Any]) -> dict[str, Any]:
    done = subprocess.run(COMMAND, input=json.dumps(job), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return json.loads(done.stdout)


def exchanges(archive: Path) -> list[Exchange]:
    return [each for path in segments(archive) for each in read_segment(path) if isinstance(each, Exchange)]


def paced(url: str) -> dict[str, Answer]:
    front = page("front", *STORIES, "/world/", f"{url}/members/a-story-nobody-may-read", "http://other.test/a-b-c-d")
    return {
        "/robots.txt": text("User-agent: *\nDisallow: /members/"),
        "/": Answer(front.body, headers={**front.headers, "Set-Cookie": "id=1"}),
        "/world/": page(
            "world", STORIES[0], "/deeper/", "/a-story-of-the-world", url.replace("http", "ftp") + "/a-b-c-d"
        ),
        "/a-story-of-the-world": page("far away"),
        **{path: Answer(page(path).body, wait=0.02) for path in STORIES},
    }


def slow_by_robots(url: str) -> dict[str, Answer]:
    return {"/robots.txt": text("User-agent: *\nCrawl-delay: 0.4"), "/": page("front", *STORIES[:2])} | {
        path: page(path) for path in STORIES
    }


def robots_down(url: str) -> dict[str, Answer]:
    return {"/robots.txt": Answer(b"", 503), "/": page("front", *STORIES)}


def robots_cut(url: str) -> dict[str, Answer]:
    return {"/robots.txt": Answer(b"User-agent: *\n", short=True), "/": page("front", *STORIES)}


def robots_missing(url: str) -> dict[str, Answer]:
    return {"/": page("front", STORIES[0]), STORIES[0]: page("story")}


def moved(url: str) -> dict[str, Answer]:
    def to(location: str, status: int = 301) -> Answer:
        return Answer(b"moved", status, {"Location": location, "Content-Type": "text/plain"})

    return {
        "/robots.txt": to("/real-robots.txt"),
        "/real-robots.txt": text("User-agent: *\nDisallow: /private"),
        "/": to("/start", 302),
        "/start": page("front", "/s/12345", "/loop-of-four-words-a", "/out-of-this-site-1", "/to-the-private-story-1"),
        "/s/12345": to(STORIES[0], 308),
        STORIES[0]: page("story"),
        "/loop-of-four-words-a": to("/loop-of-four-words-b"),
        "/loop-of-four-words-b": to("/loop-of-four-words-a"),
        "/out-of-this-site-1": to("http://localhost:9/elsewhere"),
        "/to-the-private-story-1": to("/private"),
        "/private": page("private"),
    }


def listed(url: str) -> dict[str, Answer]:
    def entry(path: str, day: int) -> str:
        return f"<item><link>{url}{path}</link><pubDate>0{day} Mar 2026 10:00:00 GMT</pubDate></item>"

    feed = "<rss><channel>" + entry("/older", 1) + entry("/newest", 9) + "</channel></rss>"
    index = f"<sitemapindex><sitemap><loc>{url}/news.xml.gz</loc></sitemap></sitemapindex>"
    news = f"<urlset><url><loc>{url}/newer</loc><lastmod>2026-03-05</lastmod></url></urlset>"
    packed = Answer(gzip.compress(news.encode()), headers={"Content-Type": "application/gzip"})
    return {
        "/robots.txt": ALLOW,
        "/feed": text(feed, "application/rss+xml"),
        "/sitemap.xml": text(index, "application/xml"),
        "/news.xml.gz": packed,
        **{path: page(path) for path in ("/older", "/newest", "/newer")},
    }


def odd(url: str) -> dict[str, Answer]:
    html = "<!doctype html><title>Şehir</title><p>ığü".encode("windows-1254")
    header = {"Content-Type": "text/html; charset=windows-1254", "Content-Encoding": "gzip"}
    bomb = Answer(gzip.compress(bytes(40 * 2**20)), headers=header)
    names = ["gzipped", "damaged", "bomb", "large", "short", "gone", "refused"]
    return {
        "/robots.txt": ALLOW,
        "/": page("front", *(f"/{name}-story-of-four-words" for name in names)),
        "/gzipped-story-of-four-words": Answer(gzip.compress(html), headers=header),
        "/damaged-story-of-four-words": Answer(b"\x1f\x8bno gzip", headers=header),
        "/bomb-story-of-four-words": bomb,
        "/large-story-of-four-words": Answer(bytes(11 * 2**20)),
        "/short-story-of-four-words": Answer(b"<p>half a", short=True),
        "/refused-story-of-four-words": Answer(b"", 429),
    }


SITES: dict[str, Answers] = {
    "paced": paced,
    "slow": slow_by_robots,
    "down": robots_down,
    "cut": robots_cut,
    "missing": robots_missing,
    "moved": moved,
    "listed": listed,
    "odd": odd,
}
DELAY = 0.15
_LATE = 0.08  # seconds that a busy machine may take to notice a request


@dataclass
class Crawled:
    webs: dict[str, Web]
    reports: dict[str, dict[str, Any]]
    by_site: dict[str, list[Exchange]]
    result: dict[str, Any]
    archive: Path

    def paths(self, name: str) -> list[str]:
        return [each.url.removeprefix(self.webs[name].url) for each in self.by_site[name]]


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    """All the sites above in one crawl."""
    archive = tmp_path_factory.mktemp("archive")
    with ExitStack() as stack:
        webs = {name: stack.enter_context(Web(answers).serving()) for name, answers in SITES.items()}
        sites = [site(name, web) for name, web in webs.items() if name not in ("paced", "listed")]
        sites.append(site("paced", webs["paced"], delay=DELAY))
        url = webs["listed"].url
        sites.append({**site("listed", webs["listed"]), "start": [], "feeds": [f"{url}/feed"]})
        sites[-1]["sitemaps"] = [f"{url}/sitemap.xml"]
        result = run(job(archive, *sites))
    by_site: dict[str, list[Exchange]] = {name: [] for name in webs}
    for exchange in exchanges(archive):
        assert exchange.site
        by_site[exchange.site].append(exchange)
    return Crawled(webs, {report["site"]: report for report in result["reports"]}, by_site, result, archive)


def test_what_robots_txt_forbids_is_not_asked_for(crawled: Crawled) -> None:
    assert crawled.webs["paced"].paths() == [
        "/robots.txt",
        "/",
        "/world/",
        *STORIES,
        "/a-story-of-the-world",
    ]
    assert crawled.reports["paced"]["refused_by_robots"] == 1


def test_one_request_at_a_time_and_the_delay_between_any_two(crawled: Crawled) -> None:
    log = crawled.webs["paced"].log
    assert len(log) == 7
    for before, after in pairwise(log):
        assert after.began >= before.ended
        assert after.began - before.began >= DELAY - _LATE
    assert DELAY - 0.01 <= crawled.reports["paced"]["delay"] < 2 * DELAY


def test_a_larger_crawl_delay_is_kept(crawled: Crawled) -> None:
    began = [asked.began for asked in crawled.webs["slow"].log]
    assert len(began) == 4
    assert min(after - before for before, after in pairwise(began)) >= 0.4 - _LATE


@pytest.mark.parametrize("name", ["down", "cut"])
def test_a_robots_txt_that_cannot_be_had_forbids_everything(crawled: Crawled, name: str) -> None:
    assert crawled.webs[name].paths() == ["/robots.txt"]
    assert crawled.reports[name]["refused_by_robots"] == 1


def test_a_missing_robots_txt_forbids_nothing(crawled: Crawled) -> None:
    assert crawled.webs["missing"].paths() == ["/robots.txt", "/", STORIES[0]]
    assert [each.status for each in crawled.by_site["missing"]] == [404, 200, 200]


def test_every_hop_of_a_redirect_is_asked_by_the_rules_and_archived(crawled: Crawled) -> None:
    asked = ["/robots.txt", "/real-robots.txt", "/", "/start", "/s/12345", STORIES[0], "/loop-of-four-words-a"]
    asked += ["/loop-of-four-words-b", "/out-of-this-site-1", "/to-the-private-story-1"]
    assert crawled.webs["moved"].paths() == asked
    assert crawled.paths("moved") == asked
    hops = dict(zip(crawled.paths("moved"), crawled.by_site["moved"], strict=True))
    assert hops["/s/12345"].status == 308
    assert hops[STORIES[0]].via == crawled.webs["moved"].url + "/s/12345"
    assert hops["/start"].via == crawled.webs["moved"].url + "/"
    assert hops["/"].via is None
    assert crawled.reports["moved"]["refused_by_robots"] == 1


def test_the_latest_stories_of_feeds_and_sitemaps_come_first(crawled: Crawled) -> None:
    asked = ["/robots.txt", "/feed", "/sitemap.xml", "/news.xml.gz", "/newest", "/newer", "/older"]
    assert crawled.webs["listed"].paths() == asked
    via = {path: each.via for path, each in zip(crawled.paths("listed"), crawled.by_site["listed"], strict=True)}
    assert via["/newer"] == crawled.webs["listed"].url + "/news.xml.gz"


def test_an_encoded_page_can_be_read_from_the_archive(crawled: Crawled) -> None:
    [story] = [each for each in crawled.by_site["odd"] if "gzipped" in each.url]
    assert not_a_page(story) is None
    assert story.content_type == "text/html; charset=windows-1254"
    assert "Şehir" in story.body.decode("windows-1254")
    assert story.header("X-Archive-Orig-Content-Encoding") == "gzip"


def test_what_goes_wrong_is_counted_by_reason_and_the_crawl_goes_on(crawled: Crawled) -> None:
    report = crawled.reports["odd"]
    assert json.loads(report["failures"]) == {"body too large": 2, "body cut short": 1}
    assert report["failed"] == 3
    assert crawled.webs["odd"].paths()[-1] == "/refused-story-of-four-words"
    statuses = {each.url.rpartition("/")[2].partition("-")[0]: each.status for each in crawled.by_site["odd"]}
    assert statuses == {"robots.txt": 200, "": 200, "gzipped": 200, "gone": 404, "refused": 429}
    skipped = {
        each.reason
        for path in segments(crawled.archive)
        for each in read_segment(path)
        if not isinstance(each, Exchange)
    }
    assert "body is no valid gzip" in skipped
    assert "body too large" not in skipped, "what is over a limit is not archived"


def test_the_reports_fit_their_table_and_agree_with_the_servers(crawled: Crawled) -> None:
    rows = [
        {**report, "started_at": _utc(report["started_at"]), "finished_at": _utc(report["finished_at"])}
        for report in crawled.result["reports"]
    ]
    check(schema.CRAWL_REPORTS, frame(schema.CRAWL_REPORTS, rows))
    for name, web in crawled.webs.items():
        report = crawled.reports[name]
        assert report["responses"] + report["failed"] == len(web.log) - (name == "cut"), name
    assert crawled.result["segments"] == [path.name for path in segments(crawled.archive, DAY)]


def _utc(text: str) -> Any:
    from datetime import UTC, datetime

    return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)


def test_we_say_who_we_are_and_keep_nothing_of_the_site(tmp_path: Path) -> None:
    with Web(paced).serving() as web:
        run(job(tmp_path, site("paced", web, max_pages=3), contact="https://desk.test/yanyana"))
    assert len(web.log) == 4, "robots.txt and three pages"
    for asked in web.log:
        assert asked.headers["User-Agent"].startswith("Yanyana/")
        assert asked.headers["User-Agent"].endswith("(+https://desk.test/yanyana)")
        assert not {"Cookie", "Referer"} & set(asked.headers)
    [segment] = segments(tmp_path)
    assert b"operator: https://desk.test/yanyana" in gzip.decompress(segment.read_bytes())


def versioned(url: str) -> dict[str, Answer]:
    def page_of(name: str, *links: str) -> Answer:
        body = page(name, *links)
        return Answer(body.body, headers={**body.headers, "ETag": f'"{name}"'})

    return {"/robots.txt": ALLOW, "/": page_of("front", *STORIES), **{path: page_of(path) for path in STORIES}}


def unchanged(web: Web) -> None:
    """From now on every page says that it has not changed, to those who ask so."""
    for path in ("/", *STORIES):
        web.answers = {**web.answers, path: Answer(b"", 304, {"ETag": web.answers[path].headers["ETag"]})}


def test_what_was_fetched_is_asked_for_again_when_it_is_due_and_only_whether_it_has_changed(tmp_path: Path) -> None:
    with Web(versioned).serving() as web:
        often = site("paper", web, ages=["0", "1s"], lists_every="1s")
        run(job(tmp_path, site("paper", web)))
        asked = len(web.log)
        at_once = run(job(tmp_path, site("paper", web)))["reports"][0]
        assert len(web.log) == asked, "nothing is due, so nobody is asked, not even for robots.txt"
        assert (at_once["due"], at_once["discovered"], at_once["responses"]) == (0, 0, 0)
        unchanged(web)
        time.sleep(1.1)
        again = run(job(tmp_path, often))["reports"][0]
        later = web.log[asked:]
        time.sleep(1.1)
        run(job(tmp_path, often))
        assert web.paths()[asked + 5 :] == ["/robots.txt", "/"], "the stories have reached their last age"
    assert [each.path for each in later] == [
        "/robots.txt",
        "/",
        *sorted(STORIES, key=lambda path: later_at(later, path)),
    ]
    conditions = {each.path: each.headers.get("If-None-Match") for each in later}
    assert conditions == {"/robots.txt": None, "/": '"front"', **{path: f'"{path}"' for path in STORIES}}
    assert (again["due"], again["not_modified"], again["discovered"]) == (4, 4, 0)
    stories = [each for each in exchanges(tmp_path) if each.url.endswith(STORIES[0])]
    assert [each.status for each in stories] == [200, 304]
    assert stories[1].body == stories[0].body
    assert stories[1].revisits == (segments(tmp_path)[0].name.removesuffix(".warc.gz"), stories[0].offset)


def later_at(log: list[Asked], path: str) -> float:
    return next(asked.began for asked in log if asked.path == path)


def test_what_did_not_fit_into_a_run_is_fetched_by_the_next(tmp_path: Path) -> None:
    with Web(versioned).serving() as web:
        small = site("paper", web, max_pages=2)
        first = run(job(tmp_path, small))["reports"][0]
        assert (first["due"], first["left"]) == (4, 2)
        assert first["oldest_due"] in {web.url + path for path in STORIES}
        second = run(job(tmp_path, small))["reports"][0]
        assert (second["due"], second["left"], second["discovered"]) == (2, 0, 0)
    assert sorted(web.paths()) == sorted(["/robots.txt", "/robots.txt", "/", *STORIES])


def silent(url: str) -> dict[str, Answer]:
    return {
        "/robots.txt": ALLOW,
        "/": page("front", *STORIES, "/2031/07/", "/2031/08/"),
        STORIES[0]: Answer(b"a", short=True),
    }


def test_failures_are_reported_by_address_and_not_asked_for_again_at_once(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    with Web(silent).serving() as web:
        said = run(job(tmp_path, site("paper", web)))
        [failure] = said["failures"]
        assert (failure["url"], failure["reason"]) == (web.url + STORIES[0], "body cut short")
        row = failure | {"failed_at": _utc(failure["failed_at"])}
        lake.write(schema.CRAWL_FAILURES, frame(schema.CRAWL_FAILURES, [row]), part="a", day=DAY, made_by="test")
        assert run(job(tmp_path, site("paper", web)))["reports"][0]["due"] == 0
    [report] = said["reports"]
    assert json.loads(report["traps"]) == {"calendar": {"addresses": 2, "example": f"{web.url}/2031/07/"}}


def test_what_robots_txt_forbids_is_not_due_again_at_once(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    with Web(paced).serving() as web:
        said = run(job(tmp_path, site("paced", web)))
        [refused] = said["failures"]
        assert (refused["url"], refused["robots"]) == (f"{web.url}/members/a-story-nobody-may-read", True)
        assert refused["reason"] in json.loads(said["reports"][0]["refusals"])
        row = refused | {"failed_at": _utc(refused["failed_at"])}
        lake.write(schema.CRAWL_FAILURES, frame(schema.CRAWL_FAILURES, [row]), part="a", day=DAY, made_by="test")
        asked = len(web.log)
        assert run(job(tmp_path, site("paced", web)))["reports"][0]["due"] == 0
        assert len(web.log) == asked


def test_a_network_that_is_gone_ends_the_run_and_the_next_goes_on(tmp_path: Path) -> None:
    web = Web(versioned)
    nobody = {**site("paper", web), "start": ["http://127.0.0.1:9/"]}
    report = run(job(tmp_path, nobody))["reports"][0]
    assert report["refused_by_robots"] == 1, "a robots.txt that cannot be had forbids everything"
    assert "connection refused" in report["refusals"] or "cannot be had" in report["refusals"]
    with web.serving():
        assert run(job(tmp_path, site("paper", web)))["reports"][0]["responses"] == 5


def endless(url: str) -> dict[str, Answer]:
    stories = [f"/story-number-{n}-of-many" for n in range(400)]
    return {"/robots.txt": ALLOW, "/": page("front", *stories)} | {
        path: Answer(page(path).body * 50, wait=0.01) for path in stories
    }


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_crawl_that_is_ended_keeps_what_it_had(tmp_path: Path, how: signal.Signals) -> None:
    archive = tmp_path / "archive"
    with Web(endless).serving() as web:
        (tmp_path / "job").write_text(json.dumps(job(archive, site("endless", web, max_pages=1000))))
        with (tmp_path / "job").open() as given:
            victim = subprocess.Popen(COMMAND, stdin=given, stdout=subprocess.PIPE, text=True)
        while len(web.log) < 20:
            time.sleep(0.01)
            assert victim.poll() is None
        assert recover(archive) == []
        victim.send_signal(how)
        said = victim.communicate(timeout=10)[0]
        assert victim.returncode == (0 if how is signal.SIGTERM else -how)
    if how is signal.SIGTERM:
        assert json.loads(said)["reports"][0]["responses"] == len(exchanges(archive))
        assert recover(archive) == []
    else:
        assert segments(archive) == []
        assert len(recover(archive)) == 1
    kept, answered = [each.url.removeprefix(web.url) for each in exchanges(archive)], web.paths()
    assert kept == answered[: len(kept)]
    assert len(kept) >= len(answered) - 1


# Dagster's own Pipes session uses what Dagster deprecates or calls a preview.
@pytest.mark.filterwarnings("ignore:AssetExecutionContext", "ignore:Function `PipesMessageReader")
def test_under_pipes_the_job_comes_from_dagster_and_the_result_goes_there(tmp_path: Path) -> None:
    @dg.asset
    def archive(context: dg.AssetExecutionContext, crawler: dg.PipesSubprocessClient) -> dg.MaterializeResult:
        done = crawler.run(command=COMMAND, context=context, extras={"job": job(tmp_path, site("paced", web))})
        [message] = done.get_custom_messages()
        return dg.MaterializeResult(metadata={"responses": message["reports"][0]["responses"]})

    with Web(paced).serving() as web, dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize([archive], resources={"crawler": dg.PipesSubprocessClient()}, instance=instance)
        logs = " ".join(entry.message for entry in instance.all_logs(result.run_id))
    assert result.asset_materializations_for_node("archive")[0].metadata["responses"].value == 7
    assert "forbids" in logs
    assert len(exchanges(tmp_path)) == 7


def test_strangers_are_not_crawled_without_a_contact(tmp_path: Path) -> None:
    stranger = {"name": "paper", "language": "en", "start": ["https://paper.test/"], "delay": 5}
    with pytest.raises(CrawlError, match=r"paper\.test.*contact"):
        read_job(json.dumps(job(tmp_path, stranger)))
    assert read_job(json.dumps(job(tmp_path, stranger, contact="me@desk.test"))).user_agent.endswith("(+me@desk.test)")


def test_without_a_contact_no_redirect_leads_to_a_stranger(tmp_path: Path) -> None:
    def elsewhere(url: str) -> dict[str, Answer]:
        away = Answer(b"", 301, {"Location": "http://paper.test/robots.txt"})
        return {"/robots.txt": away, "/": page("front", *STORIES)}

    with Web(elsewhere).serving() as web:
        report = run(job(tmp_path, site("paper", web)))["reports"][0]
    assert web.paths() == ["/robots.txt"]
    assert "no contact is set" in report["refusals"]


@pytest.mark.parametrize("text", ["", "{}", '{"sites": []}', "nonsense"])
def test_a_job_that_is_not_valid_is_refused_in_words(text: str) -> None:
    with pytest.raises(CrawlError, match="job is not valid"):
        read_job(text)


def test_an_archive_that_cannot_be_written_ends_the_crawl(tmp_path: Path) -> None:
    (tmp_path / f"day={DAY}").write_text("not a folder")
    with Web(paced).serving() as web:
        asked = json.dumps(job(tmp_path, site("paced", web)))
        done = subprocess.run(COMMAND, input=asked, capture_output=True, text=True, timeout=30)
    assert done.returncode == 2
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert web.paths() == ["/robots.txt"], "nothing more is asked that could not be kept"


def test_an_archive_on_a_system_that_is_not_to_be_written_is_named(tmp_path: Path) -> None:
    with Web(paced).serving() as web:
        asked = json.dumps(job(Path("/proc/of-the-system"), site("paced", web)) | {"lake": str(tmp_path)})
        done = subprocess.run(COMMAND, input=asked, capture_output=True, text=True, timeout=30)
    assert done.returncode == 2
    assert done.stderr.startswith("/proc/of-the-system: cannot be written")
    assert web.log == []


def test_two_crawls_of_one_archive_do_not_ask_side_by_side(tmp_path: Path) -> None:
    with Web(robots_missing).serving() as web, (tmp_path / ".crawl.lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        (tmp_path / "job").write_text(json.dumps(job(tmp_path, site("missing", web))))
        with (tmp_path / "job").open() as given:
            waiting = subprocess.Popen(COMMAND, stdin=given, stdout=subprocess.PIPE)
        time.sleep(1.5)
        assert waiting.poll() is None
        assert web.log == []
        fcntl.flock(other, fcntl.LOCK_UN)
        waiting.communicate(timeout=20)
        assert waiting.returncode == 0
        assert len(web.log) == 3


_PARENT = """
import sys
import dagster as dg
COMMAND, JOB = [sys.executable, "-m", "pipelines.crawl.process"], __import__("json").loads(sys.stdin.read())

@dg.asset
def archive(context: dg.AssetExecutionContext, crawler: dg.PipesSubprocessClient):
    return crawler.run(command=COMMAND, context=context, extras={"job": JOB}).get_materialize_result()

dg.materialize([archive], resources={"crawler": dg.PipesSubprocessClient()})
"""


def test_a_crawl_whose_run_was_killed_ends_and_keeps_what_it_had(tmp_path: Path) -> None:
    (tmp_path / "parent.py").write_text(_PARENT)
    with Web(endless).serving() as web:
        (tmp_path / "job").write_text(json.dumps(job(tmp_path, site("endless", web, max_pages=1000))))
        with (tmp_path / "job").open() as given, (tmp_path / "said").open("w") as said:
            parent = subprocess.Popen(
                [sys.executable, "parent.py"], cwd=tmp_path, stdin=given, stdout=said, stderr=said
            )
        while len(web.log) < 20:
            time.sleep(0.01)
            assert parent.poll() is None, (tmp_path / "said").read_text()
        parent.kill()
        parent.wait()
        give_up = time.monotonic() + 10
        while not segments(tmp_path):
            assert time.monotonic() < give_up
            time.sleep(0.05)
        asked = len(web.log)
        time.sleep(0.3)
        assert len(web.log) == asked < 402
    assert len(exchanges(tmp_path)) == asked
