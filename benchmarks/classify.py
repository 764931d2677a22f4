"""CPU time of labelling a headline beside what the parts take, as headlines a second on one core.

    python benchmarks/classify.py FILE [--rounds N] [--language tr|en]

FILE holds one headline a line. A contender's time is the least of its rounds, all in one process, in turn. Run it with
POLARS_MAX_THREADS=1 and OMP_NUM_THREADS=1.

yanyana          every output but the cues, language stated
language guessed the same, each headline's language guessed
rules only       words and rule scores, without the trained weights: what the first version did
words            folding and cutting into words, the floor of all of these
load             unpacking the weights, once a process; milliseconds
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from pipelines.classify import classify, rules
from pipelines.classify.labelling import read_headlines
from pipelines.classify.model import WEIGHTS, unpacked
from pipelines.classify.words import in_words


def seconds(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--language", choices=["tr", "en"], default="tr")
    asked = parser.parse_args()
    headlines = read_headlines(asked.file)
    contenders: dict[str, Callable[[], object]] = {
        "yanyana": lambda: classify(headlines, asked.language),
        "language guessed": lambda: classify(headlines),
        "rules only": lambda: rules.score(in_words(headlines, asked.language), asked.language),
        "words": lambda: in_words(headlines, asked.language),
    }
    data = WEIGHTS.read_bytes()
    load = min(seconds(lambda: unpacked(data)) for _ in range(asked.rounds))
    best = dict.fromkeys(contenders, float("inf"))
    for _ in range(asked.rounds):
        for name, work in contenders.items():
            best[name] = min(best[name], seconds(work))
    table = Table("contender", "headlines/s", "times yanyana's", caption=f"weights unpacked in {load * 1000:.0f} ms")
    for name, took in best.items():
        table.add_row(name, f"{len(headlines) / took:,.0f}", f"{best['yanyana'] / took:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main()
