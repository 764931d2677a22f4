"""sites.toml and YANYANA_* variables: what is accepted, and how a mistake is reported."""

from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.lake.engine import EngineError
from pipelines.settings import ROOT, Settings, SettingsError, Site, SiteIndex, load, read_sites

SITES = """\
[crawl]
contact = "desk@example.org"

[[site]]
name = "first"
language = "tr"
timezone = "Europe/Istanbul"
start = ["https://first.example/"]

[[site]]
name = "second"
language = "en"
timezone = "Europe/London"
feeds = [
    "https://www.second.example/feed",
]
delay = 2
[site.sections]
money = "economy-business-finance"
[site.comments]
story = '(.+)/'
thread = '\\1/comments'
comment = "p.said"
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "sites.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_tracked_file_is_valid_and_crawls_only_the_demo() -> None:
    sites = read_sites(ROOT / "data" / "sites.toml")
    assert {site.name for site in sites.enabled} == {"demo-portal", "demo-gazette", "demo-broadsheet", "demo-kulis"}
    assert not next(site for site in sites.site if site.name == "haberler").enabled


def test_a_site_has_what_the_file_says(tmp_path: Path) -> None:
    second = read_sites(write(tmp_path, SITES)).site[1]
    assert second.seeds == ("https://www.second.example/feed",)
    assert second.delay == 2
    assert second.sections == {"money": "economy-business-finance"}


@pytest.mark.parametrize(
    ("right", "wrong", "line", "key", "words"),
    [
        ('language = "en"', 'language = "english!"', 12, "site.2.language", "pattern"),
        ("Europe/London", "Mars/Olympus", 13, "site.2.timezone", "IANA"),
        ("delay = 2", "delay = 0.2", 17, "site.2.delay", "too short"),
        ("delay = 2", "dellay = 2", 17, "site.2.dellay", "not permitted"),
        ('money = "economy-business-finance"', 'money = "cash"', 19, "site.2.sections.money", "sport"),
        ('"https://first.example/"', '"gopher://first.example/"', 8, "site.1.start.1", "http"),
        ('name = "second"', 'name = "first"', 11, "site.2.name", "two sites"),
        ('name = "second"', 'name = "all"', 11, "site.2.name", "every site"),
        ('contact = "desk@example.org"', 'contact = ""', 2, "crawl.contact", "User-Agent"),
        ('contact = "desk@example.org"', "", 1, "crawl.contact", "User-Agent"),
        ('comment = "p.said"', 'comment = "p..said"', 23, "site.2.comments.comment", "no CSS selector"),
        (r"'\1/comments'", r"'\2/comments'", 22, "site.2.comments.thread", "group"),
        ('start = ["https://first.example/"]', "", 4, "site.1", "at least one address"),
        ("delay = 2", 'ages = ["1h", "6h"]', 17, "site.2.ages", 'begin with "0"'),
        ("delay = 2", 'ages = ["0", "6h", "1h"]', 17, "site.2.ages", "rise"),
        ("delay = 2", 'ages = ["0", "soon"]', 17, "site.2.ages.2", "no span of time"),
        ("delay = 2", 'lists_every = "30"', 17, "site.2.lists_every", "no span of time"),
    ],
)
def test_a_mistake_is_reported_by_line_and_key(
    tmp_path: Path, right: str, wrong: str, line: int, key: str, words: str
) -> None:
    path = write(tmp_path, SITES.replace(right, wrong, 1))
    with pytest.raises(SettingsError) as raised:
        read_sites(path)
    assert str(raised.value).startswith(f"{path}:{line}: {key}: ")
    assert words in str(raised.value)


def test_a_site_is_read_at_its_own_ages_or_else_at_those_of_all(tmp_path: Path) -> None:
    text = SITES.replace("[crawl]", '[crawl]\nages = ["0", "2h"]\nlists_every = "15m"')
    first, second = read_sites(write(tmp_path, text.replace("delay = 2", 'ages = ["0", "30m", "1d"]'))).site
    assert first.ages == (timedelta(0), timedelta(hours=2))
    assert second.ages == (timedelta(0), timedelta(minutes=30), timedelta(days=1))
    assert first.lists_every == second.lists_every == timedelta(minutes=15)
    assert read_sites(write(tmp_path, SITES)).site[0].ages[-1] == timedelta(days=7)
    assert Site.model_validate_json(second.model_dump_json()) == second


def test_sites_are_chosen_by_name(tmp_path: Path) -> None:
    sites = read_sites(write(tmp_path, SITES))
    assert sites.chosen(["second"]) == (sites.site[1],)
    assert sites.chosen([]) == sites.enabled
    with pytest.raises(SettingsError, match=r"third.*first, second"):
        sites.chosen(["second", "third"])


def test_every_mistake_is_reported_at_once(tmp_path: Path) -> None:
    text = SITES.replace('"tr"', '"TR!"').replace("Europe/London", "Mars/Olympus")
    with pytest.raises(SettingsError) as raised:
        read_sites(write(tmp_path, text))
    assert [line.split(":")[1] for line in str(raised.value).splitlines()] == ["6", "13"]


def test_broken_toml_and_a_missing_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="line 1"):
        read_sites(write(tmp_path, "[[site]\n"))
    with pytest.raises(SettingsError, match="YANYANA_SITES"):
        read_sites(tmp_path / "absent.toml")


def test_a_wrong_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YANYANA_WORKERS", "many")
    with pytest.raises(SettingsError, match="YANYANA_WORKERS"):
        load()


def test_spark_that_is_not_there_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YANYANA_ENGINE", "spark")
    monkeypatch.setenv("YANYANA_SPARK", "thrift://cluster")
    with pytest.raises(SettingsError, match="YANYANA_SPARK"):
        load()
    monkeypatch.setenv("YANYANA_SPARK", "local[2]")
    with monkeypatch.context() as without_spark:
        without_spark.setattr("pipelines.lake.engine.find_spec", lambda _: None)
        with pytest.raises(SettingsError, match=r"YANYANA_ENGINE: .*make spark"):
            load()
    pytest.importorskip("pyspark", reason="`make spark` installs Spark")
    monkeypatch.setenv("JAVA_HOME", "/nowhere")
    with pytest.raises(SettingsError, match=r"YANYANA_ENGINE: .*Java.*/nowhere"):
        load()


def test_a_connect_server_needs_no_java_here(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pyspark", reason="`make spark` installs Spark")
    monkeypatch.setenv("JAVA_HOME", "/nowhere")
    monkeypatch.setenv("YANYANA_ENGINE", "spark")
    monkeypatch.setenv("YANYANA_SPARK", "sc://127.0.0.1:1")
    monkeypatch.setenv("YANYANA_SPARK_CONF", "{")
    with pytest.raises(SettingsError, match="YANYANA_SPARK_CONF"):
        load()
    monkeypatch.setenv("YANYANA_SPARK_CONF", '{"spark.sql.shuffle.partitions": "8"}')
    settings = load()
    assert settings.spark_conf == {"spark.sql.shuffle.partitions": "8"}
    with pytest.raises(EngineError, match=r"sc://127.0.0.1:1"), settings.session():
        pass


def test_addresses_find_their_site(tmp_path: Path) -> None:
    index = SiteIndex(read_sites(write(tmp_path, SITES)).site)
    assert index.name("https://m.first.example/story") == "first"
    assert index.name("https://second.example/story") == "second"
    assert index.name("https://news.stranger.co.uk/story") == "stranger.co.uk"
    assert index.configured("https://stranger.co.uk/") is None


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    assert settings.secret() is None
    key = tmp_path / "secret.key"
    key.write_bytes(b"abc\n")
    key.chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        settings.secret()
    key.chmod(0o600)
    assert settings.secret() == b"abc"
