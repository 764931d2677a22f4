"""Headlines read by people: asking one reader in the terminal, resuming, κ of two readers, and curves for own sites.

Answers stand beside the headlines' file, `FILE.NAME.jsonl` for the reader NAME: one JSON object a line with `headline`,
`clickbait` and `sensational`, each 1, 0 or null for undecided. They are appended as they are given, so nothing is lost.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from pipelines.classify.gold import NEIGHBOURS, Gold, kappa
from pipelines.errors import YanyanaError

QUESTIONS = {
    "clickbait": "Does it leave out, or tease, what one needs in order to know what happened?",
    "sensational": "Is the wording emotional, exaggerated or tabloid?",
}
_ANSWERS: dict[str, int | None] = {"y": 1, "n": 0, "?": None}


class LabelError(YanyanaError):
    """Headlines or answers cannot be read; the message names the file."""


class Answer(NamedTuple):
    """What one reader says of one headline: 1, 0, or null for undecided."""

    headline: str
    clickbait: int | None
    sensational: int | None


def read_headlines(path: Path) -> list[str]:
    """The distinct headlines of a file, one a line, in their order. Raises `LabelError` where there are none."""
    try:
        lines = [line.strip() for line in path.read_text("utf-8").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise LabelError(f"{path} cannot be read as UTF-8 text: {error}") from error
    if not (headlines := list(dict.fromkeys(line for line in lines if line))):
        raise LabelError(f"{path} holds no headline; write one a line")
    return headlines


def answers_file(headlines: Path, reader: str) -> Path:
    """Where a reader's answers stand. Raises `LabelError` for a name that is no part of a file name."""
    if not reader or not all(sign.isalnum() or sign in "-_" for sign in reader):
        raise LabelError(
            f"reader {reader!r}: use letters, digits, - and _ only, as the name becomes part of a file name"
        )
    return headlines.with_name(f"{headlines.name}.{reader}.jsonl")


def read_answers(path: Path) -> list[Answer]:
    """A reader's answers so far; none where the file is not there. Raises `LabelError` naming a line that is broken."""
    if not path.exists():
        return []
    answers = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        try:
            answer = Answer(**json.loads(line))
            if not {answer.clickbait, answer.sensational} <= {0, 1, None}:
                raise ValueError("answers are 1, 0 or null")
        except (ValueError, TypeError) as error:
            raise LabelError(f"{path}, line {number}: no answer ({error}); mend or remove the line") from error
        answers.append(answer)
    return answers


def ask(headlines: list[str], path: Path, prompt: Callable[[str], str]) -> int:
    """Ask for every headline without an answer in `path`, appending each; returns how many are still open.

    `prompt` shows a text and returns what was typed: y, n, ? for undecided, q to stop; anything else is asked again.
    """
    known = {answer.headline for answer in read_answers(path)}
    left = [headline for headline in headlines if headline not in known]
    with path.open("a", encoding="utf-8") as file:
        for done, headline in enumerate(left):
            given: dict[str, int | None] = {}
            for name, question in QUESTIONS.items():
                typed = ""
                while typed not in (*_ANSWERS, "q"):
                    typed = prompt(f"\n{headline}\n{question} [y/n/?/q] ").strip().casefold()
                if typed == "q":
                    return len(left) - done
                given[name] = _ANSWERS[typed]
            file.write(json.dumps({"headline": headline, **given}, ensure_ascii=False) + "\n")
            file.flush()
    return 0


def answer_files(headlines: Path) -> list[Path]:
    """Where the answers of everybody stand who read the headlines of a file."""
    return sorted(headlines.parent.glob(f"{headlines.name}.*.jsonl"))


def agreement(first: list[Answer], second: list[Answer]) -> dict[str, tuple[float, int]]:
    """By question, Cohen's κ of two readers and the number of headlines that both decided."""
    theirs = {answer.headline: answer for answer in second}
    both = [(answer, theirs[answer.headline]) for answer in first if answer.headline in theirs]
    told = {}
    for name in QUESTIONS:
        pairs = [(getattr(one, name), getattr(two, name)) for one, two in both]
        decided = [pair for pair in pairs if None not in pair]
        told[name] = (kappa([a for a, _ in decided], [b for _, b in decided]), len(decided))
    return told


def as_gold(headlines: list[str], readers: list[list[Answer]], language: str) -> list[Gold]:
    """The readers' answers as hand-read headlines of a language; headlines that nobody answered are left out."""
    by_headline: dict[str, list[Answer]] = {}
    for answers in readers:
        for answer in answers:
            by_headline.setdefault(answer.headline, []).append(answer)
    return [
        Gold(
            headline,
            language,
            [answer.clickbait for answer in given],
            [answer.sensational for answer in given],
            group=f"own {at // NEIGHBOURS}",
        )
        for at, headline in enumerate(headlines)
        if (given := by_headline.get(headline))
    ]
