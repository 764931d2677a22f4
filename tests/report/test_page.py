"""The report is one file: it asks nothing of the network, tells no comment, survives hostile text and thin data."""

import base64
import json
import re
from pathlib import Path

import duckdb
import polars as pl
import pytest
from bs4 import BeautifulSoup

from pipelines.lake.parts import Lake
from pipelines.report import ReportError, render
from pipelines.settings import ROOT
from pipelines.warehouse.publish import publish
from tests.warehouse.sample import sample_lake


def _published(folder: Path, lake: Lake) -> Path:
    publish(lake, folder / "yanyana.duckdb", sql=ROOT / "sql", code_version="test")
    return folder / "yanyana.duckdb"


def _rendered(folder: Path, lake: Lake) -> BeautifulSoup:
    render(_published(folder, lake), folder / "index.html")
    return BeautifulSoup((folder / "index.html").read_text(encoding="utf-8"), "lxml")


def test_it_needs_nothing_but_itself(page: str) -> None:
    soup = BeautifulSoup(page, "lxml")
    for tag in soup.find_all(True):
        for name in ("src", "href", "srcset", "action"):
            assert re.match(r"^(#|data:|$)", str(tag.get(name, ""))), tag.name
    policy = soup.find("meta", attrs={"http-equiv": "Content-Security-Policy"})
    assert policy
    assert "default-src 'none'" in str(policy["content"])
    assert soup.style
    assert not re.search(r"url\(|@import", soup.style.get_text())


def test_it_opens_with_the_answer_and_its_interval(page: str) -> None:
    header = BeautifulSoup(page, "lxml").header
    assert header
    assert header.h1
    assert header.h1.get_text() == "More clickbait stands beside hard news than beside other stories"
    text = header.get_text(" ", strip=True)
    assert "calls on average 47% of the teasers beside a hard-news story clickbait, and 35% beside another" in text
    assert "+12 percentage points (95% interval +6 to +18)" in text
    assert "More at akşam. No difference can be told at beacon." in text
    assert "Corrected for the classifier's known errors it is +13 percentage points" in text
    assert "Rests on 48 stories in 96 pages captured on 2 days. Stories are compared within site × day." in text


def test_what_the_comparison_leaves_out_is_said(page: str) -> None:
    section = BeautifulSoup(page, "lxml").select_one("#sites")
    assert section
    assert "Left out: 6 stories of unknown topic, and 80 exposures of teasers" in section.get_text()


def test_no_comment_and_no_commenter_is_in_it(page: str, database: Path) -> None:
    with duckdb.connect(database, read_only=True) as con:
        keys = con.sql("SELECT DISTINCT author_key FROM core.comments").fetchall()
    assert keys
    everything = page + "".join(
        base64.b64decode(data).decode() for data in re.findall(r"data:text/csv;charset=utf-8;base64,([\w+/=]+)", page)
    )
    assert "SECRET COMMENT TEXT" not in everything
    assert not any(key in everything for (key,) in keys)


def test_every_figure_says_what_it_rests_on_and_gives_its_sql_and_numbers(page: str, database: Path) -> None:
    sections = BeautifulSoup(page, "lxml").find_all("section")
    assert [section["id"] for section in sections] == [
        "topics",
        "sites",
        "slots",
        "lifetimes",
        "company",
        "sharpened",
        "rhythm",
        "velocity",
        "coverage",
        "failures",
    ]
    with duckdb.connect(database, read_only=True) as con:
        for section in sections:
            assert re.search(r"Rests on .*captured on \d+ days?\.", section.get_text())
            assert section.pre
            sql = section.pre.get_text()
            link = section.find("a", download=True)
            assert link
            csv = base64.b64decode(str(link["href"]).partition("base64,")[2])
            assert pl.read_csv(csv).height == con.sql(sql).pl().height > 0


def test_its_charts_are_specifications_with_data_and_a_description(page: str) -> None:
    charts = BeautifulSoup(page, "lxml").select(".chart script")
    assert len(charts) == 8  # topics and slots of two sites, sites, lifetimes, company, coverage
    for chart in charts:
        spec = json.loads(chart.get_text())
        assert spec["description"]
        assert all(spec["datasets"].values())


def test_changed_words_of_a_sharpened_headline_are_marked(page: str) -> None:
    pairs = BeautifulSoup(page, "lxml").select("#sharpened li")
    assert len(pairs) == 12
    for pair in pairs:
        assert [mark.get_text() for mark in pair.find_all("del")] == ["açıklandı:", "dosya"]
        assert [mark.get_text() for mark in pair.find_all("ins")] == ["Şoke eden", "Bakın ne oldu:"]


def test_markup_in_headlines_reasons_and_sites_is_text(tmp_path: Path) -> None:
    lake = sample_lake(tmp_path / "lake")
    hostile = "</script><script>alert('x')</script><img src=x>"
    for path in (tmp_path / "lake").rglob("*.parquet"):
        data = pl.read_parquet(path)
        data.with_columns(
            pl.col("^site$").replace("beacon", hostile), pl.col("^reason$").replace("not decodable as text", hostile)
        ).write_parquet(path)
    soup = _rendered(tmp_path, lake)
    assert not soup.find_all(["img", "b"])
    assert len(soup.find_all("script", type=False)) == 2
    assert hostile in soup.get_text()
    assert "<b>Şarkıcı</b>" in soup.select_one("#sharpened").get_text()  # pyright: ignore[reportOptionalMemberAccess]


def test_thin_data_get_notes_instead_of_charts(tmp_path: Path) -> None:
    soup = _rendered(tmp_path, sample_lake(tmp_path / "lake", stories=6))
    assert soup.h1
    assert soup.h1.get_text() == "Nothing can be told yet"
    assert "No site has 50 comments" in soup.select_one("#rhythm .note").get_text()  # pyright: ignore[reportOptionalMemberAccess]
    for section in ("topics", "sites", "slots"):
        assert "at least 20 are needed" in soup.select_one(f"#{section} .note").get_text()  # pyright: ignore[reportOptionalMemberAccess]
        assert not soup.select(f"#{section} .chart")


def test_an_empty_lake_gives_a_report_that_says_so(tmp_path: Path) -> None:
    soup = _rendered(tmp_path, Lake(tmp_path / "none"))
    assert not soup.select(".chart")
    assert len(soup.select(".note")) == len(soup.select("section")) == 10
    assert not soup.select("a[download]")


def test_headlines_in_a_network_are_named_by_number(page: str) -> None:
    section = BeautifulSoup(page, "lxml").select_one("#company")
    assert section
    [chart] = section.select(".chart script")
    numbers = {
        row["number"] for rows in json.loads(chart.get_text())["datasets"].values() for row in rows if "number" in row
    }
    assert numbers == set(range(1, 6))
    assert len(section.select(".key li")) == len(numbers)
    assert "8 pairs tried, of which 4 hold between 5 headlines" in section.get_text()


def test_without_a_published_file_the_old_report_stays(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("old")
    with pytest.raises(ReportError, match="nothing is published there yet"):
        render(tmp_path / "none.duckdb", tmp_path / "index.html")
    with duckdb.connect(tmp_path / "other.duckdb") as con:
        con.execute("CREATE TABLE t (a INTEGER)")
    with pytest.raises(ReportError, match=r"other\.duckdb: not a file that this version published"):
        render(tmp_path / "other.duckdb", tmp_path / "index.html")
    assert (tmp_path / "index.html").read_text() == "old"
