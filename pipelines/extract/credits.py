"""Who a story is credited to besides its authors: the news agency, and the dateline at its head.

The agencies' names are in one table, since they are the same on every site; how a credit is written is below it.
"""

import re
from typing import Final

# The name reported, and the spellings under which it is credited: matched as written, since AP is no ap.
AGENCIES: Final = {
    "AA": ("AA", "Anadolu Ajansı", "Anadolu Agency"),
    "AAP": ("AAP",),
    "AFP": ("AFP", "Agence France-Presse"),
    "Agenturen": ("Agenturen",),
    "ANI": ("ANI",),
    "ANKA": ("ANKA",),
    "ANSA": ("ANSA", "Ansa"),
    "AP": ("AP", "Associated Press", "The Associated Press"),
    "APA": ("APA", "apa"),
    "Bernama": ("Bernama", "BERNAMA"),
    "Bloomberg": ("Bloomberg",),
    "CNW": ("CNW",),
    "CP": ("The Canadian Press", "Canadian Press"),
    "DHA": ("DHA", "Demirören Haber Ajansı"),
    "dpa": ("dpa", "DPA", "Deutsche Presse-Agentur"),
    "EFE": ("EFE", "Efe"),
    "epd": ("epd",),
    "Europa Press": ("Europa Press", "EUROPA PRESS", "EP"),
    "IANS": ("IANS",),
    "İHA": ("İHA", "IHA", "İhlas Haber Ajansı"),
    "İLKHA": ("İLKHA",),
    "Interfax": ("Interfax", "Интерфакс"),
    "JIJI": ("JIJI", "時事", "時事通信"),
    "KNA": ("KNA",),
    "Kyodo": ("Kyodo", "Kyodo News", "共同", "共同通信"),
    "Lusa": ("Lusa", "LUSA"),
    "MTI": ("MTI",),
    "NTB": ("NTB",),
    "PA": ("PA Media", "Press Association"),
    "PAP": ("PAP",),
    "PTI": ("PTI",),
    "RIA Novosti": ("RIA Novosti", "РИА Новости"),
    "Reuters": ("Reuters", "REUTERS", "rtr"),
    "Ritzau": ("Ritzau", "/ritzau/"),
    "SDA": ("sda", "SDA", "Keystone-SDA"),
    "SID": ("SID",),
    "TASS": ("TASS", "ТАСС"),
    "Télam": ("Télam",),
    "TT": ("TT",),
    "UPI": ("UPI",),
    "Xinhua": ("Xinhua", "新华社"),
    "Yonhap": ("Yonhap", "연합뉴스"),
}
_NAME: Final = {spelling: name for name, spellings in AGENCIES.items() for spelling in spellings}
_ANY: Final = "|".join(sorted(map(re.escape, _NAME), key=len, reverse=True))

# "Source:" in the languages whose sites print such a line.
_SOURCE_WORD: Final = (
    r"Kaynak|Haber Kaynağı|Quelle|Source|Fuente|Fonte|Bron|Källa|Kilde|Lähde|Źródło|Zdroj|Forrás|Sursa|Источник|Джерело"
)
_SOURCE_LINE: Final = re.compile(rf"(?:{_SOURCE_WORD})\s*:\s*(?P<names>\S.{{0,78}})")
_PARENTHESIS: Final = re.compile(rf"[(（\[](?:{_ANY})(?:\s*[/,;+-]\s*[\w. ]{{1,20}})*[)）\]]")
_WHOLE: Final = re.compile(rf"(?:©\s*)?(?:Mit Material von |With |Von |By |\()?(?P<name>{_ANY})(?:\)|\s*[/,;].*)?\.?")
_TAIL: Final = re.compile(
    rf"(?:[(（/]|©\s*|\s[–—-]\s?|\.\s)\s*(?P<name>{_ANY})(?:\s*[/,][\w./ ]{{1,20}})?\s*[)）/]?\.?$"
)
_INNER: Final = re.compile(_ANY)

# A place's words begin with capitals, but for the small ones inside a name.
_CAPITAL: Final = r"[^\W\d_a-zßàáâäçèéêëìíîïñòóôöùúûüğışß][^\W\d_]*"
_SMALL: Final = (
    r"(?:al|am|an|auf|bei|da|de|del|della|den|der|des|do|dos|el|im|in|la|las|le|les|los|ob|of|on|sur|the|upon)"
)
_PLACE: Final = rf"{_CAPITAL}(?:[ .'’/-]+(?:{_SMALL}[ '’-]+)*{_CAPITAL}){{0,4}}"
_DAY: Final = r"\d{1,2}\.?\s?[^\W\d_]{3,12}\.?(?:\s\d{4})?|[^\W\d_]{3,12}\.?\s\d{1,2}(?:,?\s\d{4})?"
_DATELINE: Final = re.compile(
    rf"(?P<line>{_PLACE}(?:\s*,\s*{_PLACE}){{0,2}}(?:\s*,\s*(?:{_DAY}))?)\s*"
    rf"(?:(?P<agency>[(（\[][^()（）\[\]]{{2,40}}[)）\]])\s*(?:[-–—.:]|$)|(?P<dash>[–—]|--|\s-)\s)"
)


def find_agency(lines: list[str], names: list[str]) -> tuple[str | None, str | None]:
    """The agency that a story is credited to, and the section named beside it ("Kaynak: Xinhua / Güncel").

    `lines` are the lines of the story's body and around it, in order; `names` its authors as stated. A line that names
    its source counts first, then an agency at the head of the body, then one among the authors, then one at a
    paragraph's end.
    """
    for line in lines:
        if len(line) <= 120 and (source := _SOURCE_LINE.match(line)):
            first, _, rest = (part.strip() for part in source["names"].partition(" / "))
            if len(first.split()) <= 5:  # longer ones are the titles of what was quoted
                return _NAME.get(first, first), rest or None
    for line in lines[:4]:
        if (head := _PARENTHESIS.search(line[:90])) and (name := _INNER.search(head[0])):
            return _NAME[name[0]], None
    for name in names:
        if whole := _WHOLE.fullmatch(name):
            return _NAME[whole["name"]], None
    for line in reversed(lines):
        if (found := _TAIL.search(line[-60:])) or (len(line) <= 60 and (found := _WHOLE.fullmatch(line))):
            return _NAME[found["name"]], None
    return None, None


def find_dateline(paragraph: str) -> str | None:
    """Place and day at the head of a story's first paragraph, without the agency: "MOSKOVA, 3 Aralık".

    A dateline ends with a dash or with an agency in parentheses, and its place is written in capitals or is followed by
    that agency; a sentence that merely begins with a name and a dash has neither.
    """
    match = _DATELINE.match(paragraph[:120])
    if match is None:
        return None
    place = match["line"].partition(",")[0]
    credited = match["agency"] and _PARENTHESIS.fullmatch(match["agency"])
    if not credited and (place != place.upper() or len(place) < 3):
        return None
    return match["line"].strip()
