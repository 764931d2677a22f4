"""Which language a story is written in: what the page declares, checked against its text."""

from typing import Final

from turbohtml.detect import detect_language

# ISO 639-3 codes of the languages that the detector knows, as the shorter codes that pages and BCP 47 use.
_CODES: Final = """
    afr:af aka:ak amh:am ara:ar aze:az bel:be ben:bn bul:bg cat:ca ces:cs cmn:zh cym:cy dan:da deu:de ell:el eng:en
    epo:eo est:et fin:fi fra:fr guj:gu heb:he hin:hi hrv:hr hun:hu hye:hy ind:id ita:it jav:jv jpn:ja kan:kn kat:ka
    khm:km kor:ko lat:la lav:lv lit:lt mal:ml mar:mr mkd:mk mya:my nep:ne nld:nl nob:no ori:or pan:pa pes:fa pol:pl
    por:pt ron:ro rus:ru sin:si slk:sk slv:sl sna:sn spa:es srp:sr swe:sv tam:ta tel:te tgl:tl tha:th tuk:tk tur:tr
    ukr:uk urd:ur uzb:uz vie:vi yid:yi zul:zu
"""
_SHORT: Final = {pair[:3]: pair[4:] for pair in _CODES.split()}
_SAME: Final = {"nb": "no", "nn": "no", "iw": "he", "in": "id", "fil": "tl"}

MIN_CHARACTERS: Final = 200
MIN_CONFIDENCE: Final = 0.9
# More text than this makes no detection surer.
_ENOUGH: Final = 300


def story_language(declared: str | None, text: str) -> tuple[str | None, str | None]:
    """The primary language subtag of a story and its source, "declared" or "text".

    `declared` is the page's own word. Templates often leave it at English whatever the story is written in, so English
    is overruled where the detector has at least `MIN_CHARACTERS` of `text` to read and is sure of another language;
    any other declaration was somebody's choice and stands. Without a declaration the same sureness is needed, else the
    language is unknown.
    """
    declared = _SAME.get(declared, declared) if declared else None
    if len(text) >= MIN_CHARACTERS and declared in (None, "en"):
        match = detect_language(text[:_ENOUGH])
        found = _SHORT.get(match.language or "")
        if found and found != declared and match.confidence >= MIN_CONFIDENCE:
            return found, "text"
    return declared, "declared" if declared else None
