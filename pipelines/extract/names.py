"""Class names and ids of a page that hold one of a few words, found without a look at each of them.

A page has a thousand names and three modules ask for different words in them; what a name means is theirs to say.
"""

from collections.abc import Collection, Iterable, Iterator

from pipelines.extract.document import Element
from pipelines.extract.page import Page


def elements_named(page: Page, words: Iterable[str]) -> Iterator[tuple[str, Element]]:
    """Each class name and id that holds one of `words` (lower-case ASCII, any case in the page), with its elements."""
    words = tuple(words)
    for name in names_holding(page.by_class, words):
        for element in page.by_class[name]:
            yield name, element
    for name in names_holding(page.by_id, words):
        yield name, page.by_id[name]


def names_holding(names: Collection[str], words: Iterable[str]) -> list[str]:
    """Those of `names` that hold one of `words`, in their order."""
    # All names at once as bytes: searching bytes is fast, and their lower case is ASCII's and changes no length.
    joined = "\n".join(names).encode("utf-8", "surrogatepass")
    folded = joined.lower()
    starts = set()
    for word in words:
        needle = word.encode()
        at = folded.find(needle)
        while at >= 0:
            starts.add(folded.rfind(b"\n", 0, at) + 1)
            at = folded.find(needle, at + 1)
    found = []
    for start in sorted(starts):
        end = joined.find(b"\n", start)
        found.append(joined[start : end if end >= 0 else len(joined)].decode("utf-8", "surrogatepass"))
    return [name for name in found if name in names]
