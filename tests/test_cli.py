"""The command line as other programs use it: what goes in, what comes out, and how it fails."""

import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from pipelines.lake.ids import key_id
from pipelines.settings import ROOT

HEADLINES = "Bunu gören gözlerine inanamadı!\n\nMeclis bütçeyi kabul etti\nParliament passes the budget\n"


def yanyana(folder: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "YANYANA_DATA": str(folder), "YANYANA_WORKERS": "1"}
    command = [sys.executable, "-m", "pipelines.cli", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=environment, input=stdin, capture_output=True, text=True, timeout=60, check=False
    )


def test_classify_prints_one_object_a_line_in_order(tmp_path: Path) -> None:
    done = yanyana(tmp_path, "classify", stdin=HEADLINES)
    labels = [json.loads(line) for line in done.stdout.splitlines()]
    assert [label["headline"] for label in labels] == HEADLINES.splitlines()
    assert list(labels[0]) == [
        "headline",
        "language",
        "clickbait",
        "sensational",
        "topic",
        "topic_probability",
        "topic_source",
        "hard",
        "model_version",
    ]
    assert labels[0]["clickbait"] > 0.5 > labels[2]["clickbait"]
    assert labels[1]["clickbait"] is None


def test_classify_explains_on_request(tmp_path: Path) -> None:
    done = yanyana(tmp_path, "classify", "--language", "tr", "--explain", stdin=HEADLINES)
    assert json.loads(done.stdout.splitlines()[0])["cues"]


def test_extract_reads_saved_pages_in_order(tmp_path: Path) -> None:
    for name in ("first", "second"):
        html = (
            f'<html lang="en"><head><link rel="canonical" href="https://site.example/{name}">'
            '<meta property="og:type" content="article"></head>'
            f"<body><article><h1>The {name} story of the day</h1>"
            + "".join(
                f"<p>Paragraph {n} of the {name} story says what its readers want to know.</p>" for n in range(20)
            )
        )
        (tmp_path / f"{name}.html").write_text(html, encoding="utf-8")
    done = yanyana(tmp_path, "extract", str(tmp_path / "second.html"), str(tmp_path / "first.html"))
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert [record["article"]["title"] for record in records] == [
        "The second story of the day",
        "The first story of the day",
    ]
    assert {"url", "article", "blocks", "comment_section", "engagement", "widgets", "shares"} <= set(records[0])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["query", "SELECT 1"], "yanyana run"),
        (["reparse"], "holds no segment"),
        (["import", str(ROOT / "README.md")], "README.md"),
        (["crawl", "--dry-run", "--site", "nobody"], "demo-portal"),
    ],
)
def test_what_cannot_be_done_is_said_with_its_remedy(tmp_path: Path, arguments: list[str], said: str) -> None:
    done = yanyana(tmp_path, *arguments)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_dry_run_tells_what_would_be_fetched_and_asks_nobody(tmp_path: Path) -> None:
    done = yanyana(tmp_path, "crawl", "--dry-run", "--site", "demo-gazette")
    assert done.returncode == 0, done.stderr
    assert "http://127.0.0.1:8762/feed/" in done.stdout
    assert "8761" not in done.stdout
    assert not (tmp_path / "archive").exists()
    assert not (tmp_path / "lake").exists()


def test_rows_that_are_wider_than_the_screen_are_shown_one_below_the_other(tmp_path: Path) -> None:
    duckdb.connect(tmp_path / "yanyana.duckdb").close()
    columns = [f"'value{n}' AS column{n}" for n in range(40)]
    few, many = (yanyana(tmp_path, "query", f"SELECT {', '.join(columns[:n])}").stdout for n in (3, 40))
    assert "│ value0  │ value1  │ value2  │" in few
    assert "│ column39 │ value39 │" in many


def test_an_address_that_nobody_asked_for_is_explained(tmp_path: Path) -> None:
    known = yanyana(tmp_path, "explain", "http://127.0.0.1:8762/").stdout
    assert "demo-gazette" in known
    assert "not asked for yet" in known
    assert "due since" in known
    assert "of no enabled site" in yanyana(tmp_path, "explain", "https://stranger.example/").stdout


def test_the_secret_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    yanyana(tmp_path, "init")
    key = tmp_path / "secret.key"
    made = key.read_bytes()
    yanyana(tmp_path, "init")
    assert key.read_bytes() == made
    assert key.stat().st_mode & 0o777 == 0o600


def test_a_reader_that_leaves_early_is_no_error(tmp_path: Path) -> None:
    command = f"{sys.executable} -m pipelines.cli classify | head -1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], cwd=ROOT, input=HEADLINES * 20_000, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    assert len(done.stdout.splitlines()) == 1


def test_init_makes_a_secret_for_its_owner_alone_and_names_it_by_its_key_id(tmp_path: Path) -> None:
    said = yanyana(tmp_path, "init").stderr
    key = tmp_path / "secret.key"
    assert key.stat().st_mode & 0o777 == 0o600
    secret = key.read_bytes()
    assert len(secret) == 64
    assert f"key id {key_id(secret)}" in said
    assert secret.decode() not in said
    assert yanyana(tmp_path, "init").stderr == said
    assert key.read_bytes() == secret
