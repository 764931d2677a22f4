"""The words that give a comment section away: in class names and ids, and in the text that readers see.

Vocabulary only, by language; what follows from a word is decided in `comment_section` and `comment_list`. A language
is added here. Patterns are matched against text as it stands, case ignored: `re.IGNORECASE` folds neither "İ" nor "ı"
to ASCII, so Turkish words are spelt with the letters that they have.
"""

import re
from enum import IntEnum, auto
from functools import lru_cache


class Part(IntEnum):
    """What a class name or an id says that its element is.

    A number, since sets of parts are made for every name and the hash of a plain enumeration is a Python function.
    """

    COMMENT = auto()  # one comment with everything that belongs to it
    TEXT = auto()  # what its writer wrote
    AUTHOR = auto()
    TIME = auto()
    FURNITURE = auto()  # buttons, avatars, headers and the like
    SECTION = auto()  # the place of all comments, or their list
    FORM = auto()
    COUNT = auto()
    ELSEWHERE = auto()  # "recent comments", "latest comments": lists about other stories


# --- class names and ids ------------------------------------------------------------------------------------------

# Words inside a class name or an id. The last tells most: "comment-author-name" is an author, "comment-reply-link"
# furniture.
_VOCABULARY: dict[Part, str] = {
    Part.COMMENT: "item entry entity single node row unit card",
    Part.TEXT: "content text txt body message msg copy description story inhalt metin metni icerik contenido",
    Part.AUTHOR: """
        author name user username nick nickname vcard fn autor auteur autore yazan isim kullanici benutzer poster
        profile writer from
        """,
    Part.TIME: "date time timestamp datetime ago tarih tarihi datum zeit created published fecha",
    Part.FURNITURE: """
        meta metadata avatar gravatar image img photo picture header head footer foot title headline subject reply
        replies actions action tools toolbar nav navi navigation pagination paging pager likes like dislike dislikes
        vote votes voting rating ratings link permalink icon button buttons btn edit delete report flag share controls
        options anchor label badge awaiting notice info infos information details hint bubble toggle opener close open
        show more login order sort filter tab tabs feedback cta guidelines rules loading spinner error sent status
        nonce karma score teaser excerpt carousel promo policy disclaimer see says read
        """,
    Part.SECTION: """
        list liste section area bereich thread threads stream module modul widget panel region outer group feed flyout
        app embed template holder layout alan alani bolum bolumu listesi
        """,
    Part.FORM: """
        form respond formular editor textarea input field fields feld submit write compose new add create replybox
        prompt leave post schreiben yap yaz registration register identity subscribe subscription captcha consent
        """,
    Part.COUNT: "count counter counts number num total totals quantity anzahl sayisi toplam",
    Part.ELSEWHERE: "recent latest last newest neueste letzte son popular top trending",
}
_WORDS = {word: part for part, words in _VOCABULARY.items() for word in words.split()}
# "comment-box" is one comment's box, "comments-box" or "comment-list-box" the box of all.
_BOXES = frozenset(["wrapper", "container", "wrap", "box", "block", "blok", "kutu", "kutusu", "inner", "main", "root"])

# What a story is filed under is also written as a class name: "category-kommentare".
_TAXONOMIES = frozenset(["category", "tag", "type", "topic", "section", "ressort"])

# A name without any of these says nothing of comments.
STEMS = ("comment", "kommen", "yorum", "coment", "reactie", "opmerking", "komentar")

_NAME_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_STEM = re.compile(
    r"(?P<before>[a-z]*?)"
    r"(?:(?P<many>comments|kommentare[nr]?|kommentit|commentaires|comentarios|commenti|reacties|opmerkingen|yorumlari?"
    r"|komentarze)"
    r"|comment|kommentar|kommentaar|commentaire|comentario|commento|reactie|opmerking|yorum|komentarz|komentar)"
    r"(?P<after>(?!(?:ary|ator|ed|er|ing|aries|ators|ers)$)[a-z]*)"
)


@lru_cache(maxsize=16_384)
def comment_part(name: str) -> Part | None:
    """What a class name or id that holds the word for a comment says its element is; None for any other name.

    The word is one of `STEMS` or begins with it.

    comment_part("comment-author-name") is Part.AUTHOR. "commentary", "commented" and "commenter" are other words.
    """
    words = _split(name)
    if not words or words[0] in _TAXONOMIES:
        return None
    for at in range(len(words) - 1, -1, -1):
        stem = _STEM.fullmatch(words[at])
        if stem is not None:
            before = [*words[:at], *filter(None, [stem["before"]])]
            after = [*filter(None, [stem["after"]]), *words[at + 1 :]]
            return _part_beside(before, after, many=stem["many"] is not None)
    return None


