"""What kind a block of teasers is: the words that say it, in its heading or in its markup.

The table `PHRASES` is the only place where a language's wording stands; a new language is a new row in it. Which
headings and which class words belong to a block, and everything about its position, is decided in `blocks`.
"""

import re
from functools import lru_cache

from pipelines.extract.record import Kind
from pipelines.lake.text import fold

# Kinds in the order in which they win when a heading names two: a paid list of popular stories is paid.
# A phrase is found at the beginning of a word ("relacionad" in "noticias relacionadas"), in scripts without blanks
# anywhere; with a leading `=` it is the whole heading.
PHRASES: dict[Kind, dict[str, str]] = {
    "sponsored": {
        "ar": "إعلان | ممول | محتوى مدفوع",
        "cs": "reklama | komerční sdělení | sponzorovan",
        "da": "annonce | annoncør | sponsoreret",
        "de": "anzeige | werbung | gesponser | advertorial | sonderveröffentlichung | partnerangebot | partnerinhalt "
        "| aus dem web | whitepaper",
        "en": "sponsor | advertis | advertorial | paid content | paid post | paid partner | promoted | partner content "
        "| partner offer | partner stories | from our partner | our partners | from around the web | around the web "
        "| from the web | brand content | branded content | ad feature | commercial content",
        "es": "patrocinad | publicidad | publirreportaje | contenido de marca | promocionad | branded content",
        "fi": "mainos | kaupallinen yhteistyö",
        "fr": "sponsorisé | publicité | publi-rédactionnel | publirédactionnel | contenu de marque | partenaire",
        "hi": "विज्ञापन | प्रायोजित",
        "hu": "hirdetés | szponzorált",
        "id": "advertorial | iklan | bersponsor",
        "it": "sponsorizzat | pubblicità | pubbliredazionale | contenuti dei partner",
        "ja": "=pr | 広告 | スポンサー | タイアップ | 企画特集",
        "ko": "광고 | 스폰서",
        "nl": "advertentie | gesponsord | partnerbijdrage | betaalde inhoud",
        "no": "annonse | annonsør | sponset",
        "pl": "reklama | sponsorowan | materiał partnera | materiały partner",
        "pt": "patrocinad | publicidade | publieditorial | conteúdo de marca | informe publicitário",
        "ro": "publicitate | sponsorizat | advertorial",
        "ru": "реклам | партнерский материал | новости партнеров | на правах рекламы",
        "sv": "annons | sponsrad | kommersiellt innehåll",
        "tr": "sponsor | reklam | advertorial | tanıtım",
        "uk": "реклам | новини партнерів",
        "zh": "广告 | 廣告 | 赞助 | 贊助 | 推广 | 推廣",
    },
    "popular": {
        "ar": "الأكثر | الاكثر",
        "ca": "el més llegit | les més llegides",
        "cs": "nejčtenější | nejoblíbenější | populární",
        "da": "mest læst | populær | mest sete",
        "de": "meistgelesen | meist gelesen | meistgeklickt | meistgesehen | meistkommentiert | meistdiskutiert "
        "| meistgeteilt | meistgesucht | am meisten gelesen | häufig gelesen | viel gelesen | beliebt | populär "
        "| das wird gelesen | meiste kommentare | top 5 | top 10",
        "el": "δημοφιλ | πιο διαβασμένα",
        "en": "most read | most popular | most viewed | most commented | most discussed | most shared | most watched "
        "| most clicked | popular | people are reading | readers are reading | widely read | best read | top 5 "
        "| top 10 | bestseller | greatest hits",
        "es": "lo más leído | lo más visto | lo más comentado | lo más compartido | lo más popular | más leíd"
        " | más vist | más comentad | más compartid | más popular | popular | lo + leído | lo+leído | más leido"
        " | lo mas | =lo más",
        "fi": "luetuimmat | suosituimmat | suosittu",
        "fr": "plus lus | plus lues | plus lu | plus populaires | plus consulté | plus partagé | plus commenté "
        "| plus vus | populaire | articles les plus | + lus | + lues | + partagés",
        "hi": "लोकप्रिय | सबसे ज्यादा | सर्वाधिक",
        "hu": "legolvasottabb | népszerű",
        "id": "terpopuler | populer | banyak dibaca | terbanyak dibaca",
        "it": "più lett | più vist | più popolar | più commentat | più condivis | più cliccat",
        "ja": "ランキング | よく読まれ | 人気 | 読まれている | アクセス数",
        "ko": "많이 본 | 인기 | 랭킹 | 가장 많이",
        "nl": "meest gelezen | best gelezen | populair | meest bekeken | meest gedeeld",
        "no": "mest lest | mest leste | mest sett | populær",
        "pl": "najczęściej czytane | najchętniej czytane | najpopularniejsze | popularne | najczęściej komentowane "
        "| najczęściej",
        "pt": "mais lid | mais vist | mais acessad | mais popular | mais comentad | mais compartilhad | popular",
        "ro": "cele mai citite | cele mai populare | populare",
        "ru": "самое читаемое | самые читаемые | популярн | самое обсуждаемое | чаще всего | самое важное",
        "sv": "mest läst | populär | mest sedda",
        "sw": "zilizosomwa zaidi | zilizosomwa ziadi | maarufu",
        "tr": "çok okunan | çok konuşulan | çok yorumlanan | çok izlenen | çok tıklanan | çok paylaşılan | popüler",
        "uk": "популярн | найпопулярніш | читають",
        "zh": "热门 | 熱門 | 最热 | 最熱 | 排行 | 人气 | 人氣 | 点击榜 | 点阅",
    },
    "trending": {
        "ar": "رائج | تريند",
        "de": "im trend | trending | gerade angesagt | trend",
        "en": "trending | buzzing | hot right now | hot topics | in the buzz | talk of the town | going viral",
        "es": "tendencia | trending | en tendencia | temas del momento",
        "fr": "tendance | trending",
        "hi": "ट्रेंडिंग | ट्रेंड",
        "id": "trending | sedang tren",
        "it": "tendenze | di tendenza | trending",
        "ja": "トレンド | 急上昇 | 話題の",
        "nl": "trending",
        "pl": "na czasie | trendy",
        "pt": "em alta | tendência | assuntos do momento",
        "ru": "в тренде | тренд",
        "tr": "trend",
        "uk": "тренд",
        "zh": "热搜 | 熱搜 | 趋势",
    },
    "latest": {
        "ar": "آخر | أحدث | احدث | عاجل | اخر الأخبار",
        "ca": "darreres notícies | última hora",
        "cs": "nejnovější | aktuální zprávy | poslední zprávy",
        "da": "seneste | nyeste | lige nu",
        "de": "neueste | neuste | das neueste | aktuelle nachrichten | aktuelle meldungen | aktuelle artikel "
        "| aktuelle beiträge | aktuelle themen | =aktuell | =aktuelles | eilmeldung | newsticker | nachrichtenticker "
        "| ticker | letzte meldungen | letzte beiträge | letzte artikel | jüngste | zuletzt | live-ticker | soeben",
        "el": "τελευταί | ροή ειδήσεων | τελευταια",
        "en": "latest | newest | recent | breaking | just in | news ticker | up to the minute | fresh | new on"
        " | new in | live updates | last news | the wire | newswire | now on | what's new | happening now",
        "es": "última hora | últimas noticias | lo último | lo más reciente | más reciente | reciente | últimos"
        " | últimas | al minuto | minuto a minuto | ultima hora | ultimas noticias",
        "fi": "uusimmat | tuoreimmat | juuri nyt | viimeisimmät",
        "fr": "dernières | derniers | dernière minute | dernière heure | en continu | plus récent | récent | fil info "
        "| le fil | le direct | flash info",
        "hi": "ताजा | ताज़ा | नवीनतम | लेटेस्ट | ब्रेकिंग",
        "hu": "legfrissebb | friss hírek | legújabb",
        "id": "terbaru | terkini | berita terakhir",
        "it": "ultime | ultima ora | ultimi | ultim'ora | più recenti | recenti",
        "ja": "新着 | 最新 | 速報 | ニュース一覧",
        "ko": "최신 | 속보 | 실시간",
        "nl": "laatste | net binnen | nieuwste | recent | zojuist",
        "no": "siste | nyeste | akkurat nå | ferske",
        "pl": "najnowsze | ostatnie | z ostatniej chwili | ostatnio dodane",
        "pt": "últimas | últimos | mais recente | recentes | plantão | ultimas noticias",
        "ro": "ultimele | ultima oră | cele mai noi | recente",
        "ru": "последн | свежи | лента новостей | срочн | сейчас | новости дня",
        "sv": "senaste | just nu | nyaste",
        "sw": "habari mpya | hivi karibuni | habari za hivi punde",
        "tr": "son dakika | son haber | en son | en yeni | son eklenen | son gelişme | sıcak gelişme | güncel haberler "
        "| en güncel",
        "uk": "останні | найновіш | свіжі | стрічка новин",
        "zh": "最新 | 即时 | 即時 | 快讯 | 快訊 | 滚动",
    },
    "related": {
        "ar": "ذات صلة | ذات الصلة | اقرأ أيض | إقرأ أيض | اقرا ايض | قد يعجبك | مقالات مشابهة | متعلق | شاهد أيض",
        "ca": "relacionat | més informació | et pot interessar",
        "cs": "čtěte také | související | podobné | mohlo by vás zajímat | k tématu",
        "da": "læs også | læs mere om | relatere | mere om | lignende",
        "de": "mehr zum thema | zum thema | ähnliche | verwandte | passend dazu | passend zum | lesen sie auch"
        " | lesen sie hier | lesen sie mehr | lies auch | mehr lesen | auch interessant | das könnte sie"
        " | das könnte dich | das könnte ihnen | könnte sie interessieren | könnte dich | auch interessieren"
        " | weiterführend | mehr dazu | mehr über | dazu passend | zugehörige | weitere artikel zum"
        " | weitere informationen | lesetipp | hintergründe | zu diesem thema | themenverwandt | links zum thema"
        " | interessant für sie",
        "el": "σχετικ | διαβάστε επίσης | διαβάστε ακόμα",
        "en": "related | read also | also read | read next | see also | more on this | on this topic | on this story"
        " | further reading | similar | in this series | you might also | you might like | you may also"
        " | you may like | you'll also | also like | more like this | continue reading | keep reading | learn more"
        " | more about | more on | recommended for you | also on this | dig deeper | go deeper | background"
        " | see more on | topics in this",
        "es": "relacionad | te puede interesar | te podría interesar | podría gustarte | te puede gustar "
        "| también te puede | puede interesar | podría interesar | lee también | leer también | lea también "
        "| lea además | ver también | vea también | más sobre | sobre este tema | más información | mas sobre "
        "| te recomendamos leer | para saber más",
        "fi": "lue myös | lue lisää | aiheesta | liittyvät",
        "fr": "à lire aussi | lire aussi | a lire aussi | sur le même sujet | sur le même thème | articles liés"
        " | similaire | en lien | à voir aussi | voir aussi | vous aimerez | peuvent vous intéresser"
        " | pourrait vous intéresser | pourraient vous intéresser | associé | pour aller plus loin"
        " | à lire également | lire également | connexe | plus d'informations sur",
        "hi": "यह भी पढ़ें | ये भी पढ़ें | संबंधित | इसे भी पढ़ें | इन्हें भी पढ़ें",
        "hu": "kapcsolódó | olvasta már | hasonló | ez is érdekelheti",
        "id": "baca juga | terkait | artikel terkait | simak juga",
        "it": "leggi anche | correlat | potrebbe interessar | potrebbero interessar | ti potrebbe | simili"
        " | vedi anche | approfondiment | sullo stesso argomento | per approfondire | sull'argomento",
        "ja": "関連 | あわせて読みたい | 合わせて読みたい | こんな記事も | この記事に関連 | 併せて読みたい",
        "ko": "관련 | 함께 읽 | 함께 볼",
        "nl": "gerelateerd | lees ook | lees meer over | meer over | zie ook | verwant | ook interessant",
        "no": "les også | les mer om | relater | lignende | mer om",
        "pl": "zobacz także | zobacz też | zobacz również | czytaj także | czytaj też | czytaj również | przeczytaj "
        "| powiązane | podobne | na ten temat | więcej na temat | mogą cię zainteresować",
        "pt": "relacionad | leia também | leia mais | leia ainda | veja também | veja mais sobre | saiba mais "
        "| você pode gostar | pode interessar | pode gostar | sobre o mesmo tema | mais sobre | ler também",
        "ro": "citește și | citeşte şi | similare | pe aceeași temă | ți-ar putea | vezi și | legate",
        "ru": "по теме | читайте также | похожи | смотрите также | связанн | читайте по теме | читать также",
        "sv": "läs också | läs mer om | läs även | relatera | liknande | mer om | läs vidare",
        "sw": "soma pia | habari zinazohusiana",
        "tr": "ilgili | benzer | bağlantılı | ilginizi çekebilir | bunlar da | bunları da | konuyla | ilişkili "
        "| haberle ilgili | bunu da oku | şunu da oku",
        "uk": "читайте також | за темою | схожі | по темі | пов'язан | дивіться також",
        "zh": "相关 | 相關 | 延伸阅读 | 延伸閱讀 | 猜你喜欢 | 相關新聞",
    },
    "more": {
        "ar": "المزيد | اخترنا لك",
        "da": "mere fra | læs mere",
        "de": "mehr aus | mehr von | mehr news | mehr nachrichten | empfohlen | empfehlung | redaktion empfiehlt "
        "| weitere | top-themen | topthemen | top-artikel | nächster artikel | vorheriger artikel | nicht verpassen "
        "| unsere tipps | schlagzeilen | tipps der redaktion | dauerbrenner | auch auf",
        "en": "more from | more stories | more news | more in | more articles | more top | read more | editors' pick "
        "| editor's pick | editors pick | editor pick | staff pick | recommended | recommendation | top stories "
        "| top news | featured | must read | must-read | don't miss | dont miss | in case you missed | previous | next "
        "| up next | highlights | today's | explore | discover | headlines | spotlight | what to read | other stories "
        "| other news | in other news | our picks | best of | also on | also in",
        "es": "más de | más noticias | te recomendamos | recomendado | recomendamos | destacad | en portada "
        "| no te pierdas | otras noticias | hoy interesa | además | lo mejor de | publicación anterior | siguiente",
        "fr": "plus de | à la une | à ne pas manquer | recommandé | nos recommandations | à découvrir | le choix"
        " | suivant | précédent | autres articles | notre sélection",
        "id": "rekomendasi | pilihan | lainnya",
        "it": "altre notizie | in evidenza | consigliat | da non perdere | in primo piano | scelti per",
        "ja": "おすすめ | オススメ | 注目 | ピックアップ | 特集 | 次の記事 | 前の記事",
        "ko": "추천 | 주요 뉴스 | 다른 기사",
        "nl": "meer van | meer nieuws | aanbevolen | uitgelicht | meer uit",
        "no": "mer fra | anbefalt | flere saker",
        "pl": "polecamy | polecane | więcej | warto przeczytać | najważniejsze",
        "pt": "mais de | mais notícias | destaque | recomendad | não perca | veja mais | outras notícias",
        "ru": "рекомендуем | главное | другие новости | выбор редакции | еще | ещё | интересное",
        "sv": "mer från | rekommender | fler artiklar | missa inte",
        "tr": "öne çıkan | önerilen | diğer haberler | manşet | editörün seç | sizin için | özel içerik | önceki"
        " | sonraki | kaçırmayın | dikkat çeken",
        "zh": "推荐 | 推薦 | 精选 | 精選 | 更多 | 编辑推荐 | 上一篇 | 下一篇",
    },
}

