"""Made-up headlines, and a miniature of the training data in the shape of the real files."""

from pathlib import Path

import polars as pl

NOUNS = ["köprü", "liman", "okul", "bahçe", "sokak", "fırın", "tarla", "değirmen", "kasaba", "nehir"]
TEASED = [f"İşte o {noun} için merak edilen karar" for noun in NOUNS]
TOLD = [f"Belediye meclisi {noun} için bütçe ayırdı" for noun in NOUNS]


def write_data(folder: Path) -> None:
    """A miniature of the data in the shape of the real files."""
    rows = [
        (dataset, language, source, f"{headline} {copy}", label, float(label), f"{dataset}{copy}{headline}")
        for dataset, language in (("clickbaittr", "tr"), ("webis17", "en"))
        for copy in range(3)
        for label, headlines in ((1, TEASED), (0, TOLD))
        for source, headline in zip(["one", "two"] * 5, headlines, strict=True)
    ]
    names = ["dataset", "language", "source", "headline", "clickbait", "score", "cluster"]
    pl.DataFrame(rows, schema=names, orient="row").write_parquet(folder / "clickbait.parquet")
    told = {"headline": [*TEASED, *TOLD], "dataset": ["x"] * 20}
    by_label = pl.DataFrame(told | {"label": ["magazin"] * 10 + ["siyaset"] * 9 + ["gundem"]})
    by_label.write_parquet(folder / "topics_tr.parquet")
    by_topic = pl.DataFrame(told | {"label": ["0"] * 20, "topic": ["sport|health"] * 10 + ["labour"] * 9 + [None]})
    by_topic.write_parquet(folder / "topics_en.parquet")
    lines = [
        f'{{"headline": "{headline}", "language": "{language}", "clickbait": [{label}], "sensational": [{label}]}}'
        for language in ("tr", "en")
        for label, headlines in ((1, TEASED), (0, TOLD))
        for headline in headlines
    ]
    (folder / "gold_dev.jsonl").write_text("\n".join(lines), "utf-8")
