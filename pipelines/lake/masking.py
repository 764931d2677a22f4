"""Takes out of a reader's text what points to a person: mentions, e-mail addresses, telephone numbers.

Bare names in running text stay: they cannot be told from words. What stands in an author's field never gets this far.
"""

import re
from collections.abc import Callable, Iterable

from pipelines.lake.text import fold

MENTION, EMAIL, PHONE = "[mention]", "[e-mail]", "[phone]"

# Each pattern starts behind a boundary and takes its run whole (`++`) or bounded, so that time stays linear.
_EMAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]++(?:@|\s?[\[({](?:at|ät|@)[\])}]\s?)"
    r"[\w-]+(?:(?:\.|\s?[\[({](?:dot|punkt|nokta)[\])}]\s?)[\w-]+)+",
    re.IGNORECASE,
)
# "@name", also in an address ("mastodon.example/@name"), and "u/name". Up to three more words may belong to the name.
_MENTION = re.compile(r"(?<![\w@])@(?:\w|\s(?=[^\W\d_]))[\w.-]*(?:\s\w[\w.-]*){0,3}|(?<!\w)u/[\w-]{3,}")
_UPPER = r"[^\W\d_a-zçğıöşüäßéèêáíóúñ]"
_ADDRESSED = re.compile(rf"@\s?[\w.-]*\w(?:\s{_UPPER}\w*){{1,2}}$")
_MAY_POINT = re.compile(r"[@\[({]|u/")
_FIRST_WORD = re.compile(r"@\s?\w+(?:[.-]+\w+)*")
_DIGITS = re.compile(r"(?<![\w.,/:(-])[+(]{0,2}\d[\d\s()./-]{6,24}(?<=\d)(?![\w%€$₺:])")
_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}")
_NATIONAL = re.compile(r"5\d\d[\s.-]?\d{3}[\s.-]?\d\d[\s.-]?\d\d|\(?\d{3}\)?[\s.-]\d{3}[\s.-]\d{4}")


def masker(names: Iterable[str]) -> Callable[[str], str]:
    """A function that replaces each mention, e-mail address and telephone number in a text by a word for its kind.

    `names` are a thread's authors: where one of up to four words is mentioned, it is taken out whole.
    """
    known = {fold(name) for name in names}

    def mention(match: re.Match[str]) -> str:
        words = match[0].split(" ")
        for end in range(len(words), 0, -1):
            if fold(" ".join(words[:end]).lstrip("@").strip(" .-")) in known:
                return " ".join([MENTION, *words[end:]])
        # "@Ada Lovelace: …" addresses somebody by the whole name even where nobody of that name wrote here.
        if match.string[match.end() : match.end() + 2].lstrip()[:1] in (":", ",") and _ADDRESSED.fullmatch(match[0]):
            return MENTION
        return _FIRST_WORD.sub(MENTION, match[0], count=1) if match[0][0] == "@" else MENTION

    def mask(text: str) -> str:
        if _MAY_POINT.search(text):  # most comments have nothing of the kind
            text = _MENTION.sub(mention, _EMAIL.sub(EMAIL, text))
        return _DIGITS.sub(lambda match: PHONE if _is_telephone_number(match[0]) else match[0], text)

    return mask


def _is_telephone_number(digits: str) -> bool:
    """Whether a run of digits and separators is dialled: it has 9 to 15 digits and begins as numbers do; no date."""
    if _DATE.match(digits):
        return False
    if digits.startswith(("+", "0", "(0", "(+")):
        return 8 < sum(c.isdigit() for c in digits) < 16
    return _NATIONAL.fullmatch(digits) is not None