@lru_cache(maxsize=4096)
def plain_part(name: str) -> Part | None:
    """What a name without that word says where it stands inside a comment: plain_part("user-name") is Part.AUTHOR."""
    return next((_WORDS[word] for word in reversed(_split(name)) if word in _WORDS), None)


def _split(name: str) -> list[str]:
    return [word.lower() for word in _NAME_WORD.findall(name)]


def _part_beside(before: list[str], after: list[str], *, many: bool) -> Part:
    """What a name is that holds the word for one comment, or for `many`, between the words `before` and `after` it."""
    if "has" in before:
        return Part.FURNITURE  # "has-comments": a teaser's state
    if any(_WORDS.get(word) is Part.ELSEWHERE for word in before):
        return Part.ELSEWHERE
    told = [part for word in after if (part := _WORDS.get(word)) is not None and part is not Part.ELSEWHERE]
    boxed = bool(after) and after[-1] in _BOXES
    if told and (not boxed or told[-1] is Part.FORM):
        return Part.SECTION if told[-1] is Part.TEXT and many else told[-1]
    led = {part for word in before if (part := _WORDS.get(word)) in (Part.FORM, Part.FURNITURE, Part.COUNT)}
    if many:
        return Part.COUNT if Part.COUNT in led else Part.SECTION
    if told and told[-1] is Part.SECTION:
        return Part.SECTION
    return next((part for part in (Part.FORM, Part.COUNT, Part.FURNITURE) if part in led), Part.COMMENT)


# --- text ---------------------------------------------------------------------------------------------------------


def _any(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives), re.IGNORECASE)


# Nouns for a reader's comment, singular or plural.
_NOUN = (
    r"(?:comments?|replies|responses|(?:leser)?kommentare?n?|leserbeiträge|yorum(?:lar)?|commentaires?|réactions?"
    r"|comentarios?|comentários?|comentaris?|comment[io]|reacties?|opmerkingen|kommentarer|kommentit|komentarz[ey]?"
    r"|komentar[ei]?|комментари(?:й|я|ев|и)|коментар(?:і|ів|и)|σχόλια|コメント|评论|評論|تعليق(?:ات)?)"
)

# What WordPress calls comments in the heading over them: "3 thoughts on “…”", "142 Antworten zu “…”".
_ANSWERED = (
    r"(?:(?:thoughts?|responses?|repl(?:y|ies)) (?:on|to)|(?:gedanken?|antwort(?:en)?|kommentare?) (?:zu|auf)"
    r"|(?:réflexions?|réponses?|commentaires?) (?:sur|à)|(?:pensamientos?|respuestas?|comentarios?) (?:en|a)"
    r"|(?:pensier[io]|rispost[ea]|comment[io]) (?:su|a)|(?:gedachten?|reacties?) (?:over|op))\b"
)

# A stated number of comments: "17 Kommentare", "22 comments on …", "Yorumlar (3)", "“…” üzerine 3 yorum".
COUNTED = _any(
    rf"^\W*(?P<answered>\d[\d.,'’]*)\s{_ANSWERED}",
    r"\W(?:için|üzerine) (?P<turkish>\d[\d.,'’]*) (?:yorum|yanıt|cevap)\W*$",
    rf"^\W*(?P<before>\d[\d.,'’\s]*(?:\s?(?:k|b|bin|tsd\.?|mil))?)\s*{_NOUN}(?!\w)",
    rf"^\W*(?:\w+\s){{0,2}}{_NOUN}\W*(?P<after>\d[\d.,'’]*(?:\s?(?:k|b|bin|tsd|mil))?)\W*$",
)

# One comment, its number spelt out.
COUNTED_ONE = _any(
    rf"^\W*(?:one|eine?|une?|una|uno|één|eén)\s(?:{_ANSWERED}|{_NOUN}\W*$)",
    r"\W(?:için|üzerine) bir (?:yorum|yanıt|cevap)\W*$",
)

