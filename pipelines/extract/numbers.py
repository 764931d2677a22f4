"""Counts as pages write them ("1,2 B", "1.2K", "12 bin", "1 234") read into whole numbers.

Only the spelling of numbers belongs here; what a number counts is decided by `engagement` and `comment_section`.
"""

import re
from decimal import Decimal

_EVERYWHERE = {"k": 10**3, "m": 10**6}
# How a language shortens large numbers. "B" is bin (thousand) in Turkish and billion in English, "mil" is a thousand
# in Spanish and Portuguese: without a language neither is read.
_MAGNITUDES: dict[str, dict[str, int]] = {
    "de": {"tsd": 10**3, "tausend": 10**3, "mio": 10**6, "million": 10**6, "millionen": 10**6, "mrd": 10**9},
    "en": {"thousand": 10**3, "mn": 10**6, "million": 10**6, "b": 10**9, "bn": 10**9, "billion": 10**9},
    "es": {"mil": 10**3, "mill": 10**6, "millón": 10**6, "millones": 10**6},
    "fr": {"mille": 10**3, "million": 10**6, "millions": 10**6, "md": 10**9, "milliard": 10**9, "milliards": 10**9},
    "it": {"mila": 10**3, "mln": 10**6, "milione": 10**6, "milioni": 10**6, "mld": 10**9, "miliardi": 10**9},
    "nl": {"dzd": 10**3, "duizend": 10**3, "mln": 10**6, "miljoen": 10**6, "mld": 10**9, "miljard": 10**9},
    "pt": {"mil": 10**3, "mi": 10**6, "milhão": 10**6, "milhões": 10**6, "bi": 10**9},
    "tr": {"b": 10**3, "bin": 10**3, "mn": 10**6, "milyon": 10**6, "mr": 10**9, "mlr": 10**9, "milyar": 10**9},
}
# The number, then perhaps a word: whether the word is a magnitude depends on the language. White space and apostrophes
# only ever group thousands. Parts of dates, times, fractions and percentages are no counts.
_COUNT = re.compile(
    r"(?<![\w.,:/-])"
    r"(?P<digits>\d{1,3}(?:(?P<group>[.,'’\s])\d{3}(?!\d)(?:(?P=group)\d{3}(?!\d))*)(?:[.,]\d+)?|\d+(?:[.,]\d+)?)"
    r"(?P<word>\s?[^\W\d_]+)?"
    r"(?!\d|\s?%|[/:-]\d)"
)


def find_count(text: str, language: str | None = None) -> int | None:
    """The first count that stands in `text`, or None: find_count("Yorumlar (1,2 B)", "tr") is 1200.

    A count is whole, so a separator before exactly three last digits groups thousands ("1.234", "1,234", "1 234")
    unless a magnitude follows and the separator is the language's decimal one. `language` is BCP 47; without it only
    "K" and "M" are magnitudes. A number that stays fractional is no count.
    """
    for match in _COUNT.finditer(text):
        value = _value(match["digits"], match["word"] or "", language)
        if value is not None:
            return value
    return None


def _value(digits: str, word: str, language: str | None) -> int | None:
    base = language[:2].lower() if language else ""
    # `lower` is safe here: no magnitude begins with the Turkish dotted or dotless I.
    magnitude = (_EVERYWHERE | _MAGNITUDES.get(base, {})).get(word.strip().lower())
    if magnitude is None and word[:1].isalpha() and len(word) <= 2:
        return None  # "3D", "24h", "2B" in no known language: a name or a unit, not a count
    magnitude = magnitude or 1
    digits = re.sub(r"['’\s]", "", digits)
    separators = re.findall(r"[.,]", digits)
    if _has_fraction(digits, separators, "." if base in ("en", "") else ",", magnitude):
        whole, _, fraction = digits.rpartition(separators[-1])
        number = Decimal(re.sub(r"[.,]", "", whole) + "." + fraction)
    else:
        number = Decimal(re.sub(r"[.,]", "", digits))
    value = number * magnitude
    return int(value) if value == int(value) else None


def _has_fraction(digits: str, separators: list[str], decimal: str, magnitude: int) -> bool:
    """Whether the last separator in `digits` starts a fraction rather than a group of thousands."""
    if len(set(separators)) == 2:
        return True
    if len(separators) != 1:
        return False
    if len(digits) - digits.index(separators[0]) - 1 != 3:
        return True
    return magnitude > 1 and separators[0] == decimal
