"""Reading headlines in the terminal: resuming, undecided answers, κ, and what cannot be read."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.classify import labelling
from pipelines.classify.gold import kappa
from pipelines.classify.labelling import Answer, LabelError
from pipelines.classify.training import DataError
from pipelines.cli import app


def typing(*typed: str) -> Iterator[str]:
    return iter(typed)


def test_a_reader_stops_and_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    headlines = ["Bir köprü", "Why this", "Ein Weg"]
    first = typing("y", "n", "maybe", "?", "q")
    assert labelling.ask(headlines, path, lambda _: next(first)) == 2
    assert labelling.read_answers(path) == [Answer("Bir köprü", 1, 0)]
    shown: list[str] = []
    second = typing("?", "Y", "n", "n")

    def prompt(text: str) -> str:
        shown.append(text)
        return next(second)

    assert labelling.ask(headlines, path, prompt) == 0
    assert "Why this" in shown[0]
    assert labelling.read_answers(path)[1:] == [Answer("Why this", None, 1), Answer("Ein Weg", 0, 0)]
    assert labelling.ask(headlines, path, prompt) == 0
    assert len(shown) == 4


def test_agreement_is_on_what_both_decided() -> None:
    first = [Answer("a", 1, 0), Answer("b", 0, 0), Answer("c", 1, None), Answer("d", 0, 1), Answer("e", 1, 1)]
    second = [Answer("d", 0, 1), Answer("c", 0, 1), Answer("b", 0, 0), Answer("a", 1, 1)]
    told = labelling.agreement(first, second)
    assert told["clickbait"] == (pytest.approx(0.5), 4)
    assert told["sensational"] == (pytest.approx(0.4), 3)


def test_kappa_by_hand() -> None:
    # Cohen 1960: agreement 0.7 of 100, chance 0.5.
    pairs = [(1, 1)] * 20 + [(1, 0)] * 5 + [(0, 1)] * 10 + [(0, 0)] * 15
    assert kappa([a for a, _ in pairs], [b for _, b in pairs]) == pytest.approx(0.4)
    assert kappa([1, None], [None, 1]) != kappa([1, None], [None, 1])


def test_answers_become_gold_with_an_entry_a_reader() -> None:
    gold = labelling.as_gold(["a", "b", "c"], [[Answer("b", 1, 0), Answer("a", 0, 0)], [Answer("b", None, 1)]], "tr")
    assert [(entry.headline, entry.clickbait, entry.sensational) for entry in gold] == [
        ("a", [0], [0]),
        ("b", [1, None], [0, 1]),
    ]


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("\n \n", "utf-8")
    with pytest.raises(LabelError, match=r"empty\.txt holds no headline"):
        labelling.read_headlines(tmp_path / "empty.txt")
    with pytest.raises(LabelError, match=r"absent\.txt cannot be read"):
        labelling.read_headlines(tmp_path / "absent.txt")
    with pytest.raises(LabelError, match=r"'\.\./x'"):
        labelling.answers_file(tmp_path / "h.txt", "../x")
    broken = tmp_path / "h.txt.ada.jsonl"
    broken.write_text('{"headline": "a", "clickbait": 2, "sensational": 0}\n', "utf-8")
    with pytest.raises(LabelError, match=r"ada\.jsonl, line 1"):
        labelling.read_answers(broken)


def test_the_command_asks_two_readers_and_tells_kappa(tmp_path: Path) -> None:
    path = tmp_path / "headlines.txt"
    path.write_text("Bir köprü\nİşte o köprü\n", "utf-8")
    for reader, typed in (("ada", "n\nn\ny\nn\n"), ("bo", "n\nn\ny\nn\n")):
        done = CliRunner().invoke(app, ["label", str(path), "--reader", reader], input=typed)
        assert done.exit_code == 0
    assert labelling.agreement(*(labelling.read_answers(file) for file in labelling.answer_files(path)))[
        "clickbait"
    ] == (1.0, 2)
    refused = CliRunner().invoke(app, ["label", str(path), "--recalibrate"])
    assert isinstance(refused.exception, DataError)
    assert "2 headlines are decided" in str(refused.exception)