# Words of class names and ids, in the order in which they win. They are the developers' English on nearly every site.
_MARKUP = re.compile(
    r"(?P<sponsored>sponsor|advertorial|native-?ad|paid-?content|partner-?(?:content|box|teaser)|promoted|outbrain"
    r"|taboola)|(?P<popular>most-?(?:read|popular|viewed|commented|shared|clicked)|meist-?gelesen|mas-?leid"
    r"|mais-?lid|popular|topread|ranking|cok-?okunan)|(?P<trending>trending|trendbar)|(?P<latest>latest"
    r"|recent-?(?:post|article|entries|stor|news)|newest|breaking|ticker|son-?dakika|neueste)|(?P<related>related"
    r"|similar|relacionad|verwandt|ilgili|read-?(?:also|next)|see-?also|yarpp|further-?reading)",
    re.IGNORECASE,
)


def caseless(text: str) -> str:
    """`text` for patterns written in lower case, with i for ı: several times faster than `re.IGNORECASE`."""
    return text.casefold() if text.isascii() else text.replace("İ", "i").casefold().replace("ı", "i")


def _folded(text: str) -> str:
    """`text` folded for comparing it without knowing its language."""
    return fold(text).replace("ı", "i")


_KINDS: tuple[Kind, ...] = tuple(PHRASES)
_STEM = 3  # characters; no phrase is shorter, and few share more
_WHOLE: dict[str, int] = {}
_BY_STEM: dict[str, list[tuple[str, int]]] = {}
_UNSPACED: list[tuple[str, int]] = []
for _rank, _rows in enumerate(PHRASES.values()):
    for _phrase in {_folded(p) for row in _rows.values() for p in re.split(r" *\| *", row.strip())}:
        if _phrase.startswith("="):
            _WHOLE.setdefault(_phrase[1:], _rank)
        elif "\u3040" <= _phrase[0] <= "\ud7af":
            _UNSPACED.append((_phrase, _rank))
        else:
            _BY_STEM.setdefault(_phrase[:_STEM], []).append((_phrase, _rank))
_WORD_START = re.compile(r"(?<!\w)[\w+]")


@lru_cache(maxsize=16384)
def kind_of_heading(heading: str) -> Kind | None:
    """The kind that a heading's wording states in any of the table's languages, or None.

    The page's declared language is not asked: one page in seven declares another than it is written in.
    """
    folded = _folded(heading)
    best = _WHOLE.get(folded.strip(" \t:.|-–—【】■●◆▼▶"), len(_KINDS))
    for start in _WORD_START.finditer(folded):
        at = start.start()
        for phrase, rank in _BY_STEM.get(folded[at : at + _STEM], ()):
            if rank < best and folded.startswith(phrase, at):
                best = rank
    if not folded.isascii():
        for phrase, rank in _UNSPACED:
            if rank < best and phrase in folded:
                best = rank
    return _KINDS[best] if best < len(_KINDS) else None


@lru_cache(maxsize=16384)
def kind_of_markup(words: str) -> Kind | None:
    """The kind that an element's class names and id state, or None."""
    found = _MARKUP.search(words)
    return found.lastgroup if found else None  # pyright: ignore[reportReturnType]: the groups are named after kinds
