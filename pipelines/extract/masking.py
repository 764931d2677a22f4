"""Takes out of a reader's text what points to a person: mentions, e-mail addresses, telephone numbers.

Bare names in running text stay: they cannot be told from words. What stands in an author's field never gets this far.
"""

import re
from collections.abc import Callable, Collection

MENTION, EMAIL, PHONE = "[mention]", "[e-mail]", "[phone]"

# Each pattern starts behind a boundary and takes its run whole (`++`) or bounded, so that time stays linear.
_EMAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]++(?:@|\s?[\[({](?:at|ät|@)[\])}]\s?)"
    r"[\w-]+(?:(?:\.|\s?[\[({](?:dot|punkt|nokta)[\])}]\s?)[\w-]+)+",
    re.IGNORECASE,
)
# "@name", also in an address ("mastodon.example/@name"), and "u/name". Before a colon or a comma up to two more
# capitalised words belong to it: "@Ada Lovelace: ...".
_UPPER = r"[^\W\d_a-zçğıöşüäßéèêáíóúñ]"
_MENTION = re.compile(
    rf"(?<![\w@])@(?:\w|\s(?=[^\W\d_]))[\w.-]*(?:(?:\s{_UPPER}\w+){{1,2}}(?=\s?[:,]))?(?<![.-])|(?<!\w)u/[\w-]{{3,}}"
)
_DIGITS = re.compile(r"(?<![\w.,/:(-])[+(]{0,2}\d[\d\s()./-]{6,24}(?<=\d)(?![\w%€$₺:])")
_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}")
_NATIONAL = re.compile(r"5\d\d[\s.-]?\d{3}[\s.-]?\d\d[\s.-]?\d\d|\(?\d{3}\)?[\s.-]\d{3}[\s.-]\d{4}")


def masker(names: Collection[str]) -> Callable[[str], str]:
    """A function that replaces each mention, e-mail address and telephone number in a text by a word for its kind.

    `names` are a thread's authors: where one of them is mentioned, the name is taken out whole, however many words it
    has.
    """
    known = sorted((name for name in names if len(name) > 1), key=len, reverse=True)
    known_mention = re.compile(rf"@\s?(?:{'|'.join(map(re.escape, known))})(?!\w)", re.IGNORECASE) if known else None

    def mask(text: str) -> str:
        text = _EMAIL.sub(EMAIL, text)
        if known_mention is not None and "@" in text:
            text = known_mention.sub(MENTION, text)
        text = _MENTION.sub(MENTION, text)
        return _DIGITS.sub(lambda match: PHONE if _is_telephone_number(match[0]) else match[0], text)

    return mask


def _is_telephone_number(digits: str) -> bool:
    """Whether a run of digits and separators is dialled: it has 9 to 15 digits and begins as numbers do; no date."""
    if _DATE.match(digits):
        return False
    if digits.startswith(("+", "0", "(0", "(+")):
        return 8 < sum(c.isdigit() for c in digits) < 16
    return _NATIONAL.fullmatch(digits) is not None