# There are none yet: a stated zero.
NONE_YET = _any(
    r"\bno comments? (?:yet|so far|have been)",
    r"\bbe the first to (?:comment|reply|leave)",
    r"\bnoch keine kommentare",
    r"\bkeine kommentare vorhanden",
    r"\bschreiben? sie den ersten kommentar",
    r"\bhenüz (?:hiç )?yorum (?:yok|yap[ıi]lmam[ıi]ş)",
    r"\bilk yorumu? (?:siz|sen) yap",
    r"\baucun commentaire\b",
    r"\bsoyez le premier à (?:commenter|réagir)",
    r"\b(?:aún )?no hay comentarios",
    r"\bsé el primero en comentar",
    r"\bnessun commento\b",
    r"\bnog geen reacties",
)

# Nobody may write any more, or nobody ever could.
CLOSED = _any(
    r"\bcomment(?:s|ing)? (?:are|is|have been|has been) (?:now )?(?:closed|disabled|(?:turned|switched) off)",
    r"\bdiscussion (?:is|has been) closed",
    r"\bthis (?:thread|discussion|article) is (?:now )?closed (?:for|to) (?:new )?comments?",
    r"\bkommentar(?:e|bereich|funktion|funktionen)?\b[^.]{0,20} (?:ist|sind|wurde|wurden)[^.]{0,40}"
    r"(?:geschlossen|deaktiviert|abgeschaltet|ausgeschaltet|beendet)",
    r"\bkommentarfunktion (?:geschlossen|deaktiviert|abgeschaltet|ausgeschaltet)",
    r"\byorum(?:lar|a|lara)? (?:kapal[ıi]|kapat[ıi]l)",
    r"\bles commentaires sont (?:fermés|clos|désactivés)",
    r"\blos comentarios (?:están|se encuentran) (?:cerrados|desactivados)",
    r"\bcomentarios cerrados",
    r"\bi commenti sono chiusi",
    r"\bcomentários (?:estão )?(?:encerrados|fechados)",
    r"\breacties (?:zijn|is) gesloten",
)

# Only who has an account may write.
LOGIN = _any(
    r"\b(?:you must|you need to|please|sign up or|to) (?:be )?(?:logged? ?in|sign(?:ed)? ?in|register(?:ed)?|log on)\b"
    r"[^.]{0,60}\b(?:comment|reply|post|join|discuss|participate|conversation)",
    r"\b(?:log|sign) in (?:or \w+ )?to (?:leave a |post a |add a )?(?:comment|reply|join)",
    r"\bangemeldet (?:sein|bleiben)",
    r"\bum (?:einen )?kommentar[^.]{0,60}(?:anmelden|einloggen|registrieren)",
    r"\b(?:anmelden|einloggen|registrieren)[^.]{0,40}\bkommentieren",
    r"\bnur (?:für )?(?:registrierte|angemeldete|abonnenten)",
    r"\byorum (?:yapmak|yazmak|yapabilmek|yazabilmek) için[^.]{0,60}(?:giriş|üye|oturum)",
    r"\b(?:vous devez|il faut)[^.]{0,40}(?:connecté|connecter|identifié|inscrit)",
    r"\bconnectez-vous pour (?:commenter|réagir)",
    r"\b(?:debes?|tienes que|es necesario|inicia)[^.]{0,40}(?:sesión|registrad|registrarte|conectad)"
    r"[^.]{0,40}(?:coment|particip)",
    r"\b(?:devi|bisogna|è necessario)[^.]{0,40}(?:registrat|loggat|effettuare|accedere)[^.]{0,40}comment",
    r"\bje moet (?:ingelogd|inloggen)",
    r"\bé necessário (?:estar|fazer)[^.]{0,30}(?:login|sessão)",
)

# Rules for writers, or a disclaimer of what they write.
POLICY = _any(
    r"\b(?:community|comment(?:ing|s)?|discussion|moderation|conversation|house) "
    r"(?:guidelines?|rules|policy|policies|standards)",
    r"\bcode of conduct",
    r"\bmoderat(?:ed|ion) (?:before|policy)",
    r"\b(?:comments?|views|opinions)[^.]{0,60}(?:do not (?:necessarily )?(?:reflect|represent)|are those of)",
    r"\bnetiquette",
    r"\bkommentarregeln|\bdiskussionsregeln|\bforenregeln|\bmoderationsregeln",
    r"\bcommunity-?(?:richtlinien|regeln|standards)",
    r"\bnutzungsbedingungen",
    r"\b(?:leser)?kommentare[^.]{0,60}nicht[^.]{0,30}(?:meinung|redaktion)",
    r"\byorum(?:lar|lardan|ların)?[^.]{0,80}(?:sorumlu|görüşleri)",
    r"\byorum (?:kural|yapma kural|politika)|\btopluluk kural",
    r"\b(?:küfür|hakaret)[^.]{0,120}(?:onaylan|yayınlan|yayımlan)",
    r"\bcharte (?:de modération|d['’]utilisation|des commentaires)|\brègles de (?:modération|la communauté)",
    r"\bnormas de (?:participación|la comunidad|uso|convivencia)|\bpolítica de comentarios",
    r"\bregole della community|\bhuisregels|\bspelregels",
)

# The most characters that a comment may have.
CHAR_LIMIT = _any(
    r"(?<![\d.,])(?P<before>\d{2,5})\s*(?:character|zeichen|karakter|caractère|caracter|caratter|tekens|tegn|tecken)",
    r"(?:character|zeichen|karakter|caractère|caracter|caratter|tekens)\w*[^\d.]{0,25}(?:\d{1,5}\s*/\s*)?"
    r"(?P<after>\d{2,5})(?![\d.,])",
)

# What stands in the place of a comment that was taken away; the whole text, so that nobody's words are taken for it.
REMOVED = _any(
    r"^\W*(?:this|the) (?:comment|post|message) (?:was|has been|is|violat)[^.]{0,40}"
    r"(?:delet|remov|hidden|withdrawn|policy|guidelines|rules)[^.]{0,80}\W*$",
    r"^\W*(?:comment )?(?:deleted|removed)(?: by (?:the )?(?:user|author|moderators?|administrator|admins?))?\W*$",
    r"^\W*(?:dieser|der) (?:kommentar|beitrag) wurde[^.]{0,60}(?:gelöscht|entfernt|gesperrt)[^.]{0,80}\W*$",
    r"^\W*(?:bu )?yorum[^.]{0,60}(?:silin(?:miş|di)|kaldır[ıi]l)[^.]{0,40}\W*$",
    r"^\W*(?:ce|le) commentaire a été (?:supprimé|modéré|retiré)[^.]{0,80}\W*$",
    r"^\W*(?:este|el) comentario (?:ha sido|fue) (?:eliminado|borrado|retirado)[^.]{0,80}\W*$",
    r"^\W*(?:este )?comentário (?:foi )?(?:removido|apagado|eliminado)[^.]{0,60}\W*$",
    r"^\W*(?:questo )?commento (?:è stato )?(?:rimosso|eliminato|cancellato)[^.]{0,60}\W*$",
)

# A comment that only its writer sees until somebody lets it through.
HELD = _any(
    r"\bcomment is awaiting (?:moderation|approval)",
    r"\bkommentar (?:wartet auf|muss noch)[^.]{0,30}(?:freischalt|moderation|freigabe)",
    r"\byorum(?:unuz|un)?[^.]{0,30}onay bekl",
    r"\bcommentaire est en attente de modération",
    r"\bcomentario está pendiente de moderación",
)

# Another site's link, shown among the comments.
PINGBACK = _any(r"^\W*(?:pingback|trackback|ping)\b")

# A vote for or against, in a class name, an aria-label or a title.
LIKE = _any(
    r"(?<![^\W_])(?:likes?|liked|up|upvotes?|upvotecount|votes?[-_ ]?up|thumbs?[-_ ]?up|plus|recommend(?:s|ed)?"
    r"|beğen\w*|begen\w*)(?![^\W_])"
)
DISLIKE = _any(
    r"(?<![^\W_])(?:dislikes?|down|downvotes?|downvotecount|votes?[-_ ]?down|thumbs?[-_ ]?down|minus"
    r"|beğenme\w*|begenme\w*)(?![^\W_])"
)

# What stands around an author's name.
SAYS = _any(
    r"^\s*(?:by|von|par|por|di|door|yazan)[\s:]+",
    r"\s*\b(?:says|said|wrote|writes|sagte?|schreibt|schrieb|meint|dit|a dit|dice|dijo|ha scritto|zegt|schreef|diyor"
    r"|dedi ki)(?=\s*[:…]?\s*$)",
    r"\s*[:…]+\s*$",
)

# What stands in an author's field and names nobody: many people share it.
NOBODY = re.compile(
    r"\W*(?:anonymous|anonym(?:e|er|us)?|anónimo|anonimo|anonim|guest|gast|invité|invitado|ospite|misafir|ziyaretçi|profile?"
    r"|avatar|deleted(?: user)?|removed|gelöscht(?:er nutzer)?)\W*",
    re.IGNORECASE,
)
